/*
 * CycloneDX 1.6 JSON (ECMA-424).  The serial number is derived from the
 * target's identity and its components, so that the same input gives the same
 * bytes; gaps are listed as the metadata's properties and, when blocking, make
 * the composition "incomplete".
 */
#include "base/cleanup.h"
#include "base/map.h"
#include "format/digest.h"
#include "format/json.h"
#include "model/vex.h"
#include "report/writers.h"

struct writer {
	struct json_writer json;
	const struct report *report;
	struct arena arena;
};

static void property(struct json_writer *j, const char *name, struct slice value)
{
	if (slice_empty(value))
		return;
	json_begin_object(j);
	json_member(j, "name", slice_from_cstr(name));
	json_member(j, "value", value);
	json_end_object(j);
}

/* UUID version 8 (RFC 9562, section 5.8): made from a digest. */
static struct slice serial_number(struct writer *w)
{
	struct digest_context c;
	struct digest d;
	const struct report *r = w->report;

	digest_begin(&c, DIGEST_SHA256);
	digest_update(&c, r->target);
	if (r->image)
		digest_update(&c, r->image->config_digest);
	vec_each(p, &r->packages) {
		digest_update(&c, package_purl(p, &w->arena));
		digest_update(&c, p->path);
	}
	digest_end(&c, &d);
	d.bytes[6] = (uint8_t)((d.bytes[6] & 0x0f) | 0x80);
	d.bytes[8] = (uint8_t)((d.bytes[8] & 0x3f) | 0x80);
	const uint8_t *b = d.bytes;
	return arena_printf(&w->arena,
			    "urn:uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
			    b[13], b[14], b[15]);
}

static struct slice package_ref(struct writer *w, const struct package *p)
{
	return arena_printf(&w->arena, "package-%u", p->id);
}

static bool listed(const struct package *p)
{
	return !(p->flags & PACKAGE_NOT_INSTALLED);
}

static void write_metadata(struct writer *w)
{
	struct json_writer *j = &w->json;
	const struct report *r = w->report;
	char text[TIMESTAMP_TEXT_MAX];

	json_key(j, "metadata");
	json_begin_object(j);
	json_member(j, "timestamp", slice_from_cstr(timestamp_format(r->created, text)));
	json_key(j, "tools");
	json_begin_object(j);
	json_key(j, "components");
	json_begin_array(j);
	json_begin_object(j);
	json_member(j, "type", SLICE("application"));
	json_member(j, "name", SLICE("bulwark"));
	json_member(j, "version", r->tool_version);
	json_end_object(j);
	json_end_array(j);
	json_end_object(j);
	json_key(j, "component");
	json_begin_object(j);
	json_member(j, "bom-ref", SLICE("target"));
	json_member(j, "type", r->image ? SLICE("container") : r->kind == TARGET_FILE ? SLICE("file") : SLICE("application"));
	json_member(j, "name", r->target);
	if (r->image)
		json_member_opt(j, "version", r->image->config_digest);
	json_end_object(j);
	json_key(j, "properties");
	json_begin_array(j);
	property(j, "bulwark:complete", r->complete ? SLICE("true") : SLICE("false"));
	property(j, "bulwark:target-kind", slice_from_cstr(target_kind_name(r->kind)));
	vec_each(g, &r->gaps)
		property(j, g->kind == GAP_BLOCKING ? "bulwark:gap:blocking" : g->kind == GAP_LOCAL ?
			 "bulwark:gap:local" : "bulwark:gap:note",
			 slice_empty(g->subject) ? g->message :
			 arena_printf(&w->arena, "%.*s: %.*s", SLICE_ARG(g->subject), SLICE_ARG(g->message)));
	json_end_array(j);
	json_end_object(j);
}

static void write_properties(struct writer *w, const struct package *p)
{
	struct json_writer *j = &w->json;
	const struct report *r = w->report;

	json_key(j, "properties");
	json_begin_array(j);
	property(j, "bulwark:origin", package_origin_row(p->origin)->name);
	property(j, "bulwark:path", p->path);
	property(j, "bulwark:source", p->source_name);
	property(j, "bulwark:source-version", p->source_version);
	if (p->flags & PACKAGE_DEV)
		property(j, "bulwark:dev", SLICE("true"));
	if (r->image && p->layer >= 0 && (size_t)p->layer < r->image->layers.count) {
		property(j, "bulwark:layer:index", arena_printf(&w->arena, "%d", p->layer));
		property(j, "bulwark:layer:digest", r->image->layers.items[p->layer].digest);
		property(j, "bulwark:layer:diff-id", r->image->layers.items[p->layer].diff_id);
		property(j, "bulwark:layer:created-by", image_instruction(r->image, p->layer));
	}
	json_end_array(j);
}

