/*
 * Edits of YAML's block style.  What is inserted goes to the end of a line, in
 * front of its line break, so that a text without a last line break is like
 * any other; what is removed goes by whole lines where it stands on its own.
 */
#include "base/limits.h"
#include "config/doc_internal.h"

/* The column of a place whose line holds only what may stand before a nested block there. */
static bool column_of(const struct doc_edit *e, size_t at, unsigned *ret, struct error *err)
{
	size_t start = doc_line_start(e, at);

	if (start == 0 && slice_starts(e->text, SLICE("\xef\xbb\xbf")) && at >= 3)
		start = 3;
	for (size_t i = start; i < at; i++)
		if (e->text.data[i] != ' ' && e->text.data[i] != '-')
			return doc_refuse(err, at, "the line begins with something unexpected");
	*ret = (unsigned)(at - start);
	return true;
}

/* "? key" cannot be told from a plain one by its column. */
static bool simple_key(const struct doc_edit *e, const struct value *v, struct error *err)
{
	if (!doc_behind_colon(e, v))
		return doc_refuse(err, (size_t)v->key_span.offset, "a key without a colon");
	return true;
}

static size_t value_end(const struct value *v)
{
	struct span s = v->way == VALUE_ALIAS ? v->via : v->span;
	size_t end = (size_t)(s.offset + s.length);
	size_t key = (size_t)(v->key_span.offset + v->key_span.length);

	return v->key_span.source != SOURCE_NONE && key > end ? key : end;
}

/* The dash of a list's item, by the white space in front of the item. */
static bool find_dash(const struct doc_edit *e, const struct value *item, size_t *ret,
		      struct error *err)
{
	struct span s = item->way == VALUE_ALIAS ? item->via : item->span;
	size_t at = (size_t)s.offset;

	while (at && ascii_space(e->text.data[at - 1]))
		at--;
	if (!at || e->text.data[at - 1] != '-')
		return doc_refuse(err, (size_t)s.offset, "an item whose dash is hard to find");
	*ret = at - 1;
	return true;
}

static size_t behind_line(const struct doc_edit *e, size_t at)
{
	size_t end = doc_line_end(e, at);

	while (end < e->text.len && e->text.data[end] != '\n')
		end++;
	return end < e->text.len ? end + 1 : end;
}

/*
 * Behind the last thing of a line that a value ends on.  Text on the same line
 * other than a comment is a mistake of ours.
 */
static bool line_end_behind(const struct doc_edit *e, size_t end, size_t *ret, struct error *err)
{
	size_t line = doc_line_end(e, end), at = end;

	while (at < line && (e->text.data[at] == ' ' || e->text.data[at] == '\t'))
		at++;
	if (at < line && e->text.data[at] == ':')
		at++;
	while (at < line && (e->text.data[at] == ' ' || e->text.data[at] == '\t'))
		at++;
	if (at < line && e->text.data[at] != '#')
		return doc_refuse(err, at, "something stands behind the value on its line");
	*ret = line;
	return true;
}

/* ---- replace ---- */

/* Behind the colon or dash that leads to a value, and behind its anchor and tag. */
static bool find_lead(const struct doc_edit *e, const struct value *v, size_t *ret,
		      struct error *err)
{
	struct doc_place body = doc_body(e, v);

	if (v->key_span.source != SOURCE_NONE) {
		*ret = doc_behind_colon(e, v);
		if (!*ret)
			return doc_refuse(err, body.from, "a key without a colon");
	} else {
		*ret = body.from;
		return true;
	}
	size_t start = (size_t)v->span.offset;
	if (v->way != VALUE_ALIAS && start < body.from) {
		/* Anchor and tag: the lead is behind them, on their line. */
		size_t at = body.from;
		while (at > start && ascii_space(e->text.data[at - 1]))
			at--;
		*ret = at;
	}
	return true;
}

/* A block collection makes room for what stands on the key's line. */
static bool block_to_line(struct doc_edit *e, const struct value *v, struct slice text,
			  struct error *err)
{
	struct doc_place body = doc_body(e, v);
	size_t lead;

