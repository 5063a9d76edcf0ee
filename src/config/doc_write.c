/* Values as text: YAML in block and flow style, JSON. */
#include "base/text.h"
#include "config/doc_edit.h"
#include "config/doc_internal.h"
#include "format/json.h"
#include "format/yaml.h"

/* Deeper than any snippet needs; what lies below is left out. */
#define WRITE_DEPTH 64

/* What readers of YAML 1.1 take for a bool, a number to the base of 60, or a date. */
static bool odd_word(struct slice s)
{
	static const char *const words[] = {"yes", "no", "on", "off", "y", "n"};
	bool truth, digits = true;

	if (yaml_scalar_type(s, &truth) != NODE_STRING)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_eq_nocase(s, slice_from_cstr(words[i])))
			return true;
	for (size_t i = 0; i < s.len; i++)
		digits &= ascii_digit(s.data[i]) || strchr(":._-+eEoxabcdfABCDF", s.data[i]);
	return digits && ascii_digit(s.data[0]);
}

static bool plain_is_safe(struct slice s)
{
	if (slice_empty(s) || odd_word(s))
		return false;
	if (!ascii_alnum(s.data[0]) && !strchr("/._$(", s.data[0]))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i], next = i + 1 < s.len ? s.data[i + 1] : ' ';

		if (ascii_alnum(c) || (c && strchr("_./@+=-%^$;()", c)))
			continue;
		if (c == ':' && next != ' ')
			continue;
		if (c != ' ' || next == ' ' || next == '#')
			return false;
	}
	return true;
}

static void write_double_quoted(struct buf *out, struct slice text)
{
	buf_add_byte(out, '"');
	while (!slice_empty(text)) {
		uint32_t rune;
		struct slice rest = slice_from(text, text_decode_utf8(text, &rune));

		if (rune == '"' || rune == '\\')
			buf_printf(out, "\\%c", (char)rune);
		else if (rune == '\n')
			buf_add_lit(out, "\\n");
		else if (rune == '\t')
			buf_add_lit(out, "\\t");
		else if (rune < 0x20 || rune == 0x7f)
			buf_printf(out, "\\x%02x", (unsigned)rune);
		else if ((rune >= 0x80 && rune < 0xa0) || rune == 0x2028 || rune == 0x2029 ||
			 rune == 0xfeff)
			buf_printf(out, "\\u%04x", (unsigned)rune);
		else
			text_add_utf8(out, rune);
		text = rest;
	}
	buf_add_byte(out, '"');
}

static bool printable_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < ' ' || s.data[i] > '~')
			return false;
	return true;
}

static void write_single_quoted(struct buf *out, struct slice text)
{
	buf_add_byte(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\'')
			buf_add_byte(out, '\'');
		buf_add_byte(out, text.data[i]);
	}
	buf_add_byte(out, '\'');
}

void yaml_write_string(struct buf *out, struct slice text)
{
	if (plain_is_safe(text))
		buf_add_slice(out, text);
	else
		write_double_quoted(out, text);
}

static void write_scalar(struct buf *out, const struct value *v)
{
	if (v->type != NODE_STRING)
		buf_add_slice(out, v->text);
	else if (v->style == VALUE_SINGLE_QUOTED && printable_ascii(v->text))
		write_single_quoted(out, v->text);
	else if (v->style == VALUE_DOUBLE_QUOTED)
		write_double_quoted(out, v->text);
	else
		yaml_write_string(out, v->text);
}

static void write_flow(struct buf *out, const struct value *v, unsigned depth)
{
	bool first = true;

	if (value_scalar(v)) {
		if (v->type == NODE_NULL && slice_empty(v->text))
			buf_add_lit(out, "null");
		else
			write_scalar(out, v);
		return;
	}
	buf_add_byte(out, v->type == NODE_MAP ? '{' : '[');
	value_each(it, v)
	{
		if (!first)
			buf_add_lit(out, ", ");
		first = false;
		if (v->type == NODE_MAP) {
			yaml_write_string(out, it->key);
			buf_add_lit(out, ": ");
		}
		if (depth)
			write_flow(out, it, depth - 1);
	}
	buf_add_byte(out, v->type == NODE_MAP ? '}' : ']');
}