/* The licence as its file has it: CycloneDX names are free text, ids would have to be SPDX's. */
static void write_license(struct json_writer *j, struct slice license)
{
	if (slice_empty(license))
		return;
	json_key(j, "licenses");
	json_begin_array(j);
	json_begin_object(j);
	json_key(j, "license");
	json_begin_object(j);
	json_member(j, "name", license);
	json_end_object(j);
	json_end_object(j);
	json_end_array(j);
}

/* npm's scope and Maven's group stand in CycloneDX's own field. */
static void write_name(struct json_writer *j, const struct package *p)
{
	char separator = slice_is(package_origin_row(p->origin)->purl_type, "maven") ? ':' : '/';
	bool scoped = slice_starts(p->name, SLICE("@")) || separator == ':';
	size_t at = scoped ? slice_find_byte(p->name, separator) : p->name.len;

	if (at < p->name.len) {
		json_member(j, "group", slice_first(p->name, at));
		json_member(j, "name", slice_from(p->name, at + 1));
	} else {
		json_member(j, "name", p->name);
	}
}

static void write_component(struct writer *w, const struct package *p)
{
	struct json_writer *j = &w->json;

	json_begin_object(j);
	json_member(j, "bom-ref", package_ref(w, p));
	json_member(j, "type", SLICE("library"));
	write_name(j, p);
	json_member_opt(j, "version", p->version);
	json_member_opt(j, "cpe", p->cpe);
	json_member_opt(j, "purl", package_purl(p, &w->arena));
	if (p->flags & (PACKAGE_DEV | PACKAGE_OPTIONAL))
		json_member(j, "scope", p->flags & PACKAGE_DEV ? SLICE("excluded") : SLICE("optional"));
	write_license(j, p->license);
	write_properties(w, p);
	if (!slice_empty(p->path)) {
		json_key(j, "evidence");
		json_begin_object(j);
		json_key(j, "occurrences");
		json_begin_array(j);
		json_begin_object(j);
		json_member(j, "location", p->path);
		json_end_object(j);
		json_end_array(j);
		json_end_object(j);
	}
	json_end_object(j);
}

/* Packages that one database or file told of know one another by their names. */
static struct slice name_key(struct writer *w, const struct package *p, struct slice name)
{
	bool os = package_origin_row(p->origin)->os;

	return arena_printf(&w->arena, "%d %.*s\n%.*s", (int)p->origin, SLICE_ARG(os ? SLICE_EMPTY : p->path),
			    SLICE_ARG(name));
}

/* Each once (the schema asks for it); nothing for a package whose dependencies are not at hand. */
static void write_depends_on(struct writer *w, const struct package *p, const struct map *names)
{
	CLEANUP(map_release) struct map seen;
	struct slice_list refs = { 0 };

	map_init(&seen);
	vec_each(name, &p->depends) {
		const struct package *on = map_get_ptr(names, name_key(w, p, *name));
		bool is_new = false;

		if (on && on != p)
			map_put(&seen, package_ref(w, on), &is_new);
		if (is_new)
			*vec_add(&w->arena, &refs) = package_ref(w, on);
	}
	if (refs.count == 0)
		return;
	json_begin_object(&w->json);
	json_member(&w->json, "ref", package_ref(w, p));
	json_key(&w->json, "dependsOn");
	json_begin_array(&w->json);
	vec_each(ref, &refs)
		json_string(&w->json, *ref);
	json_end_array(&w->json);
	json_end_object(&w->json);
}

static void write_dependencies(struct writer *w)
{
	CLEANUP(map_release) struct map names;

	map_init(&names);
	vec_each(p, &w->report->packages)
		if (listed(p))
			map_put_ptr(&names, name_key(w, p, p->name), p);
	json_key(&w->json, "dependencies");
	json_begin_array(&w->json);
	vec_each(p, &w->report->packages)
		if (listed(p) && p->depends.count)
			write_depends_on(w, p, &names);
	json_end_array(&w->json);
}

