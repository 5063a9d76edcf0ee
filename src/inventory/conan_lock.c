/*
 * conan.lock: versions to 0.4 of Conan 1 with a graph of nodes, version 0.5 of
 * Conan 2 with lists of references "name/version@user/channel#revision%time".
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	return slice_is(inventory_base_name(path), "conan.lock");
}

static bool split_reference(struct slice text, struct slice *name, struct slice *version,
			    struct slice *revision)
{
	struct slice rest;

	slice_split(text, ':', &text, &rest); /* the package's id, in "pref" */
	slice_split(text, '#', &text, revision);
	*revision = slice_first(*revision, slice_find_byte(*revision, '%'));
	slice_split(text, '@', &text, &rest);
	return slice_split(text, '/', name, version) && !slice_empty(*version) &&
	       slice_find_byte(*version, '/') == version->len;
}

/* Up to version 0.3 "pref". */
static struct slice node_reference(const struct node *node)
{
	struct slice ref = node_get_text(node, SLICE("ref"));

	return slice_empty(ref) ? node_get_text(node, SLICE("pref")) : ref;
}

static struct package *add_reference(struct manifest *m, struct slice text, uint32_t flags,
				     const struct node *entry)
{
	struct slice name, version, revision;

	if (!split_reference(text, &name, &version, &revision)) {
		manifest_skip(m, entry->offset, "a reference that is not \"name/version\"");
		return NULL;
	}
	struct package *p = manifest_add(m, name, version, flags, entry);
	if (p)
		manifest_set(m, &p->integrity, revision);
	return p;
}

static void depend_nodes(struct manifest *m, struct package *p, const struct node *nodes,
			 const struct node *numbers)
{
	struct slice name, version, revision;

	node_each(it, numbers) {
		const struct node *node = node_get(nodes, node_text(it));

		if (split_reference(node_reference(node), &name, &version, &revision))
			manifest_depend(m, p, name);
	}
}

static void put_numbers(struct map *numbers, const struct node *list)
{
	node_each(number, list)
		map_put(numbers, node_text(number), NULL);
}

/* The project's own node: that of a recipe at hand. */
static bool is_project(const struct node *node)
{
	return node_get(node, SLICE("path")) || slice_empty(node_reference(node));
}

/* What the project's node needs is direct; tools of the build are in lists of their own. */
static void read_graph(struct manifest *m, const struct node *nodes)
{
	struct map direct, tools;

	map_init(&direct);
	map_init(&tools);
	node_each(it, nodes) {
		put_numbers(&tools, node_get(it, SLICE("build_requires")));
		if (is_project(it)) {
			put_numbers(&direct, node_get(it, SLICE("requires")));
			put_numbers(&direct, node_get(it, SLICE("build_requires")));
		}
	}
	node_each(it, nodes) {
		bool build = map_get(&tools, it->key) ||
			     slice_is(node_get_text(it, SLICE("context")), "build");
		uint32_t flags = (build ? PACKAGE_DEV : 0u) |
				 (direct.count && !map_get(&direct, it->key) ? PACKAGE_INDIRECT : 0u);

		if (is_project(it))
			continue;
		struct package *p = add_reference(m, node_reference(it), flags, it);
		if (p && !p->depends.count)
			depend_nodes(m, p, nodes, node_get(it, SLICE("requires")));
	}
	map_release(&direct);
	map_release(&tools);
}

static void read_lists(struct manifest *m)
{
	node_each(it, node_get(m->root, SLICE("requires")))
		add_reference(m, node_text(it), 0, it);
	node_each(it, node_get(m->root, SLICE("build_requires")))
		add_reference(m, node_text(it), PACKAGE_DEV, it);
	node_each(it, node_get(m->root, SLICE("python_requires")))
		add_reference(m, node_text(it), PACKAGE_DEV, it);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_CONAN_LOCK, in, out);
	manifest_read(&m, MANIFEST_JSON);
	const struct node *nodes = node_path(m.root, "graph_lock", "nodes", NULL);
	if (m.root && !nodes && !node_get(m.root, SLICE("version")))
		manifest_refuse(&m, "this is no lock file of Conan");
	if (nodes)
		read_graph(&m, nodes);
	else
		read_lists(&m);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_conan_lock = {
	.name = "conan-lock",
	.origin = ORIGIN_CONAN_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "k",
	.matches = matches,
	.parse = parse,
};
