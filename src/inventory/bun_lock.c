/*
 * bun.lock of Bun 1.2 on: JSON with comments and trailing commas.  "packages"
 * maps the place in node_modules, "a/b" for b below a, to ["name@version", ...];
 * whether one is for development follows from the way on which it is reached
 * from the workspaces.
 *
 * Source: Bun's documentation of its lock file, versions 0 and 1.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/npm_name.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)
#define DEPTH_MAX 64 /* of places within one another that are looked through for a dependency */

static bool matches(struct slice path)
{
	return slice_is(inventory_base_name(path), "bun.lock");
}

/* In the order of their strength: what is reached in several ways has the strongest. */
enum way { WAY_NONE, WAY_DEV, WAY_OPTIONAL, WAY_ALWAYS };

struct entry {
	const struct node *node;
	enum way way;
	bool direct;
};

struct lock {
	struct manifest *m;
	struct map entries;                  /* place -> struct entry */
	struct VEC_OF(struct entry *) steps;
	size_t budget;                       /* bytes of places that may yet be looked up */
};

/* Blanks in place of comments and of commas in front of a closing bracket: all stays where it is. */
static struct slice plain_json(struct slice text, struct arena *a)
{
	char *copy = arena_alloc(a, text.len + 1);
	size_t comma = SIZE_MAX;

	memcpy(copy, text.data, text.len);
	for (size_t i = 0; i < text.len; i++) {
		char c = copy[i];

		if (c == '"') {
			for (i++; i < text.len && copy[i] != '"'; i++)
				i += copy[i] == '\\';
			comma = SIZE_MAX;
		} else if (c == '/' && i + 1 < text.len && copy[i + 1] == '/') {
			for (; i < text.len && copy[i] != '\n'; i++)
				copy[i] = ' ';
		} else if (c == '/' && i + 1 < text.len && copy[i + 1] == '*') {
			size_t end = slice_find(slice_from(text, i + 2), SLICE("*/")) + i + 4;

			for (; i < end && i < text.len; i++)
				copy[i] = copy[i] == '\n' ? '\n' : ' ';
			i--;
		} else if (c == ',') {
			comma = i;
		} else if ((c == '}' || c == ']') && comma != SIZE_MAX) {
			copy[comma] = ' ';
			comma = SIZE_MAX;
		} else if (!ascii_space(c)) {
			comma = SIZE_MAX;
		}
	}
	return slice_new(copy, text.len);
}

/* The third or second of ["name@1.0", "registry", {...}, "integrity"]: a map of lists. */
static const struct node *entry_info(const struct node *tuple)
{
	node_each(it, tuple)
		if (node_is(it, NODE_MAP))
			return it;
	return NULL;
}

/* What `name` leads to for a package at `place`: the nearest one above. */
static struct entry *resolve(struct lock *l, struct slice place, struct slice name)
{
	for (unsigned depth = 0; depth < DEPTH_MAX && !slice_empty(place); depth++) {
		if (l->budget < place.len + name.len)
			break;
		l->budget -= place.len + name.len;
		struct entry *e = map_get_ptr(&l->entries, manifest_key(l->m, place, "/", name));

		if (e)
			return e;
		size_t slash = slice_rfind_byte(place, '/');
		place = slash < place.len ? slice_first(place, slash) : SLICE_EMPTY;
	}
	return map_get_ptr(&l->entries, name);
}

static void walk_list(struct lock *l, struct slice place, const struct node *list, enum way way,
		      bool direct)
{
	node_each(it, list) {
		struct entry *e = resolve(l, place, it->key);

		if (!e)
			continue;
		e->direct |= direct;
		/* So each package's lists are walked at most three times. */
		if (e->way < way) {
			e->way = way;
			*vec_add(&l->m->scratch, &l->steps) = e;
		}
	}
}

static void walk_workspace(struct lock *l, const struct node *workspace)
{
	struct slice place = node_get_text(workspace, SLICE("name"));

	walk_list(l, place, node_get(workspace, SLICE("dependencies")), WAY_ALWAYS, true);
	walk_list(l, place, node_get(workspace, SLICE("peerDependencies")), WAY_ALWAYS, true);
	walk_list(l, place, node_get(workspace, SLICE("optionalDependencies")), WAY_OPTIONAL, true);
	walk_list(l, place, node_get(workspace, SLICE("devDependencies")), WAY_DEV, true);
}

static void walk_all(struct lock *l)
{
	node_each(it, node_get(l->m->root, SLICE("workspaces")))
		walk_workspace(l, it);
	while (l->steps.count) {
		const struct entry *e = l->steps.items[--l->steps.count];
		const struct node *info = entry_info(e ? e->node : NULL);

		if (!e)
			continue;
		enum way weaker = e->way < WAY_OPTIONAL ? e->way : WAY_OPTIONAL;

		walk_list(l, e->node->key, node_get(info, SLICE("dependencies")), e->way, false);
		walk_list(l, e->node->key, node_get(info, SLICE("peerDependencies")), e->way, false);
		walk_list(l, e->node->key, node_get(info, SLICE("optionalDependencies")), weaker,
			  false);
	}
}

static void add_entry(struct lock *l, const struct entry *e, bool graph)
{
	const struct node *info = entry_info(e->node);
	struct slice name, version;
	uint32_t flags = 0;

	if (!node_is(e->node, NODE_LIST) ||
	    !npm_split_spec(node_text(e->node->first), &name, &version)) {
		manifest_skip(l->m, e->node->offset, "a package that is not [\"name@version\", ...]");
		return;
	}
	/* A member of the project itself. */
	if (slice_starts(version, SLICE("workspace:")) || slice_starts(version, SLICE("root:")))
		return;
	if (!ascii_digit(version.len ? version.data[0] : '\0')) {
		struct slice commit = npm_commit(version);

		flags |= PACKAGE_LOCAL;
		version = commit;
	}
	if (graph)
		flags |= (e->way == WAY_DEV ? PACKAGE_DEV : 0u) |
			 (e->way == WAY_OPTIONAL ? PACKAGE_OPTIONAL : 0u) |
			 (e->direct ? 0u : PACKAGE_INDIRECT);
	struct package *p = manifest_add(l->m, name, version, flags, e->node);
	if (!p || p->depends.count)
		return;
	if (node_is(e->node->last, NODE_STRING) && e->node->last != e->node->first)
		manifest_set(l->m, &p->integrity, node_text(e->node->last));
	manifest_depend_keys(l->m, p, node_get(info, SLICE("dependencies")));
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct lock l = { .m = &m, .budget = GIB };

	manifest_begin(&m, ORIGIN_BUN_LOCK, in, out);
	m.text = plain_json(m.text, &m.scratch);
	manifest_read(&m, MANIFEST_JSON);
	map_init(&l.entries);
	const struct node *packages = node_get(m.root, SLICE("packages"));
	const struct node *workspaces = node_get(m.root, SLICE("workspaces"));
	if (m.root && !packages && !workspaces)
		manifest_refuse(&m, "this is no lock file of Bun");
	node_each(it, packages) {
		struct entry *e = arena_new(&m.scratch, struct entry);

		e->node = it;
		map_put_ptr(&l.entries, it->key, e);
	}
	walk_all(&l);
	node_each(it, packages) {
		const struct entry *e = map_get_ptr(&l.entries, it->key);

		if (e)
			add_entry(&l, e, node_is(workspaces, NODE_MAP));
	}
	map_release(&l.entries);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_bun_lock = {
	.name = "bun-lock",
	.origin = ORIGIN_BUN_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "k",
	.matches = matches,
	.parse = parse,
};
