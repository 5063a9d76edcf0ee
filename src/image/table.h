/*
 * The entry table of a layer: for each entry a keyed hash of its path and,
 * in the low two bits, what it is.  Eight bytes an entry, so that a layer of
 * three million files costs 24 MB.  The union asks it whether an upper layer
 * replaced what a lower one holds.
 */
#ifndef BULWARK_IMAGE_TABLE_H
#define BULWARK_IMAGE_TABLE_H

#include "image/path.h"

enum table_kind {
	TABLE_OTHER,	 /* anything but a directory */
	TABLE_DIRECTORY, /* a directory with an entry of its own */
	TABLE_IMPLICIT,	 /* a directory that is only named in the paths of other entries */
	TABLE_ABSENT,
};

struct table {
	uint64_t *items; /* heap */
	size_t count, alloc;
};

void table_release(struct table *t);
/* `count` values of `hash | kind`, little-endian, from a record. */
void table_append(struct table *t, const void *bytes, size_t count);
/*
 * Sorts and keeps one item a path, the lowest kind.  In place; keyed hashes
 * are spread evenly, which the sort relies on for speed only.
 */
void table_finish(struct table *t);
/* Of a finished table. */
enum table_kind table_find(const struct table *t, uint64_t hash);

#endif
