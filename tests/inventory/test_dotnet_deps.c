#include "row_test.h"

#define ROW (&inventory_dotnet_deps)

static void test_paths(void **state)
{
	static const char *const yes[] = { "app/App.deps.json", "a.deps.json", NULL };
	static const char *const no[] = { "deps.json", "a.deps.json.bak", "a.json", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice sample = SLICE_INIT(
	"{\"runtimeTarget\": {\"name\": \".NETCoreApp,Version=v6.0/linux-x64\"},\n"
	"\"targets\": {\n"
	" \".NETCoreApp,Version=v6.0\": {},\n"
	" \".NETCoreApp,Version=v6.0/linux-x64\": {\n"
	"  \"App/1.0.0\": {\"dependencies\": {\"Direct\": \"1.2.3\", \"Lib\": \"1.0.0\"}, \"runtime\": {\"App.dll\": {}}},\n"
	"  \"Direct/1.2.3\": {\"dependencies\": {\"Deep\": \"2.0.0\", \"Named\": \"4.3.0\"}, \"runtime\": {\"a.dll\": {}}},\n"
	"  \"Deep/2.0.0\": {\"native\": {\"libdeep.so\": {}}},\n"
	"  \"Words/1.0.0\": {\"resources\": {\"de/w.dll\": {}}},\n"
	"  \"Many/1.0.0\": {\"runtimeTargets\": {\"x.so\": {}}},\n"
	"  \"Named/4.3.0\": {\"runtime\": {}},\n"
	"  \"Compiled/1.0.0\": {\"compile\": {\"c.dll\": {}}, \"compileOnly\": true},\n"
	"  \"Lib/1.0.0\": {\"runtime\": {\"Lib.dll\": {}}},\n"
	"  \"Ref.Reference/3.0.0.0\": {\"runtime\": {\"Ref.dll\": {}}}\n"
	" }},\n"
	"\"libraries\": {\n"
	" \"App/1.0.0\": {\"type\": \"project\", \"sha512\": \"\"},\n"
	" \"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1\": {\"type\": \"runtimepack\"},\n"
	" \"Direct/1.2.3\": {\"type\": \"package\", \"sha512\": \"sha512-D\"},\n"
	" \"Deep/2.0.0\": {\"type\": \"package\"},\n"
	" \"Words/1.0.0\": {\"type\": \"package\"},\n"
	" \"Many/1.0.0\": {\"type\": \"package\"},\n"
	" \"Named/4.3.0\": {\"type\": \"package\"},\n"
	" \"Absent/1.0.0\": {\"type\": \"package\"},\n"
	" \"Compiled/1.0.0\": {\"type\": \"package\"},\n"
	" \"Lib/1.0.0\": {\"type\": \"project\"},\n"
	" \"Ref.Reference/3.0.0.0\": {\"type\": \"reference\"}\n"
	"}}\n");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "App", "1.0.0", PACKAGE_LOCAL | PACKAGE_MAIN);
	row_expect(&t, "Microsoft.NETCore.App.Runtime.linux-x64", "6.0.1", 0);
	row_expect(&t, "Direct", "1.2.3", 0);
	row_expect(&t, "Deep", "2.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "Words", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "Many", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "Lib", "1.0.0", PACKAGE_LOCAL);
	row_expect(&t, "Ref.Reference", "3.0.0.0", PACKAGE_LOCAL | PACKAGE_INDIRECT);
	row_expect(&t, "Absent", "1.0.0", PACKAGE_INDIRECT);
	row_expect_count(&t, 9);
	row_expect_depends(&t, "App", "1.0.0", "Direct Lib");
	row_expect_depends(&t, "Direct", "1.2.3", "Deep Named");
	row_expect_span(&t, "Deep", "2.0.0", SLICE("\"Deep/2.0.0\": {\"type\": \"package\"}"));
	assert_true(slice_is(row_must(&t, "Direct", "1.2.3")->integrity, "sha512-D"));
	assert_true(slice_is(row_must(&t, "Direct", "1.2.3")->ecosystem->osv, "NuGet"));
	row_end(&t);
}

/* Nothing says which files there are: every library counts. */
static void test_no_target(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, SLICE("{\"libraries\": {\"A/1.0\": {\"type\": \"package\"}, \"P/1.0\": {\"type\": \"project\"}}}"));
	row_expect(&t, "A", "1.0", 0);
	row_expect(&t, "P", "1.0", PACKAGE_LOCAL | PACKAGE_MAIN);
	row_expect_count(&t, 2);
	row_end(&t);
	/* A shared framework: one target, not named. */
	row_read(&t, ROW, SLICE("{\"targets\": {\"t\": {\"A/1.0\": {\"runtime\": {\"a\": {}}}, \"B/1.0\": {}}},"
				" \"libraries\": {\"A/1.0\": {\"type\": \"package\"}, \"B/1.0\": {\"type\": \"package\"}}}"));
	row_expect(&t, "A", "1.0", 0);
	row_expect_count(&t, 1);
	row_end(&t);
}

static void test_malformed(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, ROW, SLICE("[]"));
	row_expect_error(&t, "a deps.json is an object");
	row_run(&t, ROW, SLICE("{\"libraries\": {\"A\": {\"type\": \"package\"}, \"B/1.0\": {\"type\": \"package\"}}}"));
	row_expect(&t, "B", "1.0", 0);
	row_expect_count(&t, 1);
	row_expect_partial(&t, "line 1, column 16: a library without");
	row_end(&t);
	/* Cut off: what runs is not known, so that nothing is left out. */
	row_run(&t, ROW, slice_first(sample, sample.len - 4));
	row_must(&t, "Named", "4.3.0");
	row_expect_partial(&t, "line ");
	row_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_no_target),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
