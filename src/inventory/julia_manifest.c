/*
 * Julia's Manifest.toml, formats 1.0 (tables by package) and 2.x (below
 * "deps").  A package of the standard library has no version before Julia 1.11:
 * it is Julia's own.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	struct slice name = inventory_base_name(path);

	return slice_is(name, "Manifest.toml") || slice_is(name, "JuliaManifest.toml") ||
	       (slice_starts(name, SLICE("Manifest-v")) && slice_ends(name, SLICE(".toml")));
}

static void add_entry(struct manifest *m, struct slice name, const struct node *entry,
		      struct slice julia)
{
	const struct node *deps = node_get(entry, SLICE("deps"));
	struct slice version = node_get_text(entry, SLICE("version"));
	bool standard = !node_get(entry, SLICE("git-tree-sha1")) && !node_get(entry, SLICE("path"));
	bool local = node_get(entry, SLICE("path")) || node_get(entry, SLICE("repo-url"));

	if (slice_empty(node_get_text(entry, SLICE("uuid"))))
		return;
	if (slice_empty(version) && standard)
		version = julia;
	struct package *p = manifest_add(m, name, version, local ? PACKAGE_LOCAL : 0u, entry);
	if (!p || p->depends.count)
		return;
	manifest_set(m, &p->uuid, node_get_text(entry, SLICE("uuid")));
	manifest_set(m, &p->integrity, node_get_text(entry, SLICE("git-tree-sha1")));
	manifest_depend_keys(m, p, deps);
	if (node_is(deps, NODE_LIST))
		node_each(it, deps)
			manifest_depend(m, p, node_text(it));
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_JULIA_MANIFEST, in, out);
	manifest_read(&m, MANIFEST_TOML);
	const struct node *tables = node_get(m.root, SLICE("manifest_format"))
					    ? node_get(m.root, SLICE("deps")) : m.root;
	struct slice julia = node_get_text(m.root, SLICE("julia_version"));
	node_each(name, tables)
		if (node_is(name, NODE_LIST))
			node_each(entry, name)
				add_entry(&m, name->key, entry, julia);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_julia_manifest = {
	.name = "julia-manifest",
	.origin = ORIGIN_JULIA_MANIFEST,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "l",
	.matches = matches,
	.parse = parse,
};
