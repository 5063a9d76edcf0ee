/* Packages against made-up records: each trap that real records hold. */
#include "records.h"

#include "advisory/match.h"

static struct test_index t;
static struct arena scratch;

static int set_up(void **state)
{
	(void)state;
	arena_init(&scratch, 0);
	test_index_init(&t, "npm PyPI Go Debian Alpine Ubuntu AlmaLinux");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_index_release(&t);
	arena_release(&scratch);
	return 0;
}

struct asked {
	const char *ecosystem, *release, *name, *version, *source, *source_version, *stream;
	uint32_t flags;
	bool pro, explain;
};

static struct match_answer ask(struct asked q)
{
	struct package *p = arena_new(&t.arena, struct package);
	struct names_keys keys;
	struct match_answer answer;
	struct error err = ERROR_INIT;

	p->ecosystem = ecosystem_by_osv(slice_from_cstr(q.ecosystem));
	p->release = slice_from_cstr(q.release);
	p->name = slice_from_cstr(q.name);
	p->version = slice_from_cstr(q.version);
	p->source_name = slice_from_cstr(q.source);
	p->source_version = slice_from_cstr(q.source_version);
	p->module_stream = slice_from_cstr(q.stream);
	p->flags = q.flags;
	names_keys(p->ecosystem, p->release, q.pro, &t.arena, &keys);
	struct match_query query = { .index = &t.index,
				     .package = p,
				     .keys = &keys,
				     .explain = q.explain,
				     .scratch = &scratch };
	assert_true(names_lookup(p, &t.arena, &query.lookup));
	if (!match_package(&query, &t.arena, &answer, &err))
		fail_msg("%s", err.message);
	return answer;
}

/* "CVE-1[A,B]<2.0->2.0 ..." of the verdicts that are findings: id, records, range, fixed versions.
 */
static const char *findings(struct match_answer answer)
{
	struct slice out = SLICE_EMPTY;

	vec_each(v, &answer.verdicts) {
		const struct slice_list *records = &v->vulnerability->record_ids;

		if (v->status == MATCH_NOT_AFFECTED)
			continue;
		assert_int_equal(v->status, v->fixed_versions.count ? MATCH_FIXED : MATCH_AFFECTED);
		out = arena_printf(
			&t.arena, "%.*s%s%.*s[%.*s] %.*s", SLICE_ARG(out), out.len ? "; " : "",
			SLICE_ARG(v->vulnerability->id),
			SLICE_ARG(arena_join(&t.arena, records->items, records->count, SLICE(","))),
			SLICE_ARG(v->affected_range));
		if (v->fixed_versions.count)
			out = arena_printf(&t.arena, "%.*s -> %.*s", SLICE_ARG(out),
					   SLICE_ARG(test_join(&t.arena, &v->fixed_versions)));
	}
	return arena_cstr(&t.arena, out);
}

#define ASK(...) findings(ask((struct asked){ __VA_ARGS__ }))

#define RANGE(kind, events) "'ranges':[{'type':'" kind "','events':[" events "]}]"
#define ENTRY(ecosystem, name, rest)                                                               \
	"{'package':{'ecosystem':'" ecosystem "','name':'" name "'}," rest "}"
#define RECORD(id, fields, entries) "{'id':'" id "'," fields "'affected':[" entries "]}"
#define BELOW(version)		    "{'introduced':'0'},{'fixed':'" version "'}"

