#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/edit.h"
#include "model/report.h"
#include "model/span.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

#define expect_text(got, want)                                                               \
	do {                                                                                 \
		struct slice got_ = (got);                                                   \
		if (!slice_eq(got_, slice_from_cstr(want)))                                  \
			fail_msg("\"%.*s\", not \"%s\"", SLICE_ARG(got_), want);             \
	} while (0)

/* ------------------------------------------------------------------- spans */

static void expect_position(struct position p, uint64_t line, uint64_t column, uint64_t utf16)
{
	if (p.line != line || p.column != column || p.column_utf16 != utf16)
		fail_msg("%llu:%llu (%llu), not %llu:%llu (%llu)", (unsigned long long)p.line,
			 (unsigned long long)p.column, (unsigned long long)p.column_utf16,
			 (unsigned long long)line, (unsigned long long)column, (unsigned long long)utf16);
}

static void test_positions(void **state)
{
	/* A letter of two bytes, one of four that UTF-16 writes as two units, and a bad byte. */
	struct slice text = SLICE("ab\n\xc3\xa9x\xf0\x9f\x98\x80y\xffz\r\n\nlast");
	struct source_table t;

	(void)state;
	source_table_init(&t, &arena);
	uint32_t s = source_add(&t, SLICE("f"), text, -1);
	assert_int_not_equal(s, SOURCE_NONE);
	expect_position(source_position(&t, (struct span){ s, 0, 0 }), 1, 1, 1);
	expect_position(source_position(&t, (struct span){ s, 2, 0 }), 1, 3, 3);
	expect_position(source_position(&t, (struct span){ s, 3, 0 }), 2, 1, 1);
	expect_position(source_position(&t, (struct span){ s, 5, 0 }), 2, 3, 2);
	expect_position(source_position(&t, (struct span){ s, 6, 0 }), 2, 4, 3);
	expect_position(source_position(&t, (struct span){ s, 10, 0 }), 2, 8, 5);
	expect_position(source_position(&t, (struct span){ s, 12, 0 }), 2, 10, 7);
	expect_position(source_position(&t, (struct span){ s, 15, 0 }), 3, 1, 1);
	expect_position(source_end_position(&t, (struct span){ s, 3, 3 }), 2, 4, 3);
	expect_position(source_end_position(&t, (struct span){ s, 16, 4 }), 4, 5, 5);
	/* Outside the text, in a text no longer held, nowhere. */
	expect_position(source_position(&t, (struct span){ s, text.len + 1, 0 }), 0, 0, 0);
	expect_position(source_position(&t, (struct span){ source_add(&t, SLICE("g"), SLICE_EMPTY, 0), 0, 0 }), 0, 0, 0);
	expect_position(source_position(&t, (struct span){ SOURCE_NONE, 0, 0 }), 0, 0, 0);
	expect_position(source_position(&t, (struct span){ 99, 0, 0 }), 0, 0, 0);
	assert_null(source_get(&t, 99));
}

static void expect_span(struct span s, uint32_t source, uint64_t offset, uint64_t length)
{
	if (s.source != source || s.offset != offset || s.length != length)
		fail_msg("%u:%llu+%llu", s.source, (unsigned long long)s.offset, (unsigned long long)s.length);
}

