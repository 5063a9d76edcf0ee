/*
 * JUnit XML as Jenkins, GitLab and others read it: a suite for each file or
 * database that told of packages, a failed case for each finding, an error for
 * each blocking gap.
 */
#include "report/writers.h"

static bool shown(const struct report *r, const struct assessment *x)
{
	return x->status == STATUS_FAIL && policy_shows(r->policy, x);
}

static void add_finding(struct buf *out, const struct assessment *x)
{
	const struct match *m = x->match;
	struct slice id = m && m->vulnerability ? m->vulnerability->id : x->rule->id;

	buf_add_lit(out, "    <testcase");
	if (m) {
		buf_add_lit(out, " classname=\"");
		report_add_xml(out, m->package->path);
		buf_add_lit(out, "\" name=\"[");
		report_add_xml(out, severity_name(x->severity));
		buf_add_lit(out, "] ");
		report_add_xml(out, id);
		buf_add_byte(out, ' ');
		report_add_xml(out, m->package->name);
		buf_add_byte(out, ' ');
		report_add_xml(out, m->package->version);
		buf_add_byte(out, '"');
	} else {
		report_add_attribute(out, "classname", x->subject);
		report_add_attribute(out, "name", id);
	}
	buf_add_lit(out, " time=\"0\">\n      <failure");
	report_add_attribute(out, "message", x->message);
	report_add_attribute(out, "type", severity_name(x->severity));
	buf_add_byte(out, '>');
	vec_each(e, &x->evidence) {
		report_add_xml(out, e->key);
		buf_add_lit(out, ": ");
		report_add_xml(out, e->value);
		buf_add_byte(out, '\n');
	}
	buf_add_lit(out, "</failure>\n    </testcase>\n");
}

static void add_gap(struct buf *out, const struct gap *g)
{
	buf_add_lit(out, "    <testcase");
	report_add_attribute(out, "classname", g->subject);
	report_add_attribute(out, "name", slice_from_cstr(gap_reason_name(g->reason)));
	buf_add_lit(out, " time=\"0\">\n      <error");
	report_add_attribute(out, "message", g->message);
	report_add_attribute(out, "type", slice_from_cstr(gap_reason_name(g->reason)));
	buf_add_lit(out, "/>\n    </testcase>\n");
}

REPORT_WRITER(report_write_junit)
{
	size_t failures = 0, errors = 0;
	char text[TIMESTAMP_TEXT_MAX];

	(void)style;
	vec_each(x, &report->assessments)
		failures += shown(report, x);
	vec_each(g, &report->gaps)
		errors += g->kind == GAP_BLOCKING || (g->kind == GAP_LOCAL && report->policy->strict);
	/* A clean target passes one case: a suite without cases reads as "nothing ran". */
	size_t tests = failures + errors ? failures + errors : 1;
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<testsuites name=\"bulwark\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n  <testsuite",
		   tests, failures, errors);
	report_add_attribute(out, "name", report->target);
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"0\"", tests, failures, errors);
	/* ISO 8601 without a zone is what the format's readers accept. */
	timestamp_format(report->created, text);
	report_add_attribute(out, "timestamp", slice_first(slice_from_cstr(text), 19));
	buf_add_lit(out, " hostname=\"bulwark\">\n");
	if (failures + errors == 0) {
		buf_add_lit(out, "    <testcase");
		report_add_attribute(out, "classname", report->target);
		buf_add_lit(out, " name=\"no findings\" time=\"0\"/>\n");
	}
	vec_each(x, &report->assessments)
		if (shown(report, x))
			add_finding(out, x);
	vec_each(g, &report->gaps)
		if (g->kind == GAP_BLOCKING || (g->kind == GAP_LOCAL && report->policy->strict))
			add_gap(out, g);
	buf_add_lit(out, "  </testsuite>\n</testsuites>\n");
	return report_written(out, err);
}
