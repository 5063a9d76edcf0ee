/*
 * package-lock.json and npm-shrinkwrap.json (package-lock.json(5) of npm 6 to
 * 11): lockfileVersion 1 has "dependencies", a tree by name; 3 has "packages",
 * a map by folder; 2 has both, which say the same.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/npm_name.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches(struct slice path)
{
	if (!slice_ends(path, SLICE("package-lock.json")) &&
	    !slice_ends(path, SLICE("npm-shrinkwrap.json")))
		return false;
	struct slice name = inventory_base_name(path);

	/* What a package ships says how it was developed, not what is installed. */
	return (slice_is(name, "package-lock.json") || slice_is(name, "npm-shrinkwrap.json")) &&
	       !path_inside(path, SLICE("node_modules"));
}

/*
 * "devOptional" is needed for development and, if one wants it, in production:
 * that is not "for development only".
 */
static uint32_t entry_flags(const struct node *entry)
{
	bool either = node_truth(node_get(entry, SLICE("devOptional")));

	return (node_truth(node_get(entry, SLICE("dev"))) ? PACKAGE_DEV : 0u) |
	       (either || node_truth(node_get(entry, SLICE("optional"))) ? PACKAGE_OPTIONAL : 0u);
}

/* ---- "packages" ---- */

struct folders {
	struct manifest *m;
	struct map known;  /* folder -> its entry */
	struct map direct; /* folders that the project and its workspaces ask for */
};

static bool in_node_modules(struct slice folder)
{
	return slice_starts(folder, SLICE("node_modules/")) ||
	       slice_find(folder, SLICE("/node_modules/")) < folder.len;
}

/* The folder from which `importer` would load the package: its own, or else the project's. */
static void add_direct(struct folders *f, struct slice importer, struct slice name)
{
	const struct node *entry = NULL;

	if (!slice_empty(importer))
		entry = map_get_ptr(&f->known,
				    manifest_key(f->m, importer, "/node_modules/", name));
	if (!entry)
		entry = map_get_ptr(&f->known,
				    manifest_key(f->m, SLICE_EMPTY, "node_modules/", name));
	if (entry)
		map_put(&f->direct, entry->key, NULL);
}

static void collect_folders(struct folders *f, const struct node *packages)
{
	static const struct slice kinds[] = {
		SLICE_INIT("dependencies"), SLICE_INIT("devDependencies"),
		SLICE_INIT("optionalDependencies"), SLICE_INIT("peerDependencies"),
	};

	node_each(entry, packages)
		map_put_ptr(&f->known, entry->key, entry);
	node_each(entry, packages) {
		if (in_node_modules(entry->key))
			continue;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			node_each(name, node_get(entry, kinds[i]))
				add_direct(f, entry->key, name->key);
	}
}

static void add_details(struct manifest *m, struct package *p, const struct node *entry)
{
	manifest_set(m, &p->license, node_get_text(entry, SLICE("license")));
	manifest_set(m, &p->integrity, node_get_text(entry, SLICE("integrity")));
	if (p->depends.count)
		return;
	manifest_depend_keys(m, p, node_get(entry, SLICE("dependencies")));
	manifest_depend_keys(m, p, node_get(entry, SLICE("optionalDependencies")));
}

static void add_folder(struct folders *f, const struct node *entry)
{
	struct slice name = node_get_text(entry, SLICE("name"));
	struct slice resolved = node_get_text(entry, SLICE("resolved"));
	bool installed = in_node_modules(entry->key);
	uint32_t flags = entry_flags(entry);

	/* The project itself; a link, whose target has an entry of its own. */
	if (slice_empty(entry->key) || node_truth(node_get(entry, SLICE("link"))))
		return;
	if (!node_is(entry, NODE_MAP)) {
		manifest_skip(f->m, entry->offset, "an entry of \"packages\" is no object");
		return;
	}
	if (!installed || slice_starts(resolved, SLICE("file:")) || npm_url_is_repository(resolved))
		flags |= PACKAGE_LOCAL;
	if (installed && !map_get(&f->direct, entry->key))
		flags |= PACKAGE_INDIRECT;
	struct package *p =
		manifest_add(f->m, slice_empty(name) ? npm_name_of_path(entry->key) : name,
			     node_get_text(entry, SLICE("version")), flags, entry);
	if (p)
		add_details(f->m, p, entry);
}

static void read_packages(struct manifest *m, const struct node *packages)
{
	struct folders f = { .m = m };

	map_init(&f.known);
	map_init(&f.direct);
	collect_folders(&f, packages);
	node_each(entry, packages)
		add_folder(&f, entry);
	map_release(&f.known);
	map_release(&f.direct);
}

/* ---- "dependencies" of version 1 ---- */

static void add_dependency(struct manifest *m, const struct node *entry, bool nested)
{
	struct slice name = entry->key, version = node_get_text(entry, SLICE("version"));
	uint32_t flags = entry_flags(entry) | (nested ? PACKAGE_INDIRECT : 0u);

	if (!npm_alias(version, &name, &version)) {
		name = entry->key;
		if (npm_spec_is_local(version)) {
			/* Of what lies in a repository the commit is known, of a path nothing. */
			version = npm_commit(version);
			flags |= PACKAGE_LOCAL | PACKAGE_UNVERSIONED;
		}
	}
	struct package *p = manifest_add(m, name, version, flags, entry);
	if (!p)
		return;
	manifest_set(m, &p->integrity, node_get_text(entry, SLICE("integrity")));
	if (!p->depends.count)
		manifest_depend_keys(m, p, node_get(entry, SLICE("requires")));
}

/* As deep as JSON may be nested, by two levels each. */
static void read_dependencies(struct manifest *m, const struct node *dependencies, bool nested)
{
	node_each(entry, dependencies) {
		if (!node_is(entry, NODE_MAP)) {
			manifest_skip(m, entry->offset,
				      "an entry of \"dependencies\" is no object");
			continue;
		}
		add_dependency(m, entry, nested);
		read_dependencies(m, node_get(entry, SLICE("dependencies")), true);
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_NPM_LOCK, in, out);
	manifest_read(&m, MANIFEST_JSON);
	const struct node *packages = node_get(m.root, SLICE("packages"));
	if (!node_is(m.root, NODE_MAP))
		manifest_refuse(&m, "a package-lock.json is an object");
	else if (node_is(packages, NODE_MAP))
		read_packages(&m, packages);
	else
		read_dependencies(&m, node_get(m.root, SLICE("dependencies")), false);
	return manifest_end(&m, err);
}

static bool in_folder(const struct package *p, struct slice name, struct slice *ret_folder)
{
	*ret_folder = p->path;
	return p->origin == ORIGIN_NPM_LOCK && slice_eq(inventory_base_name(p->path), name) &&
	       slice_cut_suffix(ret_folder, name);
}

void npm_lock_settle(struct package_list *packages)
{
	struct map shrunk;
	struct slice folder;
	size_t kept = 0;

	map_init(&shrunk);
	vec_each(p, packages)
		if (in_folder(p, SLICE("npm-shrinkwrap.json"), &folder))
			map_put(&shrunk, folder, NULL);
	for (size_t i = 0; i < packages->count; i++) {
		struct package *p = &packages->items[i];

		if (!in_folder(p, SLICE("package-lock.json"), &folder) || !map_get(&shrunk, folder))
			packages->items[kept++] = *p;
	}
	packages->count = kept;
	map_release(&shrunk);
}

const struct inventory_row inventory_npm_lock = {
	.name = "npm-lock",
	.origin = ORIGIN_NPM_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "n",
	.parse = parse,
};
