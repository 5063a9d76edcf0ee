/*
 * The reader.  A table that is named again may or may not be extended,
 * depending on how it came to be (TOML 1.0, "Keys" and "Table"); the flags of
 * struct item say how.
 */
#include "format/toml.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "format/toml_scalar.h"

/* Below this many members a table is searched, above it hashed. */
#define INDEX_FROM 12

struct index {
	struct map map;
	struct index *next;
};

/* What stands behind every struct node that this reader makes. */
struct item {
	struct node node;
	struct item *parent;
	struct index *index; /* members by key, of large tables */
	uint32_t section;    /* dotted keys of this section made or passed the table; 0: none did */
	bool header;         /* defined by a header of its own: cannot be defined again */
	bool frozen;         /* a value: nothing may be added from outside */
};

struct reader {
	const char *p, *end;
	struct slice text;
	struct arena *arena;
	struct error *err;
	struct index *indexes;
	struct item *root;
	struct item *table;  /* of the last header */
	unsigned depth;      /* of that table */
	uint32_t section, sections;
	uint32_t nodes;
	/* What the last header led through, from the root down, and whose span is still growing. */
	struct item *chain[2 * LIMIT_TOML_DEPTH];
	bool growing[2 * LIMIT_TOML_DEPTH];
	unsigned chain_count;
	bool chain_same;     /* so far the new header's way is the old one's */
};

struct key {
	struct slice text;
	const char *start;
};

static bool read_value(struct reader *r, struct item *item, unsigned depth);

static bool fail(struct reader *r, const char *at, const char *what)
{
	return node_error(r->err, ERR_FORMAT, r->text, (size_t)(at - r->text.data), what);
}

/* Called in front of each key and each member of an array. */
static bool check_limits(struct reader *r, unsigned depth)
{
	if (depth <= LIMIT_TOML_DEPTH && r->nodes < LIMIT_NODES)
		return true;
	return node_error(r->err, ERR_LIMIT, r->text, (size_t)(r->p - r->text.data),
			  depth <= LIMIT_TOML_DEPTH ? "too many values" : "nested too deeply");
}

static uint32_t offset_of(const struct reader *r, const char *p)
{
	return (uint32_t)(p - r->text.data);
}

static bool at(const struct reader *r, char c)
{
	return r->p < r->end && *r->p == c;
}

static bool accept(struct reader *r, char c)
{
	if (!at(r, c))
		return false;
	r->p++;
	return true;
}

static bool at_newline(const struct reader *r)
{
	return at(r, '\n') || (at(r, '\r') && r->end - r->p > 1 && r->p[1] == '\n');
}

static bool accept_newline(struct reader *r)
{
	if (!at_newline(r))
		return false;
	r->p += *r->p == '\r' ? 2 : 1;
	return true;
}

static void skip_blank(struct reader *r)
{
	while (at(r, ' ') || at(r, '\t'))
		r->p++;
}

static bool control(char c)
{
	return ((uint8_t)c < 0x20 && c != '\t') || c == 0x7f;
}

/* A comment if one stands here, up to its line's end. */
static bool skip_comment(struct reader *r)
{
	if (!accept(r, '#'))
		return true;
	while (r->p < r->end && !at_newline(r)) {
		if (control(*r->p))
			return fail(r, r->p, "control character in a comment");
		r->p++;
	}
	return true;
}

static bool line_end(struct reader *r)
{
	skip_blank(r);
	if (!skip_comment(r))
		return false;
	if (r->p < r->end && !accept_newline(r))
		return fail(r, r->p, "expected the end of the line");
	return true;
}

/* Blanks, line ends and comments between the members of an array. */
static bool skip_gap(struct reader *r)
{
	do {
		skip_blank(r);
		if (!skip_comment(r))
			return false;
	} while (accept_newline(r));
	return true;
}

/* ---- members of tables ---- */

static struct item *member_find(const struct item *table, struct slice key)
{
	if (table->index)
		return map_get_ptr(&table->index->map, key);
	for (struct node *n = table->node.first; n; n = n->next)
		if (slice_eq(n->key, key))
			return (struct item *)n;
	return NULL;
}