	if (!find_lead(e, v, &lead, err))
		return false;
	struct slice spaced = v->key_span.source != SOURCE_NONE
				      ? arena_printf(e->arena, " %.*s", SLICE_ARG(text))
				      : text;
	if (doc_blank(e, lead, body.from)) {
		doc_add(e, lead, body.to, spaced);
		return true;
	}
	/* A comment stands between; it stays. */
	size_t cut = doc_line_start(e, body.from);
	if (cut <= lead || !doc_blank(e, cut, body.from))
		return doc_refuse(err, body.from, "a comment stands in the way");
	cut -= cut > 1 && e->text.data[cut - 2] == '\r' ? 2 : 1;
	doc_add(e, lead, lead, spaced);
	doc_add(e, cut, doc_line_end(e, body.to), SLICE_EMPTY);
	return true;
}

/* Where a new block below this value's key or dash is indented to. */
static bool block_indent(const struct doc_edit *e, const struct value *v, const struct value *with,
			 unsigned *ret, struct error *err)
{
	if (v->key_span.source == SOURCE_NONE) {
		struct doc_place body = doc_body(e, v);
		return column_of(e, body.from, ret, err);
	}
	if (!column_of(e, (size_t)v->key_span.offset, ret, err))
		return false;
	*ret += with->type == NODE_LIST ? e->list_step : e->step;
	return true;
}

static bool to_block(struct doc_edit *e, const struct value *v, const struct value *with,
		     struct error *err)
{
	struct doc_place body = doc_body(e, v);
	bool member = v->key_span.source != SOURCE_NONE;
	bool was_block = !value_scalar(v) && v->style == VALUE_BLOCK && v->way == VALUE_WRITTEN;
	struct doc_layout l;
	unsigned indent = 0;
	struct buf out;

	if (!block_indent(e, v, with, &indent, err))
		return false;
	if (!member && body.from == body.to && body.from &&
	    !ascii_space(e->text.data[body.from - 1]))
		return doc_refuse(err, body.from, "an item without a blank behind its dash");
	doc_layout_of(e, &l);
	buf_init(&out, LIMIT_CONFIG);
	size_t from = body.from;
	if (member && was_block && doc_blank(e, doc_line_start(e, from), from)) {
		from = doc_line_start(e, from);
		for (unsigned i = 0; i < indent; i++)
			buf_add_byte(&out, ' ');
	} else if (member) {
		while (from && (e->text.data[from - 1] == ' ' || e->text.data[from - 1] == '\t'))
			from--;
		doc_new_line(&l, &out, indent);
	}
	doc_write_block(&l, &out, with, indent);
	doc_add(e, from, body.to, buf_slice(&out));
	buf_release(&out);
	return true;
}

bool doc_block_replace(struct doc_edit *e, const struct value *v, const struct value *with,
		       struct error *err)
{
	struct doc_place body = doc_body(e, v);
	bool was_block = !value_scalar(v) && v->style == VALUE_BLOCK && v->way == VALUE_WRITTEN;
	struct buf out;
	bool ok = true;

	if (v->key_span.source != SOURCE_NONE && !simple_key(e, v, err))
		return false;
	if (!value_scalar(with) && with->count)
		return to_block(e, v, with, err);
	buf_init(&out, LIMIT_CONFIG);
	yaml_write_flow(&out, with);
	if (was_block) {
		ok = block_to_line(e, v, buf_slice(&out), err);
	} else {
		bool blank = body.from && ascii_space(e->text.data[body.from - 1]);
		struct slice text = buf_slice(&out);

		if (body.from == body.to && body.from && !blank)
			text = arena_printf(e->arena, " %.*s", SLICE_ARG(text));
		doc_add(e, body.from, body.to, text);
	}
	buf_release(&out);
	return ok;
}

/* ---- insert ---- */

bool doc_block_insert(struct doc_edit *e, const struct value *map, const struct value *after,
		      struct slice key, const struct value *v, struct error *err)
{
	const struct value *last = after ? after : doc_last_written(e, map);
	struct doc_layout l;
	unsigned indent = 0;
	struct buf out;
	size_t at;

