#include "config/systemd_unit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

void unit_init(struct unit_file *u, struct arena *a, struct problem_list *problems)
{
	*u = (struct unit_file){.arena = a, .problems = problems};
}

struct reader {
	struct unit_file *unit;
	struct slice text;
	uint32_t source;
	size_t at;
	struct slice section;
};

static struct span span_at(const struct reader *r, size_t from, size_t to)
{
	return (struct span){r->source, from, to - from};
}

static bool is_comment(struct slice line)
{
	line = slice_trim(line);
	return !slice_empty(line) && (line.data[0] == '#' || line.data[0] == ';');
}

/*
 * One assignment's value from `start` on, over continuation lines.  Comment
 * lines between them are left out (systemd.syntax(7)).
 */
static struct slice take_value(struct reader *r, size_t start, size_t *ret_end)
{
	struct slice rest = slice_from(r->text, start), line;
	bool more = slice_next_line(&rest, &line), first = true;
	struct buf value;

	buf_init(&value, LIMIT_CONFIG);
	*ret_end = start;
	while (more) {
		bool comment = !first && is_comment(line);
		bool continued = !comment && slice_ends(line, SLICE("\\"));
		size_t end = (size_t)(line.data - r->text.data) + line.len;

		if (continued)
			line.len--;
		if (!comment) {
			if (!first)
				buf_add_byte(&value, ' ');
			buf_add_slice(&value, slice_trim(line));
			*ret_end = end;
		}
		first = false;
		r->at = r->text.len - rest.len;
		if (!continued && !comment)
			break;
		more = slice_next_line(&rest, &line);
	}
	/* Where nothing was joined the text itself does. */
	struct slice whole = slice_trim(slice_first(slice_from(r->text, start), *ret_end - start));
	struct slice joined = slice_trim(buf_slice(&value));
	if (!slice_eq(whole, joined))
		whole = arena_copy(r->unit->arena, joined);
	buf_release(&value);
	return whole;
}

/* An empty assignment takes away what came before. */
static void reset(struct unit_file *u, struct slice section, struct slice key)
{
	vec_each(e, &u->entries)
		if (slice_eq(e->section, section) && slice_eq(e->key, key))
			e->dropped = true;
}

static void read_assignment(struct reader *r, size_t start, struct slice line)
{
	size_t sign = slice_find_byte(line, '='), end;
	struct slice key = slice_trim(slice_first(line, sign));
	size_t key_at = (size_t)(key.data - r->text.data);

	if (sign == line.len || slice_empty(key)) {
		problem_add(r->unit->problems, PROBLEM_SYNTAX, span_at(r, start, start + line.len),
			    "a line that is no section, comment or assignment");
		r->at = start + line.len;
		return;
	}
	struct unit_entry e = {.section = r->section, .key = key};
	size_t from = start + sign + 1;
	e.value = take_value(r, from, &end);
	while (from < end && ascii_space(r->text.data[from]))
		from++;
	while (end > from && ascii_space(r->text.data[end - 1]))
		end--;
	e.span = span_at(r, from, end);
	e.key_span = span_at(r, key_at, key_at + key.len);
	if (slice_empty(r->section))
		problem_add(r->unit->problems, PROBLEM_SYNTAX, e.key_span,
			    "an assignment outside of any section is ignored");
	if (slice_empty(e.value)) {
		reset(r->unit, e.section, e.key);
		e.dropped = true;
	}
	*vec_add(r->unit->arena, &r->unit->entries) = e;
}

void unit_read(struct unit_file *u, struct slice text, uint32_t source)
{
	struct reader r = {.unit = u, .text = text, .source = source};
	struct slice rest, line;

	if (text.len > LIMIT_CONFIG) {
		problem_add(u->problems, PROBLEM_LIMIT, span_at(&r, 0, 0),
			    "a text of more than %zu bytes", LIMIT_CONFIG);
		return;
	}
	while (r.at < text.len) {
		size_t start = r.at;

		rest = slice_from(text, start);
		if (!slice_next_line(&rest, &line))
			break;
		struct slice trimmed = slice_trim(line);
		if (slice_empty(trimmed) || is_comment(line)) {
			r.at = text.len - rest.len;
		} else if (trimmed.data[0] == '[' && trimmed.data[trimmed.len - 1] == ']') {
			r.section = slice_first(slice_from(trimmed, 1), trimmed.len - 2);
			r.at = text.len - rest.len;
		} else {
			read_assignment(&r, start, line);
			if (r.at <= start + line.len)
				r.at = text.len - rest.len;
		}
	}
}

const struct unit_entry *unit_get(const struct unit_file *u, struct slice section, struct slice key)
{
	for (size_t i = u->entries.count; i; i--) {
		const struct unit_entry *e = &u->entries.items[i - 1];

		if (slice_eq(e->section, section) && slice_eq(e->key, key))
			return e->dropped ? NULL : e;
	}
	return NULL;
}

