/* The feeds' readers, and what the index makes of their facts. */
#include "records.h"

#include "advisory/feed.h"
#include "advisory/lifecycle.h"
#include "advisory/match.h"
#include "model/report.h"
#include "model/run.h"

/* ------------------------------------------------------------------- readers */

struct collected {
	struct arena arena;
	struct buf text;  /* a line for each fact or record */
	struct buf facts; /* encoded */
	struct buf records;
	struct feed_summary summary;
	struct error err;
};

static const char *time_text(int64_t t, char text[static TIMESTAMP_TEXT_MAX])
{
	return t == TIMESTAMP_NONE ? "-"
	       : t == FEED_ENDED   ? "ended"
	       : t == FEED_ONGOING ? "ongoing"
				   : timestamp_format_date(t, text);
}

static bool take_fact(void *context, const struct feed_fact *f, struct error *err)
{
	static const char *const kinds[FEED_FACT_KINDS] = {"exploited", "score", "cycle", "state",
							   "rating"};
	char date[TIMESTAMP_TEXT_MAX], extended[TIMESTAMP_TEXT_MAX];
	struct collected *c = context;
	struct feed_fact again;
	struct cursor cursor;
	size_t before = c->facts.len;

	(void)err;
	feed_fact_encode(f, &c->facts);
	cursor_init(&cursor, slice_from(buf_slice(&c->facts), before));
	assert_true(feed_fact_decode(&cursor, &again));
	assert_int_equal(cursor_left(&cursor), 0);
	buf_printf(&c->text, "%s", kinds[again.kind]);
	if (again.cve.year)
		buf_printf(&c->text, " %u-%u", again.cve.year, again.cve.number);
	if (!slice_empty(again.scope))
		buf_printf(&c->text, " %.*s/%.*s", SLICE_ARG(again.scope), SLICE_ARG(again.name));
	if (again.kind == FEED_EXPLOITED)
		buf_printf(&c->text, " %s%s", time_text(again.date, date),
			   again.flags ? " ransomware" : "");
	if (again.kind == FEED_CYCLE)
		buf_printf(&c->text, " %s %s", time_text(again.date, date),
			   time_text(again.extended, extended));
	if (again.kind == FEED_SCORE)
		buf_printf(&c->text, " %u %u", again.value, again.percentile);
	if (again.kind == FEED_STATE)
		buf_printf(
			&c->text, " %.*s %.*s",
			SLICE_ARG(vendor_status_name(
				(enum vendor_status)FEED_STATE_STATUS(again.value))),
			SLICE_ARG(severity_name((enum severity)FEED_STATE_URGENCY(again.value))));
	if (!slice_empty(again.text))
		buf_printf(&c->text, " \"%.*s\"", SLICE_ARG(again.text));
	buf_add_lit(&c->text, "\n");
	return true;
}

static bool take_record(void *context, const struct osv_record *r, struct error *err)
{
	struct collected *c = context;
	const struct osv_affected *a = &r->affected.items[0];

	(void)err;
	osv_encode(r, &c->records);
	buf_printf(&c->text, "%.*s %.*s %.*s < %.*s\n", SLICE_ARG(r->id), SLICE_ARG(a->ecosystem),
		   SLICE_ARG(a->name), SLICE_ARG(a->ranges.items[0].events.items[1].version));
	return true;
}

static void collected_init(struct collected *c)
{
	*c = (struct collected){.err = ERROR_INIT,
				.summary = {.first = ERROR_INIT, .dated = TIMESTAMP_NONE}};
	arena_init(&c->arena, 0);
	buf_init(&c->text, LIMIT_DOCUMENT);
	buf_init(&c->facts, LIMIT_DOCUMENT);
	buf_init(&c->records, LIMIT_DOCUMENT);
}

static void collected_release(struct collected *c)
{
	buf_release(&c->text);
	buf_release(&c->facts);
	buf_release(&c->records);
	arena_release(&c->arena);
}

static bool read_bytes(struct collected *c, const char *feed, const char *stem, struct slice bytes)
{
	const struct feed_sink sink = {take_fact, take_record, c};
	const struct feed_row *row = feed_by_name(slice_from_cstr(feed));

	assert_non_null(row);
	return feed_read(row, bytes, slice_from_cstr(stem), &sink, &c->summary, &c->err);
}

