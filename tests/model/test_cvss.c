#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "model/cvss.h"
#include "model/debug_text.h"

/* Scores that FIRST's guides and the vulnerabilities' own records give. */
static const struct {
	const char *vector;
	enum cvss_version version;
	double score;
} scored[] = {
	/* The three examples of the 2.0 guide, section 3.3, and Heartbleed. */
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C", CVSS_2_0, 7.8 },
	{ "AV:N/AC:L/Au:N/C:C/I:C/A:C", CVSS_2_0, 10.0 },
	{ "AV:L/AC:H/Au:N/C:C/I:C/A:C", CVSS_2_0, 6.2 },
	{ "(AV:N/AC:L/Au:N/C:P/I:N/A:N)", CVSS_2_0, 5.0 },
	{ "AV:L/AC:H/Au:M/C:N/I:N/A:N", CVSS_2_0, 0.0 },
	/* Temporal metrics are read and not counted. */
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", CVSS_2_0, 7.8 },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:POC/RL:ND/CDP:LM/TD:H/CR:M/IR:M/AR:H", CVSS_2_0, 7.8 },
	/* Heartbleed, Log4Shell, Dirty COW, cross-site scripting in phpMyAdmin (CVE-2013-1937). */
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", CVSS_3_1, 7.5 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", CVSS_3_1, 10.0 },
	{ "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H", CVSS_3_1, 7.0 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", CVSS_3_1, 6.1 },
	{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", CVSS_3_0, 6.1 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", CVSS_3_1, 0.0 },
	{ "CVSS:3.1/S:U/A:N/I:N/C:H/UI:N/PR:N/AC:L/AV:N", CVSS_3_1, 7.5 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O/RC:R/MAV:P/MC:N", CVSS_3_1, 7.5 },
	/* FIRST's 4.0 examples: CVE-2022-41741, CVE-2020-3549, CVE-2014-0160, CVE-2021-44228. */
	{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", CVSS_4_0, 7.3 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", CVSS_4_0, 7.7 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", CVSS_4_0, 5.2 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A", CVSS_4_0, 8.7 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A", CVSS_4_0, 10.0 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", CVSS_4_0, 0.0 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/U:Clear", CVSS_4_0, 10.0 },
};

static double score_of(const char *vector, enum cvss_version *version)
{
	struct error err = ERROR_INIT;
	double score = -1;

	if (!cvss_score(slice_from_cstr(vector), version, &score, &err))
		print_error("%s: %s\n", vector, err.message);
	return score;
}

static void test_scores(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scored); i++) {
		enum cvss_version version = CVSS_NONE;
		double score = score_of(scored[i].vector, &version);

		if (fabs(score - scored[i].score) > 1e-9)
			print_error("%s: %.1f, not %.1f\n", scored[i].vector, scored[i].score, score);
		assert_true(fabs(score - scored[i].score) <= 1e-9);
		assert_int_equal(version, scored[i].version);
	}
}

static const struct {
	const char *vector;
	const char *why;
} refused[] = {
	{ "", "unknown metric \"\"" },
	{ "()", "unknown metric \"\"" },
	{ "AV:N/AC:L/Au:N/C:N/I:N", "metric A is missing" },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/", "unknown metric \"\"" },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/AV:N", "metric AV is given twice" },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:X", "metric A has no value \"X\"" },
	{ "(AV:N/AC:L/Au:N/C:N/I:N/A:C", "unknown metric \"(AV:N\"" },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N", "metric A is missing" },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:A", "metric E has no value \"A\"" },
	{ "CVSS:3.1/AV:N/AC:L/Au:N/C:N/I:N/A:C", "unknown metric \"Au:N\"" },
	{ "CVSS:3.1/AV/AC:L", "metric AV has no value \"\"" },
	{ "CVSS:3.1/AV:N:N/AC:L", "metric AV has no value \"N:N\"" },
	{ "CVSS:3.1/av:N", "unknown metric \"av:N\"" },
	{ "CVSS:3.1/AV:N /AC:L", "metric AV has no value \"N \"" },
	{ "CVSS:3.1/AV: /AC:L", "metric AV has no value \" \"" },
	{ "CVSS:3.1", "unknown CVSS version" },
	{ "CVSS:3.2/AV:N", "unknown CVSS version" },
	{ "CVSS:5.0/AV:N", "unknown CVSS version" },
	{ "cvss:3.1/AV:N", "unknown metric \"cvss:3.1\"" },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H", "metric SA is missing" },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:S/SI:H/SA:H",
	  "metric SC has no value \"S\"" },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:R/VC:H", "metric UI has no value \"R\"" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct error err = ERROR_INIT;
		enum cvss_version version;
		double score;

		assert_false(cvss_score(slice_from_cstr(refused[i].vector), &version, &score, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_string_equal(err.message, refused[i].why);
	}
}

