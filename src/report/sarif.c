/*
 * SARIF 2.1.0 (OASIS standard), in the shape that GitHub code scanning takes:
 * a rule for each vulnerability with `security-severity`, relative paths,
 * stable fingerprints, at most 5,000 results shown there (more are written).
 * Gaps are notifications of the invocation, and executionSuccessful is false
 * when the result is incomplete.
 */
#include "base/cleanup.h"
#include "base/map.h"
#include "format/json.h"
#include "report/writers.h"

static const char *level_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

/* GitHub sorts by this number: a CVSS score, or the middle of the severity's band. */
static double security_severity(const struct assessment *x)
{
	static const double middles[SEVERITY_COUNT] = {
		[SEVERITY_UNKNOWN] = 0.0, [SEVERITY_NEGLIGIBLE] = 0.1, [SEVERITY_LOW] = 2.0,
		[SEVERITY_MEDIUM] = 5.5, [SEVERITY_HIGH] = 8.0, [SEVERITY_CRITICAL] = 9.5,
	};

	if (x->match && x->match->vulnerability)
		vec_each(rating, &x->match->vulnerability->ratings)
			if (severity_from_score(rating->score) == x->severity)
				return rating->score;
	return middles[x->severity];
}

static struct slice rule_id(const struct assessment *x)
{
	return x->match && x->match->vulnerability ? x->match->vulnerability->id : x->rule->id;
}

static void text_object(struct json_writer *w, const char *key, struct slice text)
{
	json_key(w, key);
	json_begin_object(w);
	json_member(w, "text", text);
	json_end_object(w);
}

/* "dockerfile-user-root" as DockerfileUserRoot. */
static struct slice pascal_case(struct slice id, struct arena *a)
{
	char *out = arena_alloc(a, id.len + 1);
	size_t len = 0;
	bool start = true;

	for (size_t i = 0; i < id.len; i++) {
		if (ascii_lower(id.data[i]))
			out[len++] = (char)(start ? id.data[i] - 32 : id.data[i]);
		else if (ascii_alnum(id.data[i]))
			out[len++] = id.data[i];
		start = !ascii_alnum(id.data[i]);
	}
	return slice_new(out, len);
}

static void write_rule(struct json_writer *w, const struct assessment *x, struct arena *a)
{
	const struct vulnerability *v = x->match ? x->match->vulnerability : NULL;
	struct slice title = v && !slice_empty(v->summary) ? v->summary : x->rule->title;

	json_begin_object(w);
	json_member(w, "id", rule_id(x));
	json_member(w, "name", v ? SLICE("VulnerablePackage") : pascal_case(rule_id(x), a));
	text_object(w, "shortDescription", arena_printf(a, "%.*s: %.*s", SLICE_ARG(rule_id(x)), SLICE_ARG(title)));
	text_object(w, "fullDescription", title);
	text_object(w, "help", x->rule->help);
	if (v && v->references.count)
		json_member(w, "helpUri", v->references.items[0]);
	json_key(w, "defaultConfiguration");
	json_begin_object(w);
	json_key(w, "level");
	json_cstring(w, level_of(x->severity));
	json_end_object(w);
	json_key(w, "properties");
	json_begin_object(w);
	json_key(w, "security-severity");
	json_string(w, arena_printf(a, "%.1f", security_severity(x)));
	json_key(w, "precision");
	json_cstring(w, x->confidence == CONFIDENCE_HIGH ? "very-high" : "medium");
	json_key(w, "tags");
	json_begin_array(w);
	json_cstring(w, "security");
	json_cstring(w, x->match ? "vulnerability" : "configuration");
	json_string(w, severity_name(x->severity));
	json_end_array(w);
	json_end_object(w);
	json_end_object(w);
}

/* A URI reference without a scheme, as code scanning wants it (RFC 3986, section 4.2). */
static struct slice relative_uri(struct slice path, struct arena *a)
{
	static const char digits[] = "0123456789ABCDEF";
	struct buf b;

	while (slice_cut_prefix(&path, SLICE("/")))
		;
	buf_init(&b, 4 * 65536);
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.data[i];

