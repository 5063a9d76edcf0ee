#include "config/doc_edit.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/doc_internal.h"

/* ---- places ---- */

bool doc_refuse(struct error *err, size_t at, const char *what)
{
	return error_set_at(err, ERR_UNSUPPORTED, at, "%s", what);
}

void doc_add(struct doc_edit *e, size_t from, size_t to, struct slice text)
{
	*vec_add(e->arena, &e->edits) = (struct edit){
		.span = {e->source, from, to - from},
		.replacement = arena_copy(e->arena, text),
	};
}

size_t doc_line_start(const struct doc_edit *e, size_t at)
{
	struct slice before = slice_first(e->text, at);
	size_t newline = slice_rfind_byte(before, '\n');

	return newline == before.len ? 0 : newline + 1;
}

size_t doc_line_end(const struct doc_edit *e, size_t at)
{
	size_t end = at + slice_find_byte(slice_from(e->text, at), '\n');

	return end > at && end < e->text.len && e->text.data[end - 1] == '\r' ? end - 1 : end;
}

bool doc_blank(const struct doc_edit *e, size_t from, size_t to)
{
	return slice_empty(slice_trim(slice_first(slice_from(e->text, from), to - from)));
}

size_t doc_skip(const struct doc_edit *e, size_t at)
{
	while (at < e->text.len) {
		struct slice rest = slice_from(e->text, at);

		if (ascii_space(rest.data[0])) {
			at++;
		} else if (rest.data[0] == '#' || (e->json && slice_starts(rest, SLICE("//")))) {
			at += slice_find_byte(rest, '\n');
		} else if (e->json && slice_starts(rest, SLICE("/*"))) {
			size_t end = slice_find(rest, SLICE("*/"));
			at += end < rest.len ? end + 2 : end;
		} else {
			break;
		}
	}
	return at;
}

static struct doc_place extent(const struct value *v)
{
	struct span s = v->way == VALUE_ALIAS ? v->via : v->span;

	return (struct doc_place){(size_t)s.offset, (size_t)(s.offset + s.length)};
}

struct doc_place doc_body(const struct doc_edit *e, const struct value *v)
{
	struct doc_place p = extent(v);

	if (e->json || v->way == VALUE_ALIAS)
		return p;
	/*
	 * No plain scalar begins with one of these.  A type (!!str) goes with the value; what is
	 * the reading program's own (!override) stays.
	 */
	while (p.from < p.to && (e->text.data[p.from] == '&' || e->text.data[p.from] == '!')) {
		if (slice_starts(slice_from(e->text, p.from), SLICE("!!")))
			break;
		while (p.from < p.to && !ascii_space(e->text.data[p.from]))
			p.from++;
		p.from = doc_skip(e, p.from);
	}
	if (p.from > p.to)
		p.from = p.to;
	return p;
}

/* Where the member begins: its key, else its value. */
static size_t member_start(const struct value *v)
{
	return v->key_span.source != SOURCE_NONE ? (size_t)v->key_span.offset : extent(v).from;
}

/* Its end; a key without a value ends where the key does. */
static size_t member_end(const struct value *v)
{
	size_t end = extent(v).to;
	size_t key = (size_t)(v->key_span.offset + v->key_span.length);

	return v->key_span.source != SOURCE_NONE && key > end ? key : end;
}

size_t doc_behind_colon(const struct doc_edit *e, const struct value *v)
{
	size_t at = doc_skip(e, (size_t)(v->key_span.offset + v->key_span.length));

	return at < e->text.len && e->text.data[at] == ':' ? at + 1 : 0;
}

bool doc_is_written(const struct doc_edit *e, const struct value *parent, const struct value *v)
{
	struct doc_place p = extent(parent);
	size_t start = member_start(v);

	return (v->way == VALUE_WRITTEN || v->way == VALUE_ALIAS) && v->span.source == e->source &&
	       start >= p.from && start <= p.to;
}

const struct value *doc_last_written(const struct doc_edit *e, const struct value *parent)
{
	const struct value *last = NULL;

	for (const struct value *it = parent->first; it; it = it->next)
		if (doc_is_written(e, parent, it))
			last = it;
	return last;
}

/* ---- the value of this document that a span means ---- */

static bool same_place(const struct value *a, const struct value *b)
{
	struct doc_place x = extent(a), y = extent(b);

	return a->way == b->way && a->type == b->type && x.from == y.from && x.to == y.to &&
	       a->key_span.offset == b->key_span.offset;
}

