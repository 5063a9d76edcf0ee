/* Exploits, scores and vendors' words in the policy, the order of findings and exit codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/report.h"

static struct arena arena;
static struct report report;
static struct policy policy;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	policy_init(&policy);
	report = (struct report){ .policy = &policy };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

struct made {
	const char *id;
	enum severity severity;
	bool kev;
	double epss;  /* negative: none */
	double score; /* CVSS; 0: none */
	enum vendor_status status;
};

static struct vulnerability *add(struct made m)
{
	struct vulnerability *v = arena_new(&arena, struct vulnerability);
	struct match *match = arena_new(&arena, struct match);
	struct package *p = arena_new(&arena, struct package);
	struct assessment *x = vec_add(&arena, &report.assessments);

	p->name = SLICE("package");
	*v = (struct vulnerability){ .id = slice_from_cstr(m.id), .severity = m.severity,
				     .known_exploited = m.kev, .has_epss = m.epss >= 0, .epss = m.epss };
	if (m.score > 0)
		*vec_add(&arena, &v->ratings) = (struct cvss_rating){ .version = CVSS_3_1, .score = m.score };
	*match = (struct match){ .package = p, .vulnerability = v, .status = MATCH_FIXED, .vendor_status = m.status };
	*x = (struct assessment){ .rule = &rule_vulnerability, .status = STATUS_FAIL, .severity = m.severity,
				  .match = match, .discriminator = v->id };
	return v;
}

/* The ids of what is shown, in order. */
static const char *shown(void)
{
	struct slice_list ids = { 0 };

	vec_each(x, &report.assessments)
		if (policy_shows(&policy, x))
			*vec_add(&arena, &ids) = x->discriminator;
	return arena_cstr(&arena, arena_join(&arena, ids.items, ids.count, SLICE(" ")));
}

static void add_all(void)
{
	add((struct made){ "critical", SEVERITY_CRITICAL, false, 0.001, 9.8, VENDOR_NONE });
	add((struct made){ "likely", SEVERITY_MEDIUM, false, 0.9, 5.0, VENDOR_NONE });
	add((struct made){ "exploited", SEVERITY_LOW, true, 0.2, 3.0, VENDOR_NO_DSA });
	add((struct made){ "unscored", SEVERITY_HIGH, false, -1, 0, VENDOR_POSTPONED });
}

static void test_risk(void **state)
{
	(void)state;
	add_all();
	const double expected[] = { 0.098, 45, 30, 0.04 };
	for (size_t i = 0; i < 4; i++) {
		double risk = match_risk(report.assessments.items[i].match);
		assert_true(risk > expected[i] - 1e-9 && risk < expected[i] + 1e-9);
	}
	report_finish(&report, &arena);
	assert_string_equal(shown(), "critical unscored likely exploited");
	policy.sort_by_risk = true;
	report_finish(&report, &arena);
	assert_string_equal(shown(), "likely exploited critical unscored");
	/* The package itself is the attack. */
	add((struct made){ "attack", SEVERITY_CRITICAL, false, -1, 0, VENDOR_NONE })->severity_source =
		SLICE("malicious package");
	report_finish(&report, &arena);
	assert_string_equal(shown(), "attack likely exploited critical unscored");
}

