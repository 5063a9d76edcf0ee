#include "row_test.h"

static void test_lock(void **state)
{
	static const char text[] = "# comment\r\norg.a:b:1.0=compileClasspath,testRuntimeClasspath\r\n"
				   "c:d:2=testCompileClasspath,testRuntimeClasspath\ne:f:3\n\nempty=annotationProcessor\n";
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_gradle_lock, slice_from_cstr(text));
	row_expect_count(&t, 3);
	row_expect(&t, "org.a:b", "1.0", 0);
	row_expect(&t, "c:d", "2", PACKAGE_DEV);
	row_expect(&t, "e:f", "3", 0);
	row_expect_span(&t, "e:f", "3", SLICE("e:f:3"));
	row_end(&t);
	row_run(&t, &inventory_gradle_lock, SLICE("a:b:1=x\n>>>\nc:d=x\n"));
	row_expect_count(&t, 1);
	row_expect_partial(&t, "line 2");
	row_end(&t);
	row_read(&t, &inventory_gradle_lock, SLICE(""));
	row_expect_count(&t, 0);
	row_end(&t);
}

static void test_verification(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_gradle_verification,
		 SLICE("<verification-metadata xmlns='https://schema.gradle.org/dependency-verification'><configuration/>"
		       "<components><component group='a.b' version='1' name='c'><artifact name='c-1.jar'/></component>"
		       "<component group='a.b' name='c' version='2'/></components></verification-metadata>"));
	row_expect_count(&t, 2);
	row_expect(&t, "a.b:c", "1", 0);
	row_expect_span(&t, "a.b:c", "2", SLICE("<component group='a.b' name='c' version='2'/>"));
	row_end(&t);
	row_run(&t, &inventory_gradle_verification, SLICE("<other/>"));
	row_expect_error(&t, "<verification-metadata>");
	row_run(&t, &inventory_gradle_verification,
		SLICE("<verification-metadata><components><component name='x' version='1'/></components></verification-metadata>"));
	row_expect_partial(&t, "without group");
	row_end(&t);
}

static void test_catalog(void **state)
{
	static const char text[] =
		"[versions]\nv = \"1.1\"\nrich = { strictly = \"[2, 3[\", prefer = \"2.5\" }\n[libraries]\n"
		"text = \"a:b:1\"\nmodule = { module = \"a:c\", version = \"2\" }\nref = { module = \"a:d\", version.ref = \"v\" }\n"
		"three = { group = \"a\", name = \"e\", version = { require = \"4\" } }\nopen = { module = \"a:f\", version.ref = \"rich\" }\n"
		"plus = \"a:g:1.+\"\nnone = { module = \"a:h\" }\n[plugins]\np = { id = \"a.p\", version = \"1\" }\n";
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_gradle_catalog, slice_from_cstr(text));
	row_expect_count(&t, 7);
	row_expect(&t, "a:b", "1", 0);
	row_expect(&t, "a:c", "2", 0);
	row_expect(&t, "a:d", "1.1", 0);
	row_expect(&t, "a:e", "4", 0);
	row_expect(&t, "a:f", "", PACKAGE_UNVERSIONED);
	row_expect(&t, "a:g", "", PACKAGE_UNVERSIONED);
	row_expect(&t, "a:h", "", PACKAGE_UNVERSIONED);
	row_end(&t);
	row_run(&t, &inventory_gradle_catalog, SLICE("[libraries]\nx = { name = \"y\" }\nz = \"a:b:1\"\n"));
	row_expect_partial(&t, "line 2");
	row_expect_count(&t, 1);
	row_end(&t);
}

static void test_sbt(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_sbt_lock,
		 SLICE("{\"lockVersion\":1,\"dependencies\":[{\"org\":\"a\",\"name\":\"b_2.13\",\"version\":\"1\",\"configurations\":[\"test\",\"compile\"]},"
		       "{\"org\":\"a\",\"name\":\"c\",\"version\":\"2\",\"configurations\":[\"test\",\"test-internal\"]}]}"));
	row_expect_count(&t, 2);
	row_expect(&t, "a:b_2.13", "1", 0);
	row_expect(&t, "a:c", "2", PACKAGE_DEV);
	row_end(&t);
	row_run(&t, &inventory_sbt_lock, SLICE("[]"));
	row_expect_error(&t, "object");
}

static void test_paths(void **state)
{
	static const char *const lock[] = { "gradle.lockfile", "a/buildscript-gradle.lockfile", NULL };
	static const char *const verification[] = { "gradle/verification-metadata.xml", "a/gradle/verification-metadata.xml", NULL };
	static const char *const catalog[] = { "gradle/libs.versions.toml", "x.versions.toml", NULL };
	static const char *const no[] = { "a.lockfile", "verification-metadata.xml", "versions.toml", "pom.xml", NULL };

	(void)state;
	row_expect_paths(&inventory_gradle_lock, lock, no);
	row_expect_paths(&inventory_gradle_verification, verification, no);
	row_expect_paths(&inventory_gradle_catalog, catalog, no);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_verification),
		cmocka_unit_test(test_catalog),
		cmocka_unit_test(test_sbt),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
