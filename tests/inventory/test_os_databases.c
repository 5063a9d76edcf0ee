#include "row_test.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"

#define expect_text(got, want)                                                                     \
	do {                                                                                       \
		if (!slice_eq((got), slice_from_cstr(want)))                                       \
			fail_msg("%s is \"%.*s\", not \"%s\"", #got, SLICE_ARG(got), want);        \
	} while (0)

/* As row_run, of a file at this path. */
static void read_at(struct row_test *t, const struct inventory_row *row, const char *path,
		    struct slice text)
{
	char *heap = malloc(text.len ? text.len : 1);

	assert_non_null(heap);
	memcpy(heap, text.data, text.len);
	*t = (struct row_test){.row = row, .text = text, .err = ERROR_INIT};
	arena_init(&t->arena, 0);
	t->out.arena = &t->arena;
	const struct inventory_input in = {slice_from_cstr(path), text.len,
					   slice_new(heap, text.len)};
	assert_true(!row->matches || row->matches(in.path));
	t->ok = row->parse(&in, &t->out, &t->err);
	free(heap);
	vec_each (p, &t->out.packages)
		p->path = in.path;
}

static size_t owned(const struct row_test *t)
{
	size_t count = 0;

	vec_each (p, &t->out.packages)
		count += (p->flags & PACKAGE_OWNS) != 0;
	return count;
}

/* Whatever is cut off: no harm, and no more than the whole gives. */
static void check_cuts(const struct inventory_row *row, const char *path, struct slice text,
		       size_t most)
{
	for (size_t len = 0; len < text.len; len++) {
		struct row_test t;

		read_at(&t, row, path, slice_first(text, len));
		assert_true(t.out.packages.count <= most);
		assert_true(t.ok || t.err.code != ERR_NONE);
		row_end(&t);
	}
}

/* ------------------------------------------------------------------ pacman */

#define DESC "var/lib/pacman/local/readline-8.2.013-1/desc"

static const struct slice desc = SLICE_INIT(
	"%NAME%\nreadline\n\n%VERSION%\n1:8.2.013-1\n\n%BASE%\nreadline-base\n\n%DESC%\nGNU\n%"
	"odd\n\n"
	"%ARCH%\nx86_64\n\n%PACKAGER%\nA <a@example.test>\n\n%LICENSE%\nGPL-3.0-or-later\nMIT\n\n"
	"%DEPENDS%\nglibc>=2.38\nncurses\nlibncursesw.so=6-64\nsh: a "
	"note\n\n%PROVIDES%\nlibreadline.so=8-64\n");

static void test_pacman(void **state)
{
	struct row_test t;

	(void)state;
	read_at(&t, &inventory_pacman, DESC, desc);
	assert_true(t.ok);
	row_expect_count(&t, 1);
	const struct package *p = row_must(&t, "readline", "1:8.2.013-1");
	expect_text(p->source_name, "readline-base");
	expect_text(p->source_version, "1:8.2.013-1");
	expect_text(p->architecture, "x86_64");
	expect_text(p->maintainer, "A <a@example.test>");
	expect_text(p->license, "GPL-3.0-or-later AND MIT");
	assert_int_equal(p->origin, ORIGIN_PACMAN);
	row_expect_depends(&t, "readline", "1:8.2.013-1", "glibc ncurses sh");
	expect_text(package_purl(p, &t.arena),
		    "pkg:alpm/arch/readline@1:8.2.013-1?arch=x86_64&upstream=readline-base");
	row_end(&t);
	check_cuts(&inventory_pacman, DESC, desc, 1);
}

static void test_pacman_malformed(void **state)
{
	static const struct slice bad[] = {
		SLICE_INIT(""),
		SLICE_INIT("%NAME%\na\n"),
		SLICE_INIT("%VERSION%\n1\n"),
		SLICE_INIT("%NAME%\n%VERSION%\n1\n"),
		SLICE_INIT("%NAME%\na b\n\n%VERSION%\n1\n"),
		SLICE_INIT("%NAME%\na\n\n%VERSION%\n1\x1b\n"),
		SLICE_INIT("%NAME%\na\n\n%VERSION%\n1\n\n%BASE%\nb\xff\n"),
		SLICE_INIT("x"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct row_test t;

		read_at(&t, &inventory_pacman, DESC, bad[i]);
		row_expect_error(&t, "no usable name and version");
	}
}

static void test_pacman_files(void **state)
{
	struct row_test t;

	(void)state;
	read_at(&t, &inventory_pacman_files, "var/lib/pacman/local/openssl-3/files",
		SLICE("%FILES%\nusr/\nusr/bin/\nusr/bin/openssl\nusr/share/doc/x\n\n%BACKUP%\nusr/"
		      "bin/node\tabc\n"));
	row_expect_count(&t, 1);
	assert_int_equal(owned(&t), 1);
	expect_text(t.out.packages.items[0].name, "usr/bin/openssl");
	row_end(&t);
}

/* -------------------------------------------------------------------- opkg */

static const struct slice status = SLICE_INIT(
	"Package: busybox\nVersion: 1.36.1-r2\nDepends: libc, libubus20241020 (>= 1), kmod-x | y\n"
	"Status: install user installed\nArchitecture: x86_64\nInstalled-Time: 1730715936\n\n"
	"Package: gone\nVersion: 1\nStatus: deinstall ok not-installed\n\n"
	"Package: never\nStatus: unknown ok not-installed\n\n"
	"Package: half\nVersion: 2\nStatus: install user unpacked\n");
static const struct slice control =
	SLICE_INIT("Package: libustream\nVersion: 2024.01-r1\nDepends: libc\nSource: "
		   "feeds/base/ustream\nSourceName: ustream-ssl\n"
		   "License: ISC\nSection: libs\nArchitecture: x86_64\nMaintainer: M "
		   "<m@example.test>\nDescription:  d\n more\n");

static void test_opkg(void **state)
{
	struct row_test t;

	(void)state;
	read_at(&t, &inventory_opkg_status, "usr/lib/opkg/status", status);
	assert_true(t.ok && t.out.partial.code == ERR_NONE);
	row_expect_count(&t, 3);
	assert_int_equal(row_must(&t, "busybox", "1.36.1-r2")->flags, 0);
	assert_int_equal(row_must(&t, "gone", "1")->flags, PACKAGE_NOT_INSTALLED);
	assert_int_equal(row_must(&t, "half", "2")->flags, PACKAGE_HALF_INSTALLED);
	row_expect_depends(&t, "busybox", "1.36.1-r2", "libc libubus20241020 kmod-x");
	row_expect_span(&t, "half", "2",
			SLICE("Package: half\nVersion: 2\nStatus: install user unpacked"));
	row_end(&t);
	check_cuts(&inventory_opkg_status, "usr/lib/opkg/status", status, 3);

	read_at(&t, &inventory_opkg_control, "usr/lib/opkg/info/libustream.control", control);
	assert_true(t.ok && t.out.partial.code == ERR_NONE);
	const struct package *p = row_must(&t, "libustream", "2024.01-r1");
	expect_text(p->source_name, "ustream-ssl");
	expect_text(p->license, "ISC");
	expect_text(p->maintainer, "M <m@example.test>");
	expect_text(package_purl(p, &t.arena),
		    "pkg:opkg/openwrt/libustream@2024.01-r1?arch=x86_64&upstream=ustream-ssl");
	row_end(&t);

	read_at(&t, &inventory_opkg_status, "var/lib/opkg/status",
		SLICE("Package: a b\nVersion: 1\n\nPackage: b\nVersion: 2\n"));
	row_expect_partial(&t, "no usable package name");
	row_expect_count(&t, 1);
	row_end(&t);
}

static void add(struct inventory_output *out, const char *path, const char *name,
		const char *version)
{
	struct package *p =
		inventory_add(out, ORIGIN_OPKG, slice_from_cstr(name), slice_from_cstr(version));

	p->path = slice_from_cstr(path);
}

static void test_opkg_settle(void **state)
{
	struct arena a;
	struct inventory_output out = {.arena = &a};

	(void)state;
	arena_init(&a, 0);
	add(&out, "usr/lib/opkg/info/one.control", "one", "1");
	add(&out, "usr/lib/opkg/status", "one", "1");
	add(&out, "usr/lib/opkg/info/two.control", "two", "2");
	add(&out, "usr/lib/opkg/info/three.control", "three", "3");
	add(&out, "usr/lib/opkg/status", "three", "2");
	inventory_add(&out, ORIGIN_DPKG, SLICE("one"), SLICE("1"));
	inventory_settle(&out.packages, &a);
	assert_int_equal(out.packages.count, 5);
	expect_text(out.packages.items[0].path, "usr/lib/opkg/status");
	expect_text(out.packages.items[1].name, "two");
	arena_release(&a);
}

/* ----------------------------------------------------------------- Portage */

static void test_portage(void **state)
{
	static const struct {
		const char *path, *pf, *name, *version;
	} cases[] = {
		{"dev-libs/openssl-3.0.13", "openssl-3.0.13\n", "dev-libs/openssl", "3.0.13"},
		{"sys-apps/systemd-utils-254.8-r1", "systemd-utils-254.8-r1\n",
		 "sys-apps/systemd-utils", "254.8-r1"},
		{"media-libs/x264-0.0.20231114", "x264-0.0.20231114", "media-libs/x264",
		 "0.0.20231114"},
		{"x11-libs/gtk+-3.24.39", "gtk+-3.24.39\n", "x11-libs/gtk+", "3.24.39"},
		{"app-misc/foo-2-bar-1.0_rc2_p20240101-r3", "foo-2-bar-1.0_rc2_p20240101-r3\n",
		 "app-misc/foo-2-bar", "1.0_rc2_p20240101-r3"},
		{"net-misc/openssh-9.6_p1", "openssh-9.6_p1\n", "net-misc/openssh", "9.6_p1"},
		{"dev-lang/perl-5.38.2b", "perl-5.38.2b\n", "dev-lang/perl", "5.38.2b"},
	};
	static const char *const bad[] = {"",	     "\n",	"openssl", "openssl-",
					  "-1.0",    "1.0",	"a-1.0-x", "a-1._rc",
					  "a b-1.0", "a-1.0-r", "a-1..2"};
	struct row_test t;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[200];

		snprintf(path, sizeof(path), "var/db/pkg/%s/PF", cases[i].path);
		read_at(&t, &inventory_portage, path, slice_from_cstr(cases[i].pf));
		assert_true(t.ok);
		row_must(&t, cases[i].name, cases[i].version);
		row_end(&t);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		read_at(&t, &inventory_portage, "var/db/pkg/a/b-1/PF", slice_from_cstr(bad[i]));
		row_expect_error(&t, "no name and version");
	}
	read_at(&t, &inventory_portage_contents, "var/db/pkg/dev-lang/python-3/CONTENTS",
		SLICE("dir /usr/bin\nobj /usr/bin/openssl 0123456789abcdef 1700000000\nsym "
		      "/usr/bin/node -> x 17\n"
		      "obj /usr/share/doc/a b 0123 1\nobj\nobj x"));
	assert_int_equal(owned(&t), 1);
	expect_text(t.out.packages.items[0].name, "usr/bin/openssl");
	row_end(&t);
}

/* ------------------------------------------------------------------ Chisel */

/* A Zstandard frame with one block of bytes as they are (RFC 8878, sections 3.1.1 and 3.1.1.2). */
static void frame(struct buf *b, const char *text)
{
	size_t len = strlen(text);

	buf_init(b, MIB);
	buf_add(b, "\x28\xb5\x2f\xfd\xe0", 5);
	for (unsigned i = 0; i < 8; i++)
		buf_add_byte(b, (char)((uint64_t)len >> (8 * i)));
	for (unsigned i = 0; i < 3; i++)
		buf_add_byte(b, (char)((len << 3 | 1) >> (8 * i)));
	buf_add(b, text, len);
}

#define WALL "var/lib/chisel/manifest.wall"

static void test_chisel(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	frame(&b,
	      "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":4}\n"
	      "{\"kind\":\"content\",\"slice\":\"openssl_bins\",\"path\":\"/usr/bin/openssl\"}\n"
	      "{\"kind\":\"package\",\"name\":\"openssl\",\"version\":\"3.0.13-0ubuntu3.5\","
	      "\"sha256\":\"0\",\"arch\":\"amd64\"}\n"
	      "{\"kind\":\"path\",\"path\":\"/usr/bin/"
	      "openssl\",\"mode\":\"0755\",\"slices\":[\"openssl_bins\"]}\n"
	      "{\"kind\":\"slice\",\"name\":\"openssl_bins\"}\n");
	read_at(&t, &inventory_chisel, WALL, buf_slice(&b));
	assert_true(t.ok);
	row_expect_partial(&t, "does not tell the source packages");
	const struct package *p = row_must(&t, "openssl", "3.0.13-0ubuntu3.5");
	expect_text(p->architecture, "amd64");
	assert_int_equal(p->origin, ORIGIN_DPKG);
	assert_int_equal(owned(&t), 1);
	row_expect_count(&t, 2);
	row_end(&t);
	/* A frame that is not whole is no manifest. */
	for (size_t len = 0; len < b.len; len++) {
		read_at(&t, &inventory_chisel, WALL, slice_first(buf_slice(&b), len));
		assert_false(t.ok);
		row_end(&t);
	}
	buf_release(&b);
	static const char *const bad[] = {
		"{\"kind\":\"package\"}", "{\"kind\":\"package\",\"name\":\"a\"}",
		"{\"kind\":\"package\",\"name\":\"a\",\"version\":\"1\",",
		"{\"kind\":\"package\",\"name\":\"a b\",\"version\":\"1\"}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[200];

		snprintf(text, sizeof(text), "{\"jsonwall\":\"1.0\"}\n%s\n", bad[i]);
		frame(&b, text);
		read_at(&t, &inventory_chisel, WALL, buf_slice(&b));
		row_expect_count(&t, 0);
		row_expect_partial(&t, "no usable name and version");
		row_end(&t);
		buf_release(&b);
	}
	frame(&b, "something else");
	read_at(&t, &inventory_chisel, WALL, buf_slice(&b));
	row_expect_error(&t, "no manifest of Chisel");
	buf_release(&b);
}

