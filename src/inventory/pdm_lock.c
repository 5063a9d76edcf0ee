/*
 * pdm.lock: [[package]] tables with "groups" (from PDM 2.8 on).  "default" is
 * what everyone gets, "dev" what developers get; the others may be extras or
 * further groups of developers, which the file does not tell.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/python_requirement.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("pdm.lock")) &&
	       slice_is(inventory_base_name(path), "pdm.lock");
}

static uint32_t group_flags(const struct node *groups)
{
	bool dev = false, other = false;

	node_each(it, groups) {
		if (slice_is(node_text(it), "default"))
			return 0;
		dev |= slice_is(node_text(it), "dev");
		other |= !slice_is(node_text(it), "dev");
	}
	return other ? PACKAGE_OPTIONAL : dev ? PACKAGE_DEV : 0;
}

static bool is_local(const struct node *entry)
{
	return node_get(entry, SLICE("git")) || node_get(entry, SLICE("path")) ||
	       node_get(entry, SLICE("url")) || node_truth(node_get(entry, SLICE("editable")));
}

static void add_package(struct manifest *m, const struct node *entry)
{
	uint32_t flags = group_flags(node_get(entry, SLICE("groups"))) |
			 (is_local(entry) ? PACKAGE_LOCAL : 0u);
	struct package *p = manifest_add(m, node_get_text(entry, SLICE("name")),
					 node_get_text(entry, SLICE("version")), flags, entry);

	/*
	 * A package that is asked for with extras has an entry for each; the first tells its
	 * dependencies.
	 */
	if (!p || p->depends.count)
		return;
	node_each(it, node_get(entry, SLICE("dependencies"))) {
		struct python_requirement r;

		if (python_requirement_parse(node_text(it), &r))
			manifest_depend(m, p, r.name);
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_PDM_LOCK, in, out);
	manifest_read(&m, MANIFEST_TOML);
	node_each(entry, node_get(m.root, SLICE("package")))
		add_package(&m, entry);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_pdm_lock = {
	.name = "pdm-lock",
	.origin = ORIGIN_PDM_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "k",
	.parse = parse,
};
