#include "config/dockerignore_pattern.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/vec.h"
#include "config/docker_runes.h"

enum match_type { MATCH_EXACT, MATCH_PREFIX, MATCH_SUFFIX, MATCH_PROGRAM };

enum item_kind {
	ITEM_RUNE,
	ITEM_ANY, /* `.`: all but a line end */
	ITEM_CLASS,
	ITEM_BEGIN, /* `^`, `\A` */
	ITEM_END,   /* `$`, `\z` */
	ITEM_EDGE,  /* `\b`, negated `\B`: between a word's character and another one */
	ITEM_DIRS,  /* `(.*` + `/)?`: begins an optional part ... */
	ITEM_BODY,  /* ... that is this one */
};

struct range {
	uint32_t low, high;
};

struct item {
	enum item_kind kind;
	bool star;
	bool negated;  /* of ITEM_CLASS */
	uint32_t rune; /* of ITEM_RUNE */
	const struct range *ranges;
	size_t range_count;
};

struct dockerignore_program {
	enum match_type type;
	struct slice text; /* what is compared */
	const struct item *items;
	size_t count;
};

struct text VEC_OF(char);
struct range_list VEC_OF(struct range);

/* The regular expression while it is made, and while it is read. */
struct compiler {
	struct arena *arena;
	struct slice pattern;
	struct text expression;
	enum match_type type;
	size_t at;
	struct VEC_OF(struct item) items;
};

static uint32_t rune_at(struct slice s, size_t at, size_t *width)
{
	uint32_t rune = 0;

	*width = text_decode_utf8(slice_from(s, at), &rune);
	return rune;
}

/* --- filepath.Match's opinion of the syntax --- */

/* One character of a range, with its escape; it may not be the last of the pattern. */
static bool range_end(struct slice p, size_t *at, uint32_t *ret)
{
	size_t width;

	if (*at >= p.len || p.data[*at] == '-' || p.data[*at] == ']')
		return false;
	if (p.data[*at] == '\\')
		*at += 1;
	*ret = rune_at(p, *at, &width);
	if (*at >= p.len || (*ret == 0xfffd && width == 1))
		return false;
	*at += width;
	return *at < p.len;
}

/* Behind `[`; *ret_dot says whether a dot would match. */
static bool bracket(struct slice p, size_t *at, bool *ret_dot)
{
	bool any = false, dot = false, negated = *at < p.len && p.data[*at] == '^';
	uint32_t low, high;

	*at += negated;
	while (*at >= p.len || p.data[*at] != ']' || !any) {
		if (!range_end(p, at, &low))
			return false;
		high = low;
		if (p.data[*at] == '-') {
			*at += 1;
			if (!range_end(p, at, &high))
				return false;
		}
		dot |= low <= '.' && '.' <= high;
		any = true;
	}
	*at += 1;
	*ret_dot = dot != negated;
	return true;
}

/* From `at` to the next star outside brackets, by filepath's own idea of brackets. */
static size_t chunk_end(struct slice p, size_t at)
{
	bool inside = false;

	for (; at < p.len && (inside || p.data[at] != '*'); at++) {
		if (p.data[at] == '\\')
			at++;
		else if (p.data[at] == '[' || p.data[at] == ']')
			inside = p.data[at] == '[';
	}
	return at < p.len ? at : p.len;
}

/* *ret_dot: it has one character, and a dot matches it. */
static bool sound_chunk(struct slice p, bool *ret_dot)
{
	size_t count = 0;
	bool dot = false;

	for (size_t at = 0; at < p.len; count++) {
		char c = p.data[at++];

		dot = c == '.' || c == '?';
		if (c == '\\') {
			if (at >= p.len)
				return false;
			dot = p.data[at++] == '.';
		}
		if (c == '[' && !bracket(p, &at, &dot))
			return false;
	}
	*ret_dot = count == 1 && dot;
	return true;
}

/*
 * patternmatcher asks filepath.Match(pattern, ".") for its error alone, and
 * that looks at a part behind a star only when what stands before it matched.
 * So two parts are looked at at most, and the second one after a first one
 * that is empty or matches the dot.
 */
