#include "config/docker_words.h"

#include "base/limits.h"
#include "config/docker_pattern.h"
#include "config/docker_runes.h"

#define END_OF_TEXT 0xffffffffu

struct text VEC_OF(char);

struct lexer {
	const struct docker_words_options *options;
	struct arena *arena;
	struct slice text;
	size_t at;
	bool raw_escapes;
	unsigned depth;
	size_t own_budget;
	size_t *budget;
	struct docker_words_result *result;
	struct error *err;
	/*
	 * The word that is being put together.  Nested substitutions share it and
	 * empty it, as BuildKit's lexer does: "a${x:-b}c" splits into "bc".
	 */
	struct text word;
	size_t word_offset;
};

/* The words of one level of nesting. */
struct splitter {
	struct docker_word_list *list; /* NULL: nobody wants them */
	bool in_word;
};

static bool run(struct lexer *l, uint32_t stop, bool raw_escapes, struct docker_word_list *words,
		struct slice *ret);

static bool spend(struct lexer *l, size_t bytes)
{
	if (*l->budget < bytes) {
		*l->budget = 0;
		return error_set(l->err, ERR_LIMIT, "the expansion grows too large");
	}
	*l->budget -= bytes;
	return true;
}

static bool refuse(struct lexer *l, const char *what)
{
	return error_set(l->err, ERR_FORMAT, "%s", what);
}

static uint32_t decode(const struct lexer *l, size_t *width)
{
	uint32_t rune;

	if (l->at >= l->text.len) {
		*width = 0;
		return END_OF_TEXT;
	}
	rune = (unsigned char)l->text.data[l->at];
	*width = 1;
	if (rune >= 0x80)
		*width = text_decode_utf8(slice_from(l->text, l->at), &rune);
	return rune;
}

static uint32_t peek(const struct lexer *l)
{
	size_t width;

	return decode(l, &width);
}

static uint32_t next(struct lexer *l)
{
	size_t width;
	uint32_t rune = decode(l, &width);

	l->at += width;
	return rune;
}

static void add_bytes(struct lexer *l, struct text *t, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*vec_add(l->arena, t) = data[i];
}

static void add_slice(struct lexer *l, struct text *t, struct slice s)
{
	add_bytes(l, t, s.data, s.len);
}

static void add_rune(struct lexer *l, struct text *t, uint32_t rune)
{
	char bytes[4];
	struct buf b = {.data = bytes, .alloc = sizeof(bytes), .cap = sizeof(bytes)};

	if (rune < 0x80) {
		*vec_add(l->arena, t) = (char)rune;
		return;
	}
	text_add_utf8(&b, rune);
	add_bytes(l, t, b.data, b.len);
}

static struct slice as_slice(const struct text *t)
{
	return t->count ? slice_new(t->items, t->count) : SLICE_EMPTY;
}

/* --- words --- */

static void word_end(struct lexer *l, struct splitter *s, size_t end)
{
	if (l->word.count == 0)
		return;
	if (s->list)
		*vec_add(l->arena, s->list) =
			(struct docker_word){arena_copy(l->arena, as_slice(&l->word)),
					     l->word_offset, end - l->word_offset};
	l->word.count = 0;
	s->in_word = false;
}

static void word_add(struct lexer *l, struct splitter *s, struct slice raw, size_t from)
{
	s->in_word = true;
	if (!s->list)
		return;
	if (l->word.count == 0)
		l->word_offset = from;
	add_slice(l, &l->word, raw);
}

/* Text that unquoted spaces split; it was read from `from` on. */
static void word_add_split(struct lexer *l, struct splitter *s, struct slice text, size_t from)
{
	while (s->list && text.len) {
		uint32_t rune;
		size_t width = text_decode_utf8(text, &rune);

		if (!rune_space(rune))
			word_add(l, s, slice_first(text, width), from);
		else if (s->in_word)
			word_end(l, s, from);
		text = slice_from(text, width);
	}
}

/* --- variables --- */

static void remember(struct lexer *l, struct slice_list *names, struct slice name)
{
	vec_each(it, names)
		if (slice_eq(*it, name))
			return;
	if (names->count < DOCKER_WORDS_NAMES)
		*vec_add(l->arena, names) = name;
}

static bool lookup(struct lexer *l, struct slice name, struct slice *ret)
{
	bool set = l->options->get && l->options->get(l->options->context, name, ret);

	if (!set)
		*ret = SLICE_EMPTY;
	remember(l, set ? &l->result->matched : &l->result->unmatched, name);
	return set;
}

