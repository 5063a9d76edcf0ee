/*
 * GitLab's container scanning report (security report schemas 15.2.1).  Names
 * and times are as its schema asks: severities capitalised, times without a
 * zone, each vulnerability with an id of its own made from its fingerprint.
 */
#include "format/json.h"
#include "report/writers.h"

static const char *severity_word(enum severity s)
{
	static const char *const words[SEVERITY_COUNT] = {
		[SEVERITY_UNKNOWN] = "Unknown", [SEVERITY_NEGLIGIBLE] = "Info", [SEVERITY_LOW] = "Low",
		[SEVERITY_MEDIUM] = "Medium", [SEVERITY_HIGH] = "High", [SEVERITY_CRITICAL] = "Critical",
	};

	return words[s];
}

static void write_tool(struct json_writer *w, const struct report *r, const char *key)
{
	json_key(w, key);
	json_begin_object(w);
	json_member(w, "id", SLICE("bulwark"));
	json_member(w, "name", SLICE("bulwark"));
	json_member(w, "version", r->tool_version);
	json_key(w, "vendor");
	json_begin_object(w);
	json_member(w, "name", SLICE("bulwark"));
	json_end_object(w);
	json_end_object(w);
}

static void write_scan(struct json_writer *w, const struct report *r)
{
	char text[TIMESTAMP_TEXT_MAX];
	struct slice time = slice_first(slice_from_cstr(timestamp_format(r->created, text)), 19);

	json_key(w, "scan");
	json_begin_object(w);
	write_tool(w, r, "analyzer");
	write_tool(w, r, "scanner");
	json_member(w, "type", SLICE("container_scanning"));
	json_member(w, "start_time", time);
	json_member(w, "end_time", time);
	json_member(w, "status", r->complete ? SLICE("success") : SLICE("failure"));
	json_key(w, "messages");
	json_begin_array(w);
	vec_each(g, &r->gaps) {
		if (g->kind == GAP_NOTE)
			continue;
		json_begin_object(w);
		json_member(w, "level", g->kind == GAP_BLOCKING ? SLICE("fatal") : SLICE("warn"));
		json_member(w, "value", g->message);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
}

static void write_identifier(struct json_writer *w, struct slice id, struct arena *a)
{
	static const struct {
		struct slice prefix, type;
		const char *url;
	} kinds[] = {
		{ SLICE_INIT("CVE-"), SLICE_INIT("cve"), "https://nvd.nist.gov/vuln/detail/" },
		{ SLICE_INIT("GHSA-"), SLICE_INIT("ghsa"), "https://github.com/advisories/" },
	};

	json_begin_object(w);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_starts(id, kinds[i].prefix)) {
			json_member(w, "type", kinds[i].type);
			json_member(w, "name", id);
			json_member(w, "value", id);
			json_member(w, "url", arena_printf(a, "%s%.*s", kinds[i].url, SLICE_ARG(id)));
			json_end_object(w);
			return;
		}
	json_member(w, "type", SLICE("osv"));
	json_member(w, "name", id);
	json_member(w, "value", id);
	json_end_object(w);
}

static void write_location(struct json_writer *w, const struct report *r, const struct match *m, struct arena *a)
{
	json_key(w, "location");
	json_begin_object(w);
	json_key(w, "dependency");
	json_begin_object(w);
	json_key(w, "package");
	json_begin_object(w);
	json_member(w, "name", m->package->name);
	json_end_object(w);
	json_member(w, "version", m->package->version);
	json_end_object(w);
	struct slice os = slice_empty(r->os.id) ? SLICE("unknown") :
			  arena_printf(a, "%.*s %.*s", SLICE_ARG(r->os.id), SLICE_ARG(r->os.version_id));
	json_member(w, "operating_system", os);
	json_member(w, "image", r->image && r->image->tags.count ? r->image->tags.items[0] : r->target);
	json_end_object(w);
}

static void write_vulnerability(struct json_writer *w, const struct report *r, const struct assessment *x, struct arena *a)
{
	char text[FINGERPRINT_TEXT_MAX];
	const struct match *m = x->match;
	const struct vulnerability *v = m->vulnerability;
	const char *f = fingerprint_format(&x->fingerprint, text);

	json_begin_object(w);
	json_member(w, "id", arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", f, f + 8, f + 12, f + 16, f + 20));
	json_member(w, "name", slice_first(slice_empty(v->summary) ? v->id : v->summary, 255));
	json_member(w, "description", x->message);
	json_member(w, "severity", slice_from_cstr(severity_word(x->severity)));
	json_member(w, "solution", m->fixed_versions.count ?
		    arena_printf(a, "Upgrade %.*s to %.*s", SLICE_ARG(m->package->name), SLICE_ARG(m->fixed_versions.items[0])) :
		    SLICE("No fixed version is known."));
	write_location(w, r, m, a);
	json_key(w, "identifiers");
	json_begin_array(w);
	write_identifier(w, v->id, a);
	vec_each(alias, &v->aliases)
		write_identifier(w, *alias, a);
	json_end_array(w);
	json_key(w, "links");
	json_begin_array(w);
	vec_each(url, &v->references) {
		json_begin_object(w);
		json_member(w, "url", *url);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
}

REPORT_WRITER(report_write_gitlab_container)
{
	struct json_writer w;
	struct arena a;

	(void)style;
	arena_init(&a, 0);
	json_writer_init(&w, out, 2);
	json_begin_object(&w);
	json_member(&w, "version", SLICE("15.2.1"));
	write_scan(&w, report);
	json_key(&w, "vulnerabilities");
	json_begin_array(&w);
	vec_each(x, &report->assessments)
		if (x->status == STATUS_FAIL && x->match && x->match->vulnerability && policy_shows(report->policy, x))
			write_vulnerability(&w, report, x, &a);
	json_end_array(&w);
	json_end_object(&w);
	buf_add_byte(out, '\n');
	arena_release(&a);
	return report_written(out, err);
}
