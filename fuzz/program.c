/*
 * Known programs: the first byte chooses the file's name, the second the size
 * of the pieces, the rest is the file.  In pieces the same is found as whole,
 * and it stands where it is said to stand.
 */
#include <stdint.h>
#include <stdlib.h>

#include "inventory/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool find(struct arena *a, const struct program *row, struct slice path, struct slice bytes,
		 size_t piece, struct program_found *ret)
{
	struct program_search *s = program_search_new(a, path, row->text);

	if (!s)
		return false;
	while (!slice_empty(bytes) && program_search_feed(s, slice_first(bytes, piece)))
		bytes = slice_from(bytes, piece);
	return program_search_finish(s, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program_found whole, pieces;
	struct arena a;

	if (size < 2)
		return 0;
	const struct program *row = &program_rows[data[0] % program_row_count];
	struct slice bytes = slice_new(data + 2, size - 2);
	struct slice path = slice_from_cstr(row->names[0]);

	if (slice_is(path, "python*"))
		path = SLICE("python3.11");
	arena_init(&a, 0);
	bool found = find(&a, row, path, bytes, size, &whole);
	if (find(&a, row, path, bytes, (size_t)data[1] + 1, &pieces) != found)
		abort();
	if (found && (whole.row != pieces.row || whole.offset != pieces.offset ||
		      !slice_eq(whole.version, pieces.version)))
		abort();
	if (found && (!inventory_sound(whole.version) || whole.version.len > PROGRAM_VERSION_MAX ||
		      !slice_starts(slice_from(bytes, whole.offset), whole.version)))
		abort();
	arena_release(&a);
	return 0;
}
