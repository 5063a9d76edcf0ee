/*
 * A cheap first answer to program_known_name for databases that list hundreds
 * of thousands of files: from the first two bytes of a file's name, or the
 * last one where a program's names begin with a wildcard.
 */
#ifndef BULWARK_INVENTORY_PROGRAM_FILTER_H
#define BULWARK_INVENTORY_PROGRAM_FILTER_H

#include "base/slice.h"

struct program_filter {
	uint8_t pairs[65536 / 8]; /* a bit for each pair of first bytes that names begin with */
	uint8_t ends[256 / 8];	  /* a bit for each last byte of those that begin in any way */
};

void program_filter_init(struct program_filter *f);

static inline bool program_filter_bit(const uint8_t *bits, unsigned number)
{
	return bits[number / 8] >> (number % 8) & 1;
}

/* False: no row of program_rows wants files of this name, the last component of a path. */
static inline bool program_filter_passes(const struct program_filter *f, struct slice name)
{
	if (name.len < 2)
		return name.len == 1;
	const uint8_t *p = (const uint8_t *)name.data;
	return program_filter_bit(f->pairs, (unsigned)p[0] << 8 | p[1]) ||
	       program_filter_bit(f->ends, p[name.len - 1]);
}

#endif