static void test_names(void **state)
{
	(void)state;
	test_index_add(&t,
		       RECORD("A", "", ENTRY("PyPI", "Jw_.util", RANGE("ECOSYSTEM", BELOW("2")))));
	test_index_add(
		&t, RECORD("B", "", ENTRY("NuGet", "Foo.Bar", RANGE("ECOSYSTEM", BELOW("2.0.0")))));
	test_index_add(&t,
		       RECORD("C", "", ENTRY("npm", "@s/Pkg", RANGE("SEMVER", BELOW("2.0.0")))));
	test_index_add(&t, RECORD("D", "",
				  ENTRY("Packagist:https://packages.example/8", "Drupal/x",
					RANGE("ECOSYSTEM", BELOW("2.0.0")))));
	test_index_add(&t,
		       RECORD("E", "", ENTRY("Go", "stdlib", RANGE("SEMVER", BELOW("1.20.3")))));
	test_index_build(&t, NOW);
	assert_string_equal(ASK("PyPI", "", "jw-UTIL", "1.0"), "A[A] < 2 -> 2");
	assert_string_equal(ASK("PyPI", "", "jwutil", "1.0"), "");
	assert_string_equal(ASK("NuGet", "", "foo.BAR", "1.0"), "B[B] < 2.0.0 -> 2.0.0");
	assert_string_equal(ASK("npm", "", "@s/Pkg", "1.0.0"), "C[C] < 2.0.0 -> 2.0.0");
	assert_string_equal(ASK("npm", "", "@s/pkg", "1.0.0"), "");
	assert_string_equal(ASK("Packagist", "", "drupal/x", "1.0.0"), "D[D] < 2.0.0 -> 2.0.0");
	assert_string_equal(ASK("Go", "", "stdlib", "1.20.2"), "E[E] < 1.20.3 -> 1.20.3");
	assert_string_equal(ASK("Go", "", "stdlib", "1.20.3"), "");
	/* an ecosystem is not another one */
	assert_string_equal(ASK("crates.io", "", "@s/Pkg", "1.0.0"), "");
}

static void test_versions(void **state)
{
	(void)state;
	test_index_add(&t, RECORD("A", "", ENTRY("PyPI", "a", "'versions':['1.0','1.10']")));
	test_index_add(&t,
		       RECORD("B", "",
			      ENTRY("PyPI", "b",
				    RANGE("ECOSYSTEM", BELOW("1.0")) ",'versions':['2.0','0.5']")));
	test_index_add(&t, RECORD("C", "", ENTRY("PyPI", "c", "'ranges':[]")));
	test_index_add(&t, RECORD("D", "",
				  ENTRY("npm", "d",
					"'ranges':["
					"{'type':'SEMVER','events':[{'introduced':'1.0.0'},{'fixed'"
					":'1.2.0'}]},"
					"{'type':'SEMVER','events':[{'introduced':'2.0.0'},{'last_"
					"affected':'2.2.0'}]}]")));
	test_index_add(&t,
		       RECORD("E", "",
			      ENTRY("npm", "e",
				    RANGE("SEMVER", "{'introduced':'1.0.0'},{'limit':'2.0.0'}"))));
	test_index_build(&t, NOW);
	assert_string_equal(ASK("PyPI", "", "a", "1.0"), "A[A] = 1.0");
	assert_string_equal(ASK("PyPI", "", "a", "1.10.0"), "A[A] = 1.10.0");
	assert_string_equal(ASK("PyPI", "", "a", "1.1"), "");
	assert_string_equal(ASK("PyPI", "", "b", "2.0"), "B[B] = 2.0");
	assert_string_equal(ASK("PyPI", "", "b", "0.5"), "B[B] < 1.0 -> 1.0");
	assert_string_equal(ASK("PyPI", "", "b", "1.5"), "");
	assert_string_equal(ASK("PyPI", "", "c", "1.0"), "");
	assert_string_equal(ASK("npm", "", "d", "1.1.0"), "D[D] >= 1.0.0, < 1.2.0 -> 1.2.0");
	assert_string_equal(ASK("npm", "", "d", "2.2.0"), "D[D] >= 2.0.0, <= 2.2.0");
	assert_string_equal(ASK("npm", "", "d", "1.5.0"), "");
	assert_string_equal(ASK("npm", "", "e", "1.5.0"), "E[E] >= 1.0.0");
	assert_string_equal(ASK("npm", "", "e", "2.0.0"), "");
}

