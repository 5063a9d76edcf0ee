/*
 * poetry.lock: [[package]] tables.  Whether a package is for development says
 * "category" up to Poetry 1.4 and "groups" from 2.0 on; between those nothing
 * does.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("poetry.lock")) &&
	       slice_is(inventory_base_name(path), "poetry.lock");
}

static bool list_has(const struct node *list, struct slice text)
{
	node_each(it, list)
		if (slice_eq(node_text(it), text))
			return true;
	return false;
}

static uint32_t entry_flags(const struct node *entry)
{
	const struct node *groups = node_get(entry, SLICE("groups"));
	struct slice source = node_text(node_path(entry, "source", "type", NULL));
	bool dev =
		slice_is(node_get_text(entry, SLICE("category")), "dev") ||
		(node_is(groups, NODE_LIST) && groups->count && !list_has(groups, SLICE("main")));
	/* "legacy" is a registry of another address. */
	bool local = !slice_empty(source) && !slice_is(source, "legacy");

	return (dev ? PACKAGE_DEV : 0u) | (local ? PACKAGE_LOCAL : 0u) |
	       (node_truth(node_get(entry, SLICE("optional"))) ? PACKAGE_OPTIONAL : 0u);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_POETRY_LOCK, in, out);
	manifest_read(&m, MANIFEST_TOML);
	node_each(entry, node_get(m.root, SLICE("package"))) {
		struct package *p = manifest_add(&m, node_get_text(entry, SLICE("name")),
						 node_get_text(entry, SLICE("version")),
						 entry_flags(entry), entry);

		if (p && !p->depends.count)
			manifest_depend_keys(&m, p, node_get(entry, SLICE("dependencies")));
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_poetry_lock = {
	.name = "poetry-lock",
	.origin = ORIGIN_POETRY_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "k",
	.parse = parse,
};