static void index_members(struct reader *r, struct item *table)
{
	table->index = arena_new(r->arena, struct index);
	map_init(&table->index->map);
	table->index->next = r->indexes;
	r->indexes = table->index;
	for (struct node *n = table->node.first; n; n = n->next)
		map_put_ptr(&table->index->map, n->key, n);
}

static struct item *member_add(struct reader *r, struct item *parent, enum node_type type,
			       const struct key *key)
{
	struct item *item = arena_new(r->arena, struct item);

	r->nodes++;
	item->node.type = type;
	item->parent = parent;
	item->node.offset = offset_of(r, key->start);
	item->node.key_offset = item->node.offset;
	if (parent->node.type == NODE_MAP)
		item->node.key = key->text;
	node_append(&parent->node, &item->node);
	if (parent->index)
		map_put_ptr(&parent->index->map, key->text, item);
	else if (parent->node.type == NODE_MAP && parent->node.count == INDEX_FROM)
		index_members(r, parent);
	return item;
}

/* ---- strings ---- */

static bool hex_rune(struct reader *r, size_t digits, uint32_t *ret)
{
	uint32_t v = 0;

	if ((size_t)(r->end - r->p) < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		char c = ascii_tolower(*r->p++);

		if (!ascii_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
		v = v << 4 | (uint32_t)(ascii_digit(c) ? c - '0' : c - 'a' + 10);
	}
	*ret = v;
	return v <= 0x10ffff && (v < 0xd800 || v > 0xdfff);
}

/* A backslash that ends a line takes the line's end and all blanks and empty lines behind it. */
static bool skip_continuation(struct reader *r)
{
	const char *start = r->p;

	skip_blank(r);
	if (!at_newline(r)) {
		r->p = start;
		return false;
	}
	do {
		skip_blank(r);
	} while (accept_newline(r));
	return true;
}

/* Behind the backslash. */
static bool read_escape(struct reader *r, bool multi, struct buf *out)
{
	static const char codes[] = "btnfr\"\\", meanings[] = "\b\t\n\f\r\"\\";
	const char *start = r->p - 1;
	uint32_t rune;

	if (multi && skip_continuation(r))
		return true;
	char c = r->p < r->end ? *r->p++ : '\0';
	const char *code = c ? strchr(codes, c) : NULL;
	if (code)
		return buf_add_byte(out, meanings[code - codes]);
	if ((c == 'u' || c == 'U') && hex_rune(r, c == 'u' ? 4 : 8, &rune))
		return text_add_utf8(out, rune);
	return fail(r, start, "bad escape");
}

/* The closing quotes of a multi-line string: up to two more in front of them belong to the text. */
static bool at_close(const struct reader *r, char quote, bool multi, size_t *ret_inner)
{
	size_t run = 0;

	while (run < 5 && (size_t)(r->end - r->p) > run && r->p[run] == quote)
		run++;
	*ret_inner = multi && run > 3 ? run - 3 : 0;
	return run >= (multi ? 3u : 1u);
}

static bool sound_string_byte(const struct reader *r, bool multi)
{
	return !control(*r->p) || (multi && at_newline(r));
}

/* Copies up to the closing quotes, escapes decoded; r->p stays before the quotes. */
static bool decode_string(struct reader *r, char quote, bool multi, struct buf *out)
{
	size_t inner;

	while (!at_close(r, quote, multi, &inner)) {
		const char *start = r->p;

		if (r->p == r->end)
			return fail(r, r->p, "string without an end");
		if (*r->p == '\\') {
			r->p++;
			if (!read_escape(r, multi, out))
				return false;
			continue;
		}
		if (!sound_string_byte(r, multi))
			return fail(r, r->p, "control character in a string");
		if (!accept_newline(r))
			r->p++;
		buf_add(out, start, (size_t)(r->p - start));
	}
	buf_add(out, r->p, inner);
	r->p += inner;
	return true;
}

/* Up to the closing quotes without decoding; false at a backslash that means something. */
static bool scan_string(struct reader *r, char quote, bool multi)
{
	size_t inner;

	while (!at_close(r, quote, multi, &inner)) {
		if (r->p == r->end || (quote == '"' && *r->p == '\\') ||
		    !sound_string_byte(r, multi))
			return false;
		if (!accept_newline(r))
			r->p++;
	}
	r->p += inner;
	return true;
}

/* At the opening quote.  Keys are never multi-line. */
static bool read_string(struct reader *r, bool may_be_multi, struct slice *ret)
{
	char quote = *r->p;
	size_t left = (size_t)(r->end - r->p);
	bool multi = may_be_multi && left >= 3 && r->p[1] == quote && r->p[2] == quote;

	r->p += multi ? 3 : 1;
	if (multi)
		accept_newline(r);
	const char *start = r->p;
	if (scan_string(r, quote, multi)) {
		*ret = slice_new(start, (size_t)(r->p - start));
	} else if (r->p < r->end && *r->p == '\\' && quote == '"') {
		struct buf out;

		r->p = start;
		buf_init(&out, LIMIT_DOCUMENT);
		bool ok = decode_string(r, quote, multi, &out);
		*ret = ok ? arena_copy(r->arena, buf_slice(&out)) : SLICE_EMPTY;
		buf_release(&out);
		if (!ok)
			return false;
	} else {
		return fail(r, r->p, r->p == r->end ? "string without an end" :
						      "control character in a string");
	}
	r->p += multi ? 3 : 1;
	return true;
}

/* ---- keys ---- */

static bool bare_key_byte(char c)
{
	return ascii_alnum(c) || c == '_' || c == '-';
}

static bool read_key(struct reader *r, struct key *ret)
{
	ret->start = r->p;
	if (at(r, '"') || at(r, '\''))
		return read_string(r, false, &ret->text);
	while (r->p < r->end && bare_key_byte(*r->p))
		r->p++;
	ret->text = slice_new(ret->start, (size_t)(r->p - ret->start));
	return !slice_empty(ret->text) || fail(r, r->p, "expected a key");
}

/* The table that a part of a dotted key names, made if it is not there. */
static struct item *descend_dotted(struct reader *r, struct item *table, const struct key *key,
				   uint32_t section)
{
	struct item *child = member_find(table, key->text);

	if (!child) {
		child = member_add(r, table, NODE_MAP, key);
	} else if (child->node.type != NODE_MAP || child->header || child->frozen ||
		   (child->section && child->section != section)) {
		fail(r, key->start, "a dotted key cannot add to this");
		return NULL;
	}
	child->section = section;
	return child;
}

/* key = value, where key may be dotted. */
static bool read_pair(struct reader *r, struct item *base, unsigned depth, uint32_t section)
{
	struct item *table = base;
	struct key key;

	for (;;) {
		if (!check_limits(r, ++depth) || !read_key(r, &key))
			return false;
		skip_blank(r);
		if (!accept(r, '.'))
			break;
		skip_blank(r);
		table = descend_dotted(r, table, &key, section);
		if (!table)
			return false;
	}
	if (member_find(table, key.text))
		return fail(r, key.start, "this key is there already");
	if (!accept(r, '='))
		return fail(r, r->p, "expected '='");
	skip_blank(r);
	struct item *item = member_add(r, table, NODE_NULL, &key);
	item->frozen = true;
	if (!read_value(r, item, depth))
		return false;
	for (; table != base; table = table->parent)
		table->node.length = offset_of(r, r->p) - table->node.offset;
	return true;
}

/* ---- values ---- */

static bool token_byte(char c)
{
	return ascii_alnum(c) || c == '_' || c == '+' || c == '-' || c == '.' || c == ':';
}

static struct slice take_token(struct reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && token_byte(*r->p))
		r->p++;
	/* A date and its time may stand apart by one space. */
	if (r->p - start == 10 && r->end - r->p > 1 && *r->p == ' ' && ascii_digit(r->p[1]) &&
	    toml_looks_like_datetime(slice_new(start, 10))) {
		r->p++;
		while (r->p < r->end && token_byte(*r->p))
			r->p++;
	}
	return slice_new(start, (size_t)(r->p - start));
}

