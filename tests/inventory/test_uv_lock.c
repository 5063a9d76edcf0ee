#include "row_test.h"

#define ROW (&inventory_uv_lock)

static void test_paths(void **state)
{
	static const char *const yes[] = { "uv.lock", "a/uv.lock", NULL };
	static const char *const no[] = { "xuv.lock", "uv.toml", "uv.lock/a", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

#define REGISTRY "source = { registry = \"https://h/simple\" }\n"

static const struct slice sample = SLICE_INIT(
	"version = 1\n"
	"requires-python = \">=3.9\"\n"
	"\n"
	"[manifest]\n"
	"members = [\"app\", \"member\"]\n"
	"\n"
	"[[package]]\n"
	"name = \"app\"\n"
	"version = \"0.1.0\"\n"
	"source = { virtual = \".\" }\n"
	"dependencies = [\n"
	"    { name = \"a\" },\n"
	"    { name = \"x\", extra = [\"e\"], marker = \"sys_platform == 'win32'\" },\n"
	"    { name = \"two\", version = \"1.0\", source = { registry = \"https://h/simple\" } },\n"
	"]\n"
	"\n"
	"[package.optional-dependencies]\n"
	"extra = [\n"
	"    { name = \"o\" },\n"
	"]\n"
	"\n"
	"[package.dev-dependencies]\n"
	"dev = [\n"
	"    { name = \"d\" },\n"
	"    { name = \"o\" },\n"
	"    { name = \"two\", version = \"2.0\" },\n"
	"]\n"
	"\n"
	"[package.metadata]\n"
	"requires-dist = [{ name = \"a\", specifier = \">=1\" }]\n"
	"\n"
	"[[package]]\n"
	"name = \"a\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"dependencies = [\n"
	"    { name = \"t\" },\n"
	"    { name = \"a\" },\n"
	"]\n"
	"sdist = { url = \"https://h/a.tar.gz\", hash = \"sha256:00\", size = 1 }\n"
	"\n"
	"[[package]]\n"
	"name = \"t\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"\n"
	"[[package]]\n"
	"name = \"x\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"\n"
	"[package.optional-dependencies]\n"
	"e = [{ name = \"xe\" }]\n"
	"f = [{ name = \"xf\" }]\n"
	"\n"
	"[[package]]\n"
	"name = \"xe\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"\n"
	"[[package]]\n"
	"name = \"xf\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"\n"
	"[[package]]\n"
	"name = \"o\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"dependencies = [{ name = \"ot\" }]\n"
	"\n"
	"[[package]]\n"
	"name = \"ot\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"\n"
	"[[package]]\n"
	"name = \"d\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"dependencies = [{ name = \"t\" }, { name = \"dt\" }]\n"
	"\n"
	"[[package]]\n"
	"name = \"dt\"\n"
	"version = \"1.0\"\n"
	"source = { git = \"https://h/x.git?rev=v1#0123\" }\n"
	"\n"
	"[[package]]\n"
	"name = \"two\"\n"
	"version = \"1.0\"\n"
	REGISTRY
	"\n"
	"[[package]]\n"
	"name = \"two\"\n"
	"version = \"2.0\"\n"
	REGISTRY
	"\n"
	"[[package]]\n"
	"name = \"member\"\n"
	"source = { editable = \"packages/member\" }\n"
	"dependencies = [{ name = \"md\" }]\n"
	"\n"
	"[[package]]\n"
	"name = \"md\"\n"
	"version = \"1.0\"\n"
	"source = { url = \"https://h/md.whl\" }\n");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "a", "1.0", 0);
	row_expect(&t, "t", "1.0", PACKAGE_INDIRECT);
	row_expect(&t, "x", "1.0", 0);
	row_expect(&t, "xe", "1.0", PACKAGE_INDIRECT);
	row_expect(&t, "xf", "1.0", PACKAGE_INDIRECT);
	row_expect(&t, "o", "1.0", PACKAGE_OPTIONAL);
	row_expect(&t, "ot", "1.0", PACKAGE_OPTIONAL | PACKAGE_INDIRECT);
	row_expect(&t, "d", "1.0", PACKAGE_DEV);
	row_expect(&t, "dt", "1.0", PACKAGE_DEV | PACKAGE_INDIRECT | PACKAGE_LOCAL);
	row_expect(&t, "two", "1.0", 0);
	row_expect(&t, "two", "2.0", PACKAGE_DEV);
	row_expect(&t, "member", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "md", "1.0", PACKAGE_LOCAL);
	row_expect_count(&t, 13);
	assert_null(row_package(&t, "app", "0.1.0"));
	row_expect_depends(&t, "a", "1.0", "t a");
	row_expect_span(&t, "t", "1.0",
			SLICE("[[package]]\nname = \"t\"\nversion = \"1.0\"\n"
			      "source = { registry = \"https://h/simple\" }"));
	row_end(&t);
}

/* Without a project there is no way to tell who asks for what. */
static void test_without_root(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW,
		 SLICE("version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0\"\n" REGISTRY));
	row_expect(&t, "a", "1.0", 0);
	row_end(&t);
}

/* Extras that ask for one another, and more of them in a row than a stack would hold. */
static void test_chain_of_extras(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	buf_init(&b, (size_t)64 << 20);
	buf_add_lit(&b, "[[package]]\nname = \"app\"\nsource = { editable = \".\" }\n"
			"dependencies = [{ name = \"p0\", extra = [\"e\"] }]\n");
	for (int i = 0; i < 20000; i++)
		buf_printf(&b,
			   "[[package]]\nname = \"p%d\"\nversion = \"1\"\n"
			   "[package.optional-dependencies]\n"
			   "e = [{ name = \"p%d\", extra = [\"e\"] }]\n",
			   i, (i + 1) % 20000);
	row_read(&t, ROW, buf_slice(&b));
	row_expect_count(&t, 20000);
	row_expect(&t, "p0", "1", 0);
	row_expect(&t, "p19999", "1", PACKAGE_INDIRECT);
	row_end(&t);
	buf_release(&b);
}

/* Many of one name, each asking for all of them. */
static void test_same_names(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	buf_init(&b, (size_t)64 << 20);
	buf_add_lit(&b, "[[package]]\nname = \"app\"\nsource = { editable = \".\" }\n"
			"dependencies = [{ name = \"p\" }]\n");
	for (int i = 0; i < 20000; i++)
		buf_printf(&b,
			   "[[package]]\nname = \"p\"\nversion = \"%d\"\n"
			   "dependencies = [{ name = \"p\" }, { name = \"p\" }]\n",
			   i);
	row_read(&t, ROW, buf_slice(&b));
	row_expect_count(&t, 20000);
	row_expect(&t, "p", "0", 0);
	row_end(&t);
	buf_release(&b);
}

static void test_malformed(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, ROW, SLICE("version = 1\n[[package]]\nname = \"a\n"));
	row_expect_error(&t, "line 3");
	row_run(&t, ROW,
		SLICE("[[package]]\nname = \"a\"\nversion = \"1\"\n[[package]]\nname = 1\n"
		      "version = {}\n[[package]]\nname = \"b\"\nversion = \"2\"\ny"));
	row_expect(&t, "a", "1", 0);
	row_expect(&t, "b", "2", 0);
	row_expect_partial(&t, "line ");
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
		cmocka_unit_test(test_without_root),
		cmocka_unit_test(test_chain_of_extras),
		cmocka_unit_test(test_same_names),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