/* Texts with ' for ". */
static void expect(const char *feed, const char *stem, const char *text, const char *expected,
		   unsigned broken, const char *dated)
{
	char date[TIMESTAMP_TEXT_MAX];
	struct collected c;

	collected_init(&c);
	if (!read_bytes(&c, feed, stem, test_json(&c.arena, text)))
		fail_msg("%s: %s", feed, c.err.message);
	assert_slice(buf_slice(&c.text), expected);
	assert_int_equal(c.summary.broken, broken);
	assert_string_equal(time_text(c.summary.dated, date), dated);
	collected_release(&c);
}

static void refuse(const char *feed, const char *text, const char *message)
{
	struct collected c;

	collected_init(&c);
	assert_false(read_bytes(&c, feed, "x", test_json(&c.arena, text)));
	if (!strstr(c.err.message, message))
		fail_msg("%s: \"%s\" lacks \"%s\"", feed, c.err.message, message);
	collected_release(&c);
}

static void test_kev(void **state)
{
	(void)state;
	expect("kev", "x",
	       "{'title':'x','dateReleased':'2026-08-07T16:45:47.0648Z','vulnerabilities':["
	       "{'cveID':'CVE-2021-44228','dateAdded':'2021-12-10','knownRansomwareCampaignUse':'"
	       "Known'},"
	       "{'cveID':'cve-2024-1 ','dateAdded':'2024-01-01'},"
	       "{'cveID':'CVE-2024-0001','dateAdded':'soon','knownRansomwareCampaignUse':'Unknown'}"
	       ","
	       "{'cveID':3}]}",
	       "exploited 2021-44228 2021-12-10 ransomware\nexploited 2024-1 -\n", 2, "2026-08-07");
	refuse("kev", "{'title':'x'}", "lists no vulnerabilities");
	refuse("kev", "<html>", "neither an object nor an array");
	refuse("kev", "{'vulnerabilities':[{'cveID':'CVE-2021-44228'}", "ends within");
}

static void test_epss(void **state)
{
	(void)state;
	expect("epss", "x",
	       "#model_version:v2026.06.15,score_date:2026-08-08T12:02:54+0000\n"
	       "cve,epss,percentile\nCVE-2002-0367,0.04879,0.91227\nCVE-2024-1000001,1,1.0\r\n"
	       "CVE-2020-0001,9e-05,0.000430001234\nCVE-2020-0002,1.2,0.1\nCVE-2020-0003,-1,0\n"
	       "CVE-2020-0004\nCVE-2020-00005,0.1,0.1\n",
	       "score 2002-367 48790000 912270000\nscore 2024-1000001 1000000000 1000000000\n"
	       "score 2020-1 90000 430001\n",
	       4, "2026-08-08");
	refuse("epss", "id,score\n", "line 1: no EPSS scores");
	refuse("epss", "", "no EPSS scores");
}

static void test_endoflife(void **state)
{
	(void)state;
	expect("endoflife", "debian",
	       "[{'cycle':'12','eol':'2026-07-11','eoes':'2028-06-30','latest':'12.15'},"
	       "{'cycle':'14','eol':false},{'cycle':'1','eol':true},{'cycle':'x'}]",
	       "cycle debian/12 2026-07-11 2028-06-30 \"12.15\"\ncycle debian/14 ongoing -\n"
	       "cycle debian/1 ended -\n",
	       0, "-");
	expect("endoflife", "adonisjs", "[{'cycle':'1','eol':true}]", "", 0, "-");
	expect("endoflife", "current",
	       "{'schema_version':'1.2.0','generated_at':'2026-08-20T00:00:00+00:00','result':["
	       "{'name':'nodejs','releases':[{'name':'20','isEol':true,'eolFrom':'2026-04-30',"
	       "'latest':{'name':'20.20.0'}},{'name':'99','isEol':false,'eolFrom':null}]},"
	       "{'name':'unheard-of','releases':[{'name':'1','isEol':true}]}]}",
	       "cycle nodejs/20 2026-04-30 - \"20.20.0\"\ncycle nodejs/99 ongoing -\n", 0,
	       "2026-08-20");
	refuse("endoflife", "{'a':1}", "no products");
	refuse("endoflife", "3", "neither");
}