		if (ascii_alnum((char)c) || (c && strchr("-._~/@+,=", c))) {
			buf_add_byte(&b, (char)c);
		} else {
			buf_add_byte(&b, '%');
			buf_add_byte(&b, digits[c >> 4]);
			buf_add_byte(&b, digits[c & 15]);
		}
	}
	struct slice result = arena_copy(a, slice_empty(buf_slice(&b)) ? SLICE("image") : buf_slice(&b));
	buf_release(&b);
	return result;
}

static void write_location(struct json_writer *w, const struct report *r, const struct assessment *x,
			   struct arena *a)
{
	struct slice path = x->match ? x->match->package->path : r->target;
	struct position start = { .line = 1, .column_utf16 = 1 }, end = { 0 };

	if (r->sources && x->spans.count) {
		struct span span = source_origin(r->sources, x->spans.items[0]);
		const struct source *source = source_get(r->sources, span.source);
		struct position at = source_position(r->sources, span);

		if (source && at.line) {
			path = source->name;
			start = at;
			end = source_end_position(r->sources, span);
		}
	}
	json_key(w, "locations");
	json_begin_array(w);
	json_begin_object(w);
	json_key(w, "physicalLocation");
	json_begin_object(w);
	json_key(w, "artifactLocation");
	json_begin_object(w);
	json_member(w, "uri", relative_uri(path, a));
	json_end_object(w);
	json_key(w, "region");
	json_begin_object(w);
	json_key(w, "startLine");
	json_uint(w, start.line);
	json_key(w, "startColumn");
	json_uint(w, start.column_utf16);
	if (end.line) {
		json_key(w, "endLine");
		json_uint(w, end.line);
		json_key(w, "endColumn");
		json_uint(w, end.column_utf16);
	}
	json_end_object(w);
	json_end_object(w);
	if (x->match)
		text_object(w, "message", arena_printf(a, "%.*s@%.*s", SLICE_ARG(x->match->package->name),
						       SLICE_ARG(x->match->package->version)));
	json_end_object(w);
	json_end_array(w);
}

static void write_replacement(struct json_writer *w, const struct report *r, const struct edit *edit)
{
	struct position start = source_position(r->sources, edit->span);
	struct position end = source_end_position(r->sources, edit->span);

	json_begin_object(w);
	json_key(w, "deletedRegion");
	json_begin_object(w);
	json_key(w, "startLine");
	json_uint(w, start.line);
	json_key(w, "startColumn");
	json_uint(w, start.column_utf16);
	json_key(w, "endLine");
	json_uint(w, end.line);
	json_key(w, "endColumn");
	json_uint(w, end.column_utf16);
	json_end_object(w);
	text_object(w, "insertedContent", edit->replacement);
	json_end_object(w);
}

/* Section 3.55: the edits of each file are an artifactChange of their own. */
static void write_fix(struct json_writer *w, const struct report *r, const struct fix *fix, struct arena *a)
{
	uint32_t last = SOURCE_NONE;

	json_begin_object(w);
	text_object(w, "description", fix->title);
	json_key(w, "artifactChanges");
	json_begin_array(w);
	vec_each(edit, &fix->edits) {
		const struct source *source = source_get(r->sources, edit->span.source);

		if (!source || edit->span.source == last)
			continue;
		last = edit->span.source;
		json_begin_object(w);
		json_key(w, "artifactLocation");
		json_begin_object(w);
		json_member(w, "uri", relative_uri(source->name, a));
		json_end_object(w);
		json_key(w, "replacements");
		json_begin_array(w);
		vec_each(other, &fix->edits)
			if (other->span.source == last)
				write_replacement(w, r, other);
		json_end_array(w);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
}

static void write_fixes(struct json_writer *w, const struct report *r, const struct assessment *x, struct arena *a)
{
	if (!r->sources || x->fixes.count == 0)
		return;
	json_key(w, "fixes");
	json_begin_array(w);
	vec_each(fix, &x->fixes)
		write_fix(w, r, fix, a);
	json_end_array(w);
}

static void write_result(struct json_writer *w, const struct report *r, const struct assessment *x,
			 uint64_t rule_index, struct arena *a)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];

	json_begin_object(w);
	json_member(w, "ruleId", rule_id(x));
	json_key(w, "ruleIndex");
	json_uint(w, rule_index);
	json_key(w, "level");
	json_cstring(w, level_of(x->severity));
	text_object(w, "message", x->message);
	write_location(w, r, x, a);
	write_fixes(w, r, x, a);
	json_key(w, "partialFingerprints");
	json_begin_object(w);
	json_member(w, "bulwark/v1", slice_from_cstr(fingerprint_format(&x->fingerprint, fingerprint)));
	json_end_object(w);
	if (!slice_empty(x->suppressed_by)) {
		json_key(w, "suppressions");
		json_begin_array(w);
		json_begin_object(w);
		json_member(w, "kind", SLICE("external"));
		json_member(w, "justification", x->suppressed_by);
		json_end_object(w);
		json_end_array(w);
	}
	json_end_object(w);
}

