#include "config/dockerfile.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "config/dockerfile_internal.h"

/* bufio.MaxScanTokenSize: what BuildKit's line reader holds, the line end included. */
#define BUILDKIT_LINE ((size_t)65536)

void dockerfile_problem(struct dockerfile_reader *r, enum dockerfile_severity severity,
			enum dockerfile_problem_code code, struct span span, size_t line,
			const struct dockerfile_instruction *in, const char *fmt, ...)
{
	struct dockerfile_problem_list *list = &r->d->problems;
	char message[ERROR_MESSAGE_MAX];
	va_list args;

	if (list->count == LIMIT_PROBLEMS) {
		/* One that stops BuildKit is never left out. */
		if (severity != DOCKERFILE_PARSE_ERROR || r->refused)
			return;
		list->count--;
	}
	r->refused |= severity == DOCKERFILE_PARSE_ERROR;
	va_start(args, fmt);
	int n = vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof(message) ? (size_t)n : sizeof(message) - 1;
	*vec_add(r->arena, list) = (struct dockerfile_problem){
		.severity = severity,
		.code = code,
		.span = span,
		.message = arena_copy(r->arena, slice_new(message, len)),
		.line = line,
		.instruction = in,
	};
}

/* --- lines --- */

struct slice dockerfile_trim_newline(struct slice line)
{
	while (line.len && (line.data[line.len - 1] == '\n' || line.data[line.len - 1] == '\r'))
		line.len--;
	return line;
}

bool dockerfile_next_line(struct dockerfile_reader *r, struct slice *line)
{
	struct slice rest = slice_from(r->d->text, r->at);
	size_t end = slice_find_byte(rest, '\n');

	if (slice_empty(rest))
		return false;
	*line = slice_first(rest, end + 1);
	r->at += line->len;
	r->line++;
	if (line->len > BUILDKIT_LINE - (end == rest.len))
		dockerfile_problem(
			r, DOCKERFILE_PARSE_ERROR, DOCKERFILE_LONG_LINE,
			dockerfile_source_span(r->d, dockerfile_trim_newline(*line)), r->line, NULL,
			"dockerfile line greater than max allowed size of %zu", BUILDKIT_LINE - 1);
	return true;
}

static bool is_comment(struct slice line)
{
	line = rune_trim_left(line);
	return line.len && line.data[0] == '#';
}

/*
 * Takes an escape character at the end of the line off, with the blanks behind
 * it: the instruction goes on in the next line.  One that is escaped itself
 * stays.
 */
static bool cut_continuation(struct slice *line, char escape)
{
	struct slice s = *line;

	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	if (s.len == 0 || s.data[s.len - 1] != escape)
		return false;
	if (s.len > 1 && s.data[s.len - 2] == escape)
		return false;
	*line = slice_first(s, s.len - 1);
	return true;
}

/* --- comments and directives --- */

static bool pattern_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* `name = value` behind the `#`, by BuildKit's regular expression. */
static bool split_directive(struct slice text, struct slice *name, struct slice *value)
{
	size_t at = 0;

	if (slice_empty(text) || !ascii_alpha(text.data[0]))
		return false;
	while (at < text.len && ascii_alnum(text.data[at]))
		at++;
	*name = slice_first(text, at);
	while (at < text.len && pattern_space(text.data[at]))
		at++;
	if (at == text.len || text.data[at] != '=')
		return false;
	*value = slice_from(text, at + 1);
	if (slice_empty(*value))
		return false;
	/* Nothing but white space: the expression gives its last character. */
	while (value->len > 1 && pattern_space(value->data[0]))
		*value = slice_from(*value, 1);
	while (value->len > 1 && pattern_space(value->data[value->len - 1]))
		value->len--;
	return true;
}

static void set_escape(struct dockerfile_reader *r, const struct dockerfile_directive *directive)
{
	struct slice value = directive->value;

	if (slice_is(value, "\\") || slice_is(value, "`"))
		r->d->escape = value.data[0];
	else
		dockerfile_problem(r, DOCKERFILE_PARSE_ERROR, DOCKERFILE_BAD_DIRECTIVE,
				   directive->value_span, r->line, NULL,
				   "invalid escape token '%.*s' does not match ` or \\",
				   SLICE_ARG(dockerfile_shown(value)));
}

