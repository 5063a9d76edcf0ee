/* The index's bytes: what they cover, that damage is found out, that nothing in them leads astray.
 */
#include <time.h>
#include <unistd.h>

#include "records.h"

#include "advisory/match.h"
#include "format/digest.h"

static const char *const samples[] = {
	"{'id':'GHSA-1','aliases':['CVE-2025-1'],'published':'2025-01-01','modified':'2025-12-30',"
	"'severity':[{'type':'CVSS_V3','score':'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}],"
	"'summary':'first','references':[{'type':'ADVISORY','url':'https://one'}],'affected':["
	"{'package':{'ecosystem':'npm','name':'left'},'ranges':[{'type':'SEMVER','events':[{'"
	"introduced':'0'},"
	"{'fixed':'1.2.0'},{'introduced':'2.0.0'},{'last_affected':'2.1.0'}]}],'versions':['3.0.0']"
	"},"
	"{'package':{'ecosystem':'PyPI','name':'right'},'versions':['1.0','2.0']}]}",
	"{'id':'PYSEC-1','aliases':['CVE-2025-1'],'modified':'2027-07-01T00:00:00Z','published':'"
	"2025-06-01',"
	"'affected':[{'package':{'ecosystem':'PyPI','name':'right'},'ranges':[{'type':'ECOSYSTEM','"
	"events':"
	"[{'introduced':'1'},{'fixed':'3'}]}]}]}",
	"{'id':'DSA-1-1','upstream':['CVE-2025-2'],'modified':'2025-10-01','affected':["
	"{'package':{'ecosystem':'Debian:12','name':'a'},'ranges':[{'events':[{'introduced':'0'},{'"
	"fixed':'2'}]}]},"
	"{'package':{'ecosystem':'Debian:11','name':'a'},'ranges':[{'events':[{'introduced':'0'},{'"
	"fixed':'1'}]}]}]}",
	"{'id':'ALSA-2024:1','modified':'2024-05-05','summary':'Low: m:1 update','affected':["
	"{'package':{'ecosystem':'AlmaLinux:8','name':'b'},'ranges':[{'events':[{'introduced':'0'},"
	"{'fixed':'1-1.module_el8'}]}]}]}",
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static void make(struct test_index *t, const size_t *order)
{
	test_index_init(t, "npm PyPI Debian");
	for (size_t i = 0; i < SAMPLES; i++)
		test_index_add(t, samples[order ? order[i] : i]);
	test_index_build(t, NOW);
}

/* All that an index says of a few packages, as one text; empty with an error when it is damaged. */
static struct slice interrogate(const struct advisory_index *index, struct arena *a)
{
	static const struct {
		const char *ecosystem, *release, *name, *version;
	} questions[] = {
		{ "npm", "", "left", "1.0.0" }, { "npm", "", "left", "1.5.0" },
		{ "npm", "", "left", "3.0.0" }, { "PyPI", "", "right", "2.0" },
		{ "Debian", "12", "a", "1" },	{ "AlmaLinux", "8", "b", "1-0.module_el8" },
		{ "npm", "", "nothing", "1" },
	};
	struct slice out = SLICE_EMPTY;
	struct arena scratch;

	arena_init(&scratch, 0);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		struct package p = {
			.ecosystem = ecosystem_by_osv(slice_from_cstr(questions[i].ecosystem)),
			.release = slice_from_cstr(questions[i].release),
			.name = slice_from_cstr(questions[i].name),
			.version = slice_from_cstr(questions[i].version),
		};
		struct match_query q = {
			.index = index, .package = &p, .explain = true, .scratch = &scratch
		};
		struct match_answer answer;
		struct names_keys keys;

		names_keys(p.ecosystem, p.release, false, a, &keys);
		q.keys = &keys;
		names_lookup(&p, a, &q.lookup);
		if (!match_package(&q, a, &answer, NULL)) {
			out = SLICE_EMPTY;
			break;
		}
		out = arena_printf(a, "%.*s\n%s:", SLICE_ARG(out), questions[i].name);
		vec_each(v, &answer.verdicts)
			out = arena_printf(a, "%.*s %d %.*s %.*s %.*s %.*s %.*s %.*s",
					   SLICE_ARG(out), (int)v->status,
					   SLICE_ARG(v->vulnerability->id),
					   SLICE_ARG(test_join(a, &v->vulnerability->aliases)),
					   SLICE_ARG(v->vulnerability->summary),
					   SLICE_ARG(v->vulnerability->severity_source),
					   SLICE_ARG(v->explanation),
					   SLICE_ARG(test_join(a, &v->fixed_versions)));
	}
	arena_release(&scratch);
	return out;
}

