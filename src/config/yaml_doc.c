/*
 * Like format/yaml.c this builds the tree from libyaml's events on a stack of
 * open containers, with aliases shared and counted; it keeps what that one has
 * no use for.
 */
#include "config/yaml_doc.h"

#include <yaml.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "format/yaml.h"

/* What stands behind every struct value that this reader makes. */
struct item {
	struct value value;
	uint32_t size;   /* values of the tree below and this one, aliases expanded */
	uint32_t height; /* levels of the tree below and this one */
	bool open;       /* its end has not been read yet */
	bool merge_key;  /* a plain << */
	bool merge;      /* member under such a key */
};

struct frame {
	struct item *item;
	struct item *key; /* of a map: the key whose value comes next */
	bool flow;
	bool merges;
	uint32_t end;     /* of what stands last in it, in bytes */
};

struct extent {
	uint32_t offset, end;
	bool block;
};
struct extent_list VEC_OF(struct extent);

struct reader {
	yaml_parser_t parser;
	struct slice text;
	uint32_t source;
	size_t base;          /* bytes of a byte-order mark in front */
	size_t index, offset; /* a pair of places: libyaml counts characters */
	bool ascii;
	struct arena *arena;
	struct problem_list *problems;
	struct map anchors;
	uint64_t nodes;
	struct frame stack[LIMIT_YAML_DEPTH];
	unsigned depth;
	struct item *root;
	bool keep_extents;
	struct extent_list extents; /* of scalars, where a # is no comment */
	struct yaml_doc *doc;
};

static struct span span_at(const struct reader *r, uint32_t offset, uint32_t length)
{
	return (struct span){ r->source, offset, length };
}

static bool stop(struct reader *r, enum problem_kind kind, uint32_t offset, const char *what)
{
	r->doc->broken = true;
	problem_add(r->problems, kind, span_at(r, offset, 0), "%s", what);
	return false;
}

