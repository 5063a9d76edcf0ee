#include "format/node.h"

#include <stdarg.h>

const struct node *node_get(const struct node *map, struct slice key)
{
	const struct node *found = NULL;

	if (!node_is(map, NODE_MAP))
		return NULL;
	node_each(it, map)
		if (slice_eq(it->key, key))
			found = it;
	return found;
}

const struct node *node_path(const struct node *map, ...)
{
	const char *key;
	va_list keys;

	va_start(keys, map);
	while ((key = va_arg(keys, const char *)))
		map = node_get(map, slice_from_cstr(key));
	va_end(keys);
	return map;
}

struct slice node_text(const struct node *n)
{
	return node_is(n, NODE_STRING) || node_is(n, NODE_NUMBER) ? n->text : SLICE_EMPTY;
}

struct slice node_get_text(const struct node *map, struct slice key)
{
	return node_text(node_get(map, key));
}

bool node_truth(const struct node *n)
{
	return node_is(n, NODE_BOOL) && n->truth;
}

bool node_is(const struct node *n, enum node_type type)
{
	return n && n->type == type;
}

void node_append(struct node *parent, struct node *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->count++;
}

/* Chunks grow so that a short text takes little and a long one rarely comes back. */
#define POOL_FIRST 16
#define POOL_MAX   1024

struct node *node_new(struct node_pool *pool)
{
	if (pool->left == 0) {
		pool->left = pool->size ? pool->size * 2 : POOL_FIRST;
		if (pool->left > POOL_MAX)
			pool->left = POOL_MAX;
		pool->size = pool->left;
		pool->next = arena_new_array(pool->arena, struct node, pool->left);
	}
	pool->left--;
	return pool->next++;
}

bool node_error(struct error *err, enum error_code code, struct slice text, size_t offset,
		const char *what)
{
	struct slice before = slice_first(text, offset);
	size_t line = 1;

	for (size_t i = 0; i < before.len; i++)
		line += before.data[i] == '\n';
	size_t start = slice_rfind_byte(before, '\n');
	size_t column = start < before.len ? before.len - start : before.len + 1;
	return error_set_at(err, code, offset, "line %zu, column %zu: %s", line, column, what);
}
