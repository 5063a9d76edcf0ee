#include "image/union_tree.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "image/union.h"

void tree_init(struct union_tree *t, const struct path_key *key)
{
	*t = (struct union_tree){.key = key};
	arena_init(&t->names, 0);
	/* Every link followed may put its target in front of what is left. */
	buf_init(&t->rest, (LIMIT_LINK_DEPTH + 2) * (LIMIT_PATH + 1));
	t->alloc = 256;
	t->nodes = mem_alloc_zero(t->alloc, sizeof(*t->nodes));
	t->slot_count = 1024;
	t->slots = mem_alloc_zero(t->slot_count, sizeof(*t->slots));
	t->nodes[0] = (struct union_node){
		.hash = PATH_HASH_ROOT, .parent = 0, .child = NODE_ABSENT, .sibling = NODE_ABSENT};
	t->count = 1;
}

void tree_release(struct union_tree *t)
{
	free(t->nodes);
	free(t->slots);
	arena_release(&t->names);
	buf_release(&t->rest);
}

uint32_t tree_by_hash(const struct union_tree *t, uint64_t hash)
{
	for (size_t i = (hash >> 2) & (t->slot_count - 1); t->slots[i];
	     i = (i + 1) & (t->slot_count - 1))
		if (t->nodes[t->slots[i] - 1].hash == hash)
			return t->slots[i] - 1;
	return NODE_ABSENT;
}

static void index_node(struct union_tree *t, uint32_t node)
{
	size_t i = (t->nodes[node].hash >> 2) & (t->slot_count - 1);

	while (t->slots[i])
		i = (i + 1) & (t->slot_count - 1);
	t->slots[i] = node + 1;
}

static uint32_t new_child(struct union_tree *t, uint32_t parent, struct slice name, uint64_t hash)
{
	uint32_t node = t->count;

	if (node == t->alloc) {
		t->alloc += t->alloc / 2;
		t->nodes = mem_realloc(t->nodes, t->alloc, sizeof(*t->nodes));
	}
	t->count++;
	t->nodes[node] = (struct union_node){.name = arena_copy(&t->names, name),
					     .hash = hash,
					     .parent = parent,
					     .child = NODE_ABSENT,
					     .sibling = t->nodes[parent].child};
	t->nodes[parent].child = node;
	if ((size_t)t->count * 2 > t->slot_count) {
		free(t->slots);
		t->slot_count *= 2;
		t->slots = mem_alloc_zero(t->slot_count, sizeof(*t->slots));
		for (uint32_t i = 1; i < node; i++)
			index_node(t, i);
	}
	index_node(t, node);
	return node;
}

/* What is left to follow becomes the link's target and then the old rest. */
static bool push_target(struct union_tree *t, struct slice target, struct slice *rest)
{
	struct slice old = *rest;
	/* The old rest stands at the end of the buffer, since only that is ever left. */
	size_t old_start = t->rest.len - old.len;

	if (target.len + 1 > old_start) {
		size_t shift = target.len + 1 - old_start;

		if (!buf_reserve(&t->rest, shift))
			return false;
		memmove(t->rest.data + old_start + shift, t->rest.data + old_start, old.len);
		buf_commit(&t->rest, shift);
		old_start += shift;
	}
	size_t start = old_start - target.len - 1;
	memcpy(t->rest.data + start, target.data, target.len);
	t->rest.data[old_start - 1] = '/';
	*rest = slice_new(t->rest.data + start, target.len + 1 + old.len);
	return true;
}

static uint32_t step(struct union_tree *t, uint32_t at, struct slice name,
		     enum tree_missing missing)
{
	if (slice_empty(name) || slice_is(name, "."))
		return at;
	if (slice_is(name, ".."))
		return t->nodes[at].parent;
	uint64_t hash = path_hash_child(t->key, t->nodes[at].hash, name);
	uint32_t child = tree_by_hash(t, hash);
	return child == NODE_ABSENT && missing != TREE_LOOK ? new_child(t, at, name, hash) : child;
}

static bool only_slashes(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] != '/')
			return false;
	return true;
}

static uint32_t resolve(struct union_tree *t, uint32_t at, struct slice path, bool follow_last,
			enum tree_missing missing)
{
	unsigned links = 0;
	struct slice rest, name;