/* Events come in the order of the text, so the way from one mark to the next is short. */
static uint32_t offset_of(struct reader *r, yaml_mark_t mark)
{
	const char *text = r->text.data;

	if (r->ascii)
		return (uint32_t)(r->base + (mark.index < r->text.len - r->base ?
						     mark.index :
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
	uint32_t offset;

	if (p->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	if (p->error == YAML_READER_ERROR)
		offset = (uint32_t)(r->base + p->problem_offset);
	else
		offset = offset_of(r, p->problem_mark);
	if (offset > r->text.len)
		offset = (uint32_t)r->text.len;
	r->doc->broken = true;
	if (p->context)
		problem_add(r->problems, PROBLEM_SYNTAX, span_at(r, offset, 0), "%s %s", what,
			    p->context);
	else
		problem_add(r->problems, PROBLEM_SYNTAX, span_at(r, offset, 0), "%s", what);
	return false;
}

/* ---- scalars ---- */

static const struct {
	yaml_scalar_style_t from;
	enum value_style to;
} scalar_styles[] = {
	{ YAML_SINGLE_QUOTED_SCALAR_STYLE, VALUE_SINGLE_QUOTED },
	{ YAML_DOUBLE_QUOTED_SCALAR_STYLE, VALUE_DOUBLE_QUOTED },
	{ YAML_LITERAL_SCALAR_STYLE, VALUE_LITERAL },
	{ YAML_FOLDED_SCALAR_STYLE, VALUE_FOLDED },
};

static enum value_style scalar_style(yaml_scalar_style_t style)
{
	for (size_t i = 0; i < sizeof(scalar_styles) / sizeof(scalar_styles[0]); i++)
		if (scalar_styles[i].from == style)
			return scalar_styles[i].to;
	return VALUE_PLAIN;
}

static bool resolvable_tag(struct slice tag)
{
	return slice_is(tag, YAML_NULL_TAG) || slice_is(tag, YAML_BOOL_TAG) ||
	       slice_is(tag, YAML_INT_TAG) || slice_is(tag, YAML_FLOAT_TAG);
}

/* Tags of the program's own (!reset, !override) leave the type to the core schema. */
static bool local_tag(struct slice tag)
{
	return tag.len > 1 && tag.data[0] == '!';
}

static struct slice keep_text(struct reader *r, struct slice value, size_t offset)
{
	struct slice written = slice_first(slice_from(r->text, offset), value.len);

	return slice_eq(written, value) ? written : arena_copy(r->arena, value);
}

static struct slice keep_name(struct reader *r, const yaml_char_t *name)
{
	return name ? arena_copy(r->arena, slice_from_cstr((const char *)name)) : SLICE_EMPTY;
}

/*
 * The end of a block scalar without the line breaks behind it: those belong to
 * the text only where the header has a +, and even there the last one ends the line.
 */
static uint32_t block_scalar_end(const struct reader *r, uint32_t start, uint32_t end)
{
	struct slice all = slice_first(slice_from(r->text, start), end - start);
	size_t header = slice_find_byte(all, '\n');
	bool keep = slice_find_byte(slice_first(all, header), '+') < header;

	/* What is behind the last line break is the indentation of the next token. */
	while (all.len && (all.data[all.len - 1] == ' ' || all.data[all.len - 1] == '\t'))
		all.len--;
	if (!all.len || all.data[all.len - 1] != '\n')
		return end;
	do {
		all.len -= all.len > 1 && all.data[all.len - 2] == '\r' ? 2 : 1;
	} while (!keep && all.len && all.data[all.len - 1] == '\n');
	return start + (uint32_t)all.len;
}

/* ---- the tree ---- */

static bool count(struct reader *r, uint32_t nodes, uint32_t offset)
{
	r->nodes += nodes;
	if (r->nodes > LIMIT_CONFIG_NODES)
		return stop(r, PROBLEM_LIMIT, offset, "too many values, aliases expanded");
	return true;
}

static struct item *new_item(struct reader *r, const yaml_event_t *e, enum node_type type)
{
	struct item *item = arena_new(r->arena, struct item);
	uint32_t offset = offset_of(r, e->start_mark);

	item->value.type = type;
	item->value.span = span_at(r, offset, offset_of(r, e->end_mark) - offset);
	item->value.in_flow = r->depth && r->stack[r->depth - 1].flow;
	item->size = item->height = 1;
	return item;
}

static void set_anchor(struct reader *r, const yaml_char_t *anchor, struct item *item)
{
	if (!anchor)
		return;
	item->value.anchor = keep_name(r, anchor);
	map_put_ptr(&r->anchors, item->value.anchor, item);
}

static uint32_t end_of(const struct value *v)
{
	struct span s = v->way == VALUE_ALIAS ? v->via : v->span;

	return (uint32_t)(s.offset + s.length);
}

static void add_height(struct item *parent, const struct item *child)
{
	parent->size += child->size;
	if (parent->height <= child->height)
		parent->height = child->height + 1;
}

/* Into the innermost open container: as a key, a key's value or the next of a list. */
static bool place(struct reader *r, struct item *item)
{
	if (!r->depth) {
		r->root = item;
		return true;
	}
	struct frame *f = &r->stack[r->depth - 1];
	bool map = f->item->value.type == NODE_MAP;

	f->end = end_of(&item->value);
	if (map && !f->key) {
		if (!value_scalar(&item->value))
			return stop(r, PROBLEM_SYNTAX, (uint32_t)item->value.span.offset,
				    "a key that is no scalar");
		f->key = item;
		return true;
	}
	if (map) {
		const struct value *key = &f->key->value;

		item->value.key = key->text;
		item->value.key_span = key->way == VALUE_ALIAS ? key->via : key->span;
		item->merge = f->key->merge_key;
		item->value.shadow = item->merge;
		f->merges |= item->merge;
		f->key = NULL;
	}
	value_append(&f->item->value, &item->value);
	if (!item->open)
		add_height(f->item, item);
	return true;
}

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
	struct slice text = slice_new(e->data.scalar.value, e->data.scalar.length);
	struct item *item = new_item(r, e, NODE_STRING);
	struct value *v = &item->value;
	uint32_t start = (uint32_t)v->span.offset, end = start + (uint32_t)v->span.length;

	v->style = scalar_style(e->data.scalar.style);
	if (v->style == VALUE_LITERAL || v->style == VALUE_FOLDED)
		v->span.length = block_scalar_end(r, start, end) - start;
	if (r->keep_extents && v->span.length)
		*vec_add(r->arena, &r->extents) =
			(struct extent){ start, start + (uint32_t)v->span.length,
					 v->style == VALUE_LITERAL || v->style == VALUE_FOLDED };
	bool quoted = v->style == VALUE_SINGLE_QUOTED || v->style == VALUE_DOUBLE_QUOTED;
	v->text = v->raw = keep_text(r, text, start + quoted);
	v->tag = keep_name(r, e->data.scalar.tag);
	if (slice_empty(v->tag) || local_tag(v->tag) ? v->style == VALUE_PLAIN :
						       resolvable_tag(v->tag))
		v->type = yaml_scalar_type(v->text, &v->truth);
	item->merge_key = v->style == VALUE_PLAIN && slice_empty(v->tag) && slice_is(v->text, "<<");
	set_anchor(r, e->data.scalar.anchor, item);
	return count(r, 1, start) && place(r, item);
}

static bool on_alias(struct reader *r, const yaml_event_t *e)
{
	uint32_t offset = offset_of(r, e->start_mark), length = offset_of(r, e->end_mark) - offset;
	const struct item *meant =
		map_get_ptr(&r->anchors, slice_from_cstr((const char *)e->data.alias.anchor));
	struct item *item = arena_new(r->arena, struct item);

	if (!meant) {
		/* Told, and read as a null: the rest can still be understood. */
		struct problem *x = problem_add(r->problems, PROBLEM_UNDEFINED,
						span_at(r, offset, length), "no anchor &%s",
						(const char *)e->data.alias.anchor);
		x->name = keep_name(r, e->data.alias.anchor);
		item->value.type = NODE_NULL;
		item->size = item->height = 1;
	} else if (meant->open) {
		return stop(r, PROBLEM_CYCLE, offset, "an alias inside of what it stands for");
	} else if (meant->height > LIMIT_YAML_DEPTH - r->depth) {
		return stop(r, PROBLEM_LIMIT, offset, "nested too deeply, aliases expanded");
	} else {
		*item = *meant;
	}
	if (!count(r, item->size, offset))
		return false;
	struct value *v = &item->value;
	v->way = VALUE_ALIAS;
	v->via = span_at(r, offset, length);
	if (!meant)
		v->span = v->via;
	v->next = NULL;
	v->key = v->anchor = SLICE_EMPTY;
	v->key_span = (struct span){ .source = SOURCE_NONE };
	v->in_flow = r->depth && r->stack[r->depth - 1].flow;
	v->shadow = item->merge = false;
	return place(r, item);
}

static bool on_start(struct reader *r, const yaml_event_t *e, enum node_type type)
{
	struct item *item = new_item(r, e, type);
	bool map = type == NODE_MAP;

	if (r->depth == LIMIT_YAML_DEPTH)
		return stop(r, PROBLEM_LIMIT, (uint32_t)item->value.span.offset,
			    "nested too deeply");
	item->open = true;
	item->value.tag = keep_name(r, map ? e->data.mapping_start.tag :
					     e->data.sequence_start.tag);
	set_anchor(r, map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor, item);
	bool flow = map ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE :
			  e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	item->value.style = flow ? VALUE_FLOW : VALUE_BLOCK;
	if (!count(r, 1, (uint32_t)item->value.span.offset) || !place(r, item))
		return false;
	r->stack[r->depth++] = (struct frame){
		.item = item,
		.flow = flow,
		.end = end_of(&item->value),
	};
	return true;
}

/* ---- the end of a map: duplicates, and merge keys ---- */

/*
 * Of members with one key the last one counts, as in every YAML reader that
 * does not refuse the text; the others become shadows.
 */
static void find_duplicates(struct reader *r, struct value *map, struct map *seen)
{
	bool merge_seen = false;

	for (struct value *it = map->first; it; it = it->next) {
		struct item *item = (struct item *)it;
		struct value *before;

		if (item->merge) {
			if (merge_seen)
				problem_add(r->problems, PROBLEM_DUPLICATE, it->key_span,
					    "a second << in one map");
			merge_seen = true;
			continue;
		}
		before = map_get_ptr(seen, it->key);
		if (before) {
			struct problem *x = problem_add(r->problems, PROBLEM_DUPLICATE,
							it->key_span, "the key \"%.*s\" is there twice",
							SLICE_ARG(slice_first(it->key, 100)));
			x->other = before->key_span;
			x->name = it->key;
			before->shadow = true;
			map->count--;
		}
		map_put_ptr(seen, it->key, it);
	}
}

/* Copies the members of `from` whose keys are not there; they share what is below them. */
static bool merge_map(struct reader *r, struct item *into, const struct value *from,
		      struct span via, struct map *seen)
{
	if (from->type != NODE_MAP) {
		problem_add(r->problems, PROBLEM_TYPE, via, "<< takes a map or a list of maps");
		return true;
	}
	value_each(it, from) {
		const struct item *member = (const struct item *)(const void *)it;

		if (map_get(seen, it->key))
			continue;
		if (!count(r, member->size, (uint32_t)via.offset))
			return false;
		struct item *copy = arena_new(r->arena, struct item);
		*copy = *member;
		copy->value.next = NULL;
		copy->value.way = VALUE_MERGED;
		copy->value.via = via;
		map_put_ptr(seen, it->key, &copy->value);
		value_append(&into->value, &copy->value);
		add_height(into, copy);
	}
	return true;
}

static bool merge_value(struct reader *r, struct item *into, const struct value *v,
			struct map *seen)
{
	if (v->type != NODE_LIST)
		return merge_map(r, into, v, v->way == VALUE_ALIAS ? v->via : v->span, seen);
	value_each(it, v)
		if (!merge_map(r, into, it, it->way == VALUE_ALIAS ? it->via : it->span, seen))
			return false;
	return true;
}

static bool finish_map(struct reader *r, struct frame *f)
{
	struct value *map = &f->item->value, *last = map->last;
	struct map seen;
	bool ok = true;

	if (!map->first || (!f->merges && map->first == map->last))
		return true;
	map_init(&seen);
	find_duplicates(r, map, &seen);
	for (struct value *it = map->first; ok && f->merges && it; it = it->next) {
		if (((struct item *)it)->merge)
			ok = merge_value(r, f->item, it, &seen);
		if (it == last)
			break;
	}
	map_release(&seen);
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
	item->value.span.length = end - item->value.span.offset;
	item->open = false;
	if (item->value.type == NODE_MAP && !finish_map(r, f))
		return false;
	if (r->depth) {
		r->stack[r->depth - 1].end = end;
		add_height(r->stack[r->depth - 1].item, item);
	}
	return true;
}

static void on_document_end(struct reader *r, const yaml_event_t *e)
{
	if (!r->root)
		r->root = new_item(r, e, NODE_NULL);
	*vec_add(r->arena, &r->doc->documents) = &r->root->value;
	r->root = NULL;
	map_clear(&r->anchors);
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
	case YAML_DOCUMENT_END_EVENT:
		on_document_end(r, e);
		return true;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	default:
		return true;
	}
}

static bool read_events(struct reader *r)
{
	for (bool done = false; !done;) {
		yaml_event_t e;

		if (!yaml_parser_parse(&r->parser, &e))
			return parser_error(r);
		done = e.type == YAML_STREAM_END_EVENT;
		bool ok = on_event(r, &e);
		yaml_event_delete(&e);
		if (!ok)
			return false;
	}
	return true;
}

/* After an error: containers that are open end where the last of their members does. */
static void close_open(struct reader *r)
{
	while (r->depth) {
		struct frame *f = &r->stack[--r->depth];
		struct value *v = &f->item->value;

		if (f->end > v->span.offset)
			v->span.length = f->end - v->span.offset;
		f->item->open = false;
		if (r->depth && r->stack[r->depth - 1].end < f->end)
			r->stack[r->depth - 1].end = f->end;
	}
	if (r->root)
		*vec_add(r->arena, &r->doc->documents) = &r->root->value;
}

/* ---- comments ---- */

/* YAML 1.1 knows more line breaks than other formats: \r alone, NEL, LS, PS. */
static size_t comment_length(struct slice s)
{
	size_t n = 0;

	for (; n < s.len && s.data[n] != '\n' && s.data[n] != '\r'; n++) {
		struct slice rest = slice_from(s, n);

		if (slice_starts(rest, SLICE("\xc2\x85")) ||
		    slice_starts(rest, SLICE("\xe2\x80\xa8")) ||
		    slice_starts(rest, SLICE("\xe2\x80\xa9")))
			break;
	}
	return n;
}

static size_t add_comment(struct reader *r, size_t at, size_t line_start)
{
	size_t len = comment_length(slice_from(r->text, at));

	struct slice before = slice_first(slice_from(r->text, line_start), at - line_start);
	*vec_add(r->arena, &r->doc->comments) = (struct yaml_comment){
		.span = span_at(r, (uint32_t)at, (uint32_t)len),
		.own_line = slice_empty(slice_trim(before)),
	};
	return at + len;
}

/* A block scalar's header line may have a comment behind it; 0: none. */
static size_t header_comment(const struct reader *r, struct extent x)
{
	struct slice line = slice_first(slice_from(r->text, x.offset), x.end - x.offset);

	if (!x.block)
		return 0;
	line = slice_first(line, slice_find_byte(line, '\n'));
	size_t hash = slice_find(line, SLICE(" #"));
	if (hash == line.len)
		hash = slice_find(line, SLICE("\t#"));
	return hash < line.len ? x.offset + hash + 1 : 0;
}

static void find_comments(struct reader *r)
{
	const struct extent none = { 0 };
	const struct extent *x = r->extents.count ? r->extents.items : &none;
	const struct extent *end = x + r->extents.count;
	size_t at = r->base, line = at;

	while (at < r->text.len) {
		char c = r->text.data[at];

		while (x < end && x->end <= at)
			x++;
		if (x < end && at >= x->offset) {
			size_t hash = header_comment(r, *x);
			if (hash && hash >= at)
				add_comment(r, hash, line);
			size_t last = slice_rfind_byte(slice_first(r->text, x->end), '\n');
			if (last < x->end && last + 1 > line)
				line = last + 1;
			at = x->end;
			continue;
		}
		if (c == '#') {
			at = add_comment(r, at, line);
			continue;
		}
		if (c == '\n')
			line = at + 1;
		at++;
	}
}

static bool is_ascii(struct slice s)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < s.len; i++)
		seen |= (uint8_t)s.data[i];
	return seen < 0x80;
}