/* 3.1 changed how a score is rounded up, to save sloppy arithmetic, and no base score. */
static void test_versions_3_agree(void **state)
{
	static const char *const metrics[] = { "NALP", "LH", "NLH", "NR", "UC", "HLN", "HLN", "HLN" };
	char vector[] = "CVSS:3.0/AV:?/AC:?/PR:?/UI:?/S:?/C:?/I:?/A:?";
	size_t places[8], place = 0, combinations = 0;

	(void)state;
	for (size_t i = 0; vector[i]; i++)
		if (vector[i] == '?')
			places[place++] = i;
	for (size_t n = 0;; n++) {
		size_t rest = n;
		enum cvss_version version;

		for (size_t m = 0; m < 8; m++) {
			vector[places[m]] = metrics[m][rest % strlen(metrics[m])];
			rest /= strlen(metrics[m]);
		}
		if (rest > 0)
			break;
		vector[7] = '0';
		double older = score_of(vector, &version);

		assert_int_equal(version, CVSS_3_0);
		vector[7] = '1';
		assert_true(fabs(older - score_of(vector, &version)) < 1e-9);
		assert_true(older >= 0 && older <= 10);
		combinations++;
	}
	assert_int_equal(combinations, 2592);
}

/* What is not defined changes nothing, whichever metric says so and wherever it stands. */
static void test_not_defined(void **state)
{
	static const char *const more[] = {
		"E", "CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI",
		"MVA", "MSC", "MSI", "MSA", "S", "AU", "R", "V", "RE", "U",
	};
	static const char base[] = "AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:H/VA:N/SC:L/SI:N/SA:H";
	char vector[512];
	enum cvss_version version;

	(void)state;
	snprintf(vector, sizeof(vector), "CVSS:4.0/%s", base);
	double plain = score_of(vector, &version);

	assert_true(plain > 0);
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		snprintf(vector, sizeof(vector), "CVSS:4.0/%s:X/%s", more[i], base);
		assert_true(fabs(score_of(vector, &version) - plain) < 1e-9);
	}
	snprintf(vector, sizeof(vector), "CVSS:4.0/%s/MSI:S", base);
	assert_true(score_of(vector, &version) > plain);
	snprintf(vector, sizeof(vector), "CVSS:4.0/%s/E:U", base);
	assert_true(score_of(vector, &version) < plain);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(cvss_version_name(CVSS_2_0), "2.0");
	assert_string_equal(cvss_version_name(CVSS_4_0), "4.0");
	assert_string_equal(cvss_version_name(CVSS_NONE), "");
	assert_string_equal(cvss_version_name((enum cvss_version)99), "");
}

static void test_debug(void **state)
{
	static const char text[] = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\r\n"
				   "\n"
				   "AV:\x1b[31m\n"
				   "AV:L/AC:H/Au:M/C:N/I:N/A:N";
	static const char expected[] = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\t7.5\n"
				       "\tinvalid: unknown metric \"\"\n"
				       "AV:\\x1b[31m\tinvalid: metric AV has no value \"\\x1b[31m\"\n"
				       "AV:L/AC:H/Au:M/C:N/I:N/A:N\t0.0\n";
	CLEANUP(buf_release) struct buf out;

	(void)state;
	buf_init(&out, MIB);
	debug_cvss(slice_from_cstr(text), &out);
	buf_add_byte(&out, '\0');
	assert_string_equal(out.data, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scores),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_versions_3_agree),
		cmocka_unit_test(test_not_defined),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_debug),
	};

	return cmocka_run_group_tests_name("cvss", tests, NULL, NULL);
}
