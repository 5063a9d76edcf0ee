/*
 * The rows of further lock files and installed packages: the first byte
 * chooses a file's name, the rest is the file.  What comes out must be usable
 * whatever went in.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "inventory/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const struct inventory_row *row;
	const char *path;
} files[] = {
	{ &inventory_hex_lock, "mix.lock" },                          /* a */
	{ &inventory_hex_lock, "rebar.lock" },                        /* b */
	{ &inventory_hex_lock, "manifest.toml" },                     /* c */
	{ &inventory_pub_lock, "pubspec.lock" },                      /* d */
	{ &inventory_bun_lock, "bun.lock" },                          /* e */
	{ &inventory_pylock, "pylock.toml" },                         /* f */
	{ &inventory_swift_resolved, "Package.resolved" },            /* g */
	{ &inventory_podfile_lock, "Podfile.lock" },                  /* h */
	{ &inventory_conan_lock, "conan.lock" },                      /* i */
	{ &inventory_julia_manifest, "Manifest.toml" },               /* j */
	{ &inventory_renv_lock, "renv.lock" },                        /* k */
	{ &inventory_r_package, "a/DESCRIPTION" },                    /* l */
	{ &inventory_haskell_lock, "stack.yaml.lock" },               /* m */
	{ &inventory_haskell_lock, "cabal.project.freeze" },          /* n */
	{ &inventory_opam, ".opam-switch/packages/a.1/opam" },        /* o */
	{ &inventory_bitnami, "opt/bitnami/a/.spdx-a.spdx" },         /* p */
	{ &inventory_python_archive, "a.whl" },                       /* q */
};

static void check_package(const struct package *p, const struct inventory_row *row, size_t size)
{
	if (p->origin != row->origin || slice_empty(p->name) || p->name.len > LIMIT_NAME ||
	    p->version.len > LIMIT_NAME)
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
	size_t which = (uint8_t)(data[0] - 'a') % (sizeof(files) / sizeof(files[0]));
	const struct inventory_row *row = files[which].row;
	const struct inventory_input in = {
		.path = slice_from_cstr(files[which].path), .size = size - 1,
		.bytes = slice_new(data + 1, size - 1),
	};
	if (!row->matches(in.path))
		abort();
	arena_init(&a, 0);
	out.arena = &a;
	if (!row->parse(&in, &out, &err) && (err.code == ERR_NONE || out.packages.count))
		abort();
	vec_each(p, &out.packages)
		check_package(p, row, size - 1);
	arena_release(&a);
	return 0;
}
