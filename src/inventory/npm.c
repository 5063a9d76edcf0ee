/*
 * Installed npm packages: the package.json in a package's own folder, directly
 * in node_modules or in a scope there (npm's folders(5), package.json(5)).
 * Others further down are test data or marks for module loaders, and those
 * outside are projects, not installed packages.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (4 * MIB)

/* Takes the last component off. */
static struct slice cut_component(struct slice *path)
{
	struct slice name = inventory_base_name(*path);

	path->len -= name.len;
	if (path->len)
		path->len--;
	return name;
}

static bool matches(struct slice path)
{
	if (!slice_cut_suffix(&path, SLICE("/package.json")))
		return false;
	struct slice folder = cut_component(&path), above = inventory_base_name(path);

	/* No package's name starts with a dot; ".cache" and the like do. */
	if (slice_empty(folder) || folder.data[0] == '.' || folder.data[0] == '@')
		return false;
	if (slice_starts(above, SLICE("@")) && above.len > 1) {
		cut_component(&path);
		above = inventory_base_name(path);
	}
	return slice_is(above, "node_modules");
}

/* "MIT", {"type": "MIT"}, or a list of those, any of which may be chosen. */
static struct slice license_text(struct manifest *m, const struct node *license)
{
	struct slice all = SLICE_EMPTY;

	if (node_is(license, NODE_MAP))
		return node_get_text(license, SLICE("type"));
	if (!node_is(license, NODE_LIST))
		return node_text(license);
	node_each(it, license) {
		struct slice one =
			node_is(it, NODE_MAP) ? node_get_text(it, SLICE("type")) : node_text(it);

		if (all.len + one.len > LIMIT_NAME)
			break;
		all = slice_empty(all) ? one : manifest_join(m, all, " OR ", one);
	}
	return all;
}

static struct slice person_text(struct manifest *m, const struct node *person)
{
	struct slice name = node_get_text(person, SLICE("name")),
		     email = node_get_text(person, SLICE("email"));

	if (!node_is(person, NODE_MAP))
		return node_text(person);
	if (slice_empty(name) || slice_empty(email))
		return slice_empty(name) ? email : name;
	return manifest_join(m, name, " <", manifest_join(m, email, "", SLICE(">")));
}

/* "v1.0.0" and "= 1.0.0" are read as 1.0.0 by npm (semver, "loose"). */
static struct slice clean_version(struct slice version)
{
	version = slice_trim(version);
	while (version.len > 1 &&
	       (version.data[0] == 'v' || version.data[0] == '=' || version.data[0] == ' '))
		version = slice_from(version, 1);
	return version;
}

static void add_package(struct manifest *m)
{
	struct slice name = node_get_text(m->root, SLICE("name"));
	struct slice version = clean_version(node_get_text(m->root, SLICE("version")));
	struct slice resolved = node_get_text(m->root, SLICE("_resolved"));
	bool local = slice_starts(resolved, SLICE("git")) ||
		     slice_starts(resolved, SLICE("file:")) || slice_starts(resolved, SLICE("/"));

	/* A folder may hold parts of a package that has no version of its own. */
	if (slice_empty(name) || slice_empty(version))
		return;
	struct package *p = manifest_add_at(m, name, version, local ? PACKAGE_LOCAL : 0, 0, 0);
	if (!p)
		return;
	const struct node *license = node_get(m->root, SLICE("license"));
	manifest_set(m, &p->license,
		     license_text(m, license ? license : node_get(m->root, SLICE("licenses"))));
	manifest_set(m, &p->maintainer, person_text(m, node_get(m->root, SLICE("author"))));
	manifest_set(m, &p->integrity, node_get_text(m->root, SLICE("_integrity")));
	manifest_depend_keys(m, p, node_get(m->root, SLICE("dependencies")));
	manifest_depend_keys(m, p, node_get(m->root, SLICE("optionalDependencies")));
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_NODE_PACKAGE, in, out);
	manifest_read(&m, MANIFEST_JSON);
	if (node_is(m.root, NODE_MAP))
		add_package(&m);
	else
		manifest_refuse(&m, "a package.json is an object");
	return manifest_end(&m, err);
}

const struct inventory_row inventory_node_package = {
	.name = "node-package",
	.origin = ORIGIN_NODE_PACKAGE,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "n",
	.parse = parse,
};
