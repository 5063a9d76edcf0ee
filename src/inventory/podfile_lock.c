/*
 * Podfile.lock of CocoaPods: "PODS" lists "Name/Subspec (1.0)", with what it
 * needs below.  A subspec is a part of its pod, in the same version.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	return slice_is(inventory_base_name(path), "Podfile.lock");
}

/* "Texture/Core (~> 3)" -> the pod and what stands in parentheses */
static struct slice split_pod(struct slice text, struct slice *version)
{
	struct slice name;

	*version = SLICE_EMPTY;
	if (slice_split(text, '(', &name, version))
		*version = slice_trim(slice_first(*version, slice_find_byte(*version, ')')));
	name = slice_trim(name);
	return slice_first(name, slice_find_byte(name, '/'));
}

static void add_pod(struct manifest *m, const struct node *entry, struct slice text,
		    const struct node *needs, const struct map *direct, const struct node *external)
{
	struct slice version, name = split_pod(text, &version), other;
	uint32_t flags = (map_get(direct, name) ? 0u : PACKAGE_INDIRECT) |
			 (node_get(external, name) ? PACKAGE_LOCAL : 0u);
	struct package *p = manifest_add(m, name, version, flags, entry);

	node_each(it, needs) {
		name = split_pod(node_text(it), &other);
		if (p && !slice_eq(name, p->name))
			manifest_depend(m, p, name);
	}
}

static void add_pods(struct manifest *m, const struct map *direct)
{
	const struct node *external = node_get(m->root, SLICE("EXTERNAL SOURCES"));

	node_each(it, node_get(m->root, SLICE("PODS"))) {
		if (node_is(it, NODE_MAP) && it->first)
			add_pod(m, it, it->first->key, it->first, direct, external);
		else
			add_pod(m, it, node_text(it), NULL, direct, external);
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct map direct;

	manifest_begin(&m, ORIGIN_COCOAPODS_LOCK, in, out);
	manifest_read(&m, MANIFEST_YAML);
	map_init(&direct);
	node_each(it, node_get(m.root, SLICE("DEPENDENCIES"))) {
		struct slice version;

		map_put(&direct, split_pod(node_text(it), &version), NULL);
	}
	if (m.root && !node_get(m.root, SLICE("PODS")) && !node_get(m.root, SLICE("COCOAPODS")))
		manifest_refuse(&m, "no list \"PODS\"");
	add_pods(&m, &direct);
	map_release(&direct);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_podfile_lock = {
	.name = "podfile-lock",
	.origin = ORIGIN_COCOAPODS_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "k",
	.matches = matches,
	.parse = parse,
};