static bool sound(struct slice p)
{
	size_t start = 0, end = 0;
	bool dot = true;

	for (int i = 0; i < 2 && dot; i++) {
		start = end;
		while (start < p.len && p.data[start] == '*')
			start++;
		end = chunk_end(p, start);
		if (!sound_chunk(slice_first(slice_from(p, start), end - start), &dot))
			return false;
	}
	return true;
}

/* --- the pattern becomes an expression --- */

static void add(struct compiler *c, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		*vec_add(c->arena, &c->expression) = s.data[i];
}

static bool next_is(const struct compiler *c, char byte)
{
	return c->at < c->pattern.len && c->pattern.data[c->at] == byte;
}

/* Behind the first of two stars. */
static void write_double_star(struct compiler *c, bool first)
{
	c->at++;
	if (next_is(c, '/'))
		c->at++;
	if (c->at < c->pattern.len) {
		add(c, SLICE("(.*/)?"));
		c->type = MATCH_PROGRAM;
	} else if (c->type == MATCH_EXACT) {
		c->type = MATCH_PREFIX;
	} else {
		add(c, SLICE(".*"));
		c->type = MATCH_PROGRAM;
	}
	if (first)
		c->type = MATCH_SUFFIX;
}

static void write_character(struct compiler *c, bool first)
{
	size_t start = c->at, width;
	uint32_t rune = rune_at(c->pattern, c->at, &width);
	struct slice raw = slice_new(c->pattern.data + start, width);

	c->at += width;
	if (rune == '*' && next_is(c, '*')) {
		write_double_star(c, first);
	} else if (rune == '*' || rune == '?') {
		add(c, rune == '*' ? SLICE("[^/]*") : SLICE("[^/]"));
		c->type = MATCH_PROGRAM;
	} else if (rune < 0x80 && rune && strchr(".+()|{}$", (int)rune)) {
		add(c, SLICE("\\"));
		add(c, raw);
	} else if (rune == '\\' && c->at < c->pattern.len) {
		rune_at(c->pattern, c->at, &width);
		add(c, slice_new(c->pattern.data + start, 1 + width));
		c->at += width;
		c->type = MATCH_PROGRAM;
	} else {
		if (rune == '[' || rune == ']')
			c->type = MATCH_PROGRAM;
		add(c, raw);
	}
}

static void write_expression(struct compiler *c)
{
	for (bool first = true; c->at < c->pattern.len; first = false)
		write_character(c, first);
	/* An escape character at the end of the pattern protects it, as it does there. */
	add(c, SLICE("$"));
}

/* --- the expression becomes items --- */

static const struct named_ranges {
	const char *name;
	const char *ranges; /* pairs */
} named_ranges[] = {
	{"d", "09"},	       {"s", "\t\n\f\r  "},
	{"w", "09AZ__az"},     {"alnum", "09AZaz"},
	{"alpha", "AZaz"},     {"ascii", "\001\177"},
	{"blank", "\t\t  "},   {"cntrl", "\001\037\177\177"},
	{"digit", "09"},       {"graph", "!~"},
	{"lower", "az"},       {"print", " ~"},
	{"punct", "!/:@[`{~"}, {"space", "\t\r  "},
	{"upper", "AZ"},       {"word", "09AZ__az"},
	{"xdigit", "09AFaf"},
};

/* The ranges of a name, or what lies between them. */
static bool add_named(struct compiler *c, struct range_list *out, struct slice name, bool negated)
{
	const char *pair = NULL;
	uint32_t next = 0;

	for (size_t i = 0; i < sizeof(named_ranges) / sizeof(named_ranges[0]); i++)
		if (slice_eq(name, slice_from_cstr(named_ranges[i].name)))
			pair = named_ranges[i].ranges;
	if (!pair)
		return false;
	for (; *pair; pair += 2) {
		uint32_t low = (unsigned char)pair[0], high = (unsigned char)pair[1];

		if (!negated)
			*vec_add(c->arena, out) = (struct range){low, high};
		else if (low > next)
			*vec_add(c->arena, out) = (struct range){next, low - 1};
		next = high + 1;
	}
	if (negated)
		*vec_add(c->arena, out) = (struct range){next, 0x10ffff};
	return true;
}

