#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/tar.h"

#define BLOCK ((size_t)512)

/* What a test writes of a header; the rest stands as an archiver would write it. */
struct header {
	const char *name, *link, *prefix;
	char flag;
	uint64_t size;
	const char *magic; /* 8 bytes; NULL: ustar */
};

static void put(struct buf *b, size_t header, size_t offset, const void *data, size_t len)
{
	memcpy(b->data + header + offset, data, len);
}

/* Sums anew after a test has changed a header. */
static void sum_header(struct buf *b, size_t header)
{
	unsigned sum = 0;
	char text[8];

	put(b, header, 148, "        ", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (uint8_t)b->data[header + i];
	snprintf(text, sizeof(text), "%06o", sum & 0777777);
	put(b, header, 148, text, 7);
}

static size_t add_header(struct buf *b, struct header h)
{
	size_t at = b->len;
	char size[13];

	memset(buf_reserve(b, BLOCK), 0, BLOCK);
	buf_commit(b, BLOCK);
	put(b, at, 0, h.name, strlen(h.name));
	put(b, at, 100, "0000644", 8);
	snprintf(size, sizeof(size), "%011llo", (unsigned long long)h.size & 077777777777);
	put(b, at, 124, size, 12);
	put(b, at, 136, "00000000144", 12);
	put(b, at, 156, &h.flag, 1);
	if (h.link)
		put(b, at, 157, h.link, strlen(h.link));
	put(b, at, 257, h.magic ? h.magic : "ustar\00000", 8);
	if (h.prefix)
		put(b, at, 345, h.prefix, strlen(h.prefix));
	sum_header(b, at);
	return at;
}

static void add_data(struct buf *b, struct slice data)
{
	buf_add_slice(b, data);
	while (b->len % BLOCK)
		buf_add_byte(b, '\0');
}

static size_t add_entry(struct buf *b, char flag, const char *name, struct slice data)
{
	size_t at = add_header(b, (struct header){ .name = name, .flag = flag, .size = data.len });

	add_data(b, data);
	return at;
}

static void add_end(struct buf *b)
{
	for (size_t i = 0; i < 2 * BLOCK; i++)
		buf_add_byte(b, '\0');
}

static void add_record(struct buf *records, const char *key, struct slice value)
{
	size_t rest = strlen(key) + value.len + 3, len = rest + 1;

	for (size_t step = 10; step <= len; step *= 10)
		len = rest + (size_t)snprintf(NULL, 0, "%zu", len);
	buf_printf(records, "%zu %s=", len, key);
	buf_add_slice(records, value);
	buf_add_byte(records, '\n');
}

/* An extended header; key and value by turns, NULL at the end. */
static void add_pax(struct buf *b, int flag, ...)
{
	struct buf records;
	va_list args;

	buf_init(&records, 4 * MIB);
	va_start(args, flag);
	for (const char *key; (key = va_arg(args, const char *));)
		add_record(&records, key, slice_from_cstr(va_arg(args, const char *)));
	va_end(args);
	add_entry(b, (char)flag, "PaxHeaders/x", buf_slice(&records));
	buf_release(&records);
}

/* Takes each piece away when the next is asked for. */
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

/* "type path[>link] size[=data]", one line for each entry. */
static bool list_entry(struct tar *t, const struct tar_entry *e, struct buf *out, struct error *err)
{
	struct slice part;
	uint64_t read = 0;

	buf_printf(out, "%c %.*s", "fhscbdpo"[e->type], SLICE_ARG(e->path));
	if (e->link.len)
		buf_printf(out, ">%.*s", SLICE_ARG(e->link));
	buf_printf(out, " %llu", (unsigned long long)e->size);
	if (e->size)
		buf_add_byte(out, '=');
	do {
		if (!tar_data(t, &part, err))
			return false;
		read += part.len;
		for (size_t i = 0; i < part.len; i++)
			buf_add_byte(out, part.data[i] ? part.data[i] : '.');
	} while (part.len);
	buf_add_byte(out, '\n');
	assert_int_equal(read, e->size);
	return true;
}

static bool list(struct slice bytes, size_t max, struct buf *out, struct error *err)
{
	struct cut c = { .stream = { .next = cut_next }, .left = bytes, .max = max };
	const struct tar_entry *e;
	struct tar t;
	bool ok;

	buf_clear(out);
	tar_init(&t, &c.stream);
	while ((ok = tar_next(&t, &e, err)) && e) {
		ok = list_entry(&t, e, out, err);
		if (!ok)
			break;
	}
	if (ok) {
		assert_true(tar_next(&t, &e, err));
		assert_null(e);
		assert_true(tar_drain(&t, err));
		assert_int_equal(c.left.len, 0);
	}
	tar_release(&t);
	tar_release(&t);
	free(c.piece);
	return ok;
}

static const size_t cuts[] = { SIZE_MAX, 1, 511, 512, 513, 700, 1536 };

static void expect_list(struct buf *b, const char *want)
{
	struct buf got;

	buf_init(&got, 64 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		struct error err = ERROR_INIT;

		if (!list(buf_slice(b), cuts[i], &got, &err))
			fail_msg("in pieces of %zu: %s at %lld", cuts[i], err.message, (long long)err.offset);
		if (!slice_eq(buf_slice(&got), slice_from_cstr(want)))
			fail_msg("in pieces of %zu:\n%.*snot\n%s", cuts[i], SLICE_ARG(buf_slice(&got)), want);
	}
	buf_release(&got);
	buf_release(b);
}

/* At `offset` in the archive, when that is not negative. */
static void expect_error(struct buf *b, enum error_code code, int64_t offset)
{
	struct buf got;

	buf_init(&got, 64 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		struct error err = ERROR_INIT;

		if (list(buf_slice(b), cuts[i], &got, &err))
			fail_msg("taken as\n%.*s", SLICE_ARG(buf_slice(&got)));
		if (err.code != code)
			fail_msg("%s, not %s: %s", error_code_name(err.code), error_code_name(code), err.message);
		assert_in_range(err.offset, 0, b->len);
		if (offset >= 0)
			assert_int_equal(err.offset, offset);
	}
	buf_release(&got);
	buf_release(b);
}

static struct buf new_archive(void)
{
	struct buf b;

	buf_init(&b, 64 * MIB);
	return b;
}

static void test_types(void **state)
{
	struct buf b = new_archive();

	(void)state;
	add_entry(&b, '5', "d/", SLICE(""));
	add_entry(&b, '0', "d/f", SLICE("data"));
	add_entry(&b, '7', "contiguous", SLICE("c"));
	add_header(&b, (struct header){ .name = "h", .link = "d/f", .flag = '1' });
	add_header(&b, (struct header){ .name = "s", .link = "../x", .flag = '2' });
	add_entry(&b, '3', "c", SLICE(""));
	add_entry(&b, '4', "b", SLICE(""));
	add_entry(&b, '6', "p", SLICE(""));
	add_entry(&b, 'Z', "other", SLICE("its data"));
	add_entry(&b, '0', "empty", SLICE(""));
	add_end(&b);
	expect_list(&b, "d d/ 0\nf d/f 4=data\nf contiguous 1=c\nh h>d/f 0\ns s>../x 0\nc c 0\nb b 0\np p 0\n"
			"o other 8=its data\nf empty 0\n");
}

static void test_fields(void **state)
{
	struct stream_memory memory;
	const struct tar_entry *e;
	struct buf b = new_archive();
	struct slice part;
	struct tar t;

	(void)state;
	add_entry(&b, '0', "skipped", SLICE("0123456789"));
	add_entry(&b, '0', "f", SLICE("data"));
	stream_memory_init(&memory, buf_slice(&b));
	tar_init(&t, &memory.stream);
	assert_true(tar_next(&t, &e, NULL));
	assert_true(tar_next(&t, &e, NULL));
	assert_int_equal(t.entries, 2);
	assert_int_equal(e->type, TAR_FILE);
	assert_int_equal(e->mode, 0644);
	assert_int_equal(e->mtime, 0144);
	assert_int_equal(e->stored, 4);
	assert_int_equal(e->offset, 3 * BLOCK);
	assert_false(e->sparse);
	assert_true(tar_data(&t, &part, NULL));
	/* Passed on, not copied. */
	assert_ptr_equal(part.data, b.data + 3 * BLOCK);
	assert_true(tar_data(&t, &part, NULL));
	assert_int_equal(part.len, 0);
	assert_true(tar_next(&t, &e, NULL));
	assert_null(e);
	tar_release(&t);
	buf_release(&b);
}

static void test_names(void **state)
{
	struct buf b = new_archive();
	char full[101], want[512];

	(void)state;
	memset(full, 'n', 100);
	full[100] = '\0';
	add_header(&b, (struct header){ .name = full, .prefix = "some/prefix", .flag = '0' });
	add_header(&b, (struct header){ .name = "v7", .prefix = "no/prefix", .flag = '\0', .magic = "\0\0\0\0\0\0\0" });
	add_header(&b, (struct header){ .name = "v7dir/", .flag = '\0', .magic = "\0\0\0\0\0\0\0" });
	add_header(&b, (struct header){ .name = "file/", .flag = '0' });
	add_header(&b, (struct header){ .name = "gnu", .prefix = "00000000001", .flag = '0', .magic = "ustar  " });
	add_header(&b, (struct header){ .name = "oldgo", .prefix = "a/prefix", .flag = '0', .magic = "ustar  " });
	snprintf(want, sizeof(want), "f some/prefix/%s 0\nf v7 0\nd v7dir/ 0\nf file/ 0\nf gnu 0\nf a/prefix/oldgo 0\n", full);
	expect_list(&b, want);
}

static void test_no_data(void **state)
{
	static const char flags[] = "123456";
	struct buf b = new_archive();

	(void)state;
	/* Whatever their size says, nothing stands behind them. */
	for (size_t i = 0; flags[i]; i++)
		add_header(&b, (struct header){ .name = "n", .link = "t", .flag = flags[i], .size = 4000 });
	expect_list(&b, "h n>t 0\ns n>t 0\nc n>t 0\nb n>t 0\nd n>t 0\np n>t 0\n");
}

static void test_numbers(void **state)
{
	static const struct {
		struct slice field; /* of 12 bytes */
		bool ok;
	} rows[] = {
		{ SLICE_INIT("00000000005\0"), true },
		{ SLICE_INIT("000000000005"), true },
		{ SLICE_INIT("          5 "), true },
		{ SLICE_INIT("5\0\0\0\0\0\0\0\0\0\0\0"), true },
		{ SLICE_INIT("5 \0\0\0\0\0\0\0\0\0\0"), true },
		{ SLICE_INIT("\x80\0\0\0\0\0\0\0\0\0\0\5"), true },
		{ SLICE_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), false },
		{ SLICE_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\5"), false },
		{ SLICE_INIT("\xc0\0\0\0\0\0\0\0\0\0\0\5"), false },
		{ SLICE_INIT("\x80\0\0\1\0\0\0\0\0\0\0\5"), false },
		{ SLICE_INIT("\x80\0\0\0\x80\0\0\0\0\0\0\5"), false },
		{ SLICE_INIT("\x81\0\0\0\0\0\0\0\0\0\0\5"), false },
		{ SLICE_INIT("00000000008\0"), false },
		{ SLICE_INIT("0000000000x\0"), false },
		{ SLICE_INIT("-0000000005\0"), false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = new_archive();
		size_t at = add_entry(&b, '0', "f", SLICE("12345"));

		put(&b, at, 124, rows[i].field.data, 12);
		sum_header(&b, at);
		if (rows[i].ok)
			expect_list(&b, "f f 5=12345\n");
		else
			expect_error(&b, ERR_FORMAT, 0);
	}
}

static void test_huge_size(void **state)
{
	struct buf b = new_archive();
	size_t at = add_header(&b, (struct header){ .name = "f", .flag = '0' });

	(void)state;
	put(&b, at, 124, "\x80\0\0\0\0\0\1\0\0\0\0\0", 12);
	sum_header(&b, at);
	expect_error(&b, ERR_FORMAT, -1);
	b = new_archive();
	at = add_header(&b, (struct header){ .name = "f", .flag = '0' });
	put(&b, at, 124, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12);
	sum_header(&b, at);
	expect_error(&b, ERR_LIMIT, 0);
}

static void test_checksum(void **state)
{
	struct buf b = new_archive();
	size_t at = add_header(&b, (struct header){ .name = "\xc3\xa4", .flag = '0' });
	int sum = 0;
	char text[8];

	(void)state;
	put(&b, at, 148, "        ", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (int8_t)b.data[at + i];
	snprintf(text, sizeof(text), "%06o", (unsigned)sum & 0777777);
	put(&b, at, 148, text, 7);
	expect_list(&b, "f \xc3\xa4 0\n");

	b = new_archive();
	add_entry(&b, '0', "a", SLICE(""));
	at = add_entry(&b, '0', "b", SLICE(""));
	b.data[at + 300] ^= 1;
	expect_error(&b, ERR_FORMAT, (int64_t)at);
	b = new_archive();
	add_data(&b, SLICE("no tar at all"));
	expect_error(&b, ERR_FORMAT, 0);
}

static void test_ends(void **state)
{
	struct buf b = new_archive();

	(void)state;
	expect_list(&b, "");
	add_end(&b);
	expect_list(&b, "");
	add_entry(&b, '0', "f", SLICE("x"));
	add_end(&b);
	buf_add_lit(&b, "what stands behind the end is nobody's business");
	expect_list(&b, "f f 1=x\n");
	/* No marker; half of one; none, and no padding; half of the padding. */
	add_entry(&b, '0', "f", SLICE("x"));
	expect_list(&b, "f f 1=x\n");
	add_entry(&b, '0', "f", SLICE("x"));
	add_data(&b, SLICE("\0"));
	expect_list(&b, "f f 1=x\n");
	add_entry(&b, '0', "f", SLICE("x"));
	b.len = BLOCK + 1;
	expect_list(&b, "f f 1=x\n");
	add_entry(&b, '0', "f", SLICE("x"));
	b.len = BLOCK + 2;
	expect_error(&b, ERR_FORMAT, BLOCK + 2);
	/* What a reader that stops at the first zero block would not see. */
	add_entry(&b, '0', "f", SLICE("x"));
	add_data(&b, SLICE("\0"));
	add_entry(&b, '0', "hidden", SLICE("x"));
	expect_error(&b, ERR_FORMAT, 3 * BLOCK);
}

static void test_truncated(void **state)
{
	struct buf whole = new_archive(), got;

	(void)state;
	buf_init(&got, MIB);
	add_pax(&whole, 'x', "path", "p", NULL);
	add_entry(&whole, '0', "f", SLICE("data"));
	add_header(&whole, (struct header){ .name = "s", .link = "t", .flag = '2' });
	for (size_t len = 1; len < whole.len; len++) {
		struct error err = ERROR_INIT;
		/* The entry without its padding is complete; so it is with it. */
		bool complete = len == 3 * BLOCK + 4 || len == 4 * BLOCK;

		if (list(slice_first(buf_slice(&whole), len), 100, &got, &err) != complete)
			fail_msg("%zu bytes", len);
		if (!complete)
			assert_int_equal(err.code, ERR_FORMAT);
	}
	buf_release(&got);
	buf_release(&whole);
}

static void test_pax(void **state)
{
	struct buf b = new_archive();

	(void)state;
	add_pax(&b, 'x', "path", "from/pax", "mtime", "-1.5", "comment", "a=b\nc", "size", "3", NULL);
	add_header(&b, (struct header){ .name = "short", .prefix = "pre", .flag = '0', .size = 700 });
	add_data(&b, SLICE("abc"));
	add_pax(&b, 'x', "linkpath", "a/target", NULL);
	add_header(&b, (struct header){ .name = "s", .link = "short", .flag = '2' });
	/* It holds for one entry, and an empty value says nothing. */
	add_pax(&b, 'x', "path", "", NULL);
	add_entry(&b, '0', "plain", SLICE("x"));
	/* The later of two counts, alone. */
	add_pax(&b, 'x', "path", "first", "size", "1000", NULL);
	add_pax(&b, 'x', "path", "second", NULL);
	add_entry(&b, '0', "replaced", SLICE("xy"));
	add_pax(&b, 'g', "comment", "global", "mtime", "5", NULL);
	add_entry(&b, '0', "after", SLICE(""));
	add_end(&b);
	expect_list(&b, "f from/pax 3=abc\ns s>a/target 0\nf plain 1=x\nf second 2=xy\nf after 0\n");
}

static void test_pax_global(void **state)
{
	static const char *const keys[] = { "path", "linkpath", "size", "GNU.sparse.major", "GNU.sparse.offset" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct buf b = new_archive();

		if (i == 4)
			add_pax(&b, 'g', keys[i], "1", "GNU.sparse.numbytes", "1", NULL);
		else
			add_pax(&b, 'g', keys[i], "1", NULL);
		add_entry(&b, '0', "f", SLICE("x"));
		expect_error(&b, ERR_UNSUPPORTED, 0);
	}
}

static void test_pax_mtime(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "12", 12 }, { "12.9", 12 }, { "-1", -1 }, { "-1.0", -1 }, { "-1.5", -2 }, { "-0.5", -1 }, { "0", 0 },
		{ "x", 0144 }, { "99999999999999999999", 0144 }, { "9223372036854775807", 0144 }, { "-", 0144 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = new_archive();
		struct stream_memory memory;
		const struct tar_entry *e;
		struct tar t;

		add_pax(&b, 'x', "mtime", rows[i].text, NULL);
		add_entry(&b, '0', "f", SLICE(""));
		stream_memory_init(&memory, buf_slice(&b));
		tar_init(&t, &memory.stream);
		assert_true(tar_next(&t, &e, NULL));
		assert_int_equal(e->mtime, rows[i].want);
		tar_release(&t);
		buf_release(&b);
	}
}

static void test_pax_malformed(void **state)
{
	static const struct slice rows[] = {
		SLICE_INIT("x"), SLICE_INIT(" "), SLICE_INIT("6 a=b\nx"), SLICE_INIT("7 a=b\n"), SLICE_INIT("5 a=b\n"),
		SLICE_INIT("0 a=b\n"), SLICE_INIT("-6 a=b\n"), SLICE_INIT("+6 a=b\n"), SLICE_INIT("4 a=\n"),
		SLICE_INIT("6 abc\n"), SLICE_INIT("5 =b\n"), SLICE_INIT("6 a=bc"), SLICE_INIT("6a=b\n"),
		SLICE_INIT("99999999999999999999 a=b\n"), SLICE_INIT("18446744073709551615 a=b\n"),
		SLICE_INIT("4294967302 a=b\n"), SLICE_INIT("12 path=a\0b\n"), SLICE_INIT("8 a\0b=c\n"),
		SLICE_INIT("6 a=b\n\0\0"), SLICE_INIT("00000000000000000000006 a=b\n"), SLICE_INIT("11 size=-1\n"),
		SLICE_INIT("11 size=1x\n"), SLICE_INIT("28 size=9223372036854775808\n"),
		SLICE_INIT("23 GNU.sparse.offset=1\n"), SLICE_INIT("25 GNU.sparse.numbytes=1\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = new_archive();

		add_entry(&b, 'x', "PaxHeaders/x", rows[i]);
		add_entry(&b, '0', "f", SLICE("x"));
		expect_error(&b, ERR_FORMAT, -1);
	}
}

static void test_gnu_long(void **state)
{
	struct buf b = new_archive();

	(void)state;
	add_entry(&b, 'L', "././@LongLink", SLICE("a/long/name\0"));
	add_entry(&b, 'K', "././@LongLink", SLICE("a/long/target\0and more"));
	add_header(&b, (struct header){ .name = "a/lo", .link = "a/l", .flag = '2', .magic = "ustar  " });
	add_entry(&b, '0', "next", SLICE("x"));
	/* It outranks the pax path, whichever comes first. */
	add_pax(&b, 'x', "path", "pax", NULL);
	add_entry(&b, 'L', "././@LongLink", SLICE("gnu"));
	add_entry(&b, '0', "f", SLICE("x"));
	add_entry(&b, 'L', "././@LongLink", SLICE("gnu"));
	add_pax(&b, 'x', "path", "pax", NULL);
	add_entry(&b, '0', "f", SLICE("x"));
	add_entry(&b, 'L', "././@LongLink", SLICE("\0"));
	add_entry(&b, '0', "kept", SLICE("x"));
	expect_list(&b, "s a/long/name>a/long/target 0\nf next 1=x\nf gnu 1=x\nf gnu 1=x\nf kept 1=x\n");
}

static void test_announced_only(void **state)
{
	static const char flags[] = "xLK";

	(void)state;
	for (size_t i = 0; flags[i]; i++) {
		struct buf b = new_archive();

		add_entry(&b, flags[i], "a", SLICE("6 a=b\n"));
		add_end(&b);
		expect_error(&b, ERR_FORMAT, -1);
	}
}

static void test_meta_limit(void **state)
{
	static const char flags[] = "xgLK";
	struct buf value = new_archive();
	struct buf b = new_archive();

	(void)state;
	for (size_t i = 0; flags[i]; i++) {
		add_header(&b, (struct header){ .name = "m", .flag = flags[i], .size = LIMIT_TAR_META + 1 });
		expect_error(&b, ERR_LIMIT, 0);
	}
	/* And one that just fits. */
	while (value.len < LIMIT_TAR_META)
		buf_add_byte(&value, 'n');
	add_entry(&b, 'L', "l", buf_slice(&value));
	add_entry(&b, '0', "f", SLICE(""));
	struct stream_memory memory;
	const struct tar_entry *e;
	struct tar t;
	stream_memory_init(&memory, buf_slice(&b));
	tar_init(&t, &memory.stream);
	assert_true(tar_next(&t, &e, NULL));
	assert_int_equal(e->path.len, LIMIT_TAR_META);
	tar_release(&t);
	buf_release(&b);
	buf_release(&value);
}

static void test_entry_limit(void **state)
{
	struct buf b = new_archive();
	struct stream_memory memory;
	const struct tar_entry *e;
	struct error err = ERROR_INIT;
	struct tar t;

	(void)state;
	add_entry(&b, '0', "last", SLICE(""));
	add_entry(&b, '0', "too many", SLICE(""));
	stream_memory_init(&memory, buf_slice(&b));
	tar_init(&t, &memory.stream);
	t.entries = LIMIT_TAR_ENTRIES - 1;
	assert_true(tar_next(&t, &e, &err));
	assert_false(tar_next(&t, &e, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	tar_release(&t);
	buf_release(&b);
}

static void put_number(struct buf *b, size_t at, size_t offset, uint64_t value)
{
	char text[13];

	snprintf(text, sizeof(text), "%011llo", (unsigned long long)value);
	put(b, at, offset, text, 12);
}

/* An old GNU sparse entry with runs of offset and length. */
static void add_gnu_sparse(struct buf *b, uint64_t real, const uint64_t (*runs)[2], size_t count, struct slice data)
{
	size_t at = add_header(b, (struct header){ .name = "sparse", .flag = 'S', .size = data.len, .magic = "ustar  " });
	size_t place = 386, room = 4;

	put_number(b, at, 483, real);
	for (size_t i = 0; i < count; i++) {
		if (!room) {
			/* The flag of the block that is full stands behind its table. */
			b->data[at + (at == b->len - BLOCK && place == 482 ? 482u : 504u)] = 1;
			at = b->len;
			memset(buf_reserve(b, BLOCK), 0, BLOCK);
			buf_commit(b, BLOCK);
			place = 0;
			room = 21;
		}
		put_number(b, at, place, runs[i][0]);
		put_number(b, at, place + 12, runs[i][1]);
		place += 24;
		room--;
	}
	sum_header(b, b->len - BLOCK - (count > 4 ? (count - 4 + 20) / 21 * BLOCK : 0));
	add_data(b, data);
}

static void test_sparse_gnu(void **state)
{
	static const uint64_t runs[][2] = { { 2, 3 }, { 7, 1 }, { 8, 2 } };
	uint64_t many[60][2];
	struct buf b = new_archive();
	char want[300] = "f sparse 120=", data[61] = "";

	(void)state;
	add_gnu_sparse(&b, 12, runs, 3, SLICE("abcdef"));
	add_gnu_sparse(&b, 5, runs, 0, SLICE(""));
	add_gnu_sparse(&b, 0, runs, 0, SLICE(""));
	add_entry(&b, '0', "next", SLICE("x"));
	expect_list(&b, "f sparse 12=..abc..def..\nf sparse 5=.....\nf sparse 0\nf next 1=x\n");
	for (size_t i = 0; i < 60; i++) {
		many[i][0] = 2 * i;
		many[i][1] = 1;
		data[i] = (char)('0' + i);
		snprintf(want + 13 + 2 * i, 10, "%c.", data[i]);
	}
	add_gnu_sparse(&b, 120, (const uint64_t(*)[2])many, 60, slice_new(data, 60));
	add_entry(&b, '0', "next", SLICE("x"));
	strcat(want, "\nf next 1=x\n");
	expect_list(&b, want);
}

static void test_sparse_gnu_lies(void **state)
{
	static const struct {
		uint64_t real;
		uint64_t runs[2][2];
		enum error_code code;
	} rows[] = {
		{ 12, { { 2, 3 }, { 4, 3 } }, ERR_FORMAT },  /* overlap */
		{ 12, { { 5, 3 }, { 2, 3 } }, ERR_FORMAT },  /* order */
		{ 12, { { 2, 3 }, { 10, 3 } }, ERR_FORMAT }, /* past the end */
		{ 12, { { 2, 3 }, { 5, 2 } }, ERR_FORMAT },  /* fewer than stored */
		{ 12, { { 2, 3 }, { 5, 4 } }, ERR_FORMAT },  /* more than stored */
		{ 12, { { 2, 3 }, { 077777777777, 3 } }, ERR_FORMAT },
		{ 12, { { 2, 077777777777 }, { 5, 3 } }, ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = new_archive();

		add_gnu_sparse(&b, rows[i].real, rows[i].runs, 2, SLICE("abcdef"));
		expect_error(&b, rows[i].code, 0);
	}
	struct buf b = new_archive();
	add_gnu_sparse(&b, 12, rows[0].runs, 0, SLICE(""));
	put(&b, 0, 483, "\x80\0\0\0\0\0\2\0\0\0\0\0", 12);
	sum_header(&b, 0);
	expect_error(&b, ERR_LIMIT, 0);
	add_gnu_sparse(&b, 12, rows[0].runs, 0, SLICE(""));
	b.data[482] = 1;
	sum_header(&b, 0);
	expect_error(&b, ERR_FORMAT, 0);
}

static void test_sparse_pax(void **state)
{
	struct buf b = new_archive();

	(void)state;
	add_pax(&b, 'x', "GNU.sparse.size", "9", "GNU.sparse.numblocks", "2", "GNU.sparse.offset", "1",
		"GNU.sparse.numbytes", "2", "GNU.sparse.offset", "5", "GNU.sparse.numbytes", "1", NULL);
	add_entry(&b, '0', "v0.0", SLICE("abc"));
	add_pax(&b, 'x', "GNU.sparse.size", "9", "GNU.sparse.numblocks", "2", "GNU.sparse.map", "1,2,5,1",
		"GNU.sparse.name", "v0.1", NULL);
	add_entry(&b, '0', "GNUSparseFile.1/v0.1", SLICE("abc"));
	add_pax(&b, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.name", "v1.0",
		"GNU.sparse.realsize", "9", NULL);
	size_t at = add_header(&b, (struct header){ .name = "GNUSparseFile.1/v1.0", .flag = '0', .size = BLOCK + 3 });
	add_data(&b, SLICE("2\n1\n2\n5\n1\n"));
	add_data(&b, SLICE("abc"));
	assert_int_equal(b.len, at + 3 * BLOCK);
	add_entry(&b, '0', "next", SLICE("x"));
	expect_list(&b, "f v0.0 9=.ab..c...\nf v0.1 9=.ab..c...\nf v1.0 9=.ab..c...\nf next 1=x\n");
}

/* A map of version 1.0 that takes more than a block. */
static void test_sparse_pax_long_map(void **state)
{
	struct buf b = new_archive(), map = new_archive(), want = new_archive();

	(void)state;
	buf_printf(&map, "200\n");
	buf_printf(&want, "f v1.0 2000=");
	for (int i = 0; i < 200; i++) {
		buf_printf(&map, "%d\n1\n", 10 * i);
		buf_printf(&want, "%c.........", 'a' + i % 26);
	}
	while (map.len % BLOCK)
		buf_add_byte(&map, '\0');
	size_t map_len = map.len;
	for (int i = 0; i < 200; i++)
		buf_add_byte(&map, (char)('a' + i % 26));
	buf_printf(&want, "\nf next 1=x\n");
	buf_add_byte(&want, '\0');
	add_pax(&b, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "2000", NULL);
	add_entry(&b, '0', "v1.0", buf_slice(&map));
	add_entry(&b, '0', "next", SLICE("x"));
	assert_true(map_len > 2 * BLOCK);
	expect_list(&b, want.data);
	buf_release(&map);
	buf_release(&want);
}

static void test_sparse_pax_lies(void **state)
{
	static const struct {
		const char *size, *count, *map;
		enum error_code code;
	} rows[] = {
		{ "9", "1", "1,2,5,1", ERR_FORMAT },	{ "9", "3", "1,2,5,1", ERR_FORMAT },
		{ "9", "2", "1,2,5", ERR_FORMAT },	{ "9", "2", "1,2,2,1", ERR_FORMAT },
		{ "9", "2", "5,1,1,2", ERR_FORMAT },	{ "5", "2", "1,2,5,1", ERR_FORMAT },
		{ "9", "2", "1,2,5,2", ERR_FORMAT },	{ "9", "2", "1,2,-5,1", ERR_FORMAT },
		{ "9", "2", "1,2,,1", ERR_FORMAT },	{ "-9", "2", "1,2,5,1", ERR_FORMAT },
		{ "", "2", "1,2,5,1", ERR_FORMAT },	{ "9", "", "1,2,5,1", ERR_FORMAT },
		{ "9", "2", "18446744073709551615,2,5,1", ERR_FORMAT },
		{ "9", "2", "1,18446744073709551615,5,1", ERR_FORMAT },
		{ "2000000000000", "2", "1,2,5,1", ERR_LIMIT },
		{ "9223372036854775807", "2", "1,2,9223372036854775806,1", ERR_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = new_archive();

		add_pax(&b, 'x', "GNU.sparse.size", rows[i].size, "GNU.sparse.numblocks", rows[i].count,
			"GNU.sparse.map", rows[i].map, NULL);
		add_entry(&b, '0', "f", SLICE("abc"));
		expect_error(&b, rows[i].code, -1);
	}
}

static void test_sparse_pax_map_lies(void **state)
{
	static const char *const rows[] = {
		"", "2", "x\n", "2\n1\n2\n5\n", "2\n1\n2\n5\n1", "3\n1\n2\n5\n1\n", "-1\n", "99999999999999999999\n",
		"18446744073709551615\n", "111111111111111111111111\n", "2\n1\n2\n2\n1\n", "2\n1\n2\n5\n9\n", "0\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = new_archive();

		add_pax(&b, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "9", NULL);
		add_header(&b, (struct header){ .name = "f", .flag = '0', .size = BLOCK + 3 });
		add_data(&b, slice_new(rows[i], strlen(rows[i]) + 1));
		add_data(&b, SLICE("abc"));
		expect_error(&b, ERR_FORMAT, -1);
	}
	struct buf b = new_archive();
	add_pax(&b, 'x', "GNU.sparse.major", "2", "GNU.sparse.minor", "0", NULL);
	add_entry(&b, '0', "f", SLICE("abc"));
	expect_error(&b, ERR_UNSUPPORTED, -1);
	add_pax(&b, 'x', "GNU.sparse.size", "9", "GNU.sparse.numblocks", "0", "GNU.sparse.map", "", "GNU.sparse.major", "0",
		"GNU.sparse.minor", "1", NULL);
	add_entry(&b, '5', "d", SLICE(""));
	expect_error(&b, ERR_FORMAT, -1);
}

static void test_sparse_run_limit(void **state)
{
	struct buf b = new_archive(), map = new_archive();
	struct stream_memory memory;
	const struct tar_entry *e;
	struct error err = ERROR_INIT;
	struct tar t;

	(void)state;
	buf_printf(&map, "%zu\n", LIMIT_SPARSE_RUNS + 1);
	for (size_t i = 0; i <= LIMIT_SPARSE_RUNS; i++)
		buf_printf(&map, "%zu\n0\n", i);
	while (map.len % BLOCK)
		buf_add_byte(&map, '\0');
	add_pax(&b, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "1000000", NULL);
	add_entry(&b, '0', "f", buf_slice(&map));
	stream_memory_init(&memory, buf_slice(&b));
	tar_init(&t, &memory.stream);
	assert_false(tar_next(&t, &e, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	tar_release(&t);
	buf_release(&b);
	buf_release(&map);
}

/* A hole of nearly the largest size costs nothing when it is passed over. */
static void test_sparse_skipped(void **state)
{
	struct buf b = new_archive();
	struct stream_memory memory;
	const struct tar_entry *e;
	struct slice part;
	struct tar t;

	(void)state;
	add_pax(&b, 'x', "GNU.sparse.size", "1099511627776", "GNU.sparse.numblocks", "1", "GNU.sparse.map",
		"1099511627775,1", NULL);
	add_entry(&b, '0', "f", SLICE("x"));
	add_entry(&b, '0', "next", SLICE("y"));
	stream_memory_init(&memory, buf_slice(&b));
	tar_init(&t, &memory.stream);
	assert_true(tar_next(&t, &e, NULL));
	assert_int_equal(e->size, (uint64_t)1 << 40);
	assert_int_equal(e->stored, 1);
	assert_true(e->sparse);
	assert_true(tar_data(&t, &part, NULL));
	assert_true(part.len >= 64 * KIB);
	assert_true(tar_next(&t, &e, NULL));
	assert_true(slice_is(e->path, "next"));
	assert_true(tar_data(&t, &part, NULL));
	assert_true(slice_is(part, "y"));
	tar_release(&t);
	buf_release(&b);
}

/* Every bit of a header matters or is not looked at; none makes the reader fall over. */
static void test_flipped(void **state)
{
	struct buf b = new_archive(), got;

	(void)state;
	buf_init(&got, 16 * MIB);
	add_pax(&b, 'x', "GNU.sparse.size", "9", "GNU.sparse.numblocks", "2", "GNU.sparse.map", "1,2,5,1", NULL);
	add_entry(&b, '0', "f", SLICE("abc"));
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		size_t header = bit / 8 / BLOCK * BLOCK;

		b.data[bit / 8] ^= (char)(1 << bit % 8);
		bool in_header = header == 0 || header == 2 * BLOCK;
		if (in_header && (bit / 8 % BLOCK < 148 || bit / 8 % BLOCK >= 156)) {
			assert_false(list(buf_slice(&b), SIZE_MAX, &got, NULL));
			sum_header(&b, header);
		}
		list(buf_slice(&b), 1000, &got, NULL);
		b.data[bit / 8] ^= (char)(1 << bit % 8);
		if (in_header)
			sum_header(&b, header);
	}
	expect_list(&b, "f f 9=.ab..c...\n");
	buf_release(&got);
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
	const struct tar_entry *e;
	struct error err = ERROR_INIT;
	struct tar t;

	(void)state;
	tar_init(&t, &failing);
	assert_false(tar_next(&t, &e, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_false(tar_drain(&t, &err));
	tar_release(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_huge_size),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_pax),
		cmocka_unit_test(test_pax_global),
		cmocka_unit_test(test_pax_mtime),
		cmocka_unit_test(test_pax_malformed),
		cmocka_unit_test(test_gnu_long),
		cmocka_unit_test(test_announced_only),
		cmocka_unit_test(test_meta_limit),
		cmocka_unit_test(test_entry_limit),
		cmocka_unit_test(test_sparse_gnu),
		cmocka_unit_test(test_sparse_gnu_lies),
		cmocka_unit_test(test_sparse_pax),
		cmocka_unit_test(test_sparse_pax_long_map),
		cmocka_unit_test(test_sparse_pax_lies),
		cmocka_unit_test(test_sparse_pax_map_lies),
		cmocka_unit_test(test_sparse_run_limit),
		cmocka_unit_test(test_sparse_skipped),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_error_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