static void test_debian(void **state)
{
	(void)state;
	expect("debian-tracker", "data",
	       "{'openssl':{'CVE-2024-1':{'releases':{'bookworm':{'status':'open','urgency':'low**'"
	       ","
	       "'nodsa':'Minor "
	       "issue','nodsa_reason':''},'bullseye':{'status':'open','urgency':'end-of-life'},"
	       "'sid':{'status':'open','urgency':'high'}}},"
	       "'CVE-2024-0002':{'releases':{'bookworm':{'status':'open','urgency':'not yet "
	       "assigned',"
	       "'nodsa':'x','nodsa_reason':'ignored'},'trixie':{'status':'open','urgency':'"
	       "unimportant'},"
	       "'bullseye':{'status':'resolved','urgency':'medium','nodsa':'x'}}},"
	       "'CVE-2024-0003':{'releases':{'bookworm':{'status':'open','urgency':'medium',"
	       "'nodsa':'p','nodsa_reason':'postponed'},'buster':{'status':'undetermined','urgency'"
	       ":'x'}}},"
	       "'TEMP-1':{'releases':{'bookworm':{'status':'open','nodsa':'x'}}}},'broken':{'x':}}",
	       "state 2024-2 Debian:12/openssl ignored unknown \"x\"\n"
	       "state 2024-2 Debian:13/openssl unimportant negligible\n"
	       "state 2024-2 Debian:11/openssl none medium \"x\"\n"
	       "state 2024-3 Debian:12/openssl postponed medium \"p\"\n"
	       "state 2024-3 Debian:10/openssl undetermined unknown\n",
	       1, "-");
	refuse("debian-tracker", "[]", "no object of packages");
}

static void test_secdb(void **state)
{
	(void)state;
	expect("alpine-secdb", "main",
	       "{'apkurl':'x','distroversion':'v3.19','reponame':'main','urlprefix':"
	       "'https://dl-cdn.alpinelinux.org/"
	       "alpine','packages':[{'pkg':{'name':'apk-tools','secfixes':"
	       "{'2.14.0-r0':['CVE-2021-36159','XSA-1 CVE-2022-1'],'0':['CVE-2020-1234']}}},"
	       "{'pkg':{'name':'b','secfixes':{'1-r0':['ghsa-AAAA-bbbb-cccc "
	       "(+)',3,'']}}},{'pkg':[}}]}",
	       "ALPINE-CVE-2021-36159 Alpine:v3.19 apk-tools < 2.14.0-r0\n"
	       "ALPINE-XSA-1 Alpine:v3.19 apk-tools < 2.14.0-r0\n"
	       "ALPINE-GHSA-aaaa-bbbb-cccc Alpine:v3.19 b < 1-r0\nALPINE-3 Alpine:v3.19 b < 1-r0\n",
	       1, "-");
	expect("wolfi-secdb", "security",
	       "{'urlprefix':'https://"
	       "packages.wolfi.dev','packages':[{'pkg':{'name':'a','secfixes':"
	       "{'1-r1':['CVE-2024-1111']}}}]}",
	       "WOLFI-CVE-2024-1111 Wolfi a < 1-r1\n", 0, "-");
	refuse("wolfi-secdb", "{'urlprefix':'https://example.org','packages':[]}",
	       "known distribution");
	refuse("wolfi-secdb", "{'urlprefix':'https://packages.wolfi.dev'}", "lists no packages");
}

static void test_nvd(void **state)
{
	(void)state;
	expect("nvd", "x",
	       "{'vulnerabilities':[{'cve':{'id':'CVE-2021-0001','metrics':{'cvssMetricV2':[{'type'"
	       ":'Primary',"
	       "'cvssData':{'vectorString':'AV:N/AC:L/Au:N/C:P/I:P/"
	       "A:P'}}],'cvssMetricV31':[{'type':'Secondary',"
	       "'cvssData':{'vectorString':'second'}},{'type':'Primary','cvssData':{'vectorString':"
	       "'first'}}]}}},"
	       "{'cve':{'id':'CVE-2021-0002','vulnStatus':'Rejected','metrics':{'cvssMetricV2':[{'"
	       "cvssData':"
	       "{'vectorString':'x'}}]}}},{'cve':{'id':'CVE-2021-0003','metrics':{}}}]}",
	       "rating 2021-1 \"first\"\n", 0, "-");
	refuse("nvd", "{}", "lists no vulnerabilities");
}

