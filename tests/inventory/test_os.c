#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "inventory/rows.h"

struct reading {
	struct arena arena;
	struct inventory_output out;
	struct error err;
	struct slice text;
	bool ok;
};

static void read_file(struct reading *r, const struct inventory_row *row, const char *path, struct slice text)
{
	const struct inventory_input in = { slice_from_cstr(path), text.len, text };

	*r = (struct reading){ .err = ERROR_INIT, .text = text };
	arena_init(&r->arena, 0);
	r->out.arena = &r->arena;
	r->ok = row->parse(&in, &r->out, &r->err);
}

static void reading_release(struct reading *r)
{
	arena_release(&r->arena);
}

#define expect_text(got, want)                                                               \
	do {                                                                                 \
		if (!slice_eq((got), slice_from_cstr(want)))                                 \
			fail_msg("%s is \"%.*s\", not \"%s\"", #got, SLICE_ARG(got), want);  \
	} while (0)

static const struct package *package_at(const struct reading *r, size_t i)
{
	assert_true(r->ok);
	if (i >= r->out.packages.count)
		fail_msg("%zu packages", r->out.packages.count);
	return &r->out.packages.items[i];
}

static void expect_span(const struct reading *r, const struct package *p, const char *start, const char *end)
{
	assert_true(p->offset <= r->text.len && p->length <= r->text.len - p->offset);
	struct slice span = slice_first(slice_from(r->text, (size_t)p->offset), (size_t)p->length);

	if (!slice_starts(span, slice_from_cstr(start)) || !slice_ends(span, slice_from_cstr(end)))
		fail_msg("the span is \"%.*s\"", SLICE_ARG(span));
}

/* -------------------------------------------------------------- os-release */

static void expect_pretty(const char *line, const char *want)
{
	struct reading r;

	read_file(&r, &inventory_os_release, "etc/os-release", slice_from_cstr(line));
	assert_true(r.ok);
	expect_text(r.out.os.pretty_name, want);
	reading_release(&r);
}

static void test_os_release_quoting(void **state)
{
	(void)state;
	expect_pretty("PRETTY_NAME=plain\n", "plain");
	expect_pretty("PRETTY_NAME=\"two words\"", "two words");
	expect_pretty("PRETTY_NAME='two words'\r\n", "two words");
	expect_pretty("PRETTY_NAME=\"a \\\"b\\\" \\$c \\\\ \\`d\\`\"\n", "a \"b\" $c \\ `d`");
	expect_pretty("PRETTY_NAME=\"a\\nb\"\n", "a\\nb");
	expect_pretty("PRETTY_NAME='a\\\"b'\n", "a\\\"b");
	expect_pretty("PRETTY_NAME=a\\ b\n", "a b");
	expect_pretty("PRETTY_NAME=\"it's\"\n", "it's");
	expect_pretty("PRETTY_NAME='a'\"b\"c\n", "abc");
	expect_pretty("PRETTY_NAME=\"a # b\"\n", "a # b");
	expect_pretty("PRETTY_NAME=a#b\n", "a#b");
	expect_pretty("PRETTY_NAME=a # b\n", "a");
	expect_pretty("  PRETTY_NAME=a  \n", "a");
	expect_pretty("PRETTY_NAME=\"open", "open");
	expect_pretty("PRETTY_NAME=\"\\", "\\");
	expect_pretty("PRETTY_NAME=\n", "");
	expect_pretty("PRETTY_NAME=first\nPRETTY_NAME=second\n", "second");
	expect_pretty("#PRETTY_NAME=a\nPRETTY_NAME\n=x\nXPRETTY_NAME=b\n", "");
	expect_pretty("\xef\xbb\xbfPRETTY_NAME=a\n", "a");
	expect_pretty("", "");
}

static void test_os_release_fields(void **state)
{
	struct reading r;

	(void)state;
	read_file(&r, &inventory_os_release, "usr/lib/os-release",
		  SLICE("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n"
			"VERSION_CODENAME=bookworm\nID=debian\nID_LIKE=\"x y\"\nVARIANT_ID=none"));
	assert_true(r.ok);
	expect_text(r.out.os.id, "debian");
	expect_text(r.out.os.id_like, "x y");
	expect_text(r.out.os.version_id, "12");
	expect_text(r.out.os.codename, "bookworm");
	assert_int_equal(r.out.packages.count, 0);
	reading_release(&r);
	read_file(&r, &inventory_os_release, "etc/os-release", SLICE("ID=a\0b"));
	assert_false(r.ok);
	assert_int_equal(r.err.code, ERR_FORMAT);
	reading_release(&r);
}

static void test_bare_versions(void **state)
{
	static const struct {
		const char *path, *text, *id, *version, *codename;
	} cases[] = {
		{ "etc/alpine-release", "3.18.4\n", "alpine", "3.18.4", "" },
		{ "etc/alpine-release", "3.19_alpha20230901", "alpine", "3.19_alpha20230901", "" },
		{ "etc/debian_version", "12.5\r\n", "debian", "12.5", "" },
		{ "etc/debian_version", "trixie/sid\n", "debian", "", "trixie" },
		{ "etc/debian_version", "", "debian", "", "" },
		{ "etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n", "rhel", "6.10", "" },
		{ "etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7.9.2009", "" },
		{ "etc/redhat-release", "CentOS release 5.11 (Final)\r\n", "centos", "5.11", "" },
		{ "etc/oracle-release", "Oracle Linux Server release 7.6\n", "ol", "7.6", "" },
		{ "etc/redhat-release", "Enterprise Linux Enterprise Linux Server release 5.5 (Carthage)", "ol", "5.5", "" },
		{ "etc/almalinux-release", "AlmaLinux release 8.4 (Electric Cheetah)", "almalinux", "8.4", "" },
		{ "etc/rocky-release", "Rocky Linux release 8.4 (Green Obsidian)", "rocky", "8.4", "" },
		{ "etc/fedora-release", "Fedora release 29 (Twenty Nine)", "fedora", "29", "" },
		{ "etc/system-release", "Amazon Linux release 2 (Karoo)", "amzn", "2", "" },
		{ "etc/redhat-release", "Something release 8", "", "", "" },
		{ "etc/redhat-release", "Red Hat Enterprise Linux", "", "", "" },
		{ "etc/redhat-release", "", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;

		read_file(&r, &inventory_os_release, cases[i].path, slice_from_cstr(cases[i].text));
		assert_true(r.ok);
		expect_text(r.out.os.id, cases[i].id);
		expect_text(r.out.os.version_id, cases[i].version);
		expect_text(r.out.os.codename, cases[i].codename);
		reading_release(&r);
	}
}

static void test_paths(void **state)
{
	static const struct {
		const char *path;
		const struct inventory_row *row;
	} cases[] = {
		{ "etc/os-release", &inventory_os_release },
		{ "usr/lib/os-release", &inventory_os_release },
		{ "etc/debian_version", &inventory_os_release },
		{ "etc/redhat-release", &inventory_os_release },
		{ "etc/other-release", NULL },
		{ "var/lib/dpkg/status", &inventory_dpkg_status },
		{ "var/lib/dpkg/status-old", NULL },
		{ "x/var/lib/dpkg/status", NULL },
		{ "var/lib/dpkg/status.d/base-files", &inventory_dpkg_status_d },
		{ "var/lib/dpkg/status.d/base-files.md5sums", &inventory_dpkg_list },
		{ "var/lib/dpkg/info/bash.list", &inventory_dpkg_list },
		{ "var/lib/dpkg/info/bash.md5sums", NULL },
		{ "var/lib/dpkg/status.d/", NULL },
		{ "var/lib/dpkg/status.d/a/b", NULL },
		{ "lib/apk/db/installed", &inventory_apk_installed },
		{ "usr/lib/apk/db/installed", &inventory_apk_installed },
		{ "lib/apk/db/scripts.tar", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (inventory_match_path(INVENTORY_IMAGE, slice_from_cstr(cases[i].path)) != cases[i].row)
			fail_msg("%s goes to another row", cases[i].path);
	assert_null(inventory_match_path(INVENTORY_DIRECTORY, SLICE("var/lib/dpkg/status")));
}

/* -------------------------------------------------------------------- dpkg */

static void read_status(struct reading *r, struct slice text)
{
	read_file(r, &inventory_dpkg_status, "var/lib/dpkg/status", text);
}

static void test_dpkg_fields(void **state)
{
	struct reading r;

	(void)state;
	read_status(&r, SLICE("Package: libssl3\nStatus: install ok installed\nMaintainer: A <a@example.test>\n"
			      "Architecture: amd64\nSource: openssl (3.0.9-1)\nVersion: 3.0.9-1+b1\n"
			      "Depends: libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0,\n libfoo:any\n"
			      "Pre-Depends: dpkg\nConffiles:\n /etc/x 0123\nDescription: short\n long\n .\n Version: 9\n\n"
			      "package: plain\nVERSION: 1:2.0-3\nsource: other\nStatus: install ok installed\nDepends:\n"));
	assert_int_equal(r.out.packages.count, 2);
	assert_int_equal(r.out.partial.code, ERR_NONE);
	const struct package *p = package_at(&r, 0);
	expect_text(p->name, "libssl3");
	expect_text(p->version, "3.0.9-1+b1");
	expect_text(p->source_name, "openssl");
	expect_text(p->source_version, "3.0.9-1");
	expect_text(p->architecture, "amd64");
	expect_text(p->maintainer, "A <a@example.test>");
	assert_int_equal(p->flags, 0);
	assert_int_equal(p->origin, ORIGIN_DPKG);
	assert_int_equal(p->depends.count, 4);
	expect_text(p->depends.items[0], "dpkg");
	expect_text(p->depends.items[1], "libc6");
	expect_text(p->depends.items[2], "debconf");
	expect_text(p->depends.items[3], "libfoo");
	expect_span(&r, p, "Package: libssl3", " Version: 9");
	p = package_at(&r, 1);
	expect_text(p->name, "plain");
	expect_text(p->version, "1:2.0-3");
	expect_text(p->source_name, "other");
	expect_text(p->source_version, "1:2.0-3");
	assert_int_equal(p->depends.count, 0);
	/* The last field is empty; the span still ends with it. */
	expect_span(&r, p, "package: plain", "Depends:");
	reading_release(&r);
}

static void test_dpkg_sources(void **state)
{
	static const struct {
		const char *line, *name, *version;
	} cases[] = {
		{ "", "a", "1" },
		{ "Source: b\n", "b", "1" },
		{ "Source: b (2)\n", "b", "2" },
		{ "Source: b(2)\n", "b", "2" },
		{ "Source: b ( 2 )\n", "b", "2" },
		{ "Source: b ()\n", "b", "1" },
		{ "Source: b (2\n", "b", "2" },
		{ "Source: (2)\n", "a", "2" },
		{ "Source:\n", "a", "1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;
		struct buf text;

		buf_init(&text, 1000);
		buf_printf(&text, "Package: a\n%sVersion: 1\n", cases[i].line);
		read_status(&r, buf_slice(&text));
		expect_text(package_at(&r, 0)->source_name, cases[i].name);
		expect_text(package_at(&r, 0)->source_version, cases[i].version);
		reading_release(&r);
		buf_release(&text);
	}
}

static void test_dpkg_states(void **state)
{
	static const struct {
		const char *status;
		uint32_t flags;
	} cases[] = {
		{ "Status: install ok installed\n", 0 },
		{ "Status: hold ok installed\n", 0 },
		{ "Status: deinstall ok installed\n", 0 },
		{ "Status: install ok triggers-awaited\n", 0 },
		{ "Status: install ok triggers-pending\n", 0 },
		{ "Status: deinstall ok config-files\n", PACKAGE_NOT_INSTALLED },
		{ "Status: purge ok config-files\n", PACKAGE_NOT_INSTALLED },
		{ "Status: unknown ok not-installed\n", PACKAGE_NOT_INSTALLED },
		{ "Status: install reinstreq half-installed\n", PACKAGE_HALF_INSTALLED },
		{ "Status: install ok unpacked\n", PACKAGE_HALF_INSTALLED },
		{ "Status: install ok half-configured\n", PACKAGE_HALF_INSTALLED },
		{ "Status: what is this\n", PACKAGE_HALF_INSTALLED },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;
		struct buf text;

		buf_init(&text, 1000);
		buf_printf(&text, "Package: a\n%sVersion: 1\n", cases[i].status);
		read_status(&r, buf_slice(&text));
		if (package_at(&r, 0)->flags != cases[i].flags)
			fail_msg("%s: %u", cases[i].status, package_at(&r, 0)->flags);
		reading_release(&r);
		buf_release(&text);
	}
}

static void test_dpkg_never_installed(void **state)
{
	struct reading r;

	(void)state;
	read_status(&r, SLICE("Package: a\nStatus: unknown ok not-installed\nPriority: optional\n\n"
			      "Package: b\nStatus: install ok installed\nVersion: 1\n"));
	assert_int_equal(r.out.packages.count, 1);
	expect_text(package_at(&r, 0)->name, "b");
	assert_int_equal(r.out.partial.code, ERR_NONE);
	reading_release(&r);
}

static void test_dpkg_malformed(void **state)
{
	static const struct slice bad[] = {
		SLICE_INIT("Package: x\nStatus: install ok installed\n"),              /* no version */
		SLICE_INIT("Version: 1\n"),
		SLICE_INIT("Package: x y\nVersion: 1\n"),
		SLICE_INIT("Package: x\n y\nVersion: 1\n"),
		SLICE_INIT("Package: x\nVersion: 1\0\n"),
		SLICE_INIT("Package: \x1b]0;x\x07\nVersion: 1\n"),
		SLICE_INIT("Package: x\xff\nVersion: 1\n"),
		SLICE_INIT("no field at all\n"),
		SLICE_INIT(": x\n"),
		SLICE_INIT("\0\0\0\0\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct reading r;
		struct buf text;

		buf_init(&text, 1000);
		buf_add_lit(&text, "Package: a\nVersion: 1\n\n");
		size_t at = text.len;
		buf_add_slice(&text, bad[i]);
		buf_add_lit(&text, "\nPackage: b\nVersion: 2");
		read_status(&r, buf_slice(&text));
		/* The others stand, and it is said where one was passed over. */
		if (r.out.packages.count != 2 || r.out.partial.code != ERR_FORMAT ||
		    r.out.partial.offset != (int64_t)at)
			fail_msg("case %zu: %zu packages, offset %lld", i, r.out.packages.count,
				 (long long)r.out.partial.offset);
		expect_text(package_at(&r, 1)->name, "b");
		expect_text(package_at(&r, 1)->version, "2");
		reading_release(&r);
		buf_release(&text);
	}
}

static void test_dpkg_odd_line_in_a_stanza(void **state)
{
	struct reading r;

	(void)state;
	read_status(&r, SLICE("Package: a\nthis is no field\nVersion: 1\n"));
	expect_text(package_at(&r, 0)->version, "1");
	assert_int_equal(r.out.partial.code, ERR_FORMAT);
	reading_release(&r);
}

static void test_dpkg_long_names(void **state)
{
	(void)state;
	for (size_t len = LIMIT_NAME; len <= LIMIT_NAME + 1; len++) {
		struct reading r;
		struct buf text;

		buf_init(&text, 10000);
		buf_printf(&text, "Package: %0*d\nVersion: 1\n", (int)len, 7);
		read_status(&r, buf_slice(&text));
		assert_int_equal(r.out.packages.count, len == LIMIT_NAME);
		assert_int_equal(r.out.partial.code, len == LIMIT_NAME ? ERR_NONE : ERR_FORMAT);
		reading_release(&r);
		buf_release(&text);
	}
}

static void test_dpkg_line_ends(void **state)
{
	struct reading r;

	(void)state;
	read_status(&r, SLICE("\r\n\nPackage: a\r\nStatus: install ok installed\r\nVersion: 1\r\n\r\n\r\nPackage: b\r\nVersion: 2"));
	assert_int_equal(r.out.packages.count, 2);
	expect_text(package_at(&r, 0)->version, "1");
	assert_int_equal(package_at(&r, 0)->flags, 0);
	expect_text(package_at(&r, 1)->version, "2");
	assert_int_equal(r.out.partial.code, ERR_NONE);
	reading_release(&r);
	read_status(&r, SLICE(""));
	assert_true(r.ok);
	assert_int_equal(r.out.packages.count, 0);
	reading_release(&r);
}

static void test_dpkg_many(void **state)
{
	struct reading r;
	struct buf text;
	const unsigned n = 10000;

	(void)state;
	buf_init(&text, 64 * MIB);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&text, "Package: p%u\nStatus: install ok installed\nVersion: %u-1\nDescription: d\n Package: no\n\n", i, i);
	read_status(&r, buf_slice(&text));
	assert_int_equal(r.out.packages.count, n);
	for (unsigned i = 0; i < n; i++) {
		expect_text(package_at(&r, i)->name, arena_printf(&r.arena, "p%u", i).data);
		expect_text(package_at(&r, i)->version, arena_printf(&r.arena, "%u-1", i).data);
	}
	reading_release(&r);
	buf_release(&text);
}

static void test_dpkg_status_d(void **state)
{
	struct reading r;

	(void)state;
	read_file(&r, &inventory_dpkg_status_d, "var/lib/dpkg/status.d/tzdata",
		  SLICE("Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\nMaintainer: M\nDescription: zones"));
	assert_int_equal(r.out.packages.count, 1);
	expect_text(package_at(&r, 0)->source_name, "tzdata");
	assert_int_equal(package_at(&r, 0)->flags, 0);
	reading_release(&r);
}

/* --------------------------------------------------------------------- apk */

static void read_apk(struct reading *r, struct slice text)
{
	read_file(r, &inventory_apk_installed, "lib/apk/db/installed", text);
}

static void test_apk(void **state)
{
	struct reading r;

	(void)state;
	read_apk(&r, SLICE("C:Q1abc=\nP:libcrypto3\nV:3.1.4-r5\nA:x86_64\nS:1\nI:2\nT:Crypto\nU:https://example.test/\n"
			   "L:Apache-2.0\no:openssl\nm:N <n@example.test>\nt:1\nc:0\n"
			   "D:so:libc.musl-x86_64.so.1 busybox>=1.2 !bad zlib\np:so:libcrypto.so.3=3\nr:old\n"
			   "F:\nF:lib\nM:0:0:755\nR:libexample.so.3\na:0:0:755\nZ:Q1xyz=\nF:etc\nR:P:x\n\n"
			   "P:alone\nV:1-r0\nF:\n"));
	assert_int_equal(r.out.packages.count, 2);
	assert_int_equal(r.out.partial.code, ERR_NONE);
	const struct package *p = package_at(&r, 0);
	expect_text(p->name, "libcrypto3");
	expect_text(p->version, "3.1.4-r5");
	expect_text(p->source_name, "openssl");
	expect_text(p->source_version, "3.1.4-r5");
	expect_text(p->architecture, "x86_64");
	expect_text(p->license, "Apache-2.0");
	expect_text(p->maintainer, "N <n@example.test>");
	expect_text(p->integrity, "Q1abc=");
	assert_int_equal(p->depends.count, 2);
	expect_text(p->depends.items[0], "busybox");
	expect_text(p->depends.items[1], "zlib");
	expect_span(&r, p, "C:Q1abc=", "R:P:x");
	p = package_at(&r, 1);
	expect_text(p->source_name, "alone");
	expect_span(&r, p, "P:alone", "F:");
	reading_release(&r);
}

static void test_apk_malformed(void **state)
{
	static const struct slice bad[] = {
		SLICE_INIT("P:x\n"), SLICE_INIT("V:1\n"), SLICE_INIT("P:\nV:1\n"), SLICE_INIT("P:a b\nV:1\n"),
		SLICE_INIT("P:a\x07\nV:1\n"), SLICE_INIT("P:a\nV:1\0\n"), SLICE_INIT("nothing\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct reading r;
		struct buf text;

		buf_init(&text, 1000);
		buf_add_slice(&text, bad[i]);
		buf_add_lit(&text, "\r\n\r\nP:b\r\nV:2\r\no:c");
		read_apk(&r, buf_slice(&text));
		if (r.out.packages.count != 1 || r.out.partial.code != ERR_FORMAT || r.out.partial.offset != 0)
			fail_msg("case %zu: %zu packages", i, r.out.packages.count);
		expect_text(package_at(&r, 0)->name, "b");
		expect_text(package_at(&r, 0)->version, "2");
		expect_text(package_at(&r, 0)->source_name, "c");
		reading_release(&r);
		buf_release(&text);
	}
}

static void test_apk_many(void **state)
{
	struct reading r;
	struct buf text;

	(void)state;
	buf_init(&text, 64 * MIB);
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(&text, "P:p%u\nV:1-r%u\nF:bin\nR:f%u\nZ:Q1x=\n\n", i, i, i);
	read_apk(&r, buf_slice(&text));
	assert_int_equal(r.out.packages.count, 10000);
	expect_text(package_at(&r, 9999)->version, "1-r9999");
	reading_release(&r);
	buf_release(&text);
}

/* ---------------------------------------------------------------- os on packages */

static void test_apply_os(void **state)
{
	static const struct {
		const char *id, *version, *osv, *suffix, *distro;
	} cases[] = {
		{ "debian", "12", "Debian", "12", "debian-12" },
		{ "ubuntu", "22.04", "Ubuntu", "22.04:LTS", "ubuntu-22.04" },
		{ "ubuntu", "23.10", "Ubuntu", "23.10", "ubuntu-23.10" },
		{ "alpine", "3.18.4", "Alpine", "v3.18", "alpine-3.18.4" },
		{ "alpine", "3.19_alpha1", "Alpine", "edge", "alpine-3.19_alpha1" },
		{ "wolfi", "20230201", "Wolfi", "20230201", "wolfi-20230201" },
		{ "almalinux", "9.3", "AlmaLinux", "9", "almalinux-9.3" },
		{ "debian", "", "Debian", "", "debian" },
		{ "kali", "2024.1", NULL, "2024.1", "kali-2024.1" },
		{ "", "", NULL, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;
		const struct os_release os = { .id = slice_from_cstr(cases[i].id),
					       .version_id = slice_from_cstr(cases[i].version) };

		const struct ecosystem *own = ecosystem_by_os_id(os.id);
		bool apk = own && slice_is(own->purl_type, "apk"), rpm = own && slice_is(own->purl_type, "rpm");

		read_status(&r, SLICE("Package: a\nVersion: 1\n"));
		r.out.packages.items[0].origin = apk ? ORIGIN_APK : rpm ? ORIGIN_RPM : ORIGIN_DPKG;
		inventory_add(&r.out, ORIGIN_NPM_LOCK, SLICE("left"), SLICE("1.0.0"));
		inventory_add(&r.out, apk ? ORIGIN_DPKG : ORIGIN_APK, SLICE("other"), SLICE("1"));
		inventory_apply_os(&r.out.packages, &os, &r.arena);
		const struct package *p = package_at(&r, 0);
		expect_text(p->ecosystem ? p->ecosystem->osv : SLICE_EMPTY, cases[i].osv ? cases[i].osv : "");
		expect_text(p->release, cases[i].suffix);
		expect_text(p->distro, cases[i].distro);
		p = package_at(&r, 1);
		expect_text(p->ecosystem->osv, "npm");
		expect_text(p->release, "");
		/* Another kind of package than the distribution's compares with nothing of it. */
		assert_null(package_at(&r, 2)->ecosystem);
		reading_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_os_release_quoting),
		cmocka_unit_test(test_os_release_fields),
		cmocka_unit_test(test_bare_versions),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_dpkg_fields),
		cmocka_unit_test(test_dpkg_sources),
		cmocka_unit_test(test_dpkg_states),
		cmocka_unit_test(test_dpkg_never_installed),
		cmocka_unit_test(test_dpkg_malformed),
		cmocka_unit_test(test_dpkg_odd_line_in_a_stanza),
		cmocka_unit_test(test_dpkg_long_names),
		cmocka_unit_test(test_dpkg_line_ends),
		cmocka_unit_test(test_dpkg_many),
		cmocka_unit_test(test_dpkg_status_d),
		cmocka_unit_test(test_apk),
		cmocka_unit_test(test_apk_malformed),
		cmocka_unit_test(test_apk_many),
		cmocka_unit_test(test_apply_os),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
