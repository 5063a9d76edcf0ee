/*
 * packages.lock.json (NuGet's documentation, "PackageReference: locking
 * dependencies"; versions 1 and 2): for each framework, and each pair of
 * framework and runtime, the packages that were resolved.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("packages.lock.json")) &&
	       slice_is(inventory_base_name(path), "packages.lock.json");
}

static void add_package(struct manifest *m, const struct node *entry)
{
	struct slice type = node_get_text(entry, SLICE("type"));

	/* Projects beside this one have a file of their own. */
	if (slice_is(type, "Project"))
		return;
	uint32_t flags = slice_is(type, "Direct") ? 0 : PACKAGE_INDIRECT;
	struct package *p = manifest_add(m, entry->key, node_get_text(entry, SLICE("resolved")), flags, entry);
	if (!p)
		return;
	manifest_set(m, &p->integrity, node_get_text(entry, SLICE("contentHash")));
	if (!p->depends.count)
		manifest_depend_keys(m, p, node_get(entry, SLICE("dependencies")));
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_NUGET_LOCK, in, out);
	manifest_read(&m, MANIFEST_JSON);
	if (!node_is(m.root, NODE_MAP))
		manifest_refuse(&m, "a packages.lock.json is an object");
	node_each(framework, node_get(m.root, SLICE("dependencies"))) {
		node_each(entry, framework) {
			if (node_is(entry, NODE_MAP))
				add_package(&m, entry);
			else
				manifest_skip(&m, entry->offset, "an entry of a framework is no object");
		}
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_nuget_lock = {
	.name = "nuget-lock",
	.origin = ORIGIN_NUGET_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "n",
	.parse = parse,
};
