/* OSV's evaluation of one range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "advisory/range.h"

/* Events in short: i1.0 f2.0 l3.0 m4.0 (limit). */
static size_t read_events(const char *text, struct range_event *events)
{
	static const char letters[] = { 'i', 'f', 'l', 'm' };
	struct slice rest = slice_from_cstr(text), word;
	size_t count = 0;

	while (slice_next(&rest, ' ', &word)) {
		for (unsigned k = 0; k < sizeof(letters); k++)
			if (word.data[0] == letters[k])
				events[count].kind = (enum range_event_kind)k;
		events[count++].version = slice_from(word, 1);
	}
	return count;
}

static const struct {
	enum version_scheme scheme;
	const char *events, *version;
	bool affected;
	const char *range; /* of an affected one */
} cases[] = {
	{ VERSION_SEMVER, "i0 f1.2.0", "1.1.9", true, "< 1.2.0" },
	{ VERSION_SEMVER, "i0 f1.2.0", "1.2.0", false, "" },
	{ VERSION_SEMVER, "i0 f1.2.0", "1.2.0-rc.1", true, "< 1.2.0" },
	{ VERSION_SEMVER, "i0", "99.0.0", true, "any version" },
	{ VERSION_SEMVER, "i1.0.0", "0.9.0", false, "" },
	{ VERSION_SEMVER, "i1.0.0", "1.0.0", true, ">= 1.0.0" },
	{ VERSION_SEMVER, "i1.0.0 l1.3.0", "1.3.0", true, ">= 1.0.0, <= 1.3.0" },
	{ VERSION_SEMVER, "i1.0.0 l1.3.0", "1.3.1", false, "" },
	/* the introduced "0" lies below what SemVer calls lowest */
	{ VERSION_SEMVER, "i0 f1.0.0", "0.0.0-0", true, "< 1.0.0" },
	{ VERSION_PYPI, "i0 f1.0", "0.dev0", true, "< 1.0" },
	{ VERSION_DEBIAN, "i0 f1.0", "~", true, "< 1.0" },
	/* not in order, and two of a kind in a row */
	{ VERSION_SEMVER, "f2.0.0 i1.5.0 f1.2.0 i0", "1.1.0", true, "< 1.2.0" },
	{ VERSION_SEMVER, "f2.0.0 i1.5.0 f1.2.0 i0", "1.3.0", false, "" },
	{ VERSION_SEMVER, "f2.0.0 i1.5.0 f1.2.0 i0", "1.9.0", true, ">= 1.5.0, < 2.0.0" },
	{ VERSION_SEMVER, "i0 f1.0.0 f2.0.0", "1.5.0", false, "" },
	{ VERSION_SEMVER, "i0 i1.0.0 f2.0.0", "1.5.0", true, "< 2.0.0" },
	/* several stretches in one range, as of backports */
	{ VERSION_SEMVER, "i0 f4.1.12 i4.2.0 f4.2.9 i4.3.0 f4.3.6", "4.2.8", true,
	  ">= 4.2.0, < 4.2.9" },
	{ VERSION_SEMVER, "i0 f4.1.12 i4.2.0 f4.2.9 i4.3.0 f4.3.6", "4.2.9", false, "" },
	/* one version twice: what joins, what is empty, what is a single version */
	{ VERSION_SEMVER, "i2.4.49 f2.4.50 i2.4.50 f2.4.51", "2.4.49", true,
	  ">= 2.4.49, < 2.4.51" },
	{ VERSION_SEMVER, "i2.4.49 f2.4.50 i2.4.50 f2.4.51", "2.4.50", true,
	  ">= 2.4.50, < 2.4.51" },
	{ VERSION_SEMVER, "i2.4.50 f2.4.51 i2.4.49 f2.4.50", "2.4.50", true,
	  ">= 2.4.50, < 2.4.51" },
	{ VERSION_SEMVER, "i2.4.50 f2.4.51 i2.4.49 f2.4.50", "2.4.51", false, "" },
	{ VERSION_SEMVER, "i0 f1.0.0 i2.0.0 f2.0.0", "2.0.0", false, "" },
	{ VERSION_SEMVER, "i0 f1.0.0 i2.0.0 f2.0.0", "3.0.0", false, "" },
	{ VERSION_SEMVER, "i2.2.0 l2.2.0", "2.2.0", true, ">= 2.2.0, <= 2.2.0" },
	{ VERSION_SEMVER, "i2.2.0 l2.2.0", "2.2.1", false, "" },
	{ VERSION_SEMVER, "i2.2.0 l2.2.0 i2.2.1 l2.2.1", "2.2.1", true, ">= 2.2.1, <= 2.2.1" },
	/* equal versions written differently */
	{ VERSION_PYPI, "i0 f1.0", "1.0.0", false, "" },
	{ VERSION_PYPI, "i0 l1.0", "1.0.0", true, "<= 1.0" },
	/* limits */
	{ VERSION_SEMVER, "i1.0.0 m2.0.0", "1.9.9", true, ">= 1.0.0" },
	{ VERSION_SEMVER, "i1.0.0 m2.0.0", "2.0.0", false, "" },
	{ VERSION_SEMVER, "i1.0.0 m2.0.0 m3.0.0", "2.5.0", true, ">= 1.0.0" },
	{ VERSION_SEMVER, "i1.0.0 m2.0.0 m3.0.0", "3.0.0", false, "" },
	{ VERSION_SEMVER, "i1.0.0 m*", "77.0.0", true, ">= 1.0.0" },
	{ VERSION_SEMVER, "i1.0.0 f1.5.0 m2.0.0", "1.6.0", false, "" },
	/* distributions' versions: epochs, tildes, rebuilds */
	{ VERSION_DEBIAN, "i0 f1:2.3-4", "2.9-1", true, "< 1:2.3-4" },
	{ VERSION_DEBIAN, "i0 f1:2.3-4", "1:2.3-4", false, "" },
	{ VERSION_DEBIAN, "i0 f2.3-4", "2.3-4~bpo11+1", true, "< 2.3-4" },
	{ VERSION_DEBIAN, "i0 f2.3-4+deb11u2", "2.3-4+deb11u10", false, "" },
	{ VERSION_ALPINE, "i0 f1.2.3-r1", "1.2.3_rc1-r9", true, "< 1.2.3-r1" },
	{ VERSION_ALPINE, "i0 f1.2.3-r1", "1.2.3_p1-r0", false, "" },
	{ VERSION_REDHAT, "i0 f4:1.1.9-1.el9", "1.2.0-1.el9", true, "< 4:1.1.9-1.el9" },
	{ VERSION_GO, "i0 f1.2.3", "v1.2.2", true, "< 1.2.3" },
	{ VERSION_GO, "i0 f1.2.3", "v1.2.3-0.20200101000000-abcdefabcdef", true, "< 1.2.3" },
	/* no ordering, no verdict */
	{ VERSION_NONE, "i0", "1", false, "" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct range_event events[16];
		size_t count = read_events(cases[i].events, events);
		struct arena a;

		arena_init(&a, 0);
		range_sort(cases[i].scheme, events, count);
		struct range_verdict v = range_evaluate(cases[i].scheme, events, count,
							slice_from_cstr(cases[i].version));
		struct slice range = v.affected ? range_describe(&v, &a) : SLICE_EMPTY;
		if (v.affected != cases[i].affected ||
		    !slice_eq(range, slice_from_cstr(cases[i].range)))
			fail_msg("%s in \"%s\": %d \"%.*s\"", cases[i].version, cases[i].events,
				 v.affected, SLICE_ARG(range));
		arena_release(&a);
	}
}