static void test_filters(void **state)
{
	(void)state;
	add_all();
	policy.only_kev = true;
	report_finish(&report, &arena);
	assert_string_equal(shown(), "exploited");
	assert_int_equal(report.exit_code, 0);
	policy.only_kev = false;
	assert_true(policy_read_epss(&policy, SLICE("0.2")));
	assert_string_equal(shown(), "likely exploited");
	assert_true(policy_read_epss(&policy, SLICE("0")));
	assert_true(policy_ignore_status(&policy, SLICE("fix_deferred")));
	assert_true(policy_ignore_status(&policy, SLICE("no-dsa")));
	assert_string_equal(shown(), "critical likely");
	assert_false(policy_ignore_status(&policy, SLICE("none")));
	assert_false(policy_ignore_status(&policy, SLICE("fixed")));
	const char *const bad[] = { "", "x", "-0.1", "1.1", "0.1x", "nan", "inf", " 0.1" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(policy_read_epss(&policy, slice_from_cstr(bad[i])));
}

static void test_gates(void **state)
{
	(void)state;
	add((struct made){ "exploited", SEVERITY_UNKNOWN, true, -1, 0, VENDOR_NONE });
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 0);
	policy.fail_on_kev = true;
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 1);
	policy.fail_never = true;
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 1);
	/* What is not shown gates by no rule. */
	policy.severities = 1u << SEVERITY_HIGH;
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 0);
}

static struct ignore *ignore(const char *id, const char *package)
{
	struct ignore *i = vec_add(&arena, &policy.ignores);

	*i = (struct ignore){ .id = slice_from_cstr(id), .package = slice_from_cstr(package),
			      .reason = SLICE("because"), .expires = TIMESTAMP_NONE };
	return i;
}

static void test_errata(void **state)
{
	(void)state;
	struct vulnerability *v = add((struct made){ "ALSA-1", SEVERITY_HIGH, false, -1, 0, VENDOR_NONE });

	*vec_add(&arena, &v->fixes) = SLICE("CVE-2024-0001");
	*vec_add(&arena, &v->fixes) = SLICE("CVE-2024-0002");
	ignore("CVE-2024-0001", "");
	report_finish(&report, &arena);
	assert_string_equal(shown(), "ALSA-1");
	assert_false(policy.ignores.items[0].used);
	ignore("cve-2024-0002", "other");
	report_finish(&report, &arena);
	assert_string_equal(shown(), "ALSA-1");
	ignore("cve-2024-0002", "pack*");
	report_finish(&report, &arena);
	assert_string_equal(shown(), "");
	assert_true(policy.ignores.items[0].used && policy.ignores.items[2].used);
	assert_false(policy.ignores.items[1].used);
}

static void test_end_of_life(void **state)
{
	(void)state;
	struct lifecycle_row *row = vec_add(&arena, &report.lifecycle);

	*row = (struct lifecycle_row){ .state = LIFECYCLE_ENDED };
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 0);
	policy.exit_on_eol = 7;
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 7);
	/* Before findings and gaps, and only for the distribution. */
	add((struct made){ "x", SEVERITY_CRITICAL, false, -1, 0, VENDOR_NONE });
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 7);
	row->packages = 1;
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 1);
	row->packages = 0;
	row->state = LIFECYCLE_EXTENDED;
	report_finish(&report, &arena);
	assert_int_equal(report.exit_code, 1);
}

static bool read_policy(const char *text)
{
	policy_init(&policy);
	return policy_read_yaml(&policy, slice_from_cstr(text), SLICE("bulwark.yaml"), &arena, NULL);
}

static void test_file(void **state)
{
	(void)state;
	assert_true(read_policy("only-kev: true\nfail-on-kev: true\nepss: 0.25\nsort: risk\n"
				"ignore-status: [no-dsa, will_not_fix]\nexit-on-eol: 9\nexit-code: 4\n"));
	assert_true(policy.only_kev && policy.fail_on_kev && policy.sort_by_risk);
	assert_true(policy.epss_min == 0.25);
	assert_int_equal(policy.ignored_statuses, 1u << VENDOR_NO_DSA | 1u << VENDOR_IGNORED);
	assert_int_equal(policy.exit_on_eol, 9);
	assert_int_equal(policy.exit_code, 4);
	const char *const bad[] = { "epss: 2", "sort: fast", "ignore-status: no-dsa", "ignore-status: [x]",
				    "exit-on-eol: 256", "only-kev: 1", "kev: true" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(read_policy(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_risk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_filters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_errata, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_end_of_life, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