/* RFC 1952 around a stored block of RFC 1951. */
static void test_gzip(void **state)
{
	static const char text[] = "cve,epss,percentile\nCVE-2021-1234,0.5,0.9\n";
	struct slice plain = slice_from_cstr(text);
	struct collected c;
	struct buf b;

	(void)state;
	collected_init(&c);
	buf_init(&b, LIMIT_DOCUMENT);
	buf_add_lit(&b, "\x1f\x8b\x08\0\0\0\0\0\0\xff\x01");
	for (int i = 0; i < 2; i++) {
		uint16_t len = (uint16_t)(i ? ~plain.len : plain.len);
		buf_add(&b, &len, sizeof(len));
	}
	buf_add_slice(&b, plain);
	uint32_t crc = 0xffffffffu, size = (uint32_t)plain.len;
	for (size_t i = 0; i < plain.len; i++) {
		crc ^= (uint8_t)plain.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
	}
	crc = ~crc;
	buf_add(&b, &crc, sizeof(crc));
	buf_add(&b, &size, sizeof(size));
	assert_true(read_bytes(&c, "epss", "x", buf_slice(&b)));
	assert_slice(buf_slice(&c.text), "score 2021-1234 500000000 900000000\n");
	collected_release(&c);
	collected_init(&c);
	assert_false(read_bytes(&c, "epss", "x", slice_first(buf_slice(&b), b.len - 9)));
	buf_release(&b);
	collected_release(&c);
}

/* --------------------------------------------------------------------- index */

static struct test_index t;
static struct arena scratch;

struct feed_text {
	const char *feed, *stem, *text;
};

/* Records first, then feeds, then this. */
static void build_with(const struct feed_text *feeds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct collected *c = arena_new(&t.arena, struct collected);

		collected_init(c);
		if (!read_bytes(c, feeds[i].feed, feeds[i].stem,
				test_json(&t.arena, feeds[i].text)))
			fail_msg("%s: %s", feeds[i].feed, c->err.message);
		*vec_add(&t.arena, &t.inputs) = (struct index_input){
			.name = slice_from_cstr(feeds[i].feed),
			.feed = feed_by_name(slice_from_cstr(feeds[i].feed)),
			.ecosystem = feed_by_name(slice_from_cstr(feeds[i].feed))->covers,
			.facts = arena_copy(&t.arena, buf_slice(&c->facts)),
			.records = arena_copy(&t.arena, buf_slice(&c->records)),
			.dated = c->summary.dated,
		};
		collected_release(c);
	}
	test_index_build(&t, NOW);
}

static struct match_verdict ask(const char *ecosystem, const char *release, const char *name,
				const char *version)
{
	struct package *p = arena_new(&t.arena, struct package);
	struct match_answer answer;
	struct names_keys keys;
	struct error err = ERROR_INIT;

	p->ecosystem = ecosystem_by_osv(slice_from_cstr(ecosystem));
	p->release = slice_from_cstr(release);
	p->name = p->source_name = slice_from_cstr(name);
	p->version = p->source_version = slice_from_cstr(version);
	names_keys(p->ecosystem, p->release, false, &t.arena, &keys);
	struct match_query q = {.index = &t.index,
				.facts = &t.index,
				.package = p,
				.keys = &keys,
				.scratch = &scratch};
	assert_true(names_lookup(p, &t.arena, &q.lookup));
	if (!match_package(&q, &t.arena, &answer, &err))
		fail_msg("%s", err.message);
	assert_int_equal(answer.verdicts.count, 1);
	return answer.verdicts.items[0];
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&scratch, 0);
	test_index_init(&t, "npm PyPI Go Debian Alpine");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_index_release(&t);
	arena_release(&scratch);
	return 0;
}

#define FIXED(ecosystem, name, fixed)                                                              \
	"'affected':[{'package':{'ecosystem':'" ecosystem "','name':'" name                        \
	"'},'ranges':[{'type':"                                                                    \
	"'ECOSYSTEM','events':[{'introduced':'0'},{'fixed':'" fixed "'}]}]}]"

