#include "image/union.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "image/union_tree.h"

/* Node visits through links, over all layers: far beyond any image that is not made to cost time.
 */
#define ALIAS_BUDGET	  ((uint64_t)20000000)
#define ALIASES_PER_LAYER 100000
#define WANTED_MAX	  100000

/* A directory that a layer reaches through a lower link: `spelled` there, `real` in the tree. */
struct alias {
	uint64_t hash; /* of the spelled path */
	uint32_t real;
	uint32_t link; /* the tree's node of the link, to spell the path */
	uint32_t from; /* number of the alias that the link was met through + 1, 0: none */
};
struct alias_list VEC_OF(struct alias);

struct maker {
	const struct union_context *context;
	const struct union_layer *layers;
	size_t count;
	struct union_tree tree;
	struct arena scratch; /* of one layer */
	struct union_result *ret;
	uint64_t budget;
};

void union_layer_init(struct union_layer *l)
{
	*l = (struct union_layer){0};
	map_init(&l->by_path);
}

void union_layer_release(struct union_layer *l)
{
	table_release(&l->table);
	map_release(&l->by_path);
}

struct union_item *union_layer_add(struct union_layer *l, struct arena *a, struct union_item item)
{
	uint64_t *number;

	union_layer_gone(l, item.path);
	struct union_item *slot = vec_add(a, &l->items);
	*slot = item;
	number = map_put(&l->by_path, item.path, NULL);
	*number = l->items.count;
	return slot;
}

void union_layer_gone(struct union_layer *l, struct slice path)
{
	uint64_t *number = map_get(&l->by_path, path);

	if (number && *number) {
		l->items.items[*number - 1].type = RECORD_NONE;
		*number = 0;
	}
}

static const struct union_item *item_at(const struct union_layer *l, struct slice path)
{
	uint64_t *number = map_get(&l->by_path, path);

	return number && *number ? &l->items.items[*number - 1] : NULL;
}

/* False: no more work should go into links; the caller goes on without. */
static bool spend(struct maker *m)
{
	if (++m->budget > ALIAS_BUDGET)
		m->ret->links_over = true;
	return !m->ret->links_over;
}

/* What a layer's entry does to what lies below it at the same path. */
static void apply_hit(struct maker *m, uint32_t node, enum table_kind kind,
		      struct alias_list *through)
{
	struct union_node *n = &m->tree.nodes[node];

	if (kind == TABLE_OTHER) {
		tree_clear(&m->tree, node, true);
	} else if (kind == TABLE_DIRECTORY) {
		tree_clear_own(&m->tree, node);
	} else if (kind == TABLE_IMPLICIT && n->kind == NODE_LINK) {
		*vec_add(&m->scratch, through) = (struct alias){.hash = n->hash, .link = node};
	} else if (kind == TABLE_IMPLICIT) {
		tree_clear_own(&m->tree, node);
	}
}

/* Every entry that stands at the path of a node, from the shorter of both lists. */
static void apply_table(struct maker *m, const struct union_layer *l, struct alias_list *through)
{
	uint32_t nodes = m->tree.count;

	if (l->table.count < nodes) {
		for (size_t i = 0; i < l->table.count; i++) {
			uint64_t item = l->table.items[i];
			uint32_t node = tree_by_hash(&m->tree, item & PATH_HASH_MASK);

			if (node != NODE_ABSENT)
				apply_hit(m, node, (enum table_kind)(item & 3), through);
		}
		return;
	}
	for (uint32_t node = 1; node < nodes; node++)
		if (m->tree.nodes[node].live)
			apply_hit(m, node, table_find(&l->table, m->tree.nodes[node].hash),
				  through);
}

static void apply_hidings(struct maker *m, const struct union_layer *l)
{
	vec_each (h, &l->hidings) {
		uint32_t node = tree_resolve(&m->tree, h->path, h->opaque, TREE_LOOK);

		if (node != NODE_ABSENT)
			tree_clear(&m->tree, node, !h->opaque);
	}
}

