/*
 * ZIP (APPNOTE 6.3.10, zip64 included) over bytes at hand.  The central
 * directory counts; local headers must agree with it in offset and name.
 * Stored and deflated entries.  Overlapping entries, entries outside the file
 * and sizes that deflate cannot reach are refused; so are archives with bytes
 * before their start or of several disks, and encrypted entries
 * (ERR_UNSUPPORTED).
 */
#ifndef BULWARK_FORMAT_ZIP_H
#define BULWARK_FORMAT_ZIP_H

#include "base/arena.h"
#include "base/error.h"

struct zip_entry {
	struct slice name; /* points into the bytes */
	uint64_t size;
	uint64_t compressed;
	uint64_t header;   /* offset of the local header */
	uint32_t crc;
	uint16_t method;
	uint16_t flags;
};

struct zip {
	struct slice bytes;
	uint64_t count;
	uint64_t next;   /* entry number */
	uint64_t offset; /* in the central directory */
	uint64_t directory, directory_end;
	uint64_t data_end; /* entries end before it: where the directory starts */
};

/* Walks the whole directory once, for the overlaps. */
bool zip_open(struct zip *z, struct slice bytes, struct error *err);
/* The next entry of the central directory; *ret_more false at the end. */
bool zip_next(struct zip *z, struct zip_entry *ret, bool *ret_more, struct error *err);
/* The entry's bytes, at most max, verified against its CRC, in the arena. */
bool zip_read(const struct zip *z, const struct zip_entry *e, size_t max, struct arena *a,
	      struct slice *ret, struct error *err);

#endif