static void test_exploits(void **state)
{
	const struct feed_text feeds[] = {
		{"kev", "x",
		 "{'vulnerabilities':[{'cveID':'CVE-2024-1111','dateAdded':'2024-02-03',"
		 "'knownRansomwareCampaignUse':'Known'}]}"},
		{"epss", "x",
		 "cve,epss,percentile\nCVE-2024-1111,0.25,0.75\nCVE-2024-2222,0.5,0.875\n"},
	};
	char date[TIMESTAMP_TEXT_MAX];

	(void)state;
	test_index_add(
		&t, "{'id':'GHSA-a','aliases':['CVE-2024-1111']," FIXED("npm", "one", "2.0.0") "}");
	test_index_add(
		&t, "{'id':'GHSA-b','aliases':['CVE-2024-3333']," FIXED("npm", "two", "2.0.0") "}");
	test_index_add(&t, "{'id':'DSA-1','upstream':['CVE-2024-2222','CVE-2024-1111']," FIXED(
				   "Debian:12", "three", "2") "}");
	/* Two CVEs in one group: the finding is the first one's. */
	test_index_add(&t, "{'id':'GHSA-c','aliases':['CVE-2024-2222','CVE-2024-4444']," FIXED(
				   "npm", "four", "2.0.0") "}");
	build_with(feeds, 2);
	const struct vulnerability *v = ask("npm", "", "one", "1.0.0").vulnerability;
	assert_true(v->known_exploited && v->ransomware && v->has_epss);
	assert_string_equal(timestamp_format_date(v->exploited_since, date), "2024-02-03");
	assert_true(v->epss == 0.25 && v->epss_percentile == 0.75);
	v = ask("npm", "", "two", "1.0.0").vulnerability;
	assert_false(v->known_exploited || v->has_epss || v->fixes.count);
	v = ask("Debian", "12", "three", "1").vulnerability;
	assert_slice(test_join(&t.arena, &v->fixes), "CVE-2024-1111 CVE-2024-2222");
	assert_true(v->known_exploited && v->epss == 0.5);
	v = ask("npm", "", "four", "1.0.0").vulnerability;
	assert_slice(v->id, "CVE-2024-2222");
	assert_true(v->has_epss && v->epss == 0.5 && !v->known_exploited);
}

static void test_lending(void **state)
{
	const struct feed_text feeds[] = {
		{"nvd", "x",
		 "{'vulnerabilities':[{'cve':{'id':'CVE-2024-0005','metrics':{'cvssMetricV31':[{'"
		 "cvssData':"
		 "{'vectorString':'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}}]}}}]}"},
	};

	(void)state;
	/* Without a word of their own. */
	test_index_add(
		&t, "{'id':'PYSEC-1','aliases':['CVE-2024-0001']," FIXED("PyPI", "one", "2") "}");
	test_index_add(&t,
		       "{'id':'GO-1','aliases':['CVE-2024-0002']," FIXED("Go", "two", "2.0.0") "}");
	test_index_add(
		&t,
		"{'id':'DSA-1','upstream':['CVE-2024-0001','CVE-2024-0002','CVE-2024-0009']," FIXED(
			"Debian:12", "three", "2") "}");
	test_index_add(
		&t, "{'id':'PYSEC-4','aliases':['CVE-2024-0004']," FIXED("PyPI", "four", "2") "}");
	test_index_add(
		&t, "{'id':'PYSEC-5','aliases':['CVE-2024-0005']," FIXED("PyPI", "five", "2") "}");
	test_index_add(
		&t, "{'id':'PYSEC-6','aliases':['CVE-2024-0006']," FIXED("PyPI", "six", "2") "}");
	/* Those who lend: GitHub before a distribution, vectors before a distribution's word. */
	test_index_add(&t,
		       "{'id':'UBUNTU-CVE-2024-0001','upstream':['CVE-2024-0001'],'severity':[{'"
		       "type':'Ubuntu','score':'low'}]," FIXED("Ubuntu:22.04:LTS", "x", "2") "}");
	test_index_add(&t, "{'id':'GHSA-one','aliases':['CVE-2024-0001'],'database_specific':{'"
			   "severity':'MODERATE'}," FIXED("npm", "x", "2.0.0") "}");
	test_index_add(
		&t,
		"{'id':'BIT-two','aliases':['CVE-2024-0002'],'affected':[{'package':{'ecosystem':'"
		"Bitnami','name':'x'},"
		"'severity':[{'type':'CVSS_V3','score':'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/"
		"A:H'}],"
		"'ranges':[{'type':'SEMVER','events':[{'introduced':'0'},{'fixed':'2.0.0'}]}]}]}");
	/* An erratum for several CVEs rates none of them. */
	test_index_add(&t, "{'id':'ALSA-1','summary':'Critical: "
			   "x','related':['CVE-2024-0004','CVE-2024-0044']," FIXED("AlmaLinux:8",
										   "x", "2-1") "}");
	test_index_add(&t,
		       "{'id':'ALSA-2','summary':'Important: x','related':['CVE-2024-0006']," FIXED(
			       "AlmaLinux:8", "y", "2-1") "}");
	build_with(feeds, 1);

	const struct vulnerability *v = ask("PyPI", "", "one", "1").vulnerability;
	assert_int_equal(v->severity, SEVERITY_MEDIUM);
	assert_slice(v->severity_source, "lent by GHSA-one (word)");
	assert_int_equal(v->ratings.count, 0);
	v = ask("Go", "", "two", "1.0.0").vulnerability;
	assert_int_equal(v->severity, SEVERITY_HIGH);
	assert_slice(v->severity_source, "lent by BIT-two (CVSS:3.1)");
	assert_int_equal(v->ratings.count, 1);
	assert_true(v->ratings.items[0].score == 7.5);
	assert_slice(v->ratings.items[0].source, "BIT-two");
	v = ask("Debian", "12", "three", "1").vulnerability;
	assert_int_equal(v->severity, SEVERITY_HIGH);
	assert_slice(v->severity_source, "lent by BIT-two (CVSS:3.1) for CVE-2024-0002");
	v = ask("PyPI", "", "four", "1").vulnerability;
	assert_int_equal(v->severity, SEVERITY_UNKNOWN);
	assert_slice(v->severity_source, "");
	v = ask("PyPI", "", "five", "1").vulnerability;
	assert_int_equal(v->severity, SEVERITY_CRITICAL);
	assert_slice(v->severity_source, "lent by NVD (CVSS:3.1)");
	v = ask("PyPI", "", "six", "1").vulnerability;
	assert_slice(v->severity_source, "lent by ALSA-2 (word)");
}

