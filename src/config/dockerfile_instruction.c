/* One instruction: its name, flags and what follows them (BuildKit's parser/line_parsers.go). */
#include "base/limits.h"
#include "config/docker_words.h"
#include "config/dockerfile_internal.h"

struct text VEC_OF(char);

/* What BuildKit's `[\t\v\f\r ]+` splits at. */
static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static size_t blank_at(struct slice s, size_t at)
{
	while (at < s.len && !blank(s.data[at]))
		at++;
	return at;
}

static size_t behind_blanks(struct slice s, size_t at)
{
	while (at < s.len && blank(s.data[at]))
		at++;
	return at;
}

static struct slice part(struct slice s, size_t from, size_t to)
{
	return slice_new(s.data + from, to - from);
}

static void add_rune(struct dockerfile_reader *r, struct text *t, uint32_t rune)
{
	char bytes[4];
	struct buf b = {.data = bytes, .alloc = sizeof(bytes), .cap = sizeof(bytes)};

	text_add_utf8(&b, rune);
	for (size_t i = 0; i < b.len; i++)
		*vec_add(r->arena, t) = b.data[i];
}

/* --- flags --- */

/* The text of a flag without quotes and escapes; BuildKit reads it byte by byte. */
static struct slice flag_text(struct dockerfile_reader *r, struct slice raw)
{
	char escape = r->d->escape, quote = 0;
	struct text out = {0};
	bool rewritten = false;

	for (size_t i = 0; i < raw.len && !rewritten; i++) {
		char c = raw.data[i];

		rewritten = c == '"' || c == '\'' || c == escape || (unsigned char)c >= 0x80;
	}
	if (!rewritten)
		return raw;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.data[i];

		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
			continue;
		}
		if (c == escape) {
			if (i + 1 == raw.len)
				break;
			c = raw.data[++i];
		}
		add_rune(r, &out, (unsigned char)c);
	}
	return out.count ? slice_new(out.items, out.count) : part(raw, raw.len, raw.len);
}

/* The end of the flag that starts at `at`: white space outside quotes. */
static size_t flag_end(struct slice s, size_t at, char escape)
{
	char quote = 0;

	for (; at < s.len; at++) {
		char c = s.data[at];

		if (c == escape) {
			at++;
			quote = at < s.len ? quote : 0;
		} else if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (byte_space(c)) {
			break;
		}
	}
	return at < s.len ? at : s.len;
}

static void add_flag(struct dockerfile_reader *r, struct dockerfile_instruction *in,
		     struct slice raw, struct slice text)
{
	struct dockerfile_flag *flag = dockerfile_add(r->arena, &in->flags);
	size_t equals = slice_find_byte(text, '=');

	flag->span = dockerfile_span(in, raw);
	flag->text = text;
	flag->name = slice_behind(slice_first(text, equals), 2);
	flag->value = slice_behind(text, equals + 1);
	flag->has_value = equals < text.len;
	flag->value_span = text.data == raw.data ? dockerfile_span(in, flag->value) : flag->span;
}

/* Takes the flags off; `--` ends them. */
static struct slice read_flags(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			       struct slice rest)
{
	size_t at = 0;

	for (;;) {
		while (at < rest.len && byte_space(rest.data[at]))
			at++;
		if (rest.len - at < 2 || rest.data[at] != '-' || rest.data[at + 1] != '-')
			return slice_behind(rest, at);
		size_t end = flag_end(rest, at, r->d->escape);
		struct slice raw = part(rest, at, end), text = flag_text(r, raw);

		if (slice_is(text, "--"))
			return slice_behind(rest, end);
		add_flag(r, in, raw, text);
		at = end;
	}
}

/* --- words --- */

void dockerfile_unquote(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			struct dockerfile_word *word)
{
	struct docker_words_options options = {
		.escape = r->d->escape,
		.keep_unset = true,
		.budget = &r->budget,
	};
	struct docker_words_result result;
	struct error err = ERROR_INIT;

	if (docker_words(word->text, &options, r->arena, &result, &err)) {
		word->value = result.text;
		return;
	}
	word->value = word->text;
	dockerfile_refuse(r, in, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_BAD_WORD, word->span,
			  "failed to process \"%.*s\": %s", SLICE_ARG(dockerfile_shown(word->text)),
			  err.message);
}