static void test_distributions(void **state)
{
	(void)state;
	test_index_add(
		&t,
		RECORD("DSA-1-1", "'upstream':['CVE-2025-1','CVE-2025-2'],",
		       ENTRY("Debian:12", "openssl",
			     RANGE("ECOSYSTEM",
				   BELOW("3.0.11-1~deb12u2"))) "," ENTRY("Debian:11", "openssl",
									 RANGE("ECOSYSTEM",
									       BELOW("1.1.1w-0+"
										     "deb11u1")))));
	test_index_add(&t, RECORD("ALPINE-CVE-2025-3", "'upstream':['CVE-2025-3'],",
				  ENTRY("Alpine:v3.18", "busybox",
					RANGE("ECOSYSTEM", BELOW("1.36.1-r1")))));
	test_index_add(&t, RECORD("U1", "",
				  ENTRY("Ubuntu:22.04:LTS", "a", RANGE("ECOSYSTEM", BELOW("2")))));
	test_index_add(&t,
		       RECORD("U2", "",
			      ENTRY("Ubuntu:Pro:22.04:LTS", "a", RANGE("ECOSYSTEM", BELOW("3")))));
	test_index_add(&t, RECORD("W", "", ENTRY("Wolfi", "a", RANGE("ECOSYSTEM", BELOW("2-r0")))));
	test_index_add(&t, RECORD("L", "",
				  ENTRY("AlmaLinux:9", "runc",
					RANGE("ECOSYSTEM", BELOW("4:1.1.9-1.el9")))));
	test_index_build(&t, NOW);
	/* by the source package's name and version */
	assert_string_equal(ASK("Debian", "12", "libssl3", "3.0.11-1~deb12u2+b1", "openssl",
				"3.0.11-1~deb12u1"),
			    "DSA-1-1[DSA-1-1] < 3.0.11-1~deb12u2 -> 3.0.11-1~deb12u2");
	assert_string_equal(ASK("Debian", "12", "libssl3", "3.0.10", "openssl", "3.0.11-1~deb12u2"),
			    "");
	assert_string_equal(ASK("Debian", "12", "openssl", "3.0.11-1~deb12u1"),
			    "DSA-1-1[DSA-1-1] < 3.0.11-1~deb12u2 -> 3.0.11-1~deb12u2");
	assert_string_equal(ASK("Debian", "11", "libssl1.1", "x", "openssl", "1.1.1n-0+deb11u5"),
			    "DSA-1-1[DSA-1-1] < 1.1.1w-0+deb11u1 -> 1.1.1w-0+deb11u1");
	assert_string_equal(ASK("Debian", "10", "libssl1.1", "x", "openssl", "1.0"), "");
	/* Alpine's origin carries the name, the package's own version counts */
	assert_string_equal(ASK("Alpine", "v3.18", "ssl_client", "1.36.1-r0", "busybox"),
			    "CVE-2025-3[ALPINE-CVE-2025-3] < 1.36.1-r1 -> 1.36.1-r1");
	assert_string_equal(ASK("Alpine", "v3.19", "ssl_client", "1.36.1-r0", "busybox"), "");
	/* Pro's fixes only where it is attached */
	assert_string_equal(ASK("Ubuntu", "22.04:LTS", "a", "1"), "U1[U1] < 2 -> 2");
	assert_string_equal(ASK("Ubuntu", "22.04:LTS", "a", "1", .pro = true),
			    "U1[U1] < 2 -> 2; U2[U2] < 3 -> 3");
	assert_string_equal(ASK("Wolfi", "", "a", "1-r0"), "W[W] < 2-r0 -> 2-r0");
	/* RPM distributions by the installed package's name */
	assert_string_equal(ASK("AlmaLinux", "9", "runc", "4:1.1.8-1.el9", "other", "1"),
			    "L[L] < 4:1.1.9-1.el9 -> 4:1.1.9-1.el9");
	assert_string_equal(ASK("AlmaLinux", "9", "runc", "4:1.1.9-1.el9"), "");
}