static void test_derived_sources(void **state)
{
	struct source_table t;

	(void)state;
	source_table_init(&t, &arena);
	uint32_t file = source_add(&t, SLICE("guide.md"), SLICE("0123456789abcdefghij"), -1);
	uint32_t block = source_add(&t, SLICE("block"), SLICE("2345cdef"), -1);
	uint32_t inner = source_add(&t, SLICE("inner"), SLICE("45cd!"), -1);
	source_add_piece(&t, block, (struct source_piece){ 0, 4, { file, 2, 4 } });
	source_add_piece(&t, block, (struct source_piece){ 4, 4, { file, 12, 4 } });
	/* The inner one has a head of its own and a rewritten end. */
	source_add_piece(&t, inner, (struct source_piece){ 1, 4, { block, 2, 4 } });
	source_add_piece(&t, inner, (struct source_piece){ 5, 3, { block, 6, 1 } });
	source_add_piece(&t, 99, (struct source_piece){ 0 });
	expect_span(source_origin(&t, (struct span){ file, 3, 2 }), file, 3, 2);
	expect_span(source_origin(&t, (struct span){ block, 0, 4 }), file, 2, 4);
	expect_span(source_origin(&t, (struct span){ block, 5, 2 }), file, 13, 2);
	/* Over the seam its start stays. */
	expect_span(source_origin(&t, (struct span){ block, 2, 4 }), file, 4, 2);
	expect_span(source_origin(&t, (struct span){ inner, 1, 1 }), file, 4, 1);
	expect_span(source_origin(&t, (struct span){ inner, 3, 1 }), file, 12, 1);
	expect_span(source_origin(&t, (struct span){ inner, 5, 3 }), file, 14, 1);
	expect_span(source_origin(&t, (struct span){ inner, 7, 1 }), file, 15, 0);
	assert_int_equal(source_origin(&t, (struct span){ inner, 0, 1 }).source, SOURCE_NONE);
	/* One that is derived from itself ends somewhere. */
	uint32_t loop = source_add(&t, SLICE("loop"), SLICE("x"), -1);
	source_add_piece(&t, loop, (struct source_piece){ 0, 1, { loop, 0, 1 } });
	source_origin(&t, (struct span){ loop, 0, 1 });
}

/* ------------------------------------------------------------------- edits */

static void add_edit(struct edit_list *list, uint64_t offset, uint64_t length, const char *text)
{
	*vec_add(&arena, list) = (struct edit){ { 1, offset, length }, slice_from_cstr(text) };
}

static void test_edits(void **state)
{
	struct slice text = SLICE("FROM a\nRUN b\n");
	struct error err = ERROR_INIT;
	struct edit_list edits = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	assert_true(edit_list_prepare(&edits, text.len, &err));
	assert_true(edit_apply(&edits, text, &out));
	expect_text(buf_slice(&out), "FROM a\nRUN b\n");
	add_edit(&edits, 13, 0, "USER x\n");
	add_edit(&edits, 5, 1, "c");
	add_edit(&edits, 11, 1, "");
	add_edit(&edits, 5, 0, "--q ");
	add_edit(&edits, 0, 0, "#\n");
	add_edit(&edits, 6, 0, ":1");
	buf_clear(&out);
	assert_true(edit_list_prepare(&edits, text.len, &err));
	assert_true(edit_apply(&edits, text, &out));
	expect_text(buf_slice(&out), "#\nFROM --q c:1\nRUN \nUSER x\n");
	buf_release(&out);
	buf_init(&out, 5);
	assert_false(edit_apply(&edits, text, &out));
	buf_release(&out);
}

