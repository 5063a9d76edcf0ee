#include "config/files.h"

#include "base/vec.h"

static void add_components(struct arena *a, struct slice_list *out, struct slice path,
			   bool absolute)
{
	struct slice part;

	while (slice_next(&path, '/', &part)) {
		if (slice_empty(part) || slice_is(part, "."))
			continue;
		if (!slice_is(part, "..")) {
			*vec_add(a, out) = part;
		} else if (out->count && !slice_is(out->items[out->count - 1], "..")) {
			out->count--;
		} else if (!absolute) {
			*vec_add(a, out) = part;
		}
	}
}

struct slice path_join(struct arena *a, struct slice base, struct slice path)
{
	struct slice_list parts = {0};
	bool absolute = slice_starts(path, SLICE("/"));

	if (!absolute) {
		absolute = slice_starts(base, SLICE("/"));
		add_components(a, &parts, base, absolute);
	}
	add_components(a, &parts, path, absolute);
	struct slice joined = arena_join(a, parts.items, parts.count, SLICE("/"));
	return absolute ? arena_printf(a, "/%.*s", SLICE_ARG(joined)) : joined;
}

struct slice path_directory(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	if (slash == path.len)
		return SLICE_EMPTY;
	return slice_first(path, slash ? slash : 1);
}
