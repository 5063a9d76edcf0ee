#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../zip_maker.h"
#include "format/zip_stream.h"

/* What was seen of an archive, as text: "name=bytes;" or "name!;" for one that could not be read. */
struct seen {
	struct buf text;
	bool read_none;
	enum error_code failure;
};

static bool begin(void *context, const struct zip_stream_entry *e)
{
	struct seen *s = context;

	buf_add_slice(&s->text, e->name);
	buf_add_byte(&s->text, '=');
	if (s->read_none || slice_ends(e->name, SLICE("/")))
		buf_add_byte(&s->text, ';');
	return !s->read_none && !slice_ends(e->name, SLICE("/"));
}

static bool bytes(void *context, struct slice piece)
{
	struct seen *s = context;

	buf_add_slice(&s->text, piece);
	return true;
}

static void end(void *context, uint64_t at, const struct error *failure)
{
	struct seen *s = context;

	(void)at;
	if (failure)
		s->failure = failure->code;
	buf_add_slice(&s->text, failure ? SLICE("!;") : SLICE(";"));
}

static const struct zip_stream_user user = { begin, bytes, end };

struct answer {
	struct seen seen;
	struct error err;
	bool ok;
};

static struct answer run(struct slice archive, size_t piece, bool read_none)
{
	struct answer x = { .err = ERROR_INIT, .seen.read_none = read_none };
	struct zip_budget budget = { 0 };
	struct arena a;

	arena_init(&a, 0);
	buf_init(&x.seen.text, 64 * MIB);
	struct zip_stream *z = zip_stream_new(&a, &user, &budget);
	zip_stream_begin(z, &x.seen);
	while (!slice_empty(archive)) {
		struct slice part = slice_first(archive, piece);
		char *heap = malloc(part.len);

		memcpy(heap, part.data, part.len);
		budget.read += part.len;
		bool more = zip_stream_feed(z, slice_new(heap, part.len));
		free(heap);
		if (!more)
			break;
		archive = slice_from(archive, part.len);
	}
	x.ok = zip_stream_finish(z, &x.err);
	assert_true(x.ok == (x.err.code == ERR_NONE));
	arena_release(&a);
	return x;
}

static const size_t pieces[] = { 1, 2, 3, 5, 23, 24, 27, 28, 31, 64, 100, 1 << 20 };

static void expect(struct slice archive, const char *text, const char *problem)
{
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct answer x = run(archive, pieces[i], false);

		if (!slice_eq(buf_slice(&x.seen.text), slice_from_cstr(text)))
			fail_msg("pieces of %zu: \"%.*s\", not \"%s\" (%s)", pieces[i],
				 SLICE_ARG(buf_slice(&x.seen.text)), text, x.err.message);
		if (problem ? !strstr(x.err.message, problem) : !x.ok)
			fail_msg("%zu bytes, pieces of %zu: \"%s\"", archive.len, pieces[i], x.err.message);
		buf_release(&x.seen.text);
		/* What is not wanted is passed over by other means, to the same end. */
		x = run(archive, pieces[i], true);
		if (!problem && !x.ok)
			fail_msg("unread, pieces of %zu: \"%s\"", pieces[i], x.err.message);
		buf_release(&x.seen.text);
	}
}

#define MANY "many many many many many many many many many many many many many many"

static void add_all_forms(struct zip_maker *m)
{
	static const struct slice texts[] = { SLICE_INIT(""), SLICE_INIT("x"), SLICE_INIT(MANY) };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };

	for (unsigned form = 0; form < 16; form++)
		for (size_t t = 0; t < 3; t++) {
			const struct zip_made e = {
				.name = names[(form + t) % 8], .data = texts[t], .deflate = form & 1,
				.descriptor = form & 2, .no_signature = form & 4, .wide = form & 8,
			};

			zip_maker_add(m, &e);
		}
}

static void expected_of_all_forms(struct buf *b)
{
	static const char *const texts[] = { "", "x", MANY };

	for (unsigned form = 0; form < 16; form++)
		for (size_t t = 0; t < 3; t++)
			buf_printf(b, "%c=%s;", (int)('a' + (form + t) % 8), texts[t]);
	buf_add_byte(b, '\0');
}

