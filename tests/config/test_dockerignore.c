#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "config/dockerignore.h"
#include "config/dockerignore_pattern.h"

struct match_case {
	const char *patterns, *path;
	bool ignored;
};

static const struct match_case matches[] = {
	/* What lies below a pattern's directory goes with it. */
	{"node_modules", "node_modules", true},
	{"node_modules", "node_modules/a/b", true},
	{"node_modules", "src/node_modules", false},
	{"**/node_modules", "src/node_modules/a", true},
	{"/abs/", "abs/file", true},
	{"./a/../b", "b", true},
	{"*.md", "README.md", true},
	{"*.md", "docs/README.md", false},
	{"*/*.md", "docs/README.md", true},
	{"docs/**", "docs", false},
	{"docs/**", "docs/a/b", true},
	{"a/**/b", "a/b", true},
	{"a/**/b", "a/x/y/b", true},
	{"a/**/b", "ab", false},
	{"**/*.go", "x.go", true},
	{"**/*.go", "a/b/x.go", true},
	{"**.go", "a/b/x.go", true},
	{"?.txt", "a.txt", true},
	{"?.txt", "ab.txt", false},
	{"?.txt", "\xc3\xa4.txt", true},
	/* The last pattern that applies decides. */
	{"*\n!keep", "keep", false},
	{"*\n!keep", "keep/a", false},
	{"*\n!keep\nkeep/secret", "keep/secret", true},
	{"!keep\n*", "keep", true},
	{"!only", "other", false},
	/* Comments, blank lines, white space, line ends, a byte-order mark. */
	{"\xef\xbb\xbf# c\n\n  a  \r\n", "a", true},
	{" # not a comment", "# not a comment", true},
	{"! a", "a", false},
	/* Brackets and escapes mean what they mean in Go's regular expressions. */
	{"[a-c]x", "bx", true},
	{"[^a-c]x", "bx", false},
	{"[^a-c]x", "dx", true},
	{"[[:digit:]]", "7", true},
	{"a\\*", "a*", true},
	{"a\\*", "ab", false},
	{"v\\d", "v1", true},
	{"v\\d", "vd", false},
	{"a+(b)", "a+(b)", true},
	{"a+(b)", "aab", false},
	{"[*]", "[]", true},
	{"src\\bin", "srcbin", false},
	{"a\\b/*", "a/x", true},
	{"a\\Bb*", "abx", true},
	{"\\x61?", "ab", true},
	{ "a\\062", "a2", true },
	/* What stands behind a star is looked at when it is needed; an escape there protects the
	   end. */
	{"a*\\", "ab$c", true},
	{"a^b?", "a^bc", false},
};

static void matching(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
		const struct match_case *c = &matches[i];
		const struct dockerignore_pattern *by;
		struct arena a;

		arena_init(&a, 0);
		const struct dockerignore *d =
			dockerignore_parse(slice_from_cstr(c->patterns), 1, &a);
		bool ignored = dockerignore_match(d, slice_from_cstr(c->path), &by);
		if (d->broken || ignored != c->ignored || (ignored && (!by || by->exclusion)))
			fail_msg("%s on %s gives %d", c->patterns, c->path, ignored);
		arena_release(&a);
	}
}

static void what_is_refused(void **state)
{
	static const char *const bad[] = {"[", "[a", "a\\", "[]a]", "[a-]", "[-x]",
					  "!", "! ", "!/",  "[x\\", "\\p",  "[b-a]"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct arena a;

		arena_init(&a, 0);
		const struct dockerignore *d = dockerignore_parse(slice_from_cstr(bad[i]), 1, &a);
		if (!d->broken || d->patterns.count != 1 || d->patterns.items[0].problem.len == 0)
			fail_msg("%s is not refused", bad[i]);
		dockerignore_match(d, SLICE("a"), NULL);
		arena_release(&a);
	}
}

static void places(void **state)
{
	static const char text[] = "#x\n\n  !/a//b \n";
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	const struct dockerignore *d = dockerignore_parse(slice_from_cstr(text), 7, &a);
	const struct dockerignore_pattern *p = &d->patterns.items[0];
	assert_int_equal(d->patterns.count, 1);
	assert_int_equal(p->line, 3);
	assert_int_equal(p->span.source, 7);
	assert_int_equal(p->span.offset, 6);
	assert_int_equal(p->span.length, 6);
	assert_true(slice_is(p->path, "a/b"));
	assert_true(p->exclusion && d->has_exclusions);
	assert_int_equal(d->comments.count, 1);
	assert_true(slice_is(d->comments.items[0].text, "x"));
	arena_release(&a);
}

static void cleaning(void **state)
{
	static const char *const cases[][2] = {
		{"", "."},    {".", "."},	 {"a//b/./c/", "a/b/c"},  {"a/../..", ".."},
		{"/..", "/"}, {"/../a", "/a"},	 {"../../a/..", "../.."}, {"a/..", "."},
		{"///", "/"}, {"/a/../b", "/b"},
	};
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice s = dockerignore_clean(slice_from_cstr(cases[i][0]), &a);

		if (!slice_eq(s, slice_from_cstr(cases[i][1])))
			fail_msg("%s becomes %.*s", cases[i][0], SLICE_ARG(s));
	}
	arena_release(&a);
}

/* A pattern of many stars on a path that almost matches ends at once. */
static void many_stars(void **state)
{
	struct arena a;
	struct buf pattern, path;

	(void)state;
	arena_init(&a, 0);
	buf_init(&pattern, 100000);
	buf_init(&path, 100000);
	for (int i = 0; i < 500; i++) {
		buf_add_lit(&pattern, "*a");
		buf_add_lit(&path, "aaa");
	}
	buf_add_lit(&pattern, "b");
	const struct dockerignore *d = dockerignore_parse(buf_slice(&pattern), 1, &a);
	assert_false(dockerignore_match(d, buf_slice(&path), NULL));
	buf_add_lit(&path, "b");
	assert_true(dockerignore_match(d, buf_slice(&path), NULL));
	buf_release(&pattern);
	buf_release(&path);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matching),   cmocka_unit_test(what_is_refused),
		cmocka_unit_test(places),     cmocka_unit_test(cleaning),
		cmocka_unit_test(many_stars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