static void write_os(struct writer *w)
{
	struct json_writer *j = &w->json;
	const struct os_release *os = &w->report->os;

	if (slice_empty(os->id))
		return;
	json_begin_object(j);
	json_member(j, "bom-ref", SLICE("operating-system"));
	json_member(j, "type", SLICE("operating-system"));
	json_member(j, "name", os->id);
	json_member_opt(j, "version", os->version_id);
	json_member_opt(j, "description", os->pretty_name);
	json_end_object(j);
}

static const char *cvss_method(enum cvss_version v)
{
	switch (v) {
	case CVSS_2_0: return "CVSSv2";
	case CVSS_3_0: return "CVSSv3";
	case CVSS_3_1: return "CVSSv31";
	case CVSS_4_0: return "CVSSv4";
	case CVSS_NONE: break;
	}
	return "other";
}

static const char *cyclonedx_severity(enum severity s)
{
	static const char *const names[SEVERITY_COUNT] = {
		[SEVERITY_UNKNOWN] = "unknown", [SEVERITY_NEGLIGIBLE] = "info", [SEVERITY_LOW] = "low",
		[SEVERITY_MEDIUM] = "medium", [SEVERITY_HIGH] = "high", [SEVERITY_CRITICAL] = "critical",
	};

	return names[s];
}

static void write_ratings(struct json_writer *j, const struct assessment *x)
{
	const struct vulnerability *v = x->match->vulnerability;

	json_key(j, "ratings");
	json_begin_array(j);
	vec_each(rating, &v->ratings) {
		json_begin_object(j);
		json_key(j, "score");
		json_score(j, rating->score);
		json_key(j, "severity");
		json_cstring(j, cyclonedx_severity(severity_from_score(rating->score)));
		json_key(j, "method");
		json_cstring(j, cvss_method(rating->version));
		json_member(j, "vector", rating->vector);
		json_end_object(j);
	}
	if (v->ratings.count == 0) {
		json_begin_object(j);
		json_key(j, "severity");
		json_cstring(j, cyclonedx_severity(x->severity));
		json_end_object(j);
	}
	json_end_array(j);
}

/* CSAF's and OpenVEX's words have their nearest one; CycloneDX's own stay. */
static struct slice analysis_justification(struct slice word)
{
	static const struct {
		struct slice openvex, cyclonedx;
	} words[] = {
		{ SLICE_INIT("component_not_present"), SLICE_INIT("code_not_present") },
		{ SLICE_INIT("vulnerable_code_not_present"), SLICE_INIT("code_not_present") },
		{ SLICE_INIT("vulnerable_code_not_in_execute_path"), SLICE_INIT("code_not_reachable") },
		{ SLICE_INIT("vulnerable_code_cannot_be_controlled_by_adversary"), SLICE_INIT("requires_environment") },
		{ SLICE_INIT("inline_mitigations_already_exist"), SLICE_INIT("protected_by_mitigating_control") },
	};
	static const struct slice own[] = {
		SLICE_INIT("code_not_present"), SLICE_INIT("code_not_reachable"),
		SLICE_INIT("requires_configuration"), SLICE_INIT("requires_dependency"),
		SLICE_INIT("requires_environment"), SLICE_INIT("protected_by_compiler"),
		SLICE_INIT("protected_at_runtime"), SLICE_INIT("protected_at_perimeter"),
		SLICE_INIT("protected_by_mitigating_control"),
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_eq(words[i].openvex, word))
			return words[i].cyclonedx;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (slice_eq(own[i], word))
			return word;
	return SLICE_EMPTY;
}

/* What an ignore or a VEX statement says; nothing for what nobody judged. */
static void write_analysis(struct json_writer *j, const struct assessment *x)
{
	static const char *const states[VEX_STATUSES] = {
		[VEX_NOT_AFFECTED] = "not_affected", [VEX_AFFECTED] = "exploitable",
		[VEX_FIXED] = "resolved", [VEX_UNDER_INVESTIGATION] = "in_triage",
	};
	bool suppressed = !slice_empty(x->suppressed_by);
	enum vex_status status = x->vex ? x->vex->status : VEX_NOT_AFFECTED;

	if (!suppressed && !x->vex)
		return;
	/* The policy keeps out what a statement calls affected. */
	if (suppressed && status != VEX_FIXED)
		status = VEX_NOT_AFFECTED;
	json_key(j, "analysis");
	json_begin_object(j);
	json_member(j, "state", slice_from_cstr(states[status]));
	if (x->vex && status == VEX_NOT_AFFECTED)
		json_member_opt(j, "justification", analysis_justification(x->vex->justification));
	json_member_opt(j, "detail", suppressed ? x->suppressed_by : x->vex->impact);
	json_end_object(j);
}

