/*
 * pnpm-lock.yaml (pnpm's spec repository, lockfile 5 to 9).  "packages" is a
 * map by dependency path: 5.x "/name/1.0.0_peers", 6.x "/name@1.0.0(peers)",
 * 9.x "name@1.0.0" with the peers in "snapshots".  Up to 6.x each entry says
 * whether it is for development; from 9.x on that follows from the importers.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/npm_name.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)
/* pnpm 11 writes what it needs itself as a document of its own in front. */
#define DOCUMENTS_MAX 4

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("pnpm-lock.yaml")) &&
	       slice_is(inventory_base_name(path), "pnpm-lock.yaml") &&
	       !path_inside(path, SLICE("node_modules"));
}

enum mark { MARK_PRODUCTION = 1, MARK_DEVELOPMENT = 2, MARK_DIRECT = 4 };

struct lock {
	struct manifest *m;
	uint64_t major;
	const struct node *root;
	const struct node *snapshots;
	struct map paths;  /* dependency path -> its entry in packages (5, 6) or snapshots (9) */
	struct map marks;  /* dependency path without peers -> enum mark bits */
	struct VEC_OF(const struct node *) waiting;
};

/* ---- who asks for what ---- */

/* A path without the peers behind it. */
static struct slice without_peers(const struct lock *l, struct slice path)
{
	if (l->major >= 6)
		return slice_first(path, slice_find_byte(path, '('));
	/* Behind the last slash, since a scope or a repository may have underscores. */
	size_t slash = slice_rfind_byte(path, '/');
	size_t version = slash < path.len ? slash + 1 : 0;
	return slice_first(path, version + slice_find_byte(slice_from(path, version), '_'));
}

/*
 * The entry that "name: reference" means; a reference may be a path already, or a link to a
 * folder.
 */
static const struct node *find_wanted(struct lock *l, struct slice name, struct slice reference)
{
	const struct node *entry = map_get_ptr(&l->paths, reference);

	if (entry)
		return entry;
	if (l->major >= 9)
		return map_get_ptr(&l->paths, manifest_key(l->m, name, "@", reference));
	/* Without the slash that all paths from the default registry start with. */
	return map_get_ptr(&l->paths,
			   manifest_key(l->m, name, l->major >= 6 ? "@" : "/", reference));
}

static void add_wanted(struct lock *l, const struct node *wanted, unsigned bits)
{
	node_each(it, wanted) {
		/* "1.0.0", or {specifier: ^1.0.0, version: 1.0.0} */
		struct slice reference =
			node_is(it, NODE_MAP) ? node_get_text(it, SLICE("version")) : node_text(it);
		const struct node *entry = find_wanted(l, it->key, reference);

		if (!entry)
			continue;
		*map_put(&l->marks, without_peers(l, entry->key), NULL) |= bits;
		if (bits & MARK_PRODUCTION)
			*vec_add(&l->m->scratch, &l->waiting) = entry;
	}
}

static void read_importer(struct lock *l, const struct node *importer)
{
	add_wanted(l, node_get(importer, SLICE("dependencies")), MARK_PRODUCTION | MARK_DIRECT);
	add_wanted(l, node_get(importer, SLICE("optionalDependencies")),
		   MARK_PRODUCTION | MARK_DIRECT);
	add_wanted(l, node_get(importer, SLICE("devDependencies")), MARK_DEVELOPMENT | MARK_DIRECT);
	add_wanted(l, node_get(importer, SLICE("configDependencies")),
		   MARK_DEVELOPMENT | MARK_DIRECT);
	add_wanted(l, node_get(importer, SLICE("packageManagerDependencies")),
		   MARK_DEVELOPMENT | MARK_DIRECT);
}

/* Everything that is reached from production dependencies is needed in production. */
static void spread_production(struct lock *l)
{
	struct map reached;

	map_init(&reached);
	while (l->waiting.count) {
		const struct node *entry = l->waiting.items[--l->waiting.count];
		bool fresh;

		map_put(&reached, entry->key, &fresh);
		if (!fresh)
			continue;
		add_wanted(l, node_get(entry, SLICE("dependencies")), MARK_PRODUCTION);
		add_wanted(l, node_get(entry, SLICE("optionalDependencies")), MARK_PRODUCTION);
	}
	map_release(&reached);
}

static void read_importers(struct lock *l)
{
	const struct node *importers = node_get(l->root, SLICE("importers"));

	/* One project alone stands at the top up to 6.x. */
	read_importer(l, l->root);
	node_each(it, importers)
		read_importer(l, it);
	if (l->major >= 9)
		spread_production(l);
}

/* ---- packages ---- */

/* "name@version" or, up to 5.x, "name/version"; the name may have a scope. */
static bool split_path(const struct lock *l, struct slice path, struct slice *name,
		       struct slice *version)
{
	if (l->major >= 6 && npm_split_spec(path, name, version))
		return true;
	size_t scope = slice_starts(path, SLICE("@")) ? slice_find_byte(path, '/') + 1 : 0;
	size_t slash = scope + slice_find_byte(slice_from(path, scope), '/');
	if (slash >= path.len)
		return false;
	*name = slice_first(path, slash);
	*version = slice_from(path, slash + 1);
	/* The first 5.x put peers behind another slash. */
	*version = slice_first(*version, slice_find_byte(*version, '/'));
	return true;
}