const struct unit_entry *unit_next(const struct unit_file *u, struct slice section,
				   struct slice key, size_t *i)
{
	for (; *i < u->entries.count; ++*i) {
		const struct unit_entry *e = &u->entries.items[*i];

		if (!e->dropped && slice_eq(e->section, section) && slice_eq(e->key, key))
			return e;
	}
	return NULL;
}

/* ---- command lines ---- */

struct splitter {
	struct slice text; /* as it stands in the file, continuation lines too */
	struct span span;  /* of it */
	size_t at;
};

static bool at_break(const struct splitter *s)
{
	char c = s->text.data[s->at];

	return ascii_space(c) ||
	       (c == '\\' && s->at + 1 < s->text.len &&
		(s->text.data[s->at + 1] == '\n' || s->text.data[s->at + 1] == '\r'));
}

static char escaped(char c)
{
	static const char from[] = "abfnrtvs\\\"'", to[] = "\a\b\f\n\r\t\v \\\"'";
	const char *p = c ? strchr(from, c) : NULL;

	return p ? to[p - from] : 0;
}

/* False: an open quote. */
static bool take_word(struct splitter *s, struct buf *out)
{
	char quote = 0;

	for (; s->at < s->text.len; s->at++) {
		char c = s->text.data[s->at];
		char next = s->at + 1 < s->text.len ? s->text.data[s->at + 1] : 0;

		if (quote && c == quote) {
			quote = 0;
		} else if (!quote && at_break(s)) {
			break;
		} else if (!quote && (c == '"' || c == '\'')) {
			quote = c;
		} else if (c == '\\' && next) {
			s->at++;
			if (!escaped(next))
				buf_add_byte(out, c);
			buf_add_byte(out, escaped(next) ? escaped(next) : next);
		} else {
			buf_add_byte(out, c);
		}
	}
	return !quote;
}

static void skip_breaks(struct splitter *s)
{
	while (s->at < s->text.len && at_break(s))
		s->at++;
}

bool unit_split_command(const struct unit_entry *e, const struct source_table *sources,
			struct arena *a, struct unit_word_list *ret, struct slice *ret_prefix)
{
	const struct source *source = source_get(sources, e->span.source);
	struct splitter s = {.text = e->value, .span = e->span};
	struct buf word;
	bool ok = true;

	if (source && e->span.offset + e->span.length <= source->bytes.len)
		s.text = slice_first(slice_from(source->bytes, (size_t)e->span.offset),
				     (size_t)e->span.length);
	while (s.at < s.text.len && s.text.data[s.at] && strchr("-@:+!|", s.text.data[s.at]))
		s.at++;
	if (ret_prefix)
		*ret_prefix = slice_first(s.text, s.at);
	buf_init(&word, LIMIT_CONFIG);
	for (skip_breaks(&s); ok && s.at < s.text.len; skip_breaks(&s)) {
		size_t start = s.at;

		buf_clear(&word);
		ok = take_word(&s, &word);
		*vec_add(a, ret) = (struct unit_word){
			.text = arena_copy(a, buf_slice(&word)),
			.span = {e->span.source, e->span.offset + start, s.at - start},
		};
	}
	buf_release(&word);
	return ok;
}

/* ---- drop-ins ---- */

static struct slice file_name(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash == path.len ? path : slice_from(path, slash + 1);
}

/* systemd.unit(5), "System Unit Search Path"; a smaller number overrides. */
static unsigned priority(struct slice path)
{
	static const struct slice starts[] = {
		SLICE_INIT("/etc/"),	       SLICE_INIT("etc/"),
		SLICE_INIT("/run/"),	       SLICE_INIT("run/"),
		SLICE_INIT("/usr/local/lib/"), SLICE_INIT("usr/local/lib/"),
	};
	unsigned n = sizeof(starts) / sizeof(starts[0]);

	for (unsigned i = 0; i < n; i++)
		if (slice_starts(path, starts[i]))
			return i / 2;
	return n;
}

static int by_name(const void *left, const void *right)
{
	const struct slice *a = left, *b = right;
	int order = slice_cmp(file_name(*a), file_name(*b));

	if (order)
		return order;
	if (priority(*a) != priority(*b))
		return priority(*a) < priority(*b) ? -1 : 1;
	return slice_cmp(*a, *b);
}

void unit_drop_in_order(struct slice *paths, size_t *count)
{
	size_t kept = 0;

	if (!*count)
		return;
	qsort(paths, *count, sizeof(*paths), by_name);
	for (size_t i = 0; i < *count; i++)
		if (!kept || !slice_eq(file_name(paths[i]), file_name(paths[kept - 1])))
			paths[kept++] = paths[i];
	*count = kept;
}
