/* What a scan is told: coverage, the baseline's place, age, and damage. */
#include "records.h"

#include "advisory/advisory.h"

static struct arena arena;
static struct run run;
static struct report report;
static struct match_list matches;
static struct package_list packages;
static struct advisory_set set;
static const char *directory;
static char path[128];

static const char *const samples[] = {
	"{'id':'GHSA-1','aliases':['CVE-2025-1'],'modified':'2025-12-30','affected':[{'package':{'"
	"ecosystem':'npm',"
	"'name':'left'},'ranges':[{'type':'SEMVER','events':[{'introduced':'0'},{'fixed':'2.0.0'}]}"
	"]}]}",
	"{'id':'DSA-1-1','modified':'2025-11-01','affected':[{'package':{'ecosystem':'Debian:12','"
	"name':'a'},"
	"'ranges':[{'events':[{'introduced':'0'},{'fixed':'2'}]}]}]}",
	"{'id':'GO-1','modified':'2025-12-31','affected':[{'package':{'ecosystem':'Go','name':'"
	"example.org/m'},"
	"'ranges':[{'type':'SEMVER','events':[{'introduced':'0'}]}]}]}",
	"{'id':'W-1','modified':'2025-12-31','affected':[{'package':{'ecosystem':'Wolfi','name':'w'"
	"},"
	"'ranges':[{'events':[{'introduced':'0'}]}]}]}",
};

