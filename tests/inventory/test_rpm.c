#include "row_test.h"
#include "rpm_made.h"
#include "inventory/rpm_header.h"

static const struct made_package small = {
	.name = "small",
	.version = "1.0",
	.release = "2.el9",
	.arch = "x86_64",
	.source = "tiny-1.0-2.el9.src.rpm",
	.provides = {"small"},
};
static const struct made_package large = {
	.name = "large",
	.version = "3",
	.release = "1",
	.arch = "noarch",
	.epoch = 7,
	.padding = 3000,
	.requirements = {"small", "rpmlib(x)", "/bin/none"},
};

/* -------------------------------------------------------------- the header */

static void make(struct buf *b, const struct made_package *p)
{
	buf_init(b, 64 * MIB);
	made_header(b, p);
}

#define expect_text(got, want)                                                                     \
	do {                                                                                       \
		if (!slice_eq((got), slice_from_cstr(want)))                                       \
			fail_msg("%s is \"%.*s\", not \"%s\"", #got, SLICE_ARG(got), want);        \
	} while (0)

static void test_header(void **state)
{
	const struct made_package p = {
		.name = "n",
		.version = "v",
		.release = "r",
		.arch = "a",
		.source = "s",
		.vendor = "V, Inc.",
		.license = "MIT",
		.module = "m:1:2:3",
		.epoch = 9,
		.provides = {"p1", "p2"},
		.requirements = {"r1"},
	};
	struct error err = ERROR_INIT;
	struct rpm_header h;
	struct slice text;
	struct buf b;

	(void)state;
	make(&b, &p);
	assert_true(rpm_header_read(buf_slice(&b), &h, &err));
	expect_text(h.name, "n");
	expect_text(h.version, "v");
	expect_text(h.release, "r");
	expect_text(h.arch, "a");
	expect_text(h.source, "s");
	expect_text(h.vendor, "V, Inc.");
	expect_text(h.license, "MIT");
	expect_text(h.module, "m:1:2:3");
	assert_int_equal(h.epoch, 9);
	assert_true(rpm_strings_next(&h.provides, &text));
	expect_text(text, "p1");
	assert_true(rpm_strings_next(&h.provides, &text));
	expect_text(text, "p2");
	assert_false(rpm_strings_next(&h.provides, &text));
	assert_true(rpm_strings_next(&h.requirements, &text));
	assert_false(rpm_strings_next(&h.requirements, &text));
	buf_release(&b);
}

static void test_header_absent_and_repeated(void **state)
{
	struct made_index m = {.count = 0};
	struct error err = ERROR_INIT;
	struct rpm_header h;
	struct buf b;

	(void)state;
	buf_init(&m.index, MIB);
	buf_init(&m.store, MIB);
	buf_init(&b, MIB);
	made_text(&m, 1000, 6, "first");
	made_text(&m, 1044, 6, "(none)");
	made_text(&m, 1022, 7, "a value of another type");
	made_text(&m, 1014, 9, "translated");
	/* What rpm appends behind the signed region stands for it. */
	made_text(&m, 1000, 6, "second");
	made_finish(&m, &b);
	assert_true(rpm_header_read(buf_slice(&b), &h, &err));
	expect_text(h.name, "second");
	expect_text(h.source, "");
	expect_text(h.arch, "");
	expect_text(h.license, "translated");
	expect_text(h.version, "");
	assert_int_equal(h.epoch, 0);
	assert_int_equal(h.provides.count, 0);
	buf_release(&b);
}

static void expect_bad_header(struct slice blob, const char *message)
{
	struct error err = ERROR_INIT;
	struct rpm_header h;
	char *heap = malloc(blob.len ? blob.len : 1);

	assert_non_null(heap);
	memcpy(heap, blob.data, blob.len);
	assert_false(rpm_header_read(slice_new(heap, blob.len), &h, &err));
	assert_int_equal(err.code, ERR_FORMAT);
	if (!strstr(err.message, message))
		fail_msg("%s", err.message);
	free(heap);
}

static void test_header_lies(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *message;
	} cases[] = {
		{0, 0, "has 0 entries"},
		{0, 65536, "has 65536 entries"},
		{0, 4, "says that it has 4 entries"},
		{0, 0xffffffff, "entries"},
		{4, 0, "0 bytes of values"},
		{4, 0xffffffff, "4294967295 bytes of values"},
		{8 + 4, 0, "unknown type 0"},
		{8 + 4, 10, "unknown type 10"},
		{8 + 8, 1000, "beyond"},
		{8 + 8, 0xfffffff0, "beyond"},
		{8 + 12, 0xffffffff, "beyond"},
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&b, &small);
		set_be(&b, cases[i].at, cases[i].value, 4);
		expect_bad_header(buf_slice(&b), cases[i].message);
		buf_release(&b);
	}
	static const struct made_package last = {
		.name = "p", .version = "1", .release = "1", .source = "s"};
	make(&b, &last);
	b.data[b.len - 1] = 'x';
	expect_bad_header(buf_slice(&b), "has no end");
	b.data[b.len - 1] = 0;
	for (size_t len = 0; len < b.len; len++)
		expect_bad_header(slice_first(buf_slice(&b), len), "header of");
	buf_release(&b);
}

