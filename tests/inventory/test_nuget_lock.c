#include "row_test.h"

#define ROW (&inventory_nuget_lock)

static void test_paths(void **state)
{
	static const char *const yes[] = { "packages.lock.json", "a/packages.lock.json", NULL };
	static const char *const no[] = { "xpackages.lock.json", "packages.lock.json/a", "package-lock.json", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice sample = SLICE_INIT(
	"{\"version\": 2, \"dependencies\": {\n"
	" \"net472\": {\n"
	"  \"Direct\": {\"type\": \"Transitive\", \"resolved\": \"1.2.3\", \"contentHash\": \"D==\"}\n"
	" },\n"
	" \"net6.0\": {\n"
	"  \"Direct\": {\"type\": \"Direct\", \"requested\": \"[1.2.3, )\", \"resolved\": \"1.2.3\","
	" \"contentHash\": \"D==\", \"dependencies\": {\"Deep\": \"2.0.0\"}},\n"
	"  \"Deep\": {\"type\": \"Transitive\", \"resolved\": \"2.0.0\"},\n"
	"  \"Central\": {\"type\": \"CentralTransitive\", \"requested\": \"[3.0.0, )\", \"resolved\": \"3.0.0\"},\n"
	"  \"beside\": {\"type\": \"Project\", \"dependencies\": {\"Deep\": \"2.0.0\"}}\n"
	" },\n"
	" \"net6.0/win-x64\": {\n"
	"  \"Deep\": {\"type\": \"Transitive\", \"resolved\": \"2.1.0\"}\n"
	" }\n"
	"}}\n");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "Direct", "1.2.3", 0);
	row_expect(&t, "Deep", "2.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "Deep", "2.1.0", PACKAGE_INDIRECT);
	row_expect(&t, "Central", "3.0.0", PACKAGE_INDIRECT);
	row_expect_count(&t, 4);
	row_expect_depends(&t, "Direct", "1.2.3", "Deep");
	row_expect_span(&t, "Deep", "2.1.0", SLICE("\"Deep\": {\"type\": \"Transitive\", \"resolved\": \"2.1.0\"}"));
	assert_true(slice_is(row_must(&t, "Direct", "1.2.3")->integrity, "D=="));
	row_end(&t);
}

static void test_malformed(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, ROW, SLICE("[]"));
	row_expect_error(&t, "is an object");
	row_run(&t, ROW, SLICE("{\"dependencies\": {\"f\": {\"A\": 1, \"B\": {\"resolved\": \"1.0\"}}}}"));
	row_expect(&t, "B", "1.0", PACKAGE_INDIRECT);
	row_expect_count(&t, 1);
	row_expect_partial(&t, "no object");
	row_end(&t);
	row_check_cuts(ROW, sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
