#include "row_test.h"

static void test_paths(void **state)
{
	static const char *const yes[] = { "opt/conda/conda-meta/pip-22.2.2-py38_0.json", "conda-meta/a.json", NULL };
	static const char *const no[] = { "xconda-meta/a.json", "conda-meta/history", "conda-meta/a/b.json",
					 "a.json", NULL };
	static const char *const files[] = { "environment.yml", "a/environment.yaml", NULL };
	static const char *const no_files[] = { "xenvironment.yml", "environment.json", NULL };

	(void)state;
	row_expect_paths(&inventory_conda, yes, no);
	row_expect_paths(&inventory_conda_environment, files, no_files);
}

static void test_meta(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_conda,
		 SLICE("{\"build\": \"py38_0\", \"depends\": [\"python >=3.8,<3.9.0a0\", \"_libgcc_mutex 0.1 main\","
		       " \"wheel\", \"defaults::x[version='1']\"], \"license\": \"MIT\", \"md5\": \"0f\","
		       " \"name\": \"pip\", \"subdir\": \"linux-64\", \"version\": \"22.2.2\"}"));
	const struct package *p = row_must(&t, "pip", "22.2.2");
	assert_int_equal(p->origin, ORIGIN_CONDA);
	/* There are no advisories of conda's own, and those of PyPI are about other builds. */
	assert_null(p->ecosystem);
	assert_int_equal(p->flags, 0);
	assert_true(slice_is(p->license, "MIT") && slice_is(p->integrity, "0f"));
	row_expect_depends(&t, "pip", "22.2.2", "python _libgcc_mutex wheel x");
	assert_true(slice_is(package_purl(p, &t.arena), "pkg:conda/pip@22.2.2"));
	row_end(&t);
	row_run(&t, &inventory_conda, SLICE("{\"name\": \"pip\"}"));
	row_expect_error(&t, "no name and version");
	row_run(&t, &inventory_conda, SLICE("{\"name\": "));
	row_expect_error(&t, "line 1, column 10");
}

static void test_specs(void **state)
{
	static const struct {
		const char *spec, *name, *version;
	} cases[] = {
		{ "numpy", "numpy", "" },
		{ "numpy=1.21", "numpy", "1.21" },
		{ "numpy=1.21=py38_0", "numpy", "1.21" },
		{ "numpy==1.21.0", "numpy", "1.21.0" },
		{ "numpy 1.21.0", "numpy", "1.21.0" },
		{ "numpy 1.21.0 py38_0", "numpy", "1.21.0" },
		{ "numpy = 1.21", "numpy", "1.21" },
		{ "conda-forge::numpy=1!2.0+l_1", "numpy", "1!2.0+l_1" },
		{ "numpy>=1.21", "numpy", "" },
		{ "numpy =>1.21", "numpy", "" },
		{ "numpy <2", "numpy", "" },
		{ "numpy!=2", "numpy", "" },
		{ "numpy~=2.0", "numpy", "" },
		{ "numpy=1.21.*", "numpy", "" },
		{ "numpy 1.2|1.3", "numpy", "" },
		{ "numpy 1.2,<3", "numpy", "" },
		{ "numpy[version='1']", "numpy", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row_test t;
		struct arena a;

		arena_init(&a, 0);
		row_read(&t, &inventory_conda_environment,
			 arena_printf(&a, "name: e\ndependencies:\n  - '%s'\n",
				      slice_is(slice_from_cstr(cases[i].spec), "numpy[version='1']")
					      ? "numpy[version=''1'']" : cases[i].spec));
		if (t.out.packages.count != 1 || !row_package(&t, cases[i].name, cases[i].version))
			fail_msg("%s: %.*s", cases[i].spec, SLICE_ARG(t.out.packages.items[0].version));
		assert_int_equal(t.out.packages.items[0].flags, *cases[i].version ? 0 : PACKAGE_UNVERSIONED);
		row_end(&t);
		arena_release(&a);
	}
}

static void test_pip(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_conda_environment,
		 SLICE("dependencies:\n  - python=3.8\n  - pip:\n    - django==5.0.6\n    - requests>=2\n"
		       "    - -r more.txt\n    - x @ https://example.com/x.zip\n"));
	assert_int_equal(row_must(&t, "python", "3.8")->origin, ORIGIN_CONDA_ENVIRONMENT);
	const struct package *p = row_must(&t, "django", "5.0.6");
	assert_int_equal(p->origin, ORIGIN_REQUIREMENTS);
	assert_true(slice_is(p->ecosystem->osv, "PyPI"));
	assert_int_equal(row_must(&t, "requests", "")->flags, PACKAGE_UNVERSIONED);
	assert_int_equal(row_must(&t, "x", "")->flags, PACKAGE_UNVERSIONED | PACKAGE_LOCAL);
	row_expect_count(&t, 4);
	row_end(&t);
	/* Another program's file of that name. */
	row_read(&t, &inventory_conda_environment, SLICE("services:\n  a: 1\n"));
	row_expect_count(&t, 0);
	row_end(&t);
	row_run(&t, &inventory_conda_environment, SLICE("dependencies:\n  - '=1'\n  - a\n"));
	row_expect_count(&t, 1);
	row_expect_partial(&t, "line 2");
	row_end(&t);
	row_run(&t, &inventory_conda_environment, SLICE("dependencies: [\n"));
	row_expect_error(&t, "line ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_meta),
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_pip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
