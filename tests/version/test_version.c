#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "version/check.h"
#include "version_cases.h"

static void test_own_cases(void **state)
{
	bool seen[VERSION_SCHEMES] = { false };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(own_cases); i++) {
		CLEANUP(buf_release) struct buf out;

		buf_init(&out, MIB);
		struct version_check counts = version_check_text(
			own_cases[i].scheme, slice_from_cstr(own_cases[i].lines), &out);

		if (counts.differ > 0)
			print_error("%s: %.*s", version_scheme_row(own_cases[i].scheme)->name,
				    SLICE_ARG(buf_slice(&out)));
		assert_int_equal(counts.differ, 0);
		assert_true(counts.agree >= 9);
		seen[own_cases[i].scheme] = true;
	}
	for (int scheme = VERSION_NONE + 1; scheme < VERSION_SCHEMES; scheme++)
		assert_true(seen[scheme]);
}

static void test_validity(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(validity_cases); i++) {
		struct slice v = slice_from_cstr(validity_cases[i].version);
		bool valid = version_valid(validity_cases[i].scheme, v);

		if (valid != validity_cases[i].valid)
			print_error("%s: \"%s\"\n",
				    version_scheme_row(validity_cases[i].scheme)->name,
				    validity_cases[i].version);
		assert_int_equal(valid, validity_cases[i].valid);
	}
}

static void test_table(void **state)
{
	(void)state;
	for (int scheme = VERSION_NONE + 1; scheme < VERSION_SCHEMES; scheme++) {
		const struct version_scheme_row *row =
			version_scheme_row((enum version_scheme)scheme);

		assert_non_null(row);
		assert_non_null(row->compare);
		assert_non_null(row->valid);
		assert_non_null(row->source);
		assert_int_equal(version_scheme_by_name(slice_from_cstr(row->name)), scheme);
	}
	assert_null(version_scheme_row(VERSION_NONE));
	assert_null(version_scheme_row(VERSION_SCHEMES));
	assert_int_equal(version_scheme_by_name(SLICE("rpm")), VERSION_NONE);
	assert_int_equal(version_scheme_by_name(SLICE_EMPTY), VERSION_NONE);
	assert_int_equal(version_compare(VERSION_NONE, SLICE("1.10"), SLICE("1.9")), -1);
	assert_int_equal(version_compare(VERSION_NONE, SLICE("a"), SLICE("a")), 0);
	assert_false(version_valid(VERSION_NONE, SLICE("1")));
}

static void test_check_reports(void **state)
{
	static const char text[] = "// a comment\n# another\n\n"
				   "1.9 < 1.10\n"
				   "1.9\t>  1.10\r\n"
				   "  2.0 = 2.0  \n"
				   "2.0\n"
				   "2.0 <= 2.1\n"
				   "1 < 2 < 3\n"
				   " < 2.1\n"
				   "1.0\x1b = 1.1";
	static const char expected[] = "1.9\\x09>  1.10: we say 1.9 < 1.10\n"
				       "line 7: 2.0: not of the form A < B, A = B or A > B\n"
				       "line 8: 2.0 <= 2.1: not of the form A < B, A = B or A > B\n"
				       "line 9: 1 < 2 < 3: not of the form A < B, A = B or A > B\n"
				       "line 10: < 2.1: not of the form A < B, A = B or A > B\n"
				       "1.0\\x1b = 1.1: we say 1.0\\x1b < 1.1\n"
				       "2 agree, 6 differ\n";
	CLEANUP(buf_release) struct buf out;

	(void)state;
	buf_init(&out, MIB);
	struct version_check counts =
		version_check_text(VERSION_SEMVER, slice_from_cstr(text), &out);

	buf_add_byte(&out, '\0');
	assert_string_equal(out.data, expected);
	assert_int_equal(counts.agree, 2);
	assert_int_equal(counts.differ, 6);
}

static void test_check_empty(void **state)
{
	CLEANUP(buf_release) struct buf out;

	(void)state;
	buf_init(&out, MIB);
	struct version_check counts = version_check_text(VERSION_DEBIAN, SLICE_EMPTY, &out);

	assert_true(slice_is(buf_slice(&out), "0 agree, 0 differ\n"));
	assert_int_equal(counts.agree + counts.differ, 0);
}

/* xorshift64*: the same strings in every run. */
static uint32_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dULL) >> 32);
}

#define PIECES ARRAY_LEN(alphabets[0].pieces)
#define CORPUS 140
#define WORD_MAX 96

struct corpus {
	char bytes[CORPUS][WORD_MAX];
	struct slice words[CORPUS];
	int8_t order[CORPUS][CORPUS];
};

static struct slice random_word(char *out, const char *const *pieces, size_t count,
				uint64_t *state)
{
	size_t wanted = next_random(state) % 9;
	bool noise = next_random(state) % 16 == 0;
	size_t len = 0;

	while (wanted-- > 0) {
		const char *piece = pieces[next_random(state) % count];

		len += (size_t)snprintf(out + len, WORD_MAX - len, "%s", piece);
		if (noise)
			out[len++] = (char)next_random(state);
	}
	return slice_new(out, len);
}

static void fill_corpus(struct corpus *c, const char *const *pieces, uint64_t *state)
{
	size_t count = 0;

	while (count < PIECES && pieces[count])
		count++;
	for (size_t i = 0; i < CORPUS; i++)
		c->words[i] = random_word(c->bytes[i], pieces, count, state);
}

