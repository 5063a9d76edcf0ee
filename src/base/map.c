#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

void map_init(struct map *m)
{
	*m = (struct map){ 0 };
}

void map_release(struct map *m)
{
	free(m->entries);
	free(m->slots);
	*m = (struct map){ 0 };
}

void map_clear(struct map *m)
{
	m->count = m->live = 0;
	if (m->slots)
		memset(m->slots, 0, m->slot_count * sizeof(*m->slots));
}

/* The slot that holds the key, or the free slot where it would go. */
static size_t find_slot(const struct map *m, struct slice key, uint64_t hash)
{
	size_t mask = m->slot_count - 1, i = hash & mask;

	for (; m->slots[i]; i = (i + 1) & mask) {
		const struct map_entry *e = &m->entries[m->slots[i] - 1];

		if (e->hash == hash && slice_eq(e->key, key))
			break;
	}
	return i;
}

static void rehash(struct map *m, size_t slot_count)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->count; i++)
		if (!m->entries[i].deleted)
			m->entries[kept++] = m->entries[i];
	m->count = kept;
	free(m->slots);
	m->slots = mem_alloc_zero(slot_count, sizeof(*m->slots));
	m->slot_count = slot_count;
	for (size_t i = 0; i < m->count; i++)
		m->slots[find_slot(m, m->entries[i].key, m->entries[i].hash)] = (uint32_t)(i + 1);
}

uint64_t *map_get(const struct map *m, struct slice key)
{
	if (!m->slot_count)
		return NULL;
	size_t slot = find_slot(m, key, hash_table(key));
	if (!m->slots[slot])
		return NULL;
	struct map_entry *e = &m->entries[m->slots[slot] - 1];
	return e->deleted ? NULL : &e->value;
}

uint64_t *map_put(struct map *m, struct slice key, bool *ret_new)
{
	if (m->count + 1 > m->slot_count / 4 * 3) {
		if (m->count >= UINT32_MAX / 2)
			mem_exhausted();
		/* Where half of the entries are deleted ones, dropping them makes room enough. */
		size_t next = m->live <= m->count / 2 ? m->slot_count : m->slot_count * 2;

		rehash(m, next ? next : 16);
	}
	uint64_t hash = hash_table(key);
	size_t slot = find_slot(m, key, hash);
	struct map_entry *e = m->slots[slot] ? &m->entries[m->slots[slot] - 1] : NULL;
	bool is_new = !e || e->deleted;

	if (is_new) {
		/* Also what was there before and deleted: it comes last now. */
		if (m->count == m->alloc) {
			m->alloc = m->alloc ? m->alloc * 2 : 8;
			m->entries = mem_realloc(m->entries, m->alloc, sizeof(*m->entries));
		}
		e = &m->entries[m->count++];
		*e = (struct map_entry){ .key = key, .hash = hash };
		m->slots[slot] = (uint32_t)m->count;
		m->live++;
	}
	if (ret_new)
		*ret_new = is_new;
	return &e->value;
}

bool map_remove(struct map *m, struct slice key)
{
	if (!m->slot_count)
		return false;
	size_t slot = find_slot(m, key, hash_table(key));
	if (!m->slots[slot])
		return false;
	/* The entry stays as a tombstone, so that probing and order hold. */
	struct map_entry *e = &m->entries[m->slots[slot] - 1];
	if (e->deleted)
		return false;
	e->deleted = true;
	m->live--;
	return true;
}

struct map_entry *map_at(const struct map *m, size_t *i)
{
	while (*i < m->count && m->entries[*i].deleted)
		(*i)++;
	return *i < m->count ? &m->entries[*i] : NULL;
}
