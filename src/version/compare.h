/* Small three-way comparisons: -1, 0, 1. */
#ifndef BULWARK_VERSION_COMPARE_H
#define BULWARK_VERSION_COMPARE_H

#include "base/slice.h"

static inline int int_compare(int a, int b)
{
	return (a > b) - (a < b);
}

/* By bytes with ASCII letters in lower case; a prefix is below what it begins. */
static inline int lower_compare(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		uint8_t x = (uint8_t)ascii_tolower(a.data[i]);
		uint8_t y = (uint8_t)ascii_tolower(b.data[i]);

		if (x != y)
			return int_compare(x, y);
	}
	return (a.len > b.len) - (a.len < b.len);
}

#endif
