#include "row_test.h"

#define ROW (&inventory_node_package)

static void test_paths(void **state)
{
	static const char *const yes[] = {
		"node_modules/a/package.json", "app/node_modules/@s/a/package.json",
		"usr/lib/node_modules/npm/node_modules/b/package.json",
		"app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", NULL,
	};
	static const char *const no[] = {
		"package.json",
		"app/package.json",
		"node_modules/package.json",
		"node_modules/a/lib/package.json",
		"node_modules/@s/package.json",
		"node_modules/@s/a/b/package.json",
		"node_modules/.cache/package.json",
		"node_modules/a/package.json5",
		"a/b/@s/c/package.json",
		"xnode_modules/a/package.json",
		"node_modules/a/xpackage.json",
		"/package.json",
		NULL,
	};

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static void test_package(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW,
		 SLICE("{\"name\":\"@s/a\",\"version\":\"1.2.3\",\"license\":\"MIT\","
		       "\"author\":{\"name\":\"A B\",\"email\":\"a@b\"},"
		       "\"dependencies\":{\"b\":\"^1\",\"c\":\"*\"},"
		       "\"optionalDependencies\":{\"d\":\"1\"},"
		       "\"devDependencies\":{\"e\":\"1\"}}"));
	row_expect_count(&t, 1);
	row_expect(&t, "@s/a", "1.2.3", 0);
	row_expect_depends(&t, "@s/a", "1.2.3", "b c d");
	const struct package *p = row_must(&t, "@s/a", "1.2.3");
	assert_true(slice_is(p->license, "MIT"));
	assert_true(slice_is(p->maintainer, "A B <a@b>"));
	assert_int_equal(p->length, 0);
	row_end(&t);
}

struct license_case {
	struct slice text;
	const char *license;
};

static void test_licenses(void **state)
{
	static const struct license_case cases[] = {
		{ SLICE_INIT("\"license\":{\"type\":\"ISC\",\"url\":\"x\"}"), "ISC" },
		{ SLICE_INIT("\"licenses\":[{\"type\":\"MIT\"},{\"type\":\"Apache-2.0\"}]"),
		 "MIT OR Apache-2.0" },
		{ SLICE_INIT("\"license\":[\"A\",\"B\"]"), "A OR B" },
		{ SLICE_INIT("\"license\":7"), "7" },
		{ SLICE_INIT("\"license\":null"), "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row_test t;
		struct arena a;

		arena_init(&a, 0);
		row_read(&t, ROW,
			 arena_printf(&a, "{\"name\":\"a\",\"version\":\"1\",%.*s}",
				      SLICE_ARG(cases[i].text)));
		assert_true(slice_eq(row_must(&t, "a", "1")->license,
				     slice_from_cstr(cases[i].license)));
		row_end(&t);
		arena_release(&a);
	}
}

static void test_versions(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, SLICE("{\"name\":\"a\",\"version\":\" v1.0.0 \"}"));
	row_expect(&t, "a", "1.0.0", 0);
	row_end(&t);
	row_read(&t, ROW,
		 SLICE("{\"name\":\"a\",\"version\":\"= 1.0.0\",\"_resolved\":\"git+ssh://x\"}"));
	row_expect(&t, "a", "1.0.0", PACKAGE_LOCAL);
	row_end(&t);
}

/* Such files stand beside modules to mark their type, or belong to a package of another name. */
static void test_no_package(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT("{}"),
		SLICE_INIT("{\"type\":\"module\"}"),
		SLICE_INIT("{\"name\":\"a\"}"),
		SLICE_INIT("{\"version\":\"1\"}"),
		SLICE_INIT("{\"name\":\"a\",\"version\":null}"),
		SLICE_INIT("{\"name\":{},\"version\":[]}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct row_test t;

		row_read(&t, ROW, texts[i]);
		row_expect_count(&t, 0);
		row_end(&t);
	}
}

static void test_malformed(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, ROW, SLICE("{\n \"name\": \"a\",\n \"version\" \"1\"}"));
	row_expect_error(&t, "line 3, column 12");
	row_run(&t, ROW, SLICE("[]"));
	row_expect_error(&t, "line 1, column 1");
	row_run(&t, ROW, SLICE(""));
	row_expect_error(&t, "line 1");
	row_run(&t, ROW, SLICE("{\"name\":\"a b\",\"version\":\"1\"}"));
	row_expect_partial(&t, "line 1");
	row_expect_count(&t, 0);
	row_end(&t);
	/* What stands in front of the damage is enough for a package. */
	row_run(&t, ROW, SLICE("{\"name\":\"a\",\"version\":\"1\",\n\"x\":"));
	row_expect(&t, "a", "1", 0);
	row_expect_partial(&t, "line 2");
	row_end(&t);
}

static void test_cuts(void **state)
{
	(void)state;
	row_check_cuts(ROW, SLICE("{\"name\":\"a\",\"version\":\"1\",\"license\":[\"x\","
				  "{\"type\":\"y\"}],\"dependencies\":{\"b\":\"1\"},"
				  "\"author\":\"z\"}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_package),
		cmocka_unit_test(test_licenses),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_no_package),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
