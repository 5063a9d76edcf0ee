/*
 * report_driver FORMAT [VARIANT] [COLUMNS]: writes a made-up report, with names
 * as hostile as an image can make them, for test_reports.py to judge.
 * Variants: full, clean, incomplete, filtered.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "report/format.h"

#define HOSTILE "evil\x1b[31m</script>\"'&|`*_[x](javascript:1)@all\xff\xe2\x80\xae"
#define DIGEST_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct fixture {
	struct arena *a;
	struct report report;
	struct policy policy;
	struct image image;
};

static struct slice text(const char *s)
{
	return slice_from_cstr(s);
}

static void add_image(struct fixture *f)
{
	struct image *i = &f->image;

	i->format = text("docker-archive");
	i->config_digest = text(DIGEST_A);
	i->os = text("linux");
	i->architecture = text("amd64");
	i->created = text("2026-01-02T03:04:05Z");
	*vec_add(f->a, &i->tags) = text("shop:1");
	*vec_add(f->a, &i->env) = text("PATH=/usr/bin");
	*vec_add(f->a, &i->history) = (struct image_history){ .created_by = text("ADD root / # " HOSTILE) };
	*vec_add(f->a, &i->history) = (struct image_history){ .created_by = text("CMD [\"x\"]"), .empty_layer = true };
	*vec_add(f->a, &i->history) = (struct image_history){ .created_by = text("COPY app /srv") };
	*vec_add(f->a, &i->layers) = (struct image_layer){
		.digest = text(DIGEST_A), .diff_id = text(DIGEST_B), .size = 1000, .history = 0,
		.media_type = text("application/vnd.oci.image.layer.v1.tar+gzip") };
	*vec_add(f->a, &i->layers) = (struct image_layer){ .diff_id = text(DIGEST_A), .size = 10, .history = 2 };
	f->report.image = i;
}

static void add_package(struct fixture *f, enum package_origin origin, const char *name, const char *version,
			const char *path, int32_t layer)
{
	bool os = package_origin_row(origin)->os;
	struct package p = {
		.origin = origin, .name = text(name), .version = text(version), .path = text(path), .layer = layer,
		.ecosystem = os ? ecosystem_by_osv(SLICE("Debian"))
				: ecosystem_by_purl_type(package_origin_row(origin)->purl_type),
		.release = os ? text("12") : SLICE_EMPTY, .license = text("MIT"),
		.distro = os ? text("debian-12") : SLICE_EMPTY, .architecture = os ? text("amd64") : SLICE_EMPTY,
	};

	if (os) {
		p.source_name = text("src-of-it");
		p.source_version = text(version);
	}
	p.id = (uint32_t)f->report.packages.count;
	*vec_add(f->a, &f->report.packages) = p;
}

static struct vulnerability *vulnerability(struct fixture *f, const char *id, enum severity severity)
{
	struct vulnerability *v = arena_new(f->a, struct vulnerability);

	*v = (struct vulnerability){
		.id = text(id), .severity = severity, .severity_source = text("CVSS:3.1"),
		.summary = text("A flaw in " HOSTILE), .published = 1700000000, .modified = TIMESTAMP_NONE,
	};
	*vec_add(f->a, &v->record_ids) = text("GHSA-aaaa-bbbb-cccc");
	*vec_add(f->a, &v->aliases) = text("GHSA-aaaa-bbbb-cccc");
	*vec_add(f->a, &v->references) = text("https://example.org/advisory?a=1&b=2");
	*vec_add(f->a, &v->ratings) = (struct cvss_rating){
		CVSS_3_1, text("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), 9.8, text("GHSA-aaaa-bbbb-cccc") };
	*vec_add(f->a, &v->ratings) = (struct cvss_rating){
		CVSS_4_0, text("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), 9.3, text("x") };
	return v;
}

static void add_finding(struct fixture *f, size_t package, struct vulnerability *v, const char *fixed)
{
	struct match *m = arena_new(f->a, struct match);
	struct assessment *x = vec_add(f->a, &f->report.assessments);

	m->package = &f->report.packages.items[package];
	m->vulnerability = v;
	m->status = fixed ? MATCH_FIXED : MATCH_AFFECTED;
	m->affected_range = text("< 2.0");
	if (fixed)
		*vec_add(f->a, &m->fixed_versions) = text(fixed);
	*x = (struct assessment){
		.rule = v ? &rule_vulnerability : &rule_pending_update, .status = STATUS_FAIL,
		.severity = v ? v->severity : SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		.subject = m->package->name, .discriminator = v ? v->id : SLICE_EMPTY,
		.message = text("it is affected: " HOSTILE), .match = m,
	};
	*vec_add(f->a, &x->evidence) = (struct evidence){ text("installed"), m->package->version };
	fingerprint_compute(x->rule, x->subject, x->discriminator, &x->fingerprint);
}

static void add_findings(struct fixture *f)
{
	struct vulnerability *dsa = vulnerability(f, "DSA-5000-1", SEVERITY_UNKNOWN);

	*vec_add(f->a, &dsa->related) = text("CVE-2020-0001");
	*vec_add(f->a, &dsa->related) = text("CVE-2020-0002");
	add_finding(f, 0, dsa, "1:2.3-5");
	add_finding(f, 0, NULL, "1:2.3-9");
	add_finding(f, 2, vulnerability(f, "CVE-2021-44906", SEVERITY_CRITICAL), "1.2.6");
	add_finding(f, 3, vulnerability(f, "CVE-2022-1111", SEVERITY_LOW), NULL);
	add_finding(f, 4, vulnerability(f, "CVE-2023-2222", SEVERITY_HIGH), "3.0");
}

static void fill(struct fixture *f, const char *variant)
{
	struct report *r = &f->report;

	policy_init(&f->policy);
	*r = (struct report){
		.tool_version = text("0.1.0"), .created = 1800000000, .target = text("shop.tar"),
		.kind = TARGET_DOCKER_ARCHIVE, .policy = &f->policy, .list_all_packages = true,
		.os = { .id = text("debian"), .version_id = text("12"), .pretty_name = text("Debian GNU/Linux 12") },
	};
	add_image(f);
	add_package(f, ORIGIN_DPKG, "libevil", "1:2.3-4", "var/lib/dpkg/status", 0);
	add_package(f, ORIGIN_DPKG, HOSTILE, "1.0", "var/lib/dpkg/status", 0);
	add_package(f, ORIGIN_NODE_PACKAGE, "@scope/minimist", "0.0.8", "srv/node_modules/minimist/package.json", 1);
	add_package(f, ORIGIN_PYTHON_PACKAGE, "Django", "2.0", "usr/lib/" HOSTILE "/METADATA", 1);
	add_package(f, ORIGIN_GO_BINARY, "golang.org/x/net", "v0.1.0", "srv/a file with spaces", 1);
	*vec_add(f->a, &r->advisories) = (struct advisory_provenance){
		.source = ADVISORY_INDEX, .name = text("/var/cache/index"), .digest = text(DIGEST_B),
		.newest = 1790000000, .built = TIMESTAMP_NONE, .records = 5, .used = true };
	*vec_add(f->a, &r->coverage) = (struct coverage_row){
		.ecosystem = text("Debian:12"), .covered = true, .newest = 1790000000, .packages = 2 };
	if (strcmp(variant, "clean") != 0)
		add_findings(f);
	if (strcmp(variant, "incomplete") == 0)
		gap_add(&r->gaps, f->a, GAP_BLOCKING, GAP_REASON_DIGEST, text("layer 1 " HOSTILE), "digest differs");
	gap_add(&r->gaps, f->a, GAP_LOCAL, GAP_REASON_MALFORMED, text("srv/package.json"), "line 3: %s", HOSTILE);
	if (strcmp(variant, "filtered") == 0) {
		f->policy.severities = 1u << SEVERITY_CRITICAL | 1u << SEVERITY_LOW;
		f->policy.ignore_unfixed = true;
		struct ignore *i = vec_add(f->a, &f->policy.ignores);
		i->id = text("CVE-2021-44906");
		i->reason = text("not reachable");
		i->expires = TIMESTAMP_NONE;
	}
	report_finish(r, f->a);
}

int main(int argc, char **argv)
{
	struct arena a;
	struct fixture f = { .a = &a };
	struct error err = ERROR_INIT;
	struct buf out;

	setlocale(LC_CTYPE, "C.UTF-8");
	arena_init(&a, 0);
	const struct report_format *format = argc > 1 ? report_format_by_name(text(argv[1])) : NULL;
	if (!format) {
		for (size_t i = 0; i < report_format_count; i++)
			puts(report_formats[i].name);
		return argc > 1 ? 2 : 0;
	}
	fill(&f, argc > 2 ? argv[2] : "full");
	struct report_style style = { .columns = argc > 3 ? (unsigned)atoi(argv[3]) : 0 };
	buf_init(&out, 64 * MIB);
	bool ok = format->write(&f.report, &style, &out, &err);
	if (ok)
		fwrite(out.data, 1, out.len, stdout);
	else
		fprintf(stderr, "%s\n", err.message);
	buf_release(&out);
	arena_release(&a);
	return ok ? 0 : 1;
}
