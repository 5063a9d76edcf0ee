#include "row_test.h"

#define ROW (&inventory_go_mod)

static void test_paths(void **state)
{
	static const char *const yes[] = { "go.mod", "a/go.mod", "pkg/modern/go.mod", NULL };
	static const char *const no[] = { "xgo.mod", "go.mod/a", "go.sum", "root/go/pkg/mod/a@v1.0.0/go.mod",
					 "pkg/mod/a@v1.0.0/go.mod", NULL };
	static const char *const sums[] = { "go.sum", "a/go.sum", NULL };
	static const char *const no_sums[] = { "xgo.sum", "go.mod", "go/pkg/mod/a@v1.0.0/go.sum", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
	row_expect_paths(&inventory_go_sum, sums, no_sums);
}

static const struct slice sample = SLICE_INIT(
	"// Deprecated: no more\n"
	"module example.test/app // the project\n\n"
	"go 1.21\n"
	"toolchain go1.22.3-vendor\n\n"
	"require example.test/one v1.0.0\n"
	"require (\r\n"
	"\texample.test/two/v2 v2.1.0 // indirect\r\n"
	"\t\"example.test/quoted\" `v1.5.0` // indirect; needed by x\n"
	"\texample.test/old v0.1.0\n"
	"\texample.test/any v0.2.0 // indirection\n"
	"\texample.test/here v0.3.0+incompatible//indirect\n"
	"\texample.test/there v0.4.0\n"
	"\texample.test/other v0.5.0\n"
	"\texample.test/gone v0.6.0\n"
	"\texample.test/gone v0.6.1\n"
	")\n"
	"exclude example.test/gone v0.6.0\n"
	"replace (\n"
	"\texample.test/old v0.1.0 => example.test/new v0.1.1\n"
	"\texample.test/any => example.test/fork v0.2.2-0.20240102030405-0123456789ab\n"
	"\texample.test/here => ./here\n"
	"\texample.test/there v0.4.0 => /elsewhere/there\n"
	"\texample.test/other v0.4.9 => example.test/never v1.0.0\n"
	")\n"
	"retract [v1.0.0, v1.1.0] // broken\n"
	"retract (\n\tv1.2.0\n)\n"
	"tool example.test/one/cmd/x\n"
	"godebug default=go1.21\n"
	"ignore ./node_modules\n");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "stdlib", "1.22.3", 0);
	row_expect(&t, "example.test/one", "v1.0.0", 0);
	row_expect(&t, "example.test/two/v2", "v2.1.0", PACKAGE_INDIRECT);
	row_expect(&t, "example.test/quoted", "v1.5.0", PACKAGE_INDIRECT);
	row_expect(&t, "example.test/new", "v0.1.1", 0);
	row_expect(&t, "example.test/fork", "v0.2.2-0.20240102030405-0123456789ab", 0);
	row_expect(&t, "example.test/here", "", PACKAGE_INDIRECT | PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "example.test/there", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "example.test/other", "v0.5.0", 0);
	row_expect(&t, "example.test/gone", "v0.6.1", 0);
	row_expect_count(&t, 10);
	row_expect_span(&t, "stdlib", "1.22.3", SLICE("toolchain go1.22.3-vendor"));
	row_expect_span(&t, "example.test/two/v2", "v2.1.0", SLICE("example.test/two/v2 v2.1.0 // indirect"));
	assert_true(slice_is(row_must(&t, "stdlib", "1.22.3")->ecosystem->osv, "Go"));
	row_end(&t);
}

static void test_releases(void **state)
{
	static const struct {
		struct slice text;
		const char *version; /* NULL: none */
	} cases[] = {
		{ SLICE_INIT("go 1.16\n"), "1.16" },
		{ SLICE_INIT("go 1.21rc2\n"), "1.21.0-rc.2" },
		{ SLICE_INIT("go 1.23.5\ntoolchain default\n"), "1.23.5" },
		{ SLICE_INIT("go (\n1.23.5\n)\n"), "1.23.5" },
		{ SLICE_INIT("module m\n"), NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct row_test t;

		row_read(&t, ROW, cases[i].text);
		row_expect_count(&t, cases[i].version ? 1 : 0);
		if (cases[i].version)
			row_expect(&t, "stdlib", cases[i].version, 0);
		row_end(&t);
	}
}

static void test_malformed(void **state)
{
	static const struct {
		struct slice text;
		const char *message;
	} cases[] = {
		{ SLICE_INIT("require a v1.0.0\nfrobnicate x\nrequire b v1.0.0\n"), "line 2, column 1: an unknown" },
		{ SLICE_INIT("require a v1.0.0\nrequire b\nrequire b v1.0.0\n"), "line 2, column 1" },
		{ SLICE_INIT("require (\n a v1.0.0\n  c v1 v2\n b v1.0.0\n)\n"), "line 3, column 3" },
		{ SLICE_INIT("require a v1.0.0\nreplace x v1 x v2\nrequire b v1.0.0\n"), "line 2, column 1" },
		{ SLICE_INIT("require a v1.0.0\nmodule \"x\nrequire b v1.0.0\n"), "line 2, column 1" },
		{ SLICE_INIT("require a v1.0.0\nrequire 1 2 3 4 5 6 7 8\nrequire b v1.0.0\n"), "line 2, column 1" },
	};
	struct row_test t;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		row_run(&t, ROW, cases[i].text);
		row_expect(&t, "a", "v1.0.0", 0);
		row_expect(&t, "b", "v1.0.0", 0);
		row_expect_count(&t, 2);
		row_expect_partial(&t, cases[i].message);
		row_end(&t);
	}
	row_run(&t, ROW, SLICE("this is something else\n"));
	row_expect_error(&t, "no directive of a go.mod");
	row_read(&t, ROW, SLICE(" \n\n"));
	row_expect_count(&t, 0);
	row_end(&t);
}

