/* Non-cryptographic and keyed hashes.  Digests are in format/digest.h. */
#ifndef BULWARK_BASE_HASH_H
#define BULWARK_BASE_HASH_H

#include "base/slice.h"

/* SipHash-2-4 (Aumasson, Bernstein 2012). */
uint64_t hash_siphash(const uint8_t key[16], const void *data, size_t len);
/* SipHash with a key drawn once per process: for tables, never for output. */
uint64_t hash_table(struct slice s);
/* FNV-1a 64: stable across runs and machines; for files of our own. */
uint64_t hash_stable(struct slice s);

#endif
