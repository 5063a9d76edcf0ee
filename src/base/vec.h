/*
 * Typed growable arrays that live in an arena:
 *
 *	struct package_list VEC_OF(struct package);
 *	*vec_add(arena, &list) = package;
 *
 * Growing leaves the old array in the arena, so total waste is below the size
 * of the final array.
 */
#ifndef BULWARK_BASE_VEC_H
#define BULWARK_BASE_VEC_H

#include "base/arena.h"

#define VEC_OF(type) { type *items; size_t count; size_t alloc; }

/* Doubles the array at *items; the new part is zeroed. */
void *vec_grow(struct arena *a, void *items, size_t count, size_t *alloc, size_t size)
	__attribute__((returns_nonnull));

/* The address of a new zeroed last element. */
#define vec_add(arena, v)                                                                   \
	({                                                                                  \
		__typeof__(v) v_ = (v);                                                     \
		if (v_->count == v_->alloc)                                                 \
			v_->items = vec_grow((arena), v_->items, v_->count, &v_->alloc,     \
					     sizeof(*v_->items));                           \
		&v_->items[v_->count++];                                                    \
	})

#define vec_each(it, v) \
	for (__typeof__((v)->items + 0) it = (v)->items; it && it < (v)->items + (v)->count; it++)

struct slice_list VEC_OF(struct slice);

#endif