static struct dockerfile_word *add_word(struct dockerfile_reader *r,
					struct dockerfile_instruction *in, struct slice text)
{
	struct dockerfile_word *word = dockerfile_add(r->arena, &in->words);

	word->span = dockerfile_span(in, text);
	word->text = text;
	word->value = text;
	return word;
}

/* `[]` of bytes that are no UTF-8 becomes U+FFFD, an escape character at the end of all is left
 * out. */
static struct slice clean_word(struct dockerfile_reader *r, struct slice raw, bool cut_last)
{
	struct text out = {0};

	if (cut_last)
		raw.len--;
	if (text_valid_utf8(raw))
		return raw;
	while (raw.len) {
		uint32_t rune;

		raw = slice_behind(raw, text_decode_utf8(raw, &rune));
		add_rune(r, &out, rune);
	}
	return slice_new(out.items, out.count);
}

/*
 * The next word of ENV, LABEL and ARG: white space within quotes belongs to
 * it, and so does what an escape character stands before.
 */
static bool next_word(struct dockerfile_reader *r, struct slice *rest, struct slice *raw,
		      struct slice *text)
{
	uint32_t escape = (unsigned char)r->d->escape, quote = 0, rune;
	struct slice s = rune_trim_left(*rest);
	bool cut_last = false;
	size_t at = 0, width;

	if (slice_empty(s))
		return false;
	for (; at < s.len; at += width) {
		width = text_decode_utf8(slice_behind(s, at), &rune);
		if (rune == escape && quote != '\'') {
			cut_last = at + width == s.len;
			at += width;
			width = cut_last ? 0 : text_decode_utf8(slice_behind(s, at), &rune);
			if (cut_last)
				break;
		} else if (quote) {
			quote = rune == quote ? 0 : quote;
		} else if (rune == '"' || rune == '\'') {
			quote = rune;
		} else if (rune_space(rune)) {
			break;
		}
	}
	*raw = slice_first(s, at);
	*text = clean_word(r, *raw, cut_last);
	*rest = slice_behind(s, at);
	return true;
}

/* --- pairs --- */

static void set_word(struct dockerfile_reader *r, struct dockerfile_instruction *in,
		     struct dockerfile_word *word, struct slice text, struct span whole,
		     bool in_line)
{
	word->text = text;
	word->span = in_line ? dockerfile_span(in, text) : whole;
	dockerfile_unquote(r, in, word);
}

static void add_pair(struct dockerfile_reader *r, struct dockerfile_instruction *in,
		     struct slice raw, struct slice text)
{
	struct dockerfile_pair pair = {.span = dockerfile_span(in, raw)};
	size_t equals = slice_find_byte(text, '=');
	bool in_line = text.data == raw.data;

	pair.has_value = equals < text.len;
	set_word(r, in, &pair.key, slice_first(text, equals), pair.span, in_line);
	set_word(r, in, &pair.value, slice_behind(text, equals + 1), pair.span, in_line);
	*dockerfile_add(r->arena, &in->pairs) = pair;
}

/* `ENV key the whole rest` */
static void read_legacy_pair(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			     struct slice rest)
{
	size_t end = blank_at(rest, 0), value = behind_blanks(rest, end);
	struct dockerfile_pair pair = {.span = dockerfile_span(in, rest), .legacy = true};

	if (end == rest.len) {
		dockerfile_refuse(r, in, DOCKERFILE_PARSE_ERROR, DOCKERFILE_BAD_PAIR, pair.span,
				  "%.*s must have two arguments",
				  SLICE_ARG(dockerfile_keyword_name(in->keyword)));
		return;
	}
	pair.has_value = true;
	set_word(r, in, &pair.key, slice_first(rest, end), pair.span, true);
	set_word(r, in, &pair.value, slice_behind(rest, value), pair.span, true);
	*dockerfile_add(r->arena, &in->pairs) = pair;
}

