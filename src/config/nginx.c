#include "config/nginx.h"

#include "base/buf.h"

#define DEPTH_MAX 64

struct reader {
	struct slice text;
	uint32_t source;
	size_t at;
	struct arena *arena;
	struct nginx_config *config;
};

static struct span span_of(const struct reader *r, size_t from, size_t to)
{
	return (struct span){ r->source, from, to - from };
}

static bool more(const struct reader *r)
{
	return r->at < r->text.len;
}

static char peek(const struct reader *r)
{
	return more(r) ? r->text.data[r->at] : '\0';
}

static void skip_space(struct reader *r)
{
	while (more(r)) {
		if (ascii_space(peek(r)))
			r->at++;
		else if (peek(r) == '#')
			while (more(r) && peek(r) != '\n')
				r->at++;
		else
			return;
	}
}

static void read_quoted(struct reader *r, struct buf *value)
{
	char quote = r->text.data[r->at];
	size_t start = r->at++;

	while (more(r) && peek(r) != quote) {
		if (peek(r) == '\\' && r->at + 1 < r->text.len) {
			char next = r->text.data[r->at + 1];

			if (next != quote && next != '\\')
				buf_add_byte(value, '\\');
			else if (next == '\\')
				buf_add_byte(value, '\\');
			r->at++;
		}
		buf_add_byte(value, r->text.data[r->at++]);
	}
	if (more(r))
		r->at++;
	else
		problem_add(&r->config->problems, PROBLEM_SYNTAX, span_of(r, start, r->at), "a quote is not closed");
}

/* ${name} holds braces that open nothing. */
static void read_plain(struct reader *r, struct buf *value)
{
	while (more(r)) {
		char c = peek(r);

		if (ascii_space(c) || c == ';')
			return;
		if (c == '{') {
			bool variable = r->at > 0 && r->text.data[r->at - 1] == '$';
			size_t close = slice_find_byte(slice_from(r->text, r->at), '}');

			/* A quantifier of a regular expression, "{2,4}", needs quotes in nginx: a brace opens the block. */
			if (!variable || close == r->text.len - r->at)
				return;
			buf_add(value, r->text.data + r->at, close + 1);
			r->at += close + 1;
			continue;
		}
		if (c == '\\' && r->at + 1 < r->text.len)
			buf_add_byte(value, r->text.data[r->at++]);
		buf_add_byte(value, r->text.data[r->at++]);
	}
}

static void read_word(struct reader *r, struct nginx_word *ret)
{
	size_t start = r->at;
	struct buf value;

	buf_init(&value, r->text.len + 1);
	ret->quoted = peek(r) == '"' || peek(r) == '\'';
	if (ret->quoted)
		read_quoted(r, &value);
	else
		read_plain(r, &value);
	ret->value = arena_copy(r->arena, buf_slice(&value));
	ret->span = span_of(r, start, r->at);
	buf_release(&value);
}

static void append(struct nginx_directive *parent, struct nginx_directive *d)
{
	d->parent = parent;
	if (parent->last)
		parent->last->next = d;
	else
		parent->first = d;
	parent->last = d;
}

static struct slice lower(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		out[i] = ascii_tolower(s.data[i]);
	return slice_new(out, s.len);
}

/* Blocks of another language, such as content_by_lua_block: passed over by their braces. */
static void skip_foreign_block(struct reader *r)
{
	size_t level = 1;

	while (more(r) && level) {
		level += peek(r) == '{';
		level -= peek(r) == '}';
		r->at++;
	}
}

/* The directive at the reader's place; *ret_open: a block was opened and its children come next. */
static struct nginx_directive *read_directive(struct reader *r, struct nginx_directive *parent, bool *ret_open)
{
	struct nginx_directive *d = arena_new(r->arena, struct nginx_directive);
	struct nginx_word name = { 0 };
	size_t start = r->at;

	*ret_open = false;
	read_word(r, &name);
	d->name = lower(r->arena, name.value);
	d->name_span = name.span;
	append(parent, d);
	for (;;) {
		skip_space(r);
		if (!more(r) || peek(r) == ';' || peek(r) == '{' || peek(r) == '}')
			break;
		size_t before = r->at;
		read_word(r, vec_add(r->arena, &d->words));
		r->at += r->at == before;
	}
	d->span = span_of(r, start, r->at);
	if (peek(r) == ';') {
		r->at++;
		d->span.length++;
	} else if (peek(r) == '{') {
		r->at++;
		d->has_block = true;
		d->block = span_of(r, r->at, r->at);
		*ret_open = !slice_ends(d->name, SLICE("_by_lua_block"));
		if (!*ret_open)
			skip_foreign_block(r);
	} else {
		problem_add(&r->config->problems, PROBLEM_SYNTAX, d->span, "the directive \"%.*s\" does not end with a semicolon",
			    SLICE_ARG(d->name));
	}
	return d;
}

void nginx_read(struct slice text, uint32_t source, struct arena *a, struct nginx_config *ret)
{
	struct reader r = { .text = text, .source = source, .arena = a, .config = ret };
	struct nginx_directive *at = &ret->root;
	size_t depth = 0;

	*ret = (struct nginx_config){ 0 };
	problem_list_init(&ret->problems, a);
	for (;;) {
		bool open;

		skip_space(&r);
		if (!more(&r))
			break;
		if (peek(&r) == '}') {
			if (at->parent || at != &ret->root) {
				at->block.length = r.at - at->block.offset;
				at = at->parent ? (struct nginx_directive *)(uintptr_t)at->parent : &ret->root;
				depth--;
			} else {
				problem_add(&ret->problems, PROBLEM_SYNTAX, span_of(&r, r.at, r.at + 1),
					    "a brace closes what was not opened");
			}
			r.at++;
			continue;
		}
		if (peek(&r) == ';' || peek(&r) == '{') {
			r.at++;
			continue;
		}
		struct nginx_directive *d = read_directive(&r, at, &open);
		if (open && depth < DEPTH_MAX) {
			at = d;
			depth++;
		} else if (open) {
			skip_foreign_block(&r);
			problem_add(&ret->problems, PROBLEM_LIMIT, d->span, "blocks are nested too deep");
		}
	}
	for (; at != &ret->root; at = (struct nginx_directive *)(uintptr_t)at->parent) {
		at->block.length = text.len - at->block.offset;
		problem_add(&ret->problems, PROBLEM_SYNTAX, at->span, "the block of \"%.*s\" is not closed", SLICE_ARG(at->name));
	}
}

const struct nginx_directive *nginx_next(const struct nginx_directive *root, const struct nginx_directive *d)
{
	if (d->first)
		return d->first;
	while (d != root) {
		if (d->next)
			return d->next;
		d = d->parent;
	}
	return NULL;
}

const struct nginx_directive *nginx_child(const struct nginx_directive *parent, struct slice name)
{
	const struct nginx_directive *found = NULL;

	nginx_each(d, parent)
		if (slice_eq(d->name, name))
			found = d;
	return found;
}

const struct nginx_directive *nginx_in_force(const struct nginx_directive *at, struct slice name)
{
	for (const struct nginx_directive *level = at->parent; level; level = level->parent) {
		const struct nginx_directive *found = nginx_child(level, name);

		if (found)
			return found;
	}
	return NULL;
}

const struct nginx_directive *nginx_around(const struct nginx_directive *d, struct slice name)
{
	for (d = d->parent; d; d = d->parent)
		if (slice_eq(d->name, name))
			return d;
	return NULL;
}

struct slice nginx_word(const struct nginx_directive *d, size_t n)
{
	return n < d->words.count ? d->words.items[n].value : SLICE_EMPTY;
}