static void compare_corpus(struct corpus *c, enum version_scheme scheme)
{
	for (size_t i = 0; i < CORPUS; i++) {
		for (size_t j = 0; j < CORPUS; j++) {
			int order = version_compare(scheme, c->words[i], c->words[j]);

			assert_in_range(order + 1, 0, 2);
			c->order[i][j] = (int8_t)order;
		}
		assert_int_equal(c->order[i][i], 0);
	}
	for (size_t i = 0; i < CORPUS; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_equal(c->order[i][j], -c->order[j][i]);
}

static void check_transitive(const struct corpus *c, enum version_scheme scheme)
{
	for (size_t i = 0; i < CORPUS; i++)
		for (size_t j = 0; j < CORPUS; j++)
			for (size_t k = 0; k < CORPUS && c->order[i][j] <= 0; k++) {
				if (c->order[j][k] > 0)
					continue;
				int least = c->order[i][j] < 0 || c->order[j][k] < 0 ? -1 : 0;

				if (c->order[i][k] == least)
					continue;
				print_error("%s: \"%.*s\" \"%.*s\" \"%.*s\"\n",
					    version_scheme_row(scheme)->name,
					    SLICE_ARG(c->words[i]), SLICE_ARG(c->words[j]),
					    SLICE_ARG(c->words[k]));
				fail();
			}
}

static void test_orders(void **state)
{
	CLEANUP_FREE struct corpus *c = malloc(sizeof(*c));
	uint64_t seed = 0x9e3779b97f4a7c15ULL;

	(void)state;
	assert_non_null(c);
	assert_int_equal(ARRAY_LEN(alphabets), VERSION_SCHEMES - 1);
	for (size_t i = 0; i < ARRAY_LEN(alphabets); i++) {
		for (int round = 0; round < 4; round++) {
			fill_corpus(c, alphabets[i].pieces, &seed);
			compare_corpus(c, alphabets[i].scheme);
			check_transitive(c, alphabets[i].scheme);
		}
	}
}

static size_t repeat(char *out, size_t max, struct slice piece)
{
	size_t len = 0;

	out[len++] = '1';
	while (len + piece.len + 1 < max) {
		memcpy(out + len, piece.data, piece.len);
		len += piece.len;
		out[len] = len % 3 ? '.' : '0';
		len++;
	}
	return len;
}

/* One piece many times over, against the same with another end: no piece may cost a full pass. */
static void test_long_inputs(void **state)
{
	enum { LONG = 1 << 17 };
	CLEANUP_FREE char *a = malloc(LONG + 16);
	CLEANUP_FREE char *b = malloc(LONG + 16);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	for (size_t i = 0; i < ARRAY_LEN(alphabets); i++) {
		for (size_t p = 0; p < PIECES && alphabets[i].pieces[p]; p++) {
			size_t len = repeat(a, LONG, slice_from_cstr(alphabets[i].pieces[p]));

			memcpy(b, a, len);
			b[len] = '7';
			struct slice x = slice_new(a, len);
			struct slice y = slice_new(b, len + 1);
			int order = version_compare(alphabets[i].scheme, x, y);

			assert_int_equal(version_compare(alphabets[i].scheme, y, x), -order);
			assert_int_equal(version_compare(alphabets[i].scheme, x, x), 0);
		}
	}
}

/*
 * Rows of the published tables that contradict others there, so that no order
 * can satisfy them all: the Maven table also has 1.0.0 <
 * 1.0.0-gradle-rework-beta1 and, for such names, 1.0.0.RC2 < 1.0.0.
 */
static const char *const contradictory[] = {
	"1.0.0-gradle-rework-beta3 < 1.0.0.RC7-3",
};

static bool is_contradictory(struct slice line)
{
	for (size_t i = 0; i < ARRAY_LEN(contradictory); i++)
		if (slice_eq(slice_trim(line), slice_from_cstr(contradictory[i])))
			return true;
	return false;
}

static size_t check_table_file(const char *directory, const char *scheme, const char *kind)
{
	char path[PATH_MAX];
	struct arena arena;
	struct slice text, line;
	struct error err = ERROR_INIT;
	size_t agree = 0;
	size_t differ = 0;

	arena_init(&arena, 0);
	snprintf(path, sizeof(path), "%s/version/%s-versions%s.txt", directory, scheme, kind);
	if (io_read_file(AT_FDCWD, path, 64 * MIB, &arena, &text, &err)) {
		while (slice_next_line(&text, &line)) {
			CLEANUP(buf_release) struct buf out;

			buf_init(&out, MIB);
			struct version_check counts = version_check_text(
				version_scheme_by_name(slice_from_cstr(scheme)), line, &out);

			agree += counts.agree;
			if (counts.differ > 0 && !is_contradictory(line)) {
				print_error("%s: %.*s", path, SLICE_ARG(buf_slice(&out)));
				differ++;
			}
		}
	}
	arena_release(&arena);
	assert_int_equal(differ, 0);
	return agree;
}

static void test_outside_tables(void **state)
{
	const char *cases = getenv("BULWARK_CASES");
	const char *source = getenv("BULWARK_SOURCE");
	char directory[PATH_MAX];
	size_t agree = 0;

	(void)state;
	if (cases)
		snprintf(directory, sizeof(directory), "%s", cases);
	else
		snprintf(directory, sizeof(directory), "%s/../shared/cases", source ? source : ".");
	for (int scheme = VERSION_NONE + 1; scheme < VERSION_SCHEMES; scheme++) {
		const char *name = version_scheme_row((enum version_scheme)scheme)->name;

		agree += check_table_file(directory, name, "");
		agree += check_table_file(directory, name, "-generated");
	}
	if (agree == 0) {
		print_message("skipped: no version tables in %s/version\n", directory);
		skip();
	}
	print_message("outside tables: %zu comparisons agree\n", agree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_own_cases),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_check_reports),
		cmocka_unit_test(test_check_empty),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_long_inputs),
		cmocka_unit_test(test_outside_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
