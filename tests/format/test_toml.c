#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "format/toml.h"

static struct node *must_parse(struct slice text, struct arena *a)
{
	struct error err = ERROR_INIT;
	struct node *n = NULL;

	if (!toml_parse(text, a, &n, &err))
		fail_msg("%.*s: %s", SLICE_ARG(text), err.message);
	assert_non_null(n);
	return n;
}

static void check_span(struct slice text, const struct node *n, struct slice as_written)
{
	assert_non_null(n);
	struct slice span = slice_first(slice_from(text, n->offset), n->length);
	if (!slice_eq(span, as_written))
		fail_msg("\"%.*s\"", SLICE_ARG(span));
}

static void test_values(void **state)
{
	struct slice text = SLICE("s = \"a\\tb\"\nl = 'c:\\d'\nn = -1_000\nf = 6.6e-3\nb = true\n"
				  "d = 1979-05-27 07:32:00Z\na = [1, \"x\", {y = false}]\n"
				  "m = '''\nfirst\n'quoted'\n'''\n");
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	struct node *n = must_parse(text, &a);
	assert_true(slice_is(node_get_text(n, SLICE("s")), "a\tb"));
	assert_true(node_get(n, SLICE("s"))->quoted);
	assert_true(slice_is(node_get_text(n, SLICE("l")), "c:\\d"));
	/* Text without escapes is not copied. */
	assert_ptr_equal(node_get(n, SLICE("l"))->text.data,
			 text.data + node_get(n, SLICE("l"))->offset + 1);
	assert_true(node_is(node_get(n, SLICE("n")), NODE_NUMBER));
	assert_true(slice_is(node_get_text(n, SLICE("n")), "-1_000"));
	assert_true(slice_is(node_get_text(n, SLICE("f")), "6.6e-3"));
	assert_true(node_truth(node_get(n, SLICE("b"))));
	assert_true(node_is(node_get(n, SLICE("d")), NODE_STRING));
	assert_false(node_get(n, SLICE("d"))->quoted);
	assert_true(slice_is(node_get_text(n, SLICE("d")), "1979-05-27 07:32:00Z"));
	const struct node *list = node_get(n, SLICE("a"));
	assert_int_equal(list->count, 3);
	assert_true(node_is(node_get(list->last, SLICE("y")), NODE_BOOL));
	assert_true(slice_is(node_get_text(n, SLICE("m")), "first\n'quoted'\n"));
	arena_release(&a);
}

static void test_spans(void **state)
{
	struct slice text = SLICE(
		"top = 1 # c\n\n[[pkg]]\nname = \"a\"\n[pkg.deps]\nb.c = 2\n\n[[pkg]]\nname = 'd'\n"
		"files = [\n  {x = 1},\n]\n# c\n[meta]\nh = 0\n[pkg.late]\n");
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	struct node *n = must_parse(text, &a);
	check_span(text, n, text);
	check_span(text, node_get(n, SLICE("top")), SLICE("1"));
	const struct node *list = node_get(n, SLICE("pkg"));
	assert_int_equal(list->count, 2);
	check_span(text, list->first, SLICE("[[pkg]]\nname = \"a\"\n[pkg.deps]\nb.c = 2"));
	check_span(text, node_get(list->first, SLICE("name")), SLICE("\"a\""));
	check_span(text, node_get(list->first, SLICE("deps")), SLICE("[pkg.deps]\nb.c = 2"));
	check_span(text, node_path(list->first, "deps", "b", NULL), SLICE("b.c = 2"));
	/* A subtable in a later place belongs to the element, but does not stretch it. */
	check_span(text, list->last, SLICE("[[pkg]]\nname = 'd'\nfiles = [\n  {x = 1},\n]"));
	check_span(text, node_get(list->last, SLICE("late")), SLICE("[pkg.late]"));
	check_span(text, node_get(list->last, SLICE("files"))->first, SLICE("{x = 1}"));
	check_span(text, node_get(n, SLICE("meta")), SLICE("[meta]\nh = 0"));
	assert_int_equal(text.data[node_get(list->last, SLICE("name"))->key_offset], 'n');
	assert_int_equal(text.data[node_get(n, SLICE("meta"))->key_offset], 'm');
	arena_release(&a);
}

struct refused_case {
	struct slice text;
	int64_t offset;
};

