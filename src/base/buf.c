#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t cap)
{
	*b = (struct buf){ .cap = cap };
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .cap = b->cap };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
}

char *buf_reserve(struct buf *b, size_t len)
{
	if (b->overflow || len > b->cap - b->len) {
		b->overflow = true;
		return NULL;
	}
	if (len > b->alloc - b->len) {
		size_t want = b->len + len, next = b->alloc < 64 ? 64 : b->alloc;

		/* Never beyond the cap: buf_add_byte looks at the allocation alone. */
		if (next > b->cap)
			next = b->cap;
		while (next < want)
			next = next > b->cap / 2 ? b->cap : next * 2;
		b->data = mem_realloc(b->data, next, 1);
		b->alloc = next;
	}
	return b->data + b->len;
}

void buf_commit(struct buf *b, size_t len)
{
	b->len += len;
}

bool buf_add(struct buf *b, const void *data, size_t len)
{
	if (len == 0)
		return !b->overflow;
	char *p = buf_reserve(b, len);

	if (!p)
		return false;
	memcpy(p, data, len);
	b->len += len;
	return true;
}

bool buf_add_slice(struct buf *b, struct slice s)
{
	return buf_add(b, s.data, s.len);
}

bool buf_add_byte(struct buf *b, char c)
{
	if (!b->overflow && b->len < b->alloc) {
		b->data[b->len++] = c;
		return true;
	}
	return buf_add(b, &c, 1);
}

bool buf_vprintf(struct buf *b, const char *fmt, va_list args)
{
	char text[512];
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	bool ok = n >= 0;
	if (ok && (size_t)n < sizeof(text)) {
		ok = buf_add(b, text, (size_t)n);
	} else if (ok) {
		/* vsnprintf writes a NUL behind the text, for which there may be no room. */
		char *longer = mem_alloc((size_t)n + 1);

		vsnprintf(longer, (size_t)n + 1, fmt, again);
		ok = buf_add(b, longer, (size_t)n);
		free(longer);
	}
	va_end(again);
	return ok;
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	bool ok = buf_vprintf(b, fmt, args);
	va_end(args);
	return ok;
}
