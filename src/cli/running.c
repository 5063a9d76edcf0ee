#include "cli/running.h"

#include "base/map.h"

/* What does the name mean now? */
static bool add_container(struct engine *e, struct run *run, const struct engine_container *c,
			  struct running_image *image, struct error *err)
{
	struct arena *a = run->arena;
	struct error why = ERROR_INIT;
	struct engine_image now;

	*vec_add(a, &image->containers) = c->name;
	/* Containers may be made of an ID, which never moves. */
	if (slice_empty(c->image) || slice_eq(c->image, c->image_id))
		return true;
	if (!engine_image(e, c->image, &now, &why)) {
		if (why.code != ERR_NOT_FOUND && why.code != ERR_USAGE)
			return error_set(err, why.code, "%s", why.message);
		*vec_add(a, &image->moved) =
			arena_printf(a, "container %.*s: no image has its name %.*s any more",
				     SLICE_ARG(c->name), SLICE_ARG(c->image));
	} else if (!slice_eq(now.id, c->image_id)) {
		*vec_add(a, &image->moved) = arena_printf(
			a, "container %.*s runs %.*s, but %.*s has moved and means %.*s now",
			SLICE_ARG(c->name), SLICE_ARG(c->image_id), SLICE_ARG(c->image),
			SLICE_ARG(now.id));
	} else {
		image->target = arena_printf(a, "docker://%.*s", SLICE_ARG(c->image));
	}
	return true;
}

static bool group(struct engine *e, struct run *run, const struct engine_container_list *containers,
		  struct map *by_id, struct running_image_list *ret, struct error *err)
{
	struct arena *a = run->arena;

	vec_each (c, containers) {
		bool is_new;
		uint64_t *number = map_put(by_id, c->image_id, &is_new);

		if (is_new) {
			*number = ret->count;
			*vec_add(a, ret) = (struct running_image){
				.target = arena_printf(a, "docker://%.*s", SLICE_ARG(c->image_id)),
			};
		}
		if (!add_container(e, run, c, &ret->items[*number], err))
			return false;
	}
	return true;
}

bool running_images(struct run *run, struct running_image_list *ret, struct error *err)
{
	struct engine_container_list containers;
	struct engine *e = engine_open(run, err);
	struct map by_id;

	*ret = (struct running_image_list){0};
	if (!e)
		return false;
	map_init(&by_id);
	bool ok = engine_containers(e, &containers, err) &&
		  group(e, run, &containers, &by_id, ret, err);
	map_release(&by_id);
	engine_close(e);
	return ok;
}

void running_notes(struct run *run, const struct running_image *image)
{
	vec_each (it, &image->moved)
		run_gap(run, GAP_NOTE, GAP_REASON_STALE, image->target, "%.*s", SLICE_ARG(*it));
}
