/*
 * Brings advisories from a mirror of the bucket and builds the index.
 *
 * What was brought is kept beside the index, in `<index>.files/`, with the
 * validators that the mirror told (RFC 9110, section 13), so that the next
 * update asks for changes only: where the mirror has `modified_id.csv`, for
 * single records, as long as that is cheaper than the zip (delta.h).  A mirror
 * on this machine is read in place.
 *
 * Feeds (feed.h) come from the mirror's `extra/`; where the mirror is OSV's
 * bucket itself, from their public addresses.
 */
#ifndef BULWARK_ADVISORY_UPDATE_H
#define BULWARK_ADVISORY_UPDATE_H

#include "base/vec.h"
#include "model/run.h"

struct update_options {
	struct slice mirror; /* path, file URL or web address; empty: OSV's bucket */
	const char *output;  /* the index */
	struct slice_list
		ecosystems; /* OSV names, suffixes are ignored; none: all that the mirror has */
	/*
	 * Feeds by name (feed.h), or "all"; none: those that are brought by default.
	 * "none" is a name that no feed has.
	 */
	struct slice_list feeds;
	bool force; /* build even if nothing has changed */
};

struct update_row {
	struct slice ecosystem;
	bool changed;
	uint64_t bytes;	  /* brought */
	uint64_t records; /* brought or dropped one by one; 0: the whole zip, or nothing */
};

struct update_result {
	struct VEC_OF(struct update_row) rows;
	struct slice_list missing;	/* asked for, and not in the mirror */
	struct slice_list failed_feeds; /* "kev: why": what was brought of them before stands */
	bool built;			/* false: nothing had changed, the index stands */
};

/*
 * ERR_NOT_FOUND: the mirror has nothing of what was asked for.  On any error
 * the old index stands.
 */
bool advisory_update(struct run *run, const struct update_options *options,
		     struct update_result *ret, struct error *err);

#endif
