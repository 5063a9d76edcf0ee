#include "config/docker_pattern.h"

#include "base/text.h"
#include "base/vec.h"
#include "config/docker_runes.h"

/* Beyond all code points. */
#define ITEM_ONE  0x110000u /* `?` */
#define ITEM_MANY 0x110001u /* `*` */
#define NO_MATCH  SIZE_MAX

struct runes VEC_OF(uint32_t);
struct text VEC_OF(char);

struct job {
	struct arena *arena;
	size_t *budget;
	struct error *err;
	struct runes items; /* of the pattern */
	struct runes value;
	bool exhausted;
};

static bool spend(struct job *j, size_t steps)
{
	if (*j->budget < steps) {
		*j->budget = 0;
		j->exhausted = true;
		return error_set(j->err, ERR_LIMIT, "the expansion grows too large");
	}
	*j->budget -= steps;
	return true;
}

static bool decode_all(struct job *j, struct slice s, struct runes *out)
{
	if (!spend(j, s.len))
		return false;
	while (s.len) {
		uint32_t rune;
		size_t width = text_decode_utf8(s, &rune);

		*vec_add(j->arena, out) = rune;
		s = slice_from(s, width);
	}
	return true;
}

static void reverse(uint32_t *items, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t swap = items[i];

		items[i] = items[count - 1 - i];
		items[count - 1 - i] = swap;
	}
}

/* Puts escape characters in front of what they protect again. */
static void reverse_pattern(struct runes *p)
{
	reverse(p->items, p->count);
	for (size_t i = p->count; i > 1; i--) {
		if (p->items[i - 1] != '\\')
			continue;
		p->items[i - 1] = p->items[i - 2];
		p->items[i - 2] = '\\';
		i--;
	}
}

static bool bad_escape(struct job *j, struct slice pattern, uint32_t rune)
{
	char bytes[4];
	struct buf b = {.data = bytes, .alloc = sizeof(bytes), .cap = sizeof(bytes)};

	text_add_utf8(&b, rune);
	return error_set(j->err, ERR_FORMAT,
			 "invalid pattern (%.*s) in substitution: invalid escape '\\%.*s'",
			 SLICE_ARG(pattern), SLICE_ARG(buf_slice(&b)));
}

static bool compile(struct job *j, struct slice pattern, bool reversed)
{
	struct runes runes = {0};

	if (!decode_all(j, pattern, &runes))
		return false;
	if (reversed)
		reverse_pattern(&runes);
	for (size_t i = 0; i < runes.count; i++) {
		uint32_t item = runes.items[i];

		if (item == '*') {
			item = ITEM_MANY;
		} else if (item == '?') {
			item = ITEM_ONE;
		} else if (item == '\\') {
			uint32_t protected = i + 1 < runes.count ? runes.items[i + 1] : 0xfffd;

			/* The escape belongs to the ${}, not to the pattern. */
			if (protected == '}' || protected == '/')
				continue;
			if (protected != '*' && protected != '?' && protected != '\\')
				return bad_escape(j, pattern, protected);
			item = protected;
			i++;
		}
		*vec_add(j->arena, &j->items) = item;
	}
	return true;
}

/* Items [from, to), none of them `*`, at this place of the value. */
static bool chunk_at(struct job *j, size_t from, size_t to, size_t at)
{
	if (to - from > j->value.count - at)
		return false;
	for (size_t i = from; i < to; i++) {
		uint32_t item = j->items.items[i];

		if (item != ITEM_ONE && item != j->value.items[at + i - from])
			return spend(j, i - from + 1) && false;
	}
	return spend(j, to - from + 1);
}

static size_t chunk_end(const struct job *j, size_t from)
{
	while (from < j->items.count && j->items.items[from] != ITEM_MANY)
		from++;
	return from;
}

/* The first (or last) place at or behind `at` where the chunk stands, or NO_MATCH. */
static size_t find_chunk(struct job *j, size_t from, size_t to, size_t at, bool last)
{
	size_t len = to - from, count = j->value.count;

	if (len > count - at)
		return NO_MATCH;
	for (size_t i = 0; i <= count - at - len && !j->exhausted; i++) {
		size_t place = last ? count - len - i : at + i;

		if (chunk_at(j, from, to, place))
			return place;
	}
	return NO_MATCH;
}

/*
 * Where a match that begins at `start` ends, or NO_MATCH.  Each chunk but the
 * last goes to the first place it fits: that leaves most room for the rest.
 */
static size_t match_from(struct job *j, size_t start, bool longest)
{
	size_t end = chunk_end(j, 0);

	if (!chunk_at(j, 0, end, start))
		return NO_MATCH;
	size_t at = start + end;
	while (end < j->items.count) {
		size_t from = end + 1, to = chunk_end(j, from);
		bool last = to == j->items.count;

		if (last && from == to)
			return longest ? j->value.count : at;
		size_t place = find_chunk(j, from, to, at, last && longest);
		if (place == NO_MATCH)
			return NO_MATCH;
		at = place + (to - from);
		end = to;
	}
	return at;
}

