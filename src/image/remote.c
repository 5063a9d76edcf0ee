#include "image/remote.h"

void remote_init(struct remote *r)
{
	map_init(&r->documents);
}

void remote_release(struct remote *r)
{
	map_release(&r->documents);
}

void remote_add(struct remote *r, struct arena *a, struct slice name, struct slice bytes)
{
	struct slice *held = arena_new(a, struct slice);

	*held = bytes;
	map_put_ptr(&r->documents, arena_copy(a, name), held);
}

struct slice remote_get(const struct remote *r, struct slice name)
{
	const struct slice *held = map_get_ptr(&r->documents, name);

	return held ? *held : SLICE_EMPTY;
}

/* What documents tell of is there; whether that is true shows when it is fetched. */
static bool remote_find(struct member_source *s, struct slice name, struct member *ret,
			struct error *err)
{
	(void)s, (void)name, (void)err;
	*ret = (struct member){0};
	return true;
}

static bool remote_read(struct member_source *s, struct slice name, struct arena *a,
			struct slice *ret, struct error *err)
{
	struct member_remote *m = (struct member_remote *)s;
	const struct slice *held = map_get_ptr(&m->remote->documents, name);

	if (!held) {
		m->wanted = arena_copy(a, name);
		m->wanted_blob = s->blobs;
		return error_set(err, ERR_NOT_FOUND, "%.*s is not there yet", SLICE_ARG(name));
	}
	*ret = *held;
	return true;
}

void member_remote_init(struct member_remote *m, const struct remote *remote)
{
	*m = (struct member_remote){.source = {.find = remote_find, .read = remote_read,
					       .remote = true},
				    .remote = remote};
}
