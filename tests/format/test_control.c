#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/control.h"

static void expect_field(struct control_reader *r, const char *key, const char *value)
{
	struct control_field f;

	if (!control_field(r, &f, NULL))
		fail_msg("no field where %s should stand", key);
	if (!slice_eq(f.key, slice_from_cstr(key)) || !slice_eq(f.value, slice_from_cstr(value)))
		fail_msg("%.*s = \"%.*s\", not %s = \"%s\"", SLICE_ARG(f.key), SLICE_ARG(f.value),
			 key, value);
	assert_true(slice_starts(slice_from(r->text, f.offset), f.key));
}

static void expect_end(struct control_reader *r)
{
	struct control_field f;

	assert_false(control_field(r, &f, NULL));
	/* Asking again changes nothing. */
	assert_false(control_field(r, &f, NULL));
}

static void test_stanzas(void **state)
{
	struct control_reader r;

	(void)state;
	control_init(&r,
		     SLICE("\n\nPackage: a\nVersion: 1:2.3-4\n\n\n\nPackage: b\n"
			   "Description: short\n long\n .\n\tmore\nStatus:ok\n"),
		     true);
	assert_true(control_stanza(&r));
	expect_field(&r, "Package", "a");
	expect_field(&r, "Version", "1:2.3-4");
	expect_end(&r);
	assert_true(control_stanza(&r));
	expect_field(&r, "Package", "b");
	expect_field(&r, "Description", "short\n long\n .\n\tmore");
	expect_field(&r, "Status", "ok");
	expect_end(&r);
	assert_false(control_stanza(&r));
	assert_false(control_stanza(&r));
}

static void test_stanza_skips_unread_fields(void **state)
{
	struct control_reader r;

	(void)state;
	control_init(&r, SLICE("A: 1\nB: 2\nC: 3\n\nA: 4\n\nA: 5"), true);
	assert_true(control_stanza(&r));
	expect_field(&r, "A", "1");
	assert_true(control_stanza(&r));
	assert_true(control_stanza(&r));
	expect_field(&r, "A", "5");
	assert_false(control_stanza(&r));
}

static void test_empty(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT(""), SLICE_INIT("\n"), SLICE_INIT("\r\n\r\n"), SLICE_INIT("\n\n\n"),
		SLICE_INIT("\xef\xbb\xbf"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct control_reader r;

		control_init(&r, texts[i], true);
		assert_false(control_stanza(&r));
		expect_end(&r);
	}
}

static void test_carriage_returns(void **state)
{
	struct control_reader r;

	(void)state;
	control_init(&r,
		     SLICE("\xef\xbb\xbfName: x\r\nSummary: one\r\n two\r\n\r\nbody: no field\r\n"),
		     true);
	assert_true(control_stanza(&r));
	expect_field(&r, "Name", "x");
	expect_field(&r, "Summary", "one\r\n two");
	expect_end(&r);
	assert_true(slice_is(slice_from(r.text, r.off), "\r\nbody: no field\r\n"));
}

static void test_bad_lines(void **state)
{
	struct control_reader r;
	struct control_field f;
	size_t bad = 0;

	(void)state;
	control_init(&r,
		     SLICE(" starts folded\nno colon\n goes: on\n: no key\nspaced key: v\n"
			   "# note: x\nGood : v\nAlso-Good:\n"),
		     true);
	assert_true(control_stanza(&r));
	assert_true(control_field(&r, &f, &bad));
	assert_true(slice_is(f.key, "Good"));
	assert_true(slice_is(f.value, "v"));
	assert_int_equal(bad, 4);
	assert_true(control_field(&r, &f, &bad));
	assert_true(slice_is(f.key, "Also-Good"));
	assert_true(slice_empty(f.value));
	assert_false(control_field(&r, &f, &bad));
	assert_int_equal(bad, 4);
}

/*
 * A line of blanks belongs to the field above it, as for dpkg and RFC 822 readers; an empty one
 * ends the stanza.
 */
static void test_blank_lines(void **state)
{
	struct control_reader r;

	(void)state;
	control_init(&r, SLICE("A: 1\n  \nB: 2\n\nC: 3\n"), true);
	assert_true(control_stanza(&r));
	expect_field(&r, "A", "1");
	expect_field(&r, "B", "2");
	expect_end(&r);
	assert_true(control_stanza(&r));
	expect_field(&r, "C", "3");
}

static void test_without_folding(void **state)
{
	struct control_reader r;
	struct control_field f;
	size_t bad = 0;

	(void)state;
	control_init(&r, SLICE("C:Q1abc=\nP:musl\nV:1.2.3-r4\n F:lib\n#:x\nF:lib\n\nP:other\n"),
		     false);
	assert_true(control_stanza(&r));
	expect_field(&r, "C", "Q1abc=");
	expect_field(&r, "P", "musl");
	expect_field(&r, "V", "1.2.3-r4");
	assert_true(control_field(&r, &f, &bad));
	assert_true(slice_is(f.key, "#"));
	assert_int_equal(bad, 1);
	expect_field(&r, "F", "lib");
	expect_end(&r);
	assert_true(control_stanza(&r));
	expect_field(&r, "P", "other");
}

/*
 * Whatever the bytes are, every one of them is passed exactly once: no loop, no read past the
 * end.
 */
static void test_any_bytes(void **state)
{
	static const char alphabet[] = "\n\r :#aB\t\0.";
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)(round % 24), stanzas = 0, fields = 0;
		char *text = malloc(len + 1);
		struct control_reader r;
		struct control_field f;

		assert_non_null(text);
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		control_init(&r, slice_new(text, len), round & 1);
		while (control_stanza(&r)) {
			assert_true(++stanzas <= len);
			while (control_field(&r, &f, NULL)) {
				assert_true(++fields <= len);
				assert_true(f.offset < len);
				assert_true(f.key.len > 0);
				assert_ptr_equal(f.key.data, text + f.offset);
			}
		}
		assert_int_equal(r.off, len);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stanzas),
		cmocka_unit_test(test_stanza_skips_unread_fields),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_carriage_returns),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_blank_lines),
		cmocka_unit_test(test_without_folding),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