static void test_edits_refused(void **state)
{
	static const struct {
		uint32_t source;
		uint64_t offset, length;
	} second[] = {
		{ 1, 4, 2 }, { 1, 3, 3 }, { 1, 5, 0 }, { 1, 4, 1 }, { 1, 11, 0 }, { 1, 8, 3 }, { 1, 8, UINT64_MAX },
		{ 1, UINT64_MAX, 1 }, { 2, 8, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(second); i++) {
		struct edit_list edits = { 0 };
		struct error err = ERROR_INIT;

		add_edit(&edits, 4, 3, "x");
		*vec_add(&arena, &edits) =
			(struct edit){ { second[i].source, second[i].offset, second[i].length }, SLICE("y") };
		if (edit_list_prepare(&edits, 10, &err))
			fail_msg("case %zu", i);
		assert_int_equal(err.code, ERR_INTERNAL);
	}
}

/* ------------------------------------------------------------ fingerprints */

static void test_fingerprints(void **state)
{
	struct rule rule = { .id = SLICE("r"), .version = 1 };
	struct fingerprint f, g;
	char text[FINGERPRINT_TEXT_MAX];

	(void)state;
	fingerprint_compute(&rule, SLICE("ab"), SLICE("c"), &f);
	fingerprint_compute(&rule, SLICE("ab"), SLICE("c"), &g);
	assert_memory_equal(&f, &g, sizeof(f));
	assert_int_equal(strlen(fingerprint_format(&f, text)), 32);
	assert_true(fingerprint_parse(slice_from_cstr(text), &g));
	assert_memory_equal(&f, &g, sizeof(f));
	/* Where one part ends and the next begins counts, and so does each part. */
	fingerprint_compute(&rule, SLICE("a"), SLICE("bc"), &g);
	assert_memory_not_equal(&f, &g, sizeof(f));
	fingerprint_compute(&rule, SLICE("ab"), SLICE("d"), &g);
	assert_memory_not_equal(&f, &g, sizeof(f));
	rule.version = 2;
	fingerprint_compute(&rule, SLICE("ab"), SLICE("c"), &g);
	assert_memory_not_equal(&f, &g, sizeof(f));
	rule = (struct rule){ .id = SLICE("s"), .version = 1 };
	fingerprint_compute(&rule, SLICE("ab"), SLICE("c"), &g);
	assert_memory_not_equal(&f, &g, sizeof(f));
	assert_true(fingerprint_parse(SLICE("0123456789ABCDEFabcdef0123456789"), &g));
	assert_string_equal(fingerprint_format(&g, text), "0123456789abcdefabcdef0123456789");
	assert_false(fingerprint_parse(SLICE("0123456789abcdefabcdef012345678"), &g));
	assert_false(fingerprint_parse(SLICE("0123456789abcdefabcdef012345678g"), &g));
	assert_false(fingerprint_parse(SLICE(""), &g));
}

/*
 * The same value by other means:
 * struct.pack('<Q', n) in front of each of "vulnerability", version 1 as eight
 * bytes, "pkg:npm/a" and "CVE-2020-1", SHA-256, first 16 bytes.  Waivers that
 * people keep hold these, so it may never change.
 */
static void test_fingerprint_is_stable(void **state)
{
	struct fingerprint f;
	char text[FINGERPRINT_TEXT_MAX];

	(void)state;
	fingerprint_compute(&rule_vulnerability, SLICE("pkg:npm/a"), SLICE("CVE-2020-1"), &f);
	assert_string_equal(fingerprint_format(&f, text), "0570ffb5ccb5f9df8dbf59327983bfe8");
}

/* -------------------------------------------------------------------- gaps */

static void test_gaps(void **state)
{
	struct gap_list list = { 0 };
	const char word[] = "temporary";

	(void)state;
	gap_add(&list, &arena, GAP_NOTE, GAP_REASON_STALE, SLICE("a"), "old");
	gap_add(&list, &arena, GAP_LOCAL, GAP_REASON_LIMIT, SLICE("b"), "%s %d", word, 7);
	gap_add(&list, &arena, GAP_BLOCKING, GAP_REASON_WORKER, SLICE("c"), "died");
	expect_text(list.items[1].message, "temporary 7");
	assert_int_equal(list.items[1].layer, -1);
	assert_int_equal(list.items[1].offset, -1);
	assert_true(gap_cmp(&list.items[2], &list.items[1]) < 0 && gap_cmp(&list.items[1], &list.items[0]) < 0);
	assert_int_equal(gap_cmp(&list.items[0], &list.items[0]), 0);
	for (int reason = 0; reason < GAP_REASON_COUNT; reason++)
		for (int other = 0; other < reason; other++)
			assert_string_not_equal(gap_reason_name((enum gap_reason)reason),
						gap_reason_name((enum gap_reason)other));
	assert_int_equal(gap_reason_of_error(ERR_FORMAT), GAP_REASON_MALFORMED);
	assert_int_equal(gap_reason_of_error(ERR_IO), GAP_REASON_UNREADABLE);
	assert_int_equal(gap_reason_of_error(ERR_CANCELLED), GAP_REASON_TIMEOUT);
}

/* ------------------------------------------------------------------ policy */

static bool read_policy(struct policy *p, const char *text, struct error *err)
{
	policy_init(p);
	error_clear(err);
	return policy_read_yaml(p, slice_from_cstr(text), SLICE("bulwark.yaml"), &arena, err);
}

static void test_policy_defaults(void **state)
{
	static const char *const nothing[] = { "", "# a comment\n", "---\n", "null\n" };
	struct error err = ERROR_INIT;
	struct policy p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
		assert_true(read_policy(&p, nothing[i], &err));
		assert_int_equal(p.fail_on, SEVERITY_HIGH);
		assert_int_equal(p.severities, SEVERITY_MASK_ALL);
		assert_int_equal(p.exit_code, 1);
		assert_false(p.fail_never || p.ignore_unfixed || p.strict);
		assert_int_equal(p.ignores.count, 0);
	}
}

