#include "row_test.h"

#define ROW (&inventory_npm_lock)

static void test_paths(void **state)
{
	static const char *const yes[] = { "package-lock.json", "a/b/package-lock.json",
					  "x/npm-shrinkwrap.json", NULL };
	static const char *const no[] = {
		"node_modules/a/package-lock.json",
		"a/node_modules/npm-shrinkwrap.json",
		"my-package-lock.json",
		"a/package-lock.json/b",
		"node_modules/.package-lock.json",
		NULL,
	};

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice version3 = SLICE_INIT(
	"{\n \"name\": \"app\", \"version\": \"9.9.9\", \"lockfileVersion\": 3,\n"
	" \"packages\": {\n  \"\": {\"name\": \"app\", \"version\": \"9.9.9\","
	" \"workspaces\": [\"packages/*\"],\n"
	"       \"dependencies\": {\"a\": \"^1\", \"alias\": \"npm:@s/real@2\","
	" \"fromgit\": \"x/y\"},\n       \"devDependencies\": {\"d\": \"1\"},"
	" \"optionalDependencies\": {\"o\": \"1\"}},\n"
	"  \"node_modules/a\": {\"version\": \"1.2.3\", \"resolved\": \"https://r/a.tgz\","
	" \"integrity\": \"sha512-A\",\n"
	"       \"license\": \"MIT\", \"dependencies\": {\"t\": \"^1\"},"
	" \"optionalDependencies\": {\"u\": \"1\"}},\n"
	"  \"node_modules/t\": {\"version\": \"1.0.0\"},\n"
	"  \"node_modules/a/node_modules/t\": {\"version\": \"2.0.0\", \"inBundle\": true},\n"
	"  \"node_modules/alias\": {\"name\": \"@s/real\", \"version\": \"2.0.0\"},\n"
	"  \"node_modules/@s/scoped\": {\"version\": \"3.0.0\", \"dev\": true},\n"
	"  \"node_modules/d\": {\"version\": \"1.0.0\", \"dev\": true},\n"
	"  \"node_modules/d/node_modules/t\": {\"version\": \"1.0.0\", \"dev\": true},\n"
	"  \"node_modules/o\": {\"version\": \"1.0.0\", \"optional\": true},\n"
	"  \"node_modules/both\": {\"version\": \"1.0.0\", \"devOptional\": true},\n"
	"  \"node_modules/peer\": {\"version\": \"1.0.0\", \"peer\": true},\n"
	"  \"node_modules/fromgit\": {\"version\": \"4.0.0\","
	" \"resolved\": \"git+ssh://git@github.com/x/y.git#0123456789abcdef\"},\n"
	"  \"node_modules/fromfile\": {\"version\": \"5.0.0\", \"resolved\": \"file:x.tgz\"},\n"
	"  \"node_modules/w\": {\"resolved\": \"packages/w\", \"link\": true},\n"
	"  \"packages/w\": {\"version\": \"0.1.0\", \"dependencies\": {\"wd\": \"1\","
	" \"ws\": \"1\"}},\n  \"packages/w/node_modules/wd\": {\"version\": \"1.0.0\"},\n"
	"  \"node_modules/ws\": {\"version\": \"1.0.0\"},\n"
	"  \"packages/@s/x\": {\"name\": \"@s/x\", \"license\": \"ISC\"}\n }\n}\n");

static void test_version3(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, version3);
	row_expect(&t, "a", "1.2.3", 0);
	row_expect(&t, "t", "2.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "@s/real", "2.0.0", 0);
	row_expect(&t, "@s/scoped", "3.0.0", PACKAGE_DEV | PACKAGE_INDIRECT);
	row_expect(&t, "d", "1.0.0", PACKAGE_DEV);
	/* In two places, and in one of them not for development. */
	row_expect(&t, "t", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "o", "1.0.0", PACKAGE_OPTIONAL);
	row_expect(&t, "both", "1.0.0", PACKAGE_OPTIONAL | PACKAGE_INDIRECT);
	row_expect(&t, "peer", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "fromgit", "4.0.0", PACKAGE_LOCAL);
	row_expect(&t, "fromfile", "5.0.0", PACKAGE_LOCAL | PACKAGE_INDIRECT);
	row_expect(&t, "w", "0.1.0", PACKAGE_LOCAL);
	row_expect(&t, "wd", "1.0.0", 0);
	row_expect(&t, "ws", "1.0.0", 0);
	row_expect(&t, "@s/x", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect_count(&t, 15);
	assert_null(row_package(&t, "app", "9.9.9"));
	row_expect_depends(&t, "a", "1.2.3", "t u");
	row_expect_span(&t, "t", "2.0.0",
			SLICE("\"node_modules/a/node_modules/t\": {\"version\": \"2.0.0\","
			      " \"inBundle\": true}"));
	const struct package *a = row_must(&t, "a", "1.2.3");
	assert_true(slice_is(a->integrity, "sha512-A"));
	assert_true(slice_is(a->license, "MIT"));
	row_end(&t);
}

static const struct slice version1 = SLICE_INIT(
	"{\n \"name\": \"app\", \"version\": \"1.0.0\", \"lockfileVersion\": 1,"
	" \"requires\": true,\n \"dependencies\": {\n"
	"  \"a\": {\"version\": \"1.2.3\", \"integrity\": \"sha1-x\","
	" \"requires\": {\"t\": \"^1\"},\n"
	"        \"dependencies\": {\"t\": {\"version\": \"1.0.0\", \"bundled\": true,"
	" \"dependencies\": {\"u\": {\"version\": \"0.1.0\", \"dev\": true}}}}},\n"
	"  \"t\": {\"version\": \"2.0.0\", \"optional\": true},\n"
	"  \"d\": {\"version\": \"1.0.0\", \"dev\": true},\n"
	"  \"alias\": {\"version\": \"npm:@s/real@3.0.0\"},\n"
	"  \"fromgit\": {\"version\": \"git+ssh://git@github.com/x/y.git#0123456789abcdef012345"
	"6789abcdef01234567\", \"from\": \"x/y\"},\n"
	"  \"short\": {\"version\": \"github:x/y#v1\"},\n"
	"  \"fromfile\": {\"version\": \"file:../z\"},\n"
	"  \"tarball\": {\"version\": \"https://h/z-1.0.0.tgz\"}\n }\n}\n");

static void test_version1(void **state)
{
	const uint32_t elsewhere = PACKAGE_LOCAL | PACKAGE_UNVERSIONED;
	struct row_test t;

	(void)state;
	row_read(&t, ROW, version1);
	row_expect(&t, "a", "1.2.3", 0);
	row_expect(&t, "t", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "u", "0.1.0", PACKAGE_INDIRECT | PACKAGE_DEV);
	row_expect(&t, "t", "2.0.0", PACKAGE_OPTIONAL);
	row_expect(&t, "d", "1.0.0", PACKAGE_DEV);
	row_expect(&t, "@s/real", "3.0.0", 0);
	row_expect(&t, "fromgit", "0123456789abcdef0123456789abcdef01234567", elsewhere);
	row_expect(&t, "short", "", elsewhere);
	row_expect(&t, "fromfile", "", elsewhere);
	row_expect(&t, "tarball", "", elsewhere);
	row_expect_count(&t, 10);
	row_expect_depends(&t, "a", "1.2.3", "t");
	row_expect_span(&t, "d", "1.0.0", SLICE("\"d\": {\"version\": \"1.0.0\", \"dev\": true}"));
	row_end(&t);
}

/* Version 2 says everything twice; "packages" says more. */
static void test_version2(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW,
		 SLICE("{\"lockfileVersion\":2,\"packages\":{\"\":{},"
		       "\"node_modules/a\":{\"version\":\"1.0.0\"}},"
		       "\"dependencies\":{\"a\":{\"version\":\"1.0.0\"},"
		       "\"b\":{\"version\":\"2.0.0\"}}}"));
	row_expect(&t, "a", "1.0.0", PACKAGE_INDIRECT);
	row_expect_count(&t, 1);
	row_end(&t);
}

static void test_empty(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT("{}"),
		SLICE_INIT("{\"lockfileVersion\":3,\"packages\":{}}"),
		SLICE_INIT("{\"lockfileVersion\":1,\"dependencies\":{}}"),
		SLICE_INIT("{\"packages\":{\"\":{}}}"),
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
	row_run(&t, ROW, SLICE("null"));
	row_expect_error(&t, "line 1, column 1");
	row_run(&t, ROW, SLICE("{\n\"packages\": {\n"));
	row_expect_error(&t, "line 3");
	row_run(&t, ROW,
		SLICE("{\"packages\":{\"node_modules/a\":{\"version\":\"1.0.0\"},\n"
		      "\"node_modules/b\":7,\"node_modules/c\":{\"version\":\"1\"},"
		      "\"node_modules/\":{\"version\":\"1\"}}}"));
	row_expect(&t, "a", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "c", "1", PACKAGE_INDIRECT);
	row_expect_count(&t, 2);
	row_expect_partial(&t, "line 2, column 18");
	row_end(&t);
	row_run(&t, ROW,
		SLICE("{\"dependencies\":{\"a\":{\"version\":\"1.0.0\"},\"b\":[],"
		      "\"c\":{\"version\":{}}}}"));
	row_expect(&t, "a", "1.0.0", 0);
	row_expect_partial(&t, "line 1, column 46");
	row_end(&t);
}

static void test_cuts(void **state)
{
	(void)state;
	row_check_cuts(ROW, version3);
	row_check_cuts(ROW, version1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_version3),
		cmocka_unit_test(test_version1),
		cmocka_unit_test(test_version2),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
