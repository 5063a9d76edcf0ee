/* Reading OSV records: what is kept, what is normalised, what is refused. */
#include "records.h"

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

#define PACKAGE                                                                                    \
	"'affected':[{'package':{'ecosystem':'PyPI','name':'Foo_.bar'},'ranges':[{'type':'"        \
	"ECOSYSTEM',"                                                                              \
	"'events':[{'introduced':'0'},{'fixed':'1.5'}]}]}]"

static struct slice severities(const struct osv_severity_list *list)
{
	struct slice out = SLICE_EMPTY;

	vec_each(s, list)
		out = arena_printf(&arena, "%.*s%s%u:%.*s", SLICE_ARG(out), out.len ? " " : "",
				   (unsigned)s->kind, SLICE_ARG(s->text));
	return out;
}

static void test_plain(void **state)
{
	struct osv_record r = test_record(
		&arena, "{'id':'GHSA-aaaa','aliases':['cve-2025-1','ghsa-BBBB','PYSEC-2025-3'],'"
			"upstream':['CVE-2025-9'],"
			"'related':['x'],'published':'2025-03-01T00:00:00.123456789Z','modified':'"
			"2025-04-01',"
			"'summary':'  A flaw "
			"','severity':[{'type':'CVSS_V3','score':'CVSS:3.1/AV:N'}]," PACKAGE ","
			"'references':[{'type':'WEB','url':'https://"
			"w'},{'type':'ADVISORY','url':'https://a'},"
			"{'type':'FIX','url':'javascript:alert(1)'}],'credits':[{'name':'x'}],'"
			"unknown':{'deep':[1]}}");

	(void)state;
	assert_slice(r.id, "GHSA-aaaa");
	assert_slice(test_join(&arena, &r.aliases), "CVE-2025-1 GHSA-bbbb PYSEC-2025-3");
	assert_slice(test_join(&arena, &r.upstream), "CVE-2025-9");
	assert_slice(r.summary, "A flaw");
	assert_int_equal(r.published, 1740787200);
	assert_int_equal(r.modified, 1743465600);
	assert_int_equal(r.skip, OSV_KEPT);
	assert_slice(severities(&r.severities), "1:CVSS:3.1/AV:N");
	assert_int_equal(r.affected.count, 1);
	assert_slice(r.affected.items[0].ecosystem, "PyPI");
	assert_slice(r.affected.items[0].name, "foo-bar");
	assert_slice(test_join(&arena, &r.references), "https://a https://w");
}

static void test_summary_from_details(void **state)
{
	struct osv_record r =
		test_record(&arena, "{'id':'A','details':'\\n\\n## What\\r\\nmore'," PACKAGE "}");

	(void)state;
	assert_slice(r.summary, "What");
	char *text = arena_alloc(&arena, 1200);
	strcpy(text, "{'id':'A','summary':'x");
	for (int i = 0; i < 200; i++)
		strcat(text, "\xc3\xa4");
	strcat(text, "'}");
	r = test_record(&arena, text);
	assert_true(r.summary.len <= OSV_SUMMARY_MAX + 3);
	/* cut between characters: "x", whole letters of two bytes, "..." */
	assert_int_equal((r.summary.len - 1 - 3) % 2, 0);
	assert_true(slice_ends(r.summary, SLICE("...")));
}