static void test_policy_yaml(void **state)
{
	struct error err = ERROR_INIT;
	struct policy p;

	(void)state;
	if (!read_policy(&p,
			 "fail-on: Medium\nseverity: [critical, low]\nexit-code: 7\nignore-unfixed: true\nstrict: true\n"
			 "skip-dirs: [a/**, b]\nskip-files: ['*.x']\ntrusted-registries: [example.test]\n"
			 "ignore:\n"
			 "  - id: CVE-2020-1\n    reason: not reached\n"
			 "  - package: lib*\n    path: usr/**\n    reason: \"two\"\n    expires: 2026-12-31\n"
			 "  - purl: pkg:npm/@babel/core@7.0.0?x=y\n    reason: r\n    expires: 2026-12-31T12:00:00Z\n"
			 "  - fingerprint: 0123456789abcdef0123456789abcdef\n    reason: r\n", &err))
		fail_msg("%s", err.message);
	assert_int_equal(p.fail_on, SEVERITY_MEDIUM);
	assert_int_equal(p.severities, 1u << SEVERITY_CRITICAL | 1u << SEVERITY_LOW);
	assert_int_equal(p.exit_code, 7);
	assert_true(p.ignore_unfixed && p.strict);
	assert_int_equal(p.skip_dirs.count, 2);
	assert_int_equal(p.skip_files.count, 1);
	expect_text(p.trusted_registries.items[0], "example.test");
	assert_int_equal(p.ignores.count, 4);
	const struct ignore *i = p.ignores.items;
	expect_text(i[0].origin, "bulwark.yaml:10");
	assert_true(i[0].expires == TIMESTAMP_NONE);
	expect_text(i[1].package, "lib*");
	expect_text(i[1].path, "usr/**");
	expect_text(i[1].origin, "bulwark.yaml:12");
	/* A day is good through its end. */
	assert_int_equal(i[1].expires, 1798675200 + 86400);
	expect_text(i[2].purl, "pkg:npm/%40babel/core@7.0.0");
	assert_int_equal(i[2].expires, 1798675200 + 43200);
	assert_true(i[3].has_fingerprint && i[3].fingerprint.bytes[0] == 0x01);
	assert_true(read_policy(&p, "fail-on: never\nexit-code: 0\n", &err));
	assert_true(p.fail_never);
	assert_int_equal(p.exit_code, 0);
}

static void test_policy_errors(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{ "fail-on: high\nunknown: 1\n", 2 },
		{ "fail_on: high\n", 1 },
		{ "\n\nfail-on: worse\n", 3 },
		{ "fail-on: [high]\n", 1 },
		{ "severity: high\n", 1 },
		{ "severity: []\n", 1 },
		{ "severity:\n  - high\n  - worse\n", 3 },
		{ "exit-code: -1\n", 1 },
		{ "exit-code: 256\n", 1 },
		{ "exit-code: x\n", 1 },
		{ "strict: yes please\n", 1 },
		{ "ignore-unfixed: 1\n", 1 },
		{ "skip-dirs: a\n", 1 },
		{ "skip-dirs:\n- a\n- {b: c}\n", 3 },
		{ "ignore: CVE-1\n", 1 },
		{ "ignore:\n- CVE-1\n", 2 },
		{ "ignore:\n- id: CVE-1\n", 2 },
		{ "ignore:\n- id: CVE-1\n  reason: ''\n", 3 },
		{ "ignore:\n- id: CVE-1\n  reason: r\n- reason: r\n", 4 },
		{ "ignore:\n- id: CVE-1\n  reason: r\n  why: r\n", 4 },
		{ "ignore:\n- id: CVE-1\n  reason: r\n  expires: soon\n", 4 },
		{ "ignore:\n- id: CVE-1\n  reason: r\n  expires: 2026-02-30\n", 4 },
		{ "ignore:\n- fingerprint: abc\n  reason: r\n", 2 },
		{ "ignore:\n- purl: npm/a\n  reason: r\n", 2 },
		{ "ignore:\n- id: [a]\n  reason: r\n", 2 },
		{ "- a\n", 1 },
		{ "text\n", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = ERROR_INIT;
		struct policy p;
		struct slice start = arena_printf(&arena, "bulwark.yaml:%u: ", cases[i].line);

		if (read_policy(&p, cases[i].text, &err))
			fail_msg("should be refused: %s", cases[i].text);
		if (err.code != ERR_FORMAT || !slice_starts(slice_from_cstr(err.message), start))
			fail_msg("case %zu: %s", i, err.message);
	}
	struct error err = ERROR_INIT;
	struct policy p;
	assert_false(read_policy(&p, "a: [\n", &err));
	assert_true(slice_starts(slice_from_cstr(err.message), SLICE("bulwark.yaml")));
}