static struct slice expression(const struct compiler *c)
{
	return slice_new(c->expression.items, c->expression.count);
}

static char here(const struct compiler *c)
{
	return c->at < c->expression.count ? c->expression.items[c->at] : 0;
}

/* How many there were, `most` at most. */
static size_t digits(struct compiler *c, unsigned base, size_t most, uint32_t *ret)
{
	size_t n = 0;

	for (*ret = 0; n < most; n++, c->at++) {
		char byte = ascii_tolower(here(c));
		unsigned digit = ascii_digit(byte)	      ? (unsigned)(byte - '0')
				 : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10
							      : base;

		if (digit >= base)
			break;
		*ret = *ret * base + digit;
	}
	return n;
}

/* `\x7e`, `\07`; a single digit would be a back reference. `\x{7e}` loses its braces' meaning. */
static bool escaped_number(struct compiler *c, char byte, uint32_t *ret)
{
	size_t start = c->at;

	if (byte == 'x')
		return digits(c, 16, 2, ret) == 2;
	c->at--;
	return digits(c, 8, 3, ret) && (byte == '0' || c->at > start);
}

/* Behind a backslash: a character that stands for itself, for a control character or by number. */
static bool escaped_rune(struct compiler *c, uint32_t *ret)
{
	static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
	char byte = here(c);
	const char *found = byte ? strchr(from, byte) : NULL;

	c->at++;
	if (byte == 'x' || (byte >= '0' && byte <= '7'))
		return escaped_number(c, byte, ret);
	*ret = found ? (unsigned char)to[found - from] : (unsigned char)byte;
	return found || (c->at <= c->expression.count && *ret < 0x80 && !ascii_alnum(byte));
}

static bool class_rune(struct compiler *c, uint32_t *ret)
{
	size_t width;

	if (c->at >= c->expression.count)
		return false;
	if (here(c) == '\\') {
		c->at++;
		return escaped_rune(c, ret);
	}
	*ret = rune_at(expression(c), c->at, &width);
	c->at += width;
	return true;
}

/* `\d` or `[:alpha:]` within brackets; *ret_done says that it was one. */
static bool class_name(struct compiler *c, struct range_list *ranges, bool *ret_done)
{
	struct slice rest = slice_from(expression(c), c->at);

	*ret_done = false;
	if (rest.len > 1 && rest.data[0] == '\\' && strchr("dswDSW", rest.data[1])) {
		char lower = ascii_tolower(rest.data[1]);

		c->at += 2;
		*ret_done = true;
		return add_named(c, ranges, slice_new(&lower, 1), lower != rest.data[1]);
	}
	size_t end = slice_find(rest, SLICE(":]"));
	if (!slice_starts(rest, SLICE("[:")) || end == rest.len)
		return true;
	struct slice name = slice_from(slice_first(rest, end), 2);
	bool negated = slice_cut_prefix(&name, SLICE("^"));
	c->at += end + 2;
	*ret_done = true;
	return add_named(c, ranges, name, negated);
}

/* At the character behind `[`. */
static bool read_class(struct compiler *c, struct item *item)
{
	struct range_list ranges = {0};
	bool first = true, done;

	item->kind = ITEM_CLASS;
	item->negated = here(c) == '^';
	c->at += item->negated;
	for (; here(c) != ']' || first; first = false) {
		struct range r;

		if (c->at >= c->expression.count || !class_name(c, &ranges, &done))
			return false;
		if (done)
			continue;
		if (!class_rune(c, &r.low))
			return false;
		r.high = r.low;
		if (here(c) == '-' && c->at + 1 < c->expression.count &&
		    c->expression.items[c->at + 1] != ']') {
			c->at++;
			if (!class_rune(c, &r.high) || r.high < r.low)
				return false;
		}
		*vec_add(c->arena, &ranges) = r;
	}
	c->at++;
	item->ranges = ranges.items;
	item->range_count = ranges.count;
	return true;
}

