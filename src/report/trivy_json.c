/*
 * Trivy's report, schema version 2, so that what reads Trivy's JSON reads this
 * one unchanged.  Source: the report types of Trivy 0.5x and later.
 *
 * Differences of meaning, by design: a distribution's advisory that fixes
 * several CVEs becomes one entry for each CVE with the advisory in VendorIDs;
 * pending updates are no vulnerabilities and are left out; gaps stand in the
 * extra member "Bulwark", which other readers pass over.
 */
#include "base/cleanup.h"
#include "base/map.h"
#include "format/json.h"
#include "report/writers.h"

struct writer {
	struct json_writer json;
	const struct report *report;
	struct arena arena;
};

/* One member of Results: packages of one origin, and for most origins of one file. */
struct group {
	enum package_origin origin;
	struct slice path; /* empty: shared */
};

static bool in_group(const struct group *g, const struct package *p)
{
	return p->origin == g->origin && (slice_empty(g->path) || slice_eq(g->path, p->path));
}

static struct group group_of(const struct package *p)
{
	const struct package_origin_row *row = package_origin_row(p->origin);

	return (struct group){ p->origin, row->os || row->shared_target ? SLICE_EMPTY : p->path };
}

struct group_list VEC_OF(struct group);

static void list_groups(struct writer *w, struct group_list *ret)
{
	CLEANUP(map_release) struct map seen;

	map_init(&seen);
	/* Operating-system packages first, as Trivy has them. */
	for (int os = 1; os >= 0; os--) {
		vec_each(p, &w->report->packages) {
			struct group g = group_of(p);
			bool is_new;

			if (package_origin_row(p->origin)->os != (os == 1))
				continue;
			struct slice key = arena_printf(&w->arena, "%d %.*s", (int)g.origin, SLICE_ARG(g.path));
			map_put(&seen, key, &is_new);
			if (is_new)
				*vec_add(&w->arena, ret) = g;
		}
	}
}

static const char *trivy_severity(enum severity s)
{
	static const char *const names[SEVERITY_COUNT] = {
		[SEVERITY_UNKNOWN] = "UNKNOWN", [SEVERITY_NEGLIGIBLE] = "LOW", [SEVERITY_LOW] = "LOW",
		[SEVERITY_MEDIUM] = "MEDIUM", [SEVERITY_HIGH] = "HIGH", [SEVERITY_CRITICAL] = "CRITICAL",
	};

	return names[s];
}

static void string_array(struct json_writer *j, const char *key, const struct slice_list *list)
{
	if (list->count == 0)
		return;
	json_key(j, key);
	json_begin_array(j);
	vec_each(s, list)
		json_string(j, *s);
	json_end_array(j);
}

static void write_layer(struct writer *w, const struct package *p)
{
	struct json_writer *j = &w->json;

	json_key(j, "Layer");
	json_begin_object(j);
	if (w->report->image && p->layer >= 0 && (size_t)p->layer < w->report->image->layers.count) {
		const struct image_layer *l = &w->report->image->layers.items[p->layer];

		json_member_opt(j, "Digest", l->digest);
		json_member_opt(j, "DiffID", l->diff_id);
		json_member_opt(j, "CreatedBy", image_instruction(w->report->image, p->layer));
	}
	json_end_object(j);
}

static struct slice package_id(struct writer *w, const struct package *p)
{
	return arena_printf(&w->arena, "%.*s@%.*s", SLICE_ARG(p->name), SLICE_ARG(p->version));
}

/* Trivy splits epoch, version and release of deb and rpm packages. */
static void write_version(struct json_writer *j, struct slice whole, const char *epoch_key,
			  const char *version_key, const char *release_key)
{
	struct slice epoch, rest = whole;
	uint64_t number;

	if (slice_split(whole, ':', &epoch, &rest) && slice_to_u64(epoch, &number)) {
		if (number) {
			json_key(j, epoch_key);
			json_uint(j, number);
		}
	} else {
		rest = whole;
	}
	size_t dash = slice_rfind_byte(rest, '-');
	json_member(j, version_key, slice_first(rest, dash));
	json_member_opt(j, release_key, slice_from(rest, dash + 1));
}

/* Within archives as Trivy writes it: "app.jar/BOOT-INF/lib/x.jar". */
static struct slice file_path(const struct package *p, struct arena *a)
{
	struct slice_list parts = { 0 };
	struct slice rest = p->path;

