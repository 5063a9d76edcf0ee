/* build.sbt.lock of sbt-dependency-lock (its documentation, "lock file format", version 1). */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches(struct slice path)
{
	return slice_is(inventory_base_name(path), "build.sbt.lock");
}

/* "test", "test-internal": nothing else asks for it. */
static bool only_tests(const struct node *configurations)
{
	bool any = false;

	node_each(n, configurations) {
		any = true;
		if (!slice_starts(node_text(n), SLICE("test")))
			return false;
	}
	return any;
}

static void add_dependency(struct manifest *m, const struct node *n)
{
	struct slice group = node_get_text(n, SLICE("org")), name = node_get_text(n, SLICE("name"));

	if (slice_empty(group) || slice_empty(name))
		manifest_skip(m, n->offset, "a dependency without organisation and name");
	else
		manifest_add(m, manifest_join(m, group, ":", name), node_get_text(n, SLICE("version")),
			     only_tests(node_get(n, SLICE("configurations"))) ? PACKAGE_DEV : 0, n);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_SBT_LOCK, in, out);
	manifest_read(&m, MANIFEST_JSON);
	if (!node_is(m.root, NODE_MAP))
		manifest_refuse(&m, "a build.sbt.lock is an object");
	node_each(n, node_get(m.root, SLICE("dependencies")))
		add_dependency(&m, n);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_sbt_lock = {
	.name = "sbt-lock",
	.origin = ORIGIN_SBT_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.parse = parse,
};