/* Behind a backslash. */
static bool read_escape(struct compiler *c, struct item *item)
{
	char byte = here(c), lower = ascii_tolower(byte);
	struct range_list ranges = {0};

	if (byte == 'A' || byte == 'z') {
		item->kind = byte == 'A' ? ITEM_BEGIN : ITEM_END;
		c->at++;
		return true;
	}
	if (lower == 'b') {
		item->kind = ITEM_EDGE;
		item->negated = byte == 'B';
		c->at++;
		return true;
	}
	if (byte && strchr("dsw", lower)) {
		c->at++;
		item->kind = ITEM_CLASS;
		if (!add_named(c, &ranges, slice_new(&lower, 1), byte != lower))
			return false;
		item->ranges = ranges.items;
		item->range_count = ranges.count;
		return true;
	}
	return escaped_rune(c, &item->rune);
}

static bool read_item(struct compiler *c)
{
	struct item item = {.kind = ITEM_RUNE};
	size_t width;

	item.rune = rune_at(expression(c), c->at, &width);
	c->at += width;
	if (item.rune == '(') {
		/* Only we write one: those of the pattern are escaped. */
		c->at += sizeof(".*/)?") - 1;
		*vec_add(c->arena, &c->items) = (struct item){.kind = ITEM_DIRS};
		*vec_add(c->arena, &c->items) = (struct item){.kind = ITEM_BODY};
		return true;
	}
	if (item.rune == '^')
		item.kind = ITEM_BEGIN;
	else if (item.rune == '$')
		item.kind = ITEM_END;
	else if (item.rune == '.')
		item.kind = ITEM_ANY;
	else if (item.rune == '[' ? !read_class(c, &item)
				  : item.rune == '\\' && !read_escape(c, &item))
		return false;
	if (here(c) == '*') {
		item.star = true;
		c->at++;
	}
	*vec_add(c->arena, &c->items) = item;
	return true;
}

const struct dockerignore_program *dockerignore_compile(struct slice pattern, struct arena *a)
{
	struct dockerignore_program *p = arena_new(a, struct dockerignore_program);
	struct compiler c = {.arena = a, .pattern = pattern, .type = MATCH_EXACT};

	if (pattern.len > LIMIT_PATH || !sound(pattern))
		return NULL;
	write_expression(&c);
	p->type = c.type;
	p->text = pattern;
	if (c.type == MATCH_PREFIX)
		p->text = slice_first(pattern, pattern.len - 2);
	else if (c.type == MATCH_SUFFIX)
		p->text = slice_from(pattern, 2);
	if (c.type != MATCH_PROGRAM)
		return p;
	for (c.at = 0; c.at < c.expression.count;)
		if (!read_item(&c))
			return NULL;
	p->items = c.items.items;
	p->count = c.items.count;
	return p;
}

/* --- matching --- */

/* Twice LIMIT_PATH: `(.*` + `/)?` makes two items of two characters, and nothing makes more. */
#define STATES (2 * LIMIT_PATH + 2)

static bool consumes(const struct item *item, uint32_t rune)
{
	bool found = false;

	switch (item->kind) {
	case ITEM_RUNE:
		return item->rune == rune;
	case ITEM_ANY:
		return rune != '\n';
	case ITEM_CLASS:
		for (size_t i = 0; i < item->range_count && !found; i++)
			found = rune >= item->ranges[i].low && rune <= item->ranges[i].high;
		return found != item->negated;
	case ITEM_BEGIN:
	case ITEM_END:
	case ITEM_EDGE:
	case ITEM_DIRS:
	case ITEM_BODY:
	default:
		return false;
	}
}

#define NO_RUNE 0x110000u

static bool word_rune(uint32_t rune)
{
	return rune < 0x80 && (ascii_alnum((char)rune) || rune == '_');
}