static bool special_parameter(uint32_t rune)
{
	return rune < 0x80 && rune && strchr("@*#?-$!0", (int)rune);
}

/* Letters, digits and '_'; or digits alone; or one special parameter; else empty. */
static struct slice read_name(struct lexer *l)
{
	size_t start = l->at;

	if (rune_digit(peek(l))) {
		while (peek(l) != END_OF_TEXT && rune_digit(peek(l)))
			next(l);
	} else if (special_parameter(peek(l))) {
		next(l);
	} else {
		for (uint32_t c = peek(l);
		     c != END_OF_TEXT && (rune_letter(c) || rune_digit(c) || c == '_'); c = peek(l))
			next(l);
	}
	return slice_new(l->text.data + start, l->at - start);
}

static bool plain_reference(struct lexer *l, struct slice *ret)
{
	size_t start = l->at - 1;
	struct slice name = read_name(l);

	*ret = slice_new(l->text.data + start, l->at - start);
	if (slice_empty(name))
		return true;
	struct slice value;
	bool set = lookup(l, name, &value);
	if (set || !(l->options->keep_unset || l->options->keep_plain_unset))
		*ret = value;
	else
		l->result->kept = true;
	return spend(l, ret->len);
}

static bool bad_modifier(struct lexer *l, size_t start)
{
	struct slice modifier = slice_new(l->text.data + start, l->at - start);

	if (l->at >= l->text.len)
		return refuse(l, "syntax error: missing '}'");
	return error_set(l->err, ERR_FORMAT, "unsupported modifier (%.*s) in substitution",
			 SLICE_ARG(modifier));
}

/* A nested text that the end of all text cuts off misses its closing character. */
static bool nested(struct lexer *l, uint32_t stop, bool raw, const char *missing, struct slice *ret)
{
	if (run(l, stop, raw, NULL, ret))
		return true;
	if (l->at >= l->text.len && l->err && l->err->code == ERR_FORMAT) {
		error_clear(l->err);
		return refuse(l, missing);
	}
	return false;
}

static bool required(struct lexer *l, struct slice name, struct slice word, bool set,
		     bool null_is_unset, struct slice value)
{
	if (set && !(null_is_unset && slice_empty(value)))
		return true;
	if (slice_empty(word))
		word = set ? SLICE("is not allowed to be empty")
			   : SLICE("is not allowed to be unset");
	return error_set(l->err, ERR_FORMAT, "%.*s: %.*s", SLICE_ARG(name), SLICE_ARG(word));
}

static bool trim(struct lexer *l, bool suffix, struct slice pattern, struct slice value,
		 struct slice *ret)
{
	bool longest = pattern.len && pattern.data[0] == (suffix ? '%' : '#');

	if (longest)
		pattern = slice_from(pattern, 1);
	return docker_pattern_trim(pattern, value, suffix, longest, l->arena, l->budget, ret,
				   l->err);
}

/* ${name<modifier>word}; the modifier was read and starts at `start`. */
static bool modified(struct lexer *l, struct slice name, uint32_t modifier, size_t start,
		     struct slice *ret)
{
	bool null_is_unset = l->text.data[start] == ':';
	bool pattern = modifier == '#' || modifier == '%';
	struct slice spelled = slice_new(l->text.data + start, l->at - start), word, value;

	if (null_is_unset && pattern)
		return bad_modifier(l, start);
	if (!nested(l, '}', pattern, "syntax error: missing '}'", &word))
		return false;
	bool set = lookup(l, name, &value);
	if (!set && l->options->keep_unset) {
		l->result->kept = true;
		*ret = arena_printf(l->arena, "${%.*s%.*s%.*s}", SLICE_ARG(name),
				    SLICE_ARG(spelled), SLICE_ARG(word));
		return spend(l, ret->len);
	}
	bool present = set && !(null_is_unset && slice_empty(value));
	*ret = value;
	switch (modifier) {
	case '-':
		*ret = present ? value : word;
		break;
	case '+':
		*ret = present ? word : SLICE_EMPTY;
		break;
	case '?':
		if (!required(l, name, word, set, null_is_unset, value))
			return false;
		break;
	case '#':
	case '%':
		if (!trim(l, modifier == '%', word, value, ret))
			return false;
		break;
	default:
		return error_set(l->err, ERR_FORMAT, "unsupported modifier (%.*s) in substitution",
				 SLICE_ARG(spelled));
	}
	return spend(l, ret->len);
}