static void test_errata(void **state)
{
	struct match_answer answer;

	(void)state;
	test_index_add(&t, RECORD("DSA-1-1", "'upstream':['CVE-2025-1','CVE-2025-2'],",
				  ENTRY("Debian:12", "a", RANGE("ECOSYSTEM", BELOW("2")))));
	test_index_add(&t, RECORD("DSA-2-1", "'upstream':['CVE-2025-1','CVE-2025-4'],",
				  ENTRY("Debian:12", "a", RANGE("ECOSYSTEM", BELOW("3")))));
	test_index_add(&t, RECORD("DEBIAN-CVE-2025-1", "'upstream':['CVE-2025-1'],",
				  ENTRY("Debian:12", "a", RANGE("ECOSYSTEM", BELOW("2")))));
	test_index_add(&t, RECORD("DEBIAN-CVE-2025-2", "'upstream':['CVE-2025-2'],",
				  ENTRY("Debian:12", "a", RANGE("ECOSYSTEM", BELOW("2")))));
	test_index_build(&t, NOW);
	answer = ask((struct asked){ "Debian", "12", "a", "1" });
	/* every CVE of DSA-1 is a finding already; one of DSA-2's is not */
	assert_string_equal(
		findings(answer),
		"CVE-2025-1[DEBIAN-CVE-2025-1,DSA-1-1] < 2 -> 2; "
		"CVE-2025-2[DEBIAN-CVE-2025-2,DSA-1-1] < 2 -> 2; DSA-2-1[DSA-2-1] < 3 -> 3");
	assert_slice(test_join(&t.arena, &answer.verdicts.items[2].vulnerability->related),
		     "CVE-2025-1 CVE-2025-4");
	assert_slice(test_join(&t.arena, &answer.verdicts.items[0].vulnerability->aliases),
		     "DEBIAN-CVE-2025-1");
}

static void test_folding(void **state)
{
	struct match_answer answer;

	(void)state;
	/* three records of one flaw, joined over a name that only two of them share */
	test_index_add(&t, RECORD("PYSEC-2025-1",
				  "'aliases':['GHSA-xxxx'],'published':'2025-02-01',"
				  "'modified':'2025-02-02','summary':'py','references':[{'type':'"
				  "WEB','url':'https://p'}],",
				  ENTRY("PyPI", "a", RANGE("ECOSYSTEM", BELOW("2.0.1")))));
	test_index_add(&t,
		       RECORD("GHSA-xxxx",
			      "'aliases':['CVE-2025-99999','CVE-2025-5'],'published':'2025-03-01',"
			      "'modified':'2025-03-02','summary':'gh','references':[{'type':'WEB','"
			      "url':'https://g'}],",
			      ENTRY("PyPI", "a", RANGE("ECOSYSTEM", BELOW("2.0")))));
	test_index_add(&t, RECORD("OTHER-1", "'aliases':['CVE-2025-5'],'related':['CVE-2025-7'],",
				  ENTRY("PyPI", "b", RANGE("ECOSYSTEM", BELOW("9")))));
	/* not joined: related and upstream name others */
	test_index_add(&t,
		       RECORD("PYSEC-2025-2", "'related':['CVE-2025-5'],'upstream':['GHSA-xxxx'],",
			      ENTRY("PyPI", "a", RANGE("ECOSYSTEM", BELOW("3")))));
	test_index_build(&t, NOW);
	answer = ask((struct asked){ "PyPI", "", "a", "1.0" });
	/* 2.0 is no fix while another record still holds it for vulnerable */
	assert_string_equal(findings(answer),
			    "CVE-2025-5[GHSA-xxxx,PYSEC-2025-1] < 2.0 || < 2.0.1 -> 2.0.1; "
			    "PYSEC-2025-2[PYSEC-2025-2] < 3 -> 3");
	const struct vulnerability *v = answer.verdicts.items[0].vulnerability;
	assert_slice(test_join(&t.arena, &v->aliases), "CVE-2025-99999 GHSA-xxxx PYSEC-2025-1");
	assert_slice(v->summary, "gh");
	assert_int_equal(v->published, 1738368000);
	assert_int_equal(v->modified, 1740873600);
	assert_slice(test_join(&t.arena, &v->references), "https://g https://p");
	/* what only one record says rests on that record alone */
	answer = ask((struct asked){ "PyPI", "", "a", "2.0" });
	assert_string_equal(
		findings(answer),
		"CVE-2025-5[PYSEC-2025-1] < 2.0.1 -> 2.0.1; PYSEC-2025-2[PYSEC-2025-2] < 3 -> 3");
	/* the name comes from the whole group, the records do not */
	answer = ask((struct asked){ "PyPI", "", "b", "1" });
	assert_string_equal(findings(answer), "CVE-2025-5[OTHER-1] < 9 -> 9");
	assert_slice(test_join(&t.arena, &answer.verdicts.items[0].vulnerability->related),
		     "CVE-2025-7");
}

