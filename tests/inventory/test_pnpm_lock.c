#include "row_test.h"

#define ROW (&inventory_pnpm_lock)

static void test_paths(void **state)
{
	static const char *const yes[] = { "pnpm-lock.yaml", "a/pnpm-lock.yaml", NULL };
	static const char *const no[] = { "node_modules/a/pnpm-lock.yaml", "xpnpm-lock.yaml",
					 "pnpm-lock.yml", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice version5 = SLICE_INIT(
	"lockfileVersion: 5.4\n"
	"specifiers:\n"
	"  a: ^1.0.0\n"
	"dependencies:\n"
	"  a: 1.2.3_b@2.0.0\n"
	"  '@s/c': 3.0.0\n"
	"  alias: /real/4.0.0\n"
	"  fromgit: github.com/x/y/0123456789abcdef\n"
	"  local: file:../local\n"
	"  linked: link:../linked\n"
	"devDependencies:\n"
	"  d: 1.0.0\n"
	"packages:\n"
	"  /a/1.2.3_b@2.0.0:\n"
	"    resolution: {integrity: sha512-A}\n"
	"    dependencies:\n"
	"      t: 1.0.0\n"
	"    dev: false\n"
	"  /@s/c/3.0.0:\n"
	"    resolution: {integrity: sha512-C}\n"
	"    dev: false\n"
	"  /real/4.0.0:\n"
	"    dev: false\n"
	"  /t/1.0.0:\n"
	"    dev: false\n"
	"  /d/1.0.0:\n"
	"    dev: true\n"
	"  /o/1.0.0_@babel+core@7.0.0:\n"
	"    optional: true\n"
	"    dev: true\n"
	"  /old/1.0.0/peer@2.0.0:\n"
	"    dev: false\n"
	"  registry.example.com/@s/hosted/5.0.0:\n"
	"    dev: false\n"
	"  github.com/x/y/0123456789abcdef:\n"
	"    resolution: {tarball: https://codeload.github.com/x/y/tar.gz/0123456789abcdef}\n"
	"    name: fromgit\n"
	"    version: 6.0.0\n"
	"    dev: false\n"
	"  file:../local:\n"
	"    resolution: {directory: ../local, type: directory}\n"
	"    name: local\n"
	"    version: 7.0.0\n"
	"    dev: false\n");

static void test_version5(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, version5);
	row_expect(&t, "a", "1.2.3", 0);
	row_expect(&t, "@s/c", "3.0.0", 0);
	row_expect(&t, "real", "4.0.0", 0);
	row_expect(&t, "t", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "d", "1.0.0", PACKAGE_DEV);
	row_expect(&t, "o", "1.0.0", PACKAGE_DEV | PACKAGE_OPTIONAL | PACKAGE_INDIRECT);
	row_expect(&t, "old", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "@s/hosted", "5.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "fromgit", "6.0.0", PACKAGE_LOCAL);
	row_expect(&t, "local", "7.0.0", PACKAGE_LOCAL);
	row_expect_count(&t, 10);
	row_expect_depends(&t, "a", "1.2.3", "t");
	row_expect_span(&t, "d", "1.0.0", SLICE("/d/1.0.0:\n    dev: true"));
	assert_true(slice_is(row_must(&t, "a", "1.2.3")->integrity, "sha512-A"));
	row_end(&t);
}

static const struct slice version6 = SLICE_INIT(
	"lockfileVersion: '6.0'\n"
	"importers:\n"
	"  .:\n"
	"    dependencies:\n"
	"      a:\n"
	"        specifier: ^1.0.0\n"
	"        version: 1.2.3(@s/b@2.0.0)\n"
	"  packages/w:\n"
	"    devDependencies:\n"
	"      '@s/d':\n"
	"        specifier: ^1.0.0\n"
	"        version: 1.0.0\n"
	"packages:\n"
	"  /a@1.2.3(@s/b@2.0.0):\n"
	"    resolution: {integrity: sha512-A}\n"
	"    dev: false\n"
	"  /@s/b@2.0.0:\n"
	"    dev: false\n"
	"  /@s/d@1.0.0:\n"
	"    dev: true\n"
	"  registry.example.com/hosted@5.0.0:\n"
	"    dev: false\n"
	"  '@example.com/x/-/x-1.0.0.tgz':\n"
	"    resolution: {tarball: https://example.com/x/-/x-1.0.0.tgz}\n"
	"    name: x\n"
	"    version: 1.0.0\n"
	"    dev: false\n");

static void test_version6(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, version6);
	row_expect(&t, "a", "1.2.3", 0);
	row_expect(&t, "@s/b", "2.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "@s/d", "1.0.0", PACKAGE_DEV);
	row_expect(&t, "hosted", "5.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "x", "1.0.0", PACKAGE_INDIRECT);
	row_expect_count(&t, 5);
	row_end(&t);
}

static const struct slice version9 = SLICE_INIT(
	"lockfileVersion: '9.0'\n"
	"importers:\n"
	"  .:\n"
	"    dependencies:\n"
	"      a:\n"
	"        specifier: ^1.0.0\n"
	"        version: 1.2.3(p@1.0.0)\n"
	"      alias:\n"
	"        specifier: npm:@s/real@2\n"
	"        version: '@s/real@2.0.0'\n"
	"      fromgit:\n"
	"        specifier: x/y\n"
	"        version: https://codeload.github.com/x/y/tar.gz/0123456789abcdef\n"
	"      local:\n"
	"        specifier: file:../local\n"
	"        version: file:../local\n"
	"    optionalDependencies:\n"
	"      o:\n"
	"        specifier: ^1.0.0\n"
	"        version: 1.0.0\n"
	"    devDependencies:\n"
	"      d:\n"
	"        specifier: ^1.0.0\n"
	"        version: 1.0.0\n"
	"packages:\n"
	"  a@1.2.3:\n"
	"    resolution: {integrity: sha512-A}\n"
	"  '@s/real@2.0.0':\n"
	"    resolution: {integrity: sha512-R}\n"
	"  p@1.0.0:\n"
	"    resolution: {integrity: sha512-P}\n"
	"  o@1.0.0:\n"
	"    resolution: {integrity: sha512-O}\n"
	"  d@1.0.0:\n"
	"    resolution: {integrity: sha512-D}\n"
	"  both@1.0.0:\n"
	"    resolution: {integrity: sha512-B}\n"
	"  devonly@1.0.0:\n"
	"    resolution: {integrity: sha512-E}\n"
	"  fromgit@https://codeload.github.com/x/y/tar.gz/0123456789abcdef:\n"
	"    resolution: {tarball: https://codeload.github.com/x/y/tar.gz/0123456789abcdef}\n"
	"    version: 6.0.0\n"
	"  local@file:../local:\n"
	"    resolution: {directory: ../local, type: directory}\n"
	"snapshots:\n"
	"  a@1.2.3(p@1.0.0):\n"
	"    dependencies:\n"
	"      p: 1.0.0\n"
	"  a@1.2.3(p@2.0.0):\n"
	"    dependencies:\n"
	"      never: 1.0.0\n"
	"  '@s/real@2.0.0': {}\n"
	"  p@1.0.0:\n"
	"    dependencies:\n"
	"      a: 1.2.3(p@1.0.0)\n"
	"      both: 1.0.0\n"
	"  o@1.0.0:\n"
	"    optional: true\n"
	"  d@1.0.0:\n"
	"    dependencies:\n"
	"      both: 1.0.0\n"
	"      devonly: 1.0.0\n"
	"  both@1.0.0: {}\n"
	"  devonly@1.0.0: {}\n"
	"  fromgit@https://codeload.github.com/x/y/tar.gz/0123456789abcdef: {}\n"
	"  local@file:../local: {}\n");

static void test_version9(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, version9);
	row_expect(&t, "a", "1.2.3", 0);
	row_expect(&t, "@s/real", "2.0.0", 0);
	row_expect(&t, "p", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "o", "1.0.0", PACKAGE_OPTIONAL);
	row_expect(&t, "d", "1.0.0", PACKAGE_DEV);
	row_expect(&t, "both", "1.0.0", PACKAGE_INDIRECT);
	row_expect(&t, "devonly", "1.0.0", PACKAGE_DEV | PACKAGE_INDIRECT);
	row_expect(&t, "fromgit", "6.0.0", PACKAGE_LOCAL);
	row_expect(&t, "local", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect_count(&t, 9);
	row_expect_depends(&t, "a", "1.2.3", "p");
	row_end(&t);
}

/* What pnpm itself needs stands in a document of its own. */
static void test_documents(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW,
		 SLICE("lockfileVersion: '9.0'\nimporters:\n  .:\n"
		       "    packageManagerDependencies:\n      pnpm:\n"
		       "        specifier: 11.0.0\n        version: 11.0.0\npackages:\n"
		       "  pnpm@11.0.0:\n    resolution: {integrity: x}\nsnapshots:\n"
		       "  pnpm@11.0.0: {}\n---\nlockfileVersion: '9.0'\nimporters:\n  .:\n"
		       "    dependencies:\n      a:\n        specifier: ^1\n"
		       "        version: 1.0.0\npackages:\n  a@1.0.0:\n"
		       "    resolution: {integrity: x}\nsnapshots:\n  a@1.0.0: {}\n"));
	row_expect(&t, "pnpm", "11.0.0", PACKAGE_DEV);
	row_expect(&t, "a", "1.0.0", 0);
	row_expect_count(&t, 2);
	row_end(&t);
}

static void test_empty(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT(""),
		SLICE_INIT("lockfileVersion: 5.3\n"),
		SLICE_INIT("lockfileVersion: '9.0'\npackages: {}\n"),
		SLICE_INIT("lockfileVersion: '9.0'\nimporters:\n  .: {}\n"),
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
	row_run(&t, ROW, SLICE("packages:\n  /a/1.0.0: {}\n"));
	row_expect_error(&t, "line 1, column 1: a pnpm-lock.yaml has a lockfileVersion");
	row_run(&t, ROW, SLICE("- a\n"));
	row_expect_error(&t, "line 1");
	row_run(&t, ROW, SLICE("lockfileVersion: 5.4\npackages:\n  a: b: c\n"));
	row_expect_error(&t, "line 3");
	row_run(&t, ROW,
		SLICE("lockfileVersion: 5.4\npackages:\n  /a/1.0.0:\n    dev: false\n"
		      "  nopath:\n    dev: false\n  /b/2.0.0:\n    dev: [\n"));
	row_expect(&t, "a", "1.0.0", 0);
	row_expect_partial(&t, "line ");
	row_end(&t);
	row_run(&t, ROW,
		SLICE("lockfileVersion: 5.4\npackages:\n  github.com/x/y:\n    dev: false\n"
		      "  /a/1.0.0:\n    dev: false\n"));
	row_expect(&t, "a", "1.0.0", 0);
	row_expect_count(&t, 1);
	row_expect_partial(&t, "line 4, column 5: a dependency path without a name or version");
	row_end(&t);
}

static void test_cuts(void **state)
{
	(void)state;
	row_check_cuts(ROW, version5);
	row_check_cuts(ROW, version6);
	row_check_cuts(ROW, version9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_version5),
		cmocka_unit_test(test_version6),
		cmocka_unit_test(test_version9),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
