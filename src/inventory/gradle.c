/*
 * What Gradle writes down of a build's dependencies: gradle.lockfile and
 * buildscript-gradle.lockfile (Gradle User Manual, "Locking dependency
 * versions"), verification-metadata.xml ("Verifying dependencies"; other
 * versions than those in use may stand there as well) and version catalogs,
 * *.versions.toml ("Version catalogs"; what a build may ask for directly).
 */
#include "base/limits.h"
#include "format/xml.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

/* ---------------------------------------------------------------- lock file */

static bool matches_lock(struct slice path)
{
	struct slice name = inventory_base_name(path);

	return slice_is(name, "gradle.lockfile") || slice_is(name, "buildscript-gradle.lockfile");
}

/* "testCompileClasspath,testRuntimeClasspath": needed by tests and by nothing else. */
static bool only_tests(struct slice configurations)
{
	struct slice one;
	bool any = false;

	while (slice_next(&configurations, ',', &one)) {
		any = true;
		if (!slice_starts(one, SLICE("test")))
			return false;
	}
	return any;
}

static bool parse_lock(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct slice rest = in->bytes, line;
	struct manifest m;

	manifest_begin(&m, ORIGIN_GRADLE_LOCK, in, out);
	while (slice_next_line(&rest, &line)) {
		struct slice trimmed = slice_trim(line), id, configurations, version;
		size_t offset = (size_t)(trimmed.data - in->bytes.data);

		if (slice_empty(trimmed) || trimmed.data[0] == '#' || slice_starts(trimmed, SLICE("empty=")))
			continue;
		slice_split(trimmed, '=', &id, &configurations);
		size_t colon = slice_rfind_byte(id, ':');
		version = slice_from(id, colon + 1);
		id = slice_first(id, colon);
		if (slice_find_byte(id, ':') == id.len || slice_empty(version)) {
			manifest_skip(&m, offset, "no group:artifact:version");
			continue;
		}
		manifest_add_at(&m, id, version, only_tests(configurations) ? PACKAGE_DEV : 0, offset, trimmed.len);
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_gradle_lock = {
	.name = "gradle-lock",
	.origin = ORIGIN_GRADLE_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_lock,
	.parse = parse_lock,
};

/* ------------------------------------------------------------- verification */

static bool matches_verification(struct slice path)
{
	return slice_ends(path, SLICE("gradle/verification-metadata.xml"));
}

static void add_component(struct manifest *m, const struct xml_node *n)
{
	struct slice group = xml_attribute(n, SLICE("group")), name = xml_attribute(n, SLICE("name"));

	if (slice_empty(group) || slice_empty(name)) {
		manifest_skip(m, (size_t)n->offset, "a component without group and name");
		return;
	}
	manifest_add_at(m, manifest_join(m, group, ":", name), xml_attribute(n, SLICE("version")), 0,
			(size_t)n->offset, (size_t)n->length);
}

static bool parse_verification(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct xml_node *root = NULL;
	struct manifest m;

	manifest_begin(&m, ORIGIN_GRADLE_LOCK, in, out);
	xml_parse(in->bytes, &m.scratch, &root, &m.err);
	if (!root || !slice_is(root->name, "verification-metadata"))
		manifest_refuse(&m, "a verification-metadata.xml is a <verification-metadata>");
	else
		xml_each(n, xml_get(root, SLICE("components")))
			if (slice_is(n->name, "component"))
				add_component(&m, n);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_gradle_verification = {
	.name = "gradle-verification",
	.origin = ORIGIN_GRADLE_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_verification,
	.parse = parse_verification,
};

/* ------------------------------------------------------------------ catalog */

static bool matches_catalog(struct slice path)
{
	return slice_ends(path, SLICE(".versions.toml"));
}

/* A version is a text, or a table that says which one strictly, at least or preferably. */
static struct slice catalog_version(const struct node *version, const struct node *versions)
{
	static const struct slice keys[] = { SLICE_INIT("strictly"), SLICE_INIT("require"), SLICE_INIT("prefer") };
	const struct node *ref = node_get(version, SLICE("ref"));

	if (ref)
		version = node_get(versions, node_text(ref));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (node_is(version, NODE_MAP) && node_get(version, keys[i]))
			return node_get_text(version, keys[i]);
	return node_text(version);
}

static void add_library(struct manifest *m, const struct node *n, const struct node *versions)
{
	struct slice name = node_get_text(n, SLICE("module")), version;

	if (node_is(n, NODE_STRING)) {
		size_t colon = slice_rfind_byte(node_text(n), ':');

		name = slice_first(node_text(n), colon);
		version = slice_from(node_text(n), colon + 1);
	} else {
		version = catalog_version(node_get(n, SLICE("version")), versions);
		if (slice_empty(name))
			name = manifest_join(m, node_get_text(n, SLICE("group")), ":", node_get_text(n, SLICE("name")));
	}
	size_t colon = slice_find_byte(name, ':');
	if (colon == 0 || colon + 1 >= name.len) {
		manifest_skip(m, n->offset, "a library without group and name");
		return;
	}
	/* "[1.0, 2.0)", "1.+": which one is used is not told. */
	bool open = slice_find_byte(version, ',') < version.len || slice_ends(version, SLICE("+"));
	manifest_add(m, name, open ? SLICE_EMPTY : version, 0, n);
}

static bool parse_catalog(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_GRADLE_LOCK, in, out);
	manifest_read(&m, MANIFEST_TOML);
	node_each(n, node_get(m.root, SLICE("libraries")))
		add_library(&m, n, node_get(m.root, SLICE("versions")));
	return manifest_end(&m, err);
}

const struct inventory_row inventory_gradle_catalog = {
	.name = "gradle-catalog",
	.origin = ORIGIN_GRADLE_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_catalog,
	.parse = parse_catalog,
};
