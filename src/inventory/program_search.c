/*
 * The search for versions in a stream: bytes are gathered in a window, in
 * which every pattern's longer literal is looked for; what stands around a hit
 * is judged when enough of it is there.  A hit costs at most a few hundred
 * steps, so the whole is linear in the file.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "inventory/program.h"
#include "inventory/rows.h"

#define WINDOW (128 * KIB)
/* What a judgement may need on either side of a literal. */
#define MARGIN (2 * PROGRAM_NEAR_MAX)
#define PADDING_MAX 64
#define ROWS_MAX 8 /* of one file's name */

struct probe {
	const struct program_pattern *pattern;
	struct slice anchor;
	bool behind;             /* the anchor stands behind the version */
	bool found;
	struct slice version;
	uint64_t offset;
};

struct candidate {
	const struct program *row;
	struct probe probes[PROGRAM_PATTERNS];
	size_t count;
	bool required, excluded; /* the literals were met */
};

struct program_search {
	struct arena *arena;
	struct slice named;      /* the version in the file's name */
	struct candidate candidates[ROWS_MAX];
	size_t count;
	char *window;
	size_t len, judged;      /* bytes in the window, and how many of them were anchors' places */
	uint64_t at;             /* of the window's first byte in the file */
};

/* ------------------------------------------------------------------ names */

static bool glob_fits(const char *glob, struct slice name)
{
	/* Most names differ in their first byte. */
	return (glob[0] == name.data[0] || glob[0] == '*' || glob[0] == '?') &&
	       text_glob(slice_from_cstr(glob), name);
}

bool program_named(const struct program *row, struct slice path)
{
	struct slice name = inventory_base_name(path);

	if (slice_empty(name))
		return false;
	for (size_t i = 0; i < PROGRAM_NAMES && row->names[i]; i++)
		if (glob_fits(row->names[i], name))
			return !row->within || text_glob(slice_from_cstr(row->within), path);
	return false;
}

bool program_known_name(struct slice path)
{
	for (size_t i = 0; i < program_row_count; i++)
		if (program_named(&program_rows[i], path))
			return true;
	return false;
}

/* "3.11" of "libpython3.11.so.1.0"; empty where it has no dot: it says too little. */
static struct slice named_version(struct slice path)
{
	struct slice name = inventory_base_name(path);
	size_t start = 0, end, dots = 0;

	while (start < name.len && !ascii_digit(name.data[start]))
		start++;
	for (end = start; end < name.len; end++) {
		bool dot = name.data[end] == '.' && end + 1 < name.len &&
			   ascii_digit(name.data[end + 1]);

		if (!dot && !ascii_digit(name.data[end]))
			break;
		dots += dot;
	}
	return dots ? slice_first(slice_from(name, start), end - start) : SLICE_EMPTY;
}

static bool add_probe(struct program_search *s, struct candidate *c, const struct program_pattern *p)
{
	struct probe *probe = &c->probes[c->count];

	*probe = (struct probe){ .pattern = p, .anchor = p->before };
	struct slice lead = p->shape & SHAPE_AS_NAMED ? s->named : p->lead;
	if (slice_empty(lead) && (p->shape & SHAPE_AS_NAMED))
		return false;
	if (!slice_empty(lead)) {
		const struct slice parts[] = { p->before, lead };
		probe->anchor = arena_join(s->arena, parts, 2, SLICE_EMPTY);
	} else if (p->after.len > p->before.len) {
		probe->anchor = p->after;
		probe->behind = true;
	}
	c->count++;
	return true;
}

struct program_search *program_search_new(struct arena *a, struct slice path, bool text)
{
	struct program_search *s = NULL;

	for (size_t i = 0; i < program_row_count; i++) {
		const struct program *row = &program_rows[i];

		if (row->text != text || !program_named(row, path))
			continue;
		if (!s) {
			s = arena_new(a, struct program_search);
			s->arena = a;
			s->named = arena_copy(a, named_version(path));
			s->window = arena_alloc(a, WINDOW);
		}
		if (s->count == ROWS_MAX)
			break;
		struct candidate *c = &s->candidates[s->count];
		c->row = row;
		for (size_t k = 0; k < PROGRAM_PATTERNS && row->patterns[k].shape; k++)
			add_probe(s, c, &row->patterns[k]);
		s->count += c->count > 0;
	}
	return s && s->count ? s : NULL;
}

/* ---------------------------------------------------------------- versions */

