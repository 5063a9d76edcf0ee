#include "config/value.h"

#include <stdarg.h>

const struct value *value_get(const struct value *map, struct slice key)
{
	if (!value_is(map, NODE_MAP))
		return NULL;
	value_each(it, map)
		if (slice_eq(it->key, key))
			return it;
	return NULL;
}

const struct value *value_path(const struct value *map, ...)
{
	const char *key;
	va_list keys;

	va_start(keys, map);
	while ((key = va_arg(keys, const char *)))
		map = value_get(map, slice_from_cstr(key));
	va_end(keys);
	return map;
}

struct slice value_text(const struct value *v)
{
	return value_scalar(v) && v->type != NODE_NULL ? v->text : SLICE_EMPTY;
}

bool value_to_bool(const struct value *v, bool *ret)
{
	static const char *const words[2][5] = {
		{ "false", "no", "off", "0", "n" },
		{ "true", "yes", "on", "1", "y" },
	};

	if (value_is(v, NODE_BOOL)) {
		*ret = v->truth;
		return true;
	}
	struct slice text = value_text(v);
	for (unsigned i = 0; i < 2 * 5; i++) {
		if (slice_eq_nocase(text, slice_from_cstr(words[i / 5][i % 5]))) {
			*ret = i >= 5;
			return true;
		}
	}
	return false;
}

bool value_truth(const struct value *v)
{
	bool truth;

	return value_to_bool(v, &truth) && truth;
}

bool value_to_u64(const struct value *v, uint64_t *ret)
{
	return slice_to_u64(value_text(v), ret);
}

struct span value_member_span(const struct value *v)
{
	struct span s = v->way == VALUE_ALIAS ? v->via : v->span;
	struct span key = v->key_span;

	if (key.source == SOURCE_NONE || key.source != s.source || key.offset > s.offset)
		return s;
	return (struct span){ s.source, key.offset, s.offset + s.length - key.offset };
}

static bool same_at_depth(const struct value *a, const struct value *b, unsigned depth)
{
	if (a->type != b->type || a->count != b->count || !slice_eq(a->key, b->key) || depth == 0)
		return false;
	if (value_scalar(a))
		return slice_eq(a->text, b->text);
	const struct value *x = value_real(a->first), *y = value_real(b->first);
	for (; x && y; x = value_real(x->next), y = value_real(y->next))
		if (!same_at_depth(x, y, depth - 1))
			return false;
	return !x && !y;
}

/* Deeper than any reader makes trees. */
#define SAME_DEPTH 512

bool value_same(const struct value *a, const struct value *b)
{
	return a && b ? same_at_depth(a, b, SAME_DEPTH) : a == b;
}

struct value *value_new(struct arena *a, enum node_type type)
{
	struct value *v = arena_new(a, struct value);

	v->type = type;
	return v;
}

struct value *value_new_text(struct arena *a, struct slice text)
{
	struct value *v = value_new(a, NODE_STRING);

	v->text = v->raw = text;
	return v;
}

void value_append(struct value *parent, struct value *member)
{
	if (parent->last)
		parent->last->next = member;
	else
		parent->first = member;
	parent->last = member;
	parent->count += !member->shadow;
}

struct value *value_share(struct arena *a, const struct value *v)
{
	struct value *copy = arena_new(a, struct value);

	*copy = *v;
	copy->next = NULL;
	return copy;
}
