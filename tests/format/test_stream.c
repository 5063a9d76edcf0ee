#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdio.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "format/digest.h"
#include "format/inflate.h"

/* Hands bytes on in pieces of one size, each in memory of its own that the next call takes away. */
struct cut {
	struct stream stream;
	struct slice left;
	size_t max;
	char *piece;
};

static bool cut_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct cut *c = (struct cut *)stream;
	struct slice part = slice_first(c->left, c->max);

	(void)err;
	free(c->piece);
	c->piece = malloc(part.len + 1);
	assert_non_null(c->piece);
	memcpy(c->piece, part.data, part.len);
	c->left = slice_from(c->left, part.len);
	*ret = slice_new(c->piece, part.len);
	return true;
}

static bool inflate_cut(struct slice bytes, size_t max, struct buf *ret, struct error *err)
{
	struct cut c = { .stream = { .next = cut_next }, .left = bytes, .max = max };
	struct stream_inflate s;
	struct slice part;
	bool ok;

	buf_clear(ret);
	stream_inflate_init(&s, &c.stream);
	while ((ok = stream_next(&s.stream, &part, err)) && part.len)
		buf_add_slice(ret, part);
	if (ok) {
		/* The end stays the end. */
		assert_true(stream_next(&s.stream, &part, err));
		assert_int_equal(part.len, 0);
		assert_int_equal(s.out, ret->len);
		assert_int_equal(s.in, bytes.len);
	}
	stream_release(&s.stream);
	stream_release(&s.stream);
	free(c.piece);
	return ok;
}

static void expect_bytes(struct slice packed, struct slice want)
{
	static const size_t cuts[] = { SIZE_MAX, 1, 2, 3, 5, 7, 9, 17, 64, 1000, 65536 };
	struct buf got;

	buf_init(&got, 256 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		struct error err = ERROR_INIT;

		/* Tiny pieces of large input add time and nothing else. */
		if (packed.len / cuts[i] > 20000)
			continue;
		if (!inflate_cut(packed, cuts[i], &got, &err))
			fail_msg("in pieces of %zu: %s", cuts[i], err.message);
		assert_true(slice_eq(buf_slice(&got), want));
	}
	buf_release(&got);
}

static void expect_error(struct slice packed, enum error_code code)
{
	static const size_t cuts[] = { SIZE_MAX, 1, 6, 13 };
	struct buf got;

	buf_init(&got, 256 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		struct error err = ERROR_INIT;

		if (packed.len / cuts[i] > 100000)
			continue;
		assert_false(inflate_cut(packed, cuts[i], &got, &err));
		if (err.code != code)
			fail_msg("%s, not %s: %s", error_code_name(err.code), error_code_name(code), err.message);
		assert_in_range(err.offset, 0, packed.len);
	}
	buf_release(&got);
}

static void add_gzip(struct buf *b, struct slice data)
{
	struct isal_zstream z;
	size_t room = data.len + data.len / 8 + 1024;

	isal_deflate_stateless_init(&z);
	z.gzip_flag = IGZIP_GZIP;
	z.next_in = (uint8_t *)(uintptr_t)data.data;
	z.avail_in = (uint32_t)data.len;
	z.end_of_stream = 1;
	z.next_out = (uint8_t *)buf_reserve(b, room);
	z.avail_out = (uint32_t)room;
	assert_int_equal(isal_deflate_stateless(&z), COMP_OK);
	buf_commit(b, room - z.avail_out);
}

static void add_zstd(struct buf *b, struct slice data)
{
	size_t room = ZSTD_compressBound(data.len);
	size_t len = ZSTD_compress(buf_reserve(b, room), room, data.data, data.len, 3);

	assert_false(ZSTD_isError(len));
	buf_commit(b, len);
}

/* Text that compresses, but not to nothing. */
static struct slice make_text(struct buf *b, size_t len)
{
	uint32_t x = 1;

