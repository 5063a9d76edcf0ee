/*
 * Composer's packages: vendor/composer/installed.json (a list up to Composer
 * 1, an object from 2 on) and composer.lock (Composer's documentation,
 * "composer.lock" and "The composer.json schema").
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches_installed(struct slice path)
{
	return slice_ends(path, SLICE("composer/installed.json")) &&
	       (path.len == sizeof("composer/installed.json") - 1 ||
		path.data[path.len - sizeof("composer/installed.json")] == '/');
}

static bool matches_lock(struct slice path)
{
	return slice_ends(path, SLICE("composer.lock")) && slice_is(inventory_base_name(path), "composer.lock");
}

struct composer {
	struct manifest *m;
	struct map dev; /* names that are for development only */
};

/* Any one of them may be chosen ("license", disjunctive). */
static struct slice license_text(struct manifest *m, const struct node *license)
{
	struct slice all = SLICE_EMPTY;

	if (!node_is(license, NODE_LIST))
		return node_text(license);
	node_each(it, license) {
		struct slice one = node_text(it);

		if (all.len + one.len > LIMIT_NAME)
			break;
		all = slice_empty(all) ? one : manifest_join(m, all, " OR ", one);
	}
	return all;
}

/* Those without a vendor are what the machine has: php, ext-json, lib-curl. */
static void add_depends(struct manifest *m, struct package *p, const struct node *require)
{
	if (!node_is(require, NODE_MAP))
		return;
	node_each(it, require)
		if (slice_find_byte(it->key, '/') < it->key.len)
			manifest_depend(m, p, it->key);
}

static void add_maintainer(struct manifest *m, struct package *p, const struct node *entry)
{
	const struct node *authors = node_get(entry, SLICE("authors"));

	if (node_is(authors, NODE_LIST) && authors->first)
		manifest_set(m, &p->maintainer, node_get_text(authors->first, SLICE("name")));
}

static void add_package(struct composer *c, const struct node *entry, uint32_t flags)
{
	const struct node *dist = node_get(entry, SLICE("dist"));
	struct slice name = node_get_text(entry, SLICE("name"));

	if (slice_is(node_get_text(dist, SLICE("type")), "path"))
		flags |= PACKAGE_LOCAL;
	if (map_get(&c->dev, name))
		flags |= PACKAGE_DEV;
	struct package *p = manifest_add(c->m, name, node_get_text(entry, SLICE("version")), flags, entry);
	if (!p)
		return;
	manifest_set(c->m, &p->license, license_text(c->m, node_get(entry, SLICE("license"))));
	manifest_set(c->m, &p->integrity, node_get_text(dist, SLICE("shasum")));
	add_maintainer(c->m, p, entry);
	if (!p->depends.count)
		add_depends(c->m, p, node_get(entry, SLICE("require")));
}

static void read_packages(struct composer *c, const struct node *packages, uint32_t flags)
{
	node_each(entry, packages) {
		if (node_is(entry, NODE_MAP))
			add_package(c, entry, flags);
		else
			manifest_skip(c->m, entry->offset, "a package is an object");
	}
}

static void begin(struct composer *c, struct manifest *m, enum package_origin origin,
		  const struct inventory_input *in, struct inventory_output *out)
{
	*c = (struct composer){ .m = m };
	manifest_begin(m, origin, in, out);
	map_init(&c->dev);
	manifest_read(m, MANIFEST_JSON);
}

static bool end(struct composer *c, struct error *err)
{
	map_release(&c->dev);
	return manifest_end(c->m, err);
}

static bool parse_installed(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct composer c;

	begin(&c, &m, ORIGIN_COMPOSER_INSTALLED, in, out);
	const struct node *packages =
		node_is(m.root, NODE_LIST) ? m.root : node_get(m.root, SLICE("packages"));
	node_each(it, node_get(m.root, SLICE("dev-package-names")))
		map_put(&c.dev, node_text(it), NULL);
	if (node_is(packages, NODE_LIST))
		read_packages(&c, packages, 0);
	else
		manifest_refuse(&m, "an installed.json holds a list of packages");
	return end(&c, err);
}

static bool parse_lock(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct composer c;

	begin(&c, &m, ORIGIN_COMPOSER_LOCK, in, out);
	if (!node_is(m.root, NODE_MAP))
		manifest_refuse(&m, "a composer.lock is an object");
	read_packages(&c, node_get(m.root, SLICE("packages")), 0);
	read_packages(&c, node_get(m.root, SLICE("packages-dev")), PACKAGE_DEV);
	return end(&c, err);
}

const struct inventory_row inventory_composer_installed = {
	.name = "composer-installed",
	.origin = ORIGIN_COMPOSER_INSTALLED,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_installed,
	.ends = "n",
	.parse = parse_installed,
};

const struct inventory_row inventory_composer_lock = {
	.name = "composer-lock",
	.origin = ORIGIN_COMPOSER_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_lock,
	.ends = "k",
	.parse = parse_lock,
};
