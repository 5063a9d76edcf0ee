/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "config/workflow.h"

static void test_expressions(void **state)
{
	static const struct { const char *text; bool good; } rows[] = {
		{ "github.event.issue.title", true }, { "a['b'].*[0]", true }, { "!a && (b || c) == 'it''s'", true },
		{ "f(1, -2.5, null)", true }, { "f()", true }, { "\"text\"", false }, { "1 + 1", false }, { "a.", false },
		{ "f(a", false }, { "'open", false }, { "", false }, { "a b", false },
	};
	struct expression_error error;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expression *e = expression_parse(slice_from_cstr(rows[i].text), &a, &error);

		assert_int_equal(rows[i].good, e != NULL);
		assert_int_equal(rows[i].good, error.what == NULL);
	}
	struct expression *e = expression_parse(SLICE("GitHub['Event'].x[i].*"), &a, &error);
	assert_true(slice_is(expression_path(e, &a), "github.event.x.*.*"));
	arena_release(&a);
}

static void test_spans(void **state)
{
	static const char text[] = "on: [push]\njobs:\n  a:\n    steps:\n      - run: |\n          true\n\n          echo ${{ x.y }}\n"
				   "      - run: >\n          a\n          b ${{ x.z }}\n      - run: \"\\x41 ${{ x.w }}\"\n";
	static const char *const wanted[] = { " x.y ", " x.z ", " x.w " };
	struct source_table sources;
	struct problem_list problems;
	struct workflow w;
	struct yaml_doc doc;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	source_table_init(&sources, &a);
	problem_list_init(&problems, &a);
	yaml_doc_read(SLICE_EMPTY, 0, &a, &doc, &problems);
	struct slice all = slice_from_cstr(text);
	yaml_doc_read(all, source_add(&sources, SLICE("a.yml"), all, -1), &a, &doc, &problems);
	workflow_read(&doc, &sources, &a, &w);
	assert_int_equal(w.steps.count, 3);
	assert_int_equal(w.expressions.count, 3);
	assert_true(workflow_has_trigger(&w, "push"));
	for (size_t i = 0; i < 3; i++) {
		struct span s = source_origin(&sources, workflow_expression_span(&w.expressions.items[i], NULL));

		assert_true(slice_eq(slice_first(slice_from(all, s.offset), 5), slice_from_cstr(wanted[i])));
	}
	const struct shell_script *script = w.steps.items[0].script;
	struct span s = source_origin(&sources, script->commands.items[1].span);
	assert_true(slice_starts(slice_from(all, s.offset), SLICE("echo")));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_expressions), cmocka_unit_test(test_spans) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
