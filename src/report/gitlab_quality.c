/* GitLab's Code Quality report: an array of issues with path, first line, severity and fingerprint. */
#include "format/json.h"
#include "report/writers.h"

static const char *severity_word(enum severity s)
{
	static const char *const words[SEVERITY_COUNT] = {
		[SEVERITY_UNKNOWN] = "info", [SEVERITY_NEGLIGIBLE] = "info", [SEVERITY_LOW] = "minor",
		[SEVERITY_MEDIUM] = "major", [SEVERITY_HIGH] = "critical", [SEVERITY_CRITICAL] = "blocker",
	};

	return words[s];
}

static void write_issue(struct json_writer *w, struct slice name, struct slice message, const char *severity,
			struct slice fingerprint, struct slice path, uint64_t line)
{
	json_begin_object(w);
	json_member(w, "description", message);
	json_member(w, "check_name", name);
	json_member(w, "fingerprint", fingerprint);
	json_key(w, "severity");
	json_cstring(w, severity);
	json_key(w, "location");
	json_begin_object(w);
	json_member(w, "path", path);
	json_key(w, "lines");
	json_begin_object(w);
	json_key(w, "begin");
	json_uint(w, line ? line : 1);
	json_end_object(w);
	json_end_object(w);
	json_end_object(w);
}

REPORT_WRITER(report_write_gitlab_quality)
{
	struct json_writer w;

	(void)style;
	json_writer_init(&w, out, 2);
	json_begin_array(&w);
	vec_each(x, &report->assessments) {
		char text[FINGERPRINT_TEXT_MAX];
		struct span at = x->spans.count && report->sources ? x->spans.items[0] : (struct span){ 0 };

		if (x->status != STATUS_FAIL || !policy_shows(report->policy, x))
			continue;
		write_issue(&w, x->rule->id, x->message, severity_word(x->severity),
			    slice_from_cstr(fingerprint_format(&x->fingerprint, text)), x->path,
			    at.source == SOURCE_NONE ? 1 : source_position(report->sources, at).line);
	}
	vec_each(g, &report->gaps) {
		char text[FINGERPRINT_TEXT_MAX];
		struct fingerprint f;
		static const struct rule gap_rule = { .id = SLICE_INIT("gap"), .version = 1 };

		if (g->kind == GAP_NOTE)
			continue;
		fingerprint_compute(&gap_rule, g->subject, g->message, &f);
		write_issue(&w, gap_rule.id, g->message, "critical", slice_from_cstr(fingerprint_format(&f, text)),
			    g->subject, 1);
	}
	json_end_array(&w);
	buf_add_byte(out, '\n');
	return report_written(out, err);
}