/* ${name/pattern/replacement}, ${name//pattern/replacement} */
static bool replaced(struct lexer *l, struct slice name, struct slice *ret)
{
	struct slice pattern, replacement, value;
	bool all = peek(l) == '/';

	if (all)
		next(l);
	if (!nested(l, '/', true, "syntax error: missing '/' in ${}", &pattern) ||
	    !nested(l, '}', true, "syntax error: missing '}'", &replacement))
		return false;
	if (!lookup(l, name, &value) && l->options->keep_unset) {
		l->result->kept = true;
		*ret = arena_printf(l->arena, "${%.*s/%.*s/%.*s}", SLICE_ARG(name),
				    SLICE_ARG(pattern), SLICE_ARG(replacement));
		return spend(l, ret->len);
	}
	return docker_pattern_replace(pattern, replacement, value, all, l->arena, l->budget, ret,
				      l->err);
}

static bool braced(struct lexer *l, struct slice *ret)
{
	size_t start = l->at - 2;

	switch (peek(l)) {
	case END_OF_TEXT:
		return refuse(l, "syntax error: missing '}'");
	case '{':
	case '}':
	case ':':
		return refuse(l, "syntax error: bad substitution");
	default:
		break;
	}
	struct slice name = read_name(l);
	size_t modifier_at = l->at;
	uint32_t modifier = next(l);
	switch (modifier) {
	case '}': {
		struct slice value;
		bool set = lookup(l, name, &value);
		bool keep = !set && (l->options->keep_unset || l->options->keep_plain_unset);

		*ret = keep ? slice_new(l->text.data + start, l->at - start) : value;
		l->result->kept |= keep;
		return spend(l, ret->len);
	}
	case ':':
		return modified(l, name, next(l), modifier_at, ret);
	case '+':
	case '-':
	case '?':
	case '#':
	case '%':
		return modified(l, name, modifier, modifier_at, ret);
	case '/':
		return replaced(l, name, ret);
	default:
		return bad_modifier(l, modifier_at);
	}
}

static bool dollar(struct lexer *l, struct slice *ret)
{
	next(l);
	if (peek(l) != '{')
		return plain_reference(l, ret);
	next(l);
	return braced(l, ret);
}

/* --- quotes --- */

static bool single_quotes(struct lexer *l, struct slice *ret)
{
	size_t start = l->at;
	struct text copy = {0};
	bool rewritten = false;

	next(l);
	for (;;) {
		uint32_t c = next(l);

		if (c == END_OF_TEXT)
			return refuse(l, "unexpected end of statement while looking for matching "
					 "single-quote");
		if (c == '\'')
			break;
		rewritten |= c == 0xfffd;
	}
	*ret = slice_new(l->text.data + start, l->at - start);
	if (!l->options->raw_quotes)
		*ret = slice_new(ret->data + 1, ret->len - 2);
	if (rewritten) {
		/* A byte that is no UTF-8 becomes a replacement character. */
		for (struct slice rest = *ret; rest.len;) {
			uint32_t c;

			rest = slice_from(rest, text_decode_utf8(rest, &c));
			add_rune(l, &copy, c);
		}
		*ret = as_slice(&copy);
	}
	return true;
}

/* Behind an escape character within double quotes: what it protects, or the character itself. */
static void escaped_in_quotes(struct lexer *l, uint32_t escape, struct text *out)
{
	uint32_t c = peek(l);

	if (l->raw_escapes)
		add_rune(l, out, escape);
	if (c == END_OF_TEXT)
		return;
	if (c == '"' || c == '$' || c == escape)
		add_rune(l, out, next(l));
	else
		add_rune(l, out, escape);
}

static bool double_quotes(struct lexer *l, struct slice *ret)
{
	struct text out = {0};
	struct slice value;

	next(l);
	if (l->options->raw_quotes)
		add_rune(l, &out, '"');
	for (;;) {
		uint32_t c = peek(l);

		if (c == END_OF_TEXT)
			return refuse(l, "unexpected end of statement while looking for matching "
					 "double-quote");
		if (c == '$') {
			if (!dollar(l, &value))
				return false;
			add_slice(l, &out, value);
			continue;
		}
		next(l);
		if (c == '"')
			break;
		if (c == (unsigned char)l->options->escape)
			escaped_in_quotes(l, c, &out);
		else
			add_rune(l, &out, c);
	}
	if (l->options->raw_quotes)
		add_rune(l, &out, '"');
	*ret = as_slice(&out);
	return true;
}

