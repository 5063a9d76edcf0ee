/*
 * A hash map from slices to 64-bit values.  Keys are not copied: they live as
 * long as the map.  Iteration is in the order of insertion, so output made
 * from it is reproducible.  SipHash with a key per process keeps hostile keys
 * from colliding.
 */
#ifndef BULWARK_BASE_MAP_H
#define BULWARK_BASE_MAP_H

#include "base/slice.h"

struct map_entry {
	struct slice key;
	uint64_t hash;
	uint64_t value;
	bool deleted;
};

struct map {
	struct map_entry *entries; /* in order of insertion */
	size_t count;              /* including deleted ones */
	size_t live;
	size_t alloc;
	uint32_t *slots;           /* entry number + 1, 0: free */
	size_t slot_count;         /* a power of two */
};

void map_init(struct map *m);
void map_release(struct map *m);
void map_clear(struct map *m);

/* The value's address, or NULL. Valid until the next map_put. */
uint64_t *map_get(const struct map *m, struct slice key);
/* Finds or inserts (value 0); *ret_new may be NULL. */
uint64_t *map_put(struct map *m, struct slice key, bool *ret_new);
bool map_remove(struct map *m, struct slice key);

static inline void *map_get_ptr(const struct map *m, struct slice key)
{
	uint64_t *v = map_get(m, key);
	return v ? (void *)(uintptr_t)*v : NULL;
}

static inline void map_put_ptr(struct map *m, struct slice key, const void *p)
{
	*map_put(m, key, NULL) = (uint64_t)(uintptr_t)p;
}

/* The first live entry at or behind number i, or NULL: for (i = 0; (e = map_at(m, &i)); i++) */
struct map_entry *map_at(const struct map *m, size_t *i);

#endif