static void test_trivyignore(void **state)
{
	struct error err = ERROR_INIT;
	struct policy p;

	(void)state;
	policy_init(&p);
	assert_true(policy_read_trivyignore(&p, SLICE("# why\r\nCVE-2020-1\r\n\n  CVE-2020-2 exp:2026-12-31 # until then\n"
						      "CVE-2020-3\texp:2026-01-01\nGHSA-aaaa"),
					    SLICE(".trivyignore"), &arena, &err));
	assert_int_equal(p.ignores.count, 4);
	expect_text(p.ignores.items[0].id, "CVE-2020-1");
	expect_text(p.ignores.items[0].origin, ".trivyignore:2");
	assert_true(p.ignores.items[0].expires == TIMESTAMP_NONE);
	expect_text(p.ignores.items[1].id, "CVE-2020-2");
	assert_int_equal(p.ignores.items[1].expires, 1798675200);
	expect_text(p.ignores.items[2].id, "CVE-2020-3");
	assert_int_equal(p.ignores.items[2].expires, 1767225600);
	expect_text(p.ignores.items[3].id, "GHSA-aaaa");
	assert_false(policy_read_trivyignore(&p, SLICE("CVE-1\nCVE-2 exp:tomorrow\n"), SLICE(".trivyignore"), &arena, &err));
	assert_true(slice_starts(slice_from_cstr(err.message), SLICE(".trivyignore:2: ")));
}

/* What policies are tried on: one finding of a package. */
static struct slice aliases[] = { SLICE_INIT("GHSA-aaaa-bbbb-cccc") };
static struct slice records[] = { SLICE_INIT("DSA-1-1") };
static struct package package = {
	.origin = ORIGIN_NPM_LOCK, .name = SLICE_INIT("@babel/core"), .version = SLICE_INIT("7.0.0"),
	.path = SLICE_INIT("srv/app/package-lock.json"), .layer = -1,
};
static struct vulnerability vulnerability = {
	.id = SLICE_INIT("CVE-2020-1"), .aliases = { aliases, 1, 1 }, .record_ids = { records, 1, 1 },
};
static struct match match = { .package = &package, .vulnerability = &vulnerability, .status = MATCH_FIXED };

static struct assessment finding(void)
{
	struct assessment x = {
		.rule = &rule_vulnerability, .status = STATUS_FAIL, .severity = SEVERITY_HIGH,
		.subject = SLICE("pkg:npm/%40babel/core"), .discriminator = SLICE("CVE-2020-1"), .match = &match,
	};

	fingerprint_compute(x.rule, x.subject, x.discriminator, &x.fingerprint);
	return x;
}

static bool ignored_by(const struct ignore *i, int64_t now)
{
	struct assessment x = finding();
	struct assessment_list list = { &x, 1, 1 };
	struct ignore copy = *i;
	struct policy p;

	policy_init(&p);
	p.ignores.items = &copy;
	p.ignores.count = 1;
	policy_apply(&p, &list, now, &arena);
	assert_int_equal(copy.used, !slice_empty(x.suppressed_by));
	return copy.used;
}

