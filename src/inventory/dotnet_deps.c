/*
 * *.deps.json beside a .NET program or in a shared framework (.NET's design
 * documents, "Runtime Configuration Files": the dependencies manifest).
 * "libraries" says what each entry is, "targets" which files of it the program
 * runs with; a package without any is only named, its code is the framework's.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE(".deps.json"));
}

struct deps {
	struct manifest *m;
	struct map target;   /* "Name/1.0.0" -> its entry in the target that runs */
	struct map types;    /* "Name/1.0.0" -> its entry in libraries */
	struct map wanted;   /* names that others depend on */
	struct map direct;   /* names that projects depend on */
};

static bool is_project(const struct node *library)
{
	return slice_is(node_get_text(library, SLICE("type")), "project");
}

/* The entry of the target that the program runs as; without a name the first one. */
static const struct node *find_target(const struct node *root)
{
	const struct node *targets = node_get(root, SLICE("targets"));
	const struct node *runtime = node_get(root, SLICE("runtimeTarget"));
	/* Once it was a string. */
	struct slice name = node_is(runtime, NODE_MAP) ? node_get_text(runtime, SLICE("name")) : node_text(runtime);
	const struct node *target = slice_empty(name) ? NULL : node_get(targets, name);

	if (target || !node_is(targets, NODE_MAP))
		return target;
	return targets->first;
}

static void collect(struct deps *d, const struct node *target, const struct node *libraries)
{
	node_each(it, libraries)
		map_put_ptr(&d->types, it->key, it);
	node_each(it, target) {
		const struct node *library = map_get_ptr(&d->types, it->key);

		map_put_ptr(&d->target, it->key, it);
		node_each(name, node_get(it, SLICE("dependencies"))) {
			map_put(&d->wanted, name->key, NULL);
			if (is_project(library))
				map_put(&d->direct, name->key, NULL);
		}
	}
}

/* Has the program files of it? */
static bool runs(const struct node *entry)
{
	static const struct slice kinds[] = {
		SLICE_INIT("runtime"), SLICE_INIT("runtimeTargets"), SLICE_INIT("native"), SLICE_INIT("resources"),
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct node *files = node_get(entry, kinds[i]);

		if (node_is(files, NODE_MAP) && files->count)
			return true;
	}
	return false;
}

static uint32_t project_flags(const struct deps *d, struct slice name)
{
	return PACKAGE_LOCAL | (map_get(&d->wanted, name) ? 0u : PACKAGE_MAIN);
}

static void add_library(struct deps *d, const struct node *library)
{
	const struct node *entry = map_get_ptr(&d->target, library->key);
	struct slice type = node_get_text(library, SLICE("type")), name, version;
	uint32_t flags = 0;

	if (!slice_split(library->key, '/', &name, &version)) {
		manifest_skip(d->m, library->key_offset, "a library without a name and version");
		return;
	}
	if (is_project(library))
		flags = project_flags(d, name);
	else if (slice_is(type, "reference"))
		flags = PACKAGE_LOCAL;
	else if (slice_is(type, "package") && entry && !runs(entry))
		return;
	/* The framework within a self-contained program: the package of that name behind the prefix. */
	bool pack = slice_is(type, "runtimepack") && slice_cut_prefix(&name, SLICE("runtimepack."));
	if (!is_project(library) && !pack && d->direct.live && !map_get(&d->direct, name))
		flags |= PACKAGE_INDIRECT;
	struct package *p = manifest_add(d->m, name, version, flags, library);
	if (!p)
		return;
	manifest_set(d->m, &p->integrity, node_get_text(library, SLICE("sha512")));
	if (!p->depends.count)
		manifest_depend_keys(d->m, p, node_get(entry, SLICE("dependencies")));
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct deps d = { .m = &m };

	manifest_begin(&m, ORIGIN_DOTNET_DEPS, in, out);
	manifest_read(&m, MANIFEST_JSON);
	const struct node *libraries = node_get(m.root, SLICE("libraries"));
	map_init(&d.target);
	map_init(&d.types);
	map_init(&d.wanted);
	map_init(&d.direct);
	if (!node_is(m.root, NODE_MAP))
		manifest_refuse(&m, "a deps.json is an object");
	/* What was cut off says nothing of what runs. */
	collect(&d, m.err.code == ERR_NONE ? find_target(m.root) : NULL, libraries);
	node_each(it, libraries)
		add_library(&d, it);
	map_release(&d.target);
	map_release(&d.types);
	map_release(&d.wanted);
	map_release(&d.direct);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_dotnet_deps = {
	.name = "dotnet-deps",
	.origin = ORIGIN_DOTNET_DEPS,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "n",
	.parse = parse,
};