/* ------------------------------------------------------ what all three give */

static void expect_both(struct row_test *t)
{
	row_expect_count(t, 2);
	row_must(t, "small", "1.0-2.el9");
	row_expect_depends(t, "large", "7:3-1", "small");
	row_end(t);
}

/* Whatever is missing is told, and never is there more than in the whole file. */
static void expect_cuts_told(struct slice file)
{
	for (size_t len = 0; len < file.len; len++) {
		struct row_test t;

		row_run(&t, &inventory_rpm, slice_first(file, len));
		assert_true(t.out.packages.count <= 2);
		if (t.ok && t.out.partial.code == ERR_NONE)
			fail_msg("nothing is said of a cut behind %zu of %zu bytes", len, file.len);
		if (t.out.partial.code != ERR_NONE)
			assert_true(t.out.partial.offset >= 0 &&
				    (uint64_t)t.out.partial.offset <= len);
		row_end(&t);
	}
}

/* Runs and demands a damage with these words, and as many packages. */
static void expect_damage(struct slice file, const char *message, size_t packages)
{
	struct row_test t;

	row_run(&t, &inventory_rpm, file);
	const char *told = t.ok ? t.out.partial.message : t.err.message;
	if (!strstr(told, message))
		fail_msg("\"%s\" is told instead of \"%s\"", told, message);
	row_expect_count(&t, packages);
	row_end(&t);
}

/* ------------------------------------------------------------------ SQLite */

/* Page 1 the schema, 2 an interior page, 3 and 4 leaves, from 5 on overflow. */
static void make_sqlite(struct buf *b)
{
	struct buf one, two, cell;

	make(&one, &small);
	make(&two, &large);
	sqlite_begin(b, "Packages", 2);
	sqlite_kind(b, 2, 5);
	sqlite_kind(b, 3, 13);
	sqlite_kind(b, 4, 13);
	buf_init(&cell, 16);
	put_be(&cell, 3, 4);
	put_varint(&cell, 1);
	sqlite_cell(b, 2, buf_slice(&cell));
	set_be(b, MADE_PAGE + 8, 4, 4);
	sqlite_row(b, 3, 1, buf_slice(&one));
	sqlite_row(b, 4, 2, buf_slice(&two));
	sqlite_finish(b);
	buf_release(&one);
	buf_release(&two);
	buf_release(&cell);
}

static void test_sqlite(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	make_sqlite(&b);
	row_read(&t, &inventory_rpm, buf_slice(&b));
	const struct package *p = row_must(&t, "small", "1.0-2.el9");
	assert_true(p->offset >= 2 * MADE_PAGE && p->offset + p->length == 3 * MADE_PAGE);
	expect_both(&t);
	expect_cuts_told(buf_slice(&b));
	buf_release(&b);
}

static void test_sqlite_head(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		unsigned bytes;
		const char *message;
	} cases[] = {
		{16, 0, 2, "pages of 0 bytes"},
		{16, 511, 2, "pages of 511 bytes"},
		{16, 256, 2, "pages of 256 bytes"},
		{20, 33, 1, "33 of them reserved"},
		{56, 2, 4, "UTF-16"},
		{100, 2, 1, "page 1 is no page of a table"},
		{103, 0, 2, "has no table Packages"},
		{103, 65535, 2, "page 1 has 65535 cells"},
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_sqlite(&b);
		set_be(&b, cases[i].at, cases[i].value, cases[i].bytes);
		expect_damage(buf_slice(&b), cases[i].message, 0);
		buf_release(&b);
	}
	sqlite_begin(&b, "Basenames", 2);
	expect_damage(buf_slice(&b), "has no table Packages", 0);
	buf_release(&b);
	sqlite_begin(&b, "Packages", 9);
	expect_damage(buf_slice(&b), "the table Packages is on page 9 of 1", 0);
	buf_release(&b);
	/* An empty table is no fault. */
	struct row_test t;
	sqlite_begin(&b, "Packages", 2);
	sqlite_kind(&b, 2, 13);
	row_read(&t, &inventory_rpm, buf_slice(&b));
	row_expect_count(&t, 0);
	row_end(&t);
	buf_release(&b);
}

