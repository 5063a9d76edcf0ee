/* Java archives, shown whole and in pieces. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "inventory/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct inventory_output *out, size_t size)
{
	vec_each(p, &out->packages) {
		if (!inventory_sound(p->name) || !inventory_sound(p->version) || p->path.len > LIMIT_PATH)
			abort();
		if (p->offset > size || p->length > size - p->offset)
			abort();
		if (!p->ecosystem != (slice_find_byte(p->name, ':') == p->name.len))
			abort();
	}
}

static bool show(struct slice bytes, size_t piece, struct inventory_output *out)
{
	const struct inventory_row *row = &inventory_java_archive;
	const struct inventory_file file = { .path = SLICE("lib/name-1.0.jar"), .size = bytes.len, .mode = 0644 };
	const struct inventory_input in = { file.path, bytes.len, bytes };
	struct error err = ERROR_INIT;

	if (piece == 0)
		return row->parse(&in, out, &err);
	struct inventory_sieve *s = row->sieve_begin(out->arena, &file);
	while (!slice_empty(bytes) && row->sieve_feed(s, slice_first(bytes, piece)))
		bytes = slice_from(bytes, piece);
	bool ok = row->sieve_finish(s, out, &err);
	if (ok != (err.code == ERR_NONE))
		abort();
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct inventory_output whole = { .arena = &a }, pieces = { .arena = &a };

	if (size < 2)
		return 0;
	struct slice bytes = slice_from(slice_new(data, size), 1);
	arena_init(&a, 0);
	bool ok = show(bytes, 0, &whole);
	bool sound = ok && whole.partial.code == ERR_NONE;
	check(&whole, bytes.len);
	ok = show(bytes, (size_t)data[0] + 1, &pieces);
	check(&pieces, bytes.len);
	if (sound && (!ok || pieces.partial.code != ERR_NONE || pieces.packages.count != whole.packages.count))
		abort();
	arena_release(&a);
	return 0;
}