static void test_ignores(void **state)
{
	static const struct {
		const char *id, *package, *path, *purl;
		bool covers;
	} cases[] = {
		{ .id = "CVE-2020-1", .covers = true },
		{ .id = "cve-2020-1", .covers = true },
		{ .id = "CVE-2020-10" },
		{ .id = "GHSA-AAAA-bbbb-cccc", .covers = true },
		{ .id = "DSA-1-1", .covers = true },
		{ .id = "vulnerability", .covers = true },
		{ .package = "@babel/core", .covers = true },
		{ .package = "@babel/*", .covers = true },
		{ .package = "**", .covers = true },
		{ .package = "*" },
		{ .package = "core" },
		{ .path = "srv/**", .covers = true },
		{ .path = "**/package-lock.json", .covers = true },
		{ .path = "package-lock.json" },
		{ .path = "srv/*" },
		{ .purl = "pkg:npm/%40babel/core", .covers = true },
		{ .purl = "pkg:npm/%40babel/core@7.0.0", .covers = true },
		{ .purl = "pkg:npm/%40babel/core@7.0" },
		{ .purl = "pkg:npm/%40babel/co" },
		{ .id = "CVE-2020-1", .package = "@babel/*", .path = "srv/**", .covers = true },
		{ .id = "CVE-2020-1", .package = "@babel/*", .path = "usr/**" },
		{ .id = "CVE-2020-2", .package = "@babel/*", .path = "srv/**" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct ignore ignore = {
			.id = slice_from_cstr(cases[i].id), .package = slice_from_cstr(cases[i].package),
			.path = slice_from_cstr(cases[i].path), .purl = slice_from_cstr(cases[i].purl),
			.reason = SLICE("r"), .expires = TIMESTAMP_NONE,
		};

		if (ignored_by(&ignore, 0) != cases[i].covers)
			fail_msg("case %zu", i);
	}
	struct ignore ignore = { .has_fingerprint = true, .reason = SLICE("r"), .expires = TIMESTAMP_NONE };
	ignore.fingerprint = finding().fingerprint;
	assert_true(ignored_by(&ignore, 0));
	ignore.fingerprint.bytes[15] ^= 1;
	assert_false(ignored_by(&ignore, 0));
}

static void test_ignore_expiry(void **state)
{
	struct ignore ignore = { .id = SLICE("CVE-2020-1"), .reason = SLICE("r"), .expires = 1000 };

	(void)state;
	assert_true(ignored_by(&ignore, 999));
	assert_false(ignored_by(&ignore, 1000));
	assert_false(ignored_by(&ignore, 1001));
	ignore.expires = TIMESTAMP_NONE;
	assert_true(ignored_by(&ignore, INT64_MAX));
}

static void test_ignore_without_a_package(void **state)
{
	struct ignore ignores[] = {
		{ .package = SLICE("**"), .reason = SLICE("r"), .expires = TIMESTAMP_NONE },
		{ .purl = SLICE("pkg:npm/x"), .reason = SLICE("r"), .expires = TIMESTAMP_NONE },
		{ .id = SLICE("vulnerability"), .origin = SLICE("f:3"), .expires = TIMESTAMP_NONE },
	};
	struct assessment x = finding();
	struct assessment_list list = { &x, 1, 1 };
	struct policy p;

	(void)state;
	x.match = NULL;
	policy_init(&p);
	p.ignores.items = ignores;
	p.ignores.count = 2;
	policy_apply(&p, &list, 0, &arena);
	assert_true(slice_empty(x.suppressed_by));
	/* Without a reason its place stands for one. */
	p.ignores.count = 3;
	policy_apply(&p, &list, 0, &arena);
	expect_text(x.suppressed_by, "f:3");
}

static void test_shows_and_gates(void **state)
{
	struct policy p;

	(void)state;
	for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
		for (int threshold = 0; threshold < SEVERITY_COUNT; threshold++) {
			struct assessment x = finding();

			policy_init(&p);
			x.severity = (enum severity)severity;
			p.fail_on = (enum severity)threshold;
			assert_int_equal(policy_gates(&p, &x), severity >= threshold);
			assert_true(policy_shows(&p, &x));
			p.severities = SEVERITY_MASK_ALL & ~(1u << severity);
			assert_false(policy_shows(&p, &x) || policy_gates(&p, &x));
			p.severities = 1u << severity;
			assert_true(policy_shows(&p, &x));
			p.fail_never = true;
			assert_false(policy_gates(&p, &x));
		}
	}
	struct assessment x = finding();
	policy_init(&p);
	p.ignore_unfixed = true;
	assert_true(policy_shows(&p, &x));
	match.status = MATCH_AFFECTED;
	assert_false(policy_shows(&p, &x) || policy_gates(&p, &x));
	match.status = MATCH_FIXED;
	x.status = STATUS_PASS;
	assert_false(policy_gates(&p, &x));
	x = finding();
	x.suppressed_by = SLICE("r");
	assert_false(policy_shows(&p, &x) || policy_gates(&p, &x));
}

