/*
 * uv.lock: [[package]] tables with their dependencies.  The project and the
 * members of its workspace are among them, with a path as source; whether a
 * package is for development, for an extra or for all follows from the way on
 * which it is reached from there.
 */
#include <stddef.h>

#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("uv.lock")) && slice_is(inventory_base_name(path), "uv.lock");
}

/* In the order of their strength: what is reached in several ways has the strongest. */
enum way { WAY_NONE, WAY_DEV, WAY_OPTIONAL, WAY_ALWAYS };

/* More of one name than platforms differ are not looked at: each asks for all of them. */
#define SAME_NAME_MAX 64

struct entry {
	const struct node *node;
	struct slice name;
	struct entry *same_name; /* the next of this name: other versions for other platforms */
	unsigned same_names;     /* with this one */
	enum way way;
	bool direct;
	bool member;             /* the project or one of its workspace */
};

/* Dependencies of a package, or those that one of its extras adds. */
struct list {
	const struct node *node;
	enum way way;            /* on which it was walked */
};

struct extra_key {
	const struct entry *entry;
	char name[LIMIT_NAME];
};

struct step {
	const struct node *list;
	enum way way;
};

struct lock {
	struct manifest *m;
	struct VEC_OF(struct entry) entries;
	struct VEC_OF(struct step) steps;
	struct map by_name;
	struct map extras; /* entry and extra's name -> struct list */
};

static struct slice source_path(const struct node *package)
{
	static const struct slice kinds[] = {
		SLICE_INIT("editable"),
		SLICE_INIT("virtual"),
		SLICE_INIT("directory"),
		SLICE_INIT("path"),
	};
	const struct node *source = node_get(package, SLICE("source"));

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (node_get(source, kinds[i]))
			return node_get_text(source, kinds[i]);
	return SLICE_EMPTY;
}

static bool source_is_local(const struct node *package)
{
	const struct node *source = node_get(package, SLICE("source"));

	return source && !node_get(source, SLICE("registry"));
}

static void add_step(struct lock *l, const struct node *list, enum way way)
{
	if (list)
		*vec_add(&l->m->scratch, &l->steps) = (struct step){ list, way };
}

static struct slice extra_key(struct extra_key *key, const struct entry *e, struct slice name)
{
	name = slice_first(name, LIMIT_NAME);
	key->entry = e;
	if (name.len)
		memcpy(key->name, name.data, name.len);
	return slice_new(key, offsetof(struct extra_key, name) + name.len);
}

/* The extras of a package that a dependency asks for. */
static void walk_extras(struct lock *l, const struct entry *e, const struct node *wanted,
			enum way way)
{
	node_each(name, wanted) {
		struct extra_key key;
		struct list *list = map_get_ptr(&l->extras, extra_key(&key, e, node_text(name)));

		if (!list || list->way >= way)
			continue;
		list->way = way;
		add_step(l, list->node, way);
	}
}

/*
 * One like {name = "x", version = "1.0", extra = ["y"]}; the version is told where there are
 * several.
 */
static void walk_dependency(struct lock *l, const struct node *dependency, enum way way,
			    bool direct)
{
	struct slice version = node_get_text(dependency, SLICE("version"));
	struct entry *e = map_get_ptr(&l->by_name, node_get_text(dependency, SLICE("name")));

	for (; e; e = e->same_name) {
		if (!slice_empty(version) &&
		    !slice_eq(version, node_get_text(e->node, SLICE("version"))))
			continue;
		e->direct |= direct;
		/* So each list is walked at most three times. */
		if (e->way < way) {
			e->way = way;
			add_step(l, node_get(e->node, SLICE("dependencies")), way);
		}
		walk_extras(l, e, node_get(dependency, SLICE("extra")), way);
	}
}

static void walk_list(struct lock *l, const struct node *list, enum way way, bool direct)
{
	node_each(it, list)
		walk_dependency(l, it, way, direct);
}

static void walk_members(struct lock *l)
{
	vec_each(e, &l->entries) {
		if (!e->member)
			continue;
		walk_list(l, node_get(e->node, SLICE("dependencies")), WAY_ALWAYS, true);
		node_each(group, node_get(e->node, SLICE("optional-dependencies")))
			walk_list(l, group, WAY_OPTIONAL, true);
		node_each(group, node_get(e->node, SLICE("dev-dependencies")))
			walk_list(l, group, WAY_DEV, true);
	}
	while (l->steps.count) {
		struct step step = l->steps.items[--l->steps.count];

		walk_list(l, step.list, step.way, false);
	}
}

/* Called when the array of entries moves no more. */
static void index_entry(struct lock *l, struct entry *e)
{
	uint64_t *first = map_put(&l->by_name, e->name, NULL);
	struct entry *others = (struct entry *)(uintptr_t)*first;

	e->same_names = others ? others->same_names + 1 : 1;
	if (e->same_names <= SAME_NAME_MAX) {
		e->same_name = others;
		*first = (uint64_t)(uintptr_t)e;
	}
	node_each(extra, node_get(e->node, SLICE("optional-dependencies"))) {
		struct list *list = arena_new(&l->m->scratch, struct list);
		struct extra_key key;

		list->node = extra;
		map_put_ptr(&l->extras, arena_copy(&l->m->scratch, extra_key(&key, e, extra->key)),
			    list);
	}
}

static void collect_entries(struct lock *l)
{
	const struct node *members = node_path(l->m->root, "manifest", "members", NULL);
	struct map named;

	map_init(&named);
	node_each(it, members)
		map_put(&named, node_text(it), NULL);
	node_each(it, node_get(l->m->root, SLICE("package"))) {
		struct entry *e = vec_add(&l->m->scratch, &l->entries);

		e->node = it;
		e->name = node_get_text(it, SLICE("name"));
		e->member = slice_is(source_path(it), ".") || map_get(&named, e->name);
	}
	vec_each(e, &l->entries)
		index_entry(l, e);
	map_release(&named);
}

static void add_package(struct lock *l, const struct entry *e, bool graph)
{
	uint32_t flags = source_is_local(e->node) ? PACKAGE_LOCAL : 0u;

	if (slice_is(source_path(e->node), "."))
		return;
	if (graph && !e->member) {
		flags |= e->way == WAY_DEV ? PACKAGE_DEV : 0u;
		flags |= e->way == WAY_OPTIONAL ? PACKAGE_OPTIONAL : 0u;
		flags |= e->direct ? 0u : PACKAGE_INDIRECT;
	}
	struct package *p = manifest_add(l->m, e->name, node_get_text(e->node, SLICE("version")),
					 flags, e->node);
	if (!p || p->depends.count)
		return;
	node_each(it, node_get(e->node, SLICE("dependencies")))
		manifest_depend(l->m, p, node_get_text(it, SLICE("name")));
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct lock l = { .m = &m };
	bool graph = false;

	manifest_begin(&m, ORIGIN_UV_LOCK, in, out);
	manifest_read(&m, MANIFEST_TOML);
	map_init(&l.by_name);
	map_init(&l.extras);
	collect_entries(&l);
	walk_members(&l);
	vec_each(e, &l.entries)
		graph |= e->member;
	vec_each(e, &l.entries)
		add_package(&l, e, graph);
	map_release(&l.by_name);
	map_release(&l.extras);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_uv_lock = {
	.name = "uv-lock",
	.origin = ORIGIN_UV_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "k",
	.parse = parse,
};
