#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "inventory/program.h"
#include "row_test.h"

/* ------------------------------------------------------------------- search */

struct found {
	struct arena arena;
	struct program_found program;
	bool ok;
};

static void find(struct found *f, const char *path, struct slice bytes, size_t piece, bool text)
{
	arena_init(&f->arena, 0);
	struct program_search *s = program_search_new(&f->arena, slice_from_cstr(path), text);

	f->ok = false;
	if (!s)
		return;
	while (!slice_empty(bytes) && program_search_feed(s, slice_first(bytes, piece)))
		bytes = slice_from(bytes, piece);
	f->ok = program_search_finish(s, &f->program);
}

static void expect_text(const char *path, struct slice bytes, bool text, const char *package,
			const char *version)
{
	static const size_t pieces[] = { 1, 7, 64, 1 << 20 };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct found f;

		find(&f, path, bytes, pieces[i], text);
		if (f.ok != (package != NULL))
			fail_msg("%s: %s", path, f.ok ? "found" : "not found");
		if (package && (!slice_eq(f.program.row->package, slice_from_cstr(package)) ||
				!slice_eq(f.program.version, slice_from_cstr(version))))
			fail_msg("%s: %.*s %.*s, not %s %s", path, SLICE_ARG(f.program.row->package),
				 SLICE_ARG(f.program.version), package, version);
		if (package)
			assert_true(slice_starts(slice_from(bytes, f.program.offset),
						 slice_from_cstr(version)));
		arena_release(&f.arena);
	}
}

static void expect(const char *path, struct slice bytes, const char *package, const char *version)
{
	expect_text(path, bytes, false, package, version);
}

static void test_versions(void **state)
{
	(void)state;
	expect("usr/sbin/nginx", SLICE("x\0nginx version: nginx/1.25.3\n"), "nginx", "1.25.3");
	expect("usr/sbin/nginx", SLICE("\0nginx version: nginx/1.25.3-2 (x)"), "nginx", "1.25.3-2");
	expect("usr/sbin/nginx", SLICE("\0nginx version: openresty/1.21.4.1"), "nginx", "1.21.4");
	expect("bin/openssl", SLICE("\0OpenSSL 1.1.1w  11 Sep 2023\0"), "openssl", "1.1.1w");
	expect("bin/openssl", SLICE("\0OpenSSL 3.2.0-alpha1 7 Sep 2023\0"), "openssl", "3.2.0-alpha1");
	expect("bin/openssl", SLICE("\0OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)\0"), "aws-lc", "1.69.0");
	expect("a/ruby", SLICE("ruby 2.7.7p221 (2022-11-24 revision 168ec2b1e5) [x86_64-linux]"), "ruby",
	       "2.7.7p221");
	expect("a/ruby", SLICE("ruby 3.4.0preview1 (2024-05-16 master 9d69619623)"), "ruby",
	       "3.4.0preview1");
	expect("sbin/haproxy", SLICE("haproxy\0N: version 2.8.1-a1b2c3d, released 2023/07/03\0"), "haproxy",
	       "2.8.1");
	expect("sbin/haproxy", SLICE("haproxy\0 version 2.9-dev3-12, released 2023/07/03\0"), "haproxy",
	       "2.9-dev3");
	expect("bin/mariadb", SLICE("\0" "10.6.15-MariaDB-1:10.6.15\0"), "mariadb", "10.6.15");
	expect("bin/mysqld", SLICE("/build/mysql-8.0.37/sql/x.cc\0"), "mysql-server", "8.0.37");
	expect("bin/mysqld", SLICE("/percona-server-8.0.36-28/sql/x.cc\0"), "percona-server", "8.0.36-28");
	expect("bin/redis-server", SLICE("A7.0.14buildkitsandbox-1702957741000000000\0"), "redis", "7.0.14");
	expect("bin/postgres", SLICE("\0PostgreSQL 16beta2\0"), "postgresql", "16beta2");
	expect("bin/postgres", SLICE("\0PostgreSQL 9.6.24 on x"), "postgresql", "9.6.24");
	expect("bin/node", SLICE("\0node.js/v22.9.0\0"), "node", "22.9.0");
	expect("opt/fluent-bit", SLICE("\0" "2.2.1\0\0\0Fluent Bit v%s"), "fluent-bit", "2.2.1");
	expect("bin/java", SLICE("\0" "17.0.8+9-jvmci-23.0-b14\0openjdk\0"), "graalvm",
	       "17.0.8+9-jvmci-23.0-b14");
	expect("bin/java", SLICE("\0openjdk\0java\0" "0.0\0" "17.0.9+9-LTS\0"), "openjdk", "17.0.9+9-LTS");
	expect("bin/java", SLICE("\0" "0.0\0\0\0\0\0" "11.0.22+7\0\0\0\0openjdk\0java\0"), "openjdk",
	       "11.0.22+7");
	expect("opt/zulu11/bin/java", SLICE("\0openjdk\0java\0" "0.0\0" "11.0.17+8-LTS\0"), "zulu",
	       "11.0.17+8-LTS");
	expect("lib/beam.smp", SLICE("Erlang/OTP 25%s [erts-13.1.5]\n\0" "25.2.3\0\0"), "erlang", "25.2.3");
}