static void test_sqlite_cycles(void **state)
{
	const size_t interior = MADE_PAGE, child = interior + MADE_PAGE - 5,
		     leaf = 3 * (size_t)MADE_PAGE, chain = 4 * (size_t)MADE_PAGE;
	struct buf b;

	(void)state;
	/* The right-most child, and the first one */
	for (uint32_t to = 0; to < 4; to++) {
		make_sqlite(&b);
		set_be(&b, interior + 8, to, 4);
		expect_damage(buf_slice(&b), "which is not there or was used before", 1);
		buf_release(&b);
	}
	make_sqlite(&b);
	set_be(&b, child, 2, 4);
	expect_damage(buf_slice(&b), "page 2 leads to page 2", 1);
	set_be(&b, child, 4000000000, 4);
	expect_damage(buf_slice(&b), "page 2 leads to page 4000000000", 1);
	set_be(&b, interior + 8, 5, 4);
	expect_damage(buf_slice(&b), "page 2 leads to page 4000000000", 0);
	buf_release(&b);
	/* Overflow chains: into itself, to a leaf, to nowhere, to an end too early */
	static const uint32_t targets[] = {5, 3, 0, 0xffffffff};
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		make_sqlite(&b);
		set_be(&b, chain, targets[i], 4);
		expect_damage(buf_slice(&b), "an overflow chain", 1);
		buf_release(&b);
	}
	make_sqlite(&b);
	set_be(&b, leaf + 3, 2, 2);
	set_be(&b, leaf + 10, 600, 2);
	expect_damage(buf_slice(&b), "a row is not within its page", 2);
	buf_release(&b);
}

static void test_sqlite_rows(void **state)
{
	struct buf b, cell;

	(void)state;
	/* A row that says to be larger than the file */
	make_sqlite(&b);
	buf_init(&cell, 600);
	buf_add_lit(&cell, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	pad_to(&cell, 500);
	sqlite_kind(&b, (uint32_t)(b.len / MADE_PAGE) + 1, 13);
	sqlite_cell(&b, (uint32_t)(b.len / MADE_PAGE), buf_slice(&cell));
	set_be(&b, MADE_PAGE + 8, b.len / MADE_PAGE, 4);
	expect_damage(buf_slice(&b), "in a file of", 1);
	buf_release(&cell);
	buf_release(&b);
	/* Rows without a blob, and with a record whose header is beyond it */
	static const struct slice cells[] = {
		SLICE_INIT("\x03\x01\x02\x01\x05"), SLICE_INIT("\x02\x01\x09\x00"),
		SLICE_INIT("\x02\x01\x02\x7f"),	    SLICE_INIT("\x00\x01"),
		SLICE_INIT("\x01\x01\x00"),
	};
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		make_sqlite(&b);
		sqlite_cell(&b, 3, cells[i]);
		expect_damage(buf_slice(&b), "a row of the table Packages", 2);
		buf_release(&b);
	}
	/* A blob that is no header */
	make_sqlite(&b);
	sqlite_row(&b, 3, 9, SLICE("\0\0\0\1\0\0\0\0"));
	expect_damage(buf_slice(&b), "a header of 8 bytes says", 2);
	buf_release(&b);
}

/* Every cell of every page the same row: without a bound the file would be read a thousand times.
 */
static void test_sqlite_overlap(void **state)
{
	struct row_test t;
	struct buf b, one;

	(void)state;
	make(&one, &small);
	sqlite_begin(&b, "Packages", 2);
	sqlite_kind(&b, 2, 13);
	size_t at = sqlite_row(&b, 2, 1, buf_slice(&one)) - MADE_PAGE;
	set_be(&b, MADE_PAGE + 3, 100, 2);
	for (size_t i = 0; i < 100; i++)
		set_be(&b, MADE_PAGE + 8 + 2 * i, at, 2);
	row_run(&t, &inventory_rpm, buf_slice(&b));
	row_expect_partial(&t, "lie upon one another");
	assert_true(t.out.packages.count < 4);
	row_end(&t);
	buf_release(&one);
	buf_release(&b);
}

/* --------------------------------------------------------------------- ndb */

static void make_ndb(struct buf *b)
{
	struct buf one, two;

	make(&one, &small);
	make(&two, &large);
	ndb_begin(b);
	ndb_add(b, 1, buf_slice(&one));
	ndb_add(b, 2, buf_slice(&two));
	buf_release(&one);
	buf_release(&two);
}

static void test_ndb(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	make_ndb(&b);
	row_read(&t, &inventory_rpm, buf_slice(&b));
	const struct package *p = row_must(&t, "small", "1.0-2.el9");
	assert_int_equal(p->offset, 4096);
	expect_both(&t);
	expect_cuts_told(buf_slice(&b));
	buf_release(&b);
}