static void test_comparison(void **state)
{
	static const struct {
		const char *events, *version, *text;
	} texts[] = {
		{ "i0 f1.4.0 i2.0.0 f2.3.0", "1.5.0",
		  "1.5.0 >= 1.4.0 (fixed) and < 2.0.0 (introduced)" },
		{ "i0 f1.4.0 i2.0.0 f2.3.0", "2.1.0",
		  "2.1.0 >= 2.0.0 (introduced) and < 2.3.0 (fixed)" },
		{ "i1.0.0 l1.4.0", "1.5.0", "1.5.0 > 1.4.0 (last_affected)" },
		{ "i1.0.0 l1.4.0", "1.4.0",
		  "1.4.0 >= 1.0.0 (introduced) and <= 1.4.0 (last_affected)" },
		{ "i1.0.0", "0.5.0", "0.5.0 < 1.0.0 (introduced)" },
		{ "i1.0.0 m2.0.0", "2.5.0", "2.5.0 >= 2.0.0 (limit)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct range_event events[16];
		size_t count = read_events(texts[i].events, events);
		struct arena a;

		arena_init(&a, 0);
		range_sort(VERSION_SEMVER, events, count);
		struct slice version = slice_from_cstr(texts[i].version);
		struct range_verdict v = range_evaluate(VERSION_SEMVER, events, count, version);
		assert_string_equal(range_compare_text(&v, version, &a).data, texts[i].text);
		arena_release(&a);
	}
}

/* The order in which a record lists its stretches says nothing. */
static void test_order(void **state)
{
	const char *const stretches[] = { "i1.0.0 f1.2.0", "i1.2.0 f1.4.0", "i2.0.0 l2.1.0",
					  "i3.0.0 f3.1.0" };
	const char *const versions[] = { "0.9.0", "1.0.0", "1.1.0", "1.2.0", "1.4.0",
					 "2.0.0", "2.1.0", "2.1.1", "3.0.0", "3.1.0" };
	bool expected[10] = { 0 };

	(void)state;
	for (unsigned order = 0; order < 24; order++) {
		size_t left[] = { 0, 1, 2, 3 }, rest = order;
		char text[128] = "";

		for (size_t n = 4; n > 0; n--) {
			size_t pick = rest % n;

			rest /= n;
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 n < 4 ? " " : "", stretches[left[pick]]);
			memmove(left + pick, left + pick + 1, (n - pick - 1) * sizeof(*left));
		}
		struct range_event events[16];
		size_t count = read_events(text, events);
		range_sort(VERSION_SEMVER, events, count);
		for (size_t i = 0; i < 10; i++) {
			bool affected = range_evaluate(VERSION_SEMVER, events, count,
						       slice_from_cstr(versions[i]))
						.affected;
			if (order == 0)
				expected[i] = affected;
			else if (affected != expected[i])
				fail_msg("%s in \"%s\": %d", versions[i], text, affected);
		}
	}
	assert_true(expected[3]); /* 1.2.0: where one stretch ends the next one starts */
	assert_false(expected[4]);
	assert_true(expected[6]);
	assert_false(expected[7]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
