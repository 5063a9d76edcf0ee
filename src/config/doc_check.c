/*
 * YAML has more corners than any editor of its text knows.  So each edit is
 * tried by itself: the edited text is read again and has to be the tree that
 * was meant, or the edit is refused.
 */
#include "base/limits.h"
#include "config/doc_internal.h"

static bool here(const struct value *x, const struct value *v)
{
	if (x == v)
		return true;
	/* What an anchor stands for changes with it. */
	if (v->way != VALUE_WRITTEN || x->way == VALUE_WRITTEN || x->type != v->type ||
	    x->span.offset != v->span.offset || x->span.length != v->span.length)
		return false;
	return x->way == VALUE_MERGED ? x->key_span.offset == v->key_span.offset
				      : v->anchor.len > 0;
}

/* An empty place and a written null are one. */
static bool same_scalar(const struct value *a, const struct value *b)
{
	return a->type == NODE_NULL || slice_eq(a->text, b->text);
}

static bool same(const struct value *a, const struct value *b, const struct doc_change *c,
		 unsigned depth);

/* Takes the next member of the new tree, which has to be this one. */
static bool take(const struct value **b, struct slice key, const struct value *v,
		 const struct doc_change *c, unsigned depth)
{
	const struct value *it = *b;

	if (!it || !slice_eq(it->key, key) || !same(v, it, c, depth))
		return false;
	*b = value_real(it->next);
	return true;
}

static bool same_members(const struct value *a, const struct value *b, const struct doc_change *c,
			 unsigned depth)
{
	bool add = c && c->kind == DOC_ADD && here(a, c->v);
	const struct value *next = value_real(b->first);
	struct slice none = SLICE_EMPTY;

	value_each(it, a)
	{
		bool target = c && c->kind != DOC_ADD && here(it, c->v);

		bool over = c && c->kind == DOC_ADD && here(a, c->v) && a->type == NODE_MAP;

		if (add && it->way == VALUE_MERGED) {
			if (!take(&next, c->key, c->with, NULL, depth))
				return false;
			add = false;
		}
		if (target && c->kind == DOC_REMOVE)
			continue;
		/* A merged member that is now set in the map itself. */
		if (over && it->way == VALUE_MERGED && slice_eq(it->key, c->key))
			continue;
		struct slice key = target && c->kind == DOC_RENAME ? c->key : it->key;
		if (!take(&next, a->type == NODE_MAP ? key : none, it, c, depth))
			return false;
		if (target && c->kind == DOC_ADD_BEHIND &&
		    !take(&next, c->key, c->with, NULL, depth))
			return false;
	}
	return (!add || take(&next, c->key, c->with, NULL, depth)) && !next;
}

static bool same(const struct value *a, const struct value *b, const struct doc_change *c,
		 unsigned depth)
{
	if (c && c->kind == DOC_REPLACE && here(a, c->v)) {
		a = c->with;
		c = NULL;
	}
	if (a->type != b->type || !depth)
		return false;
	return value_scalar(a) ? same_scalar(a, b) : same_members(a, b, c, depth - 1);
}

/* Deeper than any reader makes trees. */
#define SAME_DEPTH 300

static bool reads_as_meant(const struct doc_edit *e, struct slice text, const struct doc_change *c,
			   struct arena *a)
{
	struct problem_list problems;

	problem_list_init(&problems, a);
	if (e->json) {
		struct json_doc doc;

		json_doc_read(text, e->source, a, &doc, &problems);
		return (e->broken || !doc.broken) && doc.root &&
		       same(e->roots.items[0], doc.root, c, SAME_DEPTH);
	}
	struct yaml_doc doc;
	yaml_doc_read(text, e->source, a, &doc, &problems);
	if (doc.broken || doc.documents.count != e->roots.count)
		return false;
	for (size_t i = 0; i < e->roots.count; i++)
		if (!same(e->roots.items[i], doc.documents.items[i], c, SAME_DEPTH))
			return false;
	return true;
}

bool doc_check(struct doc_edit *e, size_t first, const struct doc_change *c, struct error *err)
{
	struct edit_list own = {0};
	struct arena a;
	struct buf out;

	arena_init(&a, 0);
	buf_init(&out, LIMIT_CONFIG);
	for (size_t i = first; i < e->edits.count; i++)
		*vec_add(&a, &own) = e->edits.items[i];
	bool ok = edit_list_prepare(&own, e->text.len, err) && edit_apply(&own, e->text, &out) &&
		  reads_as_meant(e, buf_slice(&out), c, &a);
	buf_release(&out);
	arena_release(&a);
	if (ok)
		return true;
	e->edits.count = first;
	return doc_refuse(err, (size_t)c->v->span.offset,
			  "the text cannot be changed here without changing more");
}