static void test_forms(void **state)
{
	struct zip_maker m;
	struct buf text;

	(void)state;
	zip_maker_init(&m);
	buf_init(&text, MIB);
	add_all_forms(&m);
	zip_maker_end(&m);
	expected_of_all_forms(&text);
	expect(buf_slice(&m.b), text.data, NULL);
	zip_maker_release(&m);
	buf_release(&text);
}

static void test_surroundings(void **state)
{
	const struct zip_made one = { .name = "one", .data = SLICE("1"), .descriptor = true };
	struct zip_maker m;

	(void)state;
	/* Nothing in it. */
	zip_maker_init(&m);
	zip_maker_end(&m);
	expect(buf_slice(&m.b), "", NULL);
	/* Behind a script, offsets from the script or from the archive. */
	for (int adjusted = 0; adjusted < 2; adjusted++) {
		buf_clear(&m.b);
		buf_add_lit(&m.b, "#!/bin/sh\nPK exec java -jar $0\nPK\3 P\n");
		m.base = adjusted ? 0 : m.b.len;
		zip_maker_add(&m, &one);
		zip_maker_end(&m);
		expect(buf_slice(&m.b), "one=1;", NULL);
	}
	/* Zeros up to the end of a block. */
	m.base = 0;
	buf_clear(&m.b);
	zip_maker_add(&m, &one);
	zip_maker_end(&m);
	size_t len = m.b.len;
	for (size_t zeros = 1; zeros < 20; zeros++) {
		m.b.len = len;
		zip_put(&m.b, 0, zeros);
		expect(buf_slice(&m.b), "one=1;", NULL);
	}
	m.b.len = len;
	buf_add_lit(&m.b, "more bytes");
	expect(buf_slice(&m.b), "one=1;", "bytes stand behind its end");
	zip_maker_release(&m);
}

static void test_no_archive(void **state)
{
	(void)state;
	expect(SLICE("no archive at all"), "", "no ZIP archive");
	expect(SLICE("PK"), "", "no ZIP archive");
	expect(SLICE("\0\0\0\0\0\0"), "", "no ZIP archive");
}

/* The directory tells otherwise: every such difference is said. */
static void test_directory_that_differs(void **state)
{
	static const struct {
		struct zip_made e;
		const char *seen, *problem;
	} cases[] = {
		{ { .name = "b", .central_name = "c", .data = SLICE_INIT("2") }, "a=1;b=2;z=9;", "does not stand in it" },
		{ { .name = "b", .central_more = 1, .data = SLICE_INIT("2") }, "a=1;b=2;z=9;", "does not stand in it" },
		{ { .name = "b", .hidden = true, .data = SLICE_INIT("2") }, "a=1;b=2;z=9;", "does not name" },
		{ { .name = "b", .phantom = true, .data = SLICE_INIT("2") }, "a=1;z=9;", "does not stand in it" },
	};
	const struct zip_made first = { .name = "a", .data = SLICE("1") };
	const struct zip_made last = { .name = "z", .data = SLICE("9"), .deflate = true, .descriptor = true };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zip_maker m;

		zip_maker_init(&m);
		zip_maker_add(&m, &first);
		zip_maker_add(&m, &cases[i].e);
		zip_maker_add(&m, &last);
		zip_maker_end(&m);
		expect(buf_slice(&m.b), cases[i].seen, cases[i].problem);
		zip_maker_release(&m);
	}
}

/* In another order they are the same entries. */
static void test_directory_in_another_order(void **state)
{
	struct zip_maker m, other;
	static const char *const names[] = { "a", "b", "c", "d" };

	(void)state;
	zip_maker_init(&m);
	zip_maker_init(&other);
	for (size_t i = 0; i < 4; i++)
		zip_maker_add(&m, &(struct zip_made){ .name = names[i], .data = SLICE("1"), .hidden = true });
	for (size_t i = 4; i-- > 0;) {
		/* Entries of the same length stand at multiples of it. */
		other.b.len = 0;
		other.base = (uint64_t)0 - i * 32;
		zip_maker_add(&other, &(struct zip_made){ .name = names[i], .data = SLICE("1"), .phantom = true });
	}
	buf_add_slice(&m.directory, buf_slice(&other.directory));
	m.count = 4;
	zip_maker_end(&m);
	expect(buf_slice(&m.b), "a=1;b=1;c=1;d=1;", NULL);
	zip_maker_release(&m);
	zip_maker_release(&other);
}

