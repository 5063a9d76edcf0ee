#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "inventory/rows.h"
#include "inventory/rpm_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_packages(const struct inventory_output *out, size_t size)
{
	vec_each (p, &out->packages) {
		if (p->flags & PACKAGE_OWNS)
			continue;
		if (!inventory_sound(p->name) || !inventory_sound(p->version) ||
		    slice_empty(p->source_name) || slice_empty(p->source_version))
			abort();
		if (p->length == 0 || p->offset > size || p->length > size - p->offset)
			abort();
		vec_each (name, &p->depends)
			if (!inventory_sound(*name))
				abort();
	}
	if (out->partial.code != ERR_NONE &&
	    (out->partial.offset < 0 || (uint64_t)out->partial.offset > size))
		abort();
}

static void read_database(const struct inventory_row *row, struct slice bytes)
{
	const struct inventory_input in = {slice_from_cstr(row->fixed_paths[0]), bytes.len, bytes};
	struct error err = ERROR_INIT;
	struct arena a;
	struct inventory_output out = {.arena = &a};

	arena_init(&a, 0);
	if (row->parse(&in, &out, &err))
		check_packages(&out, bytes.len);
	else if (err.code == ERR_NONE || out.packages.count)
		abort();
	arena_release(&a);
}

static void read_header(struct slice bytes)
{
	struct error err = ERROR_INIT;
	struct rpm_header h;
	struct slice text;

	if (!rpm_header_read(bytes, &h, &err)) {
		if (err.code == ERR_NONE || err.offset < 0 || (uint64_t)err.offset > bytes.len)
			abort();
		return;
	}
	while (rpm_strings_next(&h.provides, &text) || rpm_strings_next(&h.requirements, &text))
		if (text.len &&
		    (text.data < bytes.data || text.data + text.len > bytes.data + bytes.len))
			abort();
}

/* The first byte says which reader; a database's own kind is told by its bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct slice bytes = slice_new(data + 1, size - 1);

	if (data[0] == 'h')
		read_header(bytes);
	else
		read_database(data[0] == 'w' ? &inventory_rpm_wal : &inventory_rpm, bytes);
	return 0;
}
