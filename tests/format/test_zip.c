#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <isa-l/crc.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "format/zip.h"

/* "hello hello hello hello\n" as zlib deflates it. */
static const struct slice text = SLICE_INIT("hello hello hello hello\n");
static const struct slice deflated = SLICE_INIT("\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\xb9\x00");

static void u16(struct buf *b, unsigned v)
{
	buf_add(b, (uint8_t[]){ v & 0xff, v >> 8 & 0xff }, 2);
}

static void u32(struct buf *b, uint64_t v)
{
	u16(b, v & 0xffff);
	u16(b, v >> 16 & 0xffff);
}

static void u64(struct buf *b, uint64_t v)
{
	u32(b, v);
	u32(b, v >> 32);
}

struct entry {
	const char *name, *local_name; /* local_name NULL: the same */
	unsigned flags, method, local_method;
	struct slice data;
	uint64_t size, compressed, header;
	uint32_t crc;
	struct slice extra;
};

/* An archive in the making. */
struct maker {
	struct buf b, directory;
	unsigned count;
};

static void maker_init(struct maker *m)
{
	buf_init(&m->b, 16 * MIB);
	buf_init(&m->directory, 16 * MIB);
	m->count = 0;
}

static struct entry stored(const char *name, struct slice data)
{
	return (struct entry){ .name = name, .data = data, .size = data.len, .compressed = data.len,
			       .crc = crc32_gzip_refl(0, (const uint8_t *)data.data, data.len) };
}

static struct entry packed(const char *name)
{
	struct entry e = stored(name, text);

	e.method = e.local_method = 8;
	e.data = deflated;
	e.compressed = deflated.len;
	return e;
}

/* The local header and data; tells where. */
static uint64_t add_local(struct maker *m, struct entry e)
{
	const char *name = e.local_name ? e.local_name : e.name;
	uint64_t at = m->b.len;

	u32(&m->b, 0x04034b50);
	u16(&m->b, 20);
	u16(&m->b, e.flags);
	u16(&m->b, e.local_method);
	u32(&m->b, 0);
	u32(&m->b, e.crc);
	u32(&m->b, e.compressed);
	u32(&m->b, e.size);
	u16(&m->b, (unsigned)strlen(name));
	u16(&m->b, 4);
	buf_add(&m->b, name, strlen(name));
	buf_add(&m->b, "\x99\x99\0", 4);
	buf_add_slice(&m->b, e.data);
	return at;
}

static void add_central(struct maker *m, struct entry e)
{
	struct buf *d = &m->directory;

	u32(d, 0x02014b50);
	u32(d, 20 | 20 << 16);
	u16(d, e.flags);
	u16(d, e.method);
	u32(d, 0);
	u32(d, e.crc);
	u32(d, e.compressed);
	u32(d, e.size);
	u16(d, (unsigned)strlen(e.name));
	u16(d, (unsigned)e.extra.len);
	u16(d, 0);
	u64(d, 0);
	u32(d, e.header);
	buf_add(d, e.name, strlen(e.name));
	buf_add_slice(d, e.extra);
	m->count++;
}

static void add(struct maker *m, struct entry e)
{
	e.header = add_local(m, e);
	add_central(m, e);
}

struct end {
	unsigned disk, count, comment_len;
	uint64_t size, offset;
};

static void add_end(struct buf *b, struct end end)
{
	u32(b, 0x06054b50);
	u16(b, end.disk);
	u16(b, 0);
	u16(b, end.count);
	u16(b, end.count);
	u32(b, end.size);
	u32(b, end.offset);
	u16(b, end.comment_len);
}

static struct end add_directory(struct maker *m)
{
	struct end end = { .count = m->count, .size = m->directory.len, .offset = m->b.len };

	buf_add_slice(&m->b, buf_slice(&m->directory));
	return end;
}

static void finish(struct maker *m)
{
	struct end end = add_directory(m);

	add_end(&m->b, end);
}

/* "name=bytes;" for each entry, "name!code;" for one that cannot be read. */
static bool list(struct slice bytes, size_t max, struct buf *out, struct error *err)
{
	struct zip_entry e;
	struct slice data;
	struct arena a;
	struct zip z;
	bool more = true;

	buf_clear(out);
	arena_init(&a, 0);
	bool ok = zip_open(&z, bytes, err);
	while (ok && (ok = zip_next(&z, &e, &more, err)) && more) {
		struct error why = ERROR_INIT;

		if (zip_read(&z, &e, max, &a, &data, &why)) {
			buf_printf(out, "%.*s=%.*s;", SLICE_ARG(e.name), SLICE_ARG(data));
		} else {
			buf_printf(out, "%.*s!%s;", SLICE_ARG(e.name), error_code_name(why.code));
			assert_in_range(why.offset, 0, UINT32_MAX);
		}
	}
	arena_release(&a);
	return ok;
}

