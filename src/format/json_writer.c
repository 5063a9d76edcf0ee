#include "format/json.h"

#include "base/text.h"

#define REPLACEMENT "\xef\xbf\xbd"

void json_writer_init(struct json_writer *w, struct buf *out, unsigned indent)
{
	*w = (struct json_writer){ .out = out, .indent = indent };
}

static void new_line(struct json_writer *w)
{
	if (!w->indent)
		return;
	buf_add_byte(w->out, '\n');
	for (unsigned i = 0; i < w->depth * w->indent; i++)
		buf_add_byte(w->out, ' ');
}

/* What stands before each item: a value, or a key. */
static void before_item(struct json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->comma)
		buf_add_byte(w->out, ',');
	if (w->depth)
		new_line(w);
	w->comma = true;
}

static void begin(struct json_writer *w, char bracket)
{
	before_item(w);
	buf_add_byte(w->out, bracket);
	w->depth++;
	w->comma = false;
}

static void end(struct json_writer *w, char bracket)
{
	w->depth--;
	if (w->comma)
		new_line(w);
	buf_add_byte(w->out, bracket);
	w->comma = true;
}

void json_begin_object(struct json_writer *w)
{
	begin(w, '{');
}

void json_end_object(struct json_writer *w)
{
	end(w, '}');
}

void json_begin_array(struct json_writer *w)
{
	begin(w, '[');
}

void json_end_array(struct json_writer *w)
{
	end(w, ']');
}

static void add_control(struct buf *out, uint8_t c)
{
	static const char letters[] = "btn?fr";

	if (c >= '\b' && c <= '\r' && c != '\v')
		buf_printf(out, "\\%c", letters[c - '\b']);
	else
		buf_printf(out, "\\u%04x", c);
}

/* The character at the start of s, which is not plain; returns its length. */
static size_t add_special(struct buf *out, struct slice s)
{
	uint8_t c = (uint8_t)s.data[0];
	uint32_t rune;
	size_t n = text_decode_utf8(s, &rune);

	if (c == '"' || c == '\\') {
		buf_add_byte(out, '\\');
		buf_add_byte(out, (char)c);
	} else if (c < 0x20) {
		add_control(out, c);
	} else if (n == 1 && c >= 0x80) {
		buf_add_lit(out, REPLACEMENT);
	} else if (text_unsafe_rune(rune) && rune < 0x10000) {
		/* Also U+2028 and U+2029, line ends in JavaScript before ES2019. */
		buf_printf(out, "\\u%04x", rune);
	} else if (text_unsafe_rune(rune)) {
		buf_printf(out, "\\u%04x\\u%04x", 0xd7c0 + (rune >> 10),
			   0xdc00 + (rune & 0x3ff));
	} else {
		buf_add(out, s.data, n);
	}
	return n;
}

static void add_string(struct buf *out, struct slice s)
{
	buf_add_byte(out, '"');
	while (!slice_empty(s)) {
		size_t n = 0;

		while (n < s.len && (uint8_t)s.data[n] >= 0x20 && (uint8_t)s.data[n] < 0x7f &&
		       s.data[n] != '"' && s.data[n] != '\\')
			n++;
		buf_add(out, s.data, n);
		s = slice_from(s, n);
		if (!slice_empty(s))
			s = slice_from(s, add_special(out, s));
	}
	buf_add_byte(out, '"');
}

void json_key_slice(struct json_writer *w, struct slice key)
{
	before_item(w);
	add_string(w->out, key);
	buf_add_byte(w->out, ':');
	if (w->indent)
		buf_add_byte(w->out, ' ');
	w->after_key = true;
}

void json_key(struct json_writer *w, const char *key)
{
	json_key_slice(w, slice_from_cstr(key));
}

void json_string(struct json_writer *w, struct slice s)
{
	before_item(w);
	add_string(w->out, s);
}

void json_cstring(struct json_writer *w, const char *s)
{
	json_string(w, slice_from_cstr(s));
}

void json_int(struct json_writer *w, int64_t v)
{
	before_item(w);
	buf_printf(w->out, "%lld", (long long)v);
}

void json_uint(struct json_writer *w, uint64_t v)
{
	before_item(w);
	buf_printf(w->out, "%llu", (unsigned long long)v);
}

void json_score(struct json_writer *w, double v)
{
	/* Beyond what tenths in 64 bits hold there is no score; NaN fails both comparisons. */
	if (!(v > -1e15 && v < 1e15)) {
		json_null(w);
		return;
	}
	/* In integers, since printf's decimal point depends on the locale. */
	bool negative = v < 0;
	unsigned long long tenths = (unsigned long long)((negative ? -v : v) * 10 + 0.5);

	before_item(w);
	buf_printf(w->out, "%s%llu.%llu", negative && tenths ? "-" : "", tenths / 10, tenths % 10);
}

void json_raw(struct json_writer *w, struct slice text)
{
	before_item(w);
	buf_add_slice(w->out, text);
}

void json_bool(struct json_writer *w, bool v)
{
	before_item(w);
	if (v)
		buf_add_lit(w->out, "true");
	else
		buf_add_lit(w->out, "false");
}

void json_null(struct json_writer *w)
{
	before_item(w);
	buf_add_lit(w->out, "null");
}

void json_member(struct json_writer *w, const char *key, struct slice value)
{
	json_key(w, key);
	json_string(w, value);
}

void json_member_opt(struct json_writer *w, const char *key, struct slice value)
{
	if (!slice_empty(value))
		json_member(w, key, value);
}
