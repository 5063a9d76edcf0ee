/* pubspec.lock of Dart's pub: a map of packages with their source. */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	return slice_is(inventory_base_name(path), "pubspec.lock");
}

static uint32_t entry_flags(const struct node *entry)
{
	struct slice how = node_get_text(entry, SLICE("dependency"));
	bool hosted = slice_is(node_get_text(entry, SLICE("source")), "hosted");

	return (hosted ? 0u : PACKAGE_LOCAL) | (slice_is(how, "direct dev") ? PACKAGE_DEV : 0u) |
	       (slice_is(how, "transitive") ? PACKAGE_INDIRECT : 0u);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_PUB_LOCK, in, out);
	manifest_read(&m, MANIFEST_YAML);
	node_each(it, node_get(m.root, SLICE("packages"))) {
		/* Flutter's own parts come with it, as version 0.0.0. */
		if (slice_is(node_get_text(it, SLICE("source")), "sdk"))
			continue;
		struct package *p = manifest_add(&m, it->key, node_get_text(it, SLICE("version")),
						 entry_flags(it), it);
		if (p)
			manifest_set(&m, &p->integrity,
				     node_text(node_path(it, "description", "sha256", NULL)));
	}
	if (m.root && !node_is(m.root, NODE_MAP) && !node_is(m.root, NODE_NULL))
		manifest_refuse(&m, "this is no lock file of pub");
	return manifest_end(&m, err);
}

const struct inventory_row inventory_pub_lock = {
	.name = "pub-lock",
	.origin = ORIGIN_PUB_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "k",
	.matches = matches,
	.parse = parse,
};
