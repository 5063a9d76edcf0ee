/*
 * LZ4 frames, whole, by liblz4: apt keeps its lists so on disk.
 * Source: "LZ4 Frame Format Description" 1.6.3 of the lz4 project.
 */
#ifndef BULWARK_FORMAT_LZ4_H
#define BULWARK_FORMAT_LZ4_H

#include "base/buf.h"
#include "base/error.h"

/* By magic; needs 4 bytes. */
bool lz4_detect(struct slice first_bytes);

/*
 * Appends the content of all frames, verified against the checksums that they
 * carry.  What does not fit into the buffer's cap is ERR_LIMIT; frames with a
 * dictionary are ERR_UNSUPPORTED.
 */
bool lz4_decode(struct slice in, struct buf *out, struct error *err);

#endif
