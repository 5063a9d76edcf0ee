/*
 * gzip (RFC 1952, several members, by isa-l), zstd (RFC 8878, several frames
 * and skippable frames, by libzstd) and plain bytes, told apart by their first
 * bytes.  Limits: LIMIT_LAYER_BYTES and LIMIT_RATIO (past LIMIT_RATIO_FLOOR).
 * A gzip member's CRC and length, and zstd's checksum, are verified.
 * Truncation is ERR_FORMAT.  Bytes behind the last gzip member that are not a
 * member are ignored when zero, else ERR_FORMAT.  Errors carry the offset in
 * the compressed bytes.
 */
#ifndef BULWARK_FORMAT_INFLATE_H
#define BULWARK_FORMAT_INFLATE_H

#include "base/buf.h"
#include "format/stream.h"

enum compression {
	COMPRESSION_NONE,
	COMPRESSION_GZIP,
	COMPRESSION_ZSTD,
	COMPRESSION_BZIP2, /* recognised, ERR_UNSUPPORTED */
	COMPRESSION_XZ,    /* recognised, ERR_UNSUPPORTED */
};

const char *compression_name(enum compression c);
/* By magic; needs 6 bytes. */
enum compression compression_detect(struct slice first_bytes);

struct stream_inflate {
	struct stream stream;
	struct stream *below;
	enum compression compression;
	struct inflate_engine *engine;
	uint64_t in, out; /* bytes taken from below and not left over, bytes made of them */
};
/* Detects when the first piece is asked for. */
void stream_inflate_init(struct stream_inflate *s, struct stream *below);

/* Raw deflate (RFC 1951) of known size, whole; for zip entries. */
bool inflate_raw(struct slice in, char *out, size_t out_len, struct error *err);
/*
 * A zlib stream (RFC 1950) of unknown size, whole, appended to the buffer, whose
 * cap is the limit (ERR_LIMIT).  The checksum is verified; what stands behind
 * the stream is ignored.
 */
bool inflate_zlib(struct slice in, struct buf *out, struct error *err);

#endif
