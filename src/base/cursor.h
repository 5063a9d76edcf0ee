/*
 * The bounds-checked reader of untrusted bytes.  A read past the end fails
 * once and for all (`failed` is sticky) and yields zero or the empty slice,
 * so a parser may read a whole header and check once.
 */
#ifndef BULWARK_BASE_CURSOR_H
#define BULWARK_BASE_CURSOR_H

#include "base/slice.h"

struct cursor {
	const uint8_t *data;
	size_t len;
	size_t off;
	bool failed;
};

static inline void cursor_init(struct cursor *c, struct slice s)
{
	*c = (struct cursor){ .data = (const uint8_t *)s.data, .len = s.len };
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->len - c->off;
}

/* n bytes, or NULL and the sticky failure. */
static inline const uint8_t *cursor_take(struct cursor *c, size_t n)
{
	if (c->failed || n > c->len - c->off) {
		c->failed = true;
		return NULL;
	}
	const uint8_t *p = c->data + c->off;
	c->off += n;
	return p;
}

static inline struct slice cursor_slice(struct cursor *c, size_t n)
{
	const uint8_t *p = cursor_take(c, n);
	return p ? slice_new(p, n) : SLICE_EMPTY;
}

static inline bool cursor_skip(struct cursor *c, size_t n)
{
	return cursor_take(c, n) != NULL;
}

/* Absolute position; beyond the end is the sticky failure. */
static inline bool cursor_seek(struct cursor *c, size_t off)
{
	if (c->failed || off > c->len) {
		c->failed = true;
		return false;
	}
	c->off = off;
	return true;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1);
	return p ? p[0] : 0;
}

#define CURSOR_DEFINE_INT(name, type, swap)                     \
	static inline type name(struct cursor *c)               \
	{                                                       \
		const uint8_t *p = cursor_take(c, sizeof(type));\
		type v = 0;                                     \
		if (p)                                          \
			memcpy(&v, p, sizeof(v));               \
		return swap(v);                                 \
	}
CURSOR_DEFINE_INT(cursor_u16le, uint16_t, )
CURSOR_DEFINE_INT(cursor_u32le, uint32_t, )
CURSOR_DEFINE_INT(cursor_u64le, uint64_t, )
CURSOR_DEFINE_INT(cursor_u16be, uint16_t, __builtin_bswap16)
CURSOR_DEFINE_INT(cursor_u32be, uint32_t, __builtin_bswap32)
CURSOR_DEFINE_INT(cursor_u64be, uint64_t, __builtin_bswap64)
#undef CURSOR_DEFINE_INT

/* Unsigned LEB128, at most 64 bits. */
uint64_t cursor_uleb128(struct cursor *c);

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the host is little-endian");

#endif