/* The path of a node below an alias, as the layer spells it. */
static struct slice spell(struct maker *m, const struct alias_list *list, uint32_t number,
			  uint32_t node)
{
	struct slice rest = tree_path_below(&m->tree, list->items[number].real, node, &m->scratch);
	const struct alias *at = &list->items[number];
	struct slice head;

	if (at->from == 0)
		head = tree_path(&m->tree, at->link, &m->scratch);
	else
		head = spell(m, list, at->from - 1, at->link);
	struct slice parts[] = {head, rest};
	return slice_empty(rest) ? head : arena_join(&m->scratch, parts, 2, SLICE("/"));
}

static bool ask(struct maker *m, struct union_wanted w)
{
	struct arena *a = m->context->arena;
	struct slice key = arena_printf(a, "%u %u %d %u %zu %zu %.*s %.*s %.*s", w.layer, w.row,
					w.directory, w.origin_layer, w.path.len, w.as.len,
					SLICE_ARG(w.path), SLICE_ARG(w.as),
					SLICE_ARG(w.origin_path));

	if (map_get(m->context->asked, key))
		return false;
	if (m->context->ask_no_more || m->ret->wanted.count >= WANTED_MAX) {
		m->ret->links_over = true;
		return false;
	}
	map_put(m->context->asked, key, NULL);
	w.path = arena_copy(a, w.path);
	w.as = arena_copy(a, w.as);
	w.origin_path = arena_copy(a, w.origin_path);
	*vec_add(a, &m->ret->wanted) = w;
	return true;
}

/*
 * The layer put something at a fixed path, or at the path of a kept file, under
 * another spelling, so that its worker could not know that a row wants it.
 */
static void ask_spelled(struct maker *m, uint32_t layer, const struct union_node *n, uint32_t row,
			struct slice spelled, struct slice real)
{
	if (item_at(&m->layers[layer], spelled))
		return;
	ask(m, (struct union_wanted){.layer = layer,
				     .path = spelled,
				     .as = real,
				     .row = row,
				     .directory = n->probe_directory,
				     .origin_layer = layer});
}

static bool alias_child(struct maker *m, uint32_t layer, struct alias_list *list, uint32_t number,
			uint64_t hash, uint32_t child, enum table_kind kind)
{
	struct union_node *n = &m->tree.nodes[child];
	struct slice real = SLICE_EMPTY;

	if ((n->probe || n->kind == NODE_FILE) && kind != TABLE_ABSENT)
		real = tree_path(&m->tree, child, &m->scratch);
	if (kind == TABLE_OTHER && n->probe && !n->probe_directory)
		ask_spelled(m, layer, n, n->probe - 1, spell(m, list, number, child), real);
	else if (kind == TABLE_OTHER && n->kind == NODE_FILE &&
		 inventory_rows[n->item->row]->matches)
		ask_spelled(m, layer, n, n->item->row, spell(m, list, number, child), real);
	else if ((kind == TABLE_DIRECTORY || kind == TABLE_IMPLICIT) && n->probe_directory)
		ask_spelled(m, layer, n, n->probe - 1, spell(m, list, number, child), real);
	if (kind == TABLE_IMPLICIT && n->kind == NODE_LINK) {
		*vec_add(&m->scratch, list) =
			(struct alias){.hash = hash, .link = child, .from = number + 1};
		return false;
	}
	if (kind == TABLE_OTHER)
		tree_clear(&m->tree, child, true);
	else if (kind != TABLE_ABSENT)
		tree_clear_own(&m->tree, child);
	return kind == TABLE_DIRECTORY || kind == TABLE_IMPLICIT;
}

/* Depth first through the tree below a directory, beside it the hash of the spelled path. */
struct alias_step {
	uint32_t node;
	uint64_t hash;
};
struct alias_steps VEC_OF(struct alias_step);

static void walk_alias(struct maker *m, uint32_t layer, struct alias_list *list, uint32_t number)
{
	const struct table *table = &m->layers[layer].table;
	struct alias_steps steps = {0};

	*vec_add(&m->scratch, &steps) =
		(struct alias_step){list->items[number].real, list->items[number].hash};
	while (steps.count) {
		struct alias_step at = steps.items[--steps.count];

		for (uint32_t c = m->tree.nodes[at.node].child; c != NODE_ABSENT;
		     c = m->tree.nodes[c].sibling) {
			const struct union_node *n = &m->tree.nodes[c];

			if (!n->live && !n->probes_below)
				continue;
			if (!spend(m))
				return;
			uint64_t hash = path_hash_child(m->context->key, at.hash, n->name);
			if (alias_child(m, layer, list, number, hash, c, table_find(table, hash)))
				*vec_add(&m->scratch, &steps) = (struct alias_step){c, hash};
		}
	}
}

