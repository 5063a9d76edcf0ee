/*
 * Flat records: how workers answer the broker, and what caches and bundles
 * hold.  Integers are little-endian; a string is a 32-bit length and its
 * bytes.  No pointers cross.  Reading goes through the cursor of cursor.h, so
 * a lying length is a sticky failure.
 */
#ifndef BULWARK_BASE_WIRE_H
#define BULWARK_BASE_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"

static inline void wire_put_u8(struct buf *b, uint8_t v) { buf_add(b, &v, sizeof(v)); }
static inline void wire_put_u32(struct buf *b, uint32_t v) { buf_add(b, &v, sizeof(v)); }
static inline void wire_put_u64(struct buf *b, uint64_t v) { buf_add(b, &v, sizeof(v)); }
void wire_put_slice(struct buf *b, struct slice s);

static inline uint8_t wire_get_u8(struct cursor *c) { return cursor_u8(c); }
static inline uint32_t wire_get_u32(struct cursor *c) { return cursor_u32le(c); }
static inline uint64_t wire_get_u64(struct cursor *c) { return cursor_u64le(c); }
/* Points into the cursor's bytes. */
struct slice wire_get_slice(struct cursor *c);
/* A copy in the arena. */
struct slice wire_copy_slice(struct cursor *c, struct arena *a);

#endif
