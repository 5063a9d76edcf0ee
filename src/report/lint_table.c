/* Findings of files, a line each, as compilers and editors have them: path:line:column. */
#include "base/text.h"
#include "report/writers.h"

static const char *const colours[SEVERITY_COUNT] = {
	[SEVERITY_LOW] = "\033[36m", [SEVERITY_MEDIUM] = "\033[33m",
	[SEVERITY_HIGH] = "\033[31m", [SEVERITY_CRITICAL] = "\033[1;31m",
};

static void write_place(const struct report *r, const struct assessment *x, struct buf *out)
{
	struct span at = x->spans.count ? source_origin(r->sources, x->spans.items[0]) : (struct span){ 0 };
	struct position start = source_position(r->sources, at);

	text_add_safe(out, slice_empty(x->path) ? x->subject : x->path);
	if (at.source != SOURCE_NONE && start.line)
		buf_printf(out, ":%llu:%llu", (unsigned long long)start.line, (unsigned long long)start.column);
	buf_add_lit(out, ": ");
}

/* The peers' ids: cis: and nist: are for reports that are read by machines. */
static void write_aliases(const struct assessment *x, struct buf *out)
{
	const char *separator = "; ";

	vec_each(alias, &x->aliases) {
		if (slice_starts(*alias, SLICE("cis:")) || slice_starts(*alias, SLICE("nist:")))
			continue;
		buf_add_slice(out, slice_from_cstr(separator));
		text_add_safe(out, *alias);
		separator = ", ";
	}
}

static void write_line(const struct report *r, const struct report_style *style, const struct assessment *x,
		       struct buf *out)
{
	const char *colour = style->colour && colours[x->severity] ? colours[x->severity] : "";

	write_place(r, x, out);
	buf_printf(out, "%s%.*s%s: ", colour, SLICE_ARG(severity_name(x->severity)), *colour ? "\033[0m" : "");
	text_add_safe(out, x->message);
	buf_printf(out, " (%.*s", SLICE_ARG(x->rule->id));
	write_aliases(x, out);
	buf_add_lit(out, ")\n");
}

void report_write_lint_lines(const struct report *report, const struct report_style *style, struct buf *out)
{
	vec_each(x, &report->assessments)
		if (x->status == STATUS_FAIL && policy_shows(report->policy, x))
			write_line(report, style, x, out);
	if (!style->quiet && report->files_judged == 0)
		buf_add_lit(out, "no file that lint knows was found\n");
}