static void read_all(struct reader *r)
{
	map_init(&r->anchors);
	if (!yaml_parser_initialize(&r->parser))
		mem_exhausted();
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text.data + r->base,
				     r->text.len - r->base);
	if (!read_events(r))
		close_open(r);
	yaml_parser_delete(&r->parser);
	map_release(&r->anchors);
	if (r->keep_extents)
		find_comments(r);
}

void yaml_doc_read(struct slice text, uint32_t source, struct arena *a, struct yaml_doc *ret,
		   struct problem_list *problems)
{
	if (!text.data)
		text = SLICE_EMPTY;
	*ret = (struct yaml_doc){ .text = text, .source = source };
	if (text.len > LIMIT_CONFIG) {
		ret->broken = true;
		problem_add(problems, PROBLEM_LIMIT, (struct span){ source, 0, 0 },
			    "a text of more than %zu bytes", LIMIT_CONFIG);
		return;
	}
	struct reader *r = mem_alloc_zero(1, sizeof(*r));
	r->text = text;
	r->source = source;
	r->arena = a;
	r->problems = problems;
	r->doc = ret;
	r->base = slice_starts(text, SLICE("\xef\xbb\xbf")) ? 3 : 0;
	r->offset = r->base;
	r->ascii = is_ascii(slice_from(text, r->base));
	r->keep_extents = slice_find_byte(text, '#') < text.len;
	read_all(r);
	free(r);
}

const struct value *yaml_doc_root(const struct yaml_doc *doc)
{
	return doc->documents.count ? doc->documents.items[0] : NULL;
}
