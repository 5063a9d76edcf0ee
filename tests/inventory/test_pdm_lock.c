#include "row_test.h"

#define ROW (&inventory_pdm_lock)

static void test_paths(void **state)
{
	static const char *const yes[] = { "pdm.lock", "a/pdm.lock", NULL };
	static const char *const no[] = { "xpdm.lock", "pdm.toml", "pdm.lock/a", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice sample = SLICE_INIT(
	"[metadata]\n"
	"groups = [\"default\", \"dev\", \"docs\"]\n"
	"lock_version = \"4.5.0\"\n"
	"\n"
	"[[package]]\n"
	"name = \"a\"\n"
	"version = \"1.0\"\n"
	"groups = [\"default\", \"dev\"]\n"
	"dependencies = [\n"
	"    \"b>=1.0; python_version < \\\"3\\\"\",\n"
	"    \"c[x]\",\n"
	"]\n"
	"files = []\n"
	"\n"
	"[[package]]\n"
	"name = \"a\"\n"
	"version = \"1.0\"\n"
	"extras = [\"x\"]\n"
	"groups = [\"default\"]\n"
	"dependencies = [\"a==1.0\", \"y\"]\n"
	"\n"
	"[[package]]\n"
	"name = \"d\"\n"
	"version = \"2.0\"\n"
	"groups = [\"dev\"]\n"
	"\n"
	"[[package]]\n"
	"name = \"s\"\n"
	"version = \"3.0\"\n"
	"groups = [\"docs\", \"dev\"]\n"
	"\n"
	"[[package]]\n"
	"name = \"old\"\n"
	"version = \"4.0\"\n"
	"\n"
	"[[package]]\n"
	"name = \"fromgit\"\n"
	"version = \"5.0\"\n"
	"git = \"https://h/x.git\"\n"
	"revision = \"0123\"\n"
	"groups = [\"default\"]\n"
	"\n"
	"[[package]]\n"
	"name = \"here\"\n"
	"version = \"0.1\"\n"
	"path = \"./here\"\n"
	"editable = true\n"
	"groups = [\"default\"]\n");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "a", "1.0", 0);
	row_expect(&t, "d", "2.0", PACKAGE_DEV);
	row_expect(&t, "s", "3.0", PACKAGE_OPTIONAL);
	row_expect(&t, "old", "4.0", 0);
	row_expect(&t, "fromgit", "5.0", PACKAGE_LOCAL);
	row_expect(&t, "here", "0.1", PACKAGE_LOCAL);
	row_expect_count(&t, 6);
	row_expect_depends(&t, "a", "1.0", "b c");
	row_expect_span(&t, "d", "2.0",
			SLICE("[[package]]\nname = \"d\"\nversion = \"2.0\"\ngroups = [\"dev\"]"));
	row_end(&t);
}

static void test_empty(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, SLICE(""));
	row_expect_count(&t, 0);
	row_end(&t);
	row_read(&t, ROW, SLICE("package = []\n[metadata]\nname = \"x\"\nversion = \"1\"\n"));
	row_expect_count(&t, 0);
	row_end(&t);
}

static void test_malformed(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, ROW, SLICE("this is no TOML\n"));
	row_expect_error(&t, "line 1, column 6");
	row_run(&t, ROW,
		SLICE("[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = 1\n[[package]]\n"
		      "name = []\n[[package]]\nname = \"b\"\nversion = \"2\"\nx = [\n"));
	row_expect(&t, "a", "1", 0);
	row_expect(&t, "b", "2", 0);
	row_expect_count(&t, 2);
	row_expect_partial(&t, "line 5, column 1");
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