static void test_two_archives(void **state)
{
	struct zip_maker m;

	(void)state;
	zip_maker_init(&m);
	zip_maker_add(&m, &(struct zip_made){ .name = "a", .data = SLICE("1") });
	zip_maker_end(&m);
	zip_maker_add(&m, &(struct zip_made){ .name = "b", .data = SLICE("2") });
	zip_maker_end(&m);
	expect(buf_slice(&m.b), "a=1;b=2;", "malformed ZIP archive");
	zip_maker_release(&m);
}

/* Descriptors and headers within the data of a stored entry of unknown length. */
static void test_stored_archives_within(void **state)
{
	struct zip_maker m, inner;

	(void)state;
	zip_maker_init(&inner);
	add_all_forms(&inner);
	zip_maker_end(&inner);
	for (unsigned form = 0; form < 4; form++) {
		zip_maker_init(&m);
		zip_maker_add(&m, &(struct zip_made){ .name = "in", .data = buf_slice(&inner.b), .descriptor = true,
						      .no_signature = form & 1, .wide = form & 2 });
		zip_maker_add(&m, &(struct zip_made){ .name = "z", .data = SLICE("9") });
		zip_maker_end(&m);
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			struct answer x = run(buf_slice(&m.b), pieces[i], false);

			assert_true(x.ok);
			assert_int_equal(x.seen.text.len, 3 + inner.b.len + 1 + 4);
			assert_memory_equal(x.seen.text.data + 3, inner.b.data, inner.b.len);
			buf_release(&x.seen.text);
		}
		zip_maker_release(&m);
	}
	zip_maker_release(&inner);
}

/* A descriptor that fits, within the data, ends the entry early; the directory knows better. */
static void test_false_descriptor(void **state)
{
	struct buf data;
	struct zip_maker m;

	(void)state;
	buf_init(&data, MIB);
	buf_add_lit(&data, "early");
	uint32_t crc = crc32_gzip_refl(0, (const unsigned char *)"early", 5);
	zip_put(&data, 0x08074b50, 4);
	zip_put(&data, crc, 4);
	zip_put(&data, 5, 4);
	zip_put(&data, 5, 4);
	buf_add_lit(&data, "PK\3\4 and so on and on and on and on and on");
	zip_maker_init(&m);
	zip_maker_add(&m, &(struct zip_made){ .name = "x", .data = buf_slice(&data), .descriptor = true });
	zip_maker_end(&m);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (int none = 0; none < 2; none++) {
			struct answer x = run(buf_slice(&m.b), pieces[i], none);

			assert_false(x.ok);
			buf_release(&x.seen.text);
		}
	zip_maker_release(&m);
	buf_release(&data);
}

/* One entry that cannot be read keeps nothing else from being read. */
static void test_unreadable_entries(void **state)
{
	static const struct {
		struct zip_made e;
		const char *seen;
		enum error_code code;
	} cases[] = {
		{ { .name = "b", .flags = 1, .data = SLICE_INIT("22") }, "a=1;b=!;z=9;", ERR_UNSUPPORTED },
		{ { .name = "b", .flags = 1, .descriptor = true, .data = SLICE_INIT("22") }, "a=1;b=!;z=9;", ERR_UNSUPPORTED },
		{ { .name = "b", .method = 12, .data = SLICE_INIT("22") }, "a=1;b=!;z=9;", ERR_UNSUPPORTED },
		{ { .name = "b", .crc_wrong = 1, .data = SLICE_INIT("22") }, "a=1;b=22!;z=9;", ERR_FORMAT },
		{ { .name = "b", .crc_wrong = 1, .deflate = true, .data = SLICE_INIT("22") }, "a=1;b=22!;z=9;", ERR_FORMAT },
		{ { .name = "b", .method = 8, .data = SLICE_INIT("\xff no deflate data") }, "a=1;b=!;z=9;", ERR_FORMAT },
		{ { .name = "b", .method = 8, .data = SLICE_INIT("") }, "a=1;b=!;z=9;", ERR_FORMAT },
		{ { .name = "b", .method = 8, .descriptor = true, .data = SLICE_INIT("\xff no deflate data") },
		  "a=1;b=!;z=9;", ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zip_maker m;

		zip_maker_init(&m);
		zip_maker_add(&m, &(struct zip_made){ .name = "a", .data = SLICE("1") });
		zip_maker_add(&m, &cases[i].e);
		zip_maker_add(&m, &(struct zip_made){ .name = "z", .data = SLICE("9") });
		zip_maker_end(&m);
		for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++) {
			struct answer x = run(buf_slice(&m.b), pieces[p], false);

			if (!slice_eq(buf_slice(&x.seen.text), slice_from_cstr(cases[i].seen)))
				fail_msg("case %zu: \"%.*s\" %s", i, SLICE_ARG(buf_slice(&x.seen.text)), x.err.message);
			assert_int_equal(x.seen.failure, cases[i].code);
			buf_release(&x.seen.text);
		}
		zip_maker_release(&m);
	}
}

