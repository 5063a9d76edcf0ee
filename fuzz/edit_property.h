/*
 * What holds for every edit of every document: it is refused, or the edited
 * text reads back as the tree with just that change, and no comment outside of
 * what was removed is lost.
 */
#ifndef BULWARK_FUZZ_EDIT_PROPERTY_H
#define BULWARK_FUZZ_EDIT_PROPERTY_H

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "config/doc_edit.h"

enum edit_kind {
	EDIT_REPLACE,
	EDIT_INSERT,
	EDIT_INSERT_AFTER,
	EDIT_APPEND,
	EDIT_REMOVE,
	EDIT_RENAME,
	EDIT_KINDS
};

struct edit_target {
	const struct value *parent, *v;
};
struct edit_target_list VEC_OF(struct edit_target);

struct edit_change {
	enum edit_kind kind;
	const struct value *parent, *v, *with;
	struct slice key;
};

/* Either kind of document. */
struct edit_doc {
	bool json;
	const struct value *root;
	struct yaml_doc yaml;
	struct json_doc js;
	struct problem_list problems;
};

static inline void edit_doc_read(struct edit_doc *d, bool json, struct slice text, struct arena *a)
{
	*d = (struct edit_doc){.json = json};
	problem_list_init(&d->problems, a);
	if (json) {
		json_doc_read(text, 1, a, &d->js, &d->problems);
		d->root = d->js.root;
	} else {
		yaml_doc_read(text, 1, a, &d->yaml, &d->problems);
		d->root = yaml_doc_root(&d->yaml);
	}
}

/* Targets that are written where they stand: nothing below anchors, aliases and merge keys. */
static inline void edit_targets(const struct value *parent, const struct value *v,
				struct edit_target_list *out, struct arena *a, unsigned depth)
{
	if (v->way == VALUE_MERGED || v->anchor.len || depth == 0)
		return;
	*vec_add(a, out) = (struct edit_target){parent, v};
	if (v->way != VALUE_ALIAS)
		value_each(it, v) edit_targets(v, it, out, a, depth - 1);
}

static inline void edit_dump(struct buf *b, const struct value *v, const struct edit_change *c);

static inline void edit_dump_member(struct buf *b, const struct value *parent, struct slice key,
				    const struct value *v, const struct edit_change *c)
{
	if (parent->type == NODE_MAP)
		buf_printf(b, "%zu:%.*s=", key.len, SLICE_ARG(key));
	edit_dump(b, v, c);
}

static inline void edit_dump(struct buf *b, const struct value *v, const struct edit_change *c)
{
	bool here = c && c->v == v;

	if (here && c->kind == EDIT_REPLACE) {
		edit_dump(b, c->with, NULL);
		return;
	}
	buf_printf(b, "<%d ", v->type);
	if (value_scalar(v) && v->type != NODE_NULL)
		buf_printf(b, "%zu:%.*s", v->text.len, SLICE_ARG(v->text));
	bool add = here && (c->kind == EDIT_INSERT || c->kind == EDIT_APPEND);
	value_each(it, v)
	{
		if (add && it->way == VALUE_MERGED) {
			edit_dump_member(b, v, c->key, c->with, NULL);
			add = false;
		}
		bool gone = c && c->kind == EDIT_REMOVE && c->v == it;
		bool renamed = c && c->kind == EDIT_RENAME && c->v == it;
		if (!gone)
			edit_dump_member(b, v, renamed ? c->key : it->key, it, c);
		if (c && c->kind == EDIT_INSERT_AFTER && c->v == it)
			edit_dump_member(b, v, c->key, c->with, NULL);
	}
	if (add)
		edit_dump_member(b, v, c->key, c->with, NULL);
	buf_add_byte(b, '>');
}

static inline bool edit_do(struct doc_edit *e, const struct edit_change *c, struct slice snippet)
{
	switch (c->kind) {
	case EDIT_REPLACE:
		return doc_replace(e, c->v, snippet, NULL);
	case EDIT_INSERT:
		return doc_insert_member(e, c->v, NULL, c->key, snippet, NULL);
	case EDIT_INSERT_AFTER:
		return doc_insert_member(e, c->parent, c->v, c->key, snippet, NULL);
	case EDIT_APPEND:
		return doc_append_item(e, c->v, snippet, NULL);
	case EDIT_REMOVE:
		return doc_remove(e, c->parent, c->v, NULL);
	case EDIT_RENAME:
		return doc_rename_key(e, c->v, c->key, NULL);
	case EDIT_KINDS:
	default:
		return false;
	}
}