static void test_fixed_versions(void **state)
{
	(void)state;
	/* the same package in several entries, one for each branch */
	test_index_add(&t, RECORD("A", "",
				  ENTRY("npm", "a",
					RANGE("SEMVER",
					      "{'introduced':'1.0.0'},{'fixed':'1.2.0'"
					      "}")) "," ENTRY("npm", "a",
							      RANGE("SEMVER", "{'introduced':'2.0."
									      "0'},{'fixed':'2.2."
									      "0'}"))));
	/* a fix that the next range takes back */
	test_index_add(
		&t, RECORD("B", "",
			   ENTRY("npm", "b", RANGE("SEMVER", BELOW("1.2.0"))) "," ENTRY(
				   "npm", "b",
				   RANGE("SEMVER", "{'introduced':'1.2.0'},{'fixed':'1.3.0'}"))));
	/* no record knows a clean version: what they say stands */
	test_index_add(&t, RECORD("C1", "'aliases':['CVE-1'],",
				  ENTRY("npm", "c", RANGE("SEMVER", BELOW("1.2.0")))));
	test_index_add(&t, RECORD("C2", "'aliases':['CVE-1'],",
				  ENTRY("npm", "c", RANGE("SEMVER", "{'introduced':'0'}"))));
	test_index_build(&t, NOW);
	assert_string_equal(ASK("npm", "", "a", "1.1.0"), "A[A] >= 1.0.0, < 1.2.0 -> 1.2.0");
	assert_string_equal(ASK("npm", "", "a", "2.1.0"), "A[A] >= 2.0.0, < 2.2.0 -> 2.2.0");
	assert_string_equal(ASK("npm", "", "b", "1.1.0"), "B[B] < 1.2.0 -> 1.3.0");
	assert_string_equal(ASK("npm", "", "c", "1.1.0"),
			    "CVE-1[C1,C2] < 1.2.0 || any version -> 1.2.0");
	assert_string_equal(ASK("npm", "", "c", "1.4.0"), "CVE-1[C2] any version");
}

static void test_modules(void **state)
{
	(void)state;
	test_index_add(&t,
		       RECORD("ALSA-12", "'summary':'Important: nodejs:12 security update',",
			      ENTRY("AlmaLinux:8", "nodejs",
				    RANGE("ECOSYSTEM", BELOW("1:12.22-1.module_el8.5.0+1+a")))));
	test_index_add(&t,
		       RECORD("ALSA-10", "'summary':'Important: nodejs:10 security update',",
			      ENTRY("AlmaLinux:8", "nodejs",
				    RANGE("ECOSYSTEM", BELOW("1:10.24-1.module_el8.3.0+1+a")))));
	test_index_add(&t, RECORD("ALSA-0", "'summary':'Important: nodejs security update',",
				  ENTRY("AlmaLinux:8", "nodejs",
					RANGE("ECOSYSTEM", BELOW("1:14.0-1.el8")))));
	test_index_build(&t, NOW);
	/* a fixed build of the older stream is below the newer stream's fix, and not affected by it
	 */
	assert_string_equal(ASK("AlmaLinux", "8", "nodejs", "1:10.24-1.module_el8.3.0+1+a",
				.stream = "nodejs:10"),
			    "");
	assert_string_equal(
		ASK("AlmaLinux", "8", "nodejs", "1:10.23-1.module_el8.3.0+1+a",
		    .stream = "nodejs:10"),
		"ALSA-10[ALSA-10] < 1:10.24-1.module_el8.3.0+1+a -> 1:10.24-1.module_el8.3.0+1+a");
	assert_string_equal(ASK("AlmaLinux", "8", "nodejs", "1:10.24-1.el8"),
			    "ALSA-0[ALSA-0] < 1:14.0-1.el8 -> 1:14.0-1.el8");
}

