/*
 * The tree is built from libyaml's events on a stack of open containers.  An
 * alias shares the members of what it stands for, so a small text cannot take
 * much memory; what a walk over the tree would meet is counted, so it cannot
 * take much time either.
 */
#include "format/yaml.h"

#include <yaml.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

/* What stands behind every struct node that this reader makes. */
struct item {
	struct node node;
	uint32_t size;   /* nodes of the tree below and this one, aliases expanded */
	uint32_t height; /* levels of the tree below and this one */
	bool open;       /* its end has not been read yet */
	bool merge_key;  /* a plain << */
	bool merge;      /* member under such a key */
};

#define MERGE_TAG "tag:yaml.org,2002:merge"

struct frame {
	struct item *item;
	struct item *key;  /* of a map: the key whose value comes next */
	bool flow;
	bool merges;
	uint32_t end;      /* of what stands last in it, in bytes */
};

struct reader {
	yaml_parser_t parser;
	struct slice text;
	size_t base;            /* bytes of a byte-order mark in front */
	bool ascii;
	size_t index, offset;   /* a pair of places: libyaml counts characters */
	struct arena *arena;
	struct error *err;
	struct map anchors;
	uint64_t nodes;
	struct frame stack[LIMIT_YAML_DEPTH];
	unsigned depth;
	struct item *root;
};

static bool fail(struct reader *r, enum error_code code, size_t offset, const char *what)
{
	return node_error(r->err, code, r->text, offset, what);
}

/* Events come in the order of the text, so the way from one mark to the next is short. */
static uint32_t offset_of(struct reader *r, yaml_mark_t mark)
{
	const char *text = r->text.data;

	if (r->ascii)
		return (uint32_t)(r->base + (mark.index < r->text.len - r->base ? mark.index :
							r->text.len - r->base));
	while (r->index < mark.index && r->offset < r->text.len) {
		do {
			r->offset++;
		} while (r->offset < r->text.len && (text[r->offset] & 0xc0) == 0x80);
		r->index++;
	}
	while (r->index > mark.index && r->offset > r->base) {
		do {
			r->offset--;
		} while (r->offset > r->base && (text[r->offset] & 0xc0) == 0x80);
		r->index--;
	}
	return (uint32_t)r->offset;
}

static bool parser_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *what = p->problem ? p->problem : "unreadable";

	if (p->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	if (p->error == YAML_READER_ERROR)
		return fail(r, ERR_FORMAT, r->base + p->problem_offset, what);
	return fail(r, ERR_FORMAT, offset_of(r, p->problem_mark), what);
}

/* ---- scalars: YAML 1.2 section 10.3.2 ---- */

static size_t count_digits(struct slice s)
{
	size_t n = 0;

	while (n < s.len && ascii_digit(s.data[n]))
		n++;
	return n;
}

static bool all_of_base(struct slice s, bool hex)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = ascii_tolower(s.data[i]);

		if (!(ascii_digit(c) && (hex || c < '8')) && !(hex && c >= 'a' && c <= 'f'))
			return false;
	}
	return !slice_empty(s);
}

static bool take_sign(struct slice *s)
{
	return slice_cut_prefix(s, SLICE("-")) || slice_cut_prefix(s, SLICE("+"));
}

static bool is_number(struct slice s)
{
	if (slice_cut_prefix(&s, SLICE("0o")))
		return all_of_base(s, false);
	if (slice_cut_prefix(&s, SLICE("0x")))
		return all_of_base(s, true);
	if (slice_is(s, ".nan") || slice_is(s, ".NaN") || slice_is(s, ".NAN"))
		return true;
	take_sign(&s);
	if (slice_is(s, ".inf") || slice_is(s, ".Inf") || slice_is(s, ".INF"))
		return true;
	size_t whole = count_digits(s), part = 0;
	s = slice_from(s, whole);
	if (slice_cut_prefix(&s, SLICE("."))) {
		part = count_digits(s);
		s = slice_from(s, part);
	}
	if (whole + part == 0)
		return false;
	if (slice_cut_prefix(&s, SLICE("e")) || slice_cut_prefix(&s, SLICE("E"))) {
		take_sign(&s);
		return !slice_empty(s) && count_digits(s) == s.len;
	}
	return slice_empty(s);
}

static bool is_one_of(struct slice s, const char *const words[3])
{
	for (int i = 0; i < 3; i++)
		if (slice_eq(s, slice_from_cstr(words[i])))
			return true;
	return false;
}

enum node_type yaml_scalar_type(struct slice text, bool *ret_truth)
{
	static const char *const nulls[] = { "null", "Null", "NULL" };
	static const char *const trues[] = { "true", "True", "TRUE" };
	static const char *const falses[] = { "false", "False", "FALSE" };

	*ret_truth = is_one_of(text, trues);
	if (*ret_truth || is_one_of(text, falses))
		return NODE_BOOL;
	if (slice_empty(text) || slice_is(text, "~") || is_one_of(text, nulls))
		return NODE_NULL;
	return is_number(text) ? NODE_NUMBER : NODE_STRING;
}