/* The file's own name says where the version begins. */
static void test_named(void **state)
{
	struct slice bytes = SLICE("\0" "2.11.0\0" "3.11.2\0" "3.11\0");

	(void)state;
	expect("usr/bin/python3.11", bytes, "python", "3.11.2");
	expect("usr/lib/libpython3.11.so.1.0", bytes, "python", "3.11.2");
	expect("usr/bin/python3.12", bytes, NULL, NULL);
	expect("usr/bin/python3", bytes, NULL, NULL);
	expect("usr/bin/ipython3.11", bytes, NULL, NULL);
	expect("usr/bin/python3.13", SLICE("\0" "3.13.0rc1+\0"), "python", "3.13.0rc1+");
}

static void test_nothing(void **state)
{
	(void)state;
	expect("bin/nginx", SLICE(""), NULL, NULL);
	expect("bin/nginx", SLICE("nginx version: nginx/"), NULL, NULL);
	expect("bin/nginx", SLICE("nginx version: nginx/1.2"), NULL, NULL);
	expect("bin/nginx", SLICE("nginx version: nginx/12345678901.2.3"), NULL, NULL);
	expect("bin/mynginx", SLICE("nginx version: nginx/1.25.3"), NULL, NULL);
	expect("", SLICE("nginx version: nginx/1.25.3"), NULL, NULL);
	expect("bin/gzip", SLICE("\0" "1.12\0"), NULL, NULL); /* BusyBox under gzip's name */
	expect("bin/gzip", SLICE("\0" "1.12\0%s: %s: not in gzip format\0"), "gzip", "1.12");
	expect("bin/redis-server", SLICE("valkey_version A7.0.14buildkitsandbox-17029577410\0"), NULL, NULL);
	/* The version of another library is none of SQLite's. */
	expect("bin/sqlite3", SLICE("SQLite format 3\0" "1.2.13\0"), NULL, NULL);
	expect("bin/sqlite3", SLICE("SQLite format 3\0" "1.2.13\0" "3.40.1\0"), "sqlite", "3.40.1");
}

static void test_text(void **state)
{
	(void)state;
	expect_text("srv/www/wp-includes/version.php", SLICE("<?php\n$wp_version = '6.4.2';\n"), true,
		    "wordpress", "6.4.2");
	expect_text("wp-includes/version.php", SLICE("$wp_version = '6.5-RC1';\n"), true, "wordpress",
		    "6.5-RC1");
	expect_text("lib/version.php", SLICE("$wp_version = '6.4.2';\n"), true, NULL, NULL);
	expect_text("jre/release", SLICE("JAVA_VERSION=\"1.8.0_352\"\nOS_ARCH=\"amd64\"\n"), true, "openjdk",
		    "1.8.0_352");
	expect_text("etc/release", SLICE("JAVA_VERSION=\"1.8.0_352\"\n"), true, NULL, NULL);
	expect_text("bin/elixir", SLICE("#!/bin/sh\nELIXIR_VERSION=1.18.0-rc.1\n"), true, "elixir",
		    "1.18.0-rc.1");
	expect_text("releases/25/OTP_VERSION", SLICE("25.2.3\n"), true, "erlang", "25.2.3");
	/* Executables of these names are looked at by their bytes only. */
	expect("wp-includes/version.php", SLICE("$wp_version = '6.4.2';\n"), NULL, NULL);
}

