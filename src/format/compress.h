/* Compression out: one zstd frame (RFC 8878) with its size and checksum, by libzstd. */
#ifndef BULWARK_FORMAT_COMPRESS_H
#define BULWARK_FORMAT_COMPRESS_H

#include "base/buf.h"
#include "base/error.h"

/* Appends the frame.  The same bytes and level give the same frame with the same libzstd. */
bool compress_zstd(struct slice in, int level, struct buf *out, struct error *err);

#endif
