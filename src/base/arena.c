#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"

#define BLOCK_MIN ((size_t)16384)
#define BLOCK_MAX ((size_t)1 << 20)
#define ALIGNMENT 16

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	_Alignas(ALIGNMENT) char data[];
};

void arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){ .cap = cap };
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
}

void arena_release(struct arena *a)
{
	free_blocks(a->head);
	*a = (struct arena){ .cap = a->cap };
}

void arena_clear(struct arena *a)
{
	struct arena_block *b = a->head;

	if (b) {
		/* What an unusually large job left behind is not kept. */
		if (b->size > BLOCK_MAX) {
			arena_release(a);
			return;
		}
		free_blocks(b->next);
		b->next = NULL;
		b->used = 0;
	}
	a->used = 0;
}

static struct arena_block *add_block(struct arena *a, size_t need)
{
	size_t size = a->head ? a->head->size * 2 : BLOCK_MIN;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	bool own_block = need > size / 4 && a->head;
	if (own_block || need > size)
		size = need;
	size_t total;
	if (__builtin_add_overflow(size, sizeof(struct arena_block), &total))
		mem_exhausted();
	struct arena_block *b = mem_alloc(total);
	*b = (struct arena_block){ .size = size };
	if (own_block) {
		/* Behind the head, whose free rest goes on serving small ones. */
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

static void *take(struct arena *a, size_t size)
{
	size_t rounded;

	if (__builtin_add_overflow(size, ALIGNMENT - 1, &rounded))
		mem_exhausted();
	rounded &= ~(size_t)(ALIGNMENT - 1);
	if (a->cap && (rounded > a->cap || a->used > a->cap - rounded))
		mem_exhausted();
	a->used += rounded;

	struct arena_block *b = a->head;
	if (!b || rounded > b->size - b->used)
		b = add_block(a, rounded);
	void *p = b->data + b->used;
	b->used += rounded;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		mem_exhausted();
	return arena_alloc(a, total);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
	char *p = take(a, s.len + 1);

	if (s.len)
		memcpy(p, s.data, s.len);
	p[s.len] = '\0';
	return slice_new(p, s.len);
}

char *arena_cstr(struct arena *a, struct slice s)
{
	char *p = take(a, s.len + 1);

	if (s.len)
		memcpy(p, s.data, s.len);
	p[s.len] = '\0';
	return p;
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	size_t len = n < 0 ? 0 : (size_t)n;
	char *p = take(a, len + 1);
	vsnprintf(p, len + 1, fmt, again);
	va_end(again);
	return slice_new(p, len);
}

struct slice arena_join(struct arena *a, const struct slice *parts, size_t count, struct slice separator)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += parts[i].len + (i ? separator.len : 0);
	char *p = take(a, total + 1), *out = p;
	for (size_t i = 0; i < count; i++) {
		if (i && separator.len)
			out = mempcpy(out, separator.data, separator.len);
		if (parts[i].len)
			out = mempcpy(out, parts[i].data, parts[i].len);
	}
	*out = '\0';
	return slice_new(p, total);
}

void *vec_grow(struct arena *a, void *items, size_t count, size_t *alloc, size_t size)
{
	size_t next = *alloc ? *alloc * 2 : 8;
	void *p = arena_array(a, next, size);

	if (count)
		memcpy(p, items, count * size);
	*alloc = next;
	return p;
}
