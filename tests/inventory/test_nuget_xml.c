#include "row_test.h"

static void test_paths(void **state)
{
	static const char *const yes[] = { "packages.config", "a/packages.config", NULL };
	static const char *const no[] = { "xpackages.config", "packages.config.bak", NULL };
	static const char *const props[] = { "Directory.Packages.props", "a/Packages.props", NULL };
	static const char *const no_props[] = { "My.Packages.props", "Directory.Build.props", NULL };

	(void)state;
	row_expect_paths(&inventory_nuget_config, yes, no);
	row_expect_paths(&inventory_nuget_props, props, no_props);
}

#define MOQ "<package id=\"Moq\" version=\"4.0.0\" developmentDependency=\"True\" />"

static void test_config(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_nuget_config,
		 SLICE("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<packages>\n"
		       "<package id=\"Newtonsoft.Json\" version=\"6.0.4\" targetFramework=\"net45\" />\n" MOQ
		       "\n<other id=\"x\" version=\"1\"/></packages>\n"));
	row_expect(&t, "Newtonsoft.Json", "6.0.4", 0);
	row_expect(&t, "Moq", "4.0.0", PACKAGE_DEV);
	row_expect_count(&t, 2);
	row_expect_span(&t, "Moq", "4.0.0", SLICE(MOQ));
	row_end(&t);
	row_run(&t, &inventory_nuget_config, SLICE("<configuration/>"));
	row_expect_error(&t, "a packages.config is <packages>");
	row_run(&t, &inventory_nuget_config, SLICE("<packages>\n<package id=\"a\" version=\"1\"/>\n<package"));
	row_expect(&t, "a", "1", 0);
	row_expect_partial(&t, "line 3");
	row_end(&t);
	row_run(&t, &inventory_nuget_config,
		SLICE("<packages>\n<package version=\"1\"/><package id=\"a\" version=\"1\"/></packages>"));
	row_expect(&t, "a", "1", 0);
	row_expect_partial(&t, "line 2, column 1");
	row_end(&t);
	row_run(&t, &inventory_nuget_config, SLICE("no xml"));
	row_expect_error(&t, "line 1");
}

static const struct slice props = SLICE_INIT(
	"<Project>\n"
	"<PropertyGroup><JsonVersion> 13.0.1 </JsonVersion><Same>$(JSONVERSION)</Same><Loop>$(Loop)</Loop></PropertyGroup>\n"
	"<Choose><When Condition=\"x\"><PropertyGroup><Inner>2.0.0</Inner></PropertyGroup></When></Choose>\n"
	"<ItemGroup>\n"
	"<PackageVersion Include=\"Plain\" Version=\"1.0.0\" />\n"
	"<PackageVersion Include=\"Json \" Version=\"$(JsonVersion)\" />\n"
	"<PackageVersion Include=\"Twice\" Version=\"$(same)\" />\n"
	"<PackageVersion Include=\"Looped\" Version=\"$(Loop)\" />\n"
	"<PackageVersion Include=\"Unknown\" Version=\"$(Elsewhere)\" />\n"
	"<PackageVersion Include=\"Sum\" Version=\"$(Inner).1\" />\n"
	"<PackageVersion Include=\"Within\" Version=\"$(Inner)\" />\n"
	"<PackageVersion Include=\"Exact\" Version=\"[1.5.0]\" />\n"
	"<PackageVersion Include=\"Range\" Version=\"[1.5.0, 2.0.0)\" />\n"
	"<PackageVersion Include=\"Newest\" Version=\"1.*\" />\n"
	"<PackageVersion Include=\"Child\"><Version>7.0.0</Version></PackageVersion>\n"
	"<PackageVersion Include=\"$(Elsewhere)\" Version=\"1.0.0\" />\n"
	"<PackageVersion Remove=\"Plain\" />\n"
	"<PackageReference Update=\"Older\" Version=\"0.9.0\" />\n"
	"<GlobalPackageReference Include=\"Tool\" Version=\"3.0.0\" />\n"
	"</ItemGroup>\n"
	"</Project>\n");

static void test_props(void **state)
{
	static const char *const open[] = { "Looped", "Unknown", "Sum", "Range", "Newest" };
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_nuget_props, props);
	row_expect(&t, "Plain", "1.0.0", 0);
	row_expect(&t, "Json", "13.0.1", 0);
	row_expect(&t, "Twice", "13.0.1", 0);
	row_expect(&t, "Within", "2.0.0", 0);
	row_expect(&t, "Exact", "1.5.0", 0);
	row_expect(&t, "Child", "7.0.0", 0);
	row_expect(&t, "Older", "0.9.0", 0);
	row_expect(&t, "Tool", "3.0.0", PACKAGE_DEV);
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		row_expect(&t, open[i], "", PACKAGE_UNVERSIONED);
	row_expect_count(&t, 13);
	row_expect_span(&t, "Older", "0.9.0", SLICE("<PackageReference Update=\"Older\" Version=\"0.9.0\" />"));
	row_end(&t);
}

static void test_malformed_props(void **state)
{
	char deep[1024] = "<Project>";
	struct row_test t;

	(void)state;
	row_run(&t, &inventory_nuget_props, SLICE("<ItemGroup/>"));
	row_expect_error(&t, "is <Project>");
	for (int i = 0; i < 20; i++)
		strcat(deep, "<When>");
	strcat(deep, "<PackageVersion Include=\"A\" Version=\"1\"/>");
	for (int i = 0; i < 20; i++)
		strcat(deep, "</When>");
	strcat(deep, "<PackageVersion Include=\"B\" Version=\"1\"/></Project>");
	row_run(&t, &inventory_nuget_props, slice_from_cstr(deep));
	row_expect(&t, "B", "1", 0);
	row_expect_count(&t, 1);
	row_expect_partial(&t, "too deep");
	row_end(&t);
	row_check_cuts(&inventory_nuget_props, props);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_props),
		cmocka_unit_test(test_malformed_props),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