static size_t digits_at(struct slice text, size_t at)
{
	size_t n = 0;

	while (at + n < text.len && n < 10 && ascii_digit(text.data[at + n]))
		n++;
	return n;
}

static size_t pre_release(struct slice text, size_t at)
{
	static const struct slice words[] = {
		SLICE_INIT("alpha"), SLICE_INIT("beta"), SLICE_INIT("rc"), SLICE_INIT("RC"),
		SLICE_INIT("dev"), SLICE_INIT("preview"), SLICE_INIT("pre"), SLICE_INIT("canary"),
		SLICE_INIT("p"),
	};
	size_t start = at;

	if (at < text.len && text.data[at] == '-')
		at++;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!slice_starts(slice_from(text, at), words[i]))
			continue;
		size_t end = at + words[i].len;
		size_t dot = end < text.len && (text.data[end] == '.' || text.data[end] == '-');
		size_t digits = digits_at(text, end + dot);

		/* A patch level has a number; a word may go on as another one. */
		if (slice_is(words[i], "p") && (!digits || dot || end - start > 1))
			return 0;
		return end + (digits ? dot + digits : 0) - start;
	}
	return 0;
}

static bool word_byte(char c)
{
	return ascii_alnum(c) || (c != '\0' && strchr("-._+~", c));
}

static size_t suffix_length(struct slice text, size_t at, unsigned shape)
{
	size_t n = 0;

	if (shape & SHAPE_WORD) {
		while (at + n < text.len && n < PROGRAM_VERSION_MAX && word_byte(text.data[at + n]))
			n++;
		return n;
	}
	if (shape & SHAPE_PRE)
		n = pre_release(text, at);
	if (!n && (shape & SHAPE_LETTERS))
		while (at + n < text.len && n < 2 && ascii_lower(text.data[at + n]))
			n++;
	if (!n && (shape & SHAPE_BUILD) && at < text.len &&
	    (text.data[at] == '-' || text.data[at] == '+') && digits_at(text, at + 1))
		n = 1 + digits_at(text, at + 1);
	return n;
}

/* The length of the version that starts there; 0: none does. */
static size_t version_length(struct slice text, size_t start, unsigned shape)
{
	unsigned min = shape & 0xf, max = shape >> 4 & 0xf, numbers = 0;
	size_t at = start;

	while (numbers < max) {
		size_t dot = numbers ? 1 : 0;

		if (dot && (at >= text.len || text.data[at] != '.'))
			break;
		size_t digits = digits_at(text, at + dot);
		if (!digits)
			break;
		at += dot + digits;
		numbers++;
	}
	if (numbers < min)
		return 0;
	at += suffix_length(text, at, shape);
	return at - start <= PROGRAM_VERSION_MAX ? at - start : 0;
}

/* ------------------------------------------------------------------- hits */

static size_t padding_behind(struct slice text, size_t at)
{
	size_t n = 0;

	while (n < PADDING_MAX && at + n < text.len && text.data[at + n] == '\0')
		n++;
	return n;
}

static size_t padding_before(struct slice text, size_t at)
{
	size_t n = 0;

	while (n < PADDING_MAX && n < at && text.data[at - n - 1] == '\0')
		n++;
	return n;
}

static bool is_near(const struct program_pattern *p, struct slice text, size_t start, size_t end)
{
	size_t from = start > p->within ? start - p->within : 0;

	if (slice_empty(p->near))
		return true;
	size_t until = end + p->within + p->near.len;
	struct slice around = slice_first(slice_from(text, from), until - from);
	return slice_find(around, p->near) < around.len;
}

static bool ends_in_front(const struct program_pattern *p, struct slice text, size_t start)
{
	struct slice before = p->before, front = slice_first(text, start);

	if (p->padded) {
		front = slice_first(front, start - padding_before(text, start));
		while (before.len && before.data[before.len - 1] == '\0')
			before.len--;
		if (start - front.len < p->before.len - before.len)
			return false;
	}
	return slice_ends(front, before);
}

static bool starts_behind(const struct program_pattern *p, struct slice text, size_t end)
{
	struct slice after = p->after;

	if (p->padded) {
		size_t zeros = padding_behind(text, end);

		while (after.len && after.data[0] == '\0')
			after = slice_from(after, 1);
		if (zeros < p->after.len - after.len)
			return false;
		end += zeros;
	}
	return slice_starts(slice_from(text, end), after);
}

