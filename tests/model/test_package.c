#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/wire.h"
#include "model/package.h"

static const struct slice os_names[] = {
	SLICE_INIT("libssl3"), SLICE_INIT("libstdc++6"), SLICE_INIT("g++-12"), SLICE_INIT("libfoo1.0-0"),
	SLICE_INIT("a.b_c~d"), SLICE_INIT(".build-deps"),
};
static const struct slice os_versions[] = {
	SLICE_INIT("1.0"), SLICE_INIT("1:2.36-9+deb12u1"), SLICE_INIT("3.0~rc1-2"), SLICE_INIT("5.2.15-2+b2"), SLICE_INIT(""),
};
static const struct slice distros[] = {
	SLICE_INIT(""), SLICE_INIT("debian-12"), SLICE_INIT("alpine-3.18.4"), SLICE_INIT("ubuntu-22.04"), SLICE_INIT("rocky-9.3"),
	SLICE_INIT("kali-2024.1"), SLICE_INIT("opensuse-leap-15.5"), SLICE_INIT("Odd & Name-1"), SLICE_INIT("void"),
};
static const struct {
	struct slice name, version;
} sources[] = {
	{ SLICE_INIT(""), SLICE_INIT("") }, { SLICE_INIT("="), SLICE_INIT("=") }, { SLICE_INIT("openssl"), SLICE_INIT("=") },
	{ SLICE_INIT("="), SLICE_INIT("1:9.9-1") }, { SLICE_INIT("gcc+x"), SLICE_INIT("2:1.0~1+b") },
	{ SLICE_INIT("openssl"), SLICE_INIT("") }, { SLICE_INIT("="), SLICE_INIT("") },
};
static const struct slice language_names[] = {
	SLICE_INIT("express"), SLICE_INIT("@babel/core"), SLICE_INIT("Foo_Bar.baz"), SLICE_INIT("zope.interface"),
	SLICE_INIT("golang.org/x/net"), SLICE_INIT("github.com/BurntSushi/toml"), SLICE_INIT("stdlib"),
	SLICE_INIT("example.com/a/v2"), SLICE_INIT("JSONStream"), SLICE_INIT("a b"), SLICE_INIT("caf\xc3\xa9"), SLICE_INIT("100%?#@"),
};
static const struct slice language_versions[] = {
	SLICE_INIT("1.2.3"), SLICE_INIT("v0.0.0-20200102030405-0123456789ab"), SLICE_INIT("v3.2.0+incompatible"),
	SLICE_INIT("(devel)"), SLICE_INIT(""), SLICE_INIT("1!2.0.post1+local.2"), SLICE_INIT("1.20.0-rc.1"), SLICE_INIT("git+ssh://x/y#z@1"),
};

static size_t round_trips;

static void check_round_trip(const struct package *p, struct arena *a)
{
	struct error err = ERROR_INIT;
	struct purl purl;
	struct package again;
	struct slice first = package_purl(p, a);

	if (slice_empty(first))
		fail_msg("origin %d, name \"%.*s\": no purl", (int)p->origin, SLICE_ARG(p->name));
	if (!purl_parse(first, a, &purl, &err))
		fail_msg("%.*s: %s", SLICE_ARG(first), err.message);
	if (!package_from_purl(&purl, a, &again))
		fail_msg("%.*s: no package", SLICE_ARG(first));
	struct slice second = package_purl(&again, a);
	if (!slice_eq(first, second))
		fail_msg("%.*s became %.*s", SLICE_ARG(first), SLICE_ARG(second));
	assert_true(slice_eq(again.version, p->version));
	round_trips++;
}

