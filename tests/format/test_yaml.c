#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "format/yaml.h"

static struct node *must_parse(struct slice text, struct arena *a)
{
	struct error err = ERROR_INIT;
	struct node *n = NULL;

	if (!yaml_parse(text, 0, a, &n, &err))
		fail_msg("%.*s: %s", SLICE_ARG(text), err.message);
	assert_non_null(n);
	return n;
}

static void must_fail(struct slice text, enum error_code code, int64_t offset)
{
	struct error err = ERROR_INIT;
	struct arena a;
	struct node *n;

	arena_init(&a, 0);
	if (yaml_parse(text, 0, &a, &n, &err))
		fail_msg("%.*s was accepted", SLICE_ARG(text));
	if (err.code != code || (offset >= 0 && err.offset != offset))
		fail_msg("%s at %lld: %s", error_code_name(err.code), (long long)err.offset,
			 err.message);
	arena_release(&a);
}

struct scalar_case {
	struct slice text;
	enum node_type type;
};

/* YAML 1.2 section 10.3.2; what only YAML 1.1 takes for something else are strings. */
static const struct scalar_case scalars[] = {
	{SLICE_INIT("null"), NODE_NULL},	 {SLICE_INIT("Null"), NODE_NULL},
	{SLICE_INIT("NULL"), NODE_NULL},	 {SLICE_INIT("~"), NODE_NULL},
	{SLICE_INIT("nULL"), NODE_STRING},	 {SLICE_INIT("true"), NODE_BOOL},
	{SLICE_INIT("True"), NODE_BOOL},	 {SLICE_INIT("FALSE"), NODE_BOOL},
	{SLICE_INIT("yes"), NODE_STRING},	 {SLICE_INIT("no"), NODE_STRING},
	{SLICE_INIT("on"), NODE_STRING},	 {SLICE_INIT("tRue"), NODE_STRING},
	{SLICE_INIT("0"), NODE_NUMBER},		 {SLICE_INIT("-19"), NODE_NUMBER},
	{SLICE_INIT("+12"), NODE_NUMBER},	 {SLICE_INIT("007"), NODE_NUMBER},
	{SLICE_INIT("0o17"), NODE_NUMBER},	 {SLICE_INIT("0o8"), NODE_STRING},
	{SLICE_INIT("0x1F"), NODE_NUMBER},	 {SLICE_INIT("0x"), NODE_STRING},
	{SLICE_INIT("-0x1"), NODE_STRING},	 {SLICE_INIT("1.5"), NODE_NUMBER},
	{SLICE_INIT("1."), NODE_NUMBER},	 {SLICE_INIT(".5"), NODE_NUMBER},
	{SLICE_INIT("."), NODE_STRING},		 {SLICE_INIT("1e3"), NODE_NUMBER},
	{SLICE_INIT("-1.2E-3"), NODE_NUMBER},	 {SLICE_INIT("1e"), NODE_STRING},
	{SLICE_INIT("e3"), NODE_STRING},	 {SLICE_INIT(".inf"), NODE_NUMBER},
	{SLICE_INIT("-.INF"), NODE_NUMBER},	 {SLICE_INIT(".NaN"), NODE_NUMBER},
	{SLICE_INIT("-.nan"), NODE_STRING},	 {SLICE_INIT("1_000"), NODE_STRING},
	{SLICE_INIT("12:30:45"), NODE_STRING},	 {SLICE_INIT("1.2.3"), NODE_STRING},
	{SLICE_INIT("2001-12-14"), NODE_STRING}, {SLICE_INIT("0b1"), NODE_STRING},
	{SLICE_INIT("a"), NODE_STRING},
};

static void test_scalars(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
		struct node *n = must_parse(scalars[i].text, &a);

		if (n->type != scalars[i].type)
			fail_msg("%.*s: type %d", SLICE_ARG(scalars[i].text), n->type);
		assert_true(slice_eq(n->text, scalars[i].text));
		assert_false(n->quoted);
		/* As it is written, so not copied. */
		assert_ptr_equal(n->text.data, scalars[i].text.data);
	}
	arena_release(&a);
}

