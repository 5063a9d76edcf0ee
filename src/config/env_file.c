#include "config/env_file.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "config/interpolate.h"

struct reader {
	struct slice text;
	size_t at;
	uint32_t source;
	const struct env_lookup *outer;
	struct map seen; /* name -> number of the last entry and 1 */
	size_t made;	 /* bytes of expanded values */
	struct arena *arena;
	struct env_entry_list *out;
	struct problem_list *problems;
};

static struct span span_at(const struct reader *r, size_t from, size_t to)
{
	return (struct span){r->source, from, to - from};
}

static struct slice between(const struct reader *r, size_t from, size_t to)
{
	return slice_first(slice_from(r->text, from), to - from);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static size_t line_end(const struct reader *r, size_t at)
{
	return at + slice_find_byte(slice_from(r->text, at), '\n');
}

static bool find_value(const void *context, struct slice name, struct slice *ret)
{
	const struct reader *r = context;

	if (r->outer && r->outer->find && r->outer->find(r->outer->context, name, ret))
		return true;
	const uint64_t *n = map_get(&r->seen, name);
	if (!n || !r->out->items[*n - 1].set)
		return false;
	*ret = r->out->items[*n - 1].value;
	return true;
}

static void expand(struct reader *r, struct env_entry *e, struct slice text)
{
	struct env_lookup lookup = {find_value, r};
	struct interpolation i;

	if (r->made > LIMIT_CONFIG_TEXT) {
		problem_add(r->problems, PROBLEM_LIMIT, e->value_span,
			    "the values above are too long when put in");
		e->value = text;
		return;
	}
	bool ok = interpolate(text, &lookup, false, r->arena, &i);
	r->made += i.changed ? i.text.len : 0;
	if (!ok) {
		struct problem *x = problem_add(r->problems, PROBLEM_VALUE, e->value_span, "%.*s",
						SLICE_ARG(i.problem));
		x->name = e->name;
	}
	e->value = i.text;
}

static char escaped(char c)
{
	static const char from[] = "abfnrtv\"", to[] = "\a\b\f\n\r\t\v\"";
	const char *p = strchr(from, c);

	return c && p ? to[p - from] : 0;
}

/* Double quotes: the escapes of a shell's echo; \$ is a dollar that stands for itself. */
static struct slice unescape(struct reader *r, struct slice s)
{
	struct buf out;

	buf_init(&out, LIMIT_CONFIG);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i], next = i + 1 < s.len ? s.data[i + 1] : 0;

		if (c == '\\' && next == '$') {
			buf_add_lit(&out, "$$");
			i++;
		} else if (c == '\\' && (escaped(next) || next == '\\')) {
			buf_add_byte(&out, next == '\\' ? '\\' : escaped(next));
			i++;
		} else {
			buf_add_byte(&out, c);
		}
	}
	struct slice text = arena_copy(r->arena, buf_slice(&out));
	buf_release(&out);
	return text;
}

/* The closing quote; the end of the text when there is none. A backslash hides a quote. */
static size_t quote_end(const struct reader *r, size_t at, char quote)
{
	for (; at < r->text.len && r->text.data[at] != quote; at++)
		at += r->text.data[at] == '\\' && at + 1 < r->text.len;
	return at < r->text.len ? at : r->text.len;
}

static struct slice without_hidden_quotes(struct reader *r, struct slice s, char quote)
{
	struct buf out;

	if (slice_find_byte(s, '\\') == s.len)
		return s;
	buf_init(&out, LIMIT_CONFIG);
	for (size_t i = 0; i < s.len; i++) {
		i += s.data[i] == '\\' && i + 1 < s.len && s.data[i + 1] == quote;
		buf_add_byte(&out, s.data[i]);
	}
	struct slice text = arena_copy(r->arena, buf_slice(&out));
	buf_release(&out);
	return text;
}

static void read_quoted(struct reader *r, struct env_entry *e)
{
	char quote = r->text.data[r->at];
	size_t start = r->at, end = quote_end(r, start + 1, quote);

	e->quoted = true;
	if (end == r->text.len) {
		end = line_end(r, start);
		e->value_span = span_at(r, start, end);
		problem_add(r->problems, PROBLEM_SYNTAX, e->value_span,
			    "a quote that is not closed");
		e->value = e->raw = between(r, start, end);
		r->at = end;
		return;
	}
	e->raw = between(r, start + 1, end);
	e->value_span = span_at(r, start, end + 1);
	r->at = end + 1;
	if (quote == '"')
		expand(r, e, unescape(r, e->raw));
	else
		e->value = without_hidden_quotes(r, e->raw, quote);
}

