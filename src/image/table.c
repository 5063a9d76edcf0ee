#include "image/table.h"

#include <stdlib.h>

#include "base/mem.h"

void table_release(struct table *t)
{
	free(t->items);
	*t = (struct table){0};
}

void table_append(struct table *t, const void *bytes, size_t count)
{
	if (count == 0)
		return;
	if (count > t->alloc - t->count) {
		size_t want = t->alloc < 4096 ? 4096 : t->alloc + t->alloc / 2;

		if (want < t->count + count)
			want = t->count + count;
		t->items = mem_realloc(t->items, want, sizeof(*t->items));
		t->alloc = want;
	}
	memcpy(t->items + t->count, bytes, count * sizeof(*t->items));
	t->count += count;
}

static void insertion_sort(uint64_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t x = v[i];
		size_t j = i;

		for (; j > 0 && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

/* Moves each item to the bucket of its byte (McIlroy, Bostic, McIlroy 1993, "American flag sort").
 */
static void flag_pass(uint64_t *v, size_t n, unsigned shift, size_t ends[static 256])
{
	size_t next[256], counts[256] = {0}, sum = 0;

	for (size_t i = 0; i < n; i++)
		counts[(v[i] >> shift) & 255]++;
	for (unsigned b = 0; b < 256; b++) {
		next[b] = sum;
		sum += counts[b];
		ends[b] = sum;
	}
	for (unsigned b = 0; b < 256; b++) {
		while (next[b] < ends[b]) {
			uint64_t x = v[next[b]];

			for (unsigned to; (to = (x >> shift) & 255) != b;) {
				uint64_t other = v[next[to]];

				v[next[to]++] = x;
				x = other;
			}
			v[next[b]++] = x;
		}
	}
}

/* Depth is at most the eight bytes of an item. */
static void sort(uint64_t *v, size_t n, unsigned shift)
{
	size_t ends[256];

	if (n <= 32) {
		insertion_sort(v, n);
		return;
	}
	flag_pass(v, n, shift, ends);
	if (shift == 0)
		return;
	for (size_t b = 0, start = 0; b < 256; start = ends[b++])
		if (ends[b] - start > 1)
			sort(v + start, ends[b] - start, shift - 8);
}

void table_finish(struct table *t)
{
	size_t kept = 0;

	if (t->count)
		sort(t->items, t->count, 56);
	for (size_t i = 0; i < t->count; i++)
		if (kept == 0 || ((t->items[kept - 1] ^ t->items[i]) & PATH_HASH_MASK))
			t->items[kept++] = t->items[i];
	t->count = kept;
}

enum table_kind table_find(const struct table *t, uint64_t hash)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->items[mid] < hash)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == t->count || (t->items[low] & PATH_HASH_MASK) != hash)
		return TABLE_ABSENT;
	return (enum table_kind)(t->items[low] & 3);
}