static void test_ndb_lies(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *message;
		size_t packages;
	} cases[] = {
		{4, 1, "version 1 of ndb", 0},
		{12, 0, "0 pages of slots", 0},
		{12, 100000, "100000 pages of slots", 0},
		{12, 0xffffffff, "4294967295 pages of slots", 0},
		{32, 0, "no slot", 0},
		{48, 0, "no slot", 1},
		{32 + 4, 5, "package 5 is not where", 1},
		{32 + 8, 255, "package 1 is not where", 1},
		{32 + 8, 0xffffffff, "package 1 has no place", 1},
		{32 + 12, 0, "package 1 has no place", 1},
		{32 + 12, 1, "package 1 has no place", 1},
		{32 + 12, 0xffffffff, "package 1 has no place", 1},
		{32 + 12, 5, "package 1 has", 1},
		{4096 + 12, 0xffffffff, "package 1 has 4294967295 bytes", 1},
		{4096 + 12, 20, "package 1 does not end", 1},
		{4096 + 16, 0, "the checksum of package 1 is wrong", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;

		make_ndb(&b);
		set_le(&b, cases[i].at, cases[i].value, 4);
		expect_damage(buf_slice(&b), cases[i].message, cases[i].packages);
		buf_release(&b);
	}
}

static void test_ndb_overlap(void **state)
{
	struct buf b;

	(void)state;
	make_ndb(&b);
	for (size_t i = 3; i < 255; i++) {
		memcpy(b.data + 16 * i, b.data + 48, 16);
		set_le(&b, 16 * i + 4, 2, 4);
	}
	struct row_test t;
	row_run(&t, &inventory_rpm, buf_slice(&b));
	row_expect_partial(&t, "lie upon one another");
	assert_true(t.out.packages.count < 5);
	row_end(&t);
	buf_release(&b);
}

/* ------------------------------------------------------------- Berkeley DB */

/* Page 1 holds the number of the next package, a small one inline, and a large one. */
static void make_bdb(struct buf *b, bool big)
{
	struct buf one, two, item;
	size_t end = MADE_PAGE;

	make(&one, &small);
	make(&two, &large);
	bdb_begin(b, big);
	end = bdb_key(b, 0, end, 0, big);
	end = bdb_item(b, 1, end, SLICE("\1\3\0\0\0"), big);
	end = bdb_key(b, 2, end, 1, big);
	buf_init(&item, 400);
	buf_add_byte(&item, 1);
	buf_add_slice(&item, buf_slice(&one));
	end = bdb_item(b, 3, end, buf_slice(&item), big);
	end = bdb_key(b, 4, end, 2, big);
	bdb_value(b, 5, end, buf_slice(&two), big);
	buf_release(&one);
	buf_release(&two);
	buf_release(&item);
}

static void test_bdb(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	for (int big = 0; big < 2; big++) {
		make_bdb(&b, big);
		row_read(&t, &inventory_rpm, buf_slice(&b));
		expect_both(&t);
		expect_cuts_told(buf_slice(&b));
		buf_release(&b);
	}
}