/* ------------------------------------------------------------ rpm's manifest */

#define MANIFEST "var/lib/rpmmanifest/container-manifest-2"

static void test_rpm_manifest(void **state)
{
	static const struct slice text = SLICE_INIT(
		"mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft "
		"Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm\n"
		"gpg-pubkey\t3135ce90-5e6fda74\t1\t1\t(none)\t(none)\t0\t(none)\t0\t(none)\n"
		"openssl-libs\t1.1.1k-15.cm2\t1653816591\t1653631609\tMicrosoft "
		"Corporation\t3\t4365048\tx86_64\t3\topenssl-1.1.1k-15.cm2.src.rpm\n"
		"short\t1-1\t0\n\n"
		"long\t1-1\t0\t0\tv\t(none)\t0\tx86_64\t0\t(none)\tmore\n");
	struct row_test t;

	(void)state;
	read_at(&t, &inventory_rpm_manifest, MANIFEST, text);
	row_expect_count(&t, 2);
	row_expect_partial(&t, "a line does not describe a package");
	const struct package *p = row_must(&t, "openssl-libs", "3:1.1.1k-15.cm2");
	expect_text(p->source_name, "openssl");
	expect_text(p->source_version, "3:1.1.1k-15.cm2");
	expect_text(p->architecture, "x86_64");
	expect_text(p->maintainer, "Microsoft Corporation");
	p = row_must(&t, "mariner-release", "2.0-12.cm2");
	expect_text(p->source_name, "mariner-release");
	assert_int_equal(p->offset, 0);
	row_end(&t);
	check_cuts(&inventory_rpm_manifest, MANIFEST, text, 3);
}

