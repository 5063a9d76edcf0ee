#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "config/docker_words.h"

static bool get(void *context, struct slice name, struct slice *ret)
{
	static const struct {
		struct slice name, value;
	} set[] = {
		{SLICE_INIT("x"), SLICE_INIT("one two")},
		{SLICE_INIT("path"), SLICE_INIT("/usr/local/lib/lib.tar.gz")},
		{SLICE_INIT("empty"), SLICE_INIT("")},
		{SLICE_INIT("dollar"), SLICE_INIT("a${0}b")},
		{SLICE_INIT("eins"), SLICE_INIT("1")},
		{SLICE_INIT("\xc3\xa4"), SLICE_INIT("umlaut")},
	};

	(void)context;
	for (size_t i = 0; i < ARRAY_LEN(set); i++) {
		if (slice_eq(set[i].name, name)) {
			*ret = set[i].value;
			return true;
		}
	}
	return false;
}

struct word_case {
	const char *text, *expected; /* NULL: refused */
};

static void check_all(const struct word_case *cases, size_t count,
		      struct docker_words_options options)
{
	struct arena a;

	arena_init(&a, 0);
	options.get = get;
	for (size_t i = 0; i < count; i++) {
		struct docker_words_result r;
		struct error err = ERROR_INIT;
		bool ok = docker_words(slice_from_cstr(cases[i].text), &options, &a, &r, &err);

		if (ok != (cases[i].expected != NULL) ||
		    (ok && !slice_eq(r.text, slice_from_cstr(cases[i].expected))))
			fail_msg("%s gives %.*s (%s), not %s", cases[i].text, SLICE_ARG(r.text),
				 err.message, cases[i].expected ? cases[i].expected : "a refusal");
		assert_int_equal(ok, err.code == ERR_NONE);
	}
	arena_release(&a);
}

static void substitutions(void **state)
{
	static const struct word_case cases[] = {
		{"$x-${x}", "one two-one two"},
		{"$xy", ""},
		{"$x_", ""},
		{"$\xc3\xa4.", "umlaut."},
		{"${empty-w}|${empty:-w}|${none-w}|${none:-w}", "|w|w|w"},
		{"${empty+w}|${empty:+w}|${none+w}|${x:+w}", "w|||w"},
		{"${x?no}${x:?no}", "one twoone two"},
		{"${empty?no}", ""},
		{"${empty:?no}", NULL},
		{"${none?no}", NULL},
		{"${path#*/}", "usr/local/lib/lib.tar.gz"},
		{"${path##*/}", "lib.tar.gz"},
		{"${path%.*}", "/usr/local/lib/lib.tar"},
		{"${path%%.*}", "/usr/local/lib/lib"},
		{"${path%/l*}", "/usr/local/lib"},
		{"${path%%/l*}", "/usr"},
		{"${path#nothing}", "/usr/local/lib/lib.tar.gz"},
		{"${path#?us?}", "/local/lib/lib.tar.gz"},
		{"${path/lib/LIB}", "/usr/local/LIB/lib.tar.gz"},
		{"${path//lib/LIB}", "/usr/local/LIB/LIB.tar.gz"},
		{"${path//\\//_}", "_usr_local_lib_lib.tar.gz"},
		{"${path/usr*lib/x}", "/x.tar.gz"},
		{"${eins//1/<$dollar>}", "<a1b>"},
		{"${x//o/}", "ne tw"},
		{"${x///-}", "-o-n-e- -t-w-o-"},
		{"${path#\\q}", NULL},
		{"${none:-${none2:-$x}}", "one two"},
		{"${none:-'$x'}", "$x"},
		{"${x:=w}", NULL},
		{"${x", NULL},
		{"${", NULL},
		{"${x:#p}", NULL},
		{"$", "$"},
		{"$ $. $\"x\"", "$ $. $x"},
	};

	(void)state;
	check_all(cases, ARRAY_LEN(cases), (struct docker_words_options){.escape = '\\'});
}