static const struct value *find_below(const struct value *parent, const struct value *v,
				      bool *found)
{
	size_t at = v->key_span.source != SOURCE_NONE ? (size_t)v->key_span.offset : extent(v).from;
	const struct value *next = NULL;

	for (const struct value *it = parent->first; it; it = it->next) {
		*found = same_place(it, v);
		if (*found)
			return it;
		if (it->way == VALUE_WRITTEN && !value_scalar(it) && it->span.offset <= at &&
		    it->span.offset + it->span.length >= at)
			next = it;
	}
	return next;
}

/*
 * Interpolation changes types, so that the place has to do for a scalar: it is
 * looked for as it is and then as a text.
 */
static const struct value *find(const struct doc_edit *e, const struct value *v, struct error *err)
{
	struct value root = {.type = NODE_LIST}, copy = *v;
	static const enum node_type types[] = {NODE_STRING, NODE_NUMBER, NODE_BOOL, NODE_NULL};
	unsigned count = value_scalar(v) ? ARRAY_LEN(types) : 0;

	if (e->broken && !e->json) {
		doc_refuse(err, (size_t)v->span.offset,
			   "the text has a syntax error, or line breaks that are unusual");
		return NULL;
	}
	if (copy.way == VALUE_EXTENDED)
		copy.way = VALUE_WRITTEN;
	for (size_t i = 0; v->span.source == e->source && i < e->roots.count; i++) {
		struct value top = *e->roots.items[i];

		top.next = NULL;
		root.first = root.last = &top;
		for (unsigned t = 0; t <= count; t++) {
			bool found = false;
			const struct value *at = &root;

			if (t)
				copy.type = types[t - 1];
			while (at && !found)
				at = find_below(at, &copy, &found);
			if (found)
				return at == &top ? e->roots.items[i] : at;
		}
	}
	doc_refuse(err, (size_t)v->span.offset, "the value does not stand in this document");
	return NULL;
}

/* ---- snippets ---- */

static const struct value *parse(struct doc_edit *e, struct slice snippet, struct error *err)
{
	struct problem_list problems;
	const struct value *root;

	problem_list_init(&problems, e->arena);
	snippet = arena_copy(e->arena, snippet);
	if (e->json) {
		struct json_doc doc;
		json_doc_read(snippet, SOURCE_NONE, e->arena, &doc, &problems);
		root = doc.root;
	} else {
		struct yaml_doc doc;
		yaml_doc_read(snippet, SOURCE_NONE, e->arena, &doc, &problems);
		root = yaml_doc_root(&doc);
		if (!root && !doc.broken)
			root = value_new(e->arena, NODE_NULL);
	}
	if (!root || problems.list.count) {
		error_set(err, ERR_FORMAT, "the new value cannot be read: %.*s",
			  SLICE_ARG(snippet));
		return NULL;
	}
	return root;
}

/* ---- brackets: JSON, and YAML in flow style ---- */

static bool has_bracket(const struct doc_edit *e, const struct value *v, struct error *err)
{
	struct doc_place p = doc_body(e, v);
	char open = v->type == NODE_MAP ? '{' : '[';

	/* [a: b] holds a map without braces. */
	if (p.to - p.from >= 2 && e->text.data[p.from] == open)
		return true;
	return doc_refuse(err, p.from, "a map without braces");
}

static unsigned indent_of_line(const struct doc_edit *e, size_t at)
{
	size_t start = doc_line_start(e, at), end = start;

	while (end < e->text.len && (e->text.data[end] == ' ' || e->text.data[end] == '\t'))
		end++;
	return (unsigned)(end - start);
}

void doc_layout_of(const struct doc_edit *e, struct doc_layout *l)
{
	*l = (struct doc_layout){e->step, e->list_step, e->crlf};
}

/* Tabs stay tabs: the white space of a line is repeated as it is. */
static void new_line_like(const struct doc_edit *e, struct buf *out, size_t at)
{
	buf_add_slice(out, e->crlf ? SLICE("\r\n") : SLICE("\n"));
	buf_add(out, e->text.data + doc_line_start(e, at), indent_of_line(e, at));
}

/* One level of indentation in the document's own way, behind a line like that of `at`. */
static void one_level(const struct doc_edit *e, struct buf *out)
{
	bool tabs = slice_find(e->text, SLICE("\n\t")) < e->text.len;

	if (tabs) {
		buf_add_byte(out, '\t');
		return;
	}
	for (unsigned i = 0; i < e->step; i++)
		buf_add_byte(out, ' ');
}

static void write_inline(const struct doc_edit *e, struct buf *out, const struct value *v,
			 unsigned indent, bool lines)
{
	struct doc_layout l;

	doc_layout_of(e, &l);
	if (!lines)
		l.step = 0;
	if (e->json)
		doc_write_json(&l, out, v, indent);
	else
		yaml_write_flow(out, v);
}

