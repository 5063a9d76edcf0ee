#include <stdio.h>

#include "row_test.h"

#define ROW (&inventory_gem)

static void test_paths(void **state)
{
	static const char *const yes[] = { "var/lib/gems/3.1.0/specifications/rack-2.2.3.gemspec",
					  "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec",
					  "usr/local/bundle/bundler/gems/x-0123456789ab/x.gemspec", NULL };
	static const char *const no[] = { "x.gemspec", "a/gems/rack-2.2.3/rack.gemspec", "specifications/x.rb",
					 "xspecifications/a.gemspec", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice installed = SLICE_INIT(
	"# -*- encoding: utf-8 -*-\n"
	"# stub: nokogiri 1.13.10 x86_64-linux lib\n"
	"# stub: ext/nokogiri/extconf.rb\n\n"
	"Gem::Specification.new do |s|\n"
	"  s.name = \"nokogiri\".freeze\n"
	"  s.version = \"1.13.10\"\n"
	"  s.platform = \"x86_64-linux\".freeze\n\n"
	"  s.required_rubygems_version = Gem::Requirement.new(\">= 0\".freeze) if s.respond_to? :required_rubygems_version=\n"
	"  s.authors = [\"Mike Dalessio\".freeze, \"Aaron Patterson\".freeze]\n"
	"  s.description = \"It says s.version = \\\"9\\\"\".freeze\n"
	"  s.licenses = [\"MIT\".freeze, \"Ruby\".freeze]\n\n"
	"  if s.respond_to? :add_runtime_dependency then\n"
	"    s.add_runtime_dependency(%q<racc>.freeze, [\"~> 1.4\"])\n"
	"    s.add_development_dependency(%q<rake>.freeze, [\">= 0\"])\n"
	"  else\n"
	"    s.add_dependency(%q<racc>.freeze, [\"~> 1.4\"])\n"
	"    s.add_dependency \"mini_portile2\", \"~> 2.8\"\n"
	"  end\n"
	"end\n");

static void test_installed(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, installed);
	row_expect(&t, "nokogiri", "1.13.10", 0);
	row_expect_count(&t, 1);
	row_expect_depends(&t, "nokogiri", "1.13.10", "racc mini_portile2");
	const struct package *p = row_must(&t, "nokogiri", "1.13.10");
	assert_true(slice_is(p->license, "MIT, Ruby"));
	assert_true(slice_is(p->maintainer, "Mike Dalessio, Aaron Patterson"));
	assert_true(slice_is(p->ecosystem->osv, "RubyGems"));
	row_end(&t);
}

/* Each line is the only one that tells the version of gem "a". */
static void test_versions(void **state)
{
	static const struct {
		const char *line, *version; /* NULL: unknown */
	} cases[] = {
		{ "s.version = \"1.0\"", "1.0" },
		{ "s.version='1.0.0.rc1'", "1.0.0.rc1" },
		{ "s.version = Gem::Version.new(\"1.2.3\")", "1.2.3" },
		{ "s.version = Gem::Version.new( \"1.2.3\".freeze )", "1.2.3" },
		{ "s.version = %q{1.0} # it is", "1.0" },
		{ "s.version = \"1.0\".freeze;", "1.0" },
		{ "s.version = VERSION", NULL },
		{ "s.version = \"#{A}.1\"", NULL },
		{ "s.version = \"1.\\x30\"", NULL },
		{ "s.version = \"1.0\" + \".1\"", NULL },
		{ "s.version == \"1.0\"", NULL },
		{ "s.versions = \"1.0\"", NULL },
		{ "x.version = \"1.0\"", NULL },
		{ "s.version = \"1.0", NULL },
		{ "s.version = %q", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];
		struct row_test t;

		snprintf(text, sizeof(text), "Gem::Specification.new do |s|\n s.name = 'a'\n %s\nend\n", cases[i].line);
		row_run(&t, ROW, slice_from_cstr(text));
		if (cases[i].version) {
			row_expect(&t, "a", cases[i].version, 0);
			row_end(&t);
		} else {
			row_expect_error(&t, "without running the file");
		}
	}
}

static void test_stub(void **state)
{
	struct row_test t;

	(void)state;
	/* The line that RubyGems itself goes by, whatever stands below. */
	row_read(&t, ROW, SLICE("# stub: a 1.0 ruby lib\nGem::Specification.new do |s|\n s.name = N\nend\n"));
	row_expect(&t, "a", "1.0", 0);
	row_end(&t);
	row_read(&t, ROW, SLICE("# stub: a\nGem::Specification.new do |spec|\nspec.name = 'b'\nspec.version = '2'\n"));
	row_expect(&t, "b", "2", 0);
	row_end(&t);
	row_run(&t, ROW, SLICE_EMPTY);
	row_expect_error(&t, "without running the file");
}

static void test_repository(void **state)
{
	struct row_test t = { .row = ROW, .err = ERROR_INIT };
	struct inventory_input in = { .path = SLICE("b/bundler/gems/a-01/a.gemspec"), .size = installed.len,
				      .bytes = installed };

	(void)state;
	arena_init(&t.arena, 0);
	t.out.arena = &t.arena;
	t.text = installed;
	assert_true(ROW->parse(&in, &t.out, &t.err));
	row_expect(&t, "nokogiri", "1.13.10", PACKAGE_LOCAL);
	row_end(&t);
}

static void test_cuts(void **state)
{
	(void)state;
	for (size_t len = 0; len < installed.len; len++) {
		struct row_test t;

		row_run(&t, ROW, slice_first(installed, len));
		row_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_repository),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
