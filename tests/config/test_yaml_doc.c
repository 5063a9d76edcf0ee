#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "config/json_doc.h"
#include "config/yaml_doc.h"

static struct arena arena;
static struct problem_list problems;

static const struct value *read_yaml(struct slice text, struct yaml_doc *doc)
{
	problem_list_init(&problems, &arena);
	yaml_doc_read(text, 1, &arena, doc, &problems);
	return yaml_doc_root(doc);
}

static struct slice at(struct slice text, struct span s)
{
	assert_int_equal(s.source, 1);
	assert_true(s.offset + s.length <= text.len);
	return slice_first(slice_from(text, (size_t)s.offset), (size_t)s.length);
}

static void assert_text(struct slice have, const char *want)
{
	if (!slice_eq(have, slice_from_cstr(want)))
		fail_msg("\"%.*s\" in place of \"%s\"", SLICE_ARG(have), want);
}

static void test_comments(void **state)
{
	struct slice text =
		SLICE("# head\na: 1 # one\nb: \"x # y\" # two\nc: p#q\nd: | # three\n"
		      "  # text\n  more\n  # four\n# five\ne: 'z'\t# six\nf: [1,#seven\n2]");
	static const char *const want[] = {"# head", "# one", "# two", "# three",
					   "# five", "# six", "#seven"};
	static const bool own[] = {true, false, false, false, true, false, false};
	struct yaml_doc doc;

	(void)state;
	read_yaml(text, &doc);
	assert_int_equal(problems.list.count, 0);
	assert_int_equal(doc.comments.count, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_text(at(text, doc.comments.items[i].span), want[i]);
		assert_int_equal(doc.comments.items[i].own_line, own[i]);
	}
}

static void test_styles_and_spans(void **state)
{
	struct slice text =
		SLICE("\xc3\xa4: plain\nb: 'si''ngle'\nc: \"dou\\tble\"\nd: |-\n  lit\n\n\n"
		      "e: {k: [1]}\nf:\n  - x\n  - y\n\n# end\ng: !reset null\nh: !!str 1\n");
	struct yaml_doc doc;
	const struct value *root;

	(void)state;
	root = read_yaml(text, &doc);
	assert_int_equal(root->count, 8);
	assert_text(at(text, value_at(root, "\xc3\xa4")->span), "plain");
	assert_text(at(text, value_at(root, "\xc3\xa4")->key_span), "\xc3\xa4");
	assert_text(at(text, value_at(root, "b")->span), "'si''ngle'");
	assert_text(value_text(value_at(root, "b")), "si'ngle");
	assert_int_equal(value_at(root, "b")->style, VALUE_SINGLE_QUOTED);
	assert_text(value_text(value_at(root, "c")), "dou\tble");
	assert_text(at(text, value_at(root, "d")->span), "|-\n  lit");
	assert_int_equal(value_at(root, "d")->style, VALUE_LITERAL);
	assert_text(at(text, value_at(root, "e")->span), "{k: [1]}");
	assert_true(value_path(root, "e", "k", NULL)->in_flow);
	assert_false(value_at(root, "e")->in_flow);
	assert_text(at(text, value_at(root, "f")->span), "- x\n  - y");
	assert_text(at(text, value_member_span(value_at(root, "f"))), "f:\n  - x\n  - y");
	assert_text(value_at(root, "g")->tag, "!reset");
	assert_int_equal(value_at(root, "g")->type, NODE_NULL);
	assert_int_equal(value_at(root, "h")->type, NODE_STRING);
}

static void test_anchors(void **state)
{
	struct slice text = SLICE("base: &b {x: 1, y: 2}\nother: &o\n  z: 3\n  x: 9\n"
				  "c:\n  <<: [*b, *o]\n  y: own\nd: *b\ne: *nowhere\n");
	struct yaml_doc doc;
	const struct value *root, *c;

	(void)state;
	root = read_yaml(text, &doc);
	c = value_at(root, "c");
	assert_int_equal(c->count, 3);
	assert_text(value_text(value_at(c, "x")), "1");
	assert_int_equal(value_at(c, "x")->way, VALUE_MERGED);
	assert_text(at(text, value_at(c, "x")->via), "*b");
	assert_text(at(text, value_at(c, "x")->span), "1");
	assert_text(value_text(value_at(c, "y")), "own");
	assert_text(at(text, value_at(c, "z")->via), "*o");
	assert_int_equal(value_at(root, "d")->way, VALUE_ALIAS);
	assert_text(at(text, value_at(root, "d")->via), "*b");
	assert_text(at(text, value_at(root, "d")->span), "&b {x: 1, y: 2}");
	assert_int_equal(problems.list.count, 1);
	assert_int_equal(problems.list.items[0].kind, PROBLEM_UNDEFINED);
	assert_text(problems.list.items[0].name, "nowhere");
}

static void test_duplicates(void **state)
{
	struct slice text = SLICE("a: 1\nb: 2\na: 3\nm: {x: 1, x: 2, x: 3}\n");
	struct yaml_doc doc;
	const struct value *root = read_yaml(text, &doc);

	(void)state;
	assert_int_equal(root->count, 3);
	assert_text(value_text(value_at(root, "a")), "3");
	assert_text(value_text(value_path(root, "m", "x", NULL)), "3");
	assert_int_equal(problems.list.count, 3);
	assert_int_equal(problems.list.items[2].kind, PROBLEM_DUPLICATE);
	assert_int_equal(problems.list.items[2].other.offset, 0);
	assert_int_equal(problems.list.items[2].span.offset, 10);
}

