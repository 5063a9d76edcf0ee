/*
 * Paths inside a target, and keyed hashes of them.  A path here is normalised:
 * no leading slash, no empty, "." or ".." component; the root is "".
 *
 * The hash of a path is built component by component, so that the hash of a
 * directory serves all that lies in it.  The low two bits are always zero:
 * the entry table keeps the kind of the entry there.
 */
#ifndef BULWARK_IMAGE_PATH_H
#define BULWARK_IMAGE_PATH_H

#include "base/buf.h"
#include "base/hash.h"

/* Drawn once a run by the broker: a hostile layer cannot aim at collisions. */
struct path_key {
	uint64_t k[2];
};

#define PATH_HASH_ROOT ((uint64_t)0)
#define PATH_HASH_MASK (~(uint64_t)3)

void path_key_draw(struct path_key *ret);

static inline uint64_t path_hash_child(const struct path_key *key, uint64_t parent,
				       struct slice name)
{
	const uint64_t k[2] = {key->k[0], key->k[1] ^ parent};

	return hash_siphash((const uint8_t *)k, name.data, name.len) & PATH_HASH_MASK;
}

uint64_t path_hash(const struct path_key *key, struct slice path);

/* Normalises into the cleared buffer; false: longer than the buffer's cap, or with a NUL in it. */
bool path_normalize(struct buf *b, struct slice path);
/* Says whether a path from a worker is normalised and at most LIMIT_PATH long. */
bool path_valid(struct slice path);

/* What stands before the last slash; the root has itself as parent. */
static inline struct slice path_parent(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_first(path, slash) : SLICE_EMPTY;
}

static inline struct slice path_base(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_from(path, slash + 1) : path;
}

#endif
