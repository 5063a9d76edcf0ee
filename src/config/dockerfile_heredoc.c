/* Heredocs: the words that announce them and the lines that they hold. */
#include "config/docker_words.h"
#include "config/dockerfile_internal.h"

/* `[fd]<<[-] name` (BuildKit's reHeredoc); *rest is the name with its quotes. */
static bool split_word(struct slice word, struct dockerfile_heredoc *h, struct slice *rest)
{
	size_t digits = 0;

	while (digits < word.len && ascii_digit(word.data[digits])) {
		unsigned digit = (unsigned)(word.data[digits++] - '0');

		h->fd = h->fd > 100000 ? h->fd : h->fd * 10 + digit;
	}
	*rest = slice_from(word, digits);
	if (!slice_cut_prefix(rest, SLICE("<<")))
		return false;
	h->chomp = slice_cut_prefix(rest, SLICE("-"));
	while (rest->len && rest->data[0] != '\v' && ascii_space(rest->data[0]))
		*rest = slice_from(*rest, 1);
	return rest->len && slice_find_byte(*rest, '<') == rest->len;
}

static size_t count_quotes(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.data[i] == '\'' || s.data[i] == '"';
	return n;
}

bool dockerfile_heredoc_word(struct dockerfile_reader *r, struct slice word,
			     struct dockerfile_heredoc *ret, struct error *err)
{
	struct docker_words_options options = {.escape = '\\', .split = true, .keep_unset = true};
	struct docker_words_result plain, raw;
	struct slice rest;

	*ret = (struct dockerfile_heredoc){0};
	if (!split_word(word, ret, &rest))
		return false;
	if (!docker_words(rest, &options, r->arena, &plain, err) || plain.words.count != 1)
		return false;
	options.raw_quotes = true;
	if (!docker_words(rest, &options, r->arena, &raw, err) || raw.words.count != 1)
		return false;
	ret->name = plain.words.items[0].text;
	/* A quote that the name lost means that its content is taken as it is. */
	ret->expand = count_quotes(ret->name) == count_quotes(raw.words.items[0].text);
	return true;
}

/* The lines up to the terminator. */
static bool read_content(struct dockerfile_reader *r, struct dockerfile_heredoc *h)
{
	struct slice text = r->d->text, line;
	size_t start = r->at;

	h->first_line = r->line + 1;
	while (!h->terminated) {
		size_t line_at = r->at;

		if (!dockerfile_next_line(r, &line)) {
			h->content = slice_new(text.data + start, r->at - start);
			break;
		}
		struct slice name = dockerfile_trim_newline(line);
		while (h->chomp && name.len && name.data[0] == '\t')
			name = slice_behind(name, 1);
		h->terminated = slice_eq(name, h->name);
		if (h->terminated) {
			h->content = slice_new(text.data + start, line_at - start);
			h->terminator = dockerfile_source_span(r->d, name);
		}
	}
	h->span = dockerfile_source_span(r->d, h->content);
	return h->terminated;
}

/* Only what can hold a heredoc, and not in its JSON form. */
static struct dockerfile_instruction *holder(struct dockerfile_instruction *in)
{
	if (in->keyword == DOCKERFILE_ONBUILD && in->child)
		in = in->child;
	bool able = in->keyword == DOCKERFILE_ADD || in->keyword == DOCKERFILE_COPY ||
		    in->keyword == DOCKERFILE_RUN;

	return able && in->form != DOCKERFILE_FORM_JSON ? in : NULL;
}

static bool read_heredoc(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			 const struct docker_word *word)
{
	struct dockerfile_heredoc h;
	struct error err = ERROR_INIT;
	struct span span = dockerfile_line_span(in, word->offset, word->length);

	if (!dockerfile_heredoc_word(r, word->text, &h, &err)) {
		if (err.code != ERR_NONE)
			dockerfile_refuse(r, in, DOCKERFILE_PARSE_ERROR, DOCKERFILE_BAD_HEREDOC,
					  span, "%s", err.message);
		return true;
	}
	h.word = span;
	if (!read_content(r, &h))
		dockerfile_refuse(r, in, DOCKERFILE_PARSE_ERROR, DOCKERFILE_BAD_HEREDOC, span,
				  "unterminated heredoc");
	*dockerfile_add(r->arena, &in->heredocs) = h;
	return h.terminated;
}

void dockerfile_read_heredocs(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	struct docker_words_options options = {
		.escape = '\\',
		.split = true,
		.raw_quotes = true,
		.raw_escapes = true,
		.keep_unset = true,
	};
	struct docker_words_result result;
	struct dockerfile_instruction *owner = holder(in);

	if (!owner || in->broken || slice_find(in->line, SLICE("<<")) == in->line.len)
		return;
	/* A line whose quotes do not end announces nothing. */
	if (!docker_words(in->line, &options, r->arena, &result, NULL))
		return;
	vec_each(word, &result.words)
		if (!read_heredoc(r, in, word))
			break;
	if (owner != in) {
		owner->heredocs = in->heredocs;
		owner->last_line = r->line;
	}
}

struct slice dockerfile_heredoc_text(const struct dockerfile_heredoc *h, struct arena *a)
{
	struct slice s = h->content;
	bool start = true;
	size_t n = 0;

	if (!h->chomp)
		return s;
	char *out = arena_alloc(a, s.len + 1);
	for (size_t i = 0; i < s.len; i++) {
		if (start && s.data[i] == '\t')
			continue;
		start = s.data[i] == '\n';
		out[n++] = s.data[i];
	}
	return slice_new(out, n);
}
