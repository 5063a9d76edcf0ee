/* Programs of each format, put together around a list of crates; what cargo-auditable does stands in oracles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "inventory/rows.h"

#define SECTION_AT 0x2000
#define NAMES_AT 0x3000
#define TABLE_AT 0x3100

static const struct slice list = SLICE_INIT(
	"{\"packages\":["
	"{\"name\":\"adler\",\"version\":\"1.0.2\",\"source\":\"registry\",\"dependencies\":[]},"
	"{\"name\":\"app\",\"version\":\"0.1.0\",\"source\":\"local\",\"root\":true,\"dependencies\":[2,3,4,99]},"
	"{\"name\":\"cc\",\"version\":\"1.0.0\",\"source\":\"crates.io\",\"kind\":\"build\"},"
	"{\"name\":\"fork\",\"version\":\"2.0.0-rc.1+b\",\"source\":\"git\"},"
	"{\"name\":\"miniz\",\"version\":\"0.3.0\",\"source\":\"crates.io\",\"dependencies\":[0]}"
	"]}");

struct program {
	struct buf b;
	struct arena arena;
};

static void put(struct program *p, size_t at, uint64_t value, size_t size, bool big)
{
	while (p->b.len < at + size)
		buf_add_byte(&p->b, 0);
	for (size_t i = 0; i < size; i++)
		p->b.data[at + (big ? size - 1 - i : i)] = (char)(value >> (8 * i));
}

static void put_bytes(struct program *p, size_t at, struct slice bytes)
{
	while (p->b.len < at + bytes.len)
		buf_add_byte(&p->b, 0);
	memcpy(p->b.data + at, bytes.data, bytes.len);
}

/* RFC 1950 around one stored block of RFC 1951; answers its length. */
static size_t put_zlib(struct program *p, size_t at, struct slice text)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < text.len; i++) {
		a = (a + (uint8_t)text.data[i]) % 65521;
		b = (b + a) % 65521;
	}
	put_bytes(p, at, SLICE("\x78\x01\x01"));
	put(p, at + 3, text.len, 2, false);
	put(p, at + 5, ~text.len, 2, false);
	put_bytes(p, at + 7, text);
	put(p, at + 7 + text.len, ((uint64_t)b << 16) | a, 4, true);
	return text.len + 11;
}

static void program_init(struct program *p)
{
	buf_init(&p->b, 64 * MIB);
	arena_init(&p->arena, 0);
}

static void program_release(struct program *p)
{
	buf_release(&p->b);
	arena_release(&p->arena);
}

static void put_elf_section(struct program *p, unsigned number, bool wide, bool big, uint64_t name,
			    uint64_t offset, uint64_t size)
{
	size_t word = wide ? 8 : 4, at = TABLE_AT + number * (wide ? 64u : 40u);

	put(p, at, name, 4, big);
	put(p, at + 4, 1, 4, big);
	put(p, at + (wide ? 24 : 16), offset, word, big);
	put(p, at + (wide ? 32 : 20), size, word, big);
	put(p, at + (wide ? 63 : 39), 0, 1, big);
}

/* One loaded segment up to `loaded`, the section, the names and the table of sections behind it. */
static void make_elf(struct program *p, bool wide, bool big, uint64_t loaded, struct slice text)
{
	size_t word = wide ? 8 : 4, size = 0;
	size_t segment = wide ? 64 : 52;

	program_init(p);
	put_bytes(p, 0, SLICE("\177ELF"));
	put(p, 4, wide ? 2 : 1, 1, big);
	put(p, 5, big ? 2 : 1, 1, big);
	put(p, 16, 3, 2, big);
	put(p, wide ? 32 : 28, segment, word, big);
	put(p, wide ? 40 : 32, TABLE_AT, word, big);
	put(p, wide ? 54 : 42, wide ? 56 : 32, 2, big);
	put(p, wide ? 56 : 44, 1, 2, big);
	put(p, wide ? 58 : 46, wide ? 64 : 40, 2, big);
	put(p, wide ? 60 : 48, 3, 2, big);
	put(p, wide ? 62 : 50, 1, 2, big);
	put(p, segment, 1, 4, big);
	put(p, segment + (wide ? 32 : 16), loaded, word, big);
	put(p, segment + 56, 0, 1, big);
	if (!slice_empty(text))
		size = put_zlib(p, SECTION_AT, text);
	put_bytes(p, NAMES_AT, SLICE("\0.shstrtab\0.dep-v0x\0.dep-v0\0"));
	put_elf_section(p, 1, wide, big, 1, NAMES_AT, 30);
	put_elf_section(p, 2, wide, big, slice_empty(text) ? 11 : 20, SECTION_AT, size);
}

