/*
 * Heap memory outside arenas.  None of these returns NULL: exhaustion ends
 * the process with exit code 3 and one constant line on standard error (see
 * arena.h for why).
 */
#ifndef BULWARK_BASE_MEM_H
#define BULWARK_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_alloc_zero(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
_Noreturn void mem_exhausted(void);

#endif
