/*
 * Cargo.lock, versions 1 to 4 (The Cargo Book, "Cargo.toml vs Cargo.lock"; the
 * encoding is that of cargo's own core/resolver/encode.rs).  A package without
 * a source is of the workspace or a path.  Which dependencies are for
 * development only is not told.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

/* Crates that were downloaded or are Rust's own come with files that nobody builds from. */
static bool in_cache(struct slice path)
{
	static const struct slice folders[] = {
		SLICE_INIT("registry/src/"), SLICE_INIT("git/checkouts/"), SLICE_INIT("lib/rustlib/"),
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t at = slice_find(path, folders[i]);

		if (at < path.len && (at == 0 || path.data[at - 1] == '/'))
			return true;
	}
	return false;
}

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("Cargo.lock")) && slice_is(inventory_base_name(path), "Cargo.lock") &&
	       !in_cache(path);
}

struct lock {
	struct manifest *m;
	struct map wanted; /* "name" or "name version", as packages without a source ask for them */
	bool roots;        /* there are such packages */
	struct map sums;   /* "checksum name version (source)" -> node: of version 1 */
};

/* "name", "name version" or "name version (source)" */
static struct slice without_source(struct slice dependency)
{
	return slice_trim(slice_first(dependency, slice_find_byte(dependency, '(')));
}

static struct slice dependency_name(struct slice dependency)
{
	return slice_first(dependency, slice_find_byte(dependency, ' '));
}

static bool of_workspace(const struct node *entry)
{
	return slice_empty(node_get_text(entry, SLICE("source")));
}

static void collect_wanted(struct lock *l, const struct node *entry)
{
	if (!of_workspace(entry))
		return;
	l->roots = true;
	node_each(it, node_get(entry, SLICE("dependencies")))
		map_put(&l->wanted, without_source(node_text(it)), NULL);
}

static bool is_wanted(struct lock *l, struct slice name, struct slice version)
{
	return map_get(&l->wanted, name) || map_get(&l->wanted, manifest_key(l->m, name, " ", version));
}

static uint32_t entry_flags(struct lock *l, const struct node *entry, struct slice name, struct slice version)
{
	bool wanted = is_wanted(l, name, version);

	if (of_workspace(entry))
		return PACKAGE_LOCAL | (wanted ? 0u : PACKAGE_MAIN);
	return (slice_starts(node_get_text(entry, SLICE("source")), SLICE("git+")) ? PACKAGE_LOCAL : 0u) |
	       (l->roots && !wanted ? PACKAGE_INDIRECT : 0u);
}

static struct slice checksum(struct lock *l, const struct node *entry, struct slice name, struct slice version)
{
	struct slice sum = node_get_text(entry, SLICE("checksum"));
	struct slice source = node_get_text(entry, SLICE("source"));

	if (!slice_empty(sum) || l->sums.live == 0)
		return sum;
	struct slice key = manifest_join(l->m, manifest_join(l->m, SLICE("checksum"), " ", name), " ", version);
	key = manifest_join(l->m, manifest_join(l->m, key, " (", source), ")", SLICE_EMPTY);
	sum = node_text(map_get_ptr(&l->sums, key));
	return slice_is(sum, "<none>") ? SLICE_EMPTY : sum;
}

static void add_package(struct lock *l, const struct node *entry)
{
	struct slice name = node_get_text(entry, SLICE("name"));
	struct slice version = node_get_text(entry, SLICE("version"));
	struct package *p = manifest_add(l->m, name, version, entry_flags(l, entry, name, version), entry);

	if (!p)
		return;
	manifest_set(l->m, &p->integrity, checksum(l, entry, name, version));
	if (p->depends.count)
		return;
	node_each(it, node_get(entry, SLICE("dependencies")))
		manifest_depend(l->m, p, dependency_name(node_text(it)));
}

static void read_lock(struct manifest *m)
{
	struct lock l = { .m = m };
	/* The first files of version 1 had the project apart from the others. */
	const struct node *root = node_get(m->root, SLICE("root"));
	const struct node *packages = node_get(m->root, SLICE("package"));

	map_init(&l.wanted);
	map_init(&l.sums);
	node_each(it, node_get(m->root, SLICE("metadata")))
		map_put_ptr(&l.sums, it->key, it);
	if (root)
		collect_wanted(&l, root);
	node_each(it, packages)
		collect_wanted(&l, it);
	if (root)
		add_package(&l, root);
	node_each(it, packages)
		add_package(&l, it);
	map_release(&l.wanted);
	map_release(&l.sums);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_CARGO_LOCK, in, out);
	manifest_read(&m, MANIFEST_TOML);
	read_lock(&m);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_cargo_lock = {
	.name = "cargo-lock",
	.origin = ORIGIN_CARGO_LOCK,
	/* In an image it tells what programs were built from that do not tell themselves. */
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "k",
	.parse = parse,
};