static inline bool edit_applies(const struct edit_change *c)
{
	bool member = c->parent && c->parent->type == NODE_MAP && c->parent->way == VALUE_WRITTEN;

	switch (c->kind) {
	case EDIT_REPLACE:
		return true;
	case EDIT_INSERT:
		return c->v->type == NODE_MAP && c->v->way == VALUE_WRITTEN &&
		       !value_get(c->v, c->key);
	case EDIT_INSERT_AFTER:
		return member && !value_get(c->parent, c->key);
	case EDIT_APPEND:
		return c->v->type == NODE_LIST && c->v->way == VALUE_WRITTEN;
	case EDIT_REMOVE:
		return c->parent && c->parent->way == VALUE_WRITTEN;
	case EDIT_RENAME:
		return member && !value_get(c->parent, c->key);
	case EDIT_KINDS:
	default:
		return false;
	}
}

static inline void edit_fail(const char *what, const struct edit_change *c, struct slice text,
			     struct slice edited)
{
	fprintf(stderr,
		"edit %d of the value at %llu: %s\n--- before\n%.*s\n--- after\n%.*s\n---\n",
		c->kind, (unsigned long long)c->v->span.offset, what, SLICE_ARG(text),
		SLICE_ARG(edited));
	abort();
}

/* Comments that stand outside of the value that was changed have to be there still, in order. */
static inline void edit_check_comments(const struct edit_doc *before, const struct edit_doc *after,
				       const struct edit_change *c, struct slice text,
				       struct slice edited)
{
	struct span gone = value_member_span(c->v);
	size_t j = 0, end = (size_t)(gone.offset + gone.length);

	end += slice_find_byte(slice_from(text, end), '\n');
	for (size_t i = 0; i < before->yaml.comments.count; i++) {
		struct span s = before->yaml.comments.items[i].span;
		struct slice want =
			slice_first(slice_from(text, (size_t)s.offset), (size_t)s.length);

		if ((c->kind == EDIT_REMOVE || c->kind == EDIT_REPLACE) &&
		    s.offset >= gone.offset && s.offset <= end)
			continue;
		while (j < after->yaml.comments.count) {
			struct span t = after->yaml.comments.items[j++].span;
			if (slice_eq(want, slice_first(slice_from(edited, (size_t)t.offset),
						       (size_t)t.length)))
				goto found;
		}
		edit_fail("a comment is lost", c, text, edited);
	found:;
	}
}

/* One edit; true when it was made, false when it was refused. */
static inline bool edit_check(const struct edit_doc *d, struct slice text,
			      const struct edit_change *c, struct slice snippet, struct arena *a)
{
	struct buf out, want, have;
	struct edit_doc again;
	struct doc_edit e;

	if (d->json)
		doc_edit_init_json(&e, &d->js, a);
	else
		doc_edit_init_yaml(&e, &d->yaml, a);
	if (!edit_do(&e, c, snippet))
		return false;
	buf_init(&out, LIMIT_CONFIG);
	if (!doc_edit_apply(&e, &out, NULL))
		edit_fail("cannot be applied", c, text, text);
	edit_doc_read(&again, d->json, buf_slice(&out), a);
	if (!again.root || again.problems.list.count)
		edit_fail("cannot be read", c, text, buf_slice(&out));
	buf_init(&want, LIMIT_DOCUMENT);
	buf_init(&have, LIMIT_DOCUMENT);
	edit_dump(&want, d->root, c);
	edit_dump(&have, again.root, NULL);
	if (!slice_eq(buf_slice(&want), buf_slice(&have)))
		edit_fail("another tree", c, text, buf_slice(&out));
	edit_check_comments(d, &again, c, text, buf_slice(&out));
	buf_release(&out);
	buf_release(&want);
	buf_release(&have);
	return true;
}

static const struct slice edit_snippets[] = {
	SLICE_INIT("true"),
	SLICE_INIT("\"a: # b\""),
	SLICE_INIT("[]"),
	SLICE_INIT("{}"),
	SLICE_INIT("[\"ALL\", 2]"),
	SLICE_INIT(
		"{\"limits\": {\"memory\": \"512m\", \"l\": [1, [2], {\"x\": null, \"y\": 1}]}}"),
};

static inline void edit_change_init(struct edit_change *c, const struct edit_doc *d,
				    enum edit_kind kind, struct edit_target t, struct slice snippet,
				    struct arena *a)
{
	struct edit_doc with;

	(void)d;
	edit_doc_read(&with, true, snippet, a);
	*c = (struct edit_change){kind, t.parent, t.v, with.root, SLICE("new_key")};
}

#endif