static void test_documents(void **state)
{
	struct yaml_doc doc;

	(void)state;
	read_yaml(SLICE("a: &x 1\n---\nb: *x\n--- \n...\n---\n- c\n"), &doc);
	assert_int_equal(doc.documents.count, 4);
	assert_int_equal(doc.documents.items[2]->type, NODE_NULL);
	assert_int_equal(doc.documents.items[3]->type, NODE_LIST);
	/* An anchor is of its document. */
	assert_int_equal(problems.list.count, 1);
	assert_null(read_yaml(SLICE(""), &doc));
	assert_false(doc.broken);
}

static void test_errors(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT("a: 1\nb: [1, 2\nc: 3\n"), SLICE_INIT("a: 1\n\tb: 2\n"),
		SLICE_INIT("a: 1\n? [x]\n: 1\n"),     SLICE_INIT("a: 1\nb: &x [*x]\n"),
		SLICE_INIT("a: 1\nb: \"open\n"),      SLICE_INIT("a: 1\nb: \xff\n"),
	};
	struct yaml_doc doc;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct value *root = read_yaml(texts[i], &doc);

		assert_true(doc.broken);
		assert_int_equal(problems.list.count, 1);
		/* Two of the mistakes are seen before the first value has its end. */
		if (i != 1 && i != 5)
			assert_text(value_text(value_at(root, "a")), "1");
	}
}

/* Ten to the ninth strings if it were taken at its word. */
static void test_laughs(void **state)
{
	struct yaml_doc doc;
	struct buf b;

	(void)state;
	buf_init(&b, MIB);
	buf_add_lit(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 9; i++) {
		buf_printf(&b, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			buf_printf(&b, "%s*a%d", j ? ", " : "", i - 1);
		buf_add_lit(&b, "]\n");
	}
	read_yaml(buf_slice(&b), &doc);
	assert_true(doc.broken);
	assert_int_equal(problems.list.items[0].kind, PROBLEM_LIMIT);
	assert_true(arena.used < 4 * MIB);
	buf_clear(&b);
	for (int i = 0; i < 1000; i++)
		buf_add_byte(&b, '[');
	read_yaml(buf_slice(&b), &doc);
	assert_true(doc.broken);
	buf_release(&b);
}

static void test_truncated(void **state)
{
	struct slice text =
		SLICE("x-a: &a {k: \"v\\n\", l: ['q']} # c\ns:\n  web:\n    <<: *a\n"
		      "    t: |+\n      text\n\n    u: >-\n      f\n? w\n: !!str z\n---\nb: *a\n");
	struct yaml_doc doc;

	(void)state;
	for (size_t i = 0; i <= text.len; i++) {
		/* An exact copy, so that a sanitizer sees one byte too many. */
		char *copy = malloc(i + 1);

		memcpy(copy, text.data, i);
		read_yaml(slice_new(copy, i), &doc);
		for (size_t p = 0; p < problems.list.count; p++)
			assert_true(problems.list.items[p].span.offset <= i);
		free(copy);
	}
}

static void test_json(void **state)
{
	struct slice text =
		SLICE("{ # one\n \"a\": [1, 2,], // two\n \"b\": \"# no // comment\", /* three */\n"
		      " \"a\": {\"c\": null}\n}");
	struct json_doc doc;

	(void)state;
	problem_list_init(&problems, &arena);
	json_doc_read(text, 1, &arena, &doc, &problems);
	assert_true(doc.broken);
	assert_int_equal(problems.list.count, 5);
	assert_text(at(text, problems.list.items[0].span), "# one");
	assert_text(at(text, problems.list.items[1].span), ",");
	assert_text(at(text, problems.list.items[2].span), "// two");
	assert_text(at(text, problems.list.items[3].span), "/* three */");
	assert_int_equal(problems.list.items[4].kind, PROBLEM_DUPLICATE);
	assert_text(value_text(value_at(doc.root, "b")), "# no // comment");
	assert_text(at(text, value_at(doc.root, "a")->key_span), "\"a\"");
	assert_int_equal(value_at(doc.root, "a")->type, NODE_MAP);
	for (size_t i = 0; i <= text.len; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, text.data, i);
		problem_list_init(&problems, &arena);
		json_doc_read(slice_new(copy, i), 1, &arena, &doc, &problems);
		assert_true(i == text.len || doc.broken);
		free(copy);
	}
}

static void test_suggestions(void **state)
{
	static const struct slice names[] = {SLICE_INIT("privileged"), SLICE_INIT("read_only"),
					     SLICE_INIT("cap_add"), SLICE_INIT("ports"),
					     SLICE_INIT("pid")};

	(void)state;
	assert_text(suggest_name(SLICE("priviledged"), names, ARRAY_LEN(names)), "privileged");
	assert_text(suggest_name(SLICE("read-only"), names, ARRAY_LEN(names)), "read_only");
	assert_text(suggest_name(SLICE("prots"), names, ARRAY_LEN(names)), "ports");
	assert_text(suggest_name(SLICE("Pid"), names, ARRAY_LEN(names)), "pid");
	assert_text(suggest_name(SLICE("something"), names, ARRAY_LEN(names)), "");
	assert_text(suggest_name(SLICE(""), names, ARRAY_LEN(names)), "");
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_comments),	TEST(test_styles_and_spans), TEST(test_anchors),
		TEST(test_duplicates),	TEST(test_documents),	     TEST(test_errors),
		TEST(test_laughs),	TEST(test_truncated),	     TEST(test_json),
		TEST(test_suggestions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
