/*
 * R: renv.lock, and the DESCRIPTION file of installed packages (Writing R
 * Extensions, "The DESCRIPTION file"), which building has given a "Built" field.
 */
#include "base/limits.h"
#include "format/control.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches_renv(struct slice path)
{
	return slice_is(inventory_base_name(path), "renv.lock");
}

/* Advisories of Bioconductor's packages stand under its own name. */
static void set_bioconductor(struct package *p)
{
	p->ecosystem = ecosystem_by_osv(SLICE("Bioconductor"));
}

static bool parse_renv(const struct inventory_input *in, struct inventory_output *out,
		       struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_RENV_LOCK, in, out);
	manifest_read(&m, MANIFEST_JSON);
	if (m.root && !node_get(m.root, SLICE("Packages")) && !node_get(m.root, SLICE("R")))
		manifest_refuse(&m, "this is no lock file of renv");
	node_each(it, node_get(m.root, SLICE("Packages"))) {
		struct slice source = node_get_text(it, SLICE("Source"));
		bool cran = slice_is(source, "Repository") || slice_is(source, "CRAN") ||
			    slice_is(source, "Bioconductor");
		struct package *p = manifest_add(&m, node_get_text(it, SLICE("Package")),
						 node_get_text(it, SLICE("Version")),
						 cran ? 0u : PACKAGE_LOCAL, it);

		if (!p || p->depends.count)
			continue;
		if (slice_is(source, "Bioconductor"))
			set_bioconductor(p);
		manifest_set(&m, &p->integrity, node_get_text(it, SLICE("Hash")));
		node_each(need, node_get(it, SLICE("Requirements")))
			manifest_depend(&m, p, node_text(need));
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_renv_lock = {
	.name = "renv-lock",
	.origin = ORIGIN_RENV_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "k",
	.matches = matches_renv,
	.parse = parse_renv,
};

/* ------------------------------------------------------------- DESCRIPTION */

static bool matches_description(struct slice path)
{
	return slice_ends(path, SLICE("/DESCRIPTION"));
}

/* "R (>= 3.5), methods, Rcpp (>= 1.0)"; R itself is no package. */
static void add_list(struct manifest *m, struct package *p, struct slice list)
{
	struct slice item;

	while (slice_next(&list, ',', &item)) {
		item = slice_trim(slice_first(item, slice_find_byte(item, '(')));
		if (!slice_is(item, "R"))
			manifest_depend(m, p, item);
	}
}

static bool parse_description(const struct inventory_input *in, struct inventory_output *out,
			      struct error *err)
{
	struct slice name = SLICE_EMPTY, version = SLICE_EMPTY, license = SLICE_EMPTY;
	struct slice depends = SLICE_EMPTY, imports = SLICE_EMPTY, built = SLICE_EMPTY;
	struct slice views = SLICE_EMPTY;
	const struct {
		struct slice key;
		struct slice *value;
	} fields[] = {
		{ SLICE("Package"), &name },	{ SLICE("Version"), &version },
		{ SLICE("License"), &license }, { SLICE("Depends"), &depends },
		{ SLICE("Imports"), &imports }, { SLICE("Built"), &built },
		{ SLICE("biocViews"), &views },
	};
	struct control_reader reader;
	struct control_field field;
	struct manifest m;

	manifest_begin(&m, ORIGIN_R_PACKAGE, in, out);
	control_init(&reader, in->bytes, true);
	if (control_stanza(&reader))
		while (control_field(&reader, &field, NULL))
			for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
				if (slice_eq(field.key, fields[i].key))
					*fields[i].value = field.value;
	/* Sources of packages and files of other programs have that name too. */
	struct package *p = slice_empty(built) || slice_empty(name) || slice_empty(version) ? NULL :
			    manifest_add_at(&m, name, version, 0, 0, 0);
	if (p) {
		manifest_set(&m, &p->license, slice_first(license, slice_find_byte(license, '\n')));
		if (!slice_empty(views))
			set_bioconductor(p);
		add_list(&m, p, depends);
		add_list(&m, p, imports);
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_r_package = {
	.name = "r-package",
	.origin = ORIGIN_R_PACKAGE,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "N",
	.matches = matches_description,
	.parse = parse_description,
};
