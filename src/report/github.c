/*
 * Workflow commands of GitHub Actions: a line each, which the runner shows
 * beside the code.  Percent signs, line breaks, and in properties colons and
 * commas, are escaped, so that a finding cannot start a command of its own.
 */
#include "base/text.h"
#include "report/writers.h"

static void add_escaped(struct buf *out, struct slice text, bool property)
{
	struct buf safe;

	buf_init(&safe, 1 << 20);
	text_add_safe(&safe, text);
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.data[i];

		if (c == '%')
			buf_add_lit(out, "%25");
		else if (property && c == ':')
			buf_add_lit(out, "%3A");
		else if (property && c == ',')
			buf_add_lit(out, "%2C");
		else
			buf_add_byte(out, c);
	}
	buf_release(&safe);
}

static const char *command_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "notice";
}

static void add_finding(const struct report *r, const struct assessment *x, struct buf *out)
{
	struct span at = x->spans.count && r->sources ? x->spans.items[0] : (struct span){ 0 };

	buf_printf(out, "::%s ", command_of(x->severity));
	if (!slice_empty(x->path)) {
		buf_add_lit(out, "file=");
		add_escaped(out, x->path, true);
		buf_add_byte(out, ',');
	}
	if (at.source != SOURCE_NONE) {
		struct position start = source_position(r->sources, at), end = source_end_position(r->sources, at);

		buf_printf(out, "line=%llu,endLine=%llu,", (unsigned long long)start.line, (unsigned long long)end.line);
		if (start.line == end.line)
			buf_printf(out, "col=%llu,endColumn=%llu,", (unsigned long long)start.column,
				   (unsigned long long)end.column);
	}
	buf_add_lit(out, "title=");
	add_escaped(out, x->rule->id, true);
	buf_add_lit(out, "::");
	add_escaped(out, x->message, false);
	buf_add_byte(out, '\n');
}

REPORT_WRITER(report_write_github)
{
	(void)style;
	vec_each(x, &report->assessments)
		if (x->status == STATUS_FAIL && policy_shows(report->policy, x))
			add_finding(report, x, out);
	vec_each(g, &report->gaps) {
		if (g->kind == GAP_NOTE)
			continue;
		buf_printf(out, "::error title=%s::", gap_reason_name(g->reason));
		add_escaped(out, g->subject, false);
		buf_add_lit(out, ": ");
		add_escaped(out, g->message, false);
		buf_add_byte(out, '\n');
	}
	return report_written(out, err);
}
