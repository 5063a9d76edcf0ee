#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>

#include "../../fuzz/edit_property.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "format/json.h"

struct tally {
	unsigned made, refused;
};

static void all_edits(struct slice text, bool json, struct tally *t)
{
	struct edit_target_list targets = {0};
	struct edit_doc d;
	struct arena a;

	arena_init(&a, 0);
	edit_doc_read(&d, json, text, &a);
	if (d.root && !d.problems.list.count)
		edit_targets(NULL, d.root, &targets, &a, 50);
	for (size_t i = 0; i < targets.count; i++) {
		for (unsigned k = 0; k < EDIT_KINDS; k++) {
			for (size_t s = 0; s < ARRAY_LEN(edit_snippets); s++) {
				struct edit_change c;

				edit_change_init(&c, &d, k, targets.items[i], edit_snippets[s], &a);
				if (!edit_applies(&c))
					continue;
				if (edit_check(&d, text, &c, edit_snippets[s], &a))
					t->made++;
				else
					t->refused++;
				if (k >= EDIT_REMOVE)
					break;
			}
		}
	}
	arena_release(&a);
}

/* Every way of writing that is asked for in the wild, and some that are not. */
static const struct slice yamls[] = {
	SLICE_INIT("a: 1\n"),
	SLICE_INIT("a: 1"),
	SLICE_INIT("a:\n  b: 1\n  c:\n    - x\n    - y # why\n  # below\nd: 2\n"),
	SLICE_INIT("services:\n    web:\n        image: nginx # pinned later\n\n        ports:\n"
		   "        - \"80:80\"\n        - 443:443\n\n# end\n"),
	SLICE_INIT("a: 1\r\nb:\r\n  c: 2\r\n  d: [1, 2]\r\n"),
	SLICE_INIT("- a: 1\n  b: 2\n- - x\n  - y\n-\n  k: v\n- \n- last"),
	SLICE_INIT("{a: 1, b: [x, 'y', \"z\"], c: {}, d: [], e: , f}\n"),
	SLICE_INIT("a: {b: 1, # one\n    c: 2, # two\n    d: 3}\nz: 1\n"),
	SLICE_INIT("l: [\n  a,\n  b, # last comma\n]\nm: [ a ]\n"),
	SLICE_INIT(
		"t: |\n  text\n  more\n\nu: >-\n  folded\n  text\n\n\nv: |+\n  kept\n\n\nw: 1\n"),
	SLICE_INIT("t: |2 # header\n    indented\n   # no comment\nu: 1\n"),
	SLICE_INIT("x: \"two\n  lines # none\"\ny: 'it''s'\nz: plain\n  text here\n"),
	SLICE_INIT("k:  # comment on the key\n  a: 1\n  b: 2\nl:   # another\n  - 1\n  - 2\n"),
	SLICE_INIT(
		"base: &b\n  x: 1\nc:\n  <<: *b\n  y: 2\nd: *b\ne: [*b, 1]\nf: {<<: *b, q: 1}\n"),
	SLICE_INIT("a: !reset null\nb: !override\n  c: 1\nd: !!str 12\n"),
	SLICE_INIT("? a\n: 1\n? b\nc: 2\n"),
	SLICE_INIT("---\na: 1\n...\n"),
	SLICE_INIT("--- # head\nb: 1\n"),
	SLICE_INIT("\xef\xbb\xbf"
		   "a: 1\nb: 2\n"),
	SLICE_INIT("\xc3\xa9: \xc3\xbc # \xc3\xa4\nb: {\xc3\xa9: 1}\nc:\n- \xe2\x82\xac\n- 2\n"),
	SLICE_INIT("a:\nb:\n  c:\n  d: # nothing\ne:\n"),
	SLICE_INIT("a:\n- b: 1\n  c: 2\n- d\ne:\n  -   f: 1\n      g: 2\n"),
	SLICE_INIT("\"quoted key\": 1\n'it': {\"x\":1,\"y\":[1,2]}\n"),
	SLICE_INIT("# only comments\n\na: 1 # x\n# end"),
	SLICE_INIT("a: [b: 1, {c: 2}]\n"),
	SLICE_INIT("scalar\n"),
	SLICE_INIT("[1, 2]\n"),
	SLICE_INIT("a: b\n\n\n\n"),
	SLICE_INIT("a:\n\n  # lead\n\n  b: 1\n\n  # tail\n"),
	SLICE_INIT("{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [\n      1,\n      2\n    ]\n  }\n}\n"),
};