/* A path without a registry's host or the slash that stands for the default one. */
static struct slice without_host(const struct lock *l, struct slice path)
{
	return l->major >= 9 ? path : slice_from(path, slice_find_byte(path, '/') + 1);
}

static bool is_registry_version(struct slice version)
{
	return !slice_empty(version) && ascii_digit(version.data[0]) && !npm_spec_is_local(version);
}

static uint32_t entry_flags(const struct lock *l, const struct node *entry)
{
	const uint64_t *marks = map_get(&l->marks, without_peers(l, entry->key));
	const struct node *snapshot = map_get_ptr(&l->paths, entry->key);
	const struct node *told = l->major >= 9 ? snapshot : entry;
	bool dev = l->major >= 9 ? l->marks.live && !(marks && (*marks & MARK_PRODUCTION)) :
				   node_truth(node_get(entry, SLICE("dev")));

	return (dev ? PACKAGE_DEV : 0u) |
	       (node_truth(node_get(told, SLICE("optional"))) ? PACKAGE_OPTIONAL : 0u) |
	       (l->marks.live && !(marks && (*marks & MARK_DIRECT)) ? PACKAGE_INDIRECT : 0u);
}

static bool resolution_is_local(const struct node *resolution)
{
	struct slice type = node_get_text(resolution, SLICE("type"));

	return slice_is(type, "git") || slice_is(type, "directory") ||
	       slice_starts(node_get_text(resolution, SLICE("tarball")), SLICE("file:")) ||
	       slice_starts(node_get_text(resolution, SLICE("tarball")),
			    SLICE("https://codeload.github.com/"));
}

static void add_package(struct lock *l, const struct node *entry)
{
	struct slice own_name = node_get_text(entry, SLICE("name")),
		     own_version = node_get_text(entry, SLICE("version"));
	struct slice path = without_host(l, without_peers(l, entry->key)), name = SLICE_EMPTY,
		     version = SLICE_EMPTY;
	const struct node *resolution = node_get(entry, SLICE("resolution"));
	uint32_t flags = entry_flags(l, entry);
	bool named = split_path(l, path, &name, &version) &&
		     (l->major >= 9 || is_registry_version(version));
	bool local = resolution_is_local(resolution) || slice_starts(entry->key, SLICE("file:")) ||
		     (named && !is_registry_version(version));

	/* What is not from a registry says its name and version itself. */
	if (!slice_empty(own_name))
		name = own_name;
	if (!slice_empty(own_version))
		version = own_version;
	if (!is_registry_version(version))
		version = SLICE_EMPTY;
	if (!(named || !slice_empty(own_name)) || (!local && slice_empty(version))) {
		manifest_skip(l->m, entry->offset, "a dependency path without a name or version");
		return;
	}
	struct package *p =
		manifest_add(l->m, name, version, flags | (local ? PACKAGE_LOCAL : 0u), entry);
	if (!p)
		return;
	manifest_set(l->m, &p->integrity, node_get_text(resolution, SLICE("integrity")));
	if (p->depends.count)
		return;
	const struct node *told = l->major >= 9 ? map_get_ptr(&l->paths, entry->key) : entry;
	manifest_depend_keys(l->m, p, node_get(told, SLICE("dependencies")));
	manifest_depend_keys(l->m, p, node_get(told, SLICE("optionalDependencies")));
}

/*
 * Up to 6.x a path from the default registry is found without its slash too.
 * From 9.x on an entry of packages is asked for by its path alone, which its
 * first snapshot answers where peers differ.
 */
static void collect_paths(struct lock *l)
{
	const struct node *packages = node_get(l->root, SLICE("packages"));

	node_each(it, l->major >= 9 && l->snapshots ? l->snapshots : packages) {
		bool fresh, slash = l->major < 9 && slice_starts(it->key, SLICE("/"));
		uint64_t *other =
			map_put(&l->paths,
				slash ? slice_from(it->key, 1) : without_peers(l, it->key), &fresh);

		if (fresh)
			*other = (uint64_t)(uintptr_t)it;
		map_put_ptr(&l->paths, it->key, it);
	}
}

static void read_lock(struct manifest *m)
{
	struct slice version = node_get_text(m->root, SLICE("lockfileVersion"));
	struct lock l = {
		.m = m,
		.root = m->root,
		.snapshots = node_get(m->root, SLICE("snapshots")),
	};

	if (!slice_to_u64(slice_first(version, slice_find_byte(version, '.')), &l.major)) {
		manifest_refuse(m, "a pnpm-lock.yaml has a lockfileVersion");
		return;
	}
	map_init(&l.paths);
	map_init(&l.marks);
	collect_paths(&l);
	read_importers(&l);
	node_each(it, node_get(m->root, SLICE("packages")))
		add_package(&l, it);
	map_release(&l.paths);
	map_release(&l.marks);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_PNPM_LOCK, in, out);
	for (unsigned i = 0; i < DOCUMENTS_MAX && manifest_read_document(&m, i); i++)
		read_lock(&m);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_pnpm_lock = {
	.name = "pnpm-lock",
	.origin = ORIGIN_PNPM_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "l",
	.parse = parse,
};