static void read_pairs(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	struct slice rest = in->arguments, raw, text;
	bool first = true;

	while (next_word(r, &rest, &raw, &text)) {
		if (slice_empty(text))
			continue;
		in->form = DOCKERFILE_FORM_PAIRS;
		if (slice_find_byte(text, '=') < text.len) {
			add_pair(r, in, raw, text);
		} else if (first) {
			read_legacy_pair(r, in, in->arguments);
			return;
		} else {
			dockerfile_refuse(r, in, DOCKERFILE_PARSE_ERROR, DOCKERFILE_BAD_PAIR,
					  dockerfile_span(in, raw),
					  "Syntax error - can't find = in \"%.*s\". Must be of the "
					  "form: name=value",
					  SLICE_ARG(dockerfile_shown(text)));
		}
		first = false;
	}
}

static void read_arg(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	struct slice rest = in->arguments, raw, text;

	while (next_word(r, &rest, &raw, &text)) {
		if (slice_empty(text))
			continue;
		in->form = DOCKERFILE_FORM_PAIRS;
		struct dockerfile_word *word = add_word(r, in, text);
		word->span = dockerfile_span(in, raw);
		add_pair(r, in, raw, text);
	}
}

/* --- the other forms --- */

static void read_words(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	struct slice rest = in->arguments;

	for (size_t at = 0; at < rest.len; at = behind_blanks(rest, at)) {
		size_t end = blank_at(rest, at);

		in->form = DOCKERFILE_FORM_WORDS;
		dockerfile_unquote(r, in, add_word(r, in, part(rest, at, end)));
		at = end;
	}
}

static void read_text(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (slice_empty(in->arguments))
		return;
	in->form = DOCKERFILE_FORM_TEXT;
	struct dockerfile_word *word = add_word(r, in, in->arguments);
	if (in->keyword != DOCKERFILE_MAINTAINER)
		dockerfile_unquote(r, in, word);
}

/* False where the text is no array at all. */
static bool read_json(struct dockerfile_reader *r, struct dockerfile_instruction *in,
		      struct slice text)
{
	enum dockerfile_json json = dockerfile_read_json(r, in, text);

	if (json == DOCKERFILE_JSON_NONE)
		return false;
	in->form = DOCKERFILE_FORM_JSON;
	if (json == DOCKERFILE_JSON_MIXED)
		dockerfile_refuse(r, in, DOCKERFILE_PARSE_ERROR, DOCKERFILE_BAD_JSON,
				  dockerfile_span(in, text),
				  "when using JSON array syntax, arrays must be comprised of "
				  "strings only");
	return true;
}

static void read_json_or_words(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (!read_json(r, in, in->arguments))
		read_words(r, in);
}

static void read_command(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (slice_empty(in->arguments) || read_json(r, in, in->arguments))
		return;
	in->form = DOCKERFILE_FORM_SHELL;
	add_word(r, in, in->arguments);
}

static void read_run(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	read_command(r, in);
	dockerfile_read_mounts(r, in);
}

static void read_healthcheck(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	struct slice rest = in->arguments;
	size_t end = 0, command;

	while (end < rest.len && !byte_space(rest.data[end]))
		end++;
	command = end;
	while (command < rest.len && byte_space(rest.data[command]))
		command++;
	if (end == 0)
		return;
	in->form = DOCKERFILE_FORM_WORDS;
	add_word(r, in, slice_first(rest, end));
	rest = slice_behind(rest, command);
	if (slice_empty(rest) || read_json(r, in, rest))
		return;
	in->form = DOCKERFILE_FORM_SHELL;
	add_word(r, in, rest);
}

static void read_onbuild(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			 unsigned depth)
{
	struct dockerfile_instruction *child;

	if (slice_empty(in->arguments))
		return;
	in->form = DOCKERFILE_FORM_CHILD;
	if (depth == LIMIT_ONBUILD_DEPTH) {
		dockerfile_refuse(r, in, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_TOO_DEEP,
				  in->arguments_span, "ONBUILD nests deeper than %d",
				  LIMIT_ONBUILD_DEPTH);
		return;
	}
	child = arena_new(r->arena, struct dockerfile_instruction);
	child->parent = in;
	child->line = in->arguments;
	child->span = in->arguments_span;
	child->pieces = in->pieces;
	child->piece_count = in->piece_count;
	child->index = in->index;
	child->stage = -1;
	child->first_line = in->first_line;
	child->last_line = child->line_end = in->line_end;
	in->child = child;
	dockerfile_read_instruction(r, child, depth + 1);
	in->broken |= child->broken;
}