static void test_skipped(void **state)
{
	static const struct {
		const char *json;
		enum osv_skip skip;
	} cases[] = {
		{ "{'id':'A','withdrawn':'2024-01-01T00:00:00Z'," PACKAGE "}", OSV_WITHDRAWN },
		{ "{'id':'A','withdrawn':null," PACKAGE "}", OSV_KEPT },
		{ "{'id':'A'}", OSV_NO_PACKAGE },
		{ "{'id':'A','affected':[]}", OSV_NO_PACKAGE },
		{ "{'id':'A','affected':[{'ranges':[{'type':'GIT','events':[{'introduced':'0'}]}]}]"
		  "}",
		  OSV_NO_PACKAGE },
		{ "{'id':'ALBA-2024:1'," PACKAGE "}", OSV_ERRATUM },
		{ "{'id':'ALEA-2024:1','related':['ALBA-2024:2']," PACKAGE "}", OSV_ERRATUM },
		{ "{'id':'ALBA-2024:1','related':['CVE-2024-1']," PACKAGE "}", OSV_KEPT },
		{ "{'id':'ALSA-2024:1'," PACKAGE "}", OSV_KEPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (test_record(&arena, cases[i].json).skip != cases[i].skip)
			fail_msg("%s", cases[i].json);
}

static void test_refused(void **state)
{
	static const char *const cases[] = {
		"", "[]", "'x'", "{", "{}", "{'id':''}", "{'id':7}", "{'id':null,'affected':[]}",
	};
	struct osv_record r;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;

		assert_false(osv_parse(test_json(&arena, cases[i]), &arena, &r, &err));
		assert_int_equal(err.code, ERR_FORMAT);
	}
	char *text = arena_alloc(&arena, 4000);
	strcpy(text, "{'id':'");
	memset(text + strlen(text), 'x', 2000);
	strcat(text, "'}");
	struct error err = ERROR_INIT;
	assert_false(osv_parse(test_json(&arena, text), &arena, &r, &err));
}

/* Types that are not what the schema says change nothing else and break nothing. */
static void test_odd_types(void **state)
{
	struct osv_record r = test_record(
		&arena,
		"{'id':'A','aliases':'CVE-1','severity':{'type':'x'},'references':7,'summary':[1],"
		"'affected':[7,{'package':null},{'package':{'ecosystem':'npm'}},{'package':{'"
		"ecosystem':'npm',"
		"'name':'a'},'ranges':[{'type':'SEMVER','events':[]},7,{'events':[{},{'what':'1'},{"
		"'fixed':2}]}],"
		"'versions':{'x':1}}]}");

	(void)state;
	assert_int_equal(r.aliases.count, 0);
	assert_int_equal(r.affected.count, 1);
	assert_int_equal(r.affected.items[0].ranges.count, 1);
	assert_slice(r.affected.items[0].ranges.items[0].events.items[0].version, "2");
}

static void test_severities(void **state)
{
	static const struct {
		const char *fields, *record, *affected;
	} cases[] = {
		{ "'severity':[{'type':'Ubuntu','score':'low'}]", "3:low", "" },
		{ "'severity':[{'type':'Ubuntu','score':'whatever'}]", "", "" },
		{ "'database_specific':{'severity':'HIGH'}", "3:HIGH", "" },
		{ "'database_specific':{'severity':'UNKNOWN'}", "", "" },
		{ "'database_specific':{'severity':null,'cvss_score':7.1}", "4:7.1", "" },
		{ "'severity':[{'type':'CVSS_V2','score':'a'},{'type':'CVSS_V4','score':'b'},"
		  "{'type':'CVSS_V4','score':'b'}]",
		  "0:a 2:b", "" },
		{ "'affected':[{'package':{'ecosystem':'Debian:12','name':'a'},"
		  "'ecosystem_specific':{'urgency':'unimportant'}}]",
		  "", "3:unimportant" },
		{ "'affected':[{'package':{'ecosystem':'Debian:12','name':'a'},"
		  "'ecosystem_specific':{'urgency':'not yet assigned'}}]",
		  "", "" },
		{ "'affected':[{'package':{'ecosystem':'RubyGems','name':'a'},'database_specific':"
		  "{'cvss_v2_score':4.3,'cvss_v3_score':5.5}}]",
		  "", "4:5.5" },
		{ "'affected':[{'package':{'ecosystem':'Bitnami','name':'a'},"
		  "'severity':[{'type':'CVSS_V3','score':'v'}]}]",
		  "", "1:v" },
		{ "'affected':[{'package':{'ecosystem':'crates.io','name':'a'},'database_specific':"
		  "{'informational':'unmaintained','cvss':null}}]",
		  "", "5:unmaintained" },
		{ "'aliases':['MAL-2025-1']", "6:malicious", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice json = arena_printf(&arena, "{'id':'A',%s}", cases[i].fields);
		struct osv_record r = test_record(&arena, json.data);

		assert_slice(severities(&r.severities), cases[i].record);
		assert_slice(r.affected.count ? severities(&r.affected.items[0].severities)
					      : SLICE_EMPTY,
			     cases[i].affected);
	}
}

/* Severities that only an id's first letters give away. */
static void test_id_rows(void **state)
{
	struct osv_record r = test_record(
		&arena,
		"{'id':'ALSA-2024:8793','summary':'Important: xz:2.0 security update'," PACKAGE
		"}");

	(void)state;
	assert_slice(severities(&r.severities), "3:Important");
	r = test_record(&arena,
			"{'id':'GHSA-1','summary':'Important: not a word of severity'," PACKAGE
			"}");
	assert_slice(severities(&r.severities), "");
	r = test_record(
		&arena,
		"{'id':'RHSA-2024:1'," PACKAGE ",'references':[{'type':'ARTICLE',"
		"'url':'https://access.redhat.com/security/updates/classification/#moderate'}]}");
	assert_slice(severities(&r.severities), "3:moderate");
	r = test_record(&arena, "{'id':'MAL-2025-7'," PACKAGE "}");
	assert_slice(severities(&r.severities), "6:malicious");
}

/* Listed versions that a range holds for affected anyway take no room; the others stay. */
static void test_versions(void **state)
{
	struct osv_record r = test_record(
		&arena, "{'id':'A','affected':[{'package':{'ecosystem':'PyPI','name':'a'},'ranges':"
			"[{'type':'ECOSYSTEM',"
			"'events':[{'introduced':'1.0'},{'fixed':'2.0'}]},{'type':'GIT','events':[{"
			"'introduced':'0'}]}],"
			"'versions':['1.0','1.9','2.0','0.9','1.5','']},"
			"{'package':{'ecosystem':'PyPI','name':'b'},'versions':['2','1']}]}");

	(void)state;
	assert_slice(test_join(&arena, &r.affected.items[0].versions), "0.9 2.0");
	assert_int_equal(r.affected.items[0].ranges.count, 1);
	assert_slice(test_join(&arena, &r.affected.items[1].versions), "1 2");
}

static void test_modules(void **state)
{
	struct osv_record r = test_record(
		&arena, "{'id':'ALSA-1','summary':'Moderate: virt:rhel and virt-devel:rhel "
			"security update','affected':["
			"{'package':{'ecosystem':'AlmaLinux:8','name':'a'},'ranges':[{'type':'"
			"ECOSYSTEM','events':"
			"[{'introduced':'0'},{'fixed':'1.0-2.module_el8.5.0+119+9a'}]}]},"
			"{'package':{'ecosystem':'AlmaLinux:8','name':'a'},'ranges':[{'type':'"
			"ECOSYSTEM','events':"
			"[{'introduced':'0'},{'fixed':'1.0-2.module_el8.3.0+44+12'}]}]},"
			"{'package':{'ecosystem':'AlmaLinux:8','name':'b'},'ranges':[{'type':'"
			"ECOSYSTEM','events':"
			"[{'introduced':'0'},{'fixed':'1.0-2.el8.alma'}]}]},"
			"{'package':{'ecosystem':'AlmaLinux:8','name':'b'},'ranges':[{'type':'"
			"ECOSYSTEM','events':"
			"[{'introduced':'0'},{'fixed':'1.0-2.el8'}]}]},"
			"{'package':{'ecosystem':'AlmaLinux:9','name':'b'},'ranges':[{'type':'"
			"ECOSYSTEM','events':"
			"[{'introduced':'0'},{'fixed':'1.0-2.el9'}]}]}]}");

	(void)state;
	/* rebuilds of one version: the lowest one already holds the fix */
	assert_int_equal(r.affected.count, 3);
	assert_slice(r.affected.items[0].ranges.items[0].events.items[1].version,
		     "1.0-2.module_el8.3.0+44+12");
	assert_true(r.affected.items[0].modular);
	assert_slice(r.affected.items[0].modules, "virt:rhel virt-devel:rhel");
	assert_slice(r.affected.items[1].ranges.items[0].events.items[1].version, "1.0-2.el8");
	assert_false(r.affected.items[1].modular);
	assert_slice(r.affected.items[2].ecosystem, "AlmaLinux:9");
}

static void test_own_cve(void **state)
{
	static const struct {
		const char *json, *cve;
	} cases[] = {
		{ "{'id':'DEBIAN-CVE-2021-1','upstream':['CVE-2021-1']}", "CVE-2021-1" },
		{ "{'id':'DEBIAN-CVE-2021-1','upstream':['CVE-2021-11']}", "" },
		{ "{'id':'DEBIAN-CVE-2021-11','upstream':['CVE-2021-1']}", "" },
		{ "{'id':'DEBIAN-CVE-2021-1'}", "" },
		{ "{'id':'DSA-1-1','upstream':['CVE-2021-1']}", "" },
		{ "{'id':'CVE-2021-1','upstream':['CVE-2021-1']}", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct osv_record r = test_record(&arena, cases[i].json);

		assert_slice(osv_own_cve(&r), cases[i].cve);
	}
}

static const char everything[] =
	"{'id':'ALSA-2024:1','aliases':['CVE-1','B'],'upstream':['CVE-2'],'related':['C','D'],"
	"'published':'2024-01-01','modified':'2024-01-02','summary':'Low: m:1 update',"
	"'severity':[{'type':'CVSS_V3','score':'v'}],'database_specific':{'kev':true},"
	"'references':[{'type':'WEB','url':'https://x'}],'affected':["
	"{'package':{'ecosystem':'AlmaLinux:8','name':'a'},'ranges':[{'events':[{'introduced':'0'},"
	"{'fixed':'1-1.module_el8'}]},{'events':[{'introduced':'2'},{'last_affected':'3'},{'limit':"
	"'4'}]}],"
	"'severity':[{'type':'CVSS_V2','score':'w'}]},{'package':{'ecosystem':'npm','name':'b'},"
	"'versions':['1','2']}]}";

static void test_fixes(void **state)
{
	struct osv_record r;

	(void)state;
	r = test_record(&arena, "{'id':'ALSA-1','related':['CVE-2024-1','GHSA-x','CVE-2024-2'],"
				"'affected':[{'package':{'ecosystem':'AlmaLinux:8','name':'a'},'versions':['1']}]}");
	assert_slice(test_join(&arena, &r.upstream), "CVE-2024-1 CVE-2024-2");
	assert_slice(test_join(&arena, &r.related), "GHSA-x");
	/* What `upstream` tells is not added to. */
	r = test_record(&arena, "{'id':'RLSA-1','upstream':['CVE-2024-3'],'related':['CVE-2024-1'],"
				"'affected':[{'package':{'ecosystem':'Rocky Linux:8','name':'a'},'versions':['1']}]}");
	assert_slice(test_join(&arena, &r.upstream), "CVE-2024-3");
	r = test_record(&arena, "{'id':'GHSA-1','related':['CVE-2024-1'],"
				"'affected':[{'package':{'ecosystem':'npm','name':'a'},'versions':['1']}]}");
	assert_int_equal(r.upstream.count, 0);
	/* One flaw under a distribution's name for it. */
	r = test_record(&arena, "{'id':'AZL-1','upstream':['CVE-2024-1'],'affected':[]}");
	assert_slice(osv_own_cve(&r), "CVE-2024-1");
	r = test_record(&arena, "{'id':'CGA-1','upstream':['GHSA-x','CVE-2024-1','CVE-2024-1'],'affected':[]}");
	assert_slice(osv_own_cve(&r), "CVE-2024-1");
	r = test_record(&arena, "{'id':'AZL-1','upstream':['CVE-2024-1','CVE-2024-2'],'affected':[]}");
	assert_slice(osv_own_cve(&r), "");
	r = test_record(&arena, "{'id':'DSA-1','upstream':['CVE-2024-1'],'affected':[]}");
	assert_slice(osv_own_cve(&r), "");
}

static void test_wire(void **state)
{
	struct osv_record r = test_record(&arena, everything), back;
	struct buf first, second;
	struct cursor c;

	(void)state;
	buf_init(&first, LIMIT_RECORD);
	buf_init(&second, LIMIT_RECORD);
	osv_encode(&r, &first);
	cursor_init(&c, buf_slice(&first));
	assert_true(osv_decode(&c, &arena, &back));
	assert_int_equal(cursor_left(&c), 0);
	osv_encode(&back, &second);
	assert_true(slice_eq(buf_slice(&first), buf_slice(&second)));
	assert_true(back.known_exploited);
	assert_int_equal(back.affected.count, 2);
	/* every truncation is refused */
	for (size_t len = 0; len < first.len; len++) {
		cursor_init(&c, slice_first(buf_slice(&first), len));
		assert_false(osv_decode(&c, &arena, &back));
	}
	/* no flipped byte leads astray */
	for (size_t i = 0; i < first.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			first.data[i] = (char)(first.data[i] ^ (1 << bit));
			cursor_init(&c, buf_slice(&first));
			if (osv_decode(&c, &arena, &back)) {
				buf_clear(&second);
				osv_encode(&back, &second);
				assert_true(second.len > 0);
			}
			first.data[i] = (char)(first.data[i] ^ (1 << bit));
		}
	}
	buf_release(&first);
	buf_release(&second);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_plain),     TEST(test_summary_from_details),
		TEST(test_skipped),   TEST(test_refused),
		TEST(test_odd_types), TEST(test_severities),
		TEST(test_id_rows),   TEST(test_versions),
		TEST(test_modules),   TEST(test_own_cve),
		TEST(test_wire),      TEST(test_fixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