static bool read_bare(struct reader *r, struct node *n)
{
	const char *start = r->p;

	n->text = take_token(r);
	if (slice_is(n->text, "true") || slice_is(n->text, "false")) {
		n->type = NODE_BOOL;
		n->truth = n->text.data[0] == 't';
		return true;
	}
	if (toml_looks_like_datetime(n->text)) {
		n->type = NODE_STRING;
		return toml_sound_datetime(n->text) || fail(r, start, "no date or time");
	}
	n->type = NODE_NUMBER;
	return toml_sound_number(n->text) || fail(r, start, "expected a value");
}

static bool read_array(struct reader *r, struct item *list, unsigned depth)
{
	list->node.type = NODE_LIST;
	r->p++;
	for (;;) {
		if (!skip_gap(r))
			return false;
		if (accept(r, ']'))
			return true;
		struct key place = { SLICE_EMPTY, r->p };
		struct item *item = member_add(r, list, NODE_NULL, &place);
		item->frozen = true;
		if (!check_limits(r, depth + 1) || !read_value(r, item, depth + 1) || !skip_gap(r))
			return false;
		if (accept(r, ','))
			continue;
		return accept(r, ']') || fail(r, r->p, "expected ',' or ']'");
	}
}

static bool read_inline_table(struct reader *r, struct item *table, unsigned depth)
{
	uint32_t section = ++r->sections;

	table->node.type = NODE_MAP;
	r->p++;
	skip_blank(r);
	if (accept(r, '}'))
		return true;
	do {
		skip_blank(r);
		if (!read_pair(r, table, depth, section))
			return false;
		skip_blank(r);
	} while (accept(r, ','));
	return accept(r, '}') || fail(r, r->p, "expected ',' or '}'");
}

