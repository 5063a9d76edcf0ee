/*
 * An arena: many small allocations with one lifetime.  Results of a job point
 * into the job's arena and are freed together.
 *
 * Allocations never return NULL.  When the system has no memory, or an arena
 * passes its cap, the process ends (mem_exhausted in mem.h): in a worker that
 * is a gap of the scan, in the broker exit code 3.  The limits in limits.h
 * keep sound input far below that.
 */
#ifndef BULWARK_BASE_ARENA_H
#define BULWARK_BASE_ARENA_H

#include "base/slice.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out */
	size_t cap;  /* 0: no cap */
};

void arena_init(struct arena *a, size_t cap);
void arena_release(struct arena *a);
/* Forgets all allocations, keeps the largest block for reuse. */
void arena_clear(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* count * size with an overflow check. */
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_new_array(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))

/* A copy in the arena, with a NUL behind it that is not part of the slice. */
struct slice arena_copy(struct arena *a, struct slice s);
/* The same as a NUL-terminated string, for system calls. */
char *arena_cstr(struct arena *a, struct slice s) __attribute__((returns_nonnull));
struct slice arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Concatenates `count` slices. */
struct slice arena_join(struct arena *a, const struct slice *parts, size_t count, struct slice separator);

#endif