static void check_os(enum package_origin origin, const struct ecosystem *ecosystem, struct arena *a)
{
	for (size_t n = 0; n < ARRAY_LEN(os_names); n++)
	for (size_t v = 0; v < ARRAY_LEN(os_versions); v++)
	for (size_t d = 0; d < ARRAY_LEN(distros); d++)
	for (size_t s = 0; s < ARRAY_LEN(sources); s++) {
		struct package p = {
			.origin = origin,
			.ecosystem = ecosystem,
			.name = os_names[n],
			.version = os_versions[v],
			.distro = distros[d],
			.source_name = slice_is(sources[s].name, "=") ? os_names[n] : sources[s].name,
			.source_version = slice_is(sources[s].version, "=") ? os_versions[v] : sources[s].version,
			.architecture = s % 2 ? SLICE("amd64") : SLICE_EMPTY,
			.module_stream = origin == ORIGIN_RPM && n % 2 ? SLICE("nodejs:12:80:abc") : SLICE_EMPTY,
			.layer = -1,
		};

		check_round_trip(&p, a);
	}
}

static void test_os_purls(void **state)
{
	struct arena a;

	(void)state;
	for (int origin = ORIGIN_DPKG; origin < ORIGIN_COUNT; origin++) {
		const struct package_origin_row *row = package_origin_row((enum package_origin)origin);

		if (!row->os)
			continue;
		arena_init(&a, 0);
		check_os((enum package_origin)origin, NULL, &a);
		for (size_t e = 0; e < ecosystem_count; e++)
			if (slice_eq(ecosystems[e].purl_type, row->purl_type))
				check_os((enum package_origin)origin, &ecosystems[e], &a);
		arena_release(&a);
	}
	assert_true(round_trips > 30000);
}

/* Slashes stand in the names of some ecosystems only, and a few ask for more than a name. */
static bool has_purl(struct slice type, struct slice name)
{
	static const struct slice with_slash[] = {
		SLICE_INIT("npm"), SLICE_INIT("golang"), SLICE_INIT("composer"), SLICE_INIT("generic"),
	};
	static const struct slice more[] = {
		SLICE_INIT(""), SLICE_INIT("maven"), SLICE_INIT("swift"), SLICE_INIT("julia"), SLICE_INIT("composer"),
	};
	bool slash = slice_find_byte(name, '/') < name.len;

	if (slice_is(type, "cocoapods") && slice_find_byte(name, ' ') < name.len)
		return false;
	for (size_t i = 0; slash && i < ARRAY_LEN(with_slash); i++)
		if (slice_eq(type, with_slash[i]))
			return true;
	for (size_t i = 0; !slash && i < ARRAY_LEN(more); i++)
		if (slice_eq(type, more[i]))
			return false;
	return !slash;
}

static void test_language_purls(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (int origin = ORIGIN_DPKG; origin < ORIGIN_COUNT; origin++) {
		const struct package_origin_row *row = package_origin_row((enum package_origin)origin);

		for (size_t n = 0; !row->os && n < ARRAY_LEN(language_names); n++) {
			if (!has_purl(row->purl_type, language_names[n]))
				continue;
			for (size_t v = 0; v < ARRAY_LEN(language_versions); v++) {
				const struct package p = {
					.origin = (enum package_origin)origin,
					.ecosystem = ecosystem_by_purl_type(row->purl_type),
					.name = language_names[n],
					.version = language_versions[v],
				};

				check_round_trip(&p, &a);
			}
		}
	}
	arena_release(&a);
}

