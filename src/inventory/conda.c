/*
 * Conda: the JSON file of each installed package in an environment's
 * conda-meta (conda's PrefixRecord), and environment.yml, which asks for
 * packages (conda's documentation, "Creating an environment file manually",
 * and conda's MatchSpec), with a list of its own for pip.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/python_requirement.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches_meta(struct slice path)
{
	struct slice name;

	if (!slice_ends(path, SLICE(".json")))
		return false;
	name = inventory_base_name(path);
	path = slice_first(path, path.len - name.len);
	return slice_ends(path, SLICE("conda-meta/")) &&
	       (path.len == 11 || path.data[path.len - 12] == '/');
}

static bool matches_environment(struct slice path)
{
	if (!slice_ends(path, SLICE(".yml")) && !slice_ends(path, SLICE(".yaml")))
		return false;
	struct slice name = inventory_base_name(path);

	return slice_is(name, "environment.yml") || slice_is(name, "environment.yaml");
}

/* "python >=3.8,<4", "defaults::numpy=1.21=py38_0", "numpy[version='1.2']" */
static struct slice spec_name(struct slice spec)
{
	size_t channel = slice_find(spec, SLICE("::")), end = 0;

	if (channel < spec.len)
		spec = slice_from(spec, channel + 2);
	spec = slice_trim(spec);
	while (end < spec.len && !ascii_space(spec.data[end]) && slice_find_byte(SLICE("=<>!~[;#"), spec.data[end]) == 8)
		end++;
	return slice_first(spec, end);
}

/* ---- conda-meta ---- */

static bool parse_meta(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct package *p = NULL;

	manifest_begin(&m, ORIGIN_CONDA, in, out);
	manifest_read(&m, MANIFEST_JSON);
	struct slice name = node_get_text(m.root, SLICE("name")), version = node_get_text(m.root, SLICE("version"));
	if (slice_empty(name) || slice_empty(version))
		manifest_refuse(&m, "no name and version of a package");
	else
		p = manifest_add_at(&m, name, version, 0, 0, 0);
	if (p) {
		struct slice sha256 = node_get_text(m.root, SLICE("sha256"));

		manifest_set(&m, &p->license, node_get_text(m.root, SLICE("license")));
		manifest_set(&m, &p->integrity, slice_empty(sha256) ? node_get_text(m.root, SLICE("md5")) : sha256);
		manifest_set(&m, &p->architecture, node_get_text(m.root, SLICE("subdir")));
		node_each(it, node_get(m.root, SLICE("depends")))
			manifest_depend(&m, p, spec_name(node_text(it)));
	}
	return manifest_end(&m, err);
}

/* ---- environment.yml ---- */

/*
 * The version that a specification pins: "=1.2" and "=1.2=build" (which is the
 * newest of 1.2, but no more is said), "==1.2", "1.2" and "1.2 build" behind a
 * blank.  Empty where several fit.
 */
static struct slice spec_version(struct slice spec, struct slice name)
{
	struct slice rest = slice_trim(slice_from(spec, (size_t)(name.data - spec.data) + name.len));
	size_t end = 0;

	while (slice_cut_prefix(&rest, SLICE("=")))
		;
	rest = slice_trim(rest);
	while (end < rest.len && !ascii_space(rest.data[end]) && rest.data[end] != '=')
		end++;
	struct slice version = slice_first(rest, end);
	for (size_t i = 0; i < version.len; i++)
		if (!ascii_alnum(version.data[i]) && slice_find_byte(SLICE("._+!-"), version.data[i]) == 5)
			return SLICE_EMPTY;
	return slice_empty(version) || version.data[0] == '!' ? SLICE_EMPTY : version;
}

static void add_spec(struct manifest *m, const struct node *it)
{
	struct slice spec = slice_trim(node_text(it)), name = spec_name(spec);

	if (slice_empty(name))
		manifest_skip(m, it->offset, "a dependency without a name");
	else
		manifest_add(m, name, spec_version(spec, name), 0, it);
}

/* What pip is to install is a package of Python's, not of conda's. */
static void add_pip(struct manifest *m, const struct node *it)
{
	struct python_requirement r;

	/* Options and files of requirements are pip's own matter. */
	if (slice_starts(node_text(it), SLICE("-")))
		return;
	if (!python_requirement_parse(node_text(it), &r)) {
		manifest_skip(m, it->offset, "no requirement of pip");
		return;
	}
	m->origin = ORIGIN_REQUIREMENTS;
	manifest_add(m, r.name, python_pinned(r.specifiers), slice_empty(r.url) ? 0 : PACKAGE_LOCAL, it);
	m->origin = ORIGIN_CONDA_ENVIRONMENT;
}

static void add_dependencies(struct manifest *m, const struct node *list)
{
	node_each(it, list) {
		if (!node_is(it, NODE_MAP))
			add_spec(m, it);
		else
			node_each(pip, node_get(it, SLICE("pip")))
				add_pip(m, pip);
	}
}

static bool parse_environment(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_CONDA_ENVIRONMENT, in, out);
	manifest_read(&m, MANIFEST_YAML);
	const struct node *dependencies = node_get(m.root, SLICE("dependencies"));
	/* Other programs have files of that name too; those without the list are none of conda's. */
	if (node_is(dependencies, NODE_LIST))
		add_dependencies(&m, dependencies);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_conda = {
	.name = "conda",
	.origin = ORIGIN_CONDA,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_meta,
	.ends = "n",
	.parse = parse_meta,
};

const struct inventory_row inventory_conda_environment = {
	.name = "conda-environment",
	.origin = ORIGIN_CONDA_ENVIRONMENT,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_environment,
	.ends = "l",
	.parse = parse_environment,
};