static bool read_value(struct reader *r, struct item *item, unsigned depth)
{
	struct node *n = &item->node;
	const char *start = r->p;
	bool ok;

	n->offset = offset_of(r, start);
	if (at(r, '"') || at(r, '\'')) {
		n->type = NODE_STRING;
		n->quoted = true;
		ok = read_string(r, true, &n->text);
	} else if (at(r, '[')) {
		ok = read_array(r, item, depth);
	} else if (at(r, '{')) {
		ok = read_inline_table(r, item, depth);
	} else {
		ok = read_bare(r, n);
	}
	n->length = (uint32_t)(r->p - start);
	return ok;
}

/* ---- headers ---- */

/*
 * A table's span runs from its header over its pairs and the sections of its
 * subtables that follow at once; a subtable that comes later does not stretch
 * it over foreign text.
 */
static void extend(struct reader *r)
{
	for (unsigned i = 0; i < r->chain_count; i++)
		if (r->growing[i])
			r->chain[i]->node.length = offset_of(r, r->p) - r->chain[i]->node.offset;
}

static void chain_push(struct reader *r, unsigned old_count, struct item *item, bool fresh)
{
	unsigned i = r->chain_count++;

	r->chain_same = r->chain_same && i < old_count && r->chain[i] == item;
	if (!r->chain_same) {
		r->chain[i] = item;
		r->growing[i] = fresh;
	}
}

/* The table that a part of a header but the last names: of a list its last element. */
static struct item *descend_header(struct reader *r, struct item *table, const struct key *key,
				   unsigned old_count)
{
	struct item *child = member_find(table, key->text);
	bool fresh = !child;

	if (fresh)
		child = member_add(r, table, NODE_MAP, key);
	if (child->frozen || (child->node.type != NODE_MAP && child->node.type != NODE_LIST)) {
		fail(r, key->start, "a header cannot add to this");
		return NULL;
	}
	chain_push(r, old_count, child, fresh);
	if (child->node.type == NODE_LIST) {
		child = (struct item *)child->node.last;
		chain_push(r, old_count, child, false);
	}
	return child;
}

