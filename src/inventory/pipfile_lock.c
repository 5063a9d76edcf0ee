/*
 * Pipfile.lock (pipenv's documentation, "Pipfile & Pipfile.lock"): an object
 * for each category: "default", "develop", and those of the user.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/python_requirement.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("Pipfile.lock")) &&
	       slice_is(inventory_base_name(path), "Pipfile.lock");
}

static bool is_local(const struct node *entry)
{
	static const struct slice keys[] = {
		SLICE_INIT("git"), SLICE_INIT("hg"), SLICE_INIT("svn"), SLICE_INIT("bzr"),
		SLICE_INIT("path"), SLICE_INIT("file"),
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (node_get(entry, keys[i]))
			return true;
	return node_truth(node_get(entry, SLICE("editable")));
}

static void add_package(struct manifest *m, const struct node *entry, bool dev)
{
	struct slice version = node_get_text(entry, SLICE("version"));
	uint32_t flags = (dev ? PACKAGE_DEV : 0u) | (is_local(entry) ? PACKAGE_LOCAL : 0u);

	if (!node_is(entry, NODE_MAP))
		manifest_skip(m, entry->offset, "an entry is no object");
	else
		manifest_add(m, entry->key, python_pinned(version), flags, entry);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_PIPFILE_LOCK, in, out);
	if (!slice_empty(slice_trim(in->bytes))) {
		manifest_read(&m, MANIFEST_JSON);
		if (!node_is(m.root, NODE_MAP))
			manifest_refuse(&m, "a Pipfile.lock is an object");
	}
	node_each(category, m.root) {
		if (slice_is(category->key, "_meta") || !node_is(category, NODE_MAP))
			continue;
		node_each(entry, category)
			add_package(&m, entry, slice_is(category->key, "develop"));
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_pipfile_lock = {
	.name = "pipfile-lock",
	.origin = ORIGIN_PIPFILE_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "k",
	.parse = parse,
};