void yaml_write_flow(struct buf *out, const struct value *v)
{
	write_flow(out, v, WRITE_DEPTH);
}

/* ---- block style ---- */

void doc_new_line(const struct doc_layout *l, struct buf *out, unsigned indent)
{
	if (l->crlf)
		buf_add_lit(out, "\r\n");
	else
		buf_add_lit(out, "\n");
	for (unsigned i = 0; i < indent; i++)
		buf_add_byte(out, ' ');
}

static void write_block(const struct doc_layout *l, struct buf *out, const struct value *v,
			unsigned indent, unsigned depth);

void doc_write_member(const struct doc_layout *l, struct buf *out, const struct value *v,
		      unsigned indent)
{
	if (value_scalar(v) || !v->count) {
		if (v->type == NODE_NULL && slice_empty(v->text))
			return;
		buf_add_byte(out, ' ');
		write_flow(out, v, 1);
		return;
	}
	indent += v->type == NODE_LIST ? l->list_step : l->step;
	doc_new_line(l, out, indent);
	write_block(l, out, v, indent, WRITE_DEPTH);
}

static void write_block(const struct doc_layout *l, struct buf *out, const struct value *v,
			unsigned indent, unsigned depth)
{
	bool first = true;

	if (value_scalar(v) || !v->count || !depth) {
		write_flow(out, v, 1);
		return;
	}
	value_each(it, v)
	{
		if (!first)
			doc_new_line(l, out, indent);
		first = false;
		if (v->type == NODE_LIST) {
			buf_add_lit(out, "- ");
			write_block(l, out, it, indent + 2, depth - 1);
			continue;
		}
		yaml_write_string(out, it->key);
		buf_add_byte(out, ':');
		if (value_scalar(it) || !it->count) {
			buf_add_byte(out, ' ');
			write_flow(out, it, 1);
			continue;
		}
		unsigned below = indent + (it->type == NODE_LIST ? l->list_step : l->step);
		doc_new_line(l, out, below);
		write_block(l, out, it, below, depth - 1);
	}
}

void doc_write_block(const struct doc_layout *l, struct buf *out, const struct value *v,
		     unsigned indent)
{
	write_block(l, out, v, indent, WRITE_DEPTH);
}

void yaml_write_block(struct buf *out, const struct value *v, unsigned indent, unsigned step)
{
	struct doc_layout l = {.step = step, .list_step = step};

	doc_write_block(&l, out, v, indent);
}

/* ---- JSON ---- */

static void write_json_string(struct buf *out, struct slice text)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_string(&w, text);
}

static void write_json(const struct doc_layout *l, struct buf *out, const struct value *v,
		       unsigned indent, unsigned depth)
{
	bool first = true, map = v->type == NODE_MAP;

	if (value_scalar(v)) {
		if (v->type == NODE_STRING)
			write_json_string(out, v->text);
		else
			buf_add_slice(out, v->type == NODE_NULL ? SLICE("null") : v->text);
		return;
	}
	buf_add_byte(out, map ? '{' : '[');
	value_each(it, v)
	{
		if (!first)
			buf_add_byte(out, ',');
		if (l->step)
			doc_new_line(l, out, indent + l->step);
		else if (!first)
			buf_add_byte(out, ' ');
		first = false;
		if (map) {
			write_json_string(out, it->key);
			buf_add_lit(out, ": ");
		}
		if (depth)
			write_json(l, out, it, indent + l->step, depth - 1);
	}
	if (!first && l->step)
		doc_new_line(l, out, indent);
	buf_add_byte(out, map ? '}' : ']');
}

void doc_write_json(const struct doc_layout *l, struct buf *out, const struct value *v,
		    unsigned indent)
{
	write_json(l, out, v, indent, WRITE_DEPTH);
}

void json_write_value(struct buf *out, const struct value *v, unsigned indent, unsigned step)
{
	struct doc_layout l = {.step = step};

	doc_write_json(&l, out, v, indent);
}
