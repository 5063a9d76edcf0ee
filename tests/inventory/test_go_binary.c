#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/limits.h"
#include "inventory/rows.h"

#define FRAME_START "0123456789abcdef"
#define FRAME_END "fedcba9876543210"
#define MODULES                                                                              \
	"path\texample.test/app/cmd/app\n"                                                  \
	"mod\texample.test/app\t(devel)\t\n"                                                \
	"dep\texample.test/one\tv1.2.3\th1:sum\n"                                           \
	"dep\texample.test/old\tv0.1.0\n"                                                   \
	"=>\texample.test/new\tv0.2.0\th1:other\n"                                          \
	"dep\texample.test/here\tv0.3.0\n"                                                  \
	"=>\t./here\t(devel)\t\n"                                                           \
	"build\t-ldflags=\"-X main.version=9.9.9\"\n"

/* A program made of our own bytes: a read-only segment and a writable one. */
struct program {
	struct arena arena;
	struct buf b;
	bool wide, big;
};

#define TEXT_AT 0x1000u     /* offset of the read-only segment */
#define DATA_AT 0x3000u
#define DATA_SIZE 0x2000u
#define ADDRESS 0x400000u   /* what an offset of the file has added in memory */

static void put(struct program *p, size_t at, uint64_t v, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p->b.data[at + i] = (char)(v >> 8 * (p->big ? size - 1 - i : i));
}

static void put_bytes(struct program *p, size_t at, const void *bytes, size_t len)
{
	memcpy(p->b.data + at, bytes, len);
}

static void put_segment(struct program *p, unsigned number, uint64_t offset, uint64_t size, unsigned flags)
{
	size_t word = p->wide ? 8 : 4, at = (p->wide ? 64 : 52) + number * (p->wide ? 56u : 32u);

	put(p, at, 1, 4);
	put(p, at + (p->wide ? 4 : 24), flags, 4);
	at += p->wide ? 8 : 4;
	put(p, at, offset, word);
	put(p, at + word, offset + ADDRESS, word);
	put(p, at + 3 * word, size, word);
	put(p, at + 4 * word, size, word);
}

static void program_init(struct program *p, bool wide, bool big)
{
	size_t word = wide ? 8 : 4;

	*p = (struct program){ .wide = wide, .big = big };
	arena_init(&p->arena, 0);
	buf_init(&p->b, 64 * MIB);
	memset(buf_reserve(&p->b, DATA_AT + DATA_SIZE), 0, DATA_AT + DATA_SIZE);
	buf_commit(&p->b, DATA_AT + DATA_SIZE);
	put_bytes(p, 0, "\177ELF", 4);
	p->b.data[4] = wide ? 2 : 1;
	p->b.data[5] = big ? 2 : 1;
	put(p, 16, 2, 2);
	put(p, 24 + word, wide ? 64 : 52, word);
	put(p, wide ? 54 : 42, wide ? 56 : 32, 2);
	put(p, wide ? 56 : 44, 2, 2);
	put_segment(p, 0, TEXT_AT, DATA_AT - TEXT_AT, 5);
	put_segment(p, 1, DATA_AT, DATA_SIZE, 6);
}

static void program_release(struct program *p)
{
	buf_release(&p->b);
	arena_release(&p->arena);
}

static size_t put_magic(struct program *p, size_t at, uint8_t pointer_size, uint8_t flags)
{
	put_bytes(p, at, "\xff Go build" "inf:", 14);
	p->b.data[at + 14] = (char)pointer_size;
	p->b.data[at + 15] = (char)flags;
	return at + 32;
}

static size_t put_varint_text(struct program *p, size_t at, const char *text)
{
	uint64_t len = strlen(text);

	for (; len >= 0x80; len >>= 7)
		p->b.data[at++] = (char)(len | 0x80);
	p->b.data[at++] = (char)len;
	put_bytes(p, at, text, strlen(text));
	return at + strlen(text);
}

