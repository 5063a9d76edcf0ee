/* Checkstyle's XML, which editors, Jenkins and others read: findings by file. */
#include "report/writers.h"

static const char *severity_word(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "info";
}

static bool shown(const struct report *r, const struct assessment *x)
{
	return x->status == STATUS_FAIL && policy_shows(r->policy, x);
}

static void add_finding(const struct report *r, const struct assessment *x, struct buf *out)
{
	struct span at = x->spans.count && r->sources ? x->spans.items[0] : (struct span){ 0 };
	struct position start = { .line = 1, .column = 1 };

	if (at.source != SOURCE_NONE)
		start = source_position(r->sources, at);
	buf_printf(out, "    <error line=\"%llu\" column=\"%llu\" severity=\"%s\"",
		   (unsigned long long)(start.line ? start.line : 1), (unsigned long long)(start.column ? start.column : 1),
		   severity_word(x->severity));
	report_add_attribute(out, "message", x->message);
	buf_add_lit(out, " source=\"bulwark.");
	report_add_xml(out, x->rule->id);
	buf_add_lit(out, "\"/>\n");
}

static void add_gap(const struct gap *g, struct buf *out)
{
	buf_add_lit(out, "  <file");
	report_add_attribute(out, "name", g->subject);
	buf_add_lit(out, ">\n    <error line=\"1\" column=\"1\" severity=\"error\"");
	report_add_attribute(out, "message", g->message);
	report_add_attribute(out, "source", SLICE("bulwark.gap"));
	buf_add_lit(out, "/>\n  </file>\n");
}

REPORT_WRITER(report_write_checkstyle)
{
	struct slice file = SLICE_EMPTY;
	bool open = false;

	(void)style;
	buf_add_lit(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
	vec_each(x, &report->assessments) {
		if (!shown(report, x))
			continue;
		if (!open || !slice_eq(file, x->path)) {
			buf_add_slice(out, open ? SLICE("  </file>\n  <file") : SLICE("  <file"));
			report_add_attribute(out, "name", x->path);
			buf_add_lit(out, ">\n");
			open = true;
			file = x->path;
		}
		add_finding(report, x, out);
	}
	if (open)
		buf_add_lit(out, "  </file>\n");
	vec_each(g, &report->gaps)
		if (g->kind != GAP_NOTE)
			add_gap(g, out);
	buf_add_lit(out, "</checkstyle>\n");
	return report_written(out, err);
}