/* Red Hat's other way to name a stream: in the package's name. */
static void test_modular_names(void **state)
{
	(void)state;
	test_index_add(&t, RECORD("RHSA-12", "",
				  ENTRY("AlmaLinux:8", "nodejs:12::npm",
					RANGE("ECOSYSTEM", BELOW("1:6.14-1.12.22")))));
	test_index_add(&t, RECORD("RHSA-0", "",
				  ENTRY("AlmaLinux:8", "npm", RANGE("ECOSYSTEM", BELOW("1:9-1")))));
	test_index_build(&t, NOW);
	assert_string_equal(ASK("AlmaLinux", "8", "npm", "1:6.13-1.12.20", .stream = "nodejs:12"),
			    "RHSA-12[RHSA-12] < 1:6.14-1.12.22 -> 1:6.14-1.12.22");
	assert_string_equal(ASK("AlmaLinux", "8", "npm", "1:6.13-1.12.20",
				.stream = "nodejs:12:8030020201124152102:229f0a1c"),
			    "RHSA-12[RHSA-12] < 1:6.14-1.12.22 -> 1:6.14-1.12.22");
	assert_string_equal(ASK("AlmaLinux", "8", "npm", "1:6.13-1", .stream = "nodejs:10"), "");
	assert_string_equal(ASK("AlmaLinux", "8", "npm", "1:6.13-1"), "RHSA-0[RHSA-0] < 1:9-1 -> 1:9-1");
}

static void test_custom_ranges(void **state)
{
#define CUSTOM(events)                                                                             \
	RANGE("SEMVER", "{'introduced':'0'}")                                                      \
	",'ecosystem_specific':{'custom_ranges':[{'type':'ECOSYSTEM','events':[" events "]}]}"
	(void)state;
	test_index_add(&t, RECORD("GO-1", "", ENTRY("Go", "example.org/a", CUSTOM(BELOW("7.8.11")))));
	test_index_add(&t, RECORD("GO-2", "",
				  ENTRY("Go", "example.org/b",
					CUSTOM("{'introduced':'8.0.0'},{'fixed':'8.1.0'}"))));
	/* An order that cannot be told bounds nothing. */
	test_index_add(&t, RECORD("GO-3", "",
				  ENTRY("Go", "example.org/c",
					CUSTOM("{'introduced':'0'},{'fixed':'next week'}"))));
	/* The module's own versions name a fix: that counts. */
	test_index_add(&t, RECORD("GO-4", "",
				  ENTRY("Go", "example.org/d",
					RANGE("SEMVER", BELOW("1.2.0")) ",'ecosystem_specific':{'custom_ranges':["
					"{'type':'ECOSYSTEM','events':[" BELOW("9.0.0") "]}]}")));
	test_index_build(&t, NOW);
	assert_string_equal(ASK("Go", "", "example.org/a", "v7.8.10+incompatible"),
			    "GO-1[GO-1] < 7.8.11 -> 7.8.11");
	assert_string_equal(ASK("Go", "", "example.org/a", "v7.9.0+incompatible"), "");
	assert_string_equal(ASK("Go", "", "example.org/b", "v8.0.5+incompatible"),
			    "GO-2[GO-2] >= 8.0.0, < 8.1.0 -> 8.1.0");
	assert_string_equal(ASK("Go", "", "example.org/b", "v7.0.0+incompatible"), "");
	assert_int_not_equal(*ASK("Go", "", "example.org/b", "v0.0.0-20230101000000-abcdefabcdef"), '\0');
	assert_string_equal(ASK("Go", "", "example.org/c", "v99.0.0"), "GO-3[GO-3] any version");
	assert_string_equal(ASK("Go", "", "example.org/d", "v1.3.0"), "");
}