	if (p->origin != ORIGIN_JAVA_ARCHIVE)
		return p->path;
	for (size_t at; (at = slice_find(rest, SLICE("!/"))) < rest.len; rest = slice_from(rest, at + 2))
		*vec_add(a, &parts) = slice_first(rest, at);
	*vec_add(a, &parts) = rest;
	return arena_join(a, parts.items, parts.count, SLICE("/"));
}

static void write_package(struct writer *w, const struct package *p)
{
	struct json_writer *j = &w->json;
	bool split = p->origin == ORIGIN_DPKG || p->origin == ORIGIN_RPM;

	json_begin_object(j);
	json_member(j, "ID", package_id(w, p));
	json_member(j, "Name", p->name);
	json_key(j, "Identifier");
	json_begin_object(j);
	json_member_opt(j, "PURL", package_purl(p, &w->arena));
	json_end_object(j);
	if (split)
		write_version(j, p->version, "Epoch", "Version", "Release");
	else
		json_member(j, "Version", p->version);
	json_member_opt(j, "Arch", p->architecture);
	if (package_origin_row(p->origin)->os) {
		json_member_opt(j, "SrcName", p->source_name);
		if (split)
			write_version(j, p->source_version, "SrcEpoch", "SrcVersion", "SrcRelease");
		else
			json_member_opt(j, "SrcVersion", p->source_version);
	}
	if (!slice_empty(p->license)) {
		json_key(j, "Licenses");
		json_begin_array(j);
		json_string(j, p->license);
		json_end_array(j);
	}
	json_member_opt(j, "Maintainer", p->maintainer);
	if (p->flags & PACKAGE_INDIRECT) {
		json_key(j, "Indirect");
		json_bool(j, true);
	}
	if (p->flags & PACKAGE_DEV) {
		json_key(j, "Dev");
		json_bool(j, true);
	}
	write_layer(w, p);
	if (package_origin_row(p->origin)->shared_target)
		json_member_opt(j, "FilePath", file_path(p, &w->arena));
	json_end_object(j);
}

/* Trivy keys CVSS by who gave the vector; records of GitHub are "ghsa". */
static void write_ratings(struct json_writer *j, const struct vulnerability *v)
{
	static const struct {
		enum cvss_version version;
		const char *vector, *score;
	} rows[] = {
		{ CVSS_2_0, "V2Vector", "V2Score" },
		{ CVSS_3_0, "V3Vector", "V3Score" },
		{ CVSS_3_1, "V3Vector", "V3Score" },
		{ CVSS_4_0, "V40Vector", "V40Score" },
	};

	if (v->ratings.count == 0)
		return;
	bool github = slice_starts(v->ratings.items[0].source, SLICE("GHSA-"));
	json_key(j, "CVSS");
	json_begin_object(j);
	json_key(j, github ? "ghsa" : "osv");
	json_begin_object(j);
	bool have_v3 = false;
	for (size_t i = ARRAY_LEN(rows); i-- > 0;) {
		vec_each(rating, &v->ratings) {
			bool v3 = rating->version == CVSS_3_0 || rating->version == CVSS_3_1;

			if (rating->version != rows[i].version || (v3 && have_v3))
				continue;
			have_v3 |= v3;
			json_member(j, rows[i].vector, rating->vector);
			json_key(j, rows[i].score);
			json_score(j, rating->score);
			break;
		}
	}
	json_end_object(j);
	json_end_object(j);
}

static void write_dates(struct json_writer *j, const struct vulnerability *v)
{
	char text[TIMESTAMP_TEXT_MAX];

	if (v->published != TIMESTAMP_NONE)
		json_member(j, "PublishedDate", slice_from_cstr(timestamp_format(v->published, text)));
	if (v->modified != TIMESTAMP_NONE)
		json_member(j, "LastModifiedDate", slice_from_cstr(timestamp_format(v->modified, text)));
}

/* Trivy's words for what the vendor says where there is no fix. */
static struct slice trivy_status(const struct match *m)
{
	if (m->fixed_versions.count)
		return SLICE("fixed");
	switch (m->vendor_status) {
	case VENDOR_POSTPONED: return SLICE("fix_deferred");
	case VENDOR_IGNORED: return SLICE("will_not_fix");
	case VENDOR_END_OF_LIFE: return SLICE("end_of_life");
	case VENDOR_UNDETERMINED: return SLICE("under_investigation");
	case VENDOR_NONE:
	case VENDOR_NO_DSA:
	case VENDOR_UNIMPORTANT:
	case VENDOR_STATUSES: break;
	}
	return SLICE("affected");
}

