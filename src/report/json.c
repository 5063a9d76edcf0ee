/* The program's own JSON: everything that a report holds. Its schema is docs/report.schema.json. */
#include <stdio.h>

#include "format/json.h"
#include "report/writers.h"

#define SCHEMA_VERSION 1

static void time_member(struct json_writer *w, const char *key, int64_t t)
{
	char text[TIMESTAMP_TEXT_MAX];

	if (t != TIMESTAMP_NONE)
		json_member(w, key, slice_from_cstr(timestamp_format(t, text)));
}

static void string_array(struct json_writer *w, const char *key, const struct slice_list *list)
{
	json_key(w, key);
	json_begin_array(w);
	vec_each(s, list)
		json_string(w, *s);
	json_end_array(w);
}

static void write_layer(struct json_writer *w, const struct image *image, int32_t number)
{
	const struct image_layer *l = &image->layers.items[number];

	json_begin_object(w);
	json_key(w, "index");
	json_int(w, number);
	json_member_opt(w, "digest", l->digest);
	json_member_opt(w, "diff_id", l->diff_id);
	json_member_opt(w, "media_type", l->media_type);
	json_key(w, "size");
	json_uint(w, l->size);
	json_member_opt(w, "created_by", image_instruction(image, number));
	json_end_object(w);
}

static void write_image(struct json_writer *w, const struct image *image)
{
	json_key(w, "image");
	json_begin_object(w);
	json_member_opt(w, "format", image->format);
	json_member_opt(w, "id", image->config_digest);
	json_member_opt(w, "manifest_digest", image->manifest_digest);
	json_member_opt(w, "os", image->os);
	json_member_opt(w, "architecture", image->architecture);
	json_member_opt(w, "variant", image->variant);
	json_member_opt(w, "created", image->created);
	string_array(w, "tags", &image->tags);
	if (image->repo_digests.count)
		string_array(w, "repo_digests", &image->repo_digests);
	json_key(w, "layers");
	json_begin_array(w);
	for (size_t i = 0; i < image->layers.count; i++)
		write_layer(w, image, (int32_t)i);
	json_end_array(w);
	json_end_object(w);
}

static void write_target(struct json_writer *w, const struct report *r)
{
	json_key(w, "target");
	json_begin_object(w);
	json_member(w, "name", r->target);
	json_key(w, "kind");
	json_cstring(w, target_kind_name(r->kind));
	if (!slice_empty(r->os.id)) {
		json_key(w, "os");
		json_begin_object(w);
		json_member(w, "id", r->os.id);
		json_member_opt(w, "version", r->os.version_id);
		json_member_opt(w, "codename", r->os.codename);
		json_member_opt(w, "name", r->os.pretty_name);
		json_end_object(w);
	}
	if (r->image)
		write_image(w, r->image);
	json_end_object(w);
}

static void write_summary(struct json_writer *w, const struct report *r)
{
	uint64_t counts[SEVERITY_COUNT], suppressed = 0;

	report_count(r, counts);
	vec_each(x, &r->assessments)
		suppressed += !slice_empty(x->suppressed_by);
	json_key(w, "summary");
	json_begin_object(w);
	json_key(w, "complete");
	json_bool(w, r->complete);
	json_key(w, "exit_code");
	json_int(w, r->exit_code);
	json_key(w, "packages");
	json_uint(w, r->packages.count);
	json_key(w, "findings");
	json_begin_object(w);
	for (size_t s = SEVERITY_COUNT; s-- > 0;) {
		json_key_slice(w, severity_name((enum severity)s));
		json_uint(w, counts[s]);
	}
	json_end_object(w);
	json_key(w, "suppressed");
	json_uint(w, suppressed);
	json_end_object(w);
}