	while (b->len < len) {
		x = x * 1664525 + 1013904223;
		buf_printf(b, "%x%s", x >> 12, x >> 29 == 7 ? " some words that come again " : "\n");
	}
	return slice_first(buf_slice(b), len);
}

static void test_file(void **state)
{
	char name[] = "/tmp/bulwark-stream-XXXXXX";
	int fd = mkstemp(name);
	struct stream_file s;
	struct slice part;
	struct buf text, got;
	struct error err = ERROR_INIT;

	(void)state;
	assert_true(fd >= 0);
	unlink(name);
	buf_init(&text, 16 * MIB);
	buf_init(&got, 16 * MIB);
	struct slice all = make_text(&text, 3 * STREAM_PIECE + 5);
	assert_int_equal(write(fd, all.data, all.len), (ssize_t)all.len);
	stream_file_init(&s, fd, 100, all.len - 200);
	do {
		assert_true(stream_next(&s.stream, &part, NULL));
		buf_add_slice(&got, part);
	} while (part.len);
	assert_true(slice_eq(buf_slice(&got), slice_new(all.data + 100, all.len - 200)));
	stream_release(&s.stream);

	stream_file_init(&s, fd, all.len - 10, 20);
	assert_false(stream_next(&s.stream, &part, &err));
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(err.offset, all.len);
	stream_release(&s.stream);

	stream_file_init(&s, -1, 0, 1);
	assert_false(stream_next(&s.stream, &part, &err));
	assert_int_equal(err.code, ERR_IO);
	stream_release(&s.stream);
	buf_release(&text);
	buf_release(&got);
	close(fd);
}

static void test_memory(void **state)
{
	struct stream_memory s;
	struct slice part;

	(void)state;
	stream_memory_init(&s, SLICE("abc"));
	assert_true(stream_next(&s.stream, &part, NULL));
	assert_true(slice_is(part, "abc"));
	for (int i = 0; i < 2; i++) {
		assert_true(stream_next(&s.stream, &part, NULL));
		assert_int_equal(part.len, 0);
	}
	stream_release(&s.stream);
}

