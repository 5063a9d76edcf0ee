#include "row_test.h"

#define ROW (&inventory_pipfile_lock)

static void test_paths(void **state)
{
	static const char *const yes[] = { "Pipfile.lock", "a/Pipfile.lock", NULL };
	static const char *const no[] = { "pipfile.lock", "Pipfile", "xPipfile.lock", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice sample = SLICE_INIT(
	"{\n    \"_meta\": {\"hash\": {\"sha256\": \"00\"}, \"pipfile-spec\": 6,"
	" \"requires\": {\"python_version\": \"3\"}},\n    \"default\": {\n"
	"        \"a\": {\"hashes\": [\"sha256:00\"], \"index\": \"pypi\","
	" \"version\": \"==1.0\"},\n        \"both\": {\"version\": \"==2.0\"},\n"
	"        \"fromgit\": {\"git\": \"https://h/x.git\", \"ref\": \"0123\","
	" \"editable\": true},\n        \"here\": {\"editable\": true, \"path\": \".\"},\n"
	"        \"any\": {\"version\": \"*\"},\n        \"exact\": {\"version\": \"===3.0\"}\n"
	"    },\n    \"develop\": {\n        \"both\": {\"version\": \"==2.0\"},\n"
	"        \"d\": {\"version\": \"==4.0\", \"markers\": \"python_version >= '3'\"}\n"
	"    },\n    \"docs\": {\n        \"s\": {\"version\": \"==5.0\"}\n    }\n}\n");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "a", "1.0", 0);
	row_expect(&t, "both", "2.0", 0);
	row_expect(&t, "fromgit", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "here", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "any", "", PACKAGE_UNVERSIONED);
	row_expect(&t, "exact", "3.0", 0);
	row_expect(&t, "d", "4.0", PACKAGE_DEV);
	row_expect(&t, "s", "5.0", 0);
	row_expect_count(&t, 8);
	row_expect_span(&t, "both", "2.0", SLICE("\"both\": {\"version\": \"==2.0\"}"));
	row_end(&t);
}

static void test_empty(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT(""),
		SLICE_INIT("\n"),
		SLICE_INIT("{}"),
		SLICE_INIT("{\"_meta\":{\"a\":{}},\"default\":{},\"develop\":{}}"),
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
	row_run(&t, ROW, SLICE("[]"));
	row_expect_error(&t, "line 1, column 1");
	row_run(&t, ROW, SLICE("{\"default\":\n{\"a\" {}}}"));
	row_expect_error(&t, "line 2, column 6");
	row_run(&t, ROW,
		SLICE("{\"default\":{\"a\":{\"version\":\"==1.0\"},\n"
		      "\"b\":\"==2.0\",\"c d\":{\"version\":\"==3.0\"}}}"));
	row_expect(&t, "a", "1.0", 0);
	row_expect_count(&t, 1);
	row_expect_partial(&t, "line 2, column 5");
	row_end(&t);
}

static void test_cuts(void **state)
{
	(void)state;
	row_check_cuts(ROW, sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
