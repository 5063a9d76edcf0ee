/*
 * tar as a stream: POSIX.1-2017 pax (ustar and extended headers), GNU
 * (long names, base-256 numbers, old sparse) and pax sparse 0.0, 0.1, 1.0.
 * Old v7 headers are read too.  Nothing is written to disk.
 *
 * Where readers differ this one agrees with Go's archive/tar, by which engines
 * read layers: links, directories and devices have no data whatever their size
 * says, a GNU long name outranks a pax path, of two extended headers the later
 * counts, and global headers change no entry.  A global header that sets a
 * path, link, size or sparse map, or that stands between an entry and its
 * extended header or long name, is refused (ERR_UNSUPPORTED), for readers
 * differ over it.
 */
#ifndef BULWARK_FORMAT_TAR_H
#define BULWARK_FORMAT_TAR_H

#include "base/arena.h"
#include "base/buf.h"
#include "format/stream.h"

enum tar_type {
	TAR_FILE,
	TAR_HARDLINK,
	TAR_SYMLINK,
	TAR_CHARACTER,
	TAR_BLOCK,
	TAR_DIRECTORY,
	TAR_FIFO,
	TAR_OTHER, /* unknown type flag: data is passed over */
};

struct tar_entry {
	enum tar_type type;
	struct slice path; /* as written, not normalised; valid until the next tar_next */
	struct slice link; /* target of links */
	uint64_t size;     /* logical size of a file, holes included */
	uint64_t stored;   /* bytes that stand in the archive */
	uint64_t offset;   /* of these bytes in the tar stream */
	uint32_t mode;
	int64_t mtime;
	bool sparse;
};

struct tar {
	struct stream *below;
	struct tar_state *state;
	struct tar_entry entry;
	uint64_t entries;
};

void tar_init(struct tar *t, struct stream *below);
void tar_release(struct tar *t);
/*
 * The next entry (unread data of the last one is passed over), *ret NULL at
 * the end of the archive.  The end is two zero blocks, or the end of the bytes
 * at an entry's boundary, with or without padding.  Errors carry the offset in
 * the tar stream.
 */
bool tar_next(struct tar *t, const struct tar_entry **ret, struct error *err);
/* The next piece of the entry's data, holes as zeros; empty at its end. */
bool tar_data(struct tar *t, struct slice *ret, struct error *err);
/* Reads what stands behind the end marker, so that digests below see every byte. */
bool tar_drain(struct tar *t, struct error *err);

#endif