static void test_severities(void **state)
{
	enum severity s;

	(void)state;
	for (int i = 0; i < SEVERITY_COUNT; i++)
		assert_true(severity_parse(severity_name((enum severity)i), &s) && (int)s == i);
	assert_true(severity_parse(SLICE("IMPORTANT"), &s) && s == SEVERITY_HIGH);
	assert_true(severity_parse(SLICE("Moderate"), &s) && s == SEVERITY_MEDIUM);
	assert_false(severity_parse(SLICE(""), &s) || severity_parse(SLICE("hig"), &s));
	static const struct {
		double score;
		enum severity severity;
	} scores[] = {
		{ 0.0, SEVERITY_NEGLIGIBLE }, { 0.1, SEVERITY_LOW }, { 3.9, SEVERITY_LOW }, { 4.0, SEVERITY_MEDIUM },
		{ 6.9, SEVERITY_MEDIUM }, { 7.0, SEVERITY_HIGH }, { 8.9, SEVERITY_HIGH }, { 9.0, SEVERITY_CRITICAL }, { 10.0, SEVERITY_CRITICAL },
	};
	for (size_t i = 0; i < ARRAY_LEN(scores); i++)
		assert_int_equal(severity_from_score(scores[i].score), scores[i].severity);
}

/* ------------------------------------------------------------------ report */

struct trial {
	int severity;   /* of the only finding; -1: none */
	int gap;        /* kind of the only gap; -1: none */
	bool strict, never, suppressed;
	int exit_code;  /* the policy's */
	int want;
};