static const struct slice jsons[] = {
	SLICE_INIT("{}"),
	SLICE_INIT("[]"),
	SLICE_INIT("{\n}\n"),
	SLICE_INIT("{\"a\": 1}"),
	SLICE_INIT(
		"{\n  \"a\": 1,\n  \"b\": [\"x\", \"y\"],\n  \"c\": {\n    \"d\": null\n  }\n}\n"),
	SLICE_INIT("{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t],\n\t\"b\": {},\n\t\"c\": []\n}\n"),
	SLICE_INIT("{\"a\":1,\"b\":{\"c\":[1,2,{\"d\":\"\\u00e9\\n\"}]}}"),
	SLICE_INIT("{\r\n  \"a\": true,\r\n  \"b\": \"x\"\r\n}\r\n"),
	SLICE_INIT("[\n  {\"a\": 1},\n  {\"a\": 2}\n]\n"),
	SLICE_INIT("\"text\""),
};

static void test_yaml_edits(void **state)
{
	struct tally t = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yamls); i++)
		all_edits(yamls[i], false, &t);
	print_message("# %u edits made, %u refused\n", t.made, t.refused);
	assert_true(t.made > 20 * t.refused);
}

static void test_json_edits(void **state)
{
	struct tally t = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jsons); i++)
		all_edits(jsons[i], true, &t);
	assert_int_equal(t.refused, 0);
	assert_true(t.made > 100);
}

/* The same over every Compose text of the cases that stand beside the tree. */
static void test_cases(void **state)
{
	static const char *const names[] = {"kics_compose.jsonl", "dclint.jsonl",
					    "zizmor_gha.jsonl"};
	const char *cases = getenv("BULWARK_CASES"), *source = getenv("BULWARK_SOURCE");
	struct tally t = {0};
	unsigned texts = 0;

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		struct slice text, line;
		struct arena a;
		char path[4096];

		arena_init(&a, 0);
		snprintf(path, sizeof(path), "%s%s/lint/%s",
			 cases	  ? cases
			 : source ? source
				  : ".",
			 cases ? "" : "/../shared/cases", names[n]);
		if (!io_read_file(AT_FDCWD, path, 64 * MIB, &a, &text, NULL)) {
			arena_release(&a);
			continue;
		}
		for (unsigned i = 0; slice_next_line(&text, &line); i++) {
			struct node *row;

			assert_true(json_parse(line, &a, &row, NULL));
			struct slice input = node_get_text(row, SLICE("input"));
			if (n < 2 ? input.len > 4000 : input.len > 700)
				continue;
			all_edits(input, false, &t);
			texts++;
		}
		arena_release(&a);
	}
	if (!texts) {
		print_message("# skipped: no cases\n");
		skip();
	}
	print_message("# %u texts, %u edits made, %u refused\n", texts, t.made, t.refused);
	assert_true(t.made > 20 * t.refused);
}

struct edit_row {
	struct slice before, after;
	enum edit_kind kind;
	const char *parent, *member; /* keys of the first and second level; NULL: the level above */
	struct slice snippet;
};

