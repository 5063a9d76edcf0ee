/*
 * Comma-separated values (RFC 4180), a line for each finding, CRLF at the end
 * of lines.  A cell that a spreadsheet would take for a formula gets an
 * apostrophe before it.
 */
#include "base/text.h"
#include "report/writers.h"

static void add_cell(struct buf *out, struct slice text, bool last)
{
	struct buf safe;

	buf_init(&safe, 1 << 20);
	text_add_safe(&safe, text);
	buf_add_byte(out, '"');
	if (safe.len && strchr("=+-@", safe.data[0]))
		buf_add_byte(out, '\'');
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.data[i] == '"')
			buf_add_byte(out, '"');
		buf_add_byte(out, safe.data[i]);
	}
	buf_add_lit(out, "\"");
	buf_add_slice(out, last ? SLICE("\r\n") : SLICE(","));
	buf_release(&safe);
}

static struct slice joined(const struct slice_list *list, struct arena *a)
{
	return arena_join(a, list->items, list->count, SLICE(" "));
}

static void add_place(const struct report *r, const struct assessment *x, struct buf *out, struct arena *a)
{
	struct span at = x->spans.count && r->sources ? x->spans.items[0] : (struct span){ 0 };

	add_cell(out, x->match ? x->match->package->path : x->path, false);
	add_cell(out, at.source == SOURCE_NONE ? SLICE_EMPTY :
		 arena_printf(a, "%llu", (unsigned long long)source_position(r->sources, at).line), false);
}

static void add_finding(const struct report *r, const struct assessment *x, struct buf *out, struct arena *a)
{
	char text[FINGERPRINT_TEXT_MAX];
	const struct match *m = x->match;
	const struct vulnerability *v = m ? m->vulnerability : NULL;

	add_cell(out, severity_name(x->severity), false);
	add_cell(out, v ? v->id : x->rule->id, false);
	add_cell(out, m ? m->package->name : SLICE_EMPTY, false);
	add_cell(out, m ? m->package->version : SLICE_EMPTY, false);
	add_cell(out, m ? joined(&m->fixed_versions, a) : SLICE_EMPTY, false);
	add_cell(out, m ? package_purl(m->package, a) : SLICE_EMPTY, false);
	add_place(r, x, out, a);
	add_cell(out, v && v->known_exploited ? SLICE("yes") : SLICE_EMPTY, false);
	add_cell(out, v && v->has_epss ? arena_printf(a, "%.5f", v->epss) : SLICE_EMPTY, false);
	add_cell(out, v ? joined(&v->aliases, a) : joined(&x->aliases, a), false);
	add_cell(out, x->message, false);
	add_cell(out, slice_from_cstr(fingerprint_format(&x->fingerprint, text)), true);
}

REPORT_WRITER(report_write_csv)
{
	struct arena a;

	(void)style;
	arena_init(&a, 0);
	buf_add_lit(out, "severity,id,package,version,fixed,purl,path,line,exploited,epss,aliases,message,fingerprint\r\n");
	vec_each(x, &report->assessments)
		if (x->status == STATUS_FAIL && policy_shows(report->policy, x))
			add_finding(report, x, out, &a);
	vec_each(g, &report->gaps) {
		if (g->kind == GAP_NOTE)
			continue;
		buf_printf(out, "\"gap\",\"%s\",\"\",\"\",\"\",\"\",", gap_reason_name(g->reason));
		add_cell(out, g->subject, false);
		buf_add_lit(out, "\"\",\"\",\"\",\"\",");
		add_cell(out, g->message, false);
		buf_add_lit(out, "\"\"\r\n");
	}
	arena_release(&a);
	return report_written(out, err);
}