/* Says whether the comment is a directive.  What is none ends them all. */
static bool read_directive(struct dockerfile_reader *r, struct slice comment)
{
	static const struct slice names[] = {SLICE_INIT("syntax"), SLICE_INIT("escape"),
					     SLICE_INIT("check")};
	struct dockerfile_directive directive = {.line = r->line};
	unsigned number = 0;

	if (r->directives_done)
		return false;
	r->directives_done = true;
	if (!split_directive(rune_trim_left(slice_from(comment, 1)), &directive.name,
			     &directive.value))
		return false;
	while (number < 3 && !slice_eq_nocase(directive.name, names[number]))
		number++;
	if (number == 3)
		return false;
	r->directives_done = false;
	directive.span = dockerfile_source_span(r->d, comment);
	directive.value_span = dockerfile_source_span(r->d, directive.value);
	if (r->seen & 1u << number) {
		dockerfile_problem(r, DOCKERFILE_PARSE_ERROR, DOCKERFILE_BAD_DIRECTIVE,
				   directive.span, r->line, NULL,
				   "only one %.*s parser directive can be used",
				   SLICE_ARG(names[number]));
		return true;
	}
	r->seen |= 1u << number;
	*vec_add(r->arena, &r->d->directives) = directive;
	/* Behind `#!` BuildKit looks for the others alone. */
	if (number == 1 && !r->shebang)
		set_escape(r, &directive);
	return !r->shebang;
}

static void add_comment(struct dockerfile_reader *r, struct slice comment)
{
	*vec_add(r->arena, &r->d->comments) = (struct dockerfile_comment){
		.span = dockerfile_source_span(r->d, comment),
		.text = rune_trim(slice_from(comment, 1)),
		.line = r->line,
	};
}

/* A comment between instructions; an empty one parts what stands above it from what follows. */
static void outer_comment(struct dockerfile_reader *r, struct slice line)
{
	struct slice comment = rune_trim_left(line);

	if (r->line == 1 && slice_starts(comment, SLICE("#!"))) {
		r->shebang = true;
		add_comment(r, comment);
		return;
	}
	if (read_directive(r, comment))
		return;
	add_comment(r, comment);
	if (line.data[0] == '#' && slice_empty(rune_trim(slice_from(line, 1))))
		r->comment_first = r->d->comments.count;
}

/* --- instructions --- */

struct joined {
	struct VEC_OF(struct dockerfile_piece) pieces;
	size_t length;
};

static void add_piece(struct dockerfile_reader *r, struct joined *j, struct slice part)
{
	if (slice_empty(part))
		return;
	*dockerfile_add(r->arena, &j->pieces) = (struct dockerfile_piece){
		j->length, part.len, (size_t)(part.data - r->d->text.data)};
	j->length += part.len;
}

static void join(struct dockerfile_reader *r, const struct joined *j,
		 struct dockerfile_instruction *in)
{
	in->pieces = j->pieces.items;
	in->piece_count = j->pieces.count;
	if (in->piece_count == 1) {
		in->line = slice_new(r->d->text.data + in->pieces[0].source, j->length);
		return;
	}
	char *line = arena_alloc(r->arena, j->length + 1);
	for (size_t i = 0; i < in->piece_count; i++)
		memcpy(line + in->pieces[i].offset, r->d->text.data + in->pieces[i].source,
		       in->pieces[i].length);
	in->line = slice_new(line, j->length);
}

/* The lines that continue the instruction; *end is the end of the last one read. */
static void read_continuations(struct dockerfile_reader *r, struct joined *j,
			       struct dockerfile_instruction *in, struct slice *blank)
{
	struct slice line;
	bool more = true;