/* What stands across the places where the window moves on is found all the same. */
static void test_window(void **state)
{
	static const struct slice text = SLICE_INIT("\0nginx version: nginx/1.25.3\n");
	static const size_t size = 300 * KIB;

	(void)state;
	for (size_t at = 125 * KIB; at < 132 * KIB; at += 13) {
		struct buf b;
		struct found f;

		buf_init(&b, MIB);
		while (b.len < at)
			buf_add_byte(&b, 'n');
		buf_add_slice(&b, text);
		while (b.len < size)
			buf_add_byte(&b, '\0');
		find(&f, "bin/nginx", buf_slice(&b), 4096, false);
		assert_true(f.ok);
		assert_int_equal(f.program.offset, at + 22);
		arena_release(&f.arena);
		buf_release(&b);
	}
}

/* Everything that a row asks for, put together: the row, or one before it of the same names, finds it. */
static void check_pattern(const struct program *row, const struct program_pattern *p, const char *path)
{
	static const char *const numbers[] = { "", "7", "7.8", "7.8.9", "7.8.9.10" };
	unsigned count = p->shape >> 4 & 0xf;
	struct slice version = slice_from_cstr(numbers[count < 4 ? count : 4]);
	struct buf b;
	struct found f;

	buf_init(&b, 4096);
	buf_add_slice(&b, row->requires);
	buf_add_lit(&b, " ");
	buf_add_slice(&b, p->within ? p->near : SLICE_EMPTY);
	buf_add_slice(&b, p->before);
	if (p->shape & SHAPE_AS_NAMED)
		version = SLICE("3.11.4");
	buf_add_slice(&b, p->lead);
	buf_add_slice(&b, slice_empty(p->lead) ? version : SLICE("8.9"));
	buf_add_slice(&b, p->within ? SLICE_EMPTY : p->near);
	buf_add_slice(&b, p->after);
	find(&f, path, buf_slice(&b), 4096, row->text);
	if (!f.ok)
		fail_msg("%.*s is not found by its own pattern", SLICE_ARG(row->package));
	arena_release(&f.arena);
	buf_release(&b);
}

static void test_rows(void **state)
{
	(void)state;
	assert_true(program_row_count > 60);
	for (size_t i = 0; i < program_row_count; i++) {
		const struct program *row = &program_rows[i];
		char path[256];

		assert_true(inventory_sound(row->package));
		assert_true(slice_find_byte(row->cpe, ':') < row->cpe.len);
		assert_non_null(row->names[0]);
		assert_true(row->requires.len <= PROGRAM_LITERAL_MAX && row->excludes.len <= PROGRAM_LITERAL_MAX);
		snprintf(path, sizeof(path), "opt/zulu/wp-includes/%s", row->names[0]);
		for (char *c = path; *c; c++)
			if (*c == '?' || *c == '*')
				*c = *c == '?' ? 'a' : '3';
		if (strncmp(row->names[0], "python", 6) == 0)
			snprintf(path, sizeof(path), "bin/python3.11");
		assert_true(program_named(row, slice_from_cstr(path)));
		assert_true(program_known_name(slice_from_cstr(path)));
		for (size_t k = 0; row->text && k < PROGRAM_NAMES && row->names[k]; k++)
			assert_non_null(strchr(inventory_program_file.ends,
					       row->names[k][strlen(row->names[k]) - 1]));
		assert_int_not_equal(row->patterns[0].shape, 0);
		for (size_t k = 0; k < PROGRAM_PATTERNS && row->patterns[k].shape; k++) {
			const struct program_pattern *p = &row->patterns[k];

			assert_true(p->before.len + p->after.len > 0);
			assert_true(p->before.len <= PROGRAM_LITERAL_MAX && p->after.len <= PROGRAM_LITERAL_MAX);
			assert_true(p->within <= PROGRAM_NEAR_MAX && p->near.len <= PROGRAM_LITERAL_MAX);
			check_pattern(row, p, path);
		}
	}
}

