/* GitHub Flavored Markdown, for merge requests and job summaries. */
#include "base/text.h"
#include "report/writers.h"

/* A pipeline's summary has room for about a megabyte; the rest is counted. */
#define FINDINGS_SHOWN 2000

/* Text out of an image in a table cell: no markup, no links, no mentions, no new cell. */
static void add_cell(struct buf *out, struct slice text)
{
	struct buf safe;

	buf_init(&safe, 1 << 20);
	text_add_safe(&safe, text);
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.data[i];

		if (c == '<')
			buf_add_lit(out, "&lt;");
		else if (c == '>')
			buf_add_lit(out, "&gt;");
		else if (c == '&')
			buf_add_lit(out, "&amp;");
		else if (c == '@')
			buf_add_lit(out, "&#64;");
		else if (strchr("|*_`[]\\~#!", c))
			buf_printf(out, "\\%c", c);
		else
			buf_add_byte(out, c);
	}
	buf_release(&safe);
}

static void add_cells(struct buf *out, const struct slice *cells, size_t count)
{
	buf_add_byte(out, '|');
	for (size_t i = 0; i < count; i++) {
		buf_add_byte(out, ' ');
		add_cell(out, cells[i]);
		buf_add_lit(out, " |");
	}
	buf_add_byte(out, '\n');
}

static void add_finding(struct buf *out, const struct assessment *x)
{
	const struct match *m = x->match;
	const struct slice cells[] = {
		severity_name(x->severity),
		m && m->vulnerability ? m->vulnerability->id : x->rule->id,
		m ? m->package->name : x->subject,
		m ? m->package->version : SLICE_EMPTY,
		m && m->fixed_versions.count ? m->fixed_versions.items[0] : SLICE("-"),
		m ? m->package->path : SLICE_EMPTY,
		m && m->vulnerability ? m->vulnerability->summary : x->rule->title,
	};

	add_cells(out, cells, sizeof(cells) / sizeof(cells[0]));
}

static void add_counts(struct buf *out, const struct report *r)
{
	uint64_t counts[SEVERITY_COUNT];

	report_count(r, counts);
	buf_add_lit(out, "| critical | high | medium | low | negligible | unknown |\n|---|---|---|---|---|---|\n|");
	for (size_t i = SEVERITY_CRITICAL; i >= SEVERITY_NEGLIGIBLE; i--)
		buf_printf(out, " %llu |", (unsigned long long)counts[i]);
	buf_printf(out, " %llu |\n", (unsigned long long)counts[SEVERITY_UNKNOWN]);
}

static void add_findings(struct buf *out, const struct report *r)
{
	size_t shown = 0, left = 0;

	vec_each(x, &r->assessments) {
		if (x->status != STATUS_FAIL || !policy_shows(r->policy, x))
			continue;
		if (shown == 0)
			buf_add_lit(out, "\n| severity | id | package | installed | fixed in | where | summary |\n|---|---|---|---|---|---|---|\n");
		if (shown == FINDINGS_SHOWN) {
			left++;
			continue;
		}
		shown++;
		add_finding(out, x);
	}
	if (left)
		buf_printf(out, "\n%zu more findings are in the JSON report.\n", left);
}

static void add_gaps(struct buf *out, const struct report *r)
{
	if (r->gaps.count == 0)
		return;
	buf_add_lit(out, "\n### Gaps\n\n");
	vec_each(g, &r->gaps) {
		buf_printf(out, "- **%s** (%s) ", gap_kind_name(g->kind), gap_reason_name(g->reason));
		add_cell(out, g->subject);
		buf_add_lit(out, ": ");
		add_cell(out, g->message);
		buf_add_byte(out, '\n');
	}
}

REPORT_WRITER(report_write_markdown)
{
	char text[TIMESTAMP_TEXT_MAX];

	buf_add_lit(out, "## bulwark: ");
	add_cell(out, report->target);
	buf_add_lit(out, "\n\n");
	if (!report->complete)
		buf_add_lit(out, "> **Incomplete:** something could not be looked at; see the gaps below.\n\n");
	add_counts(out, report);
	add_findings(out, report);
	if (!style->quiet || !report->complete)
		add_gaps(out, report);
	buf_printf(out, "\n%zu packages, %s, bulwark %.*s\n", report->packages.count,
		   timestamp_format(report->created, text), SLICE_ARG(report->tool_version));
	return report_written(out, err);
}
