#include "image/trace.h"

#include "base/cleanup.h"
#include "base/map.h"

/* What stays the same as long as nobody touches the package. No part holds a line's end. */
static struct slice key_of(const struct package *p, struct arena *a)
{
	uint32_t state = p->flags & (PACKAGE_NOT_INSTALLED | PACKAGE_HALF_INSTALLED);
	struct slice parts[] = {
		p->name,
		p->version,
		p->architecture,
		!state				? SLICE("+")
		: state & PACKAGE_NOT_INSTALLED ? SLICE("-")
						: SLICE("?"),
	};

	return arena_join(a, parts, ARRAY_LEN(parts), SLICE("\n"));
}

/* A layer's own version of the file, or NULL: the layer has none that was read. */
static const struct collected_file *version_in(const struct collection *c, uint32_t layer,
					       const struct union_visible *v)
{
	const struct union_layer *l = &c->layers[layer].layer;
	uint64_t *number = map_get(&l->by_path, v->path);

	if (!number || !*number)
		return NULL;
	const struct union_item *item = &l->items.items[*number - 1];
	if (item->type != RECORD_FILE || item->row != v->item->row ||
	    !slice_eq(item->as, v->item->as))
		return NULL;
	return &c->files.items[item->file];
}

static void add_keys(const struct collected_file *f, struct arena *a, struct map *keys)
{
	vec_each (bytes, &f->packages) {
		struct cursor c;
		struct package p;

		cursor_init(&c, *bytes);
		while (cursor_left(&c) && package_decode(&c, a, &p))
			map_put(keys, key_of(&p, a), NULL);
	}
}

/* Packages that were last seen in `above` and are in this version too. */
static size_t move_down(const struct collected_file *f, struct package *packages,
			const struct slice *keys, size_t count, int32_t above, int32_t layer)
{
	struct map there;
	struct arena arena;
	size_t moved = 0;

	map_init(&there);
	arena_init(&arena, 0);
	add_keys(f, &arena, &there);
	for (size_t i = 0; i < count; i++) {
		if (packages[i].layer != above || !map_get(&there, keys[i]))
			continue;
		packages[i].layer = layer;
		moved++;
	}
	map_release(&there);
	arena_release(&arena);
	return moved;
}

void trace_packages(const struct collection *c, const struct union_visible *v,
		    struct package *packages, size_t count)
{
	struct arena arena;
	uint32_t above = v->layer;

	if (!count)
		return;
	arena_init(&arena, 0);
	struct slice *keys = arena_new_array(&arena, struct slice, count);
	for (size_t i = 0; i < count; i++)
		keys[i] = key_of(&packages[i], &arena);
	for (uint32_t layer = v->layer; layer-- > 0;) {
		const struct collected_file *f = version_in(c, layer, v);

		if (!f)
			continue;
		if (!move_down(f, packages, keys, count, (int32_t)above, (int32_t)layer))
			break;
		above = layer;
	}
	arena_release(&arena);
}