static const struct slice sum = SLICE_INIT(
	"example.test/a v1.0.0/go.mod h1:m0=\n"
	"example.test/a v1.1.0 h1:a1=\n"
	"example.test/a v1.1.0/go.mod h1:m1=\n"
	"example.test/a v1.2.0 h1:a2=\r\n"
	"example.test/a v1.2.0/go.mod h1:m2=\n\n"
	"example.test/b v1.0.0/go.mod h1:m3=\n"
	"example.test/c v0.1.0 h1:c1=");

static void test_sum(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_go_sum, sum);
	row_expect(&t, "example.test/a", "v1.2.0", PACKAGE_INDIRECT);
	row_expect(&t, "example.test/c", "v0.1.0", PACKAGE_INDIRECT);
	row_expect_count(&t, 2);
	row_expect_span(&t, "example.test/c", "v0.1.0", SLICE("example.test/c v0.1.0 h1:c1="));
	assert_true(slice_is(row_must(&t, "example.test/a", "v1.2.0")->integrity, "h1:a2="));
	row_end(&t);
	row_run(&t, &inventory_go_sum, SLICE("a v1.0.0 h1:x=\na v1.0.1\nb v1.0.0 h1:y=\n"));
	row_expect_count(&t, 2);
	row_expect_partial(&t, "line 2, column 1");
	row_end(&t);
}

/* A package of a file, as the engine hands it over. */
static void place(struct inventory_output *out, const char *path, const char *name, const char *version)
{
	struct package *p = inventory_add(out, ORIGIN_GO_MOD, slice_from_cstr(name), slice_from_cstr(version));

	p->path = slice_from_cstr(path);
}

static bool has(const struct inventory_output *out, const char *path, const char *name)
{
	vec_each(p, &out->packages)
		if (slice_eq(p->path, slice_from_cstr(path)) && slice_eq(p->name, slice_from_cstr(name)))
			return true;
	return false;
}

static void test_settle(void **state)
{
	struct arena a;
	struct inventory_output out = { .arena = &a };

	(void)state;
	arena_init(&a, 0);
	place(&out, "old/go.sum", "x", "v1.0.0");
	place(&out, "old/go.sum", "y", "v1.0.0");
	place(&out, "old/go.mod", "stdlib", "1.16");
	place(&out, "old/go.mod", "x", "v0.9.0");
	place(&out, "silent/go.mod", "x", "v0.9.0");
	place(&out, "silent/go.sum", "y", "v0.9.0");
	place(&out, "new/go.mod", "stdlib", "1.17");
	place(&out, "new/go.mod", "x", "v0.9.0");
	place(&out, "new/go.sum", "y", "v0.9.0");
	place(&out, "newer/go.mod", "stdlib", "1.21.0-rc.2");
	place(&out, "newer/go.sum", "y", "v0.9.0");
	place(&out, "alone/go.sum", "y", "v0.9.0");
	place(&out, "go.mod", "stdlib", "1.9");
	place(&out, "go.sum", "y", "v0.9.0");
	place(&out, "xgo.sum", "y", "v0.9.0");
	inventory_settle(&out.packages, &a);
	assert_true(has(&out, "old/go.mod", "x") && has(&out, "old/go.sum", "y"));
	assert_false(has(&out, "old/go.sum", "x"));
	assert_true(has(&out, "silent/go.sum", "y") && has(&out, "go.sum", "y"));
	assert_false(has(&out, "new/go.sum", "y") || has(&out, "newer/go.sum", "y") || has(&out, "alone/go.sum", "y"));
	assert_int_equal(out.packages.count, 11);
	arena_release(&a);
}

static void test_cuts(void **state)
{
	(void)state;
	for (size_t len = 0; len < sample.len; len++) {
		struct row_test t;

		row_run(&t, ROW, slice_first(sample, len));
		row_end(&t);
	}
	for (size_t len = 0; len < sum.len; len++) {
		struct row_test t;

		row_run(&t, &inventory_go_sum, slice_first(sum, len));
		row_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