static struct slice encode(struct job *j, const uint32_t *runes, size_t count)
{
	struct buf b;
	struct slice s;

	buf_init(&b, SIZE_MAX);
	for (size_t i = 0; i < count; i++)
		text_add_utf8(&b, runes[i]);
	s = arena_copy(j->arena, buf_slice(&b));
	buf_release(&b);
	return s;
}

bool docker_pattern_trim(struct slice pattern, struct slice value, bool suffix, bool longest,
			 struct arena *a, size_t *budget, struct slice *ret, struct error *err)
{
	struct job j = {.arena = a, .budget = budget, .err = err};

	if (!compile(&j, pattern, suffix) || !decode_all(&j, value, &j.value))
		return false;
	/* The shortest match at the right is the shortest at the left of the mirrored text. */
	if (suffix)
		reverse(j.value.items, j.value.count);
	size_t end = match_from(&j, 0, longest);
	if (j.exhausted)
		return false;
	if (end == NO_MATCH)
		end = 0;
	if (j.value.count == 0) {
		*ret = SLICE_EMPTY;
		return true;
	}
	if (suffix)
		reverse(j.value.items + end, j.value.count - end);
	*ret = encode(&j, j.value.items + end, j.value.count - end);
	return true;
}

/* --- replacement --- */

static void add(struct job *j, struct buf *out, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		text_add_utf8(out, j->value.items[i]);
}

/* The name behind a `$`; its length with braces, 0 when it is none. */
static size_t template_name(struct slice s, struct slice *name)
{
	bool brace = s.len && s.data[0] == '{';
	size_t at = brace, width;
	uint32_t rune;

	for (; at < s.len; at += width) {
		width = text_decode_utf8(slice_from(s, at), &rune);
		if (!rune_letter(rune) && !rune_digit(rune) && rune != '_')
			break;
	}
	*name = slice_first(slice_from(s, brace), at - brace);
	if (slice_empty(*name))
		return 0;
	if (!brace)
		return at;
	return at < s.len && s.data[at] == '}' ? at + 1 : 0;
}

static void add_template(struct job *j, struct buf *out, struct slice s, size_t from, size_t to)
{
	for (;;) {
		size_t dollar = slice_find_byte(s, '$');
		struct slice name;

		buf_add_slice(out, slice_first(s, dollar));
		if (dollar == s.len)
			return;
		s = slice_from(s, dollar + 1);
		if (s.len && s.data[0] == '$') {
			buf_add_byte(out, '$');
			s = slice_from(s, 1);
			continue;
		}
		size_t length = template_name(s, &name);
		if (length == 0)
			buf_add_byte(out, '$');
		else if (slice_is(name, "0"))
			add(j, out, from, to);
		s = slice_from(s, length);
	}
}

/* The leftmost match at or behind `start`; it is as long as can be. */
static bool find(struct job *j, size_t start, size_t *from, size_t *to)
{
	for (size_t i = start; i <= j->value.count && !j->exhausted; i++) {
		size_t end = match_from(j, i, true);

		if (end != NO_MATCH && !j->exhausted) {
			*from = i;
			*to = end;
			return true;
		}
	}
	return false;
}

static void replace_first(struct job *j, struct slice replacement, struct buf *out)
{
	size_t from = j->value.count, to = from;

	if (!find(j, 0, &from, &to))
		replacement = SLICE_EMPTY;
	add(j, out, 0, from);
	buf_add_slice(out, replacement);
	add(j, out, to, j->value.count);
}

/* An empty match directly behind another one is none (regexp.ReplaceAllString). */
static void replace_all(struct job *j, struct slice replacement, struct buf *out)
{
	size_t done = 0, at = 0, from, to;

	while (at <= j->value.count && find(j, at, &from, &to)) {
		if (!spend(j, replacement.len + (to - from)))
			return;
		add(j, out, done, from);
		if (to > done || from == 0)
			add_template(j, out, replacement, from, to);
		done = to;
		at = to > at ? to : at + 1;
	}
	add(j, out, done, j->value.count);
}

bool docker_pattern_replace(struct slice pattern, struct slice replacement, struct slice value,
			    bool all, struct arena *a, size_t *budget, struct slice *ret,
			    struct error *err)
{
	struct job j = {.arena = a, .budget = budget, .err = err};
	struct buf out;

	if (!compile(&j, pattern, false) || !decode_all(&j, value, &j.value))
		return false;
	buf_init(&out, SIZE_MAX);
	if (all)
		replace_all(&j, replacement, &out);
	else
		replace_first(&j, replacement, &out);
	*ret = arena_copy(a, buf_slice(&out));
	buf_release(&out);
	return !j.exhausted && spend(&j, ret->len);
}