/* A link met through links leads on; a chain is as long as the kernel would follow. */
static uint32_t alias_depth(const struct alias_list *list, uint32_t number)
{
	uint32_t depth = 0;

	for (uint32_t n = number + 1; n; n = list->items[n - 1].from)
		depth++;
	return depth;
}

static void apply_aliases(struct maker *m, uint32_t layer, struct alias_list *list)
{
	for (uint32_t i = 0; i < list->count && spend(m); i++) {
		struct alias *alias = &list->items[i];

		if (i >= ALIASES_PER_LAYER)
			m->ret->links_over = true;
		if (m->tree.nodes[alias->link].kind != NODE_LINK ||
		    alias_depth(list, i) > LIMIT_LINK_DEPTH)
			continue;
		alias->real = tree_follow(&m->tree, alias->link);
		if (alias->real != NODE_ABSENT)
			walk_alias(m, layer, list, i);
	}
}

/* A row that goes by paths should be told of one that it knows. */
static struct slice display_path(const struct union_item *item, struct slice real)
{
	const struct inventory_row *row = inventory_rows[item->row];

	if (item->type == RECORD_FILE && !slice_eq(item->as, item->path))
		return item->as;
	return row->matches && !row->matches(real) ? item->path : real;
}

static void place(struct maker *m, uint32_t layer, const struct union_item *item,
		  enum node_kind kind)
{
	uint32_t node = tree_resolve(&m->tree, item->path, false, TREE_PLACE);

	if (node == NODE_ABSENT && kind == NODE_FILE)
		*vec_add(m->context->arena, &m->ret->unresolved) =
			(struct union_visible){.path = item->path,
					       .display = display_path(item, item->path),
					       .layer = layer,
					       .item = item};
	if (node == NODE_ABSENT || node == 0)
		return;
	tree_clear(&m->tree, node, true);
	tree_set(&m->tree, node, kind, layer, item);
}

static bool apply_layer(struct maker *m, uint32_t number, struct error *err)
{
	const struct union_layer *l = &m->layers[number];
	struct alias_list through = {0};

	if (m->context->run && run_interrupted(m->context->run, err))
		return false;
	if (l->has_table)
		apply_table(m, l, &through);
	apply_hidings(m, l);
	apply_aliases(m, number, &through);
	vec_each (item, &l->items)
		if (item->type == RECORD_SYMLINK)
			place(m, number, item, NODE_LINK);
	vec_each (item, &l->items)
		if (item->type == RECORD_FILE || item->type == RECORD_NEED)
			place(m, number, item, NODE_FILE);
	arena_clear(&m->scratch);
	return true;
}

/* The highest layer at or below `from` that may hold a non-directory at the path. */
static bool holder(const struct maker *m, uint32_t from, uint64_t hash, uint32_t *ret)
{
	for (uint32_t layer = from + 1; layer-- > 0;) {
		const struct union_layer *l = &m->layers[layer];

		if (!l->has_table || table_find(&l->table, hash) == TABLE_OTHER) {
			*ret = layer;
			return true;
		}
	}
	return false;
}

static void add_need(struct maker *m, const struct union_node *n, struct slice path,
		     struct slice as)
{
	const struct union_item *item = n->item;
	uint32_t layer;

	if (holder(m, n->layer, path_hash(m->context->key, item->target), &layer) &&
	    ask(m, (struct union_wanted){.layer = layer,
					 .path = item->target,
					 .as = as,
					 .row = item->row,
					 .origin_layer = n->layer,
					 .origin_path = item->path}))
		return;
	*vec_add(m->context->arena, &m->ret->unresolved) = (struct union_visible){
		.path = path, .display = as, .layer = n->layer, .item = item};
}