static void test_states(void **state)
{
	const struct feed_text feeds[] = {
		{"debian-tracker", "data",
		 "{'curl':{'CVE-2024-1111':{'releases':{'bookworm':{'status':'open','urgency':'"
		 "unimportant'},"
		 "'bullseye':{'status':'open','urgency':'not yet "
		 "assigned','nodsa':'Minor','nodsa_reason':'postponed'}}}}}"},
	};

	(void)state;
	test_index_add(&t, "{'id':'DEBIAN-CVE-2024-1111','upstream':['CVE-2024-1111'],'affected':["
			   "{'package':{'ecosystem':'Debian:12','name':'curl'},'ranges':[{'type':'"
			   "ECOSYSTEM','events':[{'introduced':'0'}]}]},"
			   "{'package':{'ecosystem':'Debian:11','name':'curl'},'ranges':[{'type':'"
			   "ECOSYSTEM','events':[{'introduced':'0'}]}]},"
			   "{'package':{'ecosystem':'Debian:10','name':'curl'},'ranges':[{'type':'"
			   "ECOSYSTEM','events':[{'introduced':'0'}]}]}]}");
	build_with(feeds, 1);
	struct match_verdict v = ask("Debian", "12", "curl", "1");
	assert_int_equal(v.vendor_status, VENDOR_UNIMPORTANT);
	assert_int_equal(v.vulnerability->severity, SEVERITY_NEGLIGIBLE);
	assert_slice(v.vulnerability->severity_source, "vendor");
	v = ask("Debian", "11", "curl", "1");
	assert_int_equal(v.vendor_status, VENDOR_POSTPONED);
	assert_slice(v.vendor_reason, "Minor");
	v = ask("Debian", "10", "curl", "1");
	assert_int_equal(v.vendor_status, VENDOR_NONE);
}

static void test_merged_fixes(void **state)
{
	const struct feed_text feeds[] = {
		{"alpine-secdb", "main",
		 "{'urlprefix':'https://"
		 "dl-cdn.alpinelinux.org','distroversion':'v3.18','packages':["
		 "{'pkg':{'name':'a','secfixes':{'2-r0':['CVE-2024-1111']}}}]}"},
		{"alpine-secdb", "main",
		 "{'urlprefix':'https://"
		 "dl-cdn.alpinelinux.org','distroversion':'v3.19','packages':["
		 "{'pkg':{'name':'a','secfixes':{'3-r0':['CVE-2024-1111']}}}]}"},
	};

	(void)state;
	test_index_add(&t, "{'id':'ALPINE-CVE-2024-1111','upstream':['CVE-2024-1111']," FIXED(
				   "Alpine:v3.18", "a", "2-r0") "}");
	build_with(feeds, 2);
	struct match_verdict v = ask("Alpine", "v3.19", "a", "2-r5");
	assert_slice(v.vulnerability->id, "CVE-2024-1111");
	assert_slice(v.fixed_versions.items[0], "3-r0");
	v = ask("Alpine", "v3.18", "a", "1-r0");
	assert_slice(v.vulnerability->record_ids.items[0], "ALPINE-CVE-2024-1111");
	/* What OSV told already is there once. */
	assert_int_equal(index_count(&t.index, INDEX_AFFECTED), 2);
}

/* ----------------------------------------------------------------- lifecycle */