static void write_index(void)
{
	struct test_index t;

	test_index_init(&t, "npm Debian Go Wolfi");
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		test_index_add(&t, samples[i]);
	test_index_build(&t, NOW);
	test_write(path, buf_slice(&t.bytes));
	test_index_release(&t);
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	run_init(&run, &arena);
	run.now = NOW;
	report = (struct report){ 0 };
	matches = (struct match_list){ 0 };
	packages = (struct package_list){ 0 };
	directory = test_directory();
	snprintf(path, sizeof(path), "%s/index", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	advisory_set_release(&set);
	test_remove_directory(directory);
	arena_release(&arena);
	return 0;
}

static void add(const char *ecosystem, const char *release, const char *name, const char *version,
		uint32_t flags)
{
	*vec_add(&arena, &packages) = (struct package){
		.ecosystem = ecosystem_by_osv(slice_from_cstr(ecosystem)),
		.release = slice_from_cstr(release),
		.name = slice_from_cstr(name),
		.version = slice_from_cstr(version),
		.flags = flags,
	};
}

static void match(struct advisory_options options)
{
	struct error err = ERROR_INIT;

	options.index_path = path;
	assert_true(advisory_set_open(&set, &options, &err));
	advisory_match(&set, &packages, &run, &report, &matches);
}

/* "blocking baseline npm" */
static const struct gap *find_gap(enum gap_kind kind, enum gap_reason reason, const char *subject)
{
	vec_each(g, &run.gaps)
		if (g->kind == kind && g->reason == reason &&
		    slice_eq(g->subject, slice_from_cstr(subject)))
			return g;
	return NULL;
}

static void test_covered(void **state)
{
	(void)state;
	write_index();
	add("npm", "", "left", "1.0.0", 0);
	add("npm", "", "right", "1.0.0", 0);
	add("Debian", "12", "a", "1", 0);
	add("Wolfi", "20230201", "w", "1-r0", 0);
	match((struct advisory_options){ 0 });
	assert_int_equal(matches.count, 3);
	assert_ptr_equal(matches.items[0].package, &packages.items[0]);
	assert_int_equal(report.coverage.count, 3);
	assert_slice(report.coverage.items[0].ecosystem, "npm");
	assert_true(report.coverage.items[0].covered);
	assert_int_equal(report.coverage.items[0].packages, 2);
	/* a rolling distribution's records know no release */
	assert_true(report.coverage.items[2].covered);
	/* Debian's newest record is of two months ago; the others are fresh */
	assert_int_equal(run.gaps.count, 1);
	assert_non_null(find_gap(GAP_NOTE, GAP_REASON_STALE, "Debian:12"));
	assert_int_equal(report.advisories.count, 1);
	assert_true(report.advisories.items[0].used);
	assert_int_equal(report.advisories.items[0].records, 4);
	assert_int_equal(report.advisories.items[0].built, NOW);
}

static void test_not_covered(void **state)
{
	(void)state;
	write_index();
	add("Debian", "13", "a", "1", 0);
	add("Debian", "", "a", "1", 0);
	add("Hex", "", "a", "1.0.0", 0);
	match((struct advisory_options){ .no_baseline = true });
	assert_int_equal(matches.count, 0);
	const struct gap *gap = find_gap(GAP_BLOCKING, GAP_REASON_NO_COVERAGE, "Debian:13");
	assert_true(gap &&
		    slice_find(gap->message, SLICE("the index has 12")) < gap->message.len);
	assert_non_null(find_gap(GAP_BLOCKING, GAP_REASON_NO_COVERAGE, "Debian"));
	assert_non_null(find_gap(GAP_BLOCKING, GAP_REASON_NO_COVERAGE, "Hex"));
	assert_false(report.coverage.items[0].covered);
	assert_false(report.advisories.items[0].used);
}

static void test_baseline(void **state)
{
	(void)state;
	write_index();
	add("npm", "", "lodash", "1.0.0", 0);
	add("PyPI", "", "Jinja2", "2.10", 0);
	match((struct advisory_options){ 0 });
	/* npm is covered, so the baseline's records of lodash do not count; PyPI is not */
	assert_true(matches.count > 0);
	vec_each(m, &matches) {
		assert_ptr_equal(m->package, &packages.items[1]);
		assert_int_equal(m->vulnerability->source, ADVISORY_BASELINE);
	}
	assert_non_null(find_gap(GAP_BLOCKING, GAP_REASON_BASELINE, "PyPI"));
	assert_int_equal(report.advisories.count, 2);
	assert_true(report.advisories.items[1].used);
	assert_int_equal(report.coverage.items[1].source, ADVISORY_BASELINE);
	assert_false(report.coverage.items[1].covered);
}

static void test_no_index(void **state)
{
	(void)state;
	add("npm", "", "lodash", "1.0.0", 0);
	match((struct advisory_options){ 0 });
	assert_true(matches.count > 0);
	assert_non_null(find_gap(GAP_BLOCKING, GAP_REASON_NO_ADVISORIES, path));
	assert_non_null(find_gap(GAP_BLOCKING, GAP_REASON_BASELINE, "npm"));
}

static void test_nothing_to_look_up(void **state)
{
	(void)state;
	add("npm", "", "lodash", "1.0.0", PACKAGE_NOT_INSTALLED);
	packages.items[0].ecosystem = NULL;
	add("npm", "", "lodash", "1.0.0", PACKAGE_NOT_INSTALLED);
	match((struct advisory_options){ .explain = true });
	assert_int_equal(matches.count + run.gaps.count, 0);
	assert_int_equal(report.explanations.count, 2);
	assert_slice(report.explanations.items[1], "? lodash 1.0.0: not installed: not looked up");
}

static void test_refused(void **state)
{
	struct advisory_options options = { .index_path = path };
	struct error err = ERROR_INIT;

	(void)state;
	test_write(path, SLICE("BWADVIDX\0\0\0\0 and not much more"));
	assert_false(advisory_set_open(&set, &options, &err));
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	add("npm", "", "lodash", "1.0.0", 0);
	advisory_match(&set, &packages, &run, &report, &matches);
	/* the caller tells why; the baseline stands in */
	assert_null(find_gap(GAP_BLOCKING, GAP_REASON_NO_ADVISORIES, path));
	assert_non_null(find_gap(GAP_BLOCKING, GAP_REASON_BASELINE, "npm"));
}

static void test_unversioned(void **state)
{
	(void)state;
	write_index();
	add("Go", "", "example.org/m", "(devel)", PACKAGE_UNVERSIONED);
	add("Go", "", "example.org/m", "(devel)", PACKAGE_UNVERSIONED | PACKAGE_MAIN);
	add("Go", "", "example.org/other", "(devel)", PACKAGE_UNVERSIONED);
	match((struct advisory_options){ .explain = true });
	const struct gap *gap = find_gap(GAP_LOCAL, GAP_REASON_UNVERSIONED, "Go");
	assert_true(gap && slice_starts(gap->message, SLICE("1 packages")));
	assert_int_equal(report.explanations.count, 3);
	assert_slice(report.explanations.items[0], "Go example.org/m (devel): unknown: records "
						   "name it, but its version cannot be compared");
	assert_slice(report.explanations.items[2],
		     "Go example.org/other (devel): cleared: no record names it");
}

static void test_explanations(void **state)
{
	(void)state;
	write_index();
	add("npm", "", "left", "2.0.0", 0);
	add("Debian", "12", "a-bin", "9", 0);
	packages.items[1].source_name = SLICE("a");
	packages.items[1].source_version = SLICE("1");
	match((struct advisory_options){ .explain = true });
	assert_int_equal(matches.count, 2);
	assert_int_equal(matches.items[0].status, MATCH_NOT_AFFECTED);
	assert_int_equal(matches.items[1].status, MATCH_FIXED);
	assert_slice(report.explanations.items[0],
		     "npm left 2.0.0: cleared: 2.0.0 >= 2.0.0 (fixed) (GHSA-1)");
	assert_slice(report.explanations.items[1], "Debian:12 a-bin 9 (as a): affected: 1 >= 0 "
						   "(introduced) and < 2 (fixed) (DSA-1-1)");
}

/* A block that is damaged concerns what lies there; the scan goes on and says so. */
static void test_damaged(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	write_index();
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, -3, SEEK_END), 0);
	assert_int_equal(fputc(0x55, f), 0x55);
	assert_int_equal(fclose(f), 0);
	add("npm", "", "left", "1.0.0", 0);
	add("npm", "", "left", "1.0.1", 0);
	match((struct advisory_options){ .no_baseline = true });
	assert_non_null(find_gap(GAP_BLOCKING, GAP_REASON_DIGEST, path));
	assert_false(advisory_verify(&set, &err));
	assert_int_equal(err.code, ERR_DIGEST);
}

static void test_status(void **state)
{
	struct advisory_options options = { .index_path = path };
	struct advisory_status status;
	struct error err = ERROR_INIT;

	(void)state;
	write_index();
	assert_true(advisory_set_open(&set, &options, &err));
	assert_true(advisory_status(&set, &arena, &status, &err));
	assert_int_equal(status.records, 4);
	assert_int_equal(status.created, NOW);
	assert_int_equal(status.coverage.count, 4);
	assert_slice(status.coverage.items[0].ecosystem, "Debian:12");
	assert_true(status.coverage.items[0].known);
	assert_true(advisory_verify(&set, &err));
	assert_true(slice_starts(status.digest, SLICE("sha256:")));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_covered),	TEST(test_not_covered),	       TEST(test_baseline),
		TEST(test_no_index),	TEST(test_nothing_to_look_up), TEST(test_refused),
		TEST(test_unversioned), TEST(test_explanations),       TEST(test_damaged),
		TEST(test_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