static const struct refused_case refused[] = {
	{ SLICE_INIT("a = 1\na = 2"), 6 },
	{ SLICE_INIT("a = \"x"), 6 },
	{ SLICE_INIT("a = \"\\q\""), 5 },
	{ SLICE_INIT("a = 01"), 4 },
	{ SLICE_INIT("a = 2021-02-30"), 4 },
	{ SLICE_INIT("a = [1 2]"), 7 },
	{ SLICE_INIT("a = {b = 1\n}"), 10 },
	{ SLICE_INIT("[a]\n[a]"), 5 },
	{ SLICE_INIT("a = {}\n[a.b]"), 8 },
	{ SLICE_INIT("[[a]\n"), 4 },
	{ SLICE_INIT("a = 1 x"), 6 },
	{ SLICE_INIT("a = \"\xff\""), 5 },
	{ SLICE_INIT("# \x01"), 2 },
	{ SLICE_INIT("a"), 1 },
};

static void test_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct error err = ERROR_INIT;
		struct arena a;
		struct node *n;

		arena_init(&a, 0);
		if (toml_parse(refused[i].text, &a, &n, &err))
			fail_msg("case %zu was accepted", i);
		assert_int_equal(err.code, ERR_FORMAT);
		if (err.offset != refused[i].offset)
			fail_msg("case %zu: offset %lld", i, (long long)err.offset);
		assert_non_null(strstr(err.message, "line "));
		arena_release(&a);
	}
}

/* At whatever byte a sound text is cut, the reader stays inside of it. */
static void test_truncated(void **state)
{
	struct slice text = SLICE("a.\"b\" = [1, '''x''', \"\"\"y\\\n"
				  "  z\"\"\", {c = 1979-05-27 07:32:00.5+01:00}]\n[[d.e]]\n"
				  "f = \"\\U0001f600\" # g\r\n");

	(void)state;
	for (size_t len = 0; len <= text.len; len++) {
		char *exact = malloc(len ? len : 1);
		struct error err = ERROR_INIT;
		struct arena a;
		struct node *n;

		assert_non_null(exact);
		memcpy(exact, text.data, len);
		arena_init(&a, 0);
		bool ok = toml_parse(slice_new(exact, len), &a, &n, &err);
		assert_int_equal(err.code, ok ? ERR_NONE : ERR_FORMAT);
		assert_true(ok || len < text.len);
		arena_release(&a);
		free(exact);
	}
}

static void test_tree_before_error(void **state)
{
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_false(toml_parse(SLICE("[[p]]\na = 1\n[[p]]\nb = 2\nc = \"x"), &a, &n, NULL));
	const struct node *list = node_get(n, SLICE("p"));
	assert_int_equal(list->count, 2);
	assert_true(slice_is(node_get_text(list->first, SLICE("a")), "1"));
	assert_true(slice_is(node_get_text(list->last, SLICE("b")), "2"));
	assert_true(slice_empty(node_get_text(list->last, SLICE("c"))));
	arena_release(&a);
}

static void repeat(struct buf *b, const char *text, int count)
{
	for (int i = 0; i < count; i++)
		buf_add_slice(b, slice_from_cstr(text));
}

static void check_limit(const char *head, const char *open, int count)
{
	struct error err = ERROR_INIT;
	struct arena a;
	struct node *n;
	struct buf b;

	buf_init(&b, 64 * MIB);
	buf_add_slice(&b, slice_from_cstr(head));
	repeat(&b, open, count);
	arena_init(&a, 0);
	assert_false(toml_parse(buf_slice(&b), &a, &n, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	arena_release(&a);
	buf_release(&b);
}

static void test_depth(void **state)
{
	(void)state;
	check_limit("a = ", "[", 10000);
	check_limit("a = ", "{b = ", 10000);
	check_limit("a = ", "[{b.c = ", 10000);
	check_limit("a", ".a", 100000);
	check_limit("[a", ".a", 100000);
	check_limit("[[a", ".a", 100000);
}

/*
 * Many keys in one table are found by hash; a search of all of them for each would not end in
 * time.
 */
static void test_many_keys(void **state)
{
	struct error err = ERROR_INIT;
	struct arena a;
	struct node *n;
	struct buf b;

	(void)state;
	buf_init(&b, 64 * MIB);
	for (int i = 0; i < 200000; i++)
		buf_printf(&b, "k%d = %d\n", i, i);
	size_t len = b.len;
	arena_init(&a, 0);
	assert_true(toml_parse(buf_slice(&b), &a, &n, &err));
	assert_int_equal(n->count, 200000);
	buf_add_slice(&b, SLICE("k7 = 1\n"));
	assert_false(toml_parse(buf_slice(&b), &a, &n, &err));
	assert_int_equal(err.offset, len);
	arena_release(&a);
	buf_release(&b);
}

static void test_empty(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	struct node *n = must_parse(SLICE(""), &a);
	assert_true(node_is(n, NODE_MAP));
	assert_int_equal(n->count, 0);
	assert_int_equal(must_parse(SLICE("\xef\xbb\xbf""a = 1"), &a)->count, 1);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_tree_before_error),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