/* Made up: no record known has a limit. */
static void test_limits(void **state)
{
	(void)state;
	test_index_add(&t, RECORD("L-1", "",
				  ENTRY("npm", "a",
					RANGE("SEMVER", "{'introduced':'1.0.0'},{'limit':'2.0.0'}"))));
	test_index_build(&t, NOW);
	assert_int_not_equal(*ASK("npm", "", "a", "1.5.0"), '\0');
	assert_string_equal(ASK("npm", "", "a", "2.0.0"), "");
	assert_string_equal(ASK("npm", "", "a", "0.9.0"), "");
}

static void test_unversioned(void **state)
{
	struct match_answer answer;

	(void)state;
	test_index_add(&t,
		       RECORD("A", "",
			      ENTRY("Go", "example.org/m", RANGE("SEMVER", "{'introduced':'0'}"))));
	test_index_build(&t, NOW);
	answer = ask((struct asked){ "Go", "", "example.org/m", "(devel)",
				     .flags = PACKAGE_UNVERSIONED });
	assert_true(answer.known && answer.incomparable);
	assert_int_equal(answer.verdicts.count, 0);
	answer = ask((struct asked){ "Go", "", "example.org/other", "(devel)",
				     .flags = PACKAGE_UNVERSIONED });
	assert_false(answer.known || answer.incomparable);
	assert_string_equal(ASK("Go", "", "example.org/m", "v0.1.0"), "A[A] any version");
}

static void test_withdrawn(void **state)
{
	(void)state;
	test_index_add(&t, RECORD("A", "'withdrawn':'2025-01-01T00:00:00Z','aliases':['CVE-1'],",
				  ENTRY("npm", "a", RANGE("SEMVER", BELOW("2.0.0")))));
	test_index_add(&t, RECORD("B", "'aliases':['CVE-1','CVE-2'],",
				  ENTRY("npm", "a", RANGE("SEMVER", BELOW("1.0.0")))));
	test_index_build(&t, NOW);
	assert_string_equal(ASK("npm", "", "a", "1.5.0"), "");
	assert_string_equal(ASK("npm", "", "a", "0.5.0"), "CVE-1[B] < 1.0.0 -> 1.0.0");
}