static void expect(struct maker *m, const char *want)
{
	struct buf got;
	struct error err = ERROR_INIT;

	buf_init(&got, 16 * MIB);
	if (!list(buf_slice(&m->b), 1000, &got, &err))
		fail_msg("%s", err.message);
	if (!slice_eq(buf_slice(&got), slice_from_cstr(want)))
		fail_msg("%.*s\nnot\n%s", SLICE_ARG(buf_slice(&got)), want);
	buf_release(&got);
	buf_release(&m->b);
	buf_release(&m->directory);
}

static void expect_error(struct maker *m, enum error_code code)
{
	struct buf got;
	struct error err = ERROR_INIT;

	buf_init(&got, 16 * MIB);
	if (list(buf_slice(&m->b), 1000, &got, &err))
		fail_msg("taken as %.*s", SLICE_ARG(buf_slice(&got)));
	if (err.code != code)
		fail_msg("%s: %s", error_code_name(err.code), err.message);
	assert_in_range(err.offset, 0, UINT32_MAX);
	buf_release(&got);
	buf_release(&m->b);
	buf_release(&m->directory);
}

static void test_sound(void **state)
{
	struct maker m;

	(void)state;
	maker_init(&m);
	add(&m, stored("a", SLICE("stored")));
	add(&m, packed("dir/b"));
	add(&m, stored("dir/", SLICE("")));
	add(&m, stored("", SLICE("no name")));
	finish(&m);
	expect(&m, "a=stored;dir/b=hello hello hello hello\n;dir/=;=no name;");
	maker_init(&m);
	finish(&m);
	expect(&m, "");
}

static void test_order(void **state)
{
	struct entry a = stored("a", SLICE("first")), b = packed("b");
	struct maker m;

	(void)state;
	/* The directory may list them in another order than that of their data. */
	maker_init(&m);
	a.header = add_local(&m, a);
	b.header = add_local(&m, b);
	add_central(&m, b);
	add_central(&m, a);
	finish(&m);
	expect(&m, "b=hello hello hello hello\n;a=first;");
}

static void test_overlap(void **state)
{
	struct entry a = stored("a", SLICE("12345678")), b = stored("b", SLICE("x"));
	struct maker m;

	(void)state;
	/* The same bytes twice. */
	maker_init(&m);
	a.header = add_local(&m, a);
	add_central(&m, a);
	add_central(&m, a);
	finish(&m);
	expect_error(&m, ERR_FORMAT);
	/* An entry that stands in the data of another, listed before and behind it. */
	for (int behind = 0; behind < 2; behind++) {
		struct maker inner;

		maker_init(&inner);
		add_local(&inner, b);
		maker_init(&m);
		a = stored("a", buf_slice(&inner.b));
		a.header = add_local(&m, a);
		b.header = m.b.len - inner.b.len;
		if (behind)
			add_central(&m, b);
		add_central(&m, a);
		if (!behind)
			add_central(&m, b);
		finish(&m);
		expect_error(&m, ERR_FORMAT);
		buf_release(&inner.b);
		buf_release(&inner.directory);
	}
}

static void test_local_differs(void **state)
{
	struct entry e = stored("a", SLICE("x"));
	struct maker m;

	(void)state;
	maker_init(&m);
	e.local_name = "b";
	add(&m, e);
	e = stored("method", SLICE("x"));
	e.local_method = 8;
	add(&m, e);
	e = stored("elsewhere", SLICE("x"));
	e.header = add_local(&m, e) + 1;
	add_central(&m, e);
	e = stored("outside", SLICE("x"));
	e.header = 1000000;
	add_central(&m, e);
	e = stored("long", SLICE("x"));
	e.header = add_local(&m, e);
	e.size = e.compressed = 1000;
	add_central(&m, e);
	add(&m, stored("good", SLICE("y")));
	finish(&m);
	expect(&m, "a!format;method!format;elsewhere!format;outside!format;long!format;good=y;");
}

static void test_content(void **state)
{
	struct entry e = stored("crc", SLICE("x"));
	struct maker m;

	(void)state;
	maker_init(&m);
	e.crc++;
	add(&m, e);
	e = packed("short");
	e.size--;
	add(&m, e);
	e = packed("long");
	e.size++;
	add(&m, e);
	e = packed("impossible");
	e.size = 1033 * (e.compressed + 1);
	add(&m, e);
	e = packed("cut");
	e.compressed--;
	add(&m, e);
	e = packed("rest");
	e.data = SLICE("\3\0x");
	e.compressed = 3;
	e.size = e.crc = 0;
	add(&m, e);
	e = stored("stored sizes", SLICE("abc"));
	e.size = 2;
	add(&m, e);
	e = packed("encrypted");
	e.flags = 1;
	add(&m, e);
	e = packed("method");
	e.method = e.local_method = 12;
	add(&m, e);
	e = packed("malformed");
	e.data = SLICE("\xff\xff\xff");
	e.compressed = 3;
	add(&m, e);
	finish(&m);
	expect(&m, "crc!format;short!format;long!format;impossible!limit;cut!format;rest!format;"
		   "stored sizes!format;encrypted!unsupported;method!unsupported;malformed!format;");
}