static void read_plain(struct reader *r, struct env_entry *e)
{
	size_t start = r->at, end = line_end(r, start);
	struct slice value = between(r, start, end);

	value = slice_first(value, slice_find(value, SLICE(" #")));
	while (value.len && ascii_space(value.data[value.len - 1]))
		value.len--;
	e->raw = value;
	e->value_span = span_at(r, start, start + value.len);
	r->at = end;
	expand(r, e, value);
}

static bool name_byte(char c)
{
	return ascii_alnum(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']' ||
	       (unsigned char)c >= 0x80;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->text.len && is_blank(r->text.data[r->at]))
		r->at++;
}

static void bad_line(struct reader *r, size_t start)
{
	size_t end = line_end(r, start);

	problem_add(r->problems, PROBLEM_SYNTAX, span_at(r, start, end),
		    "a line that is no NAME=value");
	r->at = end;
}

static void read_entry(struct reader *r)
{
	struct slice rest = slice_from(r->text, r->at);
	struct env_entry e = {0};
	size_t start = r->at;

	if (slice_starts(rest, SLICE("export")) && rest.len > 6 && is_blank(rest.data[6])) {
		r->at += 7;
		skip_blanks(r);
	}
	size_t name = r->at;
	while (r->at < r->text.len && name_byte(r->text.data[r->at]))
		r->at++;
	e.name = between(r, name, r->at);
	e.name_span = span_at(r, name, r->at);
	skip_blanks(r);
	char c = r->at < r->text.len ? r->text.data[r->at] : '\n';
	if (slice_empty(e.name) || (c != '=' && c != ':' && c != '\n')) {
		bad_line(r, start);
		return;
	}
	if (c == '\n') {
		e.inherited = true;
		e.set = r->outer && r->outer->find &&
			r->outer->find(r->outer->context, e.name, &e.value);
		e.value_span = span_at(r, r->at, r->at);
	} else {
		r->at++;
		skip_blanks(r);
		e.set = true;
		c = r->at < r->text.len ? r->text.data[r->at] : 0;
		if (c == '"' || c == '\'')
			read_quoted(r, &e);
		else
			read_plain(r, &e);
	}
	e.span = span_at(r, start, (size_t)(e.value_span.offset + e.value_span.length));
	*vec_add(r->arena, r->out) = e;
	/* A name alone that has no value anywhere leaves what stands above. */
	if (e.set || !map_get(&r->seen, e.name))
		*map_put(&r->seen, e.name, NULL) = r->out->count;
}

/* format: raw. Only comments and empty lines are left out. */
static void read_raw(struct reader *r)
{
	size_t start = r->at, end = line_end(r, start);
	struct slice line = between(r, start, end), name, value;
	struct env_entry e = {.set = true};

	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	e.inherited = !slice_split(line, '=', &name, &value);
	e.set = !e.inherited;
	e.name = name;
	e.value = e.raw = value;
	e.span = span_at(r, start, start + line.len);
	e.name_span = span_at(r, start, start + name.len);
	e.value_span = span_at(r, start + line.len - value.len, start + line.len);
	*vec_add(r->arena, r->out) = e;
	r->at = end;
}

void env_file_read(struct slice text, uint32_t source, bool raw, const struct env_lookup *outer,
		   struct arena *a, struct env_entry_list *ret, struct problem_list *problems)
{
	struct reader r = {.text = text,
			   .source = source,
			   .outer = outer,
			   .arena = a,
			   .out = ret,
			   .problems = problems};

	*ret = (struct env_entry_list){0};
	if (text.len > LIMIT_CONFIG) {
		problem_add(problems, PROBLEM_LIMIT, span_at(&r, 0, 0),
			    "a text of more than %zu bytes", LIMIT_CONFIG);
		return;
	}
	map_init(&r.seen);
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		r.at = 3;
	while (r.at < text.len) {
		if (ascii_space(text.data[r.at]))
			r.at++;
		else if (text.data[r.at] == '#')
			r.at = line_end(&r, r.at);
		else if (raw)
			read_raw(&r);
		else
			read_entry(&r);
	}
	map_release(&r.seen);
}

const struct env_entry *env_find(const struct env_entry_list *entries, struct slice name)
{
	const struct env_entry *unset = NULL;

	for (size_t i = entries->count; i; i--) {
		const struct env_entry *e = &entries->items[i - 1];

		if (!slice_eq(e->name, name))
			continue;
		if (e->set)
			return e;
		unset = unset ? unset : e;
	}
	return unset;
}
