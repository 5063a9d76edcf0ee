/* What holds for every tree that a reader makes, whatever the bytes were. */
#ifndef BULWARK_FUZZ_TREE_H
#define BULWARK_FUZZ_TREE_H

#include <stdint.h>
#include <stdlib.h>

#include "format/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Spans lie in the text, counts are right, text can be read, and the depth is bounded. */
static inline void check_tree(const struct node *n, struct slice text, unsigned depth)
{
	uint32_t count = 0;
	uint8_t sum = 0;

	if (n->offset > text.len || n->length > text.len - n->offset || n->key_offset > text.len)
		abort();
	for (size_t i = 0; i < n->text.len; i++)
		sum ^= (uint8_t)n->text.data[i];
	for (size_t i = 0; i < n->key.len; i++)
		sum ^= (uint8_t)n->key.data[i];
	__asm__ volatile("" : : "r"(sum));
	for (const struct node *it = n->first; it; it = it->next, count++) {
		if (depth == 0 || (!it->next && it != n->last))
			abort();
		check_tree(it, text, depth - 1);
	}
	if (count != n->count)
		abort();
}

#endif