static void put_inline(struct program *p, size_t at, const char *version, const char *modules)
{
	put_varint_text(p, put_varint_text(p, put_magic(p, at, 0, 2), version), modules);
}

/* The string's bytes at `text`, its Go header at `header`. */
static void put_go_string(struct program *p, size_t header, size_t text, const char *s)
{
	size_t word = p->wide ? 8 : 4;

	put(p, header, text + ADDRESS, word);
	put(p, header + word, strlen(s), word);
	put_bytes(p, text, s, strlen(s));
}

static void put_pointers(struct program *p, size_t at, const char *version, const char *modules)
{
	size_t word = p->wide ? 8 : 4;

	put_magic(p, at, (uint8_t)word, p->big);
	put(p, at + 16, DATA_AT + 0x800 + ADDRESS, word);
	put(p, at + 16 + word, DATA_AT + 0x820 + ADDRESS, word);
	put_go_string(p, DATA_AT + 0x800, TEXT_AT + 0x100, version);
	put_go_string(p, DATA_AT + 0x820, TEXT_AT + 0x200, modules);
}

struct answer {
	struct inventory_output out;
	struct error err;
	bool ok;
};

static const struct inventory_row *row(void)
{
	return &inventory_executable;
}

static struct answer stream(struct program *p, size_t piece)
{
	struct answer x = { .out = { .arena = &p->arena }, .err = ERROR_INIT };
	struct slice bytes = buf_slice(&p->b);
	const struct inventory_file file = { .path = SLICE("bin/app"), .size = bytes.len, .mode = 0755 };

	assert_true(row()->sieve_wants(&file, slice_first(bytes, 64)));
	struct inventory_sieve *s = row()->sieve_begin(&p->arena, &file);
	while (!slice_empty(bytes) && row()->sieve_feed(s, slice_first(bytes, piece)))
		bytes = slice_from(bytes, piece);
	x.ok = row()->sieve_finish(s, &x.out, &x.err);
	return x;
}

static struct answer whole(struct program *p)
{
	struct answer x = { .out = { .arena = &p->arena }, .err = ERROR_INIT };
	const struct inventory_input in = { SLICE("bin/app"), p->b.len, buf_slice(&p->b) };

	x.ok = row()->parse(&in, &x.out, &x.err);
	assert_false(x.out.want_whole);
	return x;
}

static void expect_package(const struct answer *x, size_t i, const char *name, const char *version, uint32_t flags)
{
	assert_true(i < x->out.packages.count);
	const struct package *p = &x->out.packages.items[i];

	if (!slice_eq(p->name, slice_from_cstr(name)) || !slice_eq(p->version, slice_from_cstr(version)) ||
	    p->flags != flags)
		fail_msg("%zu: %.*s %.*s flags %u, not %s %s flags %u", i, SLICE_ARG(p->name),
			 SLICE_ARG(p->version), p->flags, name, version, flags);
}

static void expect_modules(const struct program *p, const struct answer *x, const char *version)
{
	assert_true(x->ok);
	assert_int_equal(x->out.packages.count, 5);
	expect_package(x, 0, "stdlib", version, 0);
	expect_package(x, 1, "example.test/app", "(devel)", PACKAGE_MAIN | PACKAGE_UNVERSIONED);
	expect_package(x, 2, "example.test/one", "v1.2.3", 0);
	expect_package(x, 3, "example.test/new", "v0.2.0", 0);
	expect_package(x, 4, "example.test/here", "(devel)", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	assert_true(slice_is(x->out.packages.items[2].integrity, "h1:sum"));
	assert_true(slice_is(x->out.packages.items[3].integrity, "h1:other"));
	assert_int_equal(x->out.partial.code, ERR_NONE);
	/* The span of a module is its line, of a replaced one both lines. */
	const struct package *one = &x->out.packages.items[2], *new = &x->out.packages.items[3];
	assert_true(slice_is(slice_first(slice_from(buf_slice(&p->b), one->offset), one->length),
			     "dep\texample.test/one\tv1.2.3\th1:sum"));
	assert_true(slice_is(slice_first(slice_from(buf_slice(&p->b), new->offset), new->length),
			     "dep\texample.test/old\tv0.1.0\n=>\texample.test/new\tv0.2.0\th1:other"));
}

static void expect_nothing(const struct answer *x)
{
	assert_true(x->ok);
	assert_int_equal(x->out.packages.count, 0);
	assert_false(x->out.want_whole);
	assert_int_equal(x->out.partial.code, ERR_NONE);
}

static const size_t pieces[] = { 1, 3, 15, 16, 17, 31, 64, 1000, 4096, 1 << 20 };
#define EACH_PIECE(i) for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)

static void test_inline(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct program p;

		program_init(&p, kind & 1, kind & 2);
		put_inline(&p, DATA_AT + 0x30, "go1.19.8", FRAME_START MODULES FRAME_END);
		EACH_PIECE(i) {
			struct answer x = stream(&p, pieces[i]);

			expect_modules(&p, &x, "1.19.8");
		}
		struct answer x = whole(&p);
		expect_modules(&p, &x, "1.19.8");
		program_release(&p);
	}
}

