/*
 * From records to the bytes of an index.  The same records, names and time
 * give the same bytes, whatever order the readers finished in.
 */
#ifndef BULWARK_ADVISORY_INDEX_LAYOUT_H
#define BULWARK_ADVISORY_INDEX_LAYOUT_H

#include "advisory/feed.h"

/* What was read from one file. */
struct index_input {
	struct slice
		ecosystem; /* whose records it holds all of: the bucket's directory; empty: none */
	struct slice name; /* "PyPI/all.zip" */
	struct slice digest; /* "sha256:..." of the records, see index_build.h */
	uint64_t bytes;
	uint32_t broken; /* records that could not be read */
	struct slice first_error;
	struct slice records;	     /* osv_encode, one after another */
	const struct feed_row *feed; /* what it is a file of; NULL: OSV records */
	struct slice facts;	     /* of a feed: feed_fact_encode, one after another */
	int64_t dated;		     /* of a feed */
};

struct index_input_list VEC_OF(struct index_input);

/* Dates further in the future than this say nothing about how new the records are. */
#define INDEX_FUTURE_SECONDS ((int64_t)24 * 3600)

/*
 * Appends the index to `out`.  A record that stands in several inputs counts
 * once; where they differ, the one modified last.  Coverage is claimed only
 * for the ecosystems that an input names: a record that also mentions a
 * package of another ecosystem does not cover that one.
 */
bool index_layout(const struct index_input_list *inputs, int64_t now, struct buf *out,
		  struct error *err);

#endif
