#include "format/digest.h"

#include <isa-l/crc.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/cleanup.h"
#include "base/mem.h"

static const struct algorithm {
	struct slice prefix; /* as the OCI image specification registers it, with its colon */
	size_t size;
	const EVP_MD *(*evp)(void);
} algorithms[] = {
	[DIGEST_SHA256] = { SLICE_INIT("sha256:"), 32, EVP_sha256 },
	[DIGEST_SHA512] = { SLICE_INIT("sha512:"), 64, EVP_sha512 },
};

/* What OpenSSL can fail at here is memory alone. */
static void must(int ok)
{
	if (!ok)
		mem_exhausted();
}

void digest_prepare(void)
{
	struct digest d;

	/* OpenSSL reads its configuration when it is first used; a confined process could not. */
	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_ADD_ALL_DIGESTS, NULL);
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		digest_of(SLICE_EMPTY, (enum digest_algorithm)i, &d);
}

void digest_begin(struct digest_context *c, enum digest_algorithm algorithm)
{
	*c = (struct digest_context){ .evp = EVP_MD_CTX_new(), .algorithm = algorithm };
	must(c->evp && EVP_DigestInit_ex(c->evp, algorithms[algorithm].evp(), NULL));
}

void digest_update(struct digest_context *c, struct slice bytes)
{
	must(EVP_DigestUpdate(c->evp, bytes.data, bytes.len));
}

static void context_release(struct digest_context *c)
{
	EVP_MD_CTX_free(c->evp);
	c->evp = NULL;
}

void digest_end(struct digest_context *c, struct digest *ret)
{
	*ret = (struct digest){ .algorithm = c->algorithm };
	must(EVP_DigestFinal_ex(c->evp, ret->bytes, NULL));
	context_release(c);
}

void digest_of(struct slice bytes, enum digest_algorithm algorithm, struct digest *ret)
{
	struct digest_context c;

	digest_begin(&c, algorithm);
	digest_update(&c, bytes);
	digest_end(&c, ret);
}

size_t digest_size(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].size;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return a->algorithm == b->algorithm &&
	       memcmp(a->bytes, b->bytes, digest_size(a->algorithm)) == 0;
}

const char *digest_format(const struct digest *d, char text[static DIGEST_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";
	const struct algorithm *algorithm = &algorithms[d->algorithm];
	char *p = text + algorithm->prefix.len;

	memcpy(text, algorithm->prefix.data, algorithm->prefix.len);
	for (size_t i = 0; i < algorithm->size; i++) {
		*p++ = digits[d->bytes[i] >> 4];
		*p++ = digits[d->bytes[i] & 15];
	}
	*p = '\0';
	return text;
}

/* -1 for anything but a lower-case digit. */
static int hex_value(char c)
{
	if (ascii_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_hex(struct slice hex, uint8_t *bytes, size_t size)
{
	if (hex.len != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(hex.data[2 * i]), low = hex_value(hex.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool digest_parse(struct slice text, struct digest *ret, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		struct slice hex = text;

		if (!slice_cut_prefix(&hex, algorithms[i].prefix))
			continue;
		*ret = (struct digest){ .algorithm = (enum digest_algorithm)i };
		if (parse_hex(hex, ret->bytes, algorithms[i].size))
			return true;
		break;
	}
	struct slice shown = slice_first(text, DIGEST_TEXT_MAX);
	return error_set(err, ERR_FORMAT, "\"%.*s\" is no sha256 or sha512 digest", SLICE_ARG(shown));
}

static bool digest_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct stream_digest *s = (struct stream_digest *)stream;

	if (!stream_next(s->below, ret, err))
		return false;
	digest_update(&s->context, *ret);
	s->count += ret->len;
	return true;
}

static void digest_release(struct stream *stream)
{
	context_release(&((struct stream_digest *)stream)->context);
}

void stream_digest_init(struct stream_digest *s, struct stream *below, enum digest_algorithm algorithm)
{
	*s = (struct stream_digest){
		.stream = { .next = digest_next, .release = digest_release },
		.below = below,
	};
	digest_begin(&s->context, algorithm);
}

uint32_t digest_crc32c(uint32_t crc, const void *data, size_t len)
{
	unsigned char *p = (unsigned char *)(uintptr_t)data; /* isa-l knows no const */

	/* isa-l counts in int. */
	for (const size_t piece = (size_t)1 << 30; len > piece; p += piece, len -= piece)
		crc = ~crc32_iscsi(p, (int)piece, ~crc);
	return ~crc32_iscsi(p, (int)len, ~crc);
}