/* --------------------------------------------------------------- packages */

static void test_package(void **state)
{
	struct row_test t;

	(void)state;
	row_run_path(&t, &inventory_program_file, "srv/wp-includes/version.php",
		       SLICE("$wp_version = '6.4.2';"));
	const struct package *p = row_must(&t, "wordpress", "6.4.2");
	assert_int_equal(p->flags, PACKAGE_GUESSED);
	assert_int_equal(p->origin, ORIGIN_PROGRAM);
	assert_true(slice_is(p->ecosystem->osv, "Bitnami"));
	assert_true(slice_is(p->cpe, "cpe:2.3:a:wordpress:wordpress:6.4.2:*:*:*:*:*:*:*"));
	assert_true(slice_is(package_purl(p, &t.arena), "pkg:generic/wordpress@6.4.2"));
	row_expect_span(&t, "wordpress", "6.4.2", SLICE("6.4.2"));
	row_end(&t);
}

/* The version by which advisories are looked up. */
static void test_advisory_versions(void **state)
{
	static const struct {
		const char *package, *version, *expected;
	} cases[] = {
		{ "postgresql", "15.20", "15.20.0" },
		{ "postgresql", "16beta2", "16.0.0-beta2" },
		{ "python", "3.13.0rc1+", "3.13.0-rc1" },
		{ "openjdk", "1.8.0_352-b08", "1.8.0-352" },
		{ "openjdk", "17.0.21.1+2-1-deb12u1-Debian", "17.0.21" },
		{ "openjdk", "21+35", "21.0.0" },
		{ "ruby", "3.1.7p261", "3.1.7" },
		{ "nginx", "1.25.3-2", "1.25.3" },
		{ "haproxy", "2.9-dev3", "2.9.0-dev3" },
		{ "bash", "5.2.15", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a;
		struct inventory_output out = { .arena = &a };
		struct program_found found = { .version = slice_from_cstr(cases[i].version) };

		arena_init(&a, 0);
		for (size_t k = 0; k < program_row_count; k++)
			if (slice_eq(program_rows[k].package, slice_from_cstr(cases[i].package)))
				found.row = &program_rows[k];
		program_add(&found, &out);
		const struct package *p = &out.packages.items[0];
		if (!slice_eq(p->source_version, slice_from_cstr(cases[i].expected)))
			fail_msg("%s %s is %.*s", cases[i].package, cases[i].version,
				 SLICE_ARG(p->source_version));
		assert_true(slice_eq(p->version, slice_from_cstr(cases[i].version)));
		arena_release(&a);
	}
}

/* A Go program whose build information lacks the version gets it; one that has it keeps it. */
static void test_module(void **state)
{
	static const struct {
		const char *module, *version, *expected;
		uint32_t flags, expected_flags;
	} cases[] = {
		{ "helm.sh/helm/v3", "(devel)", "v3.14.2", PACKAGE_MAIN | PACKAGE_UNVERSIONED,
		  PACKAGE_MAIN | PACKAGE_GUESSED },
		{ "helm.sh/helm/v3", "v3.14.1", "v3.14.1", PACKAGE_MAIN, PACKAGE_MAIN },
	};
	struct program_found found = { .version = SLICE("3.14.2"), .offset = 7 };

	(void)state;
	for (size_t i = 0; i < program_row_count; i++)
		if (slice_is(program_rows[i].package, "helm"))
			found.row = &program_rows[i];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a;
		struct inventory_output out = { .arena = &a };

		arena_init(&a, 0);
		inventory_add(&out, ORIGIN_GO_BINARY, slice_from_cstr(cases[i].module),
			      slice_from_cstr(cases[i].version))->flags = cases[i].flags;
		program_add(&found, &out);
		assert_int_equal(out.packages.count, 1);
		assert_true(slice_eq(out.packages.items[0].version, slice_from_cstr(cases[i].expected)));
		assert_int_equal(out.packages.items[0].flags, cases[i].expected_flags);
		arena_release(&a);
	}
	struct arena a;
	struct inventory_output out = { .arena = &a };

	arena_init(&a, 0);
	inventory_add(&out, ORIGIN_GO_BINARY, SLICE("helm.sh/helmet"), SLICE("(devel)"))->flags =
		PACKAGE_MAIN | PACKAGE_UNVERSIONED;
	program_add(&found, &out);
	assert_int_equal(out.packages.count, 2);
	assert_true(slice_is(out.packages.items[1].name, "helm"));
	arena_release(&a);
}