static void test_pointers(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct program p;

		program_init(&p, kind & 1, kind & 2);
		put_pointers(&p, DATA_AT, "go1.15.2", FRAME_START MODULES FRAME_END);
		EACH_PIECE(i) {
			struct answer x = stream(&p, pieces[i]);

			assert_true(x.ok);
			/* The largest piece is the whole file, which is all that is needed. */
			if (pieces[i] >= p.b.len) {
				expect_modules(&p, &x, "1.15.2");
			} else {
				assert_true(x.out.want_whole);
				assert_int_equal(x.out.packages.count, 0);
			}
		}
		struct answer x = whole(&p);
		expect_modules(&p, &x, "1.15.2");
		program_release(&p);
	}
}

static void test_pointers_that_lie(void **state)
{
	struct program p;
	struct answer x;

	(void)state;
	program_init(&p, true, false);
	put_pointers(&p, DATA_AT, "go1.15.2", FRAME_START MODULES FRAME_END);
	/* A list that leads out of the file: the version is still known. */
	put(&p, DATA_AT + 0x828, 1ull << 40, 8);
	x = whole(&p);
	assert_true(x.ok);
	assert_int_equal(x.out.packages.count, 1);
	expect_package(&x, 0, "stdlib", "1.15.2", 0);
	/* The version's text beyond the end of its segment, and of memory. */
	static const uint64_t lengths[] = { 1000, UINT64_MAX, UINT64_MAX - ADDRESS, 1ull << 63 };
	for (size_t i = 0; i < 4; i++) {
		put(&p, DATA_AT + 0x808, lengths[i], 8);
		x = whole(&p);
		assert_false(x.ok);
		assert_int_equal(x.err.code, ERR_FORMAT);
		assert_int_equal(x.out.packages.count, 0);
	}
	put(&p, DATA_AT + 0x800, UINT64_MAX - 3, 8);
	put(&p, DATA_AT + 0x808, 8, 8);
	assert_false(whole(&p).ok);
	/* The version's address is nowhere: no Go string, so no Go program. */
	put(&p, DATA_AT + 16, UINT64_MAX - 7, 8);
	x = whole(&p);
	expect_nothing(&x);
	x = stream(&p, 4096);
	expect_nothing(&x);
	program_release(&p);
}

static void test_segment_beyond_the_file(void **state)
{
	struct program p;

	(void)state;
	program_init(&p, true, false);
	put_segment(&p, 1, DATA_AT, 1ull << 40, 6);
	put_pointers(&p, DATA_AT, "go1.15.2", FRAME_START MODULES FRAME_END);
	put(&p, DATA_AT + 16, DATA_AT + ADDRESS + DATA_SIZE - 8, 8);
	assert_false(whole(&p).ok);
	put(&p, DATA_AT + 16, DATA_AT + ADDRESS + (1ull << 39), 8);
	assert_false(whole(&p).ok);
	put_segment(&p, 1, UINT64_MAX - 100, 200, 6);
	whole(&p);
	program_release(&p);
}