static void resolve(struct node *n)
{
	n->type = yaml_scalar_type(n->text, &n->truth);
}

/* Tags whose values look the same as untagged plain ones. */
static bool resolvable_tag(const char *tag)
{
	static const char *const tags[] = { YAML_NULL_TAG, YAML_BOOL_TAG, YAML_INT_TAG,
					   YAML_FLOAT_TAG };

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strcmp(tag, tags[i]) == 0)
			return true;
	return false;
}

/* Where the text stands in the input as it is, no copy is made. */
static struct slice keep_text(struct reader *r, const yaml_event_t *e, const struct node *n)
{
	struct slice value = slice_new(e->data.scalar.value, e->data.scalar.length);
	struct slice written = slice_first(slice_from(r->text, n->offset + n->quoted), value.len);

	return slice_eq(written, value) ? written : arena_copy(r->arena, value);
}

/* ---- the tree ---- */

static bool count(struct reader *r, uint32_t nodes, uint32_t offset)
{
	r->nodes += nodes;
	if (r->nodes > LIMIT_YAML_NODES)
		return fail(r, ERR_LIMIT, offset, "too many nodes, aliases expanded");
	return true;
}

static struct item *new_item(struct reader *r, const yaml_event_t *e, enum node_type type)
{
	struct item *item = arena_new(r->arena, struct item);

	item->node.type = type;
	item->node.offset = offset_of(r, e->start_mark);
	item->node.length = offset_of(r, e->end_mark) - item->node.offset;
	item->size = item->height = 1;
	return item;
}

static void remember_anchor(struct reader *r, const yaml_char_t *anchor, struct item *item)
{
	if (anchor)
		map_put_ptr(&r->anchors,
			    arena_copy(r->arena, slice_from_cstr((const char *)anchor)), item);
}

/* Into the innermost open container: as a key, a key's value or the next of a list. */
static bool place(struct reader *r, struct item *item)
{
	if (!r->depth) {
		r->root = item;
		return true;
	}
	struct frame *f = &r->stack[r->depth - 1];
	bool map = f->item->node.type == NODE_MAP;

	f->end = item->node.offset + item->node.length;
	if (map && !f->key) {
		if (item->node.type == NODE_MAP || item->node.type == NODE_LIST)
			return fail(r, ERR_UNSUPPORTED, item->node.offset,
				    "a key that is no scalar");
		f->key = item;
		return true;
	}
	if (map) {
		item->node.key = f->key->node.text;
		item->node.key_offset = f->key->node.offset;
		item->merge = f->key->merge_key;
		f->merges |= item->merge;
		f->key = NULL;
	}
	node_append(&f->item->node, &item->node);
	if (!item->open) {
		f->item->size += item->size;
		if (f->item->height <= item->height)
			f->item->height = item->height + 1;
	}
	return true;
}

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
	yaml_scalar_style_t style = e->data.scalar.style;
	const char *tag = (const char *)e->data.scalar.tag;
	struct item *item = new_item(r, e, NODE_STRING);

	item->node.quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
			    style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	item->node.text = keep_text(r, e, &item->node);
	if (tag ? resolvable_tag(tag) : style == YAML_PLAIN_SCALAR_STYLE)
		resolve(&item->node);
	item->merge_key = slice_is(item->node.text, "<<") &&
			  (tag ? strcmp(tag, MERGE_TAG) == 0 : style == YAML_PLAIN_SCALAR_STYLE);
	remember_anchor(r, e->data.scalar.anchor, item);
	return count(r, 1, item->node.offset) && place(r, item);
}

static bool on_alias(struct reader *r, const yaml_event_t *e)
{
	uint32_t offset = offset_of(r, e->start_mark), length = offset_of(r, e->end_mark) - offset;
	const struct item *meant =
		map_get_ptr(&r->anchors, slice_from_cstr((const char *)e->data.alias.anchor));

	if (!meant)
		return fail(r, ERR_FORMAT, offset, "an alias of an anchor that is not there");
	if (meant->open)
		return fail(r, ERR_UNSUPPORTED, offset, "an alias inside of what it stands for");
	if (meant->height > LIMIT_YAML_DEPTH - r->depth)
		return fail(r, ERR_LIMIT, offset, "nested too deeply, aliases expanded");
	if (!count(r, meant->size, offset))
		return false;
	struct item *item = arena_new(r->arena, struct item);
	*item = *meant;
	item->node.next = NULL;
	item->node.key = SLICE_EMPTY;
	item->node.key_offset = 0;
	item->node.offset = offset;
	item->node.length = length;
	item->merge = false;
	return place(r, item);
}

static bool on_start(struct reader *r, const yaml_event_t *e, enum node_type type)
{
	struct item *item = new_item(r, e, type);
	bool map = type == NODE_MAP;

	if (r->depth == LIMIT_YAML_DEPTH)
		return fail(r, ERR_LIMIT, item->node.offset, "nested too deeply");
	item->open = true;
	remember_anchor(r, map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
			item);
	if (!count(r, 1, item->node.offset) || !place(r, item))
		return false;
	bool flow = map ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE :
			  e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	r->stack[r->depth++] = (struct frame){
		.item = item, .flow = flow, .end = item->node.offset + item->node.length,
	};
	return true;
}