static void write_member(const struct doc_edit *e, struct buf *out, const struct slice *key,
			 const struct value *v, unsigned indent, bool lines)
{
	if (key && e->json) {
		struct value k = {.type = NODE_STRING, .text = *key};
		json_write_value(out, &k, 0, 0);
	} else if (key) {
		yaml_write_string(out, *key);
	}
	if (key)
		buf_add_lit(out, ": ");
	write_inline(e, out, v, indent, lines && v->type == NODE_MAP);
}

static void insert_first(struct doc_edit *e, struct doc_place p, const struct slice *key,
			 const struct value *v, struct buf *out)
{
	bool blank = doc_blank(e, p.from + 1, p.to - 1);
	bool lines = e->json && blank && slice_find_byte(e->text, '\n') + 1 < e->text.len;

	if (lines) {
		new_line_like(e, out, p.from);
		one_level(e, out);
	}
	write_member(e, out, key, v, indent_of_line(e, p.from) + e->step, lines);
	if (lines)
		new_line_like(e, out, p.from);
	doc_add(e, p.from + 1, blank ? p.to - 1 : p.from + 1, buf_slice(out));
}

/* A member of a map, or with key NULL an item of a list. */
static bool flow_insert(struct doc_edit *e, const struct value *parent, const struct value *after,
			const struct slice *key, const struct value *v, struct error *err)
{
	const struct value *last = after ? after : doc_last_written(e, parent);
	struct buf out;

	if (!has_bracket(e, parent, err))
		return false;
	buf_init(&out, LIMIT_CONFIG);
	if (!last) {
		insert_first(e, doc_body(e, parent), key, v, &out);
	} else {
		size_t start = member_start(last), end = member_end(last);
		bool own_line = doc_blank(e, doc_line_start(e, start), start) &&
				doc_line_start(e, start) > 0;

		buf_add_byte(&out, ',');
		if (own_line)
			new_line_like(e, &out, start);
		else
			buf_add_byte(&out, ' ');
		write_member(e, &out, key, v, indent_of_line(e, start), own_line);
		doc_add(e, end, end, buf_slice(&out));
	}
	buf_release(&out);
	return true;
}

/* The comma behind a place, or 0. */
static size_t comma_behind(const struct doc_edit *e, size_t at)
{
	at = doc_skip(e, at);
	return at < e->text.len && e->text.data[at] == ',' ? at : 0;
}

static size_t over_blanks(const struct doc_edit *e, size_t at)
{
	while (at < e->text.len && (e->text.data[at] == ' ' || e->text.data[at] == '\t'))
		at++;
	return at;
}

/* A member with a comma behind it. */
static void cut_with_comma(struct doc_edit *e, size_t start, size_t end, size_t comma)
{
	size_t line = doc_line_start(e, start), rest = doc_line_end(e, comma);

	if (!doc_blank(e, end, comma)) {
		doc_add(e, start, end, SLICE_EMPTY);
		doc_add(e, comma, comma + 1, SLICE_EMPTY);
	} else if (line > 0 && doc_blank(e, line, start) && doc_blank(e, comma + 1, rest)) {
		doc_add(e, line, rest + slice_find_byte(slice_from(e->text, rest), '\n') + 1,
			SLICE_EMPTY);
	} else {
		doc_add(e, start, over_blanks(e, comma + 1), SLICE_EMPTY);
	}
}

static bool flow_remove(struct doc_edit *e, const struct value *parent, const struct value *v,
			struct error *err)
{
	size_t start = member_start(v), end = member_end(v), comma = comma_behind(e, end);
	const struct value *before = NULL;

	if (!has_bracket(e, parent, err))
		return false;
	size_t mark = start;
	while (mark && ascii_space(e->text.data[mark - 1]))
		mark--;
	if (mark && e->text.data[mark - 1] == '?')
		return doc_refuse(err, start, "a key behind a ?");
	for (const struct value *it = parent->first; it && it != v; it = it->next)
		if (doc_is_written(e, parent, it))
			before = it;
	if (comma) {
		cut_with_comma(e, start, end, comma);
		return true;
	}
	comma = before ? comma_behind(e, member_end(before)) : 0;
	if (comma && doc_blank(e, comma + 1, start)) {
		doc_add(e, comma, end, SLICE_EMPTY);
	} else if (comma) {
		doc_add(e, comma, comma + 1, SLICE_EMPTY);
		doc_add(e, start, end, SLICE_EMPTY);
	} else {
		struct doc_place p = doc_body(e, parent);
		bool alone = doc_blank(e, p.from + 1, start) && doc_blank(e, end, p.to - 1);

		doc_add(e, alone ? p.from + 1 : start, alone ? p.to - 1 : end, SLICE_EMPTY);
	}
	return true;
}