static void test_deterministic(void **state)
{
	static const size_t orders[][SAMPLES] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 } };
	struct test_index first, other;

	(void)state;
	make(&first, orders[0]);
	for (size_t i = 1; i < 3; i++) {
		make(&other, orders[i]);
		assert_true(slice_eq(buf_slice(&first.bytes), buf_slice(&other.bytes)));
		test_index_release(&other);
	}
	test_index_release(&first);
}

static const struct index_coverage *coverage(struct test_index *t, const char *ecosystem)
{
	const struct index_coverage *row;

	assert_true(index_find_coverage(&t->index, slice_from_cstr(ecosystem), &row, NULL));
	return row;
}

static void test_coverage(void **state)
{
	struct test_index t;

	(void)state;
	make(&t, NULL);
	/* a date in the future says nothing; the record's other date does */
	assert_int_equal(coverage(&t, "PyPI")->newest, 1767052800);
	assert_int_equal(coverage(&t, "PyPI")->records, 2);
	assert_int_equal(coverage(&t, "PyPI")->packages, 1);
	assert_int_equal(coverage(&t, "Debian:12")->newest, 1759276800);
	assert_non_null(coverage(&t, "Debian:11"));
	assert_null(coverage(&t, "Debian"));
	assert_null(coverage(&t, "Debian:13"));
	/* a record mentions AlmaLinux, but the input does not hold all of its records */
	assert_null(coverage(&t, "AlmaLinux:8"));
	assert_int_equal(t.index.header->newest, 1767052800);
	assert_int_equal(t.index.header->created, NOW);
	test_index_release(&t);
}

static void test_doubles(void **state)
{
	static const char *const versions[] = {
		"{'id':'A','modified':'2025-01-01','affected':[{'package':{'ecosystem':'npm','name'"
		":'a'},"
		"'versions':['1.0.0']}]}",
		"{'id':'A','modified':'2025-01-02','affected':[{'package':{'ecosystem':'npm','name'"
		":'a'},"
		"'versions':['2.0.0']}]}",
		"{'id':'A','modified':'2025-01-03','withdrawn':'2025-01-03'}",
	};

	(void)state;
	for (size_t kept = 0; kept < 3; kept++) {
		const struct index_package *package;
		struct test_index t;

		/* in either order, and each of them twice */
		for (int backwards = 0; backwards < 2; backwards++) {
			test_index_init(&t, "npm");
			for (size_t i = 0; i <= kept; i++) {
				test_index_add(&t, versions[backwards ? kept - i : i]);
				test_index_add(&t, versions[backwards ? kept - i : i]);
			}
			test_index_build(&t, NOW);
			assert_int_equal(index_count(&t.index, INDEX_RECORDS), kept < 2);
			assert_true(index_find(&t.index, SLICE("npm"), SLICE("a"), &package, NULL));
			if (kept < 2) {
				const struct index_affected *affected = index_rows(
					&t.index, INDEX_AFFECTED, package->affected.first, 1, NULL);
				struct slice_list list = { 0 };

				assert_int_equal(package->affected.count, 1);
				assert_true(index_list(&t.index, affected->versions, &t.arena,
						       &list, NULL));
				assert_slice(test_join(&t.arena, &list), kept ? "2.0.0" : "1.0.0");
			} else {
				assert_null(package);
			}
			test_index_release(&t);
		}
	}
}