static void test_bdb_lies(void **state)
{
	const size_t page = MADE_PAGE, chain = 2 * (size_t)MADE_PAGE;
	const struct {
		size_t at;
		uint32_t value;
		unsigned bytes;
		const char *message;
		size_t packages;
	} cases[] = {
		{16, 6, 4, "version 6", 0},
		{16, 11, 4, "version 11", 0},
		{20, 0, 4, "pages of 0 bytes", 0},
		{20, 513, 4, "pages of 513 bytes", 0},
		{20, 0x80000000, 4, "pages of 2147483648 bytes", 0},
		{24, 1, 1, "encryption or checksums", 0},
		{25, 9, 1, "no header of a Berkeley DB hash", 0},
		{26, 1, 1, "encryption or checksums", 0},
		{32, 1000, 4, "ends before its last page, 1000", 2},
		{page + 20, 65535, 2, "page 1 has 65535 entries", 0},
		{page + 20, 5, 2, "page 1 has 5 entries", 0},
		{page + 26, 512, 2, "an entry of page 1 is not within it", 0},
		{page + 26, 30, 2, "an entry of page 1 is not within it", 0},
		{page + 28, 511, 2, "an entry of page 1 is not within it", 0},
		{chain + 16, 2, 4, "an overflow chain", 1}, /* into itself */
		{chain + 16, 0, 4, "an overflow chain", 1}, /* ends too early */
		{chain + 16, 9999, 4, "an overflow chain", 1},
		{chain + 16, 1, 4, "page 1 is no overflow page", 1},
		{chain + 22, 0, 2, "page 2 is no overflow page", 1},
		{chain + 22, 65535, 2, "page 2 is no overflow page", 1},
		{chain + 25, 13, 1, "page 2 is no overflow page", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;

		make_bdb(&b, false);
		set_le(&b, cases[i].at, cases[i].value, cases[i].bytes);
		expect_damage(buf_slice(&b), cases[i].message, cases[i].packages);
		buf_release(&b);
	}
}

static void test_bdb_items(void **state)
{
	struct buf b;
	size_t end = MADE_PAGE;

	(void)state;
	bdb_begin(&b, false);
	end = bdb_key(&b, 0, end, 1, false);
	end = bdb_item(&b, 1, end, SLICE("\3\0\0\0\2\0"), false);
	expect_damage(buf_slice(&b), "a value's place is cut off", 0);
	end = bdb_key(&b, 2, end, 2, false);
	end = bdb_item(&b, 3, end, SLICE("\2xx"), false);
	expect_damage(buf_slice(&b), "a value's place is cut off", 0);
	buf_release(&b);
	bdb_begin(&b, false);
	end = bdb_key(&b, 0, MADE_PAGE, 1, false);
	bdb_item(&b, 1, end, SLICE("\2xx"), false);
	expect_damage(buf_slice(&b), "of the kind 2", 0);
	buf_release(&b);
	/* Values that begin at the file's header, are larger than the file, or have no bytes */
	static const struct {
		struct slice item;
		const char *message;
	} places[] = {
		{SLICE_INIT("\3\0\0\0\0\0\0\0\2\0\0\0"), "an overflow chain"},
		{SLICE_INIT("\3\0\0\0\2\0\0\0\xff\xff\xff\xff"), "a value of 4294967295 bytes"},
		{SLICE_INIT("\3\0\0\0\x63\0\0\0\0\0\0\0"), "a value of 0 bytes"},
	};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		bdb_begin(&b, false);
		end = bdb_key(&b, 0, MADE_PAGE, 1, false);
		bdb_item(&b, 1, end, places[i].item, false);
		expect_damage(buf_slice(&b), places[i].message, 0);
		buf_release(&b);
	}
}

/* ----------------------------------------------------------------- packages */

static void read_one(struct row_test *t, const struct made_package *p)
{
	struct buf b, blob;

	make(&blob, p);
	ndb_begin(&b);
	ndb_add(&b, 1, buf_slice(&blob));
	row_run(t, &inventory_rpm, buf_slice(&b));
	assert_true(t->ok);
	buf_release(&blob);
	buf_release(&b);
}

static void test_sources(void **state)
{
	static const struct {
		const char *file, *name, *version;
		uint32_t epoch;
	} cases[] = {
		{"bash-5.1.8-6.el9.src.rpm", "bash", "5.1.8-6.el9", 0},
		{"bash-5.1.8-6.el9.src.rpm", "bash", "2:5.1.8-6.el9", 2},
		{"a-b-c-1-2.nosrc.rpm", "a-b-c", "1-2", 0},
		{"(none)", "p", "1-1", 0},
		{NULL, "p", "3:1-1", 3},
		{"bash-5.1.8-6.el9.x86_64.rpm", "p", "1-1", 0},
		{"bash-5.src.rpm", "p", "1-1", 0},
		{"-1-2.src.rpm", "p", "1-1", 0},
		{"a b-1-2.src.rpm", "p", "1-1", 0},
		{".src.rpm", "p", "1-1", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct made_package made = {.name = "p",
						  .version = "1",
						  .release = "1",
						  .source = cases[i].file,
						  .epoch = cases[i].epoch};
		struct row_test t;

		read_one(&t, &made);
		row_expect_count(&t, 1);
		expect_text(t.out.packages.items[0].source_name, cases[i].name);
		expect_text(t.out.packages.items[0].source_version, cases[i].version);
		row_end(&t);
	}
}

/* The epoch of a source is that of the packages that have its version. */
static void test_source_epochs(void **state)
{
	static const struct made_package made[] = {
		{.name = "perl-Errno",
		 .version = "1.30",
		 .release = "9",
		 .source = "perl-5.32.1-9.src.rpm"},
		{.name = "perl-libs",
		 .version = "5.32.1",
		 .release = "9",
		 .epoch = 4,
		 .source = "perl-5.32.1-9.src.rpm"},
		{.name = "perl-B",
		 .version = "1.80",
		 .release = "9",
		 .epoch = 1,
		 .source = "perl-5.32.1-9.src.rpm"},
		{.name = "alone",
		 .version = "2",
		 .release = "1",
		 .epoch = 3,
		 .source = "other-1-1.src.rpm"},
	};
	static const char *const sources[] = {"4:5.32.1-9", "4:5.32.1-9", "4:5.32.1-9", "3:1-1"};
	struct row_test t;
	struct buf b;

	(void)state;
	ndb_begin(&b);
	for (uint32_t i = 0; i < 4; i++) {
		struct buf blob;

		make(&blob, &made[i]);
		ndb_add(&b, i + 1, buf_slice(&blob));
		buf_release(&blob);
	}
	row_read(&t, &inventory_rpm, buf_slice(&b));
	row_expect_count(&t, 4);
	for (size_t i = 0; i < 4; i++)
		expect_text(t.out.packages.items[i].source_version, sources[i]);
	row_end(&t);
	buf_release(&b);
}

static void test_fields(void **state)
{
	static const struct {
		const char *label, *stream;
	} modules[] = {
		{"nodejs:12:8030020201124152102:229f0a1c", "nodejs:12"},
		{"nodejs:12", "nodejs:12"},
		{"nodejs", "nodejs"},
		{"", ""},
		{"(none)", ""},
	};
	struct row_test t;

	(void)state;
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		const struct made_package made = {.name = "p",
						  .version = "1",
						  .release = "1",
						  .arch = "noarch",
						  .vendor = "V, Inc.",
						  .license = "MIT and BSD",
						  .module = modules[i].label};
		read_one(&t, &made);
		row_expect_count(&t, 1);
		const struct package *p = &t.out.packages.items[0];
		expect_text(p->module_stream, modules[i].stream);
		expect_text(p->maintainer, "V, Inc.");
		expect_text(p->license, "MIT and BSD");
		expect_text(p->architecture, "noarch");
		assert_int_equal(p->origin, ORIGIN_RPM);
		row_end(&t);
	}
	static const struct made_package key = {
		.name = "gpg-pubkey", .version = "fd431d51", .release = "4ae0493b"};
	read_one(&t, &key);
	row_expect_count(&t, 0);
	assert_int_equal(t.out.partial.code, ERR_NONE);
	row_end(&t);
	static const struct made_package bad[] = {
		{.version = "1", .release = "1"},
		{.name = "p", .release = "1"},
		{.name = "p", .version = "1"},
		{.name = "p q", .version = "1", .release = "1"},
		{.name = "p", .version = "1\x1b", .release = "1"},
		{.name = "p", .version = "1", .release = "1", .arch = "a\nb"},
		{.name = "p", .version = "1", .release = "1", .module = "a\xff"},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		read_one(&t, &bad[i]);
		row_expect_count(&t, 0);
		row_expect_partial(&t, "no usable name");
		row_end(&t);
	}
}