/* What deflate cannot reach is refused before memory is spent on it. */
static void test_impossible(void **state)
{
	struct entry e = packed("a");
	struct maker m;
	struct zip z;
	struct zip_entry got;
	struct slice data;
	struct arena a;
	struct error err = ERROR_INIT;
	bool more;

	(void)state;
	maker_init(&m);
	e.size = 1033 * (e.compressed + 1);
	add(&m, e);
	finish(&m);
	arena_init(&a, 0);
	assert_true(zip_open(&z, buf_slice(&m.b), NULL));
	assert_true(zip_next(&z, &got, &more, NULL) && more);
	assert_false(zip_read(&z, &got, MIB, &a, &data, &err));
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(a.used, 0);
	assert_true(zip_next(&z, &got, &more, NULL));
	assert_false(more);
	arena_release(&a);
	buf_release(&m.b);
	buf_release(&m.directory);
}

static void test_max(void **state)
{
	struct maker m;
	struct buf got;

	(void)state;
	buf_init(&got, MIB);
	maker_init(&m);
	add(&m, stored("a", SLICE("1234")));
	add(&m, stored("b", SLICE("12345")));
	finish(&m);
	assert_true(list(buf_slice(&m.b), 4, &got, NULL));
	assert_true(slice_is(buf_slice(&got), "a=1234;b!limit;"));
	buf_release(&got);
	buf_release(&m.b);
	buf_release(&m.directory);
}

static void test_comment(void **state)
{
	static const struct slice comments[] = {
		SLICE_INIT("a comment"), SLICE_INIT("PK\5\6"),
		SLICE_INIT("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0"),
	};
	struct maker m;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(comments); i++) {
		maker_init(&m);
		add(&m, stored("a", SLICE("x")));
		struct end end = add_directory(&m);
		end.comment_len = (unsigned)comments[i].len;
		add_end(&m.b, end);
		buf_add_slice(&m.b, comments[i]);
		expect(&m, "a=x;");
	}
	/* A comment that is longer or shorter than it says. */
	for (unsigned len = 2; len <= 4; len += 2) {
		maker_init(&m);
		struct end end = add_directory(&m);
		end.comment_len = len;
		add_end(&m.b, end);
		buf_add_lit(&m.b, "abc");
		expect_error(&m, ERR_FORMAT);
	}
}