static struct item *define_table(struct reader *r, struct item *parent, const struct key *key,
				 unsigned old_count)
{
	struct item *table = member_find(parent, key->text);

	if (table &&
	    (table->node.type != NODE_MAP || table->header || table->frozen || table->section)) {
		fail(r, key->start, "this table is there already");
		return NULL;
	}
	if (!table)
		table = member_add(r, parent, NODE_MAP, key);
	chain_push(r, old_count, table, true);
	return table;
}

static struct item *define_element(struct reader *r, struct item *parent, const struct key *key,
				   const char *start, unsigned old_count)
{
	struct item *list = member_find(parent, key->text);
	bool fresh = !list;

	if (fresh) {
		list = member_add(r, parent, NODE_LIST, key);
		list->node.offset = offset_of(r, start);
	}
	if (list->node.type != NODE_LIST || list->frozen) {
		fail(r, key->start, "this is there already and no array of tables");
		return NULL;
	}
	chain_push(r, old_count, list, fresh);
	struct item *table = member_add(r, list, NODE_MAP, key);
	chain_push(r, old_count, table, true);
	return table;
}

/* [a.b] or [[a.b]] */
static bool read_header(struct reader *r)
{
	const char *start = r->p++;
	bool element = accept(r, '[');
	struct item *table = r->root;
	unsigned old_count = r->chain_count;
	struct key key;

	r->section = ++r->sections;
	r->chain_count = 0;
	r->chain_same = true;
	for (r->depth = 1;; r->depth++) {
		skip_blank(r);
		/* An array of tables is two levels of the tree. */
		if (!check_limits(r, r->depth + element) || !read_key(r, &key))
			return false;
		skip_blank(r);
		if (!accept(r, '.'))
			break;
		table = descend_header(r, table, &key, old_count);
		if (!table)
			return false;
	}
	if (!accept(r, ']') || (element && !accept(r, ']')))
		return fail(r, r->p, element ? "expected ']]'" : "expected ']'");
	table = element ? define_element(r, table, &key, start, old_count) :
			  define_table(r, table, &key, old_count);
	if (!table)
		return false;
	table->header = true;
	table->node.offset = offset_of(r, start);
	table->node.key_offset = offset_of(r, key.start);
	r->table = table;
	extend(r);
	return true;
}

static bool read_document(struct reader *r)
{
	while (r->p < r->end) {
		skip_blank(r);
		if (at(r, '[')) {
			if (!read_header(r))
				return false;
		} else if (r->p < r->end && !at(r, '#') && !at_newline(r)) {
			if (!read_pair(r, r->table, r->depth, r->section))
				return false;
			extend(r);
		}
		if (!line_end(r))
			return false;
	}
	return true;
}

static bool check_encoding(struct reader *r)
{
	struct slice rest = r->text;

	if (text_valid_utf8(rest))
		return true;
	while (!slice_empty(rest)) {
		uint32_t rune;
		size_t n = text_decode_utf8(rest, &rune);

		if (n == 1 && (uint8_t)rest.data[0] >= 0x80)
			break;
		rest = slice_from(rest, n);
	}
	return fail(r, rest.data, "bytes that are no UTF-8");
}

bool toml_parse(struct slice text, struct arena *a, struct node **ret, struct error *err)
{
	*ret = NULL;
	if (text.len > LIMIT_DOCUMENT)
		return error_set(err, ERR_LIMIT, "a TOML text of more than %zu bytes",
				 LIMIT_DOCUMENT);
	if (!text.data)
		text = SLICE_EMPTY;
	struct reader r = {
		.p = text.data, .end = text.data + text.len, .text = text, .arena = a, .err = err,
		.root = arena_new(a, struct item), .section = 1, .sections = 1,
	};
	r.root->node.type = NODE_MAP;
	r.root->node.length = (uint32_t)text.len;
	r.table = r.root;
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		r.p += 3;
	bool ok = check_encoding(&r) && read_document(&r);
	for (struct index *i = r.indexes; i; i = i->next)
		map_release(&i->map);
	*ret = &r.root->node;
	return ok;
}