static void quotes(void **state)
{
	static const struct word_case plain[] = {
		{"a\\$x", "a$x"},
		{"'a\\$x'", "a\\$x"},
		{"\"a\\$x\\\"\\n\\\\\"", "a$x\"\\n\\"},
		{"'it''s' \"x\"", "its x"},
		{"\"'$x'\"", "'one two'"},
		{"it's", NULL},
		{"a\\", "a"},
		{"\xff", "\xef\xbf\xbd"},
		{"'\xff'", "\xef\xbf\xbd"},
		{"a << b", "a << b"},
	};
	static const struct word_case raw[] = {
		{"\"a\" 'b' \\c", "\"a\" 'b' \\c"},
		{"$none ${none} ${none:-x} ${none/a/b}", "$none ${none} ${none:-x} ${none/a/b}"},
		{"$x", "one two"},
	};
	static const struct word_case backtick[] = {
		{"C:\\dir`$x", "C:\\dir$x"},
		{"\"`\"\"", "\""},
	};
	static const struct word_case plain_kept[] = {
		{"$none/${none}/${none:-x}", "$none/${none}/x"},
	};

	(void)state;
	check_all(plain, ARRAY_LEN(plain), (struct docker_words_options){.escape = '\\'});
	check_all(raw, ARRAY_LEN(raw),
		  (struct docker_words_options){.escape = '\\',
						.raw_quotes = true,
						.raw_escapes = true,
						.keep_unset = true});
	check_all(backtick, ARRAY_LEN(backtick), (struct docker_words_options){.escape = '`'});
	check_all(plain_kept, ARRAY_LEN(plain_kept),
		  (struct docker_words_options){.escape = '\\', .keep_plain_unset = true});
}

static void words_know_their_place(void **state)
{
	static const char text[] = "  a$x \"b c\"d  <<  EOF 'e'";
	static const struct {
		const char *text;
		size_t offset, length;
	} expected[] = {
		{"aone", 2, 1}, {"two", 3, 2}, {"b cd", 6, 6}, {"<<  EOF", 14, 7}, {"e", 22, 3},
	};
	struct docker_words_options options = {.escape = '\\', .split = true, .get = get};
	struct docker_words_result r;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_true(docker_words(slice_from_cstr(text), &options, &a, &r, NULL));
	assert_int_equal(r.words.count, ARRAY_LEN(expected));
	for (size_t i = 0; i < r.words.count; i++) {
		const struct docker_word *w = &r.words.items[i];

		assert_true(slice_eq(w->text, slice_from_cstr(expected[i].text)));
		assert_int_equal(w->offset, expected[i].offset);
		assert_int_equal(w->length, expected[i].length);
	}
	arena_release(&a);
}

static void names_are_told(void **state)
{
	struct docker_words_options options = {.escape = '\\', .get = get};
	struct docker_words_result r;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_true(
		docker_words(SLICE("$x$none${x}${none}'$quoted'${y:-$z}"), &options, &a, &r, NULL));
	assert_int_equal(r.matched.count, 1);
	assert_true(slice_is(r.matched.items[0], "x"));
	assert_int_equal(r.unmatched.count, 3);
	assert_true(slice_is(r.unmatched.items[0], "none"));
	arena_release(&a);
}

static bool doubled(void *context, struct slice name, struct slice *ret)
{
	(void)name;
	*ret = *(const struct slice *)context;
	return true;
}

static void growth_has_an_end(void **state)
{
	struct slice value = SLICE("0123456789012345678901234567890123456789");
	struct docker_words_options options = {.escape = '\\', .get = doubled, .context = &value};
	struct docker_words_result r;
	struct error err = ERROR_INIT;
	size_t budget = 1000;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	options.budget = &budget;
	assert_false(docker_words(SLICE("$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a"),
				  &options, &a, &r, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	error_clear(&err);
	struct buf deep;
	buf_init(&deep, 100000);
	for (int i = 0; i < 1000; i++)
		buf_add_lit(&deep, "${a:+");
	options.budget = NULL;
	assert_false(docker_words(buf_slice(&deep), &options, &a, &r, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_release(&deep);
	arena_release(&a);
}

static void tables_are_checked(void **state)
{
	struct arena a;
	struct buf out;

	(void)state;
	arena_init(&a, 0);
	buf_init(&out, 100000);
	assert_int_equal(docker_words_check(
				 SLICE("# a table\nENV Name=v  w\nA|$Name | v  w\nU|$NAME |\n"
				       "W|$NAME | v  w\na $Name | a,v,w\n$Name | v\n'x | error\n"),
				 &a, &out),
			 1);
	assert_true(slice_is(buf_slice(&out), "$Name | v but: v,w\n5 agree, 1 differ\n"));
	buf_clear(&out);
	assert_int_equal(docker_words_check(SLICE("ENV a=b c\n$a\n"), &a, &out), 0);
	assert_true(slice_is(buf_slice(&out), "b c\n"));
	buf_release(&out);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(substitutions),	  cmocka_unit_test(quotes),
		cmocka_unit_test(words_know_their_place), cmocka_unit_test(names_are_told),
		cmocka_unit_test(growth_has_an_end),	  cmocka_unit_test(tables_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