/* An item that asks where it stands and takes no character. */
static bool holds(const struct item *item, uint32_t before, uint32_t behind)
{
	switch (item->kind) {
	case ITEM_BEGIN:
		return before == NO_RUNE;
	case ITEM_END:
		return behind == NO_RUNE;
	case ITEM_EDGE:
		return (word_rune(before) != word_rune(behind)) != item->negated;
	case ITEM_RUNE:
	case ITEM_ANY:
	case ITEM_CLASS:
	case ITEM_DIRS:
	case ITEM_BODY:
	default:
		return item->star;
	}
}

/* What is reached without a character; that only leads forward. */
static void close_states(const struct dockerignore_program *p, bool *states, uint32_t before,
			 uint32_t behind)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct item *item = &p->items[i];

		if (!states[i])
			continue;
		if (item->kind == ITEM_DIRS)
			states[i + 1] = states[i + 2] = true;
		else if (item->star || holds(item, before, behind))
			states[i + 1] = true;
	}
}

/* One character further. */
static void step(const struct dockerignore_program *p, const bool *states, bool *next,
		 uint32_t rune)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct item *item = &p->items[i];

		if (!states[i])
			continue;
		if (item->kind == ITEM_BODY) {
			next[i] |= rune != '\n';
			next[i + 1] |= rune == '/';
		} else if (consumes(item, rune)) {
			next[item->star ? i : i + 1] = true;
		}
	}
}

/* Whoever reaches the end of the program has matched: what binds it to the path's end is an item.
 */
static bool run_program(const struct dockerignore_program *p, struct slice path)
{
	bool states[STATES], next[STATES];
	uint32_t before = NO_RUNE;
	size_t width, n = p->count + 1;

	memset(states, 0, n * sizeof(bool));
	states[0] = true;
	for (;;) {
		uint32_t rune = path.len ? rune_at(path, 0, &width) : NO_RUNE;

		close_states(p, states, before, rune);
		if (states[p->count] || rune == NO_RUNE)
			return states[p->count];
		memset(next, 0, n * sizeof(bool));
		step(p, states, next, rune);
		memcpy(states, next, n * sizeof(bool));
		before = rune;
		path = slice_from(path, width);
	}
}

bool dockerignore_run(const struct dockerignore_program *p, struct slice path)
{
	switch (p->type) {
	case MATCH_EXACT:
		return slice_eq(path, p->text);
	case MATCH_PREFIX:
		return slice_starts(path, p->text);
	case MATCH_SUFFIX:
		/* A double star and a slash in front of a name match the name alone too. */
		return slice_ends(path, p->text) || (p->text.len && p->text.data[0] == '/' &&
						     slice_eq(path, slice_from(p->text, 1)));
	case MATCH_PROGRAM:
	default:
		return path.len <= LIMIT_PATH && run_program(p, path);
	}
}

/* --- paths --- */

/* Takes the last component off, where there is one that can go. */
static bool go_up(struct text *out, bool rooted)
{
	struct slice s = slice_new(out->items, out->count);
	size_t slash = slice_rfind_byte(s, '/'), start = slash == s.len ? 0 : slash + 1;

	if (out->count <= rooted)
		return rooted;
	if (slice_eq(slice_from(s, start), SLICE("..")))
		return false;
	out->count = slash == s.len ? 0 : slash;
	if (rooted && out->count == 0)
		out->count = 1;
	return true;
}

struct slice dockerignore_clean(struct slice path, struct arena *a)
{
	bool rooted = slice_starts(path, SLICE("/"));
	struct text out = {0};
	struct slice part;

	if (rooted)
		*vec_add(a, &out) = '/';
	while (slice_next(&path, '/', &part)) {
		if (slice_empty(part) || slice_is(part, ".") ||
		    (slice_is(part, "..") && go_up(&out, rooted)))
			continue;
		if (out.count > rooted)
			*vec_add(a, &out) = '/';
		for (size_t i = 0; i < part.len; i++)
			*vec_add(a, &out) = part.data[i];
	}
	return out.count ? slice_new(out.items, out.count) : SLICE(".");
}