/* FIPS 180-2, appendices B.1 and C.1. */
static void test_digest_vectors(void **state)
{
	char text[DIGEST_TEXT_MAX];
	struct digest d;

	(void)state;
	digest_prepare();
	digest_of(SLICE("abc"), DIGEST_SHA256, &d);
	assert_string_equal(digest_format(&d, text),
			    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_of(SLICE("abc"), DIGEST_SHA512, &d);
	assert_string_equal(digest_format(&d, text),
			    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

static void test_digest_text(void **state)
{
	static const struct slice bad[] = {
		SLICE_INIT(""), SLICE_INIT("sha256:"), SLICE_INIT("sha256"), SLICE_INIT("sha256:ab"),
		SLICE_INIT("SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		SLICE_INIT("sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		SLICE_INIT("sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		SLICE_INIT("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0"),
		SLICE_INIT("sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		SLICE_INIT("md5:900150983cd24fb0d6963f7d28e17f72"),
	};
	static const enum digest_algorithm algorithms[] = { DIGEST_SHA256, DIGEST_SHA512 };
	char text[DIGEST_TEXT_MAX];
	struct digest d, back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		digest_of(SLICE("x"), algorithms[i], &d);
		assert_true(digest_parse(slice_from_cstr(digest_format(&d, text)), &back, NULL));
		assert_true(digest_eq(&d, &back));
		back.bytes[digest_size(algorithms[i]) - 1] ^= 1;
		assert_false(digest_eq(&d, &back));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct error err = ERROR_INIT;

		if (digest_parse(bad[i], &d, &err))
			fail_msg("%.*s was taken", SLICE_ARG(bad[i]));
		assert_int_equal(err.code, ERR_FORMAT);
	}
}

static void test_digest_stream(void **state)
{
	struct cut c = { .stream = { .next = cut_next }, .left = SLICE("some bytes that pass"), .max = 3 };
	struct stream_digest s;
	struct digest got, want;
	struct slice part;

	(void)state;
	stream_digest_init(&s, &c.stream, DIGEST_SHA512);
	do
		assert_true(stream_next(&s.stream, &part, NULL));
	while (part.len);
	assert_int_equal(s.count, 20);
	digest_end(&s.context, &got);
	digest_of(SLICE("some bytes that pass"), DIGEST_SHA512, &want);
	assert_true(digest_eq(&got, &want));
	/* After the end, and without it. */
	stream_release(&s.stream);
	stream_digest_init(&s, &c.stream, DIGEST_SHA256);
	stream_release(&s.stream);
	free(c.piece);
}

static void test_detect(void **state)
{
	static const struct {
		struct slice bytes;
		enum compression want;
		const char *name;
	} rows[] = {
		{ SLICE_INIT(""), COMPRESSION_NONE, "none" },
		{ SLICE_INIT("\x1f"), COMPRESSION_NONE, "none" },
		{ SLICE_INIT("plain!"), COMPRESSION_NONE, "none" },
		{ SLICE_INIT("\x1f\x8b\x08\0\0\0"), COMPRESSION_GZIP, "gzip" },
		{ SLICE_INIT("\x28\xb5\x2f\xfd\0\0"), COMPRESSION_ZSTD, "zstd" },
		{ SLICE_INIT("\x50\x2a\x4d\x18\0\0"), COMPRESSION_ZSTD, "zstd" },
		{ SLICE_INIT("\x5f\x2a\x4d\x18\0\0"), COMPRESSION_ZSTD, "zstd" },
		{ SLICE_INIT("\x4f\x2a\x4d\x18\0\0"), COMPRESSION_NONE, "none" },
		{ SLICE_INIT("BZh91A"), COMPRESSION_BZIP2, "bzip2" },
		{ SLICE_INIT("\xfd" "7zXZ\0"), COMPRESSION_XZ, "xz" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(compression_detect(rows[i].bytes), rows[i].want);
		assert_string_equal(compression_name(rows[i].want), rows[i].name);
	}
	expect_error(SLICE("BZh91AY&SY"), ERR_UNSUPPORTED);
	expect_error(SLICE("\xfd" "7zXZ\0\0\4"), ERR_UNSUPPORTED);
}

static void test_plain(void **state)
{
	(void)state;
	expect_bytes(SLICE(""), SLICE(""));
	expect_bytes(SLICE("a"), SLICE("a"));
	expect_bytes(SLICE("abcdef"), SLICE("abcdef"));
	expect_bytes(SLICE("some plain bytes"), SLICE("some plain bytes"));
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 32768, 65536, 262144, 524287, 524288, 524289, 1572864 };
	struct buf text, packed;

	(void)state;
	buf_init(&text, 16 * MIB);
	buf_init(&packed, 16 * MIB);
	make_text(&text, 1572864);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct slice data = slice_first(buf_slice(&text), sizes[i]);

		buf_clear(&packed);
		add_gzip(&packed, data);
		expect_bytes(buf_slice(&packed), data);
		buf_clear(&packed);
		add_zstd(&packed, data);
		expect_bytes(buf_slice(&packed), data);
	}
	buf_release(&text);
	buf_release(&packed);
}

static void test_members(void **state)
{
	static const struct slice skippable = SLICE_INIT("\x53\x2a\x4d\x18\3\0\0\0abc");
	struct buf packed, want;

	(void)state;
	buf_init(&packed, MIB);
	buf_init(&want, MIB);
	for (int i = 0; i < 100; i++) {
		char text[32];
		int len = i % 3 ? snprintf(text, sizeof(text), "member %d\n", i) : 0;

		add_gzip(&packed, slice_new(text, (size_t)len));
		buf_add(&want, text, (size_t)len);
	}
	expect_bytes(buf_slice(&packed), buf_slice(&want));
	for (int i = 0; i < 1000; i++)
		buf_add_byte(&packed, '\0');
	expect_bytes(buf_slice(&packed), buf_slice(&want));
	buf_add_byte(&packed, 'x');
	expect_error(buf_slice(&packed), ERR_FORMAT);

	buf_clear(&packed);
	buf_clear(&want);
	for (int i = 0; i < 20; i++) {
		buf_add_slice(&packed, skippable);
		add_zstd(&packed, i % 2 ? SLICE("frame") : SLICE(""));
		buf_add_slice(&want, i % 2 ? SLICE("frame") : SLICE(""));
	}
	buf_add_slice(&packed, skippable);
	expect_bytes(buf_slice(&packed), buf_slice(&want));
	buf_add_lit(&packed, "garbage");
	expect_error(buf_slice(&packed), ERR_FORMAT);
	buf_release(&packed);
	buf_release(&want);
}

static void test_member_garbage(void **state)
{
	static const struct slice tails[] = {
		SLICE_INIT("x"), SLICE_INIT("\x1f"), SLICE_INIT("\x1f\x8b"), SLICE_INIT("\x1f\x8c" "123456789"),
		SLICE_INIT("\0\0\0\1"), SLICE_INIT("\0\x1f\x8b\x08"),
	};
	struct buf packed;

	(void)state;
	buf_init(&packed, MIB);
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		buf_clear(&packed);
		add_gzip(&packed, SLICE("first"));
		buf_add_slice(&packed, tails[i]);
		expect_error(buf_slice(&packed), ERR_FORMAT);
	}
	buf_release(&packed);
}

/* RFC 1952, 2.3: every optional field, and its CRC. */
static void test_gzip_header(void **state)
{
	struct buf plain, packed;
	uint8_t flags;

	(void)state;
	buf_init(&plain, MIB);
	buf_init(&packed, MIB);
	add_gzip(&plain, SLICE("behind the header"));
	for (flags = 0; flags < 32; flags++) {
		buf_clear(&packed);
		buf_add(&packed, (uint8_t[]){ 0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3 }, 10);
		if (flags & 4)
			buf_add(&packed, "\5\0\x1f\x8b\0\0\1", 7);
		if (flags & 8)
			buf_add(&packed, "name", 5);
		if (flags & 16)
			buf_add(&packed, "a comment", 10);
		if (flags & 2) {
			uint32_t crc = crc32_gzip_refl(0, (const uint8_t *)packed.data, packed.len);

			buf_add(&packed, (uint8_t[]){ crc & 0xff, (crc >> 8) & 0xff }, 2);
		}
		buf_add_slice(&packed, slice_from(buf_slice(&plain), 10));
		expect_bytes(buf_slice(&packed), SLICE("behind the header"));
		if (flags & 2) {
			packed.data[4] ^= 1;
			expect_error(buf_slice(&packed), ERR_FORMAT);
		}
	}
	buf_release(&plain);
	buf_release(&packed);
}

static void expect_truncations(struct slice packed)
{
	struct buf got;

	/* Six bytes tell what it is; from there on every length but the whole is too short. */
	buf_init(&got, MIB);
	for (size_t len = 6; len < packed.len; len++) {
		struct error err = ERROR_INIT;

		assert_false(inflate_cut(slice_first(packed, len), len % 2 ? 4 : SIZE_MAX, &got, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_int_equal(err.offset, len);
	}
	buf_release(&got);
}

static void test_truncated(void **state)
{
	struct buf text, packed;

	(void)state;
	buf_init(&text, MIB);
	buf_init(&packed, MIB);
	make_text(&text, 700);
	add_gzip(&packed, buf_slice(&text));
	expect_truncations(buf_slice(&packed));
	buf_clear(&packed);
	add_zstd(&packed, buf_slice(&text));
	expect_truncations(buf_slice(&packed));
	buf_release(&text);
	buf_release(&packed);
}

/* A flipped bit changes nothing that comes out, or is an error: the checksums see to that. */
static void expect_flips(struct slice packed, struct slice want, size_t first)
{
	struct buf copy, got;
	size_t found = 0;

	buf_init(&copy, MIB);
	buf_init(&got, 64 * MIB);
	buf_add_slice(&copy, packed);
	for (size_t bit = first * 8; bit < packed.len * 8; bit++) {
		copy.data[bit / 8] ^= (char)(1 << bit % 8);
		if (!inflate_cut(buf_slice(&copy), SIZE_MAX, &got, NULL))
			found++;
		else
			assert_true(slice_eq(buf_slice(&got), want));
		copy.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_true(found > (packed.len - first) * 7);
	buf_release(&copy);
	buf_release(&got);
}

static void test_flipped(void **state)
{
	struct buf text, packed;

	(void)state;
	buf_init(&text, MIB);
	buf_init(&packed, MIB);
	make_text(&text, 300);
	add_gzip(&packed, buf_slice(&text));
	expect_flips(buf_slice(&packed), buf_slice(&text), 10);

	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	buf_clear(&packed);
	size_t len = ZSTD_compress2(c, buf_reserve(&packed, 4096), 4096, text.data, text.len);
	assert_false(ZSTD_isError(len));
	buf_commit(&packed, len);
	ZSTD_freeCCtx(c);
	expect_flips(buf_slice(&packed), buf_slice(&text), 4);
	buf_release(&text);
	buf_release(&packed);
}

/* Deflate cannot pass the ratio; zstd passes it by far. */
static void test_bombs(void **state)
{
	struct slice zeros = { calloc(100, MIB), 100 * MIB };
	struct buf packed;

	(void)state;
	assert_non_null(zeros.data);
	buf_init(&packed, 200 * MIB);
	add_zstd(&packed, zeros);
	assert_true(packed.len < zeros.len / LIMIT_RATIO);
	expect_error(buf_slice(&packed), ERR_LIMIT);
	buf_clear(&packed);
	add_zstd(&packed, slice_first(zeros, 50 * MIB));
	expect_bytes(buf_slice(&packed), slice_first(zeros, 50 * MIB));
	/* A window of 2 GiB, which would be allocated. */
	expect_error(SLICE("\x28\xb5\x2f\xfd\0\xa8\1\0\0"), ERR_LIMIT);
	free((void *)(uintptr_t)zeros.data);
	buf_release(&packed);
}

struct endless {
	struct stream stream;
};

/* Claims more bytes than memory has; what only passes them on must not touch them. */
static bool endless_next(struct stream *stream, struct slice *ret, struct error *err)
{
	(void)stream;
	(void)err;
	*ret = slice_new("nothing known", (size_t)1 << 39);
	return true;
}

static void test_layer_limit(void **state)
{
	struct endless endless = { .stream = { .next = endless_next } };
	struct stream_inflate s;
	struct slice part;
	struct error err = ERROR_INIT;

	(void)state;
	stream_inflate_init(&s, &endless.stream);
	assert_true(stream_next(&s.stream, &part, &err));
	assert_true(stream_next(&s.stream, &part, &err));
	assert_int_equal(s.out, LIMIT_LAYER_BYTES);
	assert_false(stream_next(&s.stream, &part, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	stream_release(&s.stream);
}

static bool failing_next(struct stream *stream, struct slice *ret, struct error *err)
{
	(void)stream;
	(void)ret;
	return error_set(err, ERR_IO, "as told");
}

static void test_error_below(void **state)
{
	struct stream failing = { .next = failing_next };
	struct stream_digest digest;
	struct stream_inflate s;
	struct slice part;
	struct error err = ERROR_INIT;

	(void)state;
	stream_digest_init(&digest, &failing, DIGEST_SHA256);
	stream_inflate_init(&s, &digest.stream);
	assert_false(stream_next(&s.stream, &part, &err));
	assert_int_equal(err.code, ERR_IO);
	stream_release(&s.stream);
	stream_release(&digest.stream);
}

static void test_raw(void **state)
{
	struct buf packed;
	char out[64];

	(void)state;
	buf_init(&packed, MIB);
	add_gzip(&packed, SLICE("raw bytes raw bytes raw bytes"));
	struct slice raw = slice_new(packed.data + 10, packed.len - 18);
	assert_true(inflate_raw(raw, out, 29, NULL));
	assert_memory_equal(out, "raw bytes raw bytes raw bytes", 29);
	/* Too little room, too much, input that is cut, input left over. */
	assert_false(inflate_raw(raw, out, 28, NULL));
	assert_false(inflate_raw(raw, out, 30, NULL));
	assert_false(inflate_raw(raw, out, 0, NULL));
	for (size_t len = 0; len < raw.len; len++)
		assert_false(inflate_raw(slice_first(raw, len), out, 29, NULL));
	assert_false(inflate_raw(slice_new(raw.data, raw.len + 1), out, 29, NULL));
	assert_true(inflate_raw(SLICE("\3\0"), out, 0, NULL));
	assert_false(inflate_raw(SLICE("\3\0"), out, 1, NULL));
	assert_false(inflate_raw(SLICE(""), out, 0, NULL));
	assert_false(inflate_raw(SLICE("\7\0"), out, 0, NULL));
	buf_release(&packed);
}

static void test_zlib(void **state)
{
	static const struct slice text = SLICE_INIT("raw bytes raw bytes raw bytes");
	struct buf packed, zlib, out, small;
	uint32_t a = 1, b = 0;

	(void)state;
	buf_init(&packed, MIB);
	buf_init(&zlib, MIB);
	buf_init(&out, MIB);
	buf_init(&small, text.len - 1);
	add_gzip(&packed, text);
	buf_add_lit(&zlib, "\x78\x9c");
	buf_add(&zlib, packed.data + 10, packed.len - 18);
	for (size_t i = 0; i < text.len; i++) {
		a = (a + (uint8_t)text.data[i]) % 65521;
		b = (b + a) % 65521;
	}
	const uint8_t sum[] = { (uint8_t)(b >> 8), (uint8_t)b, (uint8_t)(a >> 8), (uint8_t)a };
	buf_add(&zlib, sum, sizeof(sum));
	assert_true(inflate_zlib(buf_slice(&zlib), &out, NULL));
	assert_true(slice_eq(buf_slice(&out), text));
	/* Too little room; cut short; a wrong checksum; bytes behind the stream. */
	struct error err = ERROR_INIT;
	assert_false(inflate_zlib(buf_slice(&zlib), &small, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	for (size_t len = 0; len < zlib.len; len++) {
		buf_clear(&out);
		assert_false(inflate_zlib(slice_first(buf_slice(&zlib), len), &out, NULL));
	}
	zlib.data[zlib.len - 1] ^= 1;
	buf_clear(&out);
	assert_false(inflate_zlib(buf_slice(&zlib), &out, NULL));
	zlib.data[zlib.len - 1] ^= 1;
	buf_add_lit(&zlib, "behind");
	buf_clear(&out);
	assert_true(inflate_zlib(buf_slice(&zlib), &out, NULL));
	assert_true(slice_eq(buf_slice(&out), text));
	buf_release(&packed);
	buf_release(&zlib);
	buf_release(&out);
	buf_release(&small);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_digest_vectors),
		cmocka_unit_test(test_digest_text),
		cmocka_unit_test(test_digest_stream),
		cmocka_unit_test(test_detect),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_member_garbage),
		cmocka_unit_test(test_gzip_header),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_layer_limit),
		cmocka_unit_test(test_error_below),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_zlib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
