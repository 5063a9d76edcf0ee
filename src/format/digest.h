/* SHA-256 and SHA-512 (FIPS 180-4) by OpenSSL, and their OCI notation "sha256:<hex>". */
#ifndef BULWARK_FORMAT_DIGEST_H
#define BULWARK_FORMAT_DIGEST_H

#include "format/stream.h"
#include "base/arena.h"

enum digest_algorithm { DIGEST_SHA256, DIGEST_SHA512 };

#define DIGEST_MAX 64
#define DIGEST_TEXT_MAX 136 /* "sha512:" and 128 digits and NUL */

struct digest {
	enum digest_algorithm algorithm;
	uint8_t bytes[DIGEST_MAX];
};

struct digest_context {
	void *evp; /* EVP_MD_CTX */
	enum digest_algorithm algorithm;
};

/* Loads the algorithms; call before a process confines itself. */
void digest_prepare(void);
void digest_begin(struct digest_context *c, enum digest_algorithm algorithm);
void digest_update(struct digest_context *c, struct slice bytes);
void digest_end(struct digest_context *c, struct digest *ret); /* releases the context */
void digest_of(struct slice bytes, enum digest_algorithm algorithm, struct digest *ret);

size_t digest_size(enum digest_algorithm algorithm);
bool digest_eq(const struct digest *a, const struct digest *b);
const char *digest_format(const struct digest *d, char text[static DIGEST_TEXT_MAX]);
/* "sha256:" or "sha512:" and lower-case hex of the right length; ERR_FORMAT else (OCI image spec, descriptor). */
bool digest_parse(struct slice text, struct digest *ret, struct error *err);

/* CRC-32C (Castagnoli), as in iSCSI, by isa-l; seed with 0, chainable.  Finds damage, not forgery. */
uint32_t digest_crc32c(uint32_t crc, const void *data, size_t len);

/* Passes a stream through and digests it; `count` is the bytes that passed. */
struct stream_digest {
	struct stream stream;
	struct stream *below;
	struct digest_context context;
	uint64_t count;
};
void stream_digest_init(struct stream_digest *s, struct stream *below, enum digest_algorithm algorithm);

#endif
