/*
 * What a worker does with one file of a layer or a tree: asks the rows of the
 * inventory, reads the bytes that they want, lets them parse, and sends the
 * answer off.  One file is held at a time.
 */
#ifndef BULWARK_IMAGE_KEEP_H
#define BULWARK_IMAGE_KEEP_H

#include "base/map.h"
#include "format/stream.h"
#include "image/record.h"

/*
 * A file of the second pass: the entry at `path`, read by the row as if it
 * stood at `as`; with `directory` every file right in `path`, as if it stood
 * in `as`.
 */
struct keep_wanted {
	struct slice path, as;
	uint32_t row;
	bool directory;
};
struct keep_wanted_list VEC_OF(struct keep_wanted);

struct keep_options {
	unsigned scope;				 /* enum inventory_scope bits */
	struct slice_list skip_dirs, skip_files; /* globs, normalised */
	const struct keep_wanted_list *wanted; /* NULL: first pass, everything that a row matches */
};

/* Without the x bit only files that may hold a program with build information are looked into. */
#define KEEP_SIEVE_SIZE ((uint64_t)256 * 1024)

struct keeper {
	const struct keep_options *options;
	struct record_sink *sink;
	struct arena arena;    /* of one file */
	struct buf file;       /* the bytes of one file */
	struct map wanted;     /* path -> number in options->wanted + 1, of the first one */
	uint32_t *wanted_next; /* number + 1 of the next one of the same path */
	bool any_directory;    /* some want is of a directory */
	uint32_t program;      /* number + 1 of the row that kept the last file by its first bytes */
};

void keeper_init(struct keeper *k, const struct keep_options *options, struct record_sink *sink);
void keeper_release(struct keeper *k);

/* Cheap: whether the file's bytes are needed to know more. */
bool keeper_looks(const struct keeper *k, const struct inventory_file *file);
/*
 * Whether it would be, of the file's first bytes (at least 64, or all of it):
 * spares reading what no row wants.  True for what a row wants by its path.
 */
bool keeper_looks_further(const struct keeper *k, const struct inventory_file *file,
			  struct slice first);
/*
 * Reads as much of the stream as is needed; *ret_kept says that a record was
 * sent for this path.  False: the stream or the sink failed.  A file that
 * does not parse is no failure but part of its record.
 */
bool keeper_file(struct keeper *k, const struct inventory_file *file, struct stream *bytes,
		 bool *ret_kept, struct error *err);
/* A hard link: its bytes are the target's, which has passed. */
bool keeper_link(struct keeper *k, struct slice path, struct slice target, bool *ret_kept,
		 struct error *err);

/* True when the user asked for a directory to be left out. */
bool keep_skips_dir(const struct keep_options *options, struct slice path);

#endif