static void test_paths(void **state)
{
	static const struct {
		const char *path;
		const struct inventory_row *row;
	} cases[] = {
		{"var/lib/pacman/local/a-1-1/desc", &inventory_pacman},
		{"var/lib/pacman/local/a-1-1/files", &inventory_pacman_files},
		{"var/lib/pacman/local/ALPM_DB_VERSION", NULL},
		{"var/lib/pacman/local/a/b/desc", NULL},
		{"var/lib/pacman/sync/a/desc", NULL},
		{"usr/lib/opkg/status", &inventory_opkg_status},
		{"usr/lib/opkg/info/a.control", &inventory_opkg_control},
		{"usr/lib/opkg/info/a.list", &inventory_opkg_list},
		{"usr/lib/opkg/info/.control", NULL},
		{"usr/lib/opkg/info/a/b.control", NULL},
		{"x/opkg/status", NULL},
		{"var/db/pkg/a/b-1/PF", &inventory_portage},
		{"var/db/pkg/a/b-1/CONTENTS", &inventory_portage_contents},
		{"var/db/pkg/a/-MERGING-b-1/PF", NULL},
		{"var/db/pkg/a/PF", NULL},
		{"var/db/pkg/a/b-1/c/PF", NULL},
		{WALL, &inventory_chisel},
		{MANIFEST, &inventory_rpm_manifest},
		{"var/lib/rpmmanifest/container-manifest-1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (inventory_match_path(INVENTORY_IMAGE, slice_from_cstr(cases[i].path)) !=
		    cases[i].row)
			fail_msg("%s goes to another row", cases[i].path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pacman),	     cmocka_unit_test(test_pacman_malformed),
		cmocka_unit_test(test_pacman_files), cmocka_unit_test(test_opkg),
		cmocka_unit_test(test_opkg_settle),  cmocka_unit_test(test_portage),
		cmocka_unit_test(test_chisel),	     cmocka_unit_test(test_rpm_manifest),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