static bool flow_replace(struct doc_edit *e, const struct value *v, const struct value *with,
			 struct error *err)
{
	struct doc_place p = doc_body(e, v);
	struct buf out;

	buf_init(&out, LIMIT_CONFIG);
	if (p.from == p.to) {
		if (v->key_span.source != SOURCE_NONE && !doc_behind_colon(e, v))
			return doc_refuse(err, p.from, "a key without a colon");
		buf_add_byte(&out, ' ');
	}
	write_inline(e, &out, with, indent_of_line(e, p.from),
		     slice_find_byte(e->text, '\n') < e->text.len && with->type == NODE_MAP);
	doc_add(e, p.from, p.to, buf_slice(&out));
	buf_release(&out);
	return true;
}

/* ---- the functions of the header ---- */

static unsigned column(const struct doc_edit *e, size_t at)
{
	return (unsigned)(at - doc_line_start(e, at));
}

/* The indentation that the document itself uses, by its first nested map and list. */
static void measure(struct doc_edit *e, const struct value *v, unsigned depth)
{
	value_each(it, v)
	{
		if (e->step && e->list_step != UINT32_MAX)
			return;
		if (value_scalar(it) || it->way != VALUE_WRITTEN || it->style != VALUE_BLOCK)
			continue;
		struct doc_place p = doc_body(e, it);
		if (v->type == NODE_MAP && v->style == VALUE_BLOCK && it->count) {
			unsigned key = column(e, (size_t)it->key_span.offset);
			unsigned own = column(e, p.from);

			if (it->type == NODE_MAP && !e->step && own > key && own - key <= 8)
				e->step = own - key;
			if (it->type == NODE_LIST && e->list_step == UINT32_MAX && own >= key &&
			    own - key <= 8)
				e->list_step = own - key;
		}
		if (depth)
			measure(e, it, depth - 1);
	}
}

/* The levels that are looked at for the indentation. */
#define MEASURE_DEPTH 6

static void init(struct doc_edit *e, struct slice text, uint32_t source, struct arena *a)
{
	*e = (struct doc_edit){.text = text, .source = source, .arena = a};
	size_t newline = slice_find_byte(text, '\n');
	e->crlf = newline && newline < text.len && text.data[newline - 1] == '\r';
}

/* Line breaks that YAML knows and that the lines here are not made of: \r alone, NEL, LS, PS. */
static bool odd_line_breaks(struct slice text)
{
	static const struct slice breaks[] = {
		SLICE_INIT("\xc2\x85"),
		SLICE_INIT("\xe2\x80\xa8"),
		SLICE_INIT("\xe2\x80\xa9"),
	};

	for (size_t i = 0; i < ARRAY_LEN(breaks); i++)
		if (slice_find(text, breaks[i]) < text.len)
			return true;
	for (size_t at = 0; (at += slice_find_byte(slice_from(text, at), '\r')) < text.len; at++)
		if (at + 1 == text.len || text.data[at + 1] != '\n')
			return true;
	return false;
}

void doc_edit_init_yaml(struct doc_edit *e, const struct yaml_doc *doc, struct arena *a)
{
	init(e, doc->text, doc->source, a);
	e->roots = doc->documents;
	e->broken = doc->broken || odd_line_breaks(doc->text);
	e->list_step = UINT32_MAX;
	for (size_t i = 0; i < e->roots.count; i++)
		measure(e, e->roots.items[i], MEASURE_DEPTH);
	if (!e->step)
		e->step = 2;
	if (e->list_step == UINT32_MAX)
		e->list_step = e->step;
}

void doc_edit_init_json(struct doc_edit *e, const struct json_doc *doc, struct arena *a)
{
	init(e, doc->text, doc->source, a);
	e->json = true;
	e->broken = doc->broken;
	if (doc->root)
		*vec_add(a, &e->roots) = doc->root;
	const struct value *first = doc->root ? doc->root->first : NULL;
	unsigned step = first ? column(e, member_start(first)) : 0;
	e->step = step && step <= 8 ? step : 2;
}

static bool replace(struct doc_edit *e, const struct value *own, const struct value *with,
		    struct error *err)
{
	struct doc_change c = {.kind = DOC_REPLACE, .v = own, .with = with};
	size_t first = e->edits.count;

	bool ok = e->json || own->in_flow ? flow_replace(e, own, with, err)
					  : doc_block_replace(e, own, with, err);
	return ok && doc_check(e, first, &c, err);
}