static void write_invocation(struct json_writer *w, const struct report *r, struct arena *a)
{
	char text[TIMESTAMP_TEXT_MAX];

	json_key(w, "invocations");
	json_begin_array(w);
	json_begin_object(w);
	json_key(w, "executionSuccessful");
	json_bool(w, r->complete);
	json_key(w, "exitCode");
	json_int(w, r->exit_code);
	json_member(w, "endTimeUtc", slice_from_cstr(timestamp_format(r->created, text)));
	json_key(w, "toolExecutionNotifications");
	json_begin_array(w);
	vec_each(g, &r->gaps) {
		json_begin_object(w);
		json_key(w, "level");
		json_cstring(w, g->kind == GAP_BLOCKING ? "error" : g->kind == GAP_LOCAL ? "warning" : "note");
		text_object(w, "message", slice_empty(g->subject) ? g->message :
			    arena_printf(a, "%.*s: %.*s", SLICE_ARG(g->subject), SLICE_ARG(g->message)));
		json_key(w, "descriptor");
		json_begin_object(w);
		json_key(w, "id");
		json_cstring(w, gap_reason_name(g->reason));
		json_end_object(w);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
	json_end_array(w);
}

static bool written(const struct report *r, const struct assessment *x)
{
	return x->status == STATUS_FAIL && (policy_shows(r->policy, x) || !slice_empty(x->suppressed_by));
}

static void write_run(struct json_writer *w, const struct report *r, struct arena *a)
{
	CLEANUP(map_release) struct map rules;
	uint64_t count = 0;

	map_init(&rules);
	json_begin_object(w);
	json_key(w, "tool");
	json_begin_object(w);
	json_key(w, "driver");
	json_begin_object(w);
	json_member(w, "name", SLICE("bulwark"));
	json_member(w, "version", r->tool_version);
	json_key(w, "rules");
	json_begin_array(w);
	vec_each(x, &r->assessments) {
		bool is_new;

		if (!written(r, x))
			continue;
		uint64_t *index = map_put(&rules, rule_id(x), &is_new);
		if (is_new) {
			*index = count++;
			write_rule(w, x, a);
		}
	}
	json_end_array(w);
	json_end_object(w);
	json_end_object(w);
	write_invocation(w, r, a);
	json_key(w, "columnKind");
	json_cstring(w, "utf16CodeUnits");
	json_key(w, "results");
	json_begin_array(w);
	vec_each(x, &r->assessments)
		if (written(r, x))
			write_result(w, r, x, *map_get(&rules, rule_id(x)), a);
	json_end_array(w);
	json_end_object(w);
}

REPORT_WRITER(report_write_sarif)
{
	struct json_writer w;
	struct arena a;

	(void)style;
	arena_init(&a, 0);
	json_writer_init(&w, out, 2);
	json_begin_object(&w);
	json_member(&w, "$schema", SLICE("https://json.schemastore.org/sarif-2.1.0.json"));
	json_member(&w, "version", SLICE("2.1.0"));
	json_key(&w, "runs");
	json_begin_array(&w);
	write_run(&w, report, &a);
	json_end_array(&w);
	json_end_object(&w);
	buf_add_byte(out, '\n');
	arena_release(&a);
	return report_written(out, err);
}