static void test_dependencies(void **state)
{
	static const struct made_package made[] = {
		{.name = "a",
		 .version = "1",
		 .release = "1",
		 .provides = {"a", "lib.so()(64bit)"},
		 .requirements = {"a", "b", "b", "/bin/sh"}},
		{.name = "b",
		 .version = "1",
		 .release = "1",
		 .provides = {"b", "/bin/sh", "lib.so()(64bit)"},
		 .requirements = {"lib.so()(64bit)", "nobody", "c"}},
		{.name = "c",
		 .version = "1",
		 .release = "1",
		 .provides = {"c"},
		 .requirements = {"b"}},
	};
	struct row_test t;
	struct buf b;

	(void)state;
	ndb_begin(&b);
	for (uint32_t i = 0; i < 3; i++) {
		struct buf blob;

		make(&blob, &made[i]);
		ndb_add(&b, i + 1, buf_slice(&blob));
		buf_release(&blob);
	}
	row_read(&t, &inventory_rpm, buf_slice(&b));
	row_expect_count(&t, 3);
	row_expect_depends(&t, "a", "1-1", "b");
	row_expect_depends(&t, "b", "1-1", "a c");
	row_expect_depends(&t, "c", "1-1", "b");
	row_end(&t);
	buf_release(&b);
}

/* Directories by number; a number or an array that is too short names nothing. */
static void test_files(void **state)
{
	static const char *const files[] = {"openssl", "nothing-known", "node", "perl"};
	static const char *const directories[] = {"/usr/bin/", "/opt/"};
	static const uint32_t numbers[] = {0, 0, 1, 2};
	struct row_test t;
	struct buf b, blob;

	(void)state;
	for (uint32_t count = 0; count <= 4; count++) {
		struct made_index m = {.count = 0};

		buf_init(&m.index, MIB);
		buf_init(&m.store, MIB);
		buf_init(&blob, MIB);
		made_text(&m, 1000, 6, "p");
		made_text(&m, 1001, 6, "1");
		made_text(&m, 1002, 6, "1");
		made_entry(&m, 1116, 4, count);
		for (uint32_t i = 0; i < count; i++)
			put_be(&m.store, numbers[i], 4);
		made_entry(&m, 1117, 8, 4);
		for (size_t i = 0; i < 4; i++)
			buf_add(&m.store, files[i], strlen(files[i]) + 1);
		made_entry(&m, 1118, 8, 2);
		for (size_t i = 0; i < 2; i++)
			buf_add(&m.store, directories[i], strlen(directories[i]) + 1);
		made_finish(&m, &blob);
		ndb_begin(&b);
		ndb_add(&b, 1, buf_slice(&blob));
		row_read(&t, &inventory_rpm, buf_slice(&b));
		row_must(&t, "p", "1-1");
		assert_true(!row_package(&t, "usr/bin/openssl", "") == (count < 1));
		assert_true(!row_package(&t, "opt/node", "") == (count < 3));
		row_expect_count(&t, count < 1 ? 1 : count < 3 ? 2 : 3);
		row_end(&t);
		buf_release(&blob);
		buf_release(&b);
	}
}