bool doc_replace(struct doc_edit *e, const struct value *v, struct slice snippet, struct error *err)
{
	const struct value *with = parse(e, snippet, err), *own = with ? find(e, v, err) : NULL;

	return own && replace(e, own, with, err);
}

bool doc_replace_text(struct doc_edit *e, const struct value *v, struct slice text,
		      struct error *err)
{
	const struct value *own = find(e, v, err);

	return own && replace(e, own, value_new_text(e->arena, text), err);
}

static bool is_there(const struct doc_edit *e, const struct value *map, struct slice key)
{
	for (const struct value *it = map->first; it; it = it->next)
		if (!it->shadow && slice_eq(it->key, key) && doc_is_written(e, map, it))
			return true;
	return false;
}

bool doc_insert_member(struct doc_edit *e, const struct value *map, const struct value *after,
		       struct slice key, struct slice snippet, struct error *err)
{
	const struct value *v = parse(e, snippet, err), *own = v ? find(e, map, err) : NULL;

	if (!own || (after && !(after = find(e, after, err))))
		return false;
	if (own->type != NODE_MAP || own->way != VALUE_WRITTEN ||
	    (after && !doc_is_written(e, own, after)))
		return doc_refuse(err, (size_t)own->span.offset, "no map that is written here");
	if (is_there(e, own, key))
		return doc_refuse(err, (size_t)own->span.offset, "the key is there already");
	size_t first = e->edits.count;
	struct doc_change c = {after ? DOC_ADD_BEHIND : DOC_ADD, after ? after : own, v, key};
	bool ok = own->style == VALUE_FLOW ? flow_insert(e, own, after, &key, v, err)
					   : doc_block_insert(e, own, after, key, v, err);
	return ok && doc_check(e, first, &c, err);
}

bool doc_append_item(struct doc_edit *e, const struct value *list, struct slice snippet,
		     struct error *err)
{
	const struct value *v = parse(e, snippet, err), *own = v ? find(e, list, err) : NULL;

	if (!own)
		return false;
	if (own->type != NODE_LIST || own->way != VALUE_WRITTEN)
		return doc_refuse(err, (size_t)own->span.offset, "no list that is written here");
	size_t first = e->edits.count;
	struct doc_change c = {.kind = DOC_ADD, .v = own, .with = v};
	bool ok = own->style == VALUE_FLOW ? flow_insert(e, own, NULL, NULL, v, err)
					   : doc_block_append(e, own, v, err);
	return ok && doc_check(e, first, &c, err);
}

bool doc_remove(struct doc_edit *e, const struct value *parent, const struct value *member,
		struct error *err)
{
	const struct value *own = find(e, parent, err), *v = own ? find(e, member, err) : NULL;

	if (!v)
		return false;
	if (own->way != VALUE_WRITTEN || !doc_is_written(e, own, v))
		return doc_refuse(err, (size_t)v->span.offset, "not written here");
	size_t first = e->edits.count;
	struct doc_change c = {.kind = DOC_REMOVE, .v = v};
	bool ok = own->style == VALUE_FLOW ? flow_remove(e, own, v, err)
					   : doc_block_remove(e, own, v, err);
	return ok && doc_check(e, first, &c, err);
}

bool doc_rename_key(struct doc_edit *e, const struct value *member, struct slice key,
		    struct error *err)
{
	const struct value *v = find(e, member, err);
	struct buf out;

	if (!v)
		return false;
	if (v->key_span.source != e->source || !v->key_span.length)
		return doc_refuse(err, (size_t)v->span.offset, "no member of a map");
	buf_init(&out, LIMIT_CONFIG);
	/* {"a":1} is only read because of the quotes. */
	char quote = e->text.data[v->key_span.offset];
	if (e->json || quote == '"' || quote == '\'') {
		struct value k = {.type = NODE_STRING, .text = key};
		json_write_value(&out, &k, 0, 0);
	} else {
		yaml_write_string(&out, key);
	}
	size_t first = e->edits.count;
	doc_add(e, (size_t)v->key_span.offset, (size_t)(v->key_span.offset + v->key_span.length),
		buf_slice(&out));
	buf_release(&out);
	struct doc_change c = {.kind = DOC_RENAME, .v = v, .key = key};
	return doc_check(e, first, &c, err);
}

bool doc_edit_apply(struct doc_edit *e, struct buf *out, struct error *err)
{
	if (!edit_list_prepare(&e->edits, e->text.len, err))
		return false;
	if (!edit_apply(&e->edits, e->text, out))
		return error_set(err, ERR_LIMIT, "the edited text is too long");
	return true;
}