/* A constant in read-only data goes after what stands in the writable segment, wherever it can be decoded. */
static void test_constants_before_the_real_one(void **state)
{
	struct program p;

	(void)state;
	program_init(&p, true, false);
	put_magic(&p, TEXT_AT, 8, 0);                             /* pointers to nowhere */
	put_magic(&p, TEXT_AT + 0x48, 0, 2);                      /* not at a multiple of 16 */
	put_inline(&p, TEXT_AT + 0x80, "an example", "");         /* no version */
	put_inline(&p, TEXT_AT + 0x100, "go1.1", "sound, but a constant");
	put_magic(&p, DATA_AT, 0, 2);                             /* an empty version */
	memset(p.b.data + put_magic(&p, DATA_AT + 0x40, 0, 2), 0xff, 16); /* a length without end */
	put_inline(&p, DATA_AT + 0x80, "go1.26", FRAME_START MODULES FRAME_END);
	put_inline(&p, DATA_AT + 0x1000, "go1.2", "");            /* too late */
	EACH_PIECE(i) {
		struct answer x = stream(&p, pieces[i]);

		expect_modules(&p, &x, "1.26");
	}
	/* Without a writable segment the first that can be decoded counts. */
	put_segment(&p, 1, DATA_AT, DATA_SIZE, 4);
	EACH_PIECE(i) {
		struct answer x = stream(&p, pieces[i]);

		assert_true(x.ok);
		assert_int_equal(x.out.packages.count, 1);
		expect_package(&x, 0, "stdlib", "1.1", 0);
	}
	program_release(&p);
}

/* A header inside what an earlier one claims as its text. */
static void test_real_one_within_a_false_one(void **state)
{
	struct program p;
	size_t at;

	(void)state;
	program_init(&p, true, false);
	at = put_varint_text(&p, put_magic(&p, TEXT_AT, 0, 2), "go1.3");
	put_bytes(&p, at, "\xff\xff\xff\x07", 4); /* just under 16 MiB */
	put_inline(&p, DATA_AT + 0x50, "go1.20rc1", FRAME_START MODULES FRAME_END);
	EACH_PIECE(i) {
		struct answer x = stream(&p, pieces[i]);

		expect_modules(&p, &x, "1.20.0-rc.1");
	}
	program_release(&p);
}

static void test_cut_short(void **state)
{
	struct program p;
	size_t end, whole_len;

	(void)state;
	program_init(&p, false, true);
	put_inline(&p, DATA_AT, "go1.19.8", FRAME_START MODULES FRAME_END);
	end = DATA_AT + 32 + 1 + 8 + 2 + strlen(FRAME_START MODULES FRAME_END);
	whole_len = p.b.len;
	for (size_t len = DATA_AT - 1; len <= end; len++) {
		p.b.len = len;
		for (size_t piece = 7; piece < 100000; piece *= 50) {
			struct answer x = stream(&p, piece);

			if (len == end)
				expect_modules(&p, &x, "1.19.8");
			else if (len < DATA_AT + 32 + 1 + 8)
				expect_nothing(&x);
			else
				assert_false(x.ok);
		}
	}
	p.b.len = whole_len;
	/* Lengths that nothing can have. */
	memset(p.b.data + DATA_AT + 32 + 9, 0xff, 9);
	for (int last = 0; last < 3; last++) {
		p.b.data[DATA_AT + 32 + 18] = (char)last;
		assert_int_equal(stream(&p, 4096).out.packages.count, 0);
	}
	program_release(&p);
}

