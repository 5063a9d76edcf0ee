/*
 * The reader.  One pass, a stack of open containers instead of recursion.
 * Strings are scanned eight bytes at a time; most have neither escapes nor
 * bytes above 0x7f and stay where they are.
 */
#include "format/json.h"

#include "base/limits.h"
#include "base/text.h"

struct reader {
	const char *p, *end;
	struct slice text;
	struct node_pool pool;
	struct error *err;
	unsigned depth;
	uint32_t nodes;
	struct node *open[LIMIT_JSON_DEPTH];
};

#define EVERY_BYTE(b) (0x0101010101010101u * (uint64_t)(b))
#define HIGH_BITS     EVERY_BYTE(0x80)

static inline uint64_t load8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The high bit of the lowest byte of v that is zero; higher bits may lie. */
static inline uint64_t zero_bytes(uint64_t v)
{
	return (v - EVERY_BYTE(1)) & ~v & HIGH_BITS;
}

/* Marks the first quote, backslash or control character; bytes behind it may be marked wrongly. */
static inline uint64_t special_bytes(uint64_t v)
{
	uint64_t control = (v - EVERY_BYTE(0x20)) & ~v & HIGH_BITS;

	return control | zero_bytes(v ^ EVERY_BYTE('"')) | zero_bytes(v ^ EVERY_BYTE('\\'));
}

static bool fail(struct reader *r, const char *at, const char *what)
{
	return node_error(r->err, ERR_FORMAT, r->text, (size_t)(at - r->text.data), what);
}

static inline void skip_space(struct reader *r)
{
	for (;;) {
		while (r->end - r->p >= 8 && load8(r->p) == EVERY_BYTE(' '))
			r->p += 8;
		if (r->p == r->end ||
		    (*r->p != ' ' && *r->p != '\n' && *r->p != '\r' && *r->p != '\t'))
			return;
		r->p++;
	}
}

/*
 * Moves to the next quote, backslash or control character; *seen gets the high bits of what it
 * passed.
 */
static inline void skip_plain(struct reader *r, uint64_t *seen)
{
	const char *p = r->p, *end = r->end;

	while (end - p >= 8) {
		uint64_t v = load8(p), special = special_bytes(v);

		if (special) {
			/*
			 * Bytes behind the special one may set high bits: that costs a check,
			 * no more.
			 */
			*seen |= v;
			r->p = p + (__builtin_ctzll(special) >> 3);
			return;
		}
		*seen |= v;
		p += 8;
	}
	while (p < end && (uint8_t)*p >= 0x20 && *p != '"' && *p != '\\')
		*seen |= (uint64_t)(uint8_t)*p++;
	r->p = p;
}

/* How many bytes are no part of a UTF-8 sequence. */
static size_t count_bad_bytes(struct slice s)
{
	size_t bad = 0;

	while (!slice_empty(s)) {
		uint32_t rune;

		if (s.len >= 8 && !(load8(s.data) & HIGH_BITS)) {
			s = slice_from(s, 8);
			continue;
		}
		size_t n = text_decode_utf8(s, &rune);
		bad += n == 1 && (uint8_t)s.data[0] >= 0x80;
		s = slice_from(s, n);
	}
	return bad;
}

static char *add_rune(char *out, uint32_t rune)
{
	if (rune < 0x80) {
		*out++ = (char)rune;
	} else if (rune < 0x800) {
		*out++ = (char)(0xc0 | rune >> 6);
		*out++ = (char)(0x80 | (rune & 0x3f));
	} else if (rune < 0x10000) {
		*out++ = (char)(0xe0 | rune >> 12);
		*out++ = (char)(0x80 | (rune >> 6 & 0x3f));
		*out++ = (char)(0x80 | (rune & 0x3f));
	} else {
		*out++ = (char)(0xf0 | rune >> 18);
		*out++ = (char)(0x80 | (rune >> 12 & 0x3f));
		*out++ = (char)(0x80 | (rune >> 6 & 0x3f));
		*out++ = (char)(0x80 | (rune & 0x3f));
	}
	return out;
}