static void test_known_purls(void **state)
{
	static const struct {
		struct package p;
		const char *purl;
	} cases[] = {
		{ { .origin = ORIGIN_DPKG, .name = SLICE_INIT("libssl3"), .version = SLICE_INIT("3.0.9-1"), .architecture = SLICE_INIT("amd64"),
		    .distro = SLICE_INIT("debian-12"), .source_name = SLICE_INIT("openssl"), .source_version = SLICE_INIT("3.0.9-1") },
		  "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl" },
		{ { .origin = ORIGIN_APK, .name = SLICE_INIT("musl"), .version = SLICE_INIT("1.2.4-r2"), .distro = SLICE_INIT("alpine-3.18.4"),
		    .source_name = SLICE_INIT("musl"), .source_version = SLICE_INIT("1.2.4-r2") },
		  "pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.18.4" },
		{ { .origin = ORIGIN_NPM_LOCK, .name = SLICE_INIT("@babel/core"), .version = SLICE_INIT("7.0.0") },
		  "pkg:npm/%40babel/core@7.0.0" },
		{ { .origin = ORIGIN_PYTHON_PACKAGE, .name = SLICE_INIT("Foo_Bar"), .version = SLICE_INIT("1.0") }, "pkg:pypi/foo-bar@1.0" },
		{ { .origin = ORIGIN_GO_BINARY, .name = SLICE_INIT("stdlib"), .version = SLICE_INIT("1.19.8") }, "pkg:golang/stdlib@1.19.8" },
		{ { .origin = ORIGIN_GO_BINARY, .name = SLICE_INIT("golang.org/x/net"), .version = SLICE_INIT("v0.7.0") },
		  "pkg:golang/golang.org/x/net@v0.7.0" },
		{ { .origin = ORIGIN_NONE, .name = SLICE_INIT("x") }, "" },
		{ { .origin = ORIGIN_NPM_LOCK }, "" },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice got = package_purl(&cases[i].p, &a);

		if (!slice_eq(got, slice_from_cstr(cases[i].purl)))
			fail_msg("%.*s, not %s", SLICE_ARG(got), cases[i].purl);
	}
	arena_release(&a);
}

static void test_wire(void **state)
{
	struct slice depends[] = { SLICE("x"), SLICE("") };
	const struct package p = {
		.origin = ORIGIN_UV_LOCK, .flags = 0x81, .ecosystem = &ecosystems[ecosystem_count - 1],
		.release = SLICE("r"), .name = SLICE("n\0m"), .version = SLICE("v"), .source_name = SLICE("sn"),
		.source_version = SLICE("sv"), .architecture = SLICE("a"), .module_stream = SLICE("m"),
		.license = SLICE("l"), .maintainer = SLICE("ma"), .integrity = SLICE("i"), .distro = SLICE("d"),
		.path = SLICE("p"), .layer = -1, .offset = UINT64_MAX, .length = 1ull << 40,
		.depends = { depends, 2, 2 },
	};
	struct package again;
	struct cursor c;
	struct buf b, second;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	buf_init(&b, MIB);
	buf_init(&second, MIB);
	package_encode(&p, &b);
	for (size_t len = 0; len <= b.len; len++) {
		cursor_init(&c, slice_first(buf_slice(&b), len));
		assert_int_equal(package_decode(&c, &a, &again), len == b.len);
	}
	package_encode(&again, &second);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&second)));
	assert_int_equal(package_cmp(&p, &again), 0);
	assert_int_equal(again.layer, -1);
	assert_ptr_equal(again.ecosystem, p.ecosystem);
	/* Numbers that name nothing. */
	b.data[0] = ORIGIN_COUNT;
	cursor_init(&c, buf_slice(&b));
	assert_false(package_decode(&c, &a, &again));
	b.data[0] = ORIGIN_APK;
	b.data[8] = (char)(ecosystem_count + 1);
	cursor_init(&c, buf_slice(&b));
	assert_false(package_decode(&c, &a, &again));
	b.data[8] = 0;
	cursor_init(&c, buf_slice(&b));
	assert_true(package_decode(&c, &a, &again));
	assert_null(again.ecosystem);
	buf_release(&b);
	buf_release(&second);
	arena_release(&a);
}

static void test_order(void **state)
{
	/* Each is above the one before it in exactly one respect. */
	const struct package sorted[] = {
		{ .path = SLICE("a") },
		{ .path = SLICE("a"), .offset = 1 },
		{ .path = SLICE("a"), .layer = 1 },
		{ .path = SLICE("a"), .architecture = SLICE("x") },
		{ .path = SLICE("a"), .version = SLICE("1") },
		{ .path = SLICE("a"), .name = SLICE("n") },
		{ .path = SLICE("a"), .origin = ORIGIN_DPKG },
		{ .path = SLICE("b") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
		for (size_t j = 0; j < ARRAY_LEN(sorted); j++)
			assert_int_equal(package_cmp(&sorted[i], &sorted[j]), (i > j) - (i < j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_os_purls),
		cmocka_unit_test(test_language_purls),
		cmocka_unit_test(test_known_purls),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