/* ---- merge keys: the YAML 1.1 type repository, "Merge Key Language-Independent Type" ---- */

/* Copies the members of `from` whose keys are not in `have`; those share what is below them. */
static bool merge_map(struct reader *r, struct item *into, const struct node *from,
		      struct map *have)
{
	if (from->type != NODE_MAP)
		return fail(r, ERR_FORMAT, from->offset, "<< takes a map or a list of maps");
	for (const struct node *n = from->first; n; n = n->next) {
		const struct item *member = (const struct item *)(const void *)n;
		bool fresh;

		map_put(have, n->key, &fresh);
		if (!fresh)
			continue;
		if (!count(r, member->size, into->node.offset))
			return false;
		struct item *copy = arena_new(r->arena, struct item);
		*copy = *member;
		copy->node.next = NULL;
		node_append(&into->node, &copy->node);
		into->size += copy->size;
		if (into->height <= copy->height)
			into->height = copy->height + 1;
	}
	return true;
}

static bool merge_value(struct reader *r, struct item *into, const struct node *value,
			struct map *have)
{
	if (value->type != NODE_LIST)
		return merge_map(r, into, value, have);
	for (const struct node *n = value->first; n; n = n->next)
		if (!merge_map(r, into, n, have))
			return false;
	return true;
}

/* Takes the members under << out and puts what they name behind the map's own members. */
static bool apply_merges(struct reader *r, struct item *map)
{
	struct node *n = map->node.first, *next, *merges = NULL, **last_merge = &merges;
	struct map have;
	bool ok = true;

	map->node.first = map->node.last = NULL;
	map->node.count = 0;
	map_init(&have);
	for (; n; n = next) {
		next = n->next;
		n->next = NULL;
		if (((struct item *)n)->merge) {
			*last_merge = n;
			last_merge = &n->next;
		} else {
			node_append(&map->node, n);
			map_put(&have, n->key, NULL);
		}
	}
	for (n = merges; ok && n; n = n->next) {
		map->size -= ((struct item *)n)->size;
		ok = merge_value(r, map, n, &have);
	}
	map_release(&have);
	return ok;
}

static bool on_end(struct reader *r, const yaml_event_t *e)
{
	struct frame *f = &r->stack[--r->depth];
	struct item *item = f->item;

	/*
	 * The end of a block container is seen at the next token, behind comments and empty
	 * lines.
	 */
	uint32_t end = f->flow ? offset_of(r, e->end_mark) : f->end;
	item->node.length = end - item->node.offset;
	item->open = false;
	if (f->merges && !apply_merges(r, item))
		return false;
	if (r->depth) {
		struct frame *parent = &r->stack[r->depth - 1];

		parent->end = end;
		parent->item->size += item->size;
		if (parent->item->height <= item->height)
			parent->item->height = item->height + 1;
	}
	return true;
}

static bool on_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_ALIAS_EVENT:
		return on_alias(r, e);
	case YAML_MAPPING_START_EVENT:
		return on_start(r, e, NODE_MAP);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(r, e, NODE_LIST);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_end(r, e);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	default:
		return true;
	}
}

/* Reads to the end of document `index`, or of the stream. */
static bool read_document(struct reader *r, unsigned index)
{
	unsigned started = 0;

	for (bool done = false; !done;) {
		yaml_event_t e;

		if (!yaml_parser_parse(&r->parser, &e))
			return parser_error(r);
		started += e.type == YAML_DOCUMENT_START_EVENT;
		bool wanted = started == index + 1;
		done = e.type == YAML_STREAM_END_EVENT ||
		       (wanted && e.type == YAML_DOCUMENT_END_EVENT);
		bool ok = !wanted || on_event(r, &e);
		yaml_event_delete(&e);
		if (!ok)
			return false;
	}
	return true;
}

static bool is_ascii(struct slice s)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < s.len; i++)
		seen |= (uint8_t)s.data[i];
	return seen < 0x80;
}

bool yaml_parse(struct slice text, unsigned index, struct arena *a, struct node **ret,
		struct error *err)
{
	*ret = NULL;
	if (text.len > LIMIT_DOCUMENT)
		return error_set(err, ERR_LIMIT, "a YAML text of more than %zu bytes",
				 LIMIT_DOCUMENT);
	if (!text.data)
		text = SLICE_EMPTY;
	struct reader *r = mem_alloc_zero(1, sizeof(*r));
	r->text = text;
	r->arena = a;
	r->err = err;
	r->base = slice_starts(text, SLICE("\xef\xbb\xbf")) ? 3 : 0;
	r->offset = r->base;
	r->ascii = is_ascii(slice_from(text, r->base));
	map_init(&r->anchors);
	if (!yaml_parser_initialize(&r->parser))
		mem_exhausted();
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)text.data + r->base,
				     text.len - r->base);
	bool ok = read_document(r, index);
	*ret = r->root ? &r->root->node : NULL;
	yaml_parser_delete(&r->parser);
	map_release(&r->anchors);
	free(r);
	return ok;
}
