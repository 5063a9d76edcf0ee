/*
 * Package indexes of Debian archives: which version of the packages asked for
 * a suite holds.  Source: "Debian Repository Format", "Packages" Indices.
 */
#ifndef BULWARK_ADVISORY_ARCHIVE_PACKAGES_H
#define BULWARK_ADVISORY_ARCHIVE_PACKAGES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/slice.h"

struct archive_version {
	struct slice version; /* the highest; empty: the index has no such package */
};

/*
 * `index` is plain, gzip, xz or LZ4 (by its first bytes).  `names` maps the
 * names asked for to numbers of `versions`, whose texts live in the arena.
 * ret_stanzas: how many packages the index lists.
 */
bool archive_packages_read(struct slice index, const struct map *names, struct arena *a,
			   struct archive_version *versions, uint64_t *ret_stanzas, struct error *err);

#endif