/* What the text looks like afterwards, to the byte. */
static const struct edit_row rows[] = {
	{SLICE_INIT("s:\n  web:\n    image: a # x\n\n  db:\n    image: b\n"),
	 SLICE_INIT("s:\n  web:\n    image: a # x\n    new_key:\n      - ALL\n\n  db:\n    image: "
		    "b\n"),
	 EDIT_INSERT, "s", "web", SLICE_INIT("[ALL]")},
	{SLICE_INIT("a: 1 # one\nb: 2\n"), SLICE_INIT("a: x # one\nb: 2\n"), EDIT_REPLACE, "a",
	 NULL, SLICE_INIT("x")},
	{SLICE_INIT("a:\n- x\n- y\nb: 1\n"), SLICE_INIT("a:\n- x\n- y\n- z\nb: 1\n"), EDIT_APPEND,
	 "a", NULL, SLICE_INIT("z")},
	{SLICE_INIT("s:\n  # about a\n  a: 1 # a\n  b: 2\n"),
	 SLICE_INIT("s:\n  # about a\n  b: 2\n"), EDIT_REMOVE, "s", "a", SLICE_INIT("")},
	{SLICE_INIT("version: '3'\nservices: {}\n"), SLICE_INIT("services: {}\n"), EDIT_REMOVE,
	 "version", NULL, SLICE_INIT("")},
	{SLICE_INIT("s:\n  a: 1\nt: 2\n"), SLICE_INIT("s: {}\nt: 2\n"), EDIT_REMOVE, "s", "a",
	 SLICE_INIT("")},
	{SLICE_INIT("a: yes\n"), SLICE_INIT("a: \"22:22\"\n"), EDIT_REPLACE, "a", NULL,
	 SLICE_INIT("\"22:22\"")},
	{SLICE_INIT("x: {a: 1}\n"), SLICE_INIT("x: {a: 1, new_key: true}\n"), EDIT_INSERT, "x",
	 NULL, SLICE_INIT("true")},
};

static void test_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct edit_row *row = &rows[i];
		struct error err = ERROR_INIT;
		struct edit_doc d;
		struct doc_edit e;
		struct arena a;
		struct buf out;

		arena_init(&a, 0);
		buf_init(&out, MIB);
		edit_doc_read(&d, false, row->before, &a);
		const struct value *parent = d.root;
		const struct value *v = value_get(parent, slice_from_cstr(row->parent));
		if (row->member) {
			parent = v;
			v = value_get(v, slice_from_cstr(row->member));
		}
		assert_non_null(v);
		struct edit_change c = {row->kind, parent, v, NULL, SLICE("new_key")};
		doc_edit_init_yaml(&e, &d.yaml, &a);
		struct slice snippet = row->snippet;
		assert_true(edit_do(&e, &c, snippet));
		assert_true(doc_edit_apply(&e, &out, &err));
		if (!slice_eq(buf_slice(&out), row->after))
			fail_msg("row %zu gives\n%.*s", i, SLICE_ARG(buf_slice(&out)));
		buf_release(&out);
		arena_release(&a);
	}
}

static void test_refusals(void **state)
{
	struct slice text = SLICE("b: &b {x: 1}\nc:\n  <<: *b\n  y: 2\n");
	struct error err = ERROR_INIT;
	struct edit_doc d;
	struct doc_edit e;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	edit_doc_read(&d, false, text, &a);
	doc_edit_init_yaml(&e, &d.yaml, &a);
	const struct value *c = value_at(d.root, "c");
	assert_false(doc_remove(&e, c, value_at(c, "x"), &err));
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	assert_false(doc_insert_member(&e, c, NULL, SLICE("y"), SLICE("1"), &err));
	assert_false(doc_append_item(&e, c, SLICE("1"), &err));
	assert_false(doc_replace(&e, value_at(c, "y"), SLICE("[1"), &err));
	assert_int_equal(err.code, ERR_FORMAT);
	assert_false(doc_replace(&e, value_new_text(&a, SLICE("x")), SLICE("1"), &err));
	assert_int_equal(e.edits.count, 0);
	/* A key of the merged map may be set over it. */
	assert_true(doc_insert_member(&e, c, NULL, SLICE("x"), SLICE("2"), &err));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml_edits), cmocka_unit_test(test_json_edits),
		cmocka_unit_test(test_bytes),	   cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_cases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