static void make_pe(struct program *p, struct slice text)
{
	const size_t at = 0x80, row = at + 24 + 0xf0;

	program_init(p);
	put_bytes(p, 0, SLICE("MZ"));
	put(p, 0x3c, at, 4, false);
	put_bytes(p, at, SLICE("PE\0\0"));
	put(p, at + 6, 2, 2, false);
	put(p, at + 20, 0xf0, 2, false);
	put(p, at + 24, 0x20b, 2, false);
	put_bytes(p, row, SLICE(".text"));
	put_bytes(p, row + 40, SLICE(".dep-v0"));
	put(p, row + 48, put_zlib(p, SECTION_AT, text), 4, false);
	put(p, row + 56, 0x1000, 4, false); /* as stored: filled up */
	put(p, row + 60, SECTION_AT, 4, false);
	put(p, SECTION_AT + 0x1000, 0, 8, false);
}

static void put_macho(struct program *p, size_t start, struct slice text)
{
	put_bytes(p, start, SLICE("\xcf\xfa\xed\xfe"));
	put(p, start + 16, 1, 4, false);
	put(p, start + 20, 72 + 80, 4, false);
	put(p, start + 32, 0x19, 4, false);
	put(p, start + 36, 72 + 80, 4, false);
	put(p, start + 32 + 64, 1, 4, false);
	put_bytes(p, start + 32 + 72, SLICE(".dep-v0"));
	put(p, start + 32 + 72 + 40, put_zlib(p, start + SECTION_AT, text), 8, false);
	put(p, start + 32 + 72 + 48, SECTION_AT, 4, false);
}

static void make_macho(struct program *p, struct slice text)
{
	program_init(p);
	put_macho(p, 0, text);
}

/* Two architectures, of which the second one alone has the list. */
static void make_fat(struct program *p, struct slice text)
{
	program_init(p);
	put_bytes(p, 0, SLICE("\xca\xfe\xba\xbe"));
	put(p, 4, 2, 4, true);
	put(p, 8 + 8, 0x1000, 4, true);
	put(p, 28 + 8, 0x4000, 4, true);
	put_macho(p, 0x4000, text);
	put_bytes(p, 0x1000, SLICE("\xcf\xfa\xed\xfe"));
}

struct answer {
	struct inventory_output out;
	struct error err;
	bool ok, second_pass;
};

static struct answer show(struct program *p, size_t piece)
{
	const struct inventory_row *row = &inventory_executable;
	struct answer x = { .out = { .arena = &p->arena }, .err = ERROR_INIT };
	struct slice bytes = buf_slice(&p->b);
	const struct inventory_file file = { .path = SLICE("bin/app"), .size = bytes.len, .mode = 0755 };
	const struct inventory_input in = { file.path, bytes.len, bytes };

	if (piece == 0) {
		x.ok = row->parse(&in, &x.out, &x.err);
		assert_false(x.out.want_whole);
		return x;
	}
	assert_true(row->sieve_wants(&file, slice_first(bytes, 64)));
	struct inventory_sieve *s = row->sieve_begin(&p->arena, &file);
	while (!slice_empty(bytes) && row->sieve_feed(s, slice_first(bytes, piece)))
		bytes = slice_from(bytes, piece);
	x.ok = row->sieve_finish(s, &x.out, &x.err);
	if (!x.ok || !x.out.want_whole)
		return x;
	x = show(p, 0);
	x.second_pass = true;
	return x;
}

