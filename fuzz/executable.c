/* Executables whole and in pieces: what is found in them must be the same. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "inventory/exe_layout.h"
#include "inventory/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a report may rest on: names that are clean, spans within the file. */
static void check(const struct inventory_output *out, size_t size)
{
	vec_each(p, &out->packages) {
		if (slice_empty(p->name) || p->name.len > LIMIT_NAME || p->version.len > LIMIT_NAME)
			abort();
		if (p->offset > size || p->length > size - p->offset)
			abort();
		for (size_t i = 0; i < p->name.len; i++)
			if ((uint8_t)p->name.data[i] <= ' ')
				abort();
	}
}

static bool show(struct slice bytes, size_t piece, struct inventory_output *out)
{
	const struct inventory_row *row = &inventory_executable;
	const struct inventory_file file = { .path = SLICE("bin/x"), .size = bytes.len, .mode = 0755 };
	const struct inventory_input in = { file.path, bytes.len, bytes };
	struct slice rest = bytes;

	if (piece == 0)
		return row->parse(&in, out, NULL);
	struct inventory_sieve *s = row->sieve_begin(out->arena, &file);
	while (!slice_empty(rest) && row->sieve_feed(s, slice_first(rest, piece)))
		rest = slice_from(rest, piece);
	bool ok = row->sieve_finish(s, out, NULL);
	if (!ok || !out->want_whole)
		return ok;
	out->want_whole = false;
	return row->parse(&in, out, NULL);
}

/* Headers that lie behind what they describe are read in time only from a whole file. */
static bool headers_first(struct slice first)
{
	struct exe_layout layout;
	size_t need;

	return exe_layout_read(first, &layout, &need) != EXE_MORE;
}

/* Whole and in pieces the same packages are found. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct slice bytes = slice_from(slice_new(data, size), 1);
	struct inventory_output whole = { .arena = &a }, pieces = { .arena = &a };

	if (size < 2)
		return 0;
	arena_init(&a, 0);
	bool ok = show(bytes, 0, &whole);
	check(&whole, bytes.len);
	bool pieces_ok = show(bytes, data[0], &pieces);
	if (headers_first(slice_first(bytes, data[0])) &&
	    (pieces_ok != ok || pieces.packages.count != whole.packages.count))
		abort();
	if (whole.want_whole || pieces.want_whole)
		abort();
	check(&pieces, bytes.len);
	arena_release(&a);
	return 0;
}