static void judge(const struct advisory_index *index, const char *id, const char *version,
		  const char *now, bool pro, struct report *report, struct run *run)
{
	struct package_list packages = {0};
	struct error err = ERROR_INIT;
	struct package *p;

	run_init(run, &t.arena);
	assert_true(timestamp_parse(slice_from_cstr(now), &run->now));
	*report = (struct report){
		.os = {.id = slice_from_cstr(id), .version_id = slice_from_cstr(version)}};
	p = vec_add(&t.arena, &packages);
	*p = (struct package){.origin = ORIGIN_PROGRAM,
			      .name = SLICE("node"),
			      .version = SLICE("16.20.1"),
			      .path = SLICE("usr/local/bin/node")};
	p = vec_add(&t.arena, &packages);
	*p = (struct package){.origin = ORIGIN_GO_BINARY,
			      .ecosystem = ecosystem_by_osv(SLICE("Go")),
			      .name = SLICE("stdlib"),
			      .version = SLICE("1.19.3")};
	p = vec_add(&t.arena, &packages);
	*p = (struct package){
		.origin = ORIGIN_DPKG, .name = SLICE("python"), .version = SLICE("2.7")};
	p = vec_add(&t.arena, &packages);
	*p = (struct package){
		.origin = ORIGIN_PROGRAM, .name = SLICE("openssl"), .version = SLICE("1.1.1w")};
	if (!lifecycle_judge(index, &packages, pro, run, report, &err))
		fail_msg("%s", err.message);
}

static void test_lifecycle(void **state)
{
	const struct feed_text feeds[] = {
		{"endoflife", "debian", "[{'cycle':'12','eol':'2020-01-01'}]"},
	};
	struct report report;
	struct run run;

	(void)state;
	judge(NULL, "debian", "12", "2026-07-11", false, &report, &run);
	assert_int_equal(report.lifecycle.count, 4);
	assert_slice(report.lifecycle.items[0].subject, "Debian 12");
	assert_int_equal(report.lifecycle.items[0].state, LIFECYCLE_SUPPORTED);
	assert_slice(report.lifecycle.items[1].subject, "Go 1.19");
	assert_slice(report.lifecycle.items[2].subject, "Node.js 16");
	assert_slice(report.lifecycle.items[2].path, "usr/local/bin/node");
	assert_int_equal(report.lifecycle.items[2].state, LIFECYCLE_ENDED);
	assert_slice(report.lifecycle.items[3].subject, "OpenSSL 1.1.1");
	assert_int_equal(run.gaps.count, 3);
	/* Everybody has Debian's long-term support, and only subscribers have Ubuntu's. */
	judge(NULL, "debian", "12", "2026-07-12", false, &report, &run);
	assert_int_equal(report.lifecycle.items[0].state, LIFECYCLE_EXTENDED);
	judge(NULL, "debian", "12", "2028-07-01", false, &report, &run);
	assert_int_equal(report.lifecycle.items[0].state, LIFECYCLE_ENDED);
	judge(NULL, "ubuntu", "20.04", "2026-01-01", false, &report, &run);
	assert_int_equal(report.lifecycle.items[0].state, LIFECYCLE_ENDED);
	judge(NULL, "ubuntu", "20.04", "2026-01-01", true, &report, &run);
	assert_int_equal(report.lifecycle.items[0].state, LIFECYCLE_EXTENDED);
	judge(NULL, "alpine", "3.10.9", "2026-01-01", false, &report, &run);
	assert_slice(report.lifecycle.items[0].subject, "Alpine 3.10");
	judge(NULL, "unheard-of", "1", "2026-01-01", false, &report, &run);
	assert_int_equal(report.lifecycle.items[0].packages, 1);
	/* The feed stands in the table's place. */
	build_with(feeds, 1);
	judge(&t.index, "debian", "12", "2021-01-01", false, &report, &run);
	assert_int_equal(report.lifecycle.items[0].state, LIFECYCLE_ENDED);
	assert_slice(report.lifecycle.items[0].source, "endoflife.date");
}

/* ---------------------------------------------------------------------- names */

static void expect_keys(const char *ecosystem, const struct os_release *os,
			const char *const *covered, const char *expected)
{
	const struct ecosystem *e = ecosystem_by_osv(slice_from_cstr(ecosystem));
	struct slice release = os_release_suffix(os, &t.arena);
	struct names_keys keys;

	names_keys(e, release, false, &t.arena, &keys);
	for (; *covered; covered++)
		names_add_release(&keys, e, release, slice_from_cstr(*covered), os, &t.arena);
	assert_slice(arena_join(&t.arena, keys.items, keys.count, SLICE("|")), expected);
}

