#include "inventory/python_requirement.h"
#include "row_test.h"

#define ROW (&inventory_requirements)

static void test_paths(void **state)
{
	static const char *const yes[] = { "requirements/base.txt", "a/requirements/dev.txt", "requirements.txt", "a/requirements-dev.txt",
					  "a/test-requirements.txt", NULL };
	static const char *const no[] = { "requirements/base.md", "requirements.in",
					 "a/constraints.txt", "requirements.txt/a", NULL };

	(void)state;
	row_expect_paths(ROW, yes, no);
}

static const struct slice sample = SLICE_INIT(
	"# comment\n"
	"--index-url https://h/simple\n"
	"-r other.txt\n"
	"-c constraints.txt\n"
	"a==1.0\n"
	"B.b [x, y] == 2.0 ; python_version < \"3\" # why\n"
	"c===3.0-anything \\\n"
	"    --hash=sha256:00 \\\n"
	"    --hash=sha256:11\n"
	"d>=1.0,<2\n"
	"e\n"
	"f==1.*\n"
	"g (==4.0)\n"
	"h>=1,==5.0\n"
	"i==${VERSION}\n"
	"j @ https://h/j-6.0-py3-none-any.whl#sha256=00\n"
	"k @ git+https://h/k.git@v1\n"
	"-e git+https://h/l.git@v1#egg=l[x]&subdirectory=s\n"
	"--editable=git+https://h/m.git#egg=m\n"
	"-e .\n"
	".[extra]\n"
	"./dist/n-7.0-py3-none-any.whl\n"
	"git+https://h/o.git#egg=o\n"
	"https://h/p-8.0-cp311-cp311-linux.whl\n"
	"q==9.0 \\\n"
	"# comment between\n"
	"r==10.0 --global-option=x\n"
	"s--t==11.0");

static void test_sample(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, sample);
	row_expect(&t, "a", "1.0", 0);
	row_expect(&t, "B.b", "2.0", 0);
	row_expect(&t, "c", "3.0-anything", 0);
	row_expect(&t, "d", "", PACKAGE_UNVERSIONED);
	row_expect(&t, "e", "", PACKAGE_UNVERSIONED);
	row_expect(&t, "f", "", PACKAGE_UNVERSIONED);
	row_expect(&t, "g", "4.0", 0);
	row_expect(&t, "h", "5.0", 0);
	row_expect(&t, "i", "", PACKAGE_UNVERSIONED);
	row_expect(&t, "j", "6.0", PACKAGE_LOCAL);
	row_expect(&t, "k", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "l", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "m", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "n", "7.0", PACKAGE_LOCAL);
	row_expect(&t, "o", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect(&t, "p", "8.0", PACKAGE_LOCAL);
	row_expect(&t, "q", "9.0", 0);
	row_expect(&t, "r", "10.0", 0);
	row_expect(&t, "s--t", "11.0", 0);
	row_expect_count(&t, 19);
	row_expect_span(&t, "a", "1.0", SLICE("a==1.0"));
	row_expect_span(
		&t, "c", "3.0-anything",
		SLICE("c===3.0-anything \\\n    --hash=sha256:00 \\\n    --hash=sha256:11"));
	row_expect_span(&t, "s--t", "11.0", SLICE("s--t==11.0"));
	row_end(&t);
}

static void test_encodings(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, SLICE("\xef\xbb\xbf" "a==1.0\r\nb==2.0\r\n"));
	row_expect(&t, "a", "1.0", 0);
	row_expect_span(&t, "b", "2.0", SLICE("b==2.0"));
	row_end(&t);
	row_read(&t, ROW, SLICE("\xff\xfe" "a\0=\0=\0" "1\0\r\0\n\0b\0=\0=\0" "2\0"));
	row_expect(&t, "a", "1", 0);
	row_expect(&t, "b", "2", 0);
	row_expect_count(&t, 2);
	row_end(&t);
	row_read(&t, ROW, SLICE("\xfe\xff" "\0a\0=\0=\0" "1\0"));
	row_expect(&t, "a", "1", 0);
	row_end(&t);
}

static void test_malformed(void **state)
{
	static const struct slice lines[] = {
		SLICE_INIT("b=="),
		SLICE_INIT("==1.0"),
		SLICE_INIT("b 1.0"),
		SLICE_INIT("b==1.0 2.0"),
		SLICE_INIT("b=1.0"),
		SLICE_INIT("b[x"),
		SLICE_INIT("b (==1"),
		SLICE_INIT("{{ template }}"),
		SLICE_INIT("-e git+https://h/x.git"),
		SLICE_INIT("https://h/x.zip"),
		SLICE_INIT("b==1.0#comment"),
		SLICE_INIT("b @"),
		SLICE_INIT("b====1"),
		SLICE_INIT("-b-==1"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct row_test t;
		struct arena a;

		arena_init(&a, 0);
		row_run(&t, ROW, arena_printf(&a, "a==1.0\n%.*s\nc==2.0\n", SLICE_ARG(lines[i])));
		row_expect(&t, "a", "1.0", 0);
		row_expect(&t, "c", "2.0", 0);
		if (t.out.packages.count != 2)
			fail_msg("case %zu", i);
		/* Options that are not known are none of ours to judge. */
		if (!slice_starts(lines[i], SLICE("-b")))
			row_expect_partial(&t, "line 2, column 1");
		row_end(&t);
		arena_release(&a);
	}
}

static void test_empty(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, ROW, SLICE(""));
	row_expect_count(&t, 0);
	row_end(&t);
	row_read(&t, ROW, SLICE("\n# only\n \\\n\\"));
	row_expect_count(&t, 0);
	row_end(&t);
}

struct requirement_case {
	struct slice text;
	const char *name, *extras, *specifiers, *url, *marker;
};

static void test_specifiers(void **state)
{
	static const struct requirement_case cases[] = {
		{ SLICE_INIT("a"), "a", "", "", "", "" },
		{ SLICE_INIT(" A.b-c_1 [x,y]>=1,<2;m == 'z' "), "A.b-c_1", "x,y", ">=1,<2", "",
		 "m == 'z'" },
		{ SLICE_INIT("a (>=1)"), "a", "", ">=1", "", "" },
		{ SLICE_INIT("a(>=1) ; m"), "a", "", ">=1", "", "m" },
		{ SLICE_INIT("a @ http://x/y;z ; m"), "a", "", "", "http://x/y;z", "m" },
		{ SLICE_INIT("a[]"), "a", "", "", "", "" },
		{ SLICE_INIT("a~=1.0,!=1.5.*"), "a", "", "~=1.0,!=1.5.*", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct requirement_case *c = &cases[i];
		struct python_requirement r;

		assert_true(python_requirement_parse(c->text, &r));
		assert_true(slice_eq(r.name, slice_from_cstr(c->name)));
		assert_true(slice_eq(r.extras, slice_from_cstr(c->extras)));
		assert_true(slice_eq(r.specifiers, slice_from_cstr(c->specifiers)));
		assert_true(slice_eq(r.url, slice_from_cstr(c->url)));
		assert_true(slice_eq(r.marker, slice_from_cstr(c->marker)));
	}
}

static void test_cuts(void **state)
{
	(void)state;
	/* A cut line is shorter, so it may be another package: fewer are found all the same. */
	row_check_cuts(ROW, slice_first(sample, slice_find(sample, SLICE("q=="))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_specifiers),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