static void test_headers_that_lie(void **state)
{
	struct program p;

	(void)state;
	program_init(&p, true, false);
	put_inline(&p, DATA_AT, "go1.19.8", FRAME_START MODULES FRAME_END);
	static const struct {
		size_t at, size;
		uint64_t value;
	} lies[] = {
		{ 32, 8, UINT64_MAX }, { 32, 8, 1 << 20 }, { 32, 8, 60000 }, { 32, 8, 0 },
		{ 54, 2, 1 }, { 54, 2, 0xffff }, { 56, 2, 0 }, { 56, 2, 0xffff }, { 56, 2, 1000 },
	};
	/* What cannot be told from the headers is found all the same. */
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		char saved[8];

		memcpy(saved, p.b.data + lies[i].at, sizeof(saved));
		put(&p, lies[i].at, lies[i].value, lies[i].size);
		for (size_t piece = 1; piece < 100000; piece *= 40) {
			struct answer x = stream(&p, piece);

			expect_modules(&p, &x, "1.19.8");
		}
		memcpy(p.b.data + lies[i].at, saved, sizeof(saved));
	}
	program_release(&p);
}

static void check_version(const char *tag, const char *version, uint32_t flags)
{
	struct program p;

	program_init(&p, true, false);
	put_inline(&p, DATA_AT, tag, "");
	struct answer x = stream(&p, 100);
	assert_int_equal(x.out.packages.count, 1);
	expect_package(&x, 0, "stdlib", version, flags);
	program_release(&p);
}

static void test_versions_of_go(void **state)
{
	(void)state;
	check_version("go1.19.8", "1.19.8", 0);
	check_version("go1.20", "1.20", 0);
	check_version("go1.20rc1", "1.20.0-rc.1", 0);
	check_version("go1.9.2rc2", "1.9.2-rc.2", 0);
	check_version("go1.18beta2", "1.18.0-beta.2", 0);
	check_version("go1.22.4 X:boringcrypto,fieldtrack", "1.22.4", 0);
	check_version("go1.22.4-fips", "1.22.4", 0);
	check_version("go1.16.4b7", "1.16.4", 0);
	check_version("go1.21rc", "1.21", 0);
	check_version("go1.25-20250209-RC00 cl/724970549 +ff27d270c9 X:fieldtrack", "1.25", 0);
	check_version("go1.24.1 (Red Hat 1.24.1-1.el9)", "1.24.1", 0);
	check_version("devel go1.21-4d6b7b7 Tue Jan 3 2023", "go1.21-4d6b7b7", PACKAGE_UNVERSIONED);
	check_version("go.odd", "go.odd", PACKAGE_UNVERSIONED);
	check_version("devel ", "devel", PACKAGE_UNVERSIONED);
}