static void test_releases(void **state)
{
	static const char *const redhat[] = {"enterprise_linux:8::baseos",
					     "enterprise_linux:8::appstream",
					     "enterprise_linux:9::baseos",
					     "rhel_eus:8.6::appstream",
					     "rhel_eus:8.4::appstream",
					     "rhel_aus:8.6::baseos",
					     "rhel:8::crb",
					     NULL};
	static const char *const suse[] = {
		"Linux Enterprise Server 15 SP5", "Linux Enterprise Module for Basesystem 15 SP5",
		"Linux Enterprise Server 15 SP5-LTSS", "Linux Enterprise Server 15 SP4", NULL};
	static const char *const ubuntu[] = {"22.04:LTS", "Pro:22.04:LTS", "Pro:FIPS:22.04:LTS",
					     "Pro:20.04:LTS", NULL};
	static const char *const none[] = {NULL};

	(void)state;
	expect_keys("Red Hat",
		    &(struct os_release){.id = SLICE("rhel"), .version_id = SLICE("8.6")}, redhat,
		    "Red Hat:8.6|Red Hat:enterprise_linux:8::baseos|Red "
		    "Hat:enterprise_linux:8::appstream|"
		    "Red Hat:rhel:8::crb|Red Hat");
	expect_keys("Red Hat",
		    &(struct os_release){
			    .id = SLICE("rhel"),
			    .version_id = SLICE("8.6"),
			    .facts = SLICE("content-set:rhel-8-for-x86_64-baseos-rpms\n"
					   "content-set:rhel-8-for-x86_64-appstream-eus-rpms\n")},
		    redhat,
		    "Red Hat:8.6|Red Hat:enterprise_linux:8::baseos|Red "
		    "Hat:rhel_eus:8.6::appstream|Red Hat");
	expect_keys("SUSE", &(struct os_release){.id = SLICE("sles"), .version_id = SLICE("15.5")},
		    suse,
		    "SUSE:Linux Enterprise Server 15 SP5|SUSE:Linux Enterprise Module for "
		    "Basesystem 15 SP5|SUSE");
	expect_keys("openSUSE",
		    &(struct os_release){.id = SLICE("opensuse-leap"), .version_id = SLICE("15.5")},
		    none, "openSUSE:Leap 15.5|openSUSE");
	expect_keys("openSUSE",
		    &(struct os_release){.id = SLICE("opensuse-tumbleweed"),
					 .version_id = SLICE("20240101")},
		    none, "openSUSE:Tumbleweed|openSUSE");
	expect_keys("openEuler",
		    &(struct os_release){.id = SLICE("openEuler"),
					 .version_id = SLICE("22.03"),
					 .pretty_name = SLICE("openEuler 22.03 (LTS-SP1)")},
		    none, "openEuler:22.03-LTS-SP1|openEuler");
	expect_keys("Azure Linux",
		    &(struct os_release){.id = SLICE("mariner"), .version_id = SLICE("2.0")}, none,
		    "Azure Linux:2|Azure Linux");
	expect_keys("Ubuntu",
		    &(struct os_release){.id = SLICE("ubuntu"), .version_id = SLICE("22.04")},
		    ubuntu, "Ubuntu:22.04:LTS|Ubuntu");
	expect_keys("Ubuntu",
		    &(struct os_release){.id = SLICE("ubuntu"),
					 .version_id = SLICE("22.04"),
					 .facts = SLICE("ubuntu-pro:esm-apps\nubuntu-pro:fips\n")},
		    ubuntu,
		    "Ubuntu:22.04:LTS|Ubuntu:Pro:22.04:LTS|Ubuntu:Pro:FIPS:22.04:LTS|Ubuntu");
	assert_ptr_equal(ecosystem_by_os_id(SLICE("sles_sap")), ecosystem_by_osv(SLICE("SUSE")));
	assert_ptr_equal(ecosystem_by_os_id(SLICE("opensuse-tumbleweed")),
			 ecosystem_by_osv(SLICE("openSUSE")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kev),
		cmocka_unit_test(test_epss),
		cmocka_unit_test(test_endoflife),
		cmocka_unit_test(test_debian),
		cmocka_unit_test(test_secdb),
		cmocka_unit_test(test_nvd),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test_setup_teardown(test_exploits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lending, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_states, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_merged_fixes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lifecycle, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_releases, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
