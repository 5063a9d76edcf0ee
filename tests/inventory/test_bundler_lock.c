#include "row_test.h"

#define ROW (&inventory_bundler_lock)

static void test_paths(void **state)
{
	static const char *const yes[] = { "Gemfile.lock", "a/gems.locked", NULL };
	static const char *const no[] = { "xGemfile.lock", "Gemfile", "gems.rb", "Gemfile.lock/a", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice sample = SLICE_INIT(
	"GIT\n"
	"  remote: https://example.com/fork.git\n"
	"  revision: 0123\n"
	"  specs:\n"
	"    fork (2.0.0.alpha1)\n"
	"      rack (~> 2.0)\n"
	"\n"
	"PATH\n"
	"  remote: .\n"
	"  specs:\n"
	"    own (0.1.0)\n"
	"      fork\n"
	"\n"
	"PATH\n"
	"  remote: engines/side\n"
	"  specs:\n"
	"    side (0.2.0)\n"
	"\n"
	"GEM\n"
	"  remote: https://rubygems.org/\n"
	"  specs:\n"
	"    nokogiri (1.13.10)\n"
	"      mini_portile2 (~> 2.8.0)\n"
	"      racc (~> 1.4)\n"
	"    nokogiri (1.13.10-x86_64-linux)\n"
	"      racc (~> 1.4)\n"
	"    rack (2.2.3)\r\n"
	"    racc (1.6.1-java)\n"
	"\n"
	"PLATFORMS\n"
	"  ruby\n"
	"  x86_64-linux\n"
	"\n"
	"DEPENDENCIES\n"
	"  fork!\n"
	"  nokogiri (>= 1.10)\n"
	"  own!\n"
	"\n"
	"CHECKSUMS\n"
	"  nokogiri (1.13.10) sha256=aa\n"
	"  nokogiri (1.13.10-x86_64-linux) sha256=bb\n"
	"  racc (1.6.1-java) sha256=cc\n"
	"  rack (2.2.3)\n"
	"\n"
	"RUBY VERSION\n"
	"   ruby 3.0.2p107\n"
	"\n"
	"BUNDLED WITH\n"
	"   2.2.28\n");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "fork", "2.0.0.alpha1", PACKAGE_LOCAL);
	row_expect(&t, "own", "0.1.0", PACKAGE_LOCAL | PACKAGE_MAIN);
	row_expect(&t, "side", "0.2.0", PACKAGE_LOCAL | PACKAGE_INDIRECT);
	row_expect(&t, "nokogiri", "1.13.10", 0);
	row_expect(&t, "rack", "2.2.3", PACKAGE_INDIRECT);
	row_expect(&t, "racc", "1.6.1", PACKAGE_INDIRECT);
	row_expect_count(&t, 6);
	row_expect_depends(&t, "nokogiri", "1.13.10", "mini_portile2 racc");
	row_expect_depends(&t, "own", "0.1.0", "fork");
	row_expect_span(&t, "racc", "1.6.1", SLICE("racc (1.6.1-java)"));
	assert_true(slice_is(row_must(&t, "nokogiri", "1.13.10")->integrity, "sha256=aa"));
	assert_true(slice_is(row_must(&t, "racc", "1.6.1")->integrity, "sha256=cc"));
	assert_true(slice_empty(row_must(&t, "rack", "2.2.3")->integrity));
	row_end(&t);
}

/* Sections in another order; no list of what is asked for. */
static void test_order(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, SLICE("DEPENDENCIES\n  a\n\nGEM\n  remote: x\n  specs:\n    a (1.0)\n    b (2.0)\n"));
	row_expect(&t, "a", "1.0", 0);
	row_expect(&t, "b", "2.0", PACKAGE_INDIRECT);
	row_end(&t);
	row_read(&t, ROW, SLICE("GEM\n  specs:\n    b (2.0)\n"));
	row_expect(&t, "b", "2.0", 0);
	row_end(&t);
	row_read(&t, ROW, SLICE("GEM\n  remote: x\n\nSOMETHING NEW\n  specs:\n    b (2.0)\n"));
	row_expect_count(&t, 0);
	row_end(&t);
}

static void test_malformed(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, ROW, SLICE("something else\n"));
	row_expect_count(&t, 0);
	row_expect_error(&t, "no section");
	row_run(&t, ROW, SLICE("GEM\n  specs:\n    a (1.0)\n<<<<<<< HEAD\n    b (2.0)\n=======\n    b (2.1)\n>>>>>>> x\n"));
	row_expect(&t, "a", "1.0", 0);
	row_expect_partial(&t, "line 4, column 1: a conflict");
	row_end(&t);
	row_run(&t, ROW, SLICE("GEM\n  specs:\n    a 1.0\n    b (2.0)\n"));
	row_expect(&t, "b", "2.0", 0);
	row_expect_count(&t, 1);
	row_expect_partial(&t, "line 3, column 5");
	row_end(&t);
}

static void test_cuts(void **state)
{
	(void)state;
	for (size_t len = 0; len < sample.len; len++) {
		struct row_test t;

		row_run(&t, ROW, slice_first(sample, len));
		row_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