/* -------------------------------------------------------------- ownership */

static void add_program(struct inventory_output *out, const char *path)
{
	inventory_add(out, ORIGIN_PROGRAM, SLICE("x"), SLICE("1"))->path = slice_from_cstr(path);
}

static void read_list(const struct inventory_row *row, const char *path, struct slice text,
		      struct inventory_output *out)
{
	const struct inventory_input in = { slice_from_cstr(path), text.len, text };

	assert_true(row->parse(&in, out, NULL));
	assert_int_equal(out->partial.code, ERR_NONE);
}

static void test_owned(void **state)
{
	struct arena a;
	struct inventory_output out = { .arena = &a };

	(void)state;
	arena_init(&a, 0);
	read_list(&inventory_dpkg_list, "var/lib/dpkg/info/bash.list",
		  SLICE("/.\n/bin\n/bin/bash\n/usr/share/doc/bash/README\n/usr/sbin/nginx\n"), &out);
	assert_int_equal(out.packages.count, 2);
	read_list(&inventory_dpkg_list, "var/lib/dpkg/status.d/python.md5sums",
		  SLICE("d41d8cd98f00b204e9800998ecf8427e  usr/bin/python3.11\n"), &out);
	read_list(&inventory_apk_installed, "lib/apk/db/installed",
		  SLICE("P:node\nV:1-r0\nF:usr\nF:usr/bin\nR:node\nR:other\n\n"), &out);
	add_program(&out, "usr/bin/bash");
	add_program(&out, "usr/sbin/nginx");
	add_program(&out, "opt/nginx/sbin/nginx");
	add_program(&out, "usr/bin/python3.11");
	add_program(&out, "usr/local/bin/python3.11");
	add_program(&out, "usr/bin/node");
	program_settle(&out.packages);
	assert_int_equal(out.packages.count, 3);
	assert_int_equal(out.packages.items[0].origin, ORIGIN_APK);
	assert_true(slice_is(out.packages.items[1].path, "opt/nginx/sbin/nginx"));
	assert_true(slice_is(out.packages.items[2].path, "usr/local/bin/python3.11"));
	arena_release(&a);
}

static void test_list_paths(void **state)
{
	static const char *const yes[] = { "var/lib/dpkg/info/bash.list", "var/lib/dpkg/info/a:amd64.list",
					   "var/lib/dpkg/status.d/base.md5sums", NULL };
	static const char *const no[] = { "var/lib/dpkg/info/bash.md5sums", "var/lib/dpkg/status.d/base",
					  "etc/a.list", NULL };
	static const char *const files[] = { "composer", "a/composer.phar", "wp", "x/wp-includes/version.php",
					     "jdk/release", NULL };
	static const char *const others[] = { "version.php", "releases", "nginx", "wp-includes/version.phpx",
					      NULL };

	(void)state;
	row_expect_paths(&inventory_dpkg_list, yes, no);
	row_expect_paths(&inventory_program_file, files, others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_package),
		cmocka_unit_test(test_advisory_versions),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_owned),
		cmocka_unit_test(test_list_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
