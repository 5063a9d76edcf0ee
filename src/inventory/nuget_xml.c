/*
 * NuGet's XML files: packages.config (the "packages.config reference") and
 * Directory.Packages.props ("Central Package Management"), with the older
 * Packages.props of the same content.
 */
#include "base/limits.h"
#include "format/xml.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (8 * MIB)
#define DEPTH_MAX 16        /* of groups within one another; MSBuild knows two */
#define EXPANSIONS_MAX 16   /* of properties whose value names another one */

static bool matches_config(struct slice path)
{
	return slice_ends(path, SLICE("packages.config")) &&
	       slice_is(inventory_base_name(path), "packages.config");
}

static bool matches_props(struct slice path)
{
	return slice_ends(path, SLICE("Packages.props")) &&
	       (slice_is(inventory_base_name(path), "Directory.Packages.props") ||
		slice_is(inventory_base_name(path), "Packages.props"));
}

static const struct xml_node *read_root(struct manifest *m, struct slice name, const char *refusal)
{
	struct xml_node *root = NULL;

	xml_parse(m->text, &m->scratch, &root, &m->err);
	if (root && slice_eq(root->name, name))
		return root;
	manifest_refuse(m, refusal);
	return NULL;
}

static struct package *add(struct manifest *m, const struct xml_node *n, struct slice name, struct slice version,
			   uint32_t flags)
{
	return manifest_add_at(m, slice_trim(name), slice_trim(version), flags, (size_t)n->offset,
			       (size_t)n->length);
}

/* ---- packages.config ---- */

static bool parse_config(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_NUGET_CONFIG, in, out);
	const struct xml_node *root = read_root(&m, SLICE("packages"), "a packages.config is <packages>");
	xml_each(it, root) {
		bool dev = slice_eq_nocase(xml_attribute(it, SLICE("developmentDependency")), SLICE("true"));

		if (slice_is(it->name, "package"))
			add(&m, it, xml_attribute(it, SLICE("id")), xml_attribute(it, SLICE("version")),
			    dev ? PACKAGE_DEV : 0);
	}
	return manifest_end(&m, err);
}

/* ---- Directory.Packages.props ---- */

struct props {
	struct manifest *m;
	struct map properties; /* lower-case name -> xml_node */
};

static struct slice lower(struct arena *a, struct slice s)
{
	char *copy = arena_alloc(a, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = ascii_tolower(s.data[i]);
	return slice_new(copy, s.len);
}

/* A value that is "$(Name)" and nothing else; what MSBuild would have to work out stays unknown. */
static struct slice expand(struct props *f, struct slice value)
{
	for (int i = 0; i < EXPANSIONS_MAX; i++) {
		struct slice name = value = slice_trim(value);

		if (slice_find(value, SLICE("$(")) == value.len)
			return value;
		if (!slice_cut_prefix(&name, SLICE("$(")) || !slice_cut_suffix(&name, SLICE(")")))
			return SLICE_EMPTY;
		const struct xml_node *n = map_get_ptr(&f->properties, lower(&f->m->scratch, name));
		value = n ? n->text : SLICE_EMPTY;
	}
	return SLICE_EMPTY;
}

/* "[1.0.0]" is 1.0.0 alone; other ranges leave open what is taken. */
static struct slice exact(struct slice version)
{
	struct slice inner = version;

	if (slice_cut_prefix(&inner, SLICE("[")) && slice_cut_suffix(&inner, SLICE("]")) &&
	    slice_find_byte(inner, ',') == inner.len)
		return slice_trim(inner);
	for (size_t i = 0; i < version.len; i++)
		if (slice_find_byte(SLICE("[](),* "), version.data[i]) < 7)
			return SLICE_EMPTY;
	return version;
}

static bool is_package(const struct xml_node *n)
{
	return slice_is(n->name, "PackageVersion") || slice_is(n->name, "PackageReference") ||
	       slice_is(n->name, "GlobalPackageReference");
}

static void add_package(struct props *f, const struct xml_node *n)
{
	struct slice name = xml_attribute(n, SLICE("Include")), version = xml_attribute(n, SLICE("Version"));
	/* Global references are those of tools that the build itself needs. */
	uint32_t flags = slice_is(n->name, "GlobalPackageReference") ? PACKAGE_DEV : 0;

	if (slice_empty(name))
		name = xml_attribute(n, SLICE("Update"));
	if (slice_empty(version))
		version = xml_get_text(n, SLICE("Version"));
	name = expand(f, name);
	/* One that takes a version away, or whose name only a build knows. */
	if (slice_empty(name))
		return;
	add(f->m, n, name, exact(expand(f, version)), flags);
}

/* Groups within Choose, When and Otherwise count whatever their conditions are. */
static void walk(struct props *f, const struct xml_node *parent, bool properties, int depth)
{
	if (depth == DEPTH_MAX) {
		manifest_skip(f->m, (size_t)parent->offset, "groups within one another, too deep");
		return;
	}
	xml_each(it, parent) {
		if (!properties && is_package(it))
			add_package(f, it);
		else if (properties && slice_is(parent->name, "PropertyGroup"))
			map_put_ptr(&f->properties, lower(&f->m->scratch, it->name), it);
		else if (it->first)
			walk(f, it, properties, depth + 1);
	}
}

static bool parse_props(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct props f = { .m = &m };

	manifest_begin(&m, ORIGIN_NUGET_PROPS, in, out);
	map_init(&f.properties);
	const struct xml_node *root = read_root(&m, SLICE("Project"), "a file of MSBuild is <Project>");
	if (root) {
		walk(&f, root, true, 0);
		walk(&f, root, false, 0);
	}
	map_release(&f.properties);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_nuget_config = {
	.name = "nuget-config",
	.origin = ORIGIN_NUGET_CONFIG,
	/* It is deployed with web applications, and nothing else there tells of their packages. */
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_config,
	.ends = "g",
	.parse = parse_config,
};

const struct inventory_row inventory_nuget_props = {
	.name = "nuget-props",
	.origin = ORIGIN_NUGET_PROPS,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_props,
	.ends = "s",
	.parse = parse_props,
};
