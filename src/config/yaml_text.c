#include "config/yaml_text.h"

struct aligner {
	struct source_table *sources;
	uint32_t source, origin;
	uint64_t base;           /* of `raw` in its source */
	struct slice raw, text;
	size_t at;               /* in raw */
};

static void piece(struct aligner *a, size_t text_at, size_t text_len, size_t raw_at, size_t raw_len)
{
	if (text_len)
		source_add_piece(a->sources, a->source,
				 (struct source_piece){ text_at, text_len,
							{ a->origin, a->base + raw_at, raw_len } });
}

static size_t line_end(struct slice s, size_t from)
{
	return from + slice_find_byte(slice_from(s, from), '\n');
}

/* The next raw line that ends with `line`, as far as blanks before it go. */
static bool find_line(struct aligner *a, struct slice line, size_t *ret)
{
	while (a->at < a->raw.len) {
		size_t end = line_end(a->raw, a->at);
		struct slice raw = slice_first(slice_from(a->raw, a->at), end - a->at);
		size_t from = a->at;

		slice_cut_suffix(&raw, SLICE("\r"));
		a->at = end + 1;
		if (raw.len >= line.len && slice_ends(raw, line)) {
			*ret = from + raw.len - line.len;
			return true;
		}
	}
	return false;
}

static void align_literal(struct aligner *a)
{
	a->at = line_end(a->raw, 0) + 1;
	for (size_t i = 0; i < a->text.len;) {
		size_t end = line_end(a->text, i), raw_at;

		if (!find_line(a, slice_first(slice_from(a->text, i), end - i), &raw_at))
			return;
		piece(a, i, end - i + (end < a->text.len), raw_at, end - i + (raw_at + end - i < a->raw.len));
		i = end + 1;
	}
}

static size_t escape_length(struct slice raw)
{
	char c = raw.len > 1 ? raw.data[1] : 0;

	return c == 'x' ? 4 : c == 'u' ? 6 : c == 'U' ? 10 : 2;
}

/* Bytes of the UTF-8 character that starts here. */
static size_t character(struct slice s, size_t at)
{
	size_t n = 1;

	while (at + n < s.len && ((unsigned char)s.data[at + n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Both go on as long as they are equal; line folds, escapes and doubled quotes are pieces of their own. */
static void align_folded(struct aligner *a, enum value_style style)
{
	size_t i = 0, j = a->at;

	while (i < a->text.len && j < a->raw.len) {
		bool escape = style == VALUE_DOUBLE_QUOTED && a->raw.data[j] == '\\';
		bool quote = style == VALUE_SINGLE_QUOTED && a->raw.data[j] == '\'';
		size_t from = i, start = j;

		while (i < a->text.len && j < a->raw.len && a->text.data[i] == a->raw.data[j] && a->raw.data[j] != '\n' &&
		       !(style == VALUE_DOUBLE_QUOTED && a->raw.data[j] == '\\') &&
		       !(style == VALUE_SINGLE_QUOTED && a->raw.data[j] == '\''))
			i++, j++;
		piece(a, from, i - from, start, j - start);
		if (i > from)
			continue;
		if (escape && j + 1 < a->raw.len && (a->raw.data[j + 1] == '\n' || a->raw.data[j + 1] == '\r')) {
			j += 2;
			continue;
		}
		if (escape || quote) {
			size_t n = escape ? escape_length(slice_from(a->raw, j)) : 2, len = character(a->text, i);

			piece(a, i, len, j, n < a->raw.len - j ? n : a->raw.len - j);
			i += len;
			j += n;
		} else if (ascii_space(a->text.data[i])) {
			piece(a, i, 1, j, 1);
			i++;
			if (a->raw.data[j] == '\n')
				j++;
		} else {
			j++;
		}
	}
}

uint32_t yaml_text_source(struct source_table *sources, struct slice file, const struct value *v)
{
	struct aligner a = { .sources = sources };

	if (!value_scalar(v) || v->span.source == SOURCE_NONE || v->span.offset > file.len ||
	    v->span.length > file.len - v->span.offset)
		return SOURCE_NONE;
	a.raw = slice_first(slice_from(file, v->span.offset), v->span.length);
	a.text = v->text;
	a.origin = v->span.source;
	a.base = v->span.offset;
	a.source = source_add(sources, source_get(sources, a.origin)->name, v->text, -1);
	if (v->style == VALUE_LITERAL) {
		align_literal(&a);
		return a.source;
	}
	if (v->style == VALUE_FOLDED)
		a.at = line_end(a.raw, 0) + 1;
	else if (v->style != VALUE_PLAIN)
		a.at = 1;
	align_folded(&a, v->style);
	return a.source;
}
