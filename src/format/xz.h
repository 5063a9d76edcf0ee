/*
 * XZ streams, whole, by liblzma: the package indexes of Debian archives.
 * Source: "The .xz File Format" 1.1.
 */
#ifndef BULWARK_FORMAT_XZ_H
#define BULWARK_FORMAT_XZ_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Appends the content, verified against its checks.  What does not fit into
 * the buffer's cap, or needs a dictionary of more than XZ_MEMORY, is ERR_LIMIT.
 */
bool xz_decode(struct slice in, struct buf *out, struct error *err);

#define XZ_MEMORY ((uint64_t)192 << 20)

#endif