static void test_cut_at_each_byte(void **state)
{
	struct zip_maker m;

	(void)state;
	zip_maker_init(&m);
	add_all_forms(&m);
	zip_maker_end(&m);
	for (size_t len = 0; len < m.b.len; len++)
		for (size_t piece = 1; piece < 10000; piece *= 21) {
			struct answer x = run(slice_first(buf_slice(&m.b), len), piece, false);

			assert_false(x.ok);
			buf_release(&x.seen.text);
		}
	zip_maker_release(&m);
}

/* Every byte changed: no harm, and pieces make no difference to the judgement. */
static void test_each_byte_changed(void **state)
{
	struct zip_maker m;

	(void)state;
	zip_maker_init(&m);
	add_all_forms(&m);
	zip_maker_end(&m);
	for (size_t i = 0; i < m.b.len; i++) {
		m.b.data[i] = (char)(m.b.data[i] ^ 0x41);
		struct answer whole = run(buf_slice(&m.b), SIZE_MAX, false), parts = run(buf_slice(&m.b), 7, false);

		if (whole.ok != parts.ok)
			fail_msg("byte %zu: \"%s\" and \"%s\"", i, whole.err.message, parts.err.message);
		/* Where damaged data end depends on how far the decoder was. */
		if (whole.ok && !slice_eq(buf_slice(&whole.seen.text), buf_slice(&parts.seen.text)))
			fail_msg("byte %zu: \"%.*s\" and \"%.*s\"", i, SLICE_ARG(buf_slice(&whole.seen.text)),
				 SLICE_ARG(buf_slice(&parts.seen.text)));
		buf_release(&whole.seen.text);
		buf_release(&parts.seen.text);
		m.b.data[i] = (char)(m.b.data[i] ^ 0x41);
	}
	zip_maker_release(&m);
}

static bool drop(void *context, struct slice piece)
{
	(void)context;
	(void)piece;
	return true;
}

static void test_ratio(void **state)
{
	static const struct zip_stream_user dropping = { begin, drop, end };
	struct zip_maker m;
	struct buf zeros;
	struct arena a;
	struct zip_budget budget = { 0 };
	struct seen seen = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	buf_init(&zeros, 128 * MIB);
	memset(buf_reserve(&zeros, 100 * MIB), 0, 100 * MIB);
	buf_commit(&zeros, 100 * MIB);
	zip_maker_init(&m);
	for (int i = 0; i < 3; i++)
		zip_maker_add(&m, &(struct zip_made){ .name = "zeros", .data = buf_slice(&zeros), .deflate = true });
	zip_maker_end(&m);
	arena_init(&a, 0);
	buf_init(&seen.text, MIB);
	struct zip_stream *z = zip_stream_new(&a, &dropping, &budget);
	zip_stream_begin(z, &seen);
	budget.read = m.b.len;
	assert_false(zip_stream_feed(z, buf_slice(&m.b)));
	assert_false(zip_stream_feed(z, SLICE("more")));
	assert_false(zip_stream_finish(z, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(budget.inflated <= LIMIT_ARCHIVE_FLOOR + MIB);
	assert_true(a.used < MIB);
	arena_release(&a);
	buf_release(&seen.text);
	buf_release(&zeros);
	zip_maker_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_surroundings),
		cmocka_unit_test(test_no_archive),
		cmocka_unit_test(test_directory_that_differs),
		cmocka_unit_test(test_directory_in_another_order),
		cmocka_unit_test(test_two_archives),
		cmocka_unit_test(test_stored_archives_within),
		cmocka_unit_test(test_false_descriptor),
		cmocka_unit_test(test_unreadable_entries),
		cmocka_unit_test(test_cut_at_each_byte),
		cmocka_unit_test(test_each_byte_changed),
		cmocka_unit_test(test_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