static void test_empty(void **state)
{
	const struct index_package *package;
	struct test_index t;

	(void)state;
	test_index_init(&t, "npm");
	test_index_build(&t, NOW);
	assert_true(index_find(&t.index, SLICE("npm"), SLICE("a"), &package, NULL));
	assert_null(package);
	assert_int_equal(t.index.header->newest, TIMESTAMP_NONE);
	test_index_release(&t);
}

/* Many packages: the look-up table has more than one level. */
static void test_many(void **state)
{
	const struct index_package *package;
	struct test_index t;
	char json[256];

	(void)state;
	test_index_init(&t, "npm");
	for (int i = 0; i < 3000; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'R-%d','affected':[{'package':{'ecosystem':'npm','name':'p%d'},"
			 "'versions':['%d.0.0']}]}",
			 i, i, i);
		test_index_add(&t, json);
	}
	test_index_build(&t, NOW);
	for (int i = 0; i < 3100; i++) {
		snprintf(json, sizeof(json), "p%d", i);
		assert_true(
			index_find(&t.index, SLICE("npm"), slice_from_cstr(json), &package, NULL));
		assert_int_equal(package != NULL, i < 3000);
	}
	test_index_release(&t);
}

static bool try_open(struct slice bytes, struct advisory_index *index, struct error *err)
{
	*err = (struct error)ERROR_INIT;
	return index_open_bytes(bytes, SLICE("test"), index, err);
}

static void test_truncated(void **state)
{
	struct advisory_index index;
	struct test_index t;
	struct error err;

	(void)state;
	make(&t, NULL);
	for (size_t len = 0; len < t.bytes.len; len++) {
		/* a copy, so that reading behind the end is found */
		char *copy = malloc(len ? len : 1);

		memcpy(copy, t.bytes.data, len);
		assert_false(try_open(slice_new(copy, len), &index, &err));
		assert_true(err.code == ERR_FORMAT && strlen(err.message) > 0);
		if (len >= sizeof(struct index_header))
			assert_non_null(strstr(err.message, "truncated"));
		free(copy);
	}
	test_index_release(&t);
}

/* A flipped byte is refused when opened, found when its block is read, or was not read at all. */
static void test_flipped(void **state)
{
	size_t refused = 0, found = 0, unread = 0;
	struct test_index t;
	struct arena a;

	(void)state;
	make(&t, NULL);
	arena_init(&a, 0);
	struct slice whole = arena_copy(&a, interrogate(&t.index, &a));
	assert_true(whole.len > 200);
	for (size_t i = 0; i < t.bytes.len; i++) {
		struct advisory_index index;
		struct arena work;
		struct error err;

		arena_init(&work, 0);
		t.bytes.data[i] = (char)(t.bytes.data[i] ^ (1 << (i % 8)));
		if (!try_open(buf_slice(&t.bytes), &index, &err)) {
			refused++;
		} else {
			struct slice answer = interrogate(&index, &work);

			assert_false(index_verify(&index, &err));
			assert_true(err.code == ERR_DIGEST);
			if (slice_empty(answer))
				found++;
			else
				unread++;
			assert_true(slice_empty(answer) || slice_eq(answer, whole));
			index_close(&index);
		}
		t.bytes.data[i] = (char)(t.bytes.data[i] ^ (1 << (i % 8)));
		arena_release(&work);
	}
	print_message("%zu refused, %zu found, %zu not read\n", refused, found, unread);
	assert_true(refused >= sizeof(struct index_header) && found > 0);
	arena_release(&a);
	test_index_release(&t);
}

static void test_foreign(void **state)
{
	struct advisory_index index;
	struct test_index t;
	struct error err;
	uint32_t format;

	(void)state;
	make(&t, NULL);
	assert_false(try_open(SLICE("SQLite format 3, and some more bytes"), &index, &err));
	assert_non_null(strstr(err.message, "not an advisory index"));
	assert_false(try_open(SLICE(""), &index, &err));
	format = INDEX_FORMAT - 1;
	memcpy(t.bytes.data + 8, &format, sizeof(format));
	assert_false(try_open(buf_slice(&t.bytes), &index, &err));
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	assert_non_null(strstr(err.message, "older format"));
	format = INDEX_FORMAT + 1;
	memcpy(t.bytes.data + 8, &format, sizeof(format));
	assert_false(try_open(buf_slice(&t.bytes), &index, &err));
	assert_non_null(strstr(err.message, "newer format"));
	format = INDEX_FORMAT;
	memcpy(t.bytes.data + 8, &format, sizeof(format));
	buf_add_lit(&t.bytes, "x");
	assert_false(try_open(buf_slice(&t.bytes), &index, &err));
	assert_non_null(strstr(err.message, "foreign bytes"));
	t.bytes.len--;
	test_index_release(&t);
}

/* Makes the checksums right again, as whoever forges an index would. */
static void reseal(struct buf *b)
{
	struct index_header *h = (struct index_header *)(void *)b->data;
	uint32_t *table = (uint32_t *)(void *)(b->data + sizeof(*h));

	for (size_t i = 0; i < h->block_count; i++) {
		size_t at = h->body + i * INDEX_BLOCK, left = b->len - at;

		table[i] = digest_crc32c(0, b->data + at, left < INDEX_BLOCK ? left : INDEX_BLOCK);
	}
	h->checksum = 0;
	uint32_t crc = digest_crc32c(0, h, sizeof(*h));
	h->checksum = digest_crc32c(crc, table, h->block_count * sizeof(*table));
}

/* Numbers that lie, under checksums that do not: errors or odd answers, nothing else. */
static void test_forged(void **state)
{
	static const uint32_t lies[] = { 0, 1, 0xffff, 0x7fffffff, 0xfffffff0, 0xffffffff };
	size_t refused = 0, opened = 0;
	struct test_index t;

	(void)state;
	make(&t, NULL);
	size_t body = t.index.header->body, end = t.index.header->sections[INDEX_STRINGS].offset;
	for (size_t at = 16; at + 4 <= end; at += 4) {
		uint32_t saved;

		if (at >= sizeof(struct index_header) && at < body)
			continue;
		memcpy(&saved, t.bytes.data + at, 4);
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			struct advisory_index index;
			struct arena a;
			struct error err;

			arena_init(&a, 0);
			memcpy(t.bytes.data + at, &lies[i], 4);
			if (at >= body)
				reseal(&t.bytes);
			if (try_open(buf_slice(&t.bytes), &index, &err)) {
				interrogate(&index, &a);
				opened++;
				index_close(&index);
			} else {
				refused++;
			}
			arena_release(&a);
		}
		memcpy(t.bytes.data + at, &saved, 4);
		if (at >= body)
			reseal(&t.bytes);
	}
	assert_true(refused > 0 && opened > 0);
	test_index_release(&t);
}

static void test_files(void **state)
{
	const char *directory = test_directory();
	struct advisory_index index;
	struct error err = ERROR_INIT;
	struct test_index t;
	char path[128];

	(void)state;
	make(&t, NULL);
	snprintf(path, sizeof(path), "%s/index", directory);
	assert_false(index_open(path, &index, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_false(index_open(directory, &index, &err));
	assert_int_equal(err.code, ERR_FORMAT);
	test_write(path, SLICE_EMPTY);
	assert_false(index_open(path, &index, &err));
	assert_non_null(strstr(err.message, "empty"));
	test_write(path, buf_slice(&t.bytes));
	assert_true(index_open(path, &index, &err));
	assert_true(index_verify(&index, &err));
	struct slice digest = index_digest(&index, &t.arena);
	assert_true(slice_starts(digest, SLICE("sha256:")) && digest.len == 71);
	index_close(&index);
	test_remove_directory(directory);
	test_index_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deterministic), cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_doubles),	      cmocka_unit_test(test_empty),
		cmocka_unit_test(test_many),	      cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),	      cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_forged),	      cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
