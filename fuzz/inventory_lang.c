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
	&inventory_gem,            /* n */
	&inventory_bundler_lock,   /* o */
	&inventory_composer_installed, /* p */
	&inventory_composer_lock,  /* q */
	&inventory_dotnet_deps,    /* r */
	&inventory_nuget_lock,     /* s */
	&inventory_nuget_config,   /* t */
	&inventory_nuget_props,    /* u */
	&inventory_conda,          /* v */
	&inventory_conda_environment, /* w */
	&inventory_gradle_lock,    /* x */
	&inventory_gradle_verification, /* y */
	&inventory_gradle_catalog, /* z */
	&inventory_sbt_lock,       /* { */
};

static void check_package(const struct package *p, const struct inventory_row *row, size_t size)
{
	/* Conda's files name Python's packages too; its own have no advisories. */
	bool other = row->origin == ORIGIN_CONDA_ENVIRONMENT && p->origin == ORIGIN_REQUIREMENTS;
	bool conda = p->origin == ORIGIN_CONDA || p->origin == ORIGIN_CONDA_ENVIRONMENT;

	if ((p->origin != row->origin && !other) || !p->ecosystem != conda || slice_empty(p->name) ||
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