static void test_exit_codes(void **state)
{
	static const struct trial trials[] = {
		{ -1, -1, .exit_code = 1, .want = 0 },
		{ SEVERITY_MEDIUM, -1, .exit_code = 1, .want = 0 },
		{ SEVERITY_HIGH, -1, .exit_code = 1, .want = 1 },
		{ SEVERITY_CRITICAL, -1, .exit_code = 1, .want = 1 },
		{ SEVERITY_UNKNOWN, -1, .exit_code = 1, .want = 0 },
		{ SEVERITY_HIGH, -1, .never = true, .exit_code = 1, .want = 0 },
		{ SEVERITY_HIGH, -1, .suppressed = true, .exit_code = 1, .want = 0 },
		{ SEVERITY_HIGH, -1, .exit_code = 0, .want = 0 },
		{ SEVERITY_HIGH, -1, .exit_code = 42, .want = 42 },
		{ -1, GAP_BLOCKING, .exit_code = 1, .want = 3 },
		{ SEVERITY_HIGH, GAP_BLOCKING, .exit_code = 1, .want = 3 },
		{ SEVERITY_HIGH, GAP_BLOCKING, .exit_code = 0, .want = 3 },
		{ SEVERITY_HIGH, GAP_BLOCKING, .never = true, .exit_code = 1, .want = 3 },
		{ -1, GAP_LOCAL, .exit_code = 1, .want = 0 },
		{ SEVERITY_HIGH, GAP_LOCAL, .exit_code = 1, .want = 1 },
		{ SEVERITY_HIGH, GAP_LOCAL, .strict = true, .exit_code = 1, .want = 3 },
		{ SEVERITY_HIGH, GAP_NOTE, .strict = true, .exit_code = 1, .want = 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(trials); i++) {
		const struct trial *t = &trials[i];
		struct ignore ignore = { .id = SLICE("CVE-2020-1"), .reason = SLICE("r"), .expires = TIMESTAMP_NONE };
		struct policy p;
		struct report r = { .policy = &p };

		policy_init(&p);
		p.strict = t->strict;
		p.fail_never = t->never;
		p.exit_code = t->exit_code;
		p.ignores.items = &ignore;
		p.ignores.count = t->suppressed;
		if (t->severity >= 0) {
			struct assessment *x = vec_add(&arena, &r.assessments);

			*x = finding();
			x->severity = (enum severity)t->severity;
		}
		if (t->gap >= 0)
			gap_add(&r.gaps, &arena, (enum gap_kind)t->gap, GAP_REASON_LIMIT, SLICE("f"), "m");
		report_finish(&r, &arena);
		if (r.exit_code != t->want || r.complete != (t->want != 3))
			fail_msg("trial %zu: exit code %d", i, r.exit_code);
	}
}

static void test_finish_sorts(void **state)
{
	static const enum severity severities[] = { SEVERITY_LOW, SEVERITY_CRITICAL, SEVERITY_HIGH, SEVERITY_CRITICAL };
	struct policy p;
	struct report r = { .policy = &p, .created = 5000 };
	uint64_t counts[SEVERITY_COUNT];

	(void)state;
	policy_init(&p);
	*vec_add(&arena, &p.ignores) =
		(struct ignore){ .id = SLICE("CVE-2020-1"), .reason = SLICE("r"), .expires = 5000, .origin = SLICE("f:1") };
	for (size_t i = 0; i < ARRAY_LEN(severities); i++) {
		struct assessment *x = vec_add(&arena, &r.assessments);

		*x = finding();
		x->severity = severities[i];
		x->discriminator = arena_printf(&arena, "CVE-2020-%zu", 9 - i);
	}
	r.assessments.items[2].status = STATUS_PASS;
	for (int i = 0; i < 3; i++)
		gap_add(&r.gaps, &arena, GAP_LOCAL, GAP_REASON_LIMIT, SLICE("same"), "same");
	gap_add(&r.gaps, &arena, GAP_BLOCKING, GAP_REASON_WORKER, SLICE("x"), "y");
	report_finish(&r, &arena);
	expect_text(r.assessments.items[0].discriminator, "CVE-2020-6");
	expect_text(r.assessments.items[1].discriminator, "CVE-2020-8");
	expect_text(r.assessments.items[3].discriminator, "CVE-2020-9");
	/* The blocking one, one for three alike, and a note on the expired ignore. */
	assert_int_equal(r.gaps.count, 3);
	assert_int_equal(r.gaps.items[0].kind, GAP_BLOCKING);
	assert_int_equal(r.gaps.items[1].kind, GAP_LOCAL);
	assert_int_equal(r.gaps.items[2].kind, GAP_NOTE);
	expect_text(r.gaps.items[2].subject, "f:1");
	report_count(&r, counts);
	assert_int_equal(counts[SEVERITY_CRITICAL], 2);
	assert_int_equal(counts[SEVERITY_HIGH], 0);
	assert_int_equal(counts[SEVERITY_LOW], 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_positions),
		TEST(test_derived_sources),
		TEST(test_edits),
		TEST(test_edits_refused),
		TEST(test_fingerprints),
		TEST(test_fingerprint_is_stable),
		TEST(test_gaps),
		TEST(test_policy_defaults),
		TEST(test_policy_yaml),
		TEST(test_policy_errors),
		TEST(test_trivyignore),
		TEST(test_ignores),
		TEST(test_ignore_expiry),
		TEST(test_ignore_without_a_package),
		TEST(test_shows_and_gates),
		TEST(test_severities),
		TEST(test_exit_codes),
		TEST(test_finish_sorts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