	while (more && dockerfile_next_line(r, &line)) {
		struct slice part = dockerfile_trim_newline(line);

		if (is_comment(part)) {
			add_comment(r, rune_trim_left(part));
			in->inner_count++;
			continue;
		}
		if (slice_empty(rune_trim_left(part))) {
			if (!in->empty_continuation)
				*blank = part;
			in->empty_continuation = true;
			continue;
		}
		more = cut_continuation(&part, r->d->escape);
		add_piece(r, j, part);
	}
}

static void warn_of_blank(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			  struct slice blank)
{
	dockerfile_problem(r, DOCKERFILE_WARNING, DOCKERFILE_EMPTY_CONTINUATION,
			   dockerfile_source_span(r->d, blank), in->line_end, in,
			   "Empty continuation line found in: %.*s",
			   SLICE_ARG(dockerfile_shown(in->line)));
}

/* The end of the line that was read last, without its line end. */
static size_t end_of_line(const struct dockerfile_reader *r)
{
	return dockerfile_trim_newline(slice_first(r->d->text, r->at)).len;
}

static void read_instruction(struct dockerfile_reader *r, struct slice first, bool more)
{
	struct dockerfile_instruction *in = arena_new(r->arena, struct dockerfile_instruction);
	struct dockerfile *d = r->d;
	struct joined j = {0};
	struct slice blank = SLICE_EMPTY;

	in->index = d->instructions.count;
	in->stage = -1;
	in->first_line = r->line;
	in->comment_first = r->comment_first;
	in->comment_count = d->comments.count - r->comment_first;
	in->inner_first = d->comments.count;
	add_piece(r, &j, first);
	if (more)
		read_continuations(r, &j, in, &blank);
	join(r, &j, in);
	in->line_end = in->last_line = r->line;
	in->span.source = d->source;
	in->span.offset = (uint64_t)(first.data - d->text.data);
	if (in->empty_continuation)
		warn_of_blank(r, in, blank);
	dockerfile_read_instruction(r, in, 0);
	in->span.offset = in->name.span.offset;
	dockerfile_read_heredocs(r, in);
	in->last_line = r->line;
	in->span.length = end_of_line(r) - in->span.offset;
	*vec_add(r->arena, &d->instructions) = in;
	r->comment_first = d->comments.count;
}

static void read_all(struct dockerfile_reader *r)
{
	struct slice line;

	if (slice_starts(r->d->text, SLICE("\xef\xbb\xbf")))
		r->at = 3;
	while (dockerfile_next_line(r, &line)) {
		struct slice part = rune_trim_left(dockerfile_trim_newline(line));

		if (is_comment(line)) {
			outer_comment(r, dockerfile_trim_newline(line));
			continue;
		}
		r->directives_done = true;
		bool more = cut_continuation(&part, r->d->escape);
		if (more || part.len)
			read_instruction(r, part, more);
	}
}

const struct dockerfile *dockerfile_parse(struct slice text, uint32_t source, struct arena *a)
{
	struct dockerfile *d = arena_new(a, struct dockerfile);
	struct dockerfile_reader r = {.arena = a, .d = d};

	*d = (struct dockerfile){.text = text, .source = source, .escape = '\\'};
	/* Unquoting makes little more than the text itself, however it nests. */
	r.budget = LIMIT_EXPANSION + LIMIT_EXPANSION_DEPTH * text.len;
	d->expansion_left = arena_new(a, size_t);
	*d->expansion_left = LIMIT_EXPANSION;
	read_all(&r);
	if (d->instructions.count == 0)
		dockerfile_problem(&r, DOCKERFILE_PARSE_ERROR, DOCKERFILE_EMPTY,
				   (struct span){source, 0, 0}, r.line, NULL,
				   "file with no instructions");
	vec_each(it, &d->instructions)
		dockerfile_check(&r, *it);
	dockerfile_read_stages(&r);
	return d;
}

const struct dockerfile_problem *dockerfile_parse_error(const struct dockerfile *d)
{
	vec_each(it, &d->problems)
		if (it->severity == DOCKERFILE_PARSE_ERROR)
			return it;
	return NULL;
}