/* Whether a version starts there and all around it is as the pattern says. */
static bool fits(const struct program_pattern *p, struct slice text, size_t start, size_t *ret_length,
		 size_t *ret_end)
{
	size_t length = version_length(text, start, p->shape), end = start + length;

	if (!length)
		return false;
	if (p->shape & SHAPE_TAIL)
		end += suffix_length(text, end, SHAPE_WORD);
	if (!ends_in_front(p, text, start) || !starts_behind(p, text, end))
		return false;
	*ret_length = length;
	*ret_end = end;
	return is_near(p, text, start, end);
}

static bool judge_behind(const struct program_pattern *p, struct slice text, size_t hit,
			 size_t *ret_start, size_t *ret_length)
{
	size_t end = hit - (p->padded ? padding_before(text, hit) : 0), start = end, reached;

	while (start && end - start < PROGRAM_VERSION_MAX && word_byte(text.data[start - 1]))
		start--;
	/* The first from which a version reaches as far as the literal. */
	for (; start < end; start++) {
		bool first = ascii_digit(text.data[start]) &&
			     (start == 0 || !ascii_digit(text.data[start - 1]));

		if (!first || !fits(p, text, start, ret_length, &reached) || reached != end)
			continue;
		*ret_start = start;
		return true;
	}
	return false;
}

static bool judge(const struct probe *probe, struct slice text, size_t hit, size_t *ret_start,
		  size_t *ret_length)
{
	const struct program_pattern *p = probe->pattern;
	size_t end;

	if (probe->behind)
		return judge_behind(p, text, hit, ret_start, ret_length);
	*ret_start = hit + p->before.len;
	if (p->padded)
		*ret_start += padding_behind(text, *ret_start);
	return fits(p, text, *ret_start, ret_length, &end);
}

static void search_probe(struct program_search *s, struct probe *probe, size_t until)
{
	struct slice text = slice_new(s->window, s->len);
	size_t at = s->judged, start, length;

	while (!probe->found && at < until) {
		struct slice rest = slice_from(text, at);
		size_t hit = slice_find(rest, probe->anchor);

		if (hit >= rest.len || at + hit >= until)
			return;
		at += hit;
		if (judge(probe, text, at, &start, &length)) {
			probe->found = true;
			probe->version = arena_copy(s->arena,
						    slice_first(slice_from(text, start), length));
			probe->offset = s->at + start;
		}
		at++;
	}
}

static bool has(struct slice text, struct slice literal)
{
	return !slice_empty(literal) && slice_find(text, literal) < text.len;
}

/* Judges literals that start in front of `until`. */
static void search(struct program_search *s, size_t until)
{
	size_t from = s->judged > PROGRAM_LITERAL_MAX ? s->judged - PROGRAM_LITERAL_MAX : 0;
	struct slice fresh = slice_from(slice_new(s->window, s->len), from);

	for (size_t i = 0; i < s->count; i++) {
		struct candidate *c = &s->candidates[i];

		c->required |= slice_empty(c->row->requires) || has(fresh, c->row->requires);
		c->excluded |= has(fresh, c->row->excludes);
		for (size_t k = 0; k < c->count; k++)
			search_probe(s, &c->probes[k], until);
	}
	s->judged = until;
}

/* What is found further down cannot change the answer. */
static bool settled(const struct program_search *s)
{
	const struct candidate *c = &s->candidates[0];

	return c->probes[0].found && c->required && slice_empty(c->row->excludes);
}

bool program_search_feed(struct program_search *s, struct slice piece)
{
	while (!slice_empty(piece)) {
		size_t room = WINDOW - s->len, n = piece.len < room ? piece.len : room;

		memcpy(s->window + s->len, piece.data, n);
		s->len += n;
		piece = slice_from(piece, n);
		if (s->len < WINDOW)
			break;
		search(s, s->len - MARGIN);
		if (settled(s))
			return false;
		size_t drop = s->judged - MARGIN;
		memmove(s->window, s->window + drop, s->len - drop);
		s->len -= drop;
		s->judged -= drop;
		s->at += drop;
	}
	return true;
}

bool program_search_finish(struct program_search *s, struct program_found *ret)
{
	if (!settled(s))
		search(s, s->len);
	for (size_t i = 0; i < s->count; i++) {
		const struct candidate *c = &s->candidates[i];

		if (!c->required || c->excluded)
			continue;
		for (size_t k = 0; k < c->count; k++) {
			const struct probe *probe = &c->probes[k];

			if (!probe->found)
				continue;
			*ret = (struct program_found){ c->row, probe->version, probe->offset };
			return true;
		}
	}
	return false;
}