static void write_advisories(struct json_writer *w, const struct report *r)
{
	json_key(w, "advisories");
	json_begin_array(w);
	vec_each(p, &r->advisories) {
		json_begin_object(w);
		json_key(w, "source");
		json_cstring(w, advisory_source_name(p->source));
		json_member_opt(w, "name", p->name);
		json_member_opt(w, "digest", p->digest);
		time_member(w, "newest", p->newest);
		time_member(w, "built", p->built);
		json_key(w, "records");
		json_uint(w, p->records);
		json_key(w, "used");
		json_bool(w, p->used);
		json_end_object(w);
	}
	json_end_array(w);
	json_key(w, "coverage");
	json_begin_array(w);
	vec_each(c, &r->coverage) {
		json_begin_object(w);
		json_member(w, "ecosystem", c->ecosystem);
		json_key(w, "source");
		json_cstring(w, advisory_source_name(c->source));
		json_key(w, "covered");
		json_bool(w, c->covered);
		time_member(w, "newest", c->newest);
		json_key(w, "packages");
		json_uint(w, c->packages);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_lifecycle(struct json_writer *w, const struct report *r)
{
	json_key(w, "lifecycle");
	json_begin_array(w);
	vec_each(row, &r->lifecycle) {
		json_begin_object(w);
		json_member(w, "subject", row->subject);
		json_member(w, "product", row->product);
		json_member(w, "cycle", row->cycle);
		json_key(w, "state");
		json_cstring(w, lifecycle_state_name(row->state));
		time_member(w, "end", row->end);
		time_member(w, "extended_end", row->extended);
		json_member(w, "source", row->source);
		json_member_opt(w, "path", row->path);
		json_key(w, "packages");
		json_uint(w, row->packages);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_gaps(struct json_writer *w, const struct report *r)
{
	json_key(w, "gaps");
	json_begin_array(w);
	vec_each(g, &r->gaps) {
		json_begin_object(w);
		json_key(w, "kind");
		json_cstring(w, gap_kind_name(g->kind));
		json_key(w, "reason");
		json_cstring(w, gap_reason_name(g->reason));
		json_member_opt(w, "subject", g->subject);
		json_member(w, "message", g->message);
		if (g->layer >= 0) {
			json_key(w, "layer");
			json_int(w, g->layer);
		}
		if (g->offset >= 0) {
			json_key(w, "offset");
			json_int(w, g->offset);
		}
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_flags(struct json_writer *w, uint32_t flags)
{
	static const struct {
		enum package_flag flag;
		const char *name;
	} rows[] = {
		{ PACKAGE_DEV, "dev" },
		{ PACKAGE_OPTIONAL, "optional" },
		{ PACKAGE_INDIRECT, "indirect" },
		{ PACKAGE_MAIN, "main" },
		{ PACKAGE_NOT_INSTALLED, "not-installed" },
		{ PACKAGE_HALF_INSTALLED, "half-installed" },
		{ PACKAGE_UNVERSIONED, "unversioned" },
		{ PACKAGE_LOCAL, "local" },
		{ PACKAGE_GUESSED, "guessed" },
		{ PACKAGE_FOREIGN, "foreign" },
	};

	json_key(w, "flags");
	json_begin_array(w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (flags & rows[i].flag)
			json_cstring(w, rows[i].name);
	json_end_array(w);
}

static void write_package(struct json_writer *w, const struct report *r, const struct package *p,
			  struct arena *a)
{
	json_begin_object(w);
	json_member(w, "name", p->name);
	json_member(w, "version", p->version);
	json_member_opt(w, "purl", package_purl(p, a));
	json_member(w, "origin", package_origin_row(p->origin)->name);
	if (p->ecosystem && slice_empty(p->release))
		json_member(w, "ecosystem", p->ecosystem->osv);
	else if (p->ecosystem)
		json_member(w, "ecosystem", arena_printf(a, "%.*s:%.*s", SLICE_ARG(p->ecosystem->osv),
							 SLICE_ARG(p->release)));
	json_member_opt(w, "source_name", p->source_name);
	json_member_opt(w, "source_version", p->source_version);
	json_member_opt(w, "architecture", p->architecture);
	json_member_opt(w, "license", p->license);
	json_member_opt(w, "path", p->path);
	write_flags(w, p->flags);
	if (r->image && p->layer >= 0 && (size_t)p->layer < r->image->layers.count) {
		json_key(w, "layer");
		write_layer(w, r->image, p->layer);
	}
	json_end_object(w);
}

/* Nine places hold a probability, and say more than enough of a risk. */
static void number_member(struct json_writer *w, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.9g", value);
	json_key(w, key);
	json_raw(w, slice_from_cstr(text));
}

static void write_exploits(struct json_writer *w, const struct vulnerability *v)
{
	time_member(w, "exploited_since", v->exploited_since);
	if (v->known_exploited) {
		json_key(w, "ransomware");
		json_bool(w, v->ransomware);
	}
	if (v->has_epss) {
		json_key(w, "epss");
		json_begin_object(w);
		number_member(w, "probability", v->epss);
		number_member(w, "percentile", v->epss_percentile);
		json_end_object(w);
	}
}

static void write_vulnerability(struct json_writer *w, const struct match *m)
{
	const struct vulnerability *v = m->vulnerability;

	json_key(w, "vulnerability");
	json_begin_object(w);
	json_member(w, "id", v->id);
	string_array(w, "aliases", &v->aliases);
	string_array(w, "records", &v->record_ids);
	string_array(w, "related", &v->related);
	json_member_opt(w, "summary", v->summary);
	json_member_opt(w, "severity_source", v->severity_source);
	json_key(w, "cvss");
	json_begin_array(w);
	vec_each(rating, &v->ratings) {
		json_begin_object(w);
		json_member(w, "vector", rating->vector);
		json_key(w, "score");
		json_score(w, rating->score);
		json_member_opt(w, "source", rating->source);
		json_end_object(w);
	}
	json_end_array(w);
	time_member(w, "published", v->published);
	time_member(w, "modified", v->modified);
	json_key(w, "known_exploited");
	json_bool(w, v->known_exploited);
	write_exploits(w, v);
	if (v->fixes.count)
		string_array(w, "fixes", &v->fixes);
	string_array(w, "references", &v->references);
	json_key(w, "source");
	json_cstring(w, advisory_source_name(v->source));
	json_end_object(w);
}

static void write_place(struct json_writer *w, const struct report *r, const struct assessment *x)
{
	if (x->match) {
		json_member_opt(w, "path", x->match->package->path);
		return;
	}
	if (!r->sources || x->spans.count == 0)
		return;
	struct span span = source_origin(r->sources, x->spans.items[0]);
	const struct source *source = source_get(r->sources, span.source);
	struct position start = source_position(r->sources, span), end = source_end_position(r->sources, span);
	if (!source || start.line == 0)
		return;
	json_member_opt(w, "path", source->name);
	json_key(w, "line");
	json_uint(w, start.line);
	json_key(w, "column");
	json_uint(w, start.column);
	json_key(w, "end_line");
	json_uint(w, end.line);
}

static void write_edit(struct json_writer *w, const struct report *r, const struct edit *edit)
{
	const struct source *source = source_get(r->sources, edit->span.source);
	struct position start = source_position(r->sources, edit->span);
	struct position end = source_end_position(r->sources, edit->span);

	json_begin_object(w);
	json_member(w, "path", source ? source->name : SLICE_EMPTY);
	json_key(w, "offset");
	json_uint(w, edit->span.offset);
	json_key(w, "length");
	json_uint(w, edit->span.length);
	json_key(w, "line");
	json_uint(w, start.line);
	json_key(w, "column");
	json_uint(w, start.column);
	json_key(w, "end_line");
	json_uint(w, end.line);
	json_key(w, "end_column");
	json_uint(w, end.column);
	json_member(w, "replacement", edit->replacement);
	json_end_object(w);
}

/* The first fix, which is the one that `harden` makes; null: none is known. */
static void write_fix(struct json_writer *w, const struct report *r, const struct assessment *x)
{
	json_key(w, "fix");
	if (x->fixes.count == 0 || !r->sources) {
		json_null(w);
		return;
	}
	const struct fix *fix = &x->fixes.items[0];
	json_begin_object(w);
	json_member(w, "title", fix->title);
	json_key(w, "unsafe");
	json_bool(w, fix->unsafe);
	json_key(w, "edits");
	json_begin_array(w);
	vec_each(edit, &fix->edits)
		write_edit(w, r, edit);
	json_end_array(w);
	json_end_object(w);
}

static void write_finding(struct json_writer *w, const struct report *r, const struct assessment *x,
			  struct arena *a)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];
	const struct match *m = x->match;

	json_begin_object(w);
	json_member(w, "rule", x->rule->id);
	json_key(w, "status");
	json_cstring(w, assessment_status_name(x->status));
	string_array(w, "aliases", &x->aliases);
	json_member(w, "severity", severity_name(x->severity));
	json_key(w, "confidence");
	json_cstring(w, confidence_name(x->confidence));
	json_member(w, "subject", x->subject);
	json_member(w, "message", x->message);
	write_place(w, r, x);
	if (m) {
		json_key(w, "package");
		write_package(w, r, m->package, a);
		json_member_opt(w, "affected", m->affected_range);
		string_array(w, "fixed_versions", &m->fixed_versions);
	}
	if (m && m->vendor_status != VENDOR_NONE) {
		json_member(w, "vendor_status", vendor_status_name(m->vendor_status));
		json_member_opt(w, "vendor_reason", m->vendor_reason);
	}
	if (m && m->vulnerability) {
		number_member(w, "risk", match_risk(m));
		write_vulnerability(w, m);
	}
	json_key(w, "evidence");
	json_begin_array(w);
	vec_each(e, &x->evidence) {
		json_begin_object(w);
		json_member(w, "key", e->key);
		json_member(w, "value", e->value);
		json_end_object(w);
	}
	json_end_array(w);
	write_fix(w, r, x);
	json_member_opt(w, "suppressed_by", x->suppressed_by);
	json_member(w, "fingerprint", slice_from_cstr(fingerprint_format(&x->fingerprint, fingerprint)));
	json_end_object(w);
}

static void write_findings(struct json_writer *w, const struct report *r, struct arena *a)
{
	json_key(w, "findings");
	json_begin_array(w);
	vec_each(x, &r->assessments)
		if (policy_shows(r->policy, x))
			write_finding(w, r, x, a);
	json_end_array(w);
	json_key(w, "suppressed");
	json_begin_array(w);
	vec_each(x, &r->assessments)
		if (!slice_empty(x->suppressed_by))
			write_finding(w, r, x, a);
	json_end_array(w);
}

REPORT_WRITER(report_write_json)
{
	struct json_writer w;
	struct arena a;

	(void)style;
	arena_init(&a, 0);
	json_writer_init(&w, out, 2);
	json_begin_object(&w);
	json_key(&w, "schema_version");
	json_int(&w, SCHEMA_VERSION);
	json_key(&w, "tool");
	json_begin_object(&w);
	json_member(&w, "name", SLICE("bulwark"));
	json_member(&w, "version", report->tool_version);
	json_end_object(&w);
	time_member(&w, "created", report->created);
	write_target(&w, report);
	write_summary(&w, report);
	write_advisories(&w, report);
	write_lifecycle(&w, report);
	write_gaps(&w, report);
	write_findings(&w, report, &a);
	if (report->list_all_packages) {
		json_key(&w, "packages");
		json_begin_array(&w);
		vec_each(p, &report->packages)
			write_package(&w, report, p, &a);
		json_end_array(&w);
	}
	if (report->explain)
		string_array(&w, "explanations", &report->explanations);
	json_end_object(&w);
	buf_add_byte(out, '\n');
	arena_release(&a);
	return report_written(out, err);
}
