/*
 * The rows of language packages: the first byte chooses one, the rest is its
 * file.  What comes out must be usable whatever went in.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "inventory/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct inventory_row *const rows[] = {
	&inventory_node_package,   /* a */
	&inventory_npm_lock,       /* b */
	&inventory_yarn_lock,      /* c */
	&inventory_pnpm_lock,      /* d */
	&inventory_python_package, /* e */
	&inventory_requirements,   /* f */
	&inventory_poetry_lock,    /* g */
	&inventory_pipfile_lock,   /* h */
	&inventory_pdm_lock,       /* i */
	&inventory_uv_lock,        /* j */
	&inventory_cargo_lock,     /* k */
	&inventory_go_mod,         /* l */
	&inventory_go_sum,         /* m */
};

static void check_package(const struct package *p, const struct inventory_row *row, size_t size)
{
	if (p->origin != row->origin || !p->ecosystem || slice_empty(p->name) ||
	    p->name.len > LIMIT_NAME || p->version.len > LIMIT_NAME)
		abort();
	if (slice_empty(p->version) && !(p->flags & PACKAGE_UNVERSIONED))
		abort();
	if (p->offset > size || p->length > size - p->offset)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct inventory_output out = { 0 };
	struct arena a;

	if (size == 0)
		return 0;
	const struct inventory_row *row =
		rows[(uint8_t)(data[0] - 'a') % (sizeof(rows) / sizeof(rows[0]))];
	const struct inventory_input in = {
		.path = SLICE("a/file"), .size = size - 1, .bytes = slice_new(data + 1, size - 1),
	};
	arena_init(&a, 0);
	out.arena = &a;
	if (!row->parse(&in, &out, &err) && (err.code == ERR_NONE || out.packages.count))
		abort();
	vec_each(p, &out.packages)
		check_package(p, row, size - 1);
	arena_release(&a);
	return 0;
}
