/*
 * A growable byte buffer.  Each declares its cap; what would pass the cap is
 * not appended and `overflow` stays set, so that a sequence of appends is
 * checked once at its end.
 */
#ifndef BULWARK_BASE_BUF_H
#define BULWARK_BASE_BUF_H

#include <stdarg.h>

#include "base/slice.h"

struct buf {
	char *data;
	size_t len;
	size_t alloc;
	size_t cap;
	bool overflow;
};

void buf_init(struct buf *b, size_t cap);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */

bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_add_slice(struct buf *b, struct slice s);
bool buf_add_byte(struct buf *b, char c);
#define buf_add_lit(b, literal) buf_add((b), "" literal, sizeof(literal) - 1)
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
/* Room for len more bytes at the returned place (NULL past the cap); then buf_commit what was written. */
char *buf_reserve(struct buf *b, size_t len);
void buf_commit(struct buf *b, size_t len);

static inline struct slice buf_slice(const struct buf *b)
{
	return slice_new(b->data ? b->data : "", b->len);
}

#endif
