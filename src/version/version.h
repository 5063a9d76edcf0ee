/*
 * Version orderings: one file for each scheme, one row for each in the table
 * of version.c.
 *
 * A comparison is total over all byte strings: what a scheme calls invalid
 * still has a place (each scheme's file says which), so that sorting never
 * breaks; `valid` tells.  Nothing is allocated and nothing recurses; time is
 * linear in the lengths.
 */
#ifndef BULWARK_VERSION_VERSION_H
#define BULWARK_VERSION_VERSION_H

#include "model/ecosystem.h"

struct version_scheme_row {
	const char *name;                /* of `debug versions`: "debian" */
	int (*compare)(struct slice a, struct slice b); /* -1, 0, 1 */
	bool (*valid)(struct slice v);
	const char *source;              /* the specification or implementation that is followed */
};

/* NULL for VERSION_NONE. */
const struct version_scheme_row *version_scheme_row(enum version_scheme scheme);
/* VERSION_NONE when there is none of that name. */
enum version_scheme version_scheme_by_name(struct slice name);

/* -1, 0, 1. VERSION_NONE compares bytes for equality and order. */
int version_compare(enum version_scheme scheme, struct slice a, struct slice b);
bool version_valid(enum version_scheme scheme, struct slice v);

#endif
