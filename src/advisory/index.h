/*
 * The mapped reader of an advisory index.  Every number that comes out of the
 * file is checked before it is used, every block before it is read; nothing in
 * a damaged or foreign file can lead outside of the mapping.  Any number of
 * processes and threads may read at once, also while the file is replaced by
 * rename.  (Cutting a mapped file short in place is beyond what a reader can
 * survive; nothing here does so.)
 */
#ifndef BULWARK_ADVISORY_INDEX_H
#define BULWARK_ADVISORY_INDEX_H

#include "advisory/index_format.h"
#include "advisory/osv.h"

struct advisory_index {
	const uint8_t *data;
	size_t size;
	bool mapped;	   /* else the bytes are the caller's */
	struct slice name; /* for messages */
	const struct index_header *header;
	const uint32_t *checksums;
	uint8_t *verified; /* a byte for each block */
};

/*
 * ERR_NOT_FOUND: no such file.  ERR_FORMAT: not an index, truncated, or
 * damaged.  ERR_UNSUPPORTED: an older or newer format.  The path must outlive
 * the index.
 */
bool index_open(const char *path, struct advisory_index *ret, struct error *err);
/* Over bytes at hand, 8-byte aligned, which must outlive the index. */
bool index_open_bytes(struct slice bytes, struct slice name, struct advisory_index *ret,
		      struct error *err);
void index_close(struct advisory_index *index);

/* All checksums and the digest. */
bool index_verify(const struct advisory_index *index, struct error *err);

/* "sha256:..." as the header tells it. */
struct slice index_digest(const struct advisory_index *index, struct arena *a);

/* Rows [first, first + count) of a section; NULL with ERR_DIGEST (a damaged block) or ERR_FORMAT.
 */
const void *index_rows(const struct advisory_index *index, enum index_section section,
		       uint64_t first, uint64_t count, struct error *err);
bool index_string(const struct advisory_index *index, uint32_t reference, struct slice *ret,
		  struct error *err);
/* Strings of a span of INDEX_LISTS, appended. */
bool index_list(const struct advisory_index *index, struct index_span span, struct arena *a,
		struct slice_list *ret, struct error *err);

static inline uint64_t index_count(const struct advisory_index *index, enum index_section section)
{
	return index->header->sections[section].count;
}

/* The order of the packages; stable across machines. */
uint64_t index_package_hash(struct slice ecosystem, struct slice name);
/* *ret is NULL when nothing is known of that package. */
bool index_find(const struct advisory_index *index, struct slice ecosystem, struct slice name,
		const struct index_package **ret, struct error *err);
/* The coverage row of an ecosystem, NULL: not covered. */
bool index_find_coverage(const struct advisory_index *index, struct slice ecosystem,
			 const struct index_coverage **ret, struct error *err);

#endif