static char *add_run(char *out, struct slice run, bool bad)
{
	if (!bad)
		return run.len ? mempcpy(out, run.data, run.len) : out;
	while (!slice_empty(run)) {
		uint32_t rune;

		run = slice_from(run, text_decode_utf8(run, &rune));
		out = add_rune(out, rune);
	}
	return out;
}

/* Four hexadecimal digits at p; -1 when they are none. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = ascii_tolower(p[i]);

		if (!ascii_digit(c) && !(c >= 'a' && c <= 'f'))
			return -1;
		v = v << 4 | (ascii_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return v;
}

/* The text behind "\u"; *p moves behind it, and behind a second half of a surrogate pair. */
static bool decode_unicode(const char **p, const char *end, uint32_t *ret)
{
	int32_t unit = hex4(*p, end);

	if (unit < 0)
		return false;
	*p += 4;
	*ret = (uint32_t)unit;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	*ret = 0xfffd;
	if (unit <= 0xdbff && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		int32_t low = hex4(*p + 2, end);

		if (low >= 0xdc00 && low <= 0xdfff) {
			*ret = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) +
			       (uint32_t)(low - 0xdc00);
			*p += 6;
		}
	}
	return true;
}

/* What "\c" stands for, 0: nothing. */
static char simple_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return 0;
	}
}

/* The string between its quotes, decoded into the arena. */
static bool decode_string(struct reader *r, struct slice raw, bool high, struct slice *ret)
{
	size_t bad = high ? count_bad_bytes(raw) : 0;
	const char *p = raw.data, *end = raw.data + raw.len;

	if (bad == 0 && !memchr(p, '\\', raw.len)) {
		*ret = raw;
		return true;
	}
	/* No escape grows; a bad byte becomes three. */
	char *start = arena_alloc(r->pool.arena, raw.len + 2 * bad), *out = start;
	while (p < end) {
		const char *escape = memchr(p, '\\', (size_t)(end - p));
		uint32_t rune;

		out = add_run(out, slice_new(p, (size_t)((escape ? escape : end) - p)), bad);
		if (!escape)
			break;
		p = escape + 2;
		if (escape[1] == 'u') {
			if (!decode_unicode(&p, end, &rune))
				return fail(r, escape, "bad \\u escape");
		} else {
			rune = (uint8_t)simple_escape(escape[1]);
			if (!rune)
				return fail(r, escape, "unknown escape");
		}
		out = add_rune(out, rune);
	}
	*ret = slice_new(start, (size_t)(out - start));
	return true;
}

/* At the opening quote. */
static bool read_string(struct reader *r, struct slice *ret)
{
	const char *start = ++r->p;
	uint64_t seen = 0;
	bool escaped = false;

	for (;;) {
		skip_plain(r, &seen);
		if (r->p == r->end)
			return fail(r, start - 1, "string without an end");
		if (*r->p == '"')
			break;
		if (*r->p != '\\')
			return fail(r, r->p, "control character in a string");
		escaped = true;
		if (r->end - r->p < 2)
			return fail(r, start - 1, "string without an end");
		r->p += 2;
	}
	*ret = slice_new(start, (size_t)(r->p++ - start));
	if (!escaped && !(seen & HIGH_BITS))
		return true;
	return decode_string(r, *ret, seen & HIGH_BITS, ret);
}

static bool digits(struct reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && ascii_digit(*r->p))
		r->p++;
	return r->p > start;
}