static void write_vulnerability(struct writer *w, const struct assessment *x)
{
	struct json_writer *j = &w->json;
	const struct match *m = x->match;
	const struct vulnerability *v = m->vulnerability;
	char fingerprint[FINGERPRINT_TEXT_MAX], text[TIMESTAMP_TEXT_MAX];

	json_begin_object(j);
	json_member(j, "bom-ref", arena_printf(&w->arena, "finding-%s-%u",
					       fingerprint_format(&x->fingerprint, fingerprint), m->package->id));
	json_member(j, "id", v->id);
	write_ratings(j, x);
	json_member_opt(j, "description", v->summary);
	if (m->fixed_versions.count)
		json_member(j, "recommendation", arena_printf(&w->arena, "Update %.*s to %.*s",
							      SLICE_ARG(m->package->name),
							      SLICE_ARG(m->fixed_versions.items[0])));
	if (v->references.count) {
		json_key(j, "advisories");
		json_begin_array(j);
		vec_each(url, &v->references) {
			json_begin_object(j);
			json_member(j, "url", *url);
			json_end_object(j);
		}
		json_end_array(j);
	}
	if (v->published != TIMESTAMP_NONE)
		json_member(j, "published", slice_from_cstr(timestamp_format(v->published, text)));
	if (v->modified != TIMESTAMP_NONE)
		json_member(j, "updated", slice_from_cstr(timestamp_format(v->modified, text)));
	write_analysis(j, x);
	json_key(j, "affects");
	json_begin_array(j);
	json_begin_object(j);
	json_member(j, "ref", package_ref(w, m->package));
	json_key(j, "versions");
	json_begin_array(j);
	json_begin_object(j);
	json_member(j, "version", m->package->version);
	json_member(j, "status", slice_empty(x->suppressed_by) ? SLICE("affected") : SLICE("unaffected"));
	json_end_object(j);
	json_end_array(j);
	json_end_object(j);
	json_end_array(j);
	json_end_object(j);
}

static void write_vulnerabilities(struct writer *w)
{
	bool open = false;

	vec_each(x, &w->report->assessments) {
		if (x->rule != &rule_vulnerability ||
		    (slice_empty(x->suppressed_by) && !policy_shows(w->report->policy, x)))
			continue;
		if (!open) {
			json_key(&w->json, "vulnerabilities");
			json_begin_array(&w->json);
		}
		open = true;
		write_vulnerability(w, x);
	}
	if (open)
		json_end_array(&w->json);
}

static void write_compositions(struct writer *w)
{
	struct json_writer *j = &w->json;

	json_key(j, "compositions");
	json_begin_array(j);
	json_begin_object(j);
	json_member(j, "aggregate", w->report->complete ? SLICE("unknown") : SLICE("incomplete"));
	json_key(j, "assemblies");
	json_begin_array(j);
	json_cstring(j, "target");
	json_end_array(j);
	json_end_object(j);
	json_end_array(j);
}

REPORT_WRITER(report_write_cyclonedx)
{
	struct writer w = { .report = report };
	struct json_writer *j = &w.json;

	(void)style;
	arena_init(&w.arena, 0);
	json_writer_init(j, out, 2);
	json_begin_object(j);
	json_member(j, "$schema", SLICE("http://cyclonedx.org/schema/bom-1.6.schema.json"));
	json_member(j, "bomFormat", SLICE("CycloneDX"));
	json_member(j, "specVersion", SLICE("1.6"));
	json_member(j, "serialNumber", serial_number(&w));
	json_key(j, "version");
	json_int(j, 1);
	write_metadata(&w);
	json_key(j, "components");
	json_begin_array(j);
	write_os(&w);
	vec_each(p, &report->packages)
		if (listed(p))
			write_component(&w, p);
	json_end_array(j);
	write_dependencies(&w);
	write_vulnerabilities(&w);
	write_compositions(&w);
	json_end_object(j);
	buf_add_byte(out, '\n');
	arena_release(&w.arena);
	return report_written(out, err);
}