static void test_identity(void **state)
{
	static const struct {
		const char *id, *version, *vendor;
		uint32_t epoch;
		bool foreign;
		const char *purl;
	} cases[] = {
		{"rhel", "9.4", "Red Hat, Inc.", 3, false,
		 "pkg:rpm/redhat/p@1-2?arch=x86_64&distro=rhel-9.4&epoch=3&upstream=s"},
		{"rhel", "9.4", "Fedora Project", 0, true,
		 "pkg:rpm/redhat/p@1-2?arch=x86_64&distro=rhel-9.4&upstream=s"},
		{"rhel", "9.4", "", 0, false,
		 "pkg:rpm/redhat/p@1-2?arch=x86_64&distro=rhel-9.4&upstream=s"},
		{"rocky", "9.4", "Rocky Enterprise Software Foundation", 0, false, NULL},
		{"almalinux", "8.10", "AlmaLinux", 0, false, NULL},
		{"almalinux", "8.10", "Docker", 0, true, NULL},
		{"opensuse-leap", "15.5", "SUSE LLC <https://www.suse.com/>", 0, false, NULL},
		{"sles", "15.5", "openSUSE", 0, false, NULL},
		{"sles", "15.5", "obs://build.opensuse.org/home:somebody", 0, true, NULL},
		{"mariner", "2.0", "Microsoft Corporation", 0, false,
		 "pkg:rpm/azure-linux/p@1-2?arch=x86_64&distro=mariner-2.0&upstream=s"},
		{"photon", "5.0", "VMware, Inc.", 0, false, NULL},
		/* Without advisories there is nothing to keep apart. */
		{"fedora", "40", "Docker", 0, false,
		 "pkg:rpm/fedora/p@1-2?arch=x86_64&distro=fedora-40&upstream=s"},
		{"", "", "Docker", 0, false, "pkg:rpm/redhat/p@1-2?arch=x86_64&upstream=s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct made_package made = {.name = "p",
						  .version = "1",
						  .release = "2",
						  .arch = "x86_64",
						  .source = "s-1-2.src.rpm",
						  .epoch = cases[i].epoch,
						  .vendor = cases[i].vendor};
		const struct os_release os = {.id = slice_from_cstr(cases[i].id),
					      .version_id = slice_from_cstr(cases[i].version)};
		struct package again;
		struct row_test t;
		struct purl purl;

		read_one(&t, &made);
		inventory_apply_os(&t.out.packages, &os, &t.arena);
		const struct package *p = &t.out.packages.items[0];
		if (((p->flags & PACKAGE_FOREIGN) != 0) != cases[i].foreign)
			fail_msg("%s on %s", cases[i].vendor, cases[i].id);
		assert_true(p->ecosystem || cases[i].foreign || !ecosystem_by_os_id(os.id));
		assert_true(!p->ecosystem || !cases[i].foreign);
		struct slice text = package_purl(p, &t.arena);
		if (cases[i].purl)
			expect_text(text, cases[i].purl);
		assert_true(purl_parse(text, &t.arena, &purl, NULL));
		assert_true(package_from_purl(&purl, &t.arena, &again));
		assert_true(slice_eq(again.version, p->version));
		assert_true(slice_eq(again.source_name, p->source_name));
		assert_true(slice_eq(again.source_version, p->source_version));
		row_end(&t);
	}
}

/* How Syft names the source package. */
static void test_foreign_purl(void **state)
{
	struct arena a;
	struct package p;
	struct purl purl;

	(void)state;
	arena_init(&a, 0);
	assert_true(purl_parse(
		SLICE("pkg:rpm/redhat/"
		      "glibc-common@2.34-83.el9?epoch=1&upstream=glibc-2.34-83.el9.src.rpm"),
		&a, &purl, NULL));
	assert_true(package_from_purl(&purl, &a, &p));
	expect_text(p.version, "1:2.34-83.el9");
	expect_text(p.source_name, "glibc");
	expect_text(p.source_version, "2.34-83.el9");
	arena_release(&a);
}

static void test_other_files(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, &inventory_rpm, SLICE(""));
	row_expect_error(&t, "the database is empty");
	row_run(&t, &inventory_rpm, SLICE("what is this"));
	row_expect_error(&t, "this is no database of rpm");
}

