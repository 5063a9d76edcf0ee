#include "base/slice.h"

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.data, b.data, n) : 0;

	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_tolower(a.data[i]) != ascii_tolower(b.data[i]))
			return false;
	return true;
}

bool slice_starts(struct slice s, struct slice prefix)
{
	return slice_eq(slice_first(s, prefix.len), prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len && slice_eq(slice_from(s, s.len - suffix.len), suffix);
}

bool slice_cut_prefix(struct slice *s, struct slice prefix)
{
	if (!slice_starts(*s, prefix))
		return false;
	*s = slice_from(*s, prefix.len);
	return true;
}

bool slice_cut_suffix(struct slice *s, struct slice suffix)
{
	if (!slice_ends(*s, suffix))
		return false;
	s->len -= suffix.len;
	return true;
}

size_t slice_find_byte(struct slice s, char c)
{
	const char *p = s.len ? memchr(s.data, c, s.len) : NULL;

	return p ? (size_t)(p - s.data) : s.len;
}

size_t slice_rfind_byte(struct slice s, char c)
{
	const char *p = s.len ? memrchr(s.data, c, s.len) : NULL;

	return p ? (size_t)(p - s.data) : s.len;
}

size_t slice_find(struct slice s, struct slice needle)
{
	if (needle.len == 0)
		return 0;
	if (s.len == 0)
		return s.len;
	const char *p = memmem(s.data, s.len, needle.data, needle.len);

	return p ? (size_t)(p - s.data) : s.len;
}

struct slice slice_from(struct slice s, size_t n)
{
	if (n >= s.len)
		return SLICE_EMPTY;
	return slice_new(s.data + n, s.len - n);
}

struct slice slice_first(struct slice s, size_t n)
{
	if (n < s.len)
		s.len = n;
	return s;
}

struct slice slice_trim(struct slice s)
{
	while (s.len && ascii_space(s.data[0]))
		s = slice_from(s, 1);
	while (s.len && ascii_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

bool slice_split(struct slice s, char sep, struct slice *head, struct slice *rest)
{
	size_t at = slice_find_byte(s, sep);

	*head = slice_first(s, at);
	*rest = slice_from(s, at + 1);
	return at < s.len;
}

bool slice_next(struct slice *rest, char sep, struct slice *field)
{
	if (slice_empty(*rest))
		return false;
	slice_split(*rest, sep, field, rest);
	return true;
}

bool slice_next_line(struct slice *rest, struct slice *line)
{
	if (!slice_next(rest, '\n', line))
		return false;
	slice_cut_suffix(line, SLICE("\r"));
	return true;
}

bool slice_to_u64(struct slice s, uint64_t *ret)
{
	uint64_t v = 0;

	if (slice_empty(s))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_digit(s.data[i]) || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.data[i] - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}
