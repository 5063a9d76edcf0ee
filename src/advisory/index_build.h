/*
 * Builds the advisory index from files of the bucket.  Each zip is read in a
 * confined worker, several at once; the broker merges what they answer, lays
 * the index out and puts it in place by rename.  One writer at a time: a lock
 * file beside the index; readers never wait.  A builder that dies leaves the
 * old index as it was.
 */
#ifndef BULWARK_ADVISORY_INDEX_BUILD_H
#define BULWARK_ADVISORY_INDEX_BUILD_H

#include "advisory/feed.h"
#include "model/run.h"

struct index_file {
	struct slice ecosystem; /* whose records the zip holds all of: the directory's name */
	struct slice path;	/* of the zip; of a feed unused */
	struct slice name;	/* as `db status` shows it: "PyPI/all.zip", "kev" */
	struct slice delta;	/* records that lie over the zip (delta.h); empty: none */
	struct slice kept;	/* where the list of its records goes (delta.h); empty: nowhere */
	const struct feed_row *feed; /* else NULL: OSV records */
	struct slice_list paths;     /* of a feed: its files */
};

struct index_file_list VEC_OF(struct index_file);

/*
 * The zips of a directory in the bucket's layout (DIR/<Ecosystem>/all.zip),
 * sorted.  With `wanted` only those ecosystems; one of them that is not there is
 * added to *missing.  ERR_NOT_FOUND: there is none at all.
 */
bool index_list_directory(const char *directory, const struct slice_list *wanted, struct arena *a,
			  struct index_file_list *ret, struct slice_list *missing,
			  struct error *err);

/* Adds the feeds that a directory in the mirror's layout holds below extra/. */
bool index_list_feeds(const char *directory, struct arena *a, struct index_file_list *ret,
		      struct error *err);

/*
 * Reads the files and writes the index to `output`.  A zip that cannot be read
 * fails the whole; a feed that cannot be read is told in the index; records that cannot be read are
 * counted in the index (advisory_status).  run->threads zips are read at once.
 */
bool index_build(struct run *run, const struct index_file_list *files, const char *output,
		 struct error *err);

/* The same for a caller that holds the lock already. */
bool index_build_locked(struct run *run, const struct index_file_list *files, const char *output,
			struct error *err);

/*
 * The writers' lock of an index: waits until it is free, the deadline or
 * cancellation.  Returns a descriptor whose close releases it, -1 with err.
 */
int index_lock(const struct run *run, const char *output, struct error *err);

#endif