static void test_explanations(void **state)
{
	static const char *const lines[] = {
		"cleared: 1.5.0 >= 1.2.0 (fixed) (A)",
		"affected: 1.5.0 >= 1.0.0 (introduced) and < 1.7.0 (fixed) (B)",
		"cleared: 1.5.0 is not listed (C)",
		"affected: 1.5.0 is listed (D)",
		"cleared: the record names no versions (E)",
	};
	struct match_answer answer;

	(void)state;
	test_index_add(&t, RECORD("A", "", ENTRY("npm", "a", RANGE("SEMVER", BELOW("1.2.0")))));
	test_index_add(&t,
		       RECORD("B", "",
			      ENTRY("npm", "a",
				    RANGE("SEMVER", "{'introduced':'1.0.0'},{'fixed':'1.7.0'}"))));
	test_index_add(&t, RECORD("C", "", ENTRY("npm", "a", "'versions':['1.6.0']")));
	test_index_add(&t, RECORD("D", "", ENTRY("npm", "a", "'versions':['1.5.0']")));
	test_index_add(&t, RECORD("E", "", ENTRY("npm", "a", "'versions':[]")));
	test_index_build(&t, NOW);
	answer = ask((struct asked){ "npm", "", "a", "1.5.0", .explain = true });
	assert_int_equal(answer.lines.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_slice(answer.lines.items[i], lines[i]);
	/* five vulnerabilities: two findings, three cleared */
	assert_int_equal(answer.verdicts.count, 5);
	assert_int_equal(answer.verdicts.items[0].status, MATCH_NOT_AFFECTED);
	assert_slice(answer.verdicts.items[0].explanation, "1.5.0 >= 1.2.0 (fixed) (A)");
	assert_int_equal(answer.verdicts.items[1].status, MATCH_FIXED);
	answer = ask((struct asked){ "npm", "", "a", "1.5.0" });
	assert_int_equal(answer.verdicts.count, 2);
	assert_int_equal(answer.lines.count, 0);
}

#define V31_CRITICAL "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
#define V31_LOW	     "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
#define V4_HIGH	     "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"

static void test_severity(void **state)
{
	static const struct {
		const char *name, *severity, *source;
	} expected[] = {
		{ "a", "low", "vendor" },
		{ "b", "critical", "CVSS:3.1" },
		{ "c", "high", "CVSS:4.0" },
		{ "d", "medium", "CVSS" },
		{ "e", "negligible", "informational: unmaintained" },
		{ "f", "unknown", "" },
		{ "g", "critical", "malicious package" },
		{ "h", "low", "CVSS:3.1" },
		{ "i", "unknown", "" },
	};

	(void)state;
#define SIMPLE(id, name, top, own)                                                                 \
	test_index_add(&t, RECORD(id, top, ENTRY("npm", name, RANGE("SEMVER", BELOW("2.0.0")) own)))
	SIMPLE("A", "a",
	       "'database_specific':{'severity':'LOW'},'severity':[{'type':'CVSS_V3','score':"
	       "'" V31_CRITICAL "'}],",
	       "");
	SIMPLE("B", "b",
	       "'severity':[{'type':'CVSS_V2','score':'AV:L/AC:H/Au:M/C:N/I:N/A:P'},"
	       "{'type':'CVSS_V3','score':'" V31_CRITICAL "'},{'type':'CVSS_V3','score':'" V31_LOW
	       "'}],",
	       "");
	SIMPLE("C", "c",
	       "'severity':[{'type':'CVSS_V3','score':'" V31_LOW
	       "'},{'type':'CVSS_V4','score':'" V4_HIGH "'}],",
	       "");
	SIMPLE("D", "d", "'database_specific':{'cvss_score':5.0},", "");
	SIMPLE("E", "e", "", ",'database_specific':{'informational':'unmaintained'}");
	SIMPLE("F", "f", "", "");
	SIMPLE("MAL-1", "g", "'severity':[{'type':'CVSS_V3','score':'" V31_LOW "'}],", "");
	/* the entry's own vector is the package's */
	SIMPLE("H", "h", "", ",'severity':[{'type':'CVSS_V3','score':'" V31_LOW "'}]");
	SIMPLE("I", "i", "'severity':[{'type':'CVSS_V3','score':'CVSS:3.1/AV:what'}],", "");
	test_index_build(&t, NOW);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct match_answer answer =
			ask((struct asked){ "npm", "", expected[i].name, "1.0.0" });

		assert_int_equal(answer.verdicts.count, 1);
		const struct vulnerability *v = answer.verdicts.items[0].vulnerability;
		assert_slice(severity_name(v->severity), expected[i].severity);
		assert_slice(v->severity_source, expected[i].source);
	}
	struct match_answer answer = ask((struct asked){ "npm", "", "b", "1.0.0" });
	assert_int_equal(answer.verdicts.items[0].vulnerability->ratings.count, 3);
	answer = ask((struct asked){ "npm", "", "i", "1.0.0" });
	assert_int_equal(answer.verdicts.items[0].vulnerability->ratings.count, 0);
}

static void test_identifiers(void **state)
{
	static const char *const sorted[] = {
		"CVE-2021-999", "CVE-2021-44228", "CVE-2022-1", "GHSA-2222",	"GHSA-aaaa",
		"ALSA-2024:9",	"ALSA-2024:10",	  "DSA-1-1",	"x_RETIREJS-1",
	};
	size_t count = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			int order = names_identifier_cmp(slice_from_cstr(sorted[i]),
							 slice_from_cstr(sorted[j]));

			assert_int_equal(order, i < j ? -1 : i > j);
		}
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_names),	 TEST(test_versions),	 TEST(test_distributions),
		TEST(test_errata),	 TEST(test_folding),	 TEST(test_fixed_versions),
		TEST(test_modules), TEST(test_modular_names), TEST(test_custom_ranges),
		TEST(test_limits),	 TEST(test_unversioned), TEST(test_withdrawn),
		TEST(test_explanations), TEST(test_severity),	 TEST(test_identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
