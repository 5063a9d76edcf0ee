#include "row_test.h"
#include "base/buf.h"

#define ROW (&inventory_python_archive)

static void put16(struct buf *b, unsigned v)
{
	buf_add_byte(b, (char)(v & 0xff));
	buf_add_byte(b, (char)(v >> 8 & 0xff));
}

static void put32(struct buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

static uint32_t crc32(struct slice s)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < s.len; i++) {
		crc ^= (uint8_t)s.data[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0xedb88320 & (0 - (crc & 1)));
	}
	return ~crc;
}

struct member {
	const char *name, *text;
};

static void put_facts(struct buf *b, const struct member *m)
{
	struct slice text = slice_from_cstr(m->text);

	put16(b, 0); /* flags */
	put16(b, 0); /* stored */
	put32(b, 0);
	put32(b, crc32(text));
	put32(b, (uint32_t)text.len);
	put32(b, (uint32_t)text.len);
	put16(b, (unsigned)strlen(m->name));
	put16(b, 0);
}

/* Stored members, their directory, its end. */
static void make_zip(struct buf *b, const struct member *members, size_t count)
{
	uint32_t offsets[8];

	buf_init(b, 1 << 20);
	for (size_t i = 0; i < count; i++) {
		offsets[i] = (uint32_t)b->len;
		buf_add_lit(b, "PK\3\4");
		put16(b, 20);
		put_facts(b, &members[i]);
		buf_add_slice(b, slice_from_cstr(members[i].name));
		buf_add_slice(b, slice_from_cstr(members[i].text));
	}
	uint32_t start = (uint32_t)b->len;
	for (size_t i = 0; i < count; i++) {
		buf_add_lit(b, "PK\1\2");
		put16(b, 20);
		put16(b, 20);
		put_facts(b, &members[i]);
		put16(b, 0);
		put16(b, 0);
		put16(b, 0);
		put32(b, 0);
		put32(b, offsets[i]);
		buf_add_slice(b, slice_from_cstr(members[i].name));
	}
	uint32_t size = (uint32_t)b->len - start;
	buf_add_lit(b, "PK\5\6");
	put32(b, 0);
	put16(b, (unsigned)count);
	put16(b, (unsigned)count);
	put32(b, size);
	put32(b, start);
	put16(b, 0);
}

static const struct member wheel[] = {
	{ "a/__init__.py", "x = 1\n" },
	{ "a/_vendor/b-1.dist-info/METADATA", "Name: b\nVersion: 1\n" },
	{ "a-2.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: a\nVersion: 2.0\nLicense: MIT\nRequires-Dist: c\n" },
	{ "a-2.0.dist-info/RECORD", "" },
};

static void test_wheel(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	make_zip(&b, wheel, 4);
	row_read(&t, ROW, buf_slice(&b));
	row_expect(&t, "a", "2.0", 0);
	row_expect_count(&t, 1);
	row_expect_depends(&t, "a", "2.0", "c");
	const struct package *p = row_must(&t, "a", "2.0");
	assert_true(slice_is(p->path, "a-2.0.dist-info/METADATA"));
	assert_true(slice_is(p->license, "MIT"));
	struct slice span = slice_first(slice_from(t.text, p->offset), p->length);
	assert_true(slice_starts(span, SLICE("PK\3\4")));
	assert_true(slice_ends(span, SLICE("Requires-Dist: c\n")));
	row_end(&t);
	buf_release(&b);
}

static void test_egg(void **state)
{
	static const struct member egg[] = {
		{ "EGG-INFO/PKG-INFO", "Metadata-Version: 1.0\nName: monotonic\nVersion: 1.6\n" },
		{ "monotonic.py", "" },
	};
	static const struct member other[] = { { "egg.txt", "no package" } };
	static const struct member bad[] = { { "EGG-INFO/PKG-INFO", "no header\n" } };
	struct row_test t;
	struct buf b;

	(void)state;
	make_zip(&b, egg, 2);
	row_read(&t, ROW, buf_slice(&b));
	row_expect(&t, "monotonic", "1.6", 0);
	row_end(&t);
	buf_release(&b);
	make_zip(&b, other, 1);
	row_read(&t, ROW, buf_slice(&b));
	row_expect_count(&t, 0);
	row_end(&t);
	buf_release(&b);
	make_zip(&b, bad, 1);
	row_run(&t, ROW, buf_slice(&b));
	row_expect_error(&t, "Name and Version");
	buf_release(&b);
}

/* In pieces the same is found; cut, it is said. */
static void test_pieces(void **state)
{
	struct buf b;

	(void)state;
	make_zip(&b, wheel, 4);
	for (size_t piece = 1; piece < 40; piece += 3) {
		struct arena a;
		struct slice rest = buf_slice(&b);
		struct inventory_output out = { .arena = &a };
		const struct inventory_file file = { .path = SLICE("a-2.0.whl"), .size = rest.len };

		arena_init(&a, 0);
		struct inventory_sieve *s = ROW->sieve_begin(&a, &file);
		while (!slice_empty(rest) && ROW->sieve_feed(s, slice_first(rest, piece)))
			rest = slice_from(rest, piece);
		assert_true(ROW->sieve_finish(s, &out, NULL));
		assert_int_equal(out.packages.count, 1);
		assert_int_equal(out.partial.code, ERR_NONE);
		arena_release(&a);
	}
	for (size_t len = 1; len < b.len; len++) {
		struct row_test t;

		row_run(&t, ROW, slice_first(buf_slice(&b), len));
		assert_true(!t.ok || t.out.partial.code != ERR_NONE);
		row_end(&t);
	}
	buf_release(&b);
}

static void test_paths(void **state)
{
	static const char *const yes[] = { "a-2.0-py3-none-any.whl", "x/a.egg", NULL };
	static const char *const no[] = { "a.egg/EGG-INFO", "a.whl.metadata", "a.zip", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

/* npm does not look at the package-lock.json beside a shrinkwrap. */
static void test_shrinkwrap(void **state)
{
	struct arena a;
	struct inventory_output out = { .arena = &a };
	static const char *const paths[] = { "a/package-lock.json", "a/npm-shrinkwrap.json", "package-lock.json" };

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < 3; i++)
		inventory_add(&out, ORIGIN_NPM_LOCK, SLICE("x"), SLICE("1"))->path = slice_from_cstr(paths[i]);
	npm_lock_settle(&out.packages);
	assert_int_equal(out.packages.count, 2);
	assert_true(slice_is(out.packages.items[0].path, "a/npm-shrinkwrap.json"));
	assert_true(slice_is(out.packages.items[1].path, "package-lock.json"));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wheel),
		cmocka_unit_test(test_egg),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_shrinkwrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