static void test_odd_lines(void **state)
{
	struct program p;

	(void)state;
	program_init(&p, true, false);
	put_inline(&p, DATA_AT, "go1.19.8", FRAME_START
		   "path\tcmd/go\nmod\t\t\t\nmod\texample.test/app\tv1.0.0\t\n"
		   "dep\tbad\x1b[2Jname\tv1\t\ndep\tbad name\tv1\t\ndep\tok\tv1\x7f\t\ndep\t\tv1\t\n"
		   "=>\tignored\tv2\t\ndep\tshort\n\ndep\tx\tv1\t\n=>\t\tv2\t\ndep\ty\tv1\th1:y\n=>\ty\x02\tv2\t\nunknown\tz\tv1\t\n"
		   FRAME_END);
	struct answer x = stream(&p, 50);
	assert_true(x.ok);
	assert_int_equal(x.out.packages.count, 5);
	expect_package(&x, 1, "example.test/app", "v1.0.0", PACKAGE_MAIN);
	expect_package(&x, 2, "short", "", PACKAGE_UNVERSIONED);
	expect_package(&x, 3, "x", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	expect_package(&x, 4, "y", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	assert_int_equal(x.out.partial.code, ERR_FORMAT);
	assert_true(slice_starts(slice_from(buf_slice(&p.b), (size_t)x.out.partial.offset), SLICE("dep\tbad\x1b")));
	program_release(&p);
}

/* A list without the linker's frame is none, as for Go itself; Go's own tools have no list at all. */
static void test_frame(void **state)
{
	static const char *const lists[] = { "", "x", FRAME_START FRAME_END, FRAME_START "dep\ta\tv1" FRAME_END };
	struct program p;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		program_init(&p, true, false);
		put_inline(&p, DATA_AT, "go1.19.8", lists[i]);
		struct answer x = stream(&p, 4096);
		assert_true(x.ok);
		assert_int_equal(x.out.packages.count, 1);
		program_release(&p);
	}
}

/* Header upon header, each claiming most of the rest: the work and the memory stay bounded. */
static void test_many_claims(void **state)
{
	struct program p;
	const size_t more = 24 * MIB;

	(void)state;
	program_init(&p, true, false);
	memset(buf_reserve(&p.b, more), 0, more);
	for (size_t at = DATA_AT; at + 64 < DATA_AT + DATA_SIZE + more; at += 64) {
		size_t text = put_varint_text(&p, put_magic(&p, at, 0, 2), "go1.3");

		put_bytes(&p, text, "\x80\x80\xf0\x07", 4);
	}
	buf_commit(&p.b, more);
	put_segment(&p, 1, DATA_AT, DATA_SIZE + more, 6);
	p.b.len = DATA_AT + 15 * MIB;
	size_t before = p.arena.used;
	struct answer x = stream(&p, 65536);
	assert_false(x.ok);
	assert_true(p.arena.used - before <= 34 * MIB);
	p.b.len = DATA_AT + DATA_SIZE + more;
	x = stream(&p, 65536);
	assert_int_equal(x.out.packages.count, 1);
	program_release(&p);
}

static void test_memory_of_a_plain_program(void **state)
{
	struct program p;
	const size_t more = 8 * MIB;

	(void)state;
	program_init(&p, true, false);
	memset(buf_reserve(&p.b, more), 0xff, more);
	buf_commit(&p.b, more);
	struct answer x = stream(&p, 1000);
	expect_nothing(&x);
	assert_true(p.arena.used < 64 * KIB);
	program_release(&p);
}

static void test_wants(void **state)
{
	static const struct {
		struct slice first;
		bool wanted;
	} cases[] = {
		{ SLICE_INIT("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0...............................................\0"), true },
		{ SLICE_INIT("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\1\0...............................................\0"), false },
		{ SLICE_INIT("\177ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\2...............................................\0"), true },
		{ SLICE_INIT("\177ELF\3\1\1\0\0\0\0\0\0\0\0\0\3\0...............................................\0"), false },
		{ SLICE_INIT("\177ELF\2\1"), false },
		{ SLICE_INIT("MZ"), true },
		{ SLICE_INIT("\xcf\xfa\xed\xfe"), true },
		{ SLICE_INIT("\xca\xfe\xba\xbe\0\0\0\2"), true },
		{ SLICE_INIT("\xca\xfe\xba\xbe\0\0\0\x34"), false },
		{ SLICE_INIT("#!/bin/sh\n"), false },
		{ SLICE_INIT(""), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory_file file = { .path = SLICE("x"), .size = 1 << 20, .mode = 0755 };

		if (row()->sieve_wants(&file, cases[i].first) != cases[i].wanted)
			fail_msg("case %zu", i);
		file.size = cases[i].first.len;
		assert_false(row()->sieve_wants(&file, cases[i].first));
	}
	const struct inventory_file file = { .path = SLICE("x"), .size = 1 << 20, .mode = 0755 };
	assert_ptr_equal(inventory_match_bytes(INVENTORY_IMAGE, &file, SLICE("MZ")), &inventory_executable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inline),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_pointers_that_lie),
		cmocka_unit_test(test_segment_beyond_the_file),
		cmocka_unit_test(test_constants_before_the_real_one),
		cmocka_unit_test(test_real_one_within_a_false_one),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_headers_that_lie),
		cmocka_unit_test(test_versions_of_go),
		cmocka_unit_test(test_odd_lines),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_many_claims),
		cmocka_unit_test(test_memory_of_a_plain_program),
		cmocka_unit_test(test_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
