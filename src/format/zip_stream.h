/*
 * ZIP (APPNOTE 6.3.10, zip64 included) read once from its first to its last
 * byte, as it comes: local headers and data first, the central directory at
 * the end.  What the local headers said is held against the directory there;
 * where they differ the two name different contents, and readers of either
 * kind could be deceived: zip_stream_finish then fails, after everything that
 * stood in the stream has been shown.
 *
 * An entry whose length is told behind it (flag bit 3) ends where its deflate
 * data end; one that is stored or not wanted ends in front of the first record
 * that follows a data descriptor with the length that was passed over.  A false
 * one within the data cannot agree with the directory.
 *
 * Bytes in front of the archive (a script that starts it) and between entries
 * are passed over.
 */
#ifndef BULWARK_FORMAT_ZIP_STREAM_H
#define BULWARK_FORMAT_ZIP_STREAM_H

#include "base/arena.h"
#include "base/error.h"

struct zip_stream_entry {
	struct slice name;   /* as long as the entry is read */
	uint64_t header;     /* offset of its local header in the stream */
	uint16_t flags, method;
};

/* Shared by an archive and those within it; zeroed at first. */
struct zip_budget {
	uint64_t read;       /* bytes of the outermost archive; its reader adds them up */
	uint64_t inflated;   /* at all levels */
	uint64_t entries;
};

struct zip_stream_user {
	/* An entry starts; says whether its bytes are wanted. */
	bool (*begin)(void *context, const struct zip_stream_entry *e);
	/* Of a wanted entry; false: the rest of them is not. */
	bool (*bytes)(void *context, struct slice piece);
	/*
	 * A wanted entry ended, at the stream's offset `end`.  Not NULL: it could not be
	 * read (encrypted, an unknown compression method, damaged), and why.
	 */
	void (*end)(void *context, uint64_t end, const struct error *failure);
};

struct zip_stream;

/* In the arena, with what it needs later; nothing is to be released. */
struct zip_stream *zip_stream_new(struct arena *a, const struct zip_stream_user *user,
				  struct zip_budget *budget);
/* Another archive; the memory is used again. */
void zip_stream_begin(struct zip_stream *z, void *context);
/* False: nothing more can be read; zip_stream_finish says why. */
bool zip_stream_feed(struct zip_stream *z, struct slice piece);
bool zip_stream_finish(struct zip_stream *z, struct error *err);

#endif