static const struct package *expect(const struct answer *x, size_t i, const char *name, const char *version,
				    uint32_t flags)
{
	assert_true(i < x->out.packages.count);
	const struct package *p = &x->out.packages.items[i];

	if (!slice_eq(p->name, slice_from_cstr(name)) || !slice_eq(p->version, slice_from_cstr(version)) ||
	    p->flags != flags)
		fail_msg("%zu: %.*s %.*s flags %u, not %s %s flags %u", i, SLICE_ARG(p->name),
			 SLICE_ARG(p->version), p->flags, name, version, flags);
	assert_int_equal(p->origin, ORIGIN_RUST_BINARY);
	assert_non_null(p->ecosystem);
	assert_true(slice_is(p->ecosystem->osv, "crates.io"));
	return p;
}

static void expect_list(const struct answer *x, size_t start)
{
	if (!x->ok)
		fail_msg("%s", x->err.message);
	assert_int_equal(x->out.partial.code, ERR_NONE);
	assert_int_equal(x->out.packages.count, 5);
	expect(x, 0, "adler", "1.0.2", PACKAGE_INDIRECT);
	const struct package *app = expect(x, 1, "app", "0.1.0", PACKAGE_MAIN | PACKAGE_LOCAL);
	expect(x, 2, "cc", "1.0.0", PACKAGE_DEV);
	expect(x, 3, "fork", "2.0.0-rc.1+b", PACKAGE_LOCAL);
	const struct package *miniz = expect(x, 4, "miniz", "0.3.0", 0);
	assert_int_equal(app->depends.count, 3);
	assert_true(slice_is(app->depends.items[0], "cc") && slice_is(app->depends.items[1], "fork") &&
		    slice_is(app->depends.items[2], "miniz"));
	assert_int_equal(miniz->depends.count, 1);
	assert_int_equal(app->offset, start + SECTION_AT);
	assert_int_equal(app->length, list.len + 11);
}

static const size_t pieces[] = { 0, 13, 64, 1000, 4096, 65536 };

static void check_pieces(struct program *p, size_t start, bool second_pass)
{
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct answer x = show(p, pieces[i]);

		expect_list(&x, start);
		if (pieces[i] >= 64 && pieces[i] < p->b.len)
			assert_int_equal(x.second_pass, second_pass);
	}
	program_release(p);
}

static void test_elf(void **state)
{
	struct program p;

	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		/* Behind the loaded part, where cargo-auditable puts it, and within it. */
		make_elf(&p, kind & 1, kind & 2, 0x1800, list);
		check_pieces(&p, 0, false);
		make_elf(&p, kind & 1, kind & 2, 0x2800, list);
		check_pieces(&p, 0, true);
	}
}

static void test_large_tail(void **state)
{
	struct program p;
	const size_t more = 9 * MIB;

	(void)state;
	make_elf(&p, true, false, 0x1800, list);
	memset(buf_reserve(&p.b, more), 0xff, more);
	buf_commit(&p.b, more);
	struct answer x = show(&p, 65536);
	assert_true(x.second_pass);
	expect_list(&x, 0);
	program_release(&p);
	make_elf(&p, true, false, 0x1800, SLICE_EMPTY);
	memset(p.b.data + NAMES_AT, 0, 30);
	memset(buf_reserve(&p.b, more), 0xff, more);
	buf_commit(&p.b, more);
	x = show(&p, 65536);
	assert_true(x.ok && !x.second_pass);
	assert_true(p.arena.used < 64 * KIB);
	program_release(&p);
}

static void test_others(void **state)
{
	struct program p;

	(void)state;
	make_pe(&p, list);
	check_pieces(&p, 0, true);
	make_macho(&p, list);
	check_pieces(&p, 0, true);
	make_fat(&p, list);
	p.b.data[0x1000] = '\0';
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct answer x = show(&p, pieces[i]);

		assert_true(x.ok);
		assert_int_equal(x.out.packages.count, 0);
	}
	put_bytes(&p, 0x1000, SLICE("\xcf\xfa\xed\xfe"));
	check_pieces(&p, 0x4000, true);
}