static bool accept(struct reader *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/* RFC 8259 section 6. */
static bool read_number(struct reader *r, struct node *n)
{
	const char *start = r->p;

	accept(r, '-');
	if (!accept(r, '0') && !digits(r))
		return fail(r, start, "expected a value");
	if (accept(r, '.') && !digits(r))
		return fail(r, start, "number without digits behind its point");
	if (accept(r, 'e') || accept(r, 'E')) {
		if (!accept(r, '+'))
			accept(r, '-');
		if (!digits(r))
			return fail(r, start, "number without digits in its exponent");
	}
	n->type = NODE_NUMBER;
	n->text = slice_new(start, (size_t)(r->p - start));
	return true;
}

static bool read_literal(struct reader *r, struct node *n, struct slice word, enum node_type type)
{
	if ((size_t)(r->end - r->p) < word.len || memcmp(r->p, word.data, word.len) != 0)
		return fail(r, r->p, "expected a value");
	n->type = type;
	n->truth = word.data[0] == 't';
	n->text = slice_new(r->p, word.len);
	r->p += word.len;
	return true;
}

static bool open_container(struct reader *r, struct node *n, enum node_type type)
{
	if (r->depth == LIMIT_JSON_DEPTH)
		return node_error(r->err, ERR_LIMIT, r->text, n->offset, "nested too deeply");
	n->type = type;
	r->open[r->depth++] = n;
	r->p++;
	return true;
}

/* The value that starts at r->p; of a container its opening bracket only. */
static bool read_value(struct reader *r, struct node *n)
{
	const char *start = r->p;
	bool ok;

	n->offset = (uint32_t)(start - r->text.data);
	if (start == r->end)
		return fail(r, start, "the text ends where a value should stand");
	switch (*start) {
	case '{':
		return open_container(r, n, NODE_MAP);
	case '[':
		return open_container(r, n, NODE_LIST);
	case '"':
		n->type = NODE_STRING;
		n->quoted = true;
		ok = read_string(r, &n->text);
		break;
	case 't':
		ok = read_literal(r, n, SLICE("true"), NODE_BOOL);
		break;
	case 'f':
		ok = read_literal(r, n, SLICE("false"), NODE_BOOL);
		break;
	case 'n':
		ok = read_literal(r, n, SLICE("null"), NODE_NULL);
		break;
	default:
		ok = read_number(r, n);
		break;
	}
	n->length = (uint32_t)(r->p - start);
	return ok;
}

static bool read_key(struct reader *r, struct node *n)
{
	n->key_offset = (uint32_t)(r->p - r->text.data);
	if (r->p == r->end || *r->p != '"')
		return fail(r, r->p, "expected a key in quotes");
	if (!read_string(r, &n->key))
		return false;
	skip_space(r);
	if (!accept(r, ':'))
		return fail(r, r->p, "expected ':'");
	skip_space(r);
	return true;
}

/* The next member of the innermost open container, or its end. */
static bool read_member(struct reader *r)
{
	struct node *parent = r->open[r->depth - 1];
	bool map = parent->type == NODE_MAP;

	skip_space(r);
	if (accept(r, map ? '}' : ']')) {
		parent->length = (uint32_t)(r->p - r->text.data) - parent->offset;
		r->depth--;
		return true;
	}
	if (parent->count) {
		if (!accept(r, ','))
			return fail(r, r->p, map ? "expected ',' or '}'" : "expected ',' or ']'");
		skip_space(r);
	}
	if (r->nodes++ == LIMIT_NODES)
		return node_error(r->err, ERR_LIMIT, r->text, (size_t)(r->p - r->text.data),
				  "too many values");
	struct node *n = node_new(&r->pool);
	node_append(parent, n);
	return (!map || read_key(r, n)) && read_value(r, n);
}

bool json_parse(struct slice text, struct arena *a, struct node **ret, struct error *err)
{
	struct reader r;

	*ret = NULL;
	if (text.len > LIMIT_DOCUMENT)
		return error_set(err, ERR_LIMIT, "a JSON text of more than %zu bytes",
				 LIMIT_DOCUMENT);
	if (!text.data)
		text = SLICE_EMPTY;
	/*
	 * Not initialised whole: the stack of open containers is 2 KiB and short texts come by
	 * the thousand.
	 */
	r.text = text;
	r.p = text.data;
	r.end = text.data + text.len;
	r.pool = (struct node_pool){ .arena = a };
	r.err = err;
	r.depth = 0;
	r.nodes = 0;
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		r.p += 3;
	skip_space(&r);
	struct node *root = *ret = node_new(&r.pool);
	if (!read_value(&r, root))
		return false;
	while (r.depth)
		if (!read_member(&r))
			return false;
	skip_space(&r);
	if (r.p != r.end)
		return fail(&r, r.p, "text behind the end of the value");
	return true;
}