static void test_paths(void **state)
{
	static const char *const yes[] = {
		"var/lib/rpm/rpmdb.sqlite",
		"usr/lib/sysimage/rpm/Packages.db",
		"usr/share/rpm/Packages",
		"var/lib/rpm/Packages",
		NULL,
	};
	static const char *const no[] = {
		"var/lib/rpm/rpmdb.sqlite-shm",
		"var/lib/rpm/Index.db",
		"usr/share/rpm/macros",
		"x/var/lib/rpm/Packages",
		"var/lib/rpm",
		"var/lib/rpm/rpmdb.sqlite-wal",
		NULL,
	};

	(void)state;
	row_expect_paths(&inventory_rpm, yes, no);
	assert_true(inventory_rpm_wal.matches(SLICE("var/lib/rpm/rpmdb.sqlite-wal")));
	assert_ptr_equal(inventory_match_path(INVENTORY_IMAGE, SLICE("var/lib/rpm/Packages")),
			 &inventory_rpm);
	assert_null(inventory_match_path(INVENTORY_DIRECTORY, SLICE("var/lib/rpm/Packages")));
}

/* ---------------------------------------------------------------------- WAL */

static void wal_sum(struct slice bytes, bool big, uint32_t sum[static 2])
{
	for (size_t i = 0; i + 4 <= bytes.len; i += 4) {
		const uint8_t *p = (const uint8_t *)bytes.data + i;
		uint32_t word = big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
						(uint32_t)p[2] << 8 | p[3]
				    : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
						(uint32_t)p[1] << 8 | p[0];

		sum[(i / 4) % 2] += word + sum[1 - (i / 4) % 2];
	}
}

static void make_wal(struct buf *b, bool big, uint32_t committed_pages)
{
	uint32_t sum[2] = {0, 0};

	buf_init(b, MIB);
	put_be(b, 0x377f0682 + big, 4);
	put_be(b, 3007000, 4);
	put_be(b, 512, 4);
	put_be(b, 0, 4);
	put_be(b, 11, 4);
	put_be(b, 12, 4);
	wal_sum(buf_slice(b), big, sum);
	put_be(b, sum[0], 4);
	put_be(b, sum[1], 4);
	for (int i = 0; i < 2; i++) {
		size_t start = b->len;
		char page[512];

		put_be(b, 3, 4);
		put_be(b, i ? committed_pages : 0, 4);
		wal_sum(slice_from(buf_slice(b), start), big, sum);
		memset(page, 'a' + i, sizeof(page));
		wal_sum(slice_new(page, sizeof(page)), big, sum);
		put_be(b, 11, 4);
		put_be(b, 12, 4);
		put_be(b, sum[0], 4);
		put_be(b, sum[1], 4);
		buf_add(b, page, sizeof(page));
	}
}

static void expect_wal(struct slice file, bool told)
{
	struct row_test t;

	row_run(&t, &inventory_rpm_wal, file);
	if (t.ok == told)
		fail_msg("%s is said of a log of %zu bytes", told ? "nothing" : "something",
			 file.len);
	row_end(&t);
}

static void test_wal(void **state)
{
	struct buf b;

	(void)state;
	expect_wal(SLICE(""), false);
	expect_wal(SLICE("something else that is no log of SQLite's at all"), false);
	for (int big = 0; big < 2; big++) {
		make_wal(&b, big, 9);
		expect_wal(buf_slice(&b), true);
		for (size_t len = 0; len < b.len; len++)
			expect_wal(slice_first(buf_slice(&b), len), false);
		/* A frame of an earlier log, and one whose sum is wrong */
		b.data[32 + 536 + 8]++;
		expect_wal(buf_slice(&b), false);
		b.data[32 + 536 + 8]--;
		b.data[b.len - 1]++;
		expect_wal(buf_slice(&b), false);
		buf_release(&b);
		make_wal(&b, big, 0);
		expect_wal(buf_slice(&b), false);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_header_absent_and_repeated),
		cmocka_unit_test(test_header_lies),
		cmocka_unit_test(test_sqlite),
		cmocka_unit_test(test_sqlite_head),
		cmocka_unit_test(test_sqlite_cycles),
		cmocka_unit_test(test_sqlite_rows),
		cmocka_unit_test(test_sqlite_overlap),
		cmocka_unit_test(test_ndb),
		cmocka_unit_test(test_ndb_lies),
		cmocka_unit_test(test_ndb_overlap),
		cmocka_unit_test(test_bdb),
		cmocka_unit_test(test_bdb_lies),
		cmocka_unit_test(test_bdb_items),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_source_epochs),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_dependencies),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_foreign_purl),
		cmocka_unit_test(test_other_files),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_wal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
