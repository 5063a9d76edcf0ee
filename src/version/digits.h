/*
 * Digit runs as numbers of any size: no scheme bounds its numbers, and what a
 * fixed-width integer would cut off is where hostile versions hide.
 */
#ifndef BULWARK_VERSION_DIGITS_H
#define BULWARK_VERSION_DIGITS_H

#include "version/compare.h"

/* Takes the leading ASCII digits off *s; empty when there are none. */
static inline struct slice digits_take(struct slice *s)
{
	size_t n = 0;

	while (n < s->len && ascii_digit(s->data[n]))
		n++;
	struct slice digits = slice_first(*s, n);
	*s = slice_from(*s, n);
	return digits;
}

/* At least one byte and nothing but digits. */
static inline bool digits_only(struct slice s)
{
	size_t len = s.len;

	return digits_take(&s).len == len && len > 0;
}

static inline struct slice digits_significant(struct slice s)
{
	size_t n = 0;

	while (n < s.len && s.data[n] == '0')
		n++;
	return slice_from(s, n);
}

/* Two digit runs by value; the empty run is zero. */
static inline int digits_compare(struct slice a, struct slice b)
{
	a = digits_significant(a);
	b = digits_significant(b);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return slice_cmp(a, b);
}

static inline bool digits_zero(struct slice s)
{
	return digits_significant(s).len == 0;
}

#endif