static void test_end_lies(void **state)
{
	static const struct {
		int disk, count, size, offset;
		enum error_code code;
	} rows[] = {
		{ .disk = 1, .code = ERR_UNSUPPORTED },
		{ .count = 1, .code = ERR_FORMAT },
		{ .count = -1, .code = ERR_FORMAT },
		{ .count = 1000, .code = ERR_FORMAT },
		{ .size = 1, .code = ERR_FORMAT },
		{ .size = -1, .code = ERR_FORMAT },
		{ .offset = 1, .code = ERR_FORMAT },
		{ .offset = -1, .code = ERR_FORMAT },
		{ .offset = 100000, .code = ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct maker m;

		maker_init(&m);
		add(&m, stored("a", SLICE("x")));
		add(&m, stored("b", SLICE("y")));
		struct end end = add_directory(&m);
		end.disk += (unsigned)rows[i].disk;
		end.count += (unsigned)rows[i].count;
		end.size += (uint64_t)(int64_t)rows[i].size;
		end.offset += (uint64_t)(int64_t)rows[i].offset;
		add_end(&m.b, end);
		expect_error(&m, rows[i].code);
	}
}

/* Bytes before the archive shift every offset. */
static void test_prefixed(void **state)
{
	struct maker m, whole;

	(void)state;
	maker_init(&m);
	add(&m, stored("a", SLICE("x")));
	finish(&m);
	maker_init(&whole);
	buf_add_lit(&whole.b, "#!/bin/sh\n");
	buf_add_slice(&whole.b, buf_slice(&m.b));
	expect_error(&whole, ERR_FORMAT);
	buf_release(&m.b);
	buf_release(&m.directory);
}

struct end64 {
	uint64_t count, size, offset, locator;
};

static void add_end64(struct buf *b, struct end64 end)
{
	u32(b, 0x06064b50);
	u64(b, 44);
	u32(b, 45 | 45 << 16);
	u64(b, 0);
	u64(b, end.count);
	u64(b, end.count);
	u64(b, end.size);
	u64(b, end.offset);
	u32(b, 0x07064b50);
	u32(b, 0);
	u64(b, end.locator);
	u32(b, 1);
	add_end(b, (struct end){ .count = UINT16_MAX, .size = UINT32_MAX, .offset = UINT32_MAX });
}

static struct end64 start64(struct maker *m)
{
	struct end end;

	maker_init(m);
	add(m, stored("a", SLICE("x")));
	end = add_directory(m);
	return (struct end64){ .count = end.count, .size = end.size, .offset = end.offset, .locator = m->b.len };
}

static void test_zip64_end(void **state)
{
	struct maker m;
	struct end64 end = start64(&m);

	(void)state;
	add_end64(&m.b, end);
	expect(&m, "a=x;");
	end = start64(&m);
	end.locator++;
	add_end64(&m.b, end);
	expect_error(&m, ERR_FORMAT);
	end = start64(&m);
	end.locator = UINT64_MAX - 10;
	add_end64(&m.b, end);
	expect_error(&m, ERR_FORMAT);
	end = start64(&m);
	end.count = UINT64_MAX;
	add_end64(&m.b, end);
	expect_error(&m, ERR_LIMIT);
	end = start64(&m);
	end.count = LIMIT_ZIP_ENTRIES;
	add_end64(&m.b, end);
	expect_error(&m, ERR_FORMAT);
	end = start64(&m);
	end.size = UINT64_MAX;
	add_end64(&m.b, end);
	expect_error(&m, ERR_FORMAT);
	end = start64(&m);
	end.offset = UINT64_MAX - 5;
	add_end64(&m.b, end);
	expect_error(&m, ERR_FORMAT);
	/* No locator at all. */
	maker_init(&m);
	add_end(&m.b, (struct end){ .count = UINT16_MAX, .size = UINT32_MAX, .offset = UINT32_MAX });
	expect_error(&m, ERR_FORMAT);
}

/* An entry whose directory keeps its sizes and its place in an extra field. */
static void add_zip64(struct maker *m, const char *name, struct slice extra_head, size_t extra_len)
{
	struct entry e = stored(name, SLICE("xyz"));
	struct buf extra;

	buf_init(&extra, MIB);
	e.header = add_local(m, e);
	buf_add_slice(&extra, extra_head);
	u64(&extra, 3);
	u64(&extra, 3);
	u64(&extra, e.header);
	e.extra = slice_first(buf_slice(&extra), extra_len);
	e.size = e.compressed = e.header = UINT32_MAX;
	add_central(m, e);
	buf_release(&extra);
}

static void test_zip64_entry(void **state)
{
	struct maker m;

	(void)state;
	maker_init(&m);
	add_zip64(&m, "a", SLICE("\1\0\x18\0"), 28);
	add_zip64(&m, "b", SLICE("\x77\x77\2\0ab\1\0\x18\0"), 34);
	finish(&m);
	expect(&m, "a=xyz;b=xyz;");
	/* Too short for three values; longer than the field; no such field, so the values are what they say. */
	maker_init(&m);
	add_zip64(&m, "a", SLICE("\1\0\x10\0"), 28);
	finish(&m);
	expect_error(&m, ERR_FORMAT);
	maker_init(&m);
	add_zip64(&m, "a", SLICE("\1\0\x18\0"), 27);
	finish(&m);
	expect_error(&m, ERR_FORMAT);
	maker_init(&m);
	add_zip64(&m, "a", SLICE("\x77\x77\x18\0"), 28);
	finish(&m);
	expect(&m, "a!format;");
}

/* No length but the whole, no bit: nothing but refusals and what the checksums hold. */
static void test_damaged(void **state)
{
	struct maker m;
	struct buf got;

	(void)state;
	buf_init(&got, MIB);
	maker_init(&m);
	add(&m, packed("a"));
	add(&m, stored("b", SLICE("bytes")));
	finish(&m);
	for (size_t len = 0; len < m.b.len; len++)
		assert_false(list(slice_first(buf_slice(&m.b), len), 1000, &got, NULL));
	for (size_t bit = 0; bit < m.b.len * 8; bit++) {
		m.b.data[bit / 8] ^= (char)(1 << bit % 8);
		if (list(buf_slice(&m.b), 1000, &got, NULL)) {
			struct slice rest = buf_slice(&got);

			/* Whatever is read of "a" is the text. */
			if (slice_starts(rest, SLICE("a=")))
				assert_true(slice_starts(slice_from(rest, 2), text));
		}
		m.b.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	expect(&m, "a=hello hello hello hello\n;b=bytes;");
	buf_release(&got);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_local_differs),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_max),
		cmocka_unit_test(test_comment),
		cmocka_unit_test(test_end_lies),
		cmocka_unit_test(test_prefixed),
		cmocka_unit_test(test_zip64_end),
		cmocka_unit_test(test_zip64_entry),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
