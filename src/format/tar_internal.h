/* What the files of the tar reader share. */
#ifndef BULWARK_FORMAT_TAR_INTERNAL_H
#define BULWARK_FORMAT_TAR_INTERNAL_H

#include "format/tar.h"

#define TAR_BLOCK_BYTES ((size_t)512)

enum tar_dialect { TAR_DIALECT_V7, TAR_DIALECT_USTAR, TAR_DIALECT_STAR, TAR_DIALECT_GNU };

/* A header block, taken apart; slices point into the block. */
struct tar_header {
	char flag;
	enum tar_dialect dialect;
	uint64_t size;
	uint32_t mode;
	int64_t mtime;
	struct slice name, prefix, link;
};

bool tar_block_is_zero(struct slice block);
/* Verifies the checksum; `offset` is the block's place, for errors. */
bool tar_header_read(struct slice block, uint64_t offset, struct tar_header *ret, struct error *err);
/* Octal or base-256, in a field of at least one byte; blank is zero. False when malformed or too large. */
bool tar_number(struct slice field, int64_t *ret);

struct tar_run {
	uint64_t offset, length; /* in the logical file */
};

/* Where a sparse file has data; kept from entry to entry for its memory. */
struct tar_map {
	struct tar_run *runs;
	size_t count, alloc;
};

bool tar_map_add(struct tar_map *m, uint64_t offset, uint64_t length); /* false past LIMIT_SPARSE_RUNS */
void tar_map_release(struct tar_map *m);

/* The records that matter; slices point into the text. Empty: not given. */
struct tar_pax {
	struct slice path, link, size, mtime;
	struct slice sparse_name, sparse_major, sparse_minor, sparse_size, sparse_real_size;
	struct slice sparse_map, sparse_count;
	bool sparse_pairs; /* of version 0.0; they stand in the map */
	bool sparse_key;   /* any of them */
};

bool tar_pax_read(struct slice text, uint64_t offset, struct tar_pax *ret, struct tar_map *map,
		  struct error *err);

struct tar_state {
	struct slice piece; /* of the stream below, not used yet */
	uint64_t offset;    /* of piece in the tar stream */
	bool ended;         /* the archive, not the stream */
	char block[TAR_BLOCK_BYTES]; /* a block that stands in several pieces */

	/* the entry at hand */
	uint64_t header_offset;
	uint64_t left;    /* stored bytes that were not read */
	uint64_t padding; /* behind them */
	uint64_t place;   /* in the logical file, when sparse */
	size_t run;       /* the first that was not passed */
	struct tar_map map;
	char *zeros;

	/* what announces an entry, and what it ends up with */
	struct buf records, long_name, long_link, path;
	bool has_records, has_long_name, has_long_link;
	struct tar_pax pax;
};

/* The next block of the archive; the empty slice at the end of the bytes. */
bool tar_block(struct tar *t, struct slice *ret, struct error *err);
/* The next block of the entry's stored data, for the maps that stand there. */
bool tar_stored_block(struct tar *t, struct slice *ret, struct error *err);

/*
 * Reads the map of a sparse file, if it is one, and makes t->entry and the
 * state say so.  The old GNU form is announced by its type flag; `block` is
 * its header, used before another is read.
 */
bool tar_sparse_gnu(struct tar *t, struct slice block, struct error *err);
bool tar_sparse_pax(struct tar *t, struct error *err);
bool tar_sparse_data(struct tar *t, struct slice *ret, struct error *err);
/* The next piece of stored data, at most `max` bytes, not empty. */
bool tar_stored(struct tar *t, uint64_t max, struct slice *ret, struct error *err);

#endif