static void test_styles_and_tags(void **state)
{
	struct slice text = SLICE("a: '12'\nb: \"x\\ty\"\nc: |\n  true\nd: >-\n  p\n  q\n"
				  "e: !!str 12\nf: !!int '3'\ng: ! 4\nh: !Ref name\n"
				  "i: !!bool \"true\"\nj:\n");
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	struct node *n = must_parse(text, &a);
	assert_true(node_is(node_get(n, SLICE("a")), NODE_STRING));
	assert_true(node_get(n, SLICE("a"))->quoted);
	assert_true(slice_is(node_get_text(n, SLICE("b")), "x\ty"));
	assert_true(slice_is(node_get_text(n, SLICE("c")), "true\n"));
	assert_false(node_get(n, SLICE("c"))->quoted);
	assert_true(slice_is(node_get_text(n, SLICE("d")), "p q"));
	assert_true(node_is(node_get(n, SLICE("e")), NODE_STRING));
	assert_true(node_is(node_get(n, SLICE("f")), NODE_NUMBER));
	assert_true(node_is(node_get(n, SLICE("g")), NODE_STRING));
	assert_true(slice_is(node_get_text(n, SLICE("h")), "name"));
	assert_true(node_truth(node_get(n, SLICE("i"))));
	assert_true(node_is(node_get(n, SLICE("j")), NODE_NULL));
	arena_release(&a);
}

static void check_span(struct slice text, const struct node *n, struct slice as_written)
{
	assert_non_null(n);
	struct slice span = slice_first(slice_from(text, n->offset), n->length);
	if (!slice_eq(span, as_written))
		fail_msg("\"%.*s\"", SLICE_ARG(span));
}

static void check_spans(struct slice text)
{
	struct arena a;

	arena_init(&a, 0);
	struct node *n = must_parse(text, &a);
	check_span(text, node_get(n, SLICE("a")), SLICE("[x, 'y' ]"));
	check_span(text, node_get(n, SLICE("a"))->last, SLICE("'y'"));
	check_span(text, node_get(n, SLICE("b")), SLICE("c: 1\n  d:\n  - e\n  - {f: g}"));
	check_span(text, node_path(n, "b", "d", NULL), SLICE("- e\n  - {f: g}"));
	check_span(text, node_get(n, SLICE("h")), SLICE("last"));
	assert_int_equal(text.data[node_get(n, SLICE("h"))->key_offset], 'h');
	assert_int_equal(n->offset + n->length, slice_find(text, SLICE("last")) + 4);
	arena_release(&a);
}

static void test_spans(void **state)
{
	(void)state;
	check_spans(SLICE(
		"a: [x, 'y' ]\nb:\n  c: 1\n  d:\n  - e\n  - {f: g}\n\n# comment\nh: last # c\n"));
	/* Places count bytes whatever the characters in front of them take. */
	check_spans(SLICE("# caf\xc3\xa9 \xf0\x9f\x98\x80\na: [x, 'y' ]\nb:\n  c: 1\n  d:\n  - e\n "
			  " - {f: g}\n# \xe2\x82\xac\nh: last # \xc3\xa9\n"));
	check_spans(SLICE("\xef\xbb\xbf"
			  "a: [x, 'y' ]\nb:\n  c: 1\n  d:\n  - e\n  - {f: g}\nh: last"));
	check_spans(SLICE("\xef\xbb\xbf"
			  "\xc3\xa9: \xe2\x82\xac\na: [x, 'y' ]\nb:\n  c: 1\n  d:\n  - e\n  - {f: "
			  "g}\nh: last"));
}