	buf_clear(&t->rest);
	buf_add_slice(&t->rest, path);
	if (t->rest.overflow)
		return NODE_ABSENT;
	rest = buf_slice(&t->rest);
	while (slice_next(&rest, '/', &name)) {
		uint32_t next = step(t, at, name, missing);

		if (next == NODE_ABSENT)
			return NODE_ABSENT;
		if (next == at || t->nodes[next].kind != NODE_LINK || slice_is(name, "..") ||
		    (!follow_last && only_slashes(rest))) {
			at = next;
			if (missing == TREE_PLACE && !only_slashes(rest))
				tree_clear_own(t, at);
			continue;
		}
		struct slice target = t->nodes[next].item->target;
		if (++links > LIMIT_LINK_DEPTH || target.len > LIMIT_PATH ||
		    !push_target(t, target, &rest))
			return NODE_ABSENT;
		at = slice_starts(target, SLICE("/")) ? 0 : t->nodes[next].parent;
	}
	return at;
}

uint32_t tree_resolve(struct union_tree *t, struct slice path, bool follow_last,
		      enum tree_missing missing)
{
	return resolve(t, 0, path, follow_last, missing);
}

uint32_t tree_follow(struct union_tree *t, uint32_t link)
{
	struct slice target = t->nodes[link].item->target;
	uint32_t at = slice_starts(target, SLICE("/")) ? 0 : t->nodes[link].parent;

	return resolve(t, at, target, true, TREE_LOOK);
}

static void count_live(struct union_tree *t, uint32_t node, uint32_t up, uint32_t down)
{
	for (;; node = t->nodes[node].parent) {
		t->nodes[node].live += up - down;
		if (node == 0)
			return;
	}
}

void tree_set(struct union_tree *t, uint32_t node, enum node_kind kind, uint32_t layer,
	      const struct union_item *item)
{
	struct union_node *n = &t->nodes[node];

	if (n->kind == NODE_PLAIN)
		count_live(t, node, 1, 0);
	n->kind = kind;
	n->layer = layer;
	n->item = item;
}

void tree_probe(struct union_tree *t, uint32_t node, uint32_t row, bool directory)
{
	t->nodes[node].probe = row + 1;
	t->nodes[node].probe_directory = directory;
	for (;; node = t->nodes[node].parent) {
		t->nodes[node].probes_below++;
		if (node == 0)
			return;
	}
}

void tree_clear_own(struct union_tree *t, uint32_t node)
{
	struct union_node *n = &t->nodes[node];

	if (n->kind == NODE_PLAIN)
		return;
	n->kind = NODE_PLAIN;
	n->item = NULL;
	count_live(t, node, 0, 1);
}

/* Over siblings and parents instead of by recursion: a path may be deep. */
void tree_clear(struct union_tree *t, uint32_t node, bool self)
{
	uint32_t at = node;

	for (;;) {
		if (self || at != node)
			tree_clear_own(t, at);
		uint32_t next = t->nodes[at].live ? t->nodes[at].child : NODE_ABSENT;
		while (next == NODE_ABSENT && at != node) {
			next = t->nodes[at].sibling;
			at = t->nodes[at].parent;
		}
		if (next == NODE_ABSENT)
			return;
		at = next;
	}
}

struct slice tree_path_below(const struct union_tree *t, uint32_t top, uint32_t node,
			     struct arena *a)
{
	size_t len = 0;

	for (uint32_t n = node; n != top && n != 0; n = t->nodes[n].parent)
		len += t->nodes[n].name.len + 1;
	if (len == 0)
		return SLICE_EMPTY;
	char *text = arena_alloc(a, len);
	size_t end = len - 1;
	for (uint32_t n = node; n != top && n != 0; n = t->nodes[n].parent) {
		struct slice name = t->nodes[n].name;

		end -= name.len;
		memcpy(text + end, name.data, name.len);
		if (end)
			text[--end] = '/';
	}
	return slice_new(text, len - 1);
}

struct slice tree_path(const struct union_tree *t, uint32_t node, struct arena *a)
{
	return tree_path_below(t, 0, node, a);
}