	if (!last || !simple_key(e, last, err) ||
	    !column_of(e, (size_t)last->key_span.offset, &indent, err) ||
	    !line_end_behind(e, value_end(last), &at, err))
		return last ? false : doc_refuse(err, (size_t)map->span.offset, "an empty map");
	doc_layout_of(e, &l);
	buf_init(&out, LIMIT_CONFIG);
	doc_new_line(&l, &out, indent);
	yaml_write_string(&out, key);
	buf_add_byte(&out, ':');
	doc_write_member(&l, &out, v, indent);
	doc_add(e, at, at, buf_slice(&out));
	buf_release(&out);
	return true;
}

bool doc_block_append(struct doc_edit *e, const struct value *list, const struct value *v,
		      struct error *err)
{
	const struct value *last = doc_last_written(e, list);
	struct doc_layout l;
	unsigned indent = 0;
	struct buf out;
	size_t at, dash;

	if (!last)
		return doc_refuse(err, (size_t)list->span.offset, "an empty list");
	if (!find_dash(e, last, &dash, err) || !column_of(e, dash, &indent, err) ||
	    !line_end_behind(e, value_end(last), &at, err))
		return false;
	doc_layout_of(e, &l);
	buf_init(&out, LIMIT_CONFIG);
	doc_new_line(&l, &out, indent);
	buf_add_lit(&out, "- ");
	doc_write_block(&l, &out, v, indent + 2);
	doc_add(e, at, at, buf_slice(&out));
	buf_release(&out);
	return true;
}

/* ---- remove ---- */

static const struct value *written_behind(const struct doc_edit *e, const struct value *parent,
					  const struct value *v)
{
	for (const struct value *it = v->next; it; it = it->next)
		if (doc_is_written(e, parent, it))
			return it;
	return NULL;
}

static bool only_one(const struct doc_edit *e, const struct value *parent)
{
	unsigned n = 0;

	for (const struct value *it = parent->first; it && n < 2; it = it->next)
		n += doc_is_written(e, parent, it);
	return n == 1;
}

/* From the member's line to the end of the line that it ends on. */
static void cut_lines(struct doc_edit *e, size_t start, size_t end)
{
	size_t from = doc_line_start(e, start), to = behind_line(e, end);

	/* The last line of a text without a last line break: the one in front of it goes. */
	if (to == e->text.len && (!to || e->text.data[to - 1] != '\n') && from) {
		from -= from > 1 && e->text.data[from - 2] == '\r' ? 2 : 1;
		to = doc_line_end(e, end);
	}
	doc_add(e, from, to, SLICE_EMPTY);
}

bool doc_block_remove(struct doc_edit *e, const struct value *parent, const struct value *v,
		      struct error *err)
{
	bool member = parent->type == NODE_MAP;
	size_t start = (size_t)v->key_span.offset, end = value_end(v), line;

	if (member ? !simple_key(e, v, err) : !find_dash(e, v, &start, err))
		return false;
	if (!line_end_behind(e, end, &line, err))
		return false;
	if (only_one(e, parent)) {
		const struct value *empty = value_new(e->arena, member ? NODE_MAP : NODE_LIST);
		return doc_block_replace(e, parent, empty, err);
	}
	size_t from = doc_line_start(e, start);
	if (doc_blank(e, from, start)) {
		cut_lines(e, start, end);
		return true;
	}
	/* The first of a compact block ("- a: 1"): the next one takes its place. */
	const struct value *next = written_behind(e, parent, v);
	size_t next_start = 0;
	if (!next)
		return doc_refuse(err, start, "the last of a compact block");
	if (member)
		next_start = (size_t)next->key_span.offset;
	else if (!find_dash(e, next, &next_start, err))
		return false;
	if (!doc_blank(e, end, next_start))
		return doc_refuse(err, start, "a comment stands behind it");
	doc_add(e, start, next_start, SLICE_EMPTY);
	return true;
}