static void test_documents(void **state)
{
	struct slice text = SLICE("--- &x first\n---\nsecond: 2\n");
	struct error err = ERROR_INIT;
	struct arena a;
	struct node *n = NULL;

	(void)state;
	arena_init(&a, 0);
	assert_true(yaml_parse(text, 0, &a, &n, &err));
	assert_true(slice_is(node_text(n), "first"));
	assert_true(yaml_parse(text, 1, &a, &n, &err));
	assert_true(slice_is(node_get_text(n, SLICE("second")), "2"));
	assert_true(yaml_parse(text, 2, &a, &n, &err));
	assert_null(n);
	/* Anchors end with their document. */
	assert_false(yaml_parse(SLICE("--- &x first\n--- *x\n"), 1, &a, &n, &err));
	assert_int_equal(err.offset, 17);
	assert_true(yaml_parse(SLICE("# nothing\n"), 0, &a, &n, &err));
	assert_null(n);
	assert_true(yaml_parse(SLICE(""), 0, &a, &n, &err));
	assert_null(n);
	arena_release(&a);
}

static void test_aliases(void **state)
{
	struct slice text =
		SLICE("a: &x {k: v}\nb: *x\nc: &x 2\nd: *x\ne: [*x, &y z, *y]\n*y : key\n");
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	struct node *n = must_parse(text, &a);
	assert_true(slice_is(node_text(node_path(n, "b", "k", NULL)), "v"));
	check_span(text, node_get(n, SLICE("b")), SLICE("*x"));
	assert_true(slice_is(node_get_text(n, SLICE("d")), "2"));
	assert_true(slice_is(node_get_text(n, SLICE("z")), "key"));
	const struct node *list = node_get(n, SLICE("e"));
	assert_int_equal(list->count, 3);
	assert_true(slice_is(list->first->text, "2"));
	assert_true(slice_empty(list->first->key));
	assert_null(list->last->next);
	arena_release(&a);
	must_fail(SLICE("a: *none"), ERR_FORMAT, 3);
	must_fail(SLICE("a: &x [1, *x]"), ERR_UNSUPPORTED, 10);
}

static void test_merge(void **state)
{
	struct slice text =
		SLICE("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\n"
		      "one: {<<: *x, a: own}\nmany:\n  <<: [*x, *y]\n  d: 5\nquoted: {'<<': 1}\n"
		      "twice:\n  <<: *y\n  <<: *x\nchain: {<<: {<<: *x, e: 6}}\n");
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	struct node *n = must_parse(text, &a);
	const struct node *one = node_get(n, SLICE("one")), *many = node_get(n, SLICE("many"));
	assert_int_equal(one->count, 2);
	assert_true(slice_is(node_get_text(one, SLICE("a")), "own"));
	assert_true(slice_is(node_get_text(one, SLICE("b")), "2"));
	assert_int_equal(many->count, 4);
	assert_true(slice_is(node_get_text(many, SLICE("b")), "2"));
	assert_true(slice_is(node_get_text(many, SLICE("c")), "4"));
	assert_true(slice_is(node_text(node_path(n, "quoted", "<<", NULL)), "1"));
	assert_true(slice_is(node_text(node_path(n, "twice", "b", NULL)), "3"));
	assert_true(slice_is(node_text(node_path(n, "chain", "b", NULL)), "2"));
	assert_true(slice_is(node_text(node_path(n, "chain", "e", NULL)), "6"));
	/* What was merged is as it was. */
	assert_int_equal(node_get(n, SLICE("x"))->count, 2);
	assert_int_equal(n->count, 7);
	arena_release(&a);
	must_fail(SLICE("<<: 1"), ERR_FORMAT, 4);
	must_fail(SLICE("<<: [{a: 1}, b]"), ERR_FORMAT, 13);
}