static void expect_nothing(struct program *p)
{
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct answer x = show(p, pieces[i]);

		assert_true(x.ok);
		assert_int_equal(x.out.packages.count, 0);
	}
	program_release(p);
}

/* A section of a longer name, none at all, tables that point nowhere. */
static void test_no_list(void **state)
{
	struct program p;

	(void)state;
	make_elf(&p, true, false, 0x1800, SLICE_EMPTY);
	expect_nothing(&p);
	make_elf(&p, true, false, 0x1800, list);
	put(&p, 40, UINT64_MAX - 8, 8, false);
	expect_nothing(&p);
	make_elf(&p, true, false, 0x1800, list);
	put(&p, TABLE_AT + 64 + 24, UINT64_MAX - 8, 8, false);
	expect_nothing(&p);
	make_elf(&p, true, false, 0x1800, list);
	put(&p, TABLE_AT + 128 + 32, UINT64_MAX - 8, 8, false);
	expect_nothing(&p);
	make_elf(&p, true, false, 0x1800, list);
	put(&p, 60, 0xffff, 2, false);
	expect_nothing(&p);
	make_elf(&p, true, false, 0x1800, list);
	put(&p, TABLE_AT + 128 + 4, 8, 4, false); /* it has no bytes in the file */
	expect_nothing(&p);
}

/* More sections than a number of 16 bits counts: the first row says. */
static void test_extended_numbers(void **state)
{
	struct program p;

	(void)state;
	make_elf(&p, true, false, 0x1800, list);
	put(&p, 60, 0, 2, false);
	put(&p, 62, 0xffff, 2, false);
	put_elf_section(&p, 0, true, false, 0, 0, 3);
	put(&p, TABLE_AT + 40, 1, 4, false);
	check_pieces(&p, 0, false);
}

static void expect_broken(struct program *p, const char *message)
{
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct answer x = show(p, pieces[i]);

		assert_false(x.ok);
		assert_int_equal(x.out.packages.count, 0);
		if (!strstr(x.err.message, message) || !strstr(x.err.message, ".dep-v0"))
			fail_msg("%s", x.err.message);
	}
	program_release(p);
}

static void test_broken_list(void **state)
{
	struct program p;

	(void)state;
	make_elf(&p, true, false, 0x1800, list);
	p.b.data[SECTION_AT + 20] ^= 1; /* the checksum does not fit any more */
	expect_broken(&p, "zlib");
	make_elf(&p, true, false, 0x1800, list);
	put(&p, TABLE_AT + 128 + 32, 40, 8, false);
	expect_broken(&p, "too early");
	make_elf(&p, true, false, 0x1800, list);
	put(&p, TABLE_AT + 128 + 32, 0, 8, false);
	expect_broken(&p, "too early");
	make_elf(&p, true, false, 0x1800, SLICE("{\"packages\":{}}"));
	expect_broken(&p, "line 1, column 1: no list \"packages\"");
	make_elf(&p, true, false, 0x1800, SLICE("{\"packages\":[}"));
	expect_broken(&p, "line 1, column 14");
}

static void test_partly_broken_list(void **state)
{
	struct program p;

	(void)state;
	make_elf(&p, true, false, 0x1800,
		 SLICE("{\"packages\":[{\"name\":\"a b\",\"version\":\"1\"},{\"name\":\"c\",\"version\":\"1.0.0\"}]}"));
	struct answer x = show(&p, 1000);
	assert_true(x.ok);
	assert_int_equal(x.out.packages.count, 1);
	expect(&x, 0, "c", "1.0.0", PACKAGE_INDIRECT);
	assert_non_null(strstr(x.out.partial.message, ".dep-v0: line 1, column 14"));
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elf),
		cmocka_unit_test(test_large_tail),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_extended_numbers),
		cmocka_unit_test(test_broken_list),
		cmocka_unit_test(test_partly_broken_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
