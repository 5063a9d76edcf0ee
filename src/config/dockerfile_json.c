/* The exec form: a JSON array of strings (RFC 8259, as Go's encoding/json reads it). */
#include "config/dockerfile_internal.h"
#include "format/json.h"

struct text VEC_OF(char);

struct json {
	struct dockerfile_reader *reader;
	struct slice text;
	size_t at;
};

static void skip_space(struct json *j)
{
	while (j->at < j->text.len && j->text.data[j->at] && strchr(" \t\r\n", j->text.data[j->at]))
		j->at++;
}

static char here(const struct json *j)
{
	return j->at < j->text.len ? j->text.data[j->at] : 0;
}

static void add_rune(struct json *j, struct text *out, uint32_t rune)
{
	char bytes[4];
	struct buf b = {.data = bytes, .alloc = sizeof(bytes), .cap = sizeof(bytes)};

	text_add_utf8(&b, rune);
	for (size_t i = 0; i < b.len; i++)
		*vec_add(j->reader->arena, out) = b.data[i];
}

/* Four hexadecimal digits. */
static bool hex4(struct json *j, uint32_t *ret)
{
	*ret = 0;
	for (int i = 0; i < 4; i++, j->at++) {
		char c = ascii_tolower(here(j));

		if (!ascii_digit(c) && (c < 'a' || c > 'f'))
			return false;
		*ret = *ret << 4 | (uint32_t)(ascii_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return true;
}

static bool surrogate(uint32_t rune, uint32_t first)
{
	return rune >= first && rune < first + 0x400;
}

/* Behind `\u`; a surrogate without its other half becomes U+FFFD. */
static bool unicode_escape(struct json *j, struct text *out)
{
	uint32_t rune, low;

	if (!hex4(j, &rune))
		return false;
	if (surrogate(rune, 0xd800) && slice_starts(slice_from(j->text, j->at), SLICE("\\u"))) {
		size_t back = j->at;

		j->at += 2;
		if (!hex4(j, &low))
			return false;
		if (surrogate(low, 0xdc00))
			rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
		else
			j->at = back;
	}
	add_rune(j, out, rune);
	return true;
}

static bool escape(struct json *j, struct text *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = here(j);
	const char *found = c ? strchr(from, c) : NULL;

	j->at++;
	if (c == 'u')
		return unicode_escape(j, out);
	if (!found)
		return false;
	*vec_add(j->reader->arena, out) = to[found - from];
	return true;
}

/* Decodes from `start`, the byte behind the quote, because something in it has to be rewritten. */
static bool rewritten_string(struct json *j, size_t start, struct slice *ret)
{
	struct text out = {0};

	for (j->at = start; j->at < j->text.len;) {
		uint32_t rune;
		char c = here(j);

		if (c == '"')
			break;
		if (c == '\\') {
			j->at++;
			if (!escape(j, &out))
				return false;
			continue;
		}
		if ((unsigned char)c < 0x20)
			return false;
		j->at += text_decode_utf8(slice_from(j->text, j->at), &rune);
		add_rune(j, &out, rune);
	}
	*ret = out.count ? slice_new(out.items, out.count) : SLICE_EMPTY;
	return j->at < j->text.len;
}

/* At the opening quote; ends behind the closing one. */
static bool string(struct json *j, struct slice *ret)
{
	size_t start = ++j->at;
	bool plain = true;

	for (; j->at < j->text.len && here(j) != '"'; j->at++) {
		unsigned char c = (unsigned char)here(j);

		if (c < 0x20)
			return false;
		plain &= c < 0x80 && c != '\\';
		if (c == '\\')
			j->at++;
	}
	if (j->at >= j->text.len)
		return false;
	*ret = slice_new(j->text.data + start, j->at - start);
	if (!plain && !text_valid_utf8(*ret))
		plain = false;
	else if (!plain && slice_find_byte(*ret, '\\') == ret->len)
		plain = true;
	if (!plain && !rewritten_string(j, start, ret))
		return false;
	j->at++;
	return true;
}

/* Something else than strings in it: an error when it is JSON at all. */
static enum dockerfile_json mixed_or_none(struct json *j)
{
	struct node *node;

	return json_parse(j->text, j->reader->arena, &node, NULL) ? DOCKERFILE_JSON_MIXED
								  : DOCKERFILE_JSON_NONE;
}

static enum dockerfile_json array(struct json *j, struct dockerfile_instruction *in)
{
	skip_space(j);
	if (here(j) == ']') {
		j->at++;
		return DOCKERFILE_JSON_STRINGS;
	}
	for (;;) {
		struct slice text;

		skip_space(j);
		size_t start = j->at;
		if (here(j) != '"')
			return mixed_or_none(j);
		if (!string(j, &text))
			return DOCKERFILE_JSON_NONE;
		*dockerfile_add(j->reader->arena, &in->words) = (struct dockerfile_word){
			dockerfile_span(in, slice_new(j->text.data + start, j->at - start)), text,
			text};
		skip_space(j);
		char c = here(j);
		j->at++;
		if (c == ']')
			return DOCKERFILE_JSON_STRINGS;
		if (c != ',')
			return DOCKERFILE_JSON_NONE;
	}
}

enum dockerfile_json dockerfile_read_json(struct dockerfile_reader *r,
					  struct dockerfile_instruction *in, struct slice text)
{
	struct json j = {.reader = r, .text = rune_trim_left(text), .at = 1};
	enum dockerfile_json answer = DOCKERFILE_JSON_NONE;
	size_t before = in->words.count;

	if (slice_starts(j.text, SLICE("["))) {
		answer = array(&j, in);
		skip_space(&j);
		if (answer == DOCKERFILE_JSON_STRINGS && j.at < j.text.len)
			answer = DOCKERFILE_JSON_NONE;
	}
	if (answer != DOCKERFILE_JSON_STRINGS)
		in->words.count = before;
	return answer;
}
