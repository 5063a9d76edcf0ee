#include "row_test.h"

static void test_paths(void **state)
{
	static const char *const yes[] = { "vendor/composer/installed.json", "composer/installed.json", NULL };
	static const char *const no[] = { "installed.json", "xcomposer/installed.json",
					 "composer/xinstalled.json", NULL };
	static const char *const locks[] = { "composer.lock", "a/composer.lock", NULL };
	static const char *const no_locks[] = { "xcomposer.lock", "composer.json", NULL };

	(void)state;
	row_expect_paths(&inventory_composer_installed, yes, no);
	row_expect_paths(&inventory_composer_lock, locks, no_locks);
}

#define LOG                                                                                   \
	"{\"name\": \"pear/log\", \"version\": \"v1.13.3\", \"version_normalized\": \"1.13.3.0\"," \
	" \"dist\": {\"type\": \"zip\", \"shasum\": \"00ff\"},"                               \
	" \"require\": {\"php\": \">5.2\", \"ext-json\": \"*\", \"pear/pear_exception\": \"1.0.1\"}," \
	" \"license\": [\"MIT\", \"GPL-2.0-only\"], \"authors\": [{\"name\": \"Jon\"}, {\"name\": \"X\"}]}"
#define LOCAL "{\"name\": \"own/part\", \"version\": \"dev-main\", \"dist\": {\"type\": \"path\"}, \"license\": \"MIT\"}"

static void test_installed(void **state)
{
	static const struct slice texts[] = {
		SLICE_INIT("[" LOG "," LOCAL "]"),
		SLICE_INIT("{\"packages\": [" LOG "," LOCAL "], \"dev\": true, \"dev-package-names\": [\"own/part\"]}"),
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct row_test t;

		row_read(&t, &inventory_composer_installed, texts[i]);
		row_expect(&t, "pear/log", "v1.13.3", 0);
		row_expect(&t, "own/part", "dev-main", PACKAGE_LOCAL | (i == 1 ? PACKAGE_DEV : 0u));
		row_expect_count(&t, 2);
		row_expect_depends(&t, "pear/log", "v1.13.3", "pear/pear_exception");
		row_expect_span(&t, "pear/log", "v1.13.3", SLICE(LOG));
		const struct package *p = row_must(&t, "pear/log", "v1.13.3");
		assert_true(slice_is(p->license, "MIT OR GPL-2.0-only"));
		assert_true(slice_is(p->integrity, "00ff"));
		assert_true(slice_is(p->maintainer, "Jon"));
		assert_true(slice_is(p->ecosystem->osv, "Packagist"));
		row_end(&t);
	}
}

static void test_lock(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_composer_lock,
		 SLICE("{\"packages\": [" LOG "], \"packages-dev\": [" LOCAL "," LOG "]}"));
	row_expect(&t, "pear/log", "v1.13.3", 0);
	row_expect(&t, "own/part", "dev-main", PACKAGE_LOCAL | PACKAGE_DEV);
	row_expect_count(&t, 2);
	row_end(&t);
	row_read(&t, &inventory_composer_lock, SLICE("{\"packages\": [], \"packages-dev\": null}"));
	row_expect_count(&t, 0);
	row_end(&t);
}

static void test_malformed(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, &inventory_composer_installed, SLICE("{}"));
	row_expect_error(&t, "line 1, column 1: an installed.json");
	row_run(&t, &inventory_composer_installed, SLICE("[" LOG ", 5, {\"name\": \"a/b\", \"version\": \"1\"}]"));
	row_expect_count(&t, 2);
	row_expect_partial(&t, "a package is an object");
	row_end(&t);
	row_run(&t, &inventory_composer_lock, SLICE("null"));
	row_expect_error(&t, "is an object");
	row_run(&t, &inventory_composer_lock, SLICE("{\"packages\": [{\"version\": \"1\"}, " LOG "]}"));
	row_expect(&t, "pear/log", "v1.13.3", 0);
	row_expect_count(&t, 1);
	row_expect_partial(&t, "line 1, column 15");
	row_end(&t);
	row_run(&t, &inventory_composer_lock, SLICE("{\"packages\": [" LOG ","));
	row_expect(&t, "pear/log", "v1.13.3", 0);
	row_expect_partial(&t, "line 1, column");
	row_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