/* `<` and `<<`, which takes the white space up to the heredoc's name with it. */
static struct slice angle(struct lexer *l)
{
	size_t start = l->at;

	next(l);
	if (peek(l) == '<') {
		next(l);
		while (peek(l) == ' ' || peek(l) == '\t' || peek(l) == '\r')
			next(l);
	}
	return slice_new(l->text.data + start, l->at - start);
}

/* --- the text --- */

/* An escape character and what it protects; false at the end of the text. */
static bool escaped(struct lexer *l, struct splitter *s, struct text *out)
{
	size_t from = l->at;
	uint32_t escape = next(l);
	struct text piece = {0};

	if (l->raw_escapes)
		add_rune(l, &piece, escape);
	uint32_t c = next(l);
	if (c != END_OF_TEXT)
		add_rune(l, &piece, c);
	if (piece.count) {
		word_add(l, s, as_slice(&piece), from);
		add_slice(l, out, as_slice(&piece));
	}
	return c != END_OF_TEXT;
}

/* A character that means something, or one that does not: its text to both results. */
static bool step(struct lexer *l, struct splitter *s, struct text *out)
{
	bool quotes = !l->options->skip_quotes;
	uint32_t c = peek(l);
	size_t from = l->at;
	struct slice text;

	if (c == '$') {
		if (!dollar(l, &text))
			return false;
		word_add_split(l, s, text, from);
	} else if (c == '<') {
		text = angle(l);
		word_add(l, s, text, from);
	} else if (quotes && (c == '\'' || c == '"')) {
		if (!(c == '"' ? double_quotes(l, &text) : single_quotes(l, &text)))
			return false;
		word_add(l, s, text, from);
	} else {
		struct text one = {0};

		next(l);
		text = slice_new(l->text.data + from, l->at - from);
		if (c == 0xfffd) {
			add_rune(l, &one, c);
			text = as_slice(&one);
		}
		word_add_split(l, s, text, from);
	}
	add_slice(l, out, text);
	return true;
}

static bool run_to(struct lexer *l, uint32_t stop, struct splitter *s, struct text *out)
{
	while (peek(l) != END_OF_TEXT) {
		uint32_t c = peek(l);

		if (c == stop) {
			word_end(l, s, l->at);
			next(l);
			return true;
		}
		if (c == (unsigned char)l->options->escape) {
			if (!escaped(l, s, out))
				break;
		} else if (!step(l, s, out)) {
			return false;
		}
	}
	if (stop != END_OF_TEXT)
		return error_set(l->err, ERR_FORMAT,
				 "unexpected end of statement while looking for matching %c",
				 (char)stop);
	word_end(l, s, l->at);
	return true;
}

/* Up to `stop`, which is consumed, or to the end of the text. */
static bool run(struct lexer *l, uint32_t stop, bool raw_escapes, struct docker_word_list *words,
		struct slice *ret)
{
	struct splitter s = {.list = words};
	struct text out = {0};
	bool outer = l->raw_escapes;

	if (++l->depth > LIMIT_EXPANSION_DEPTH)
		return error_set(l->err, ERR_LIMIT, "substitutions nest deeper than %d",
				 LIMIT_EXPANSION_DEPTH);
	l->word.count = 0;
	l->raw_escapes = raw_escapes;
	bool ok = run_to(l, stop, &s, &out);
	l->raw_escapes = outer;
	l->depth--;
	*ret = ok ? as_slice(&out) : SLICE_EMPTY;
	return ok && spend(l, out.count);
}

/* Nothing in it means anything, so that it is its own result. */
static bool plain(struct slice text, char escape)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '$' || c == '"' || c == '\'' || c == escape || (unsigned char)c >= 0x80)
			return false;
	}
	return true;
}

bool docker_words(struct slice text, const struct docker_words_options *options, struct arena *a,
		  struct docker_words_result *ret, struct error *err)
{
	struct error own = ERROR_INIT;
	struct lexer l = {
		.options = options,
		.arena = a,
		.text = text,
		.own_budget = LIMIT_EXPANSION,
		.result = ret,
		.err = err ? err : &own,
	};

	*ret = (struct docker_words_result){.text = text};
	if (!options->split && plain(text, options->escape))
		return true;
	l.budget = options->budget ? options->budget : &l.own_budget;
	/* Go's scanner passes over a byte-order mark. */
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		l.at = 3;
	if (run(&l, END_OF_TEXT, options->raw_escapes, options->split ? &ret->words : NULL,
		&ret->text))
		return true;
	ret->text = text;
	ret->words.count = 0;
	return false;
}
