/*
 * Shows a file to one row of the inventory and prints the packages, so that
 * tests can hold them against what other programs say of the same file.
 *
 * usage: inventory_dump ROW PIECE FILE...
 *
 * PIECE is how many bytes a sieve gets at a time; 0 shows the file whole.  A
 * line "FILE name version flags source source-version architecture offset
 * length" follows for each package, its fields between tabs, and for what could
 * not be read a line "FILE ! message".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "inventory/inventory.h"

static const struct inventory_row *row_by_name(const char *name)
{
	for (size_t i = 0; i < inventory_row_count; i++)
		if (strcmp(inventory_rows[i]->name, name) == 0)
			return inventory_rows[i];
	return NULL;
}

static void print_packages(const char *path, const struct inventory_output *out)
{
	vec_each(p, &out->packages)
		printf("%s\t%.*s\t%.*s\t%u\t%.*s\t%.*s\t%.*s\t%llu\t%llu\n", path, SLICE_ARG(p->name),
		       SLICE_ARG(p->version), p->flags, SLICE_ARG(p->source_name),
		       SLICE_ARG(p->source_version), SLICE_ARG(p->architecture),
		       (unsigned long long)p->offset, (unsigned long long)p->length);
	if (out->partial.code != ERR_NONE)
		printf("%s\t!\t%s\n", path, out->partial.message);
}

static bool show(const struct inventory_row *row, struct slice bytes, size_t piece, const char *path,
		 struct inventory_output *out, struct error *err)
{
	const struct inventory_input in = { .path = slice_from_cstr(path), .size = bytes.len, .bytes = bytes };
	const struct inventory_file file = { .path = in.path, .size = bytes.len, .mode = 0755 };

	if (piece == 0 || !row->sieve_begin)
		return row->parse(&in, out, err);
	if (row->sieve_wants && !row->sieve_wants(&file, slice_first(bytes, 64)))
		return true;
	struct inventory_sieve *s = row->sieve_begin(out->arena, &file);
	while (!slice_empty(bytes) && row->sieve_feed(s, slice_first(bytes, piece)))
		bytes = slice_from(bytes, piece);
	if (!row->sieve_finish(s, out, err))
		return false;
	if (!out->want_whole)
		return true;
	out->want_whole = false;
	return row->parse(&in, out, err);
}

static bool dump(const struct inventory_row *row, size_t piece, const char *path)
{
	struct arena a;
	struct inventory_output out = { .arena = &a };
	struct error err = ERROR_INIT;
	struct slice bytes;

	arena_init(&a, 0);
	bool ok = io_read_file(AT_FDCWD, path, 4 * GIB, &a, &bytes, &err);
	if (ok && show(row, bytes, piece, path, &out, &err))
		print_packages(path, &out);
	else
		printf("%s\t!\t%s\n", path, err.message);
	arena_release(&a);
	return ok;
}

int main(int argc, char **argv)
{
	const struct inventory_row *row = argc > 3 ? row_by_name(argv[1]) : NULL;
	bool ok = true;

	if (!row) {
		fprintf(stderr, "usage: %s ROW PIECE FILE...\n", argv[0]);
		return 2;
	}
	for (int i = 3; i < argc; i++)
		ok &= dump(row, strtoul(argv[2], NULL, 10), argv[i]);
	return ok ? 0 : 1;
}