static int compare_visible(const void *a, const void *b)
{
	const struct union_visible *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

static void collect(struct maker *m)
{
	for (uint32_t i = 1; i < m->tree.count; i++) {
		const struct union_node *n = &m->tree.nodes[i];

		if (n->kind != NODE_FILE)
			continue;
		struct slice path = tree_path(&m->tree, i, m->context->arena);
		struct slice display = display_path(n->item, path);
		if (n->item->type == RECORD_NEED)
			add_need(m, n, path, display);
		else
			*vec_add(m->context->arena, &m->ret->files) =
				(struct union_visible){.path = path,
						       .display = display,
						       .layer = n->layer,
						       .item = n->item};
	}
	if (m->ret->files.count)
		qsort(m->ret->files.items, m->ret->files.count, sizeof(*m->ret->files.items),
		      compare_visible);
}

/* Where a link leads a fixed path to a file that nobody kept, the layer that holds it is asked. */
static void ask_fixed_file(struct maker *m, uint32_t row, struct slice path, uint32_t node)
{
	const struct union_node *n = &m->tree.nodes[node];
	uint32_t layer;

	if (n->kind == NODE_FILE && n->item->row == row)
		return;
	/* The row knows the real path as well: a file there would have been kept at first sight. */
	struct slice real = tree_path(&m->tree, node, &m->scratch);
	if (n->kind != NODE_FILE && inventory_rows[row]->matches(real))
		return;
	if (m->count && holder(m, (uint32_t)m->count - 1, n->hash, &layer))
		ask(m, (struct union_wanted){.layer = layer,
					     .path = real,
					     .as = path,
					     .row = row,
					     .origin_layer = layer});
}

static void ask_fixed_directory(struct maker *m, uint32_t row, struct slice path, uint32_t node)
{
	uint64_t hash = m->tree.nodes[node].hash;

	for (uint32_t layer = 0; layer < m->count; layer++) {
		const struct union_layer *l = &m->layers[layer];
		enum table_kind kind = l->has_table ? table_find(&l->table, hash) : TABLE_DIRECTORY;

		if (kind == TABLE_DIRECTORY || kind == TABLE_IMPLICIT)
			ask(m, (struct union_wanted){.layer = layer,
						     .path = tree_path(&m->tree, node, &m->scratch),
						     .as = path,
						     .row = row,
						     .directory = true,
						     .origin_layer = layer});
	}
}

/* Calls back for each fixed path of the rows in scope, without the '/' that marks a directory. */
static void each_fixed(struct maker *m, void (*act)(struct maker *m, uint32_t row,
						    struct slice path, bool directory))
{
	for (size_t i = 0; i < inventory_row_count; i++) {
		const char *const *fixed = inventory_rows[i]->fixed_paths;

		if (!(inventory_rows[i]->scopes & m->context->scope))
			continue;
		for (; fixed && *fixed; fixed++) {
			struct slice path = slice_from_cstr(*fixed);
			bool directory = slice_cut_suffix(&path, SLICE("/"));

			act(m, (uint32_t)i, path, directory);
		}
	}
}

static void probe_fixed(struct maker *m, uint32_t row, struct slice path, bool directory)
{
	uint32_t node = tree_resolve(&m->tree, path, false, TREE_NAME);

	if (node != NODE_ABSENT)
		tree_probe(&m->tree, node, row, directory);
}

static void resolve_fixed(struct maker *m, uint32_t row, struct slice path, bool directory)
{
	uint32_t node = tree_resolve(&m->tree, path, true, TREE_NAME);

	if (node == NODE_ABSENT || slice_eq(tree_path(&m->tree, node, &m->scratch), path))
		return;
	if (directory)
		ask_fixed_directory(m, row, path, node);
	else
		ask_fixed_file(m, row, path, node);
}

bool union_make(const struct union_context *context, const struct union_layer *layers, size_t count,
		struct union_result *ret, struct error *err)
{
	struct maker m = {.context = context, .layers = layers, .count = count, .ret = ret};
	bool ok = true;

	*ret = (struct union_result){0};
	tree_init(&m.tree, context->key);
	arena_init(&m.scratch, 0);
	each_fixed(&m, probe_fixed);
	for (uint32_t i = 0; ok && i < count; i++)
		ok = apply_layer(&m, i, err);
	if (ok) {
		each_fixed(&m, resolve_fixed);
		collect(&m);
	}
	arena_release(&m.scratch);
	tree_release(&m.tree);
	return ok;
}