/* --- by keyword --- */

typedef void read_arguments(struct dockerfile_reader *r, struct dockerfile_instruction *in);

static const struct keyword_row {
	struct slice name;
	read_arguments *read;
} keywords[DOCKERFILE_KEYWORDS] = {
	[DOCKERFILE_UNKNOWN] = {SLICE_INIT(""), NULL},
	[DOCKERFILE_ADD] = {SLICE_INIT("ADD"), read_json_or_words},
	[DOCKERFILE_ARG] = {SLICE_INIT("ARG"), read_arg},
	[DOCKERFILE_CMD] = {SLICE_INIT("CMD"), read_command},
	[DOCKERFILE_COPY] = {SLICE_INIT("COPY"), read_json_or_words},
	[DOCKERFILE_ENTRYPOINT] = {SLICE_INIT("ENTRYPOINT"), read_command},
	[DOCKERFILE_ENV] = {SLICE_INIT("ENV"), read_pairs},
	[DOCKERFILE_EXPOSE] = {SLICE_INIT("EXPOSE"), read_words},
	[DOCKERFILE_FROM] = {SLICE_INIT("FROM"), read_words},
	[DOCKERFILE_HEALTHCHECK] = {SLICE_INIT("HEALTHCHECK"), read_healthcheck},
	[DOCKERFILE_LABEL] = {SLICE_INIT("LABEL"), read_pairs},
	[DOCKERFILE_MAINTAINER] = {SLICE_INIT("MAINTAINER"), read_text},
	[DOCKERFILE_ONBUILD] = {SLICE_INIT("ONBUILD"), NULL},
	[DOCKERFILE_RUN] = {SLICE_INIT("RUN"), read_run},
	[DOCKERFILE_SHELL] = {SLICE_INIT("SHELL"), read_command},
	[DOCKERFILE_STOPSIGNAL] = {SLICE_INIT("STOPSIGNAL"), read_text},
	[DOCKERFILE_USER] = {SLICE_INIT("USER"), read_text},
	[DOCKERFILE_VOLUME] = {SLICE_INIT("VOLUME"), read_json_or_words},
	[DOCKERFILE_WORKDIR] = {SLICE_INIT("WORKDIR"), read_text},
};

struct slice dockerfile_keyword_name(enum dockerfile_keyword k)
{
	return k < DOCKERFILE_KEYWORDS ? keywords[k].name : SLICE_EMPTY;
}

enum dockerfile_keyword dockerfile_keyword_by_name(struct slice name)
{
	for (int k = DOCKERFILE_UNKNOWN + 1; k < DOCKERFILE_KEYWORDS; k++)
		if (slice_eq_nocase(name, keywords[k].name))
			return (enum dockerfile_keyword)k;
	return DOCKERFILE_UNKNOWN;
}

void dockerfile_read_instruction(struct dockerfile_reader *r, struct dockerfile_instruction *in,
				 unsigned depth)
{
	struct slice line = rune_trim(in->line);
	size_t end = blank_at(line, 0);

	in->name.text = in->name.value = slice_first(line, end);
	in->name.span = dockerfile_span(in, in->name.text);
	in->keyword = dockerfile_keyword_by_name(in->name.text);
	in->arguments = slice_behind(line, behind_blanks(line, end));
	if (end < line.len)
		in->arguments = rune_trim(read_flags(r, in, in->arguments));
	in->arguments_span = dockerfile_span(in, in->arguments);
	if (in->keyword == DOCKERFILE_ONBUILD)
		read_onbuild(r, in, depth);
	else if (keywords[in->keyword].read)
		keywords[in->keyword].read(r, in);
}