static void test_refuses(void **state)
{
	(void)state;
	must_fail(SLICE("a: [1, 2"), ERR_FORMAT, -1);
	must_fail(SLICE("a: 'x"), ERR_FORMAT, -1);
	must_fail(SLICE("a:\n\t- b"), ERR_FORMAT, -1);
	must_fail(SLICE("a: b: c"), ERR_FORMAT, 4);
	must_fail(SLICE("\xc3\xa9: b: c"), ERR_FORMAT, 5);
	must_fail(SLICE("a: \xff"), ERR_FORMAT, 3);
	must_fail(SLICE("a: \x01"), ERR_FORMAT, 3);
	must_fail(SLICE("\xff\xfe""a\0"), ERR_FORMAT, 0);
	must_fail(SLICE("? [a]\n: 1"), ERR_UNSUPPORTED, 2);
	must_fail(SLICE("? {a: 1}\n: 1"), ERR_UNSUPPORTED, 2);
	must_fail(SLICE("x: &a [1]\n*a : 1"), ERR_UNSUPPORTED, 10);
}

static void test_tree_before_error(void **state)
{
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_false(yaml_parse(SLICE("a: {b: 1}\nc:\n  d: 2\n  e: 'x"), 0, &a, &n, NULL));
	assert_true(slice_is(node_text(node_path(n, "a", "b", NULL)), "1"));
	assert_true(slice_is(node_text(node_path(n, "c", "d", NULL)), "2"));
	arena_release(&a);
}

static void check_limit(struct buf *b)
{
	must_fail(buf_slice(b), ERR_LIMIT, -1);
	buf_clear(b);
}

static void test_depth(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 64 * MIB);
	for (int i = 0; i < 10000; i++)
		buf_add_byte(&b, '[');
	check_limit(&b);
	for (int i = 0; i < 10000; i++)
		buf_add_lit(&b, "- ");
	check_limit(&b);
	for (int i = 0; i < 10000; i++)
		buf_add_lit(&b, "{a: ");
	check_limit(&b);
	/* Each alias adds a level to what the one before stands for. */
	buf_add_lit(&b, "- &a0 [x]\n");
	for (int i = 1; i < 1000; i++)
		buf_printf(&b, "- &a%d [*a%d]\n", i, i - 1);
	check_limit(&b);
	buf_release(&b);
}

/* A text of some hundred bytes that stands for 10^12 nodes, by aliases and by merging. */
static void test_billion_laughs(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, MIB);
	buf_add_lit(&b, "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n");
	for (int i = 1; i < 12; i++) {
		buf_printf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&b, "%s*a%d", k ? "," : "", i - 1);
		buf_add_lit(&b, "]\n");
	}
	check_limit(&b);
	buf_add_lit(&b, "m0: &m0 {a: x, b: x, c: x, d: x}\n");
	for (int i = 1; i < 20; i++)
		buf_printf(&b, "m%d: &m%d {a: *m%d, b: *m%d, <<: [{c: *m%d}, {d: *m%d}]}\n", i, i,
			   i - 1, i - 1, i - 1, i - 1);
	check_limit(&b);
	buf_release(&b);
}

static void test_node_limit(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 64 * MIB);
	buf_add_byte(&b, '[');
	for (int i = 0; i <= LIMIT_YAML_NODES; i++)
		buf_add_lit(&b, "a,");
	buf_add_byte(&b, ']');
	check_limit(&b);
	buf_release(&b);
}

/* At whatever byte a text is cut, the reader stays inside of it. */
static void test_truncated(void **state)
{
	struct slice text = SLICE("%YAML 1.1\n---\nk\xc3\xa9y: &a !!str \"x\\u00e9\"\nl: [*a, {b: "
				  "'c''d'}]\nm: >-\n  f\n  g\n<<: {n: ~}\n");

	(void)state;
	for (size_t len = 0; len <= text.len; len++) {
		char *exact = malloc(len ? len : 1);
		struct error err = ERROR_INIT;
		struct arena a;
		struct node *n;

		assert_non_null(exact);
		memcpy(exact, text.data, len);
		arena_init(&a, 0);
		bool ok = yaml_parse(slice_new(exact, len), 0, &a, &n, &err);
		assert_int_equal(err.code, ok ? ERR_NONE : ERR_FORMAT);
		assert_true(ok || (err.offset >= 0 && (size_t)err.offset <= len));
		arena_release(&a);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_styles_and_tags),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_tree_before_error),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_billion_laughs),
		cmocka_unit_test(test_node_limit),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