static void write_vulnerability(struct writer *w, const struct assessment *x, struct slice id)
{
	const struct match *m = x->match;
	const struct vulnerability *v = m->vulnerability;
	struct json_writer *j = &w->json;

	json_begin_object(j);
	json_member(j, "VulnerabilityID", id);
	if (!slice_eq(id, v->id) || v->record_ids.count > 1)
		string_array(j, "VendorIDs", &v->record_ids);
	json_member(j, "PkgID", package_id(w, m->package));
	json_member(j, "PkgName", m->package->name);
	if (package_origin_row(m->package->origin)->shared_target)
		json_member_opt(j, "PkgPath", file_path(m->package, &w->arena));
	json_key(j, "PkgIdentifier");
	json_begin_object(j);
	json_member_opt(j, "PURL", package_purl(m->package, &w->arena));
	json_end_object(j);
	json_member(j, "InstalledVersion", m->package->version);
	if (m->fixed_versions.count)
		json_member(j, "FixedVersion", arena_join(&w->arena, m->fixed_versions.items,
							  m->fixed_versions.count, SLICE(", ")));
	json_member(j, "Status", trivy_status(m));
	write_layer(w, m->package);
	json_member_opt(j, "SeveritySource", v->severity_source);
	if (v->references.count)
		json_member(j, "PrimaryURL", v->references.items[0]);
	json_member_opt(j, "Title", v->summary);
	json_member_opt(j, "Description", v->summary);
	json_key(j, "Severity");
	json_cstring(j, trivy_severity(x->severity));
	write_ratings(j, v);
	string_array(j, "References", &v->references);
	write_dates(j, v);
	json_end_object(j);
}

/* The CVEs that an advisory of a distribution is about; else the id alone. */
static void list_ids(struct writer *w, const struct match *m, struct slice_list *ret)
{
	const struct vulnerability *v = m->vulnerability;

	if (package_origin_row(m->package->origin)->os && !slice_starts(v->id, SLICE("CVE-")))
		vec_each(related, &v->related)
			if (slice_starts(*related, SLICE("CVE-")))
				*vec_add(&w->arena, ret) = *related;
	if (ret->count == 0)
		*vec_add(&w->arena, ret) = v->id;
}

static void write_vulnerabilities(struct writer *w, const struct group *g)
{
	CLEANUP(map_release) struct map seen;
	bool open = false;

	map_init(&seen);
	vec_each(x, &w->report->assessments) {
		struct slice_list ids = { 0 };

		if (x->rule != &rule_vulnerability || x->status != STATUS_FAIL ||
		    !policy_shows(w->report->policy, x) || !in_group(g, x->match->package))
			continue;
		list_ids(w, x->match, &ids);
		vec_each(id, &ids) {
			bool is_new;
			struct slice key = arena_printf(&w->arena, "%u %.*s", x->match->package->id, SLICE_ARG(*id));

			map_put(&seen, key, &is_new);
			if (!is_new)
				continue;
			if (!open) {
				json_key(&w->json, "Vulnerabilities");
				json_begin_array(&w->json);
			}
			open = true;
			write_vulnerability(w, x, *id);
		}
	}
	if (open)
		json_end_array(&w->json);
}

static void write_group(struct writer *w, const struct group *g)
{
	const struct package_origin_row *row = package_origin_row(g->origin);
	const struct report *r = w->report;
	const struct ecosystem *os = os_release_ecosystem(&r->os);
	struct slice family = os ? os->trivy_family : slice_empty(r->os.id) ? SLICE("unknown") : r->os.id;
	struct json_writer *j = &w->json;

	json_begin_object(j);
	if (row->os)
		json_member(j, "Target", arena_printf(&w->arena, "%.*s (%.*s %.*s)", SLICE_ARG(r->target),
						      SLICE_ARG(family), SLICE_ARG(os_release_trivy_name(&r->os))));
	else
		json_member(j, "Target", row->shared_target ? row->trivy_target : g->path);
	json_member(j, "Class", row->os ? SLICE("os-pkgs") : SLICE("lang-pkgs"));
	json_member(j, "Type", row->os ? family : row->trivy_type);
	if (r->list_all_packages) {
		json_key(j, "Packages");
		json_begin_array(j);
		vec_each(p, &r->packages)
			if (in_group(g, p) && !(p->flags & PACKAGE_NOT_INSTALLED))
				write_package(w, p);
		json_end_array(j);
	}
	write_vulnerabilities(w, g);
	json_end_object(j);
}

