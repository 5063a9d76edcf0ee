#include "row_test.h"

#define ROW (&inventory_python_package)

static void test_paths(void **state)
{
	static const char *const yes[] = {
		"usr/lib/python3/dist-packages/a-1.0.dist-info/METADATA",
		"a-1.0.egg-info/PKG-INFO",
		"x/a-1.0-py3.11.egg/EGG-INFO/PKG-INFO",
		"usr/lib/python3/dist-packages/a-1.0.egg-info",
		NULL,
	};
	static const char *const no[] = {
		"a-1.0.dist-info/RECORD",
		"METADATA",
		"PKG-INFO",
		"a/PKG-INFO",
		"a.egg-info/requires.txt",
		"a.dist-info/x/METADATA",
		NULL,
	};

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice wheel = SLICE_INIT(
	"Metadata-Version: 2.1\n"
	"Name: Some.Name\n"
	"Version: 1.2.3+local\n"
	"Summary: a: b\n"
	"Author: A B\n"
	"Author-email: a@b\n"
	"License: MIT\n"
	"Classifier: Programming Language :: Python\n"
	"Classifier: License :: OSI Approved :: BSD License\n"
	"Requires-Dist: dep-one (>=1.0,<2)\n"
	"Requires-Dist: dep_two[x]; python_version < \"3\"\n"
	"Requires-Dist: only-extra ; extra == 'test'\n"
	"Requires-Dist: at @ https://h/x.zip\n"
	"Requires-Dist: ???\n"
	"\n"
	"Name: not a header\n"
	"Version: 9\n");

static void test_wheel(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, wheel);
	row_expect(&t, "Some.Name", "1.2.3+local", 0);
	row_expect_count(&t, 1);
	row_expect_depends(&t, "Some.Name", "1.2.3+local", "dep-one dep_two at");
	const struct package *p = row_must(&t, "Some.Name", "1.2.3+local");
	assert_true(slice_is(p->license, "MIT"));
	assert_true(slice_is(p->maintainer, "A B"));
	assert_int_equal(p->length, 0);
	row_end(&t);
}

struct license_case {
	struct slice headers;
	const char *license;
};

static void test_licenses(void **state)
{
	static const struct license_case cases[] = {
		{ SLICE_INIT("License-Expression: MIT OR X\nLicense: long\n"), "MIT OR X" },
		{ SLICE_INIT("License: UNKNOWN\nClassifier: License :: OSI Approved :: Apache "
			    "Software License\n"),
		 "Apache Software License" },
		{ SLICE_INIT("License: Permission is\n        hereby granted\n"
			    "Classifier: License :: Public Domain\n"),
		 "Public Domain" },
		{ SLICE_INIT("License: UNKNOWN\n"), "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row_test t;
		struct arena a;

		arena_init(&a, 0);
		row_read(
			&t, ROW,
			arena_printf(&a, "%.*sName: a\nVersion: 1\n", SLICE_ARG(cases[i].headers)));
		assert_true(slice_eq(row_must(&t, "a", "1")->license,
				     slice_from_cstr(cases[i].license)));
		row_end(&t);
		arena_release(&a);
	}
}

static void test_odd_headers(void **state)
{
	struct row_test t;

	(void)state;
	/* Lower-case keys, the first of several, lines that are none. */
	row_read(
		&t, ROW,
		SLICE("name: a\r\nversion: 1.0\r\nVersion: 2.0\r\nKeywords: x\r\nstray words\r\n"));
	row_expect(&t, "a", "1.0", 0);
	row_end(&t);
}

static void test_malformed(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT(""),
		SLICE_INIT("\n\nbody"),
		SLICE_INIT("Name: a\n"),
		SLICE_INIT("Version: 1\n"),
		SLICE_INIT("Name: \nVersion: 1\n"),
		SLICE_INIT("Name: a\n\nVersion: 1\n"),
		SLICE_INIT("\x7f\x45\x4c\x46\0\0"),
		SLICE_INIT("Name: a b\nVersion: 1\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct row_test t;

		row_run(&t, ROW, texts[i]);
		row_expect_error(&t, "line 1");
	}
}

static void test_cuts(void **state)
{
	(void)state;
	row_check_cuts(ROW, wheel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_wheel),
		cmocka_unit_test(test_licenses),
		cmocka_unit_test(test_odd_headers),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