static void write_config(struct json_writer *j, const struct image *image)
{
	json_key(j, "ImageConfig");
	json_begin_object(j);
	json_member_opt(j, "architecture", image->architecture);
	json_member_opt(j, "created", image->created);
	json_key(j, "history");
	json_begin_array(j);
	vec_each(h, &image->history) {
		json_begin_object(j);
		json_member_opt(j, "created", h->created);
		json_member_opt(j, "created_by", h->created_by);
		json_member_opt(j, "comment", h->comment);
		if (h->empty_layer) {
			json_key(j, "empty_layer");
			json_bool(j, true);
		}
		json_end_object(j);
	}
	json_end_array(j);
	json_member_opt(j, "os", image->os);
	json_key(j, "rootfs");
	json_begin_object(j);
	json_member(j, "type", SLICE("layers"));
	json_key(j, "diff_ids");
	json_begin_array(j);
	vec_each(l, &image->layers)
		json_string(j, l->diff_id);
	json_end_array(j);
	json_end_object(j);
	json_key(j, "config");
	json_begin_object(j);
	json_member_opt(j, "User", image->user);
	string_array(j, "Env", &image->env);
	string_array(j, "Cmd", &image->cmd);
	string_array(j, "Entrypoint", &image->entrypoint);
	json_end_object(j);
	json_end_object(j);
}

static void write_metadata(struct writer *w)
{
	const struct report *r = w->report;
	const struct ecosystem *os = os_release_ecosystem(&r->os);
	struct json_writer *j = &w->json;

	json_key(j, "Metadata");
	json_begin_object(j);
	if (!slice_empty(r->os.id)) {
		json_key(j, "OS");
		json_begin_object(j);
		json_member(j, "Family", os ? os->trivy_family : r->os.id);
		json_member(j, "Name", os_release_trivy_name(&r->os));
		if (r->lifecycle.count && !r->lifecycle.items[0].packages &&
		    r->lifecycle.items[0].state == LIFECYCLE_ENDED) {
			json_key(j, "EOSL");
			json_bool(j, true);
		}
		json_end_object(j);
	}
	if (r->image) {
		json_member_opt(j, "ImageID", r->image->config_digest);
		json_key(j, "DiffIDs");
		json_begin_array(j);
		vec_each(l, &r->image->layers)
			json_string(j, l->diff_id);
		json_end_array(j);
		string_array(j, "RepoTags", &r->image->tags);
		string_array(j, "RepoDigests", &r->image->repo_digests);
		write_config(j, r->image);
	}
	json_end_object(j);
}

static void write_gaps(struct json_writer *j, const struct report *r)
{
	json_key(j, "Bulwark");
	json_begin_object(j);
	json_key(j, "Complete");
	json_bool(j, r->complete);
	json_key(j, "Gaps");
	json_begin_array(j);
	vec_each(g, &r->gaps) {
		json_begin_object(j);
		json_key(j, "Kind");
		json_cstring(j, gap_kind_name(g->kind));
		json_key(j, "Reason");
		json_cstring(j, gap_reason_name(g->reason));
		json_member_opt(j, "Subject", g->subject);
		json_member(j, "Message", g->message);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
}

REPORT_WRITER(report_write_trivy_json)
{
	struct writer w = { .report = report };
	struct group_list groups = { 0 };
	char text[TIMESTAMP_TEXT_MAX];

	(void)style;
	arena_init(&w.arena, 0);
	json_writer_init(&w.json, out, 2);
	json_begin_object(&w.json);
	json_key(&w.json, "SchemaVersion");
	json_int(&w.json, 2);
	json_member(&w.json, "CreatedAt", slice_from_cstr(timestamp_format(report->created, text)));
	json_member(&w.json, "ArtifactName", report->target);
	json_member(&w.json, "ArtifactType", report->image ? SLICE("container_image") : SLICE("filesystem"));
	write_metadata(&w);
	json_key(&w.json, "Results");
	json_begin_array(&w.json);
	list_groups(&w, &groups);
	vec_each(g, &groups)
		write_group(&w, g);
	json_end_array(&w.json);
	write_gaps(&w.json, report);
	json_end_object(&w.json);
	buf_add_byte(out, '\n');
	arena_release(&w.arena);
	return report_written(out, err);
}
