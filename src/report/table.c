/*
 * The report for people.  libsmartcols lays out the columns; on a terminal it
 * keeps to its width, in a log lines are as long as they need to be.
 */
#include <libsmartcols.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/writers.h"

#define WIDE_COLUMNS 130
#define SUMMARY_MAX 72
#define GAPS_SHOWN 40

static const char *const severity_colours[SEVERITY_COUNT] = {
	[SEVERITY_UNKNOWN] = "darkgray",
	[SEVERITY_NEGLIGIBLE] = "darkgray",
	[SEVERITY_LOW] = "blue",
	[SEVERITY_MEDIUM] = "yellow",
	[SEVERITY_HIGH] = "lightred",
	[SEVERITY_CRITICAL] = "red",
};

struct column {
	const char *name;
	double width_hint;
	int flags;
};

struct sheet {
	struct libscols_table *table;
	struct libscols_line *line;
	size_t next;
	struct buf text;
	bool failed;
};

static bool sheet_begin(struct sheet *s, const struct column *columns, size_t count,
			const struct report_style *style)
{
	*s = (struct sheet){ .table = scols_new_table() };
	buf_init(&s->text, 1 << 20);
	if (!s->table)
		return false;
	for (size_t i = 0; i < count; i++)
		s->failed |= !scols_table_new_column(s->table, columns[i].name, columns[i].width_hint,
						     columns[i].flags);
	scols_table_enable_colors(s->table, style->colour);
	/* Cells are escaped already, once. */
	scols_table_enable_noencoding(s->table, 1);
	/* Only a terminal has a width to keep to. */
	scols_table_set_termforce(s->table, style->columns ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	if (style->columns)
		scols_table_set_termwidth(s->table, style->columns);
	return !s->failed;
}

static void sheet_line(struct sheet *s)
{
	s->line = scols_table_new_line(s->table, NULL);
	s->next = 0;
	s->failed |= !s->line;
}

/* Names come out of images: they are escaped before they reach a terminal. */
static void sheet_cell(struct sheet *s, struct slice value, const char *colour)
{
	if (s->failed)
		return;
	buf_clear(&s->text);
	text_add_safe(&s->text, value);
	buf_add(&s->text, "", 1);
	if (s->text.overflow || scols_line_set_data(s->line, s->next, s->text.data) != 0)
		s->failed = true;
	else if (colour)
		scols_cell_set_color(scols_line_get_cell(s->line, s->next), colour);
	s->next++;
}

static bool sheet_end(struct sheet *s, struct buf *out, struct error *err)
{
	char *text = NULL;
	bool ok = s->table && !s->failed && scols_print_table_to_string(s->table, &text) == 0;

	if (ok) {
		buf_add_slice(out, slice_from_cstr(text));
		if (out->len && out->data[out->len - 1] != '\n')
			buf_add_byte(out, '\n');
	}
	free(text);
	scols_unref_table(s->table);
	buf_release(&s->text);
	return ok || error_set(err, ERR_INTERNAL, "cannot lay out the table");
}

static void add_safe_line(struct buf *out, const char *head, struct slice text)
{
	buf_printf(out, "%s", head);
	text_add_safe(out, text);
	buf_add_byte(out, '\n');
}

static void write_head(const struct report *r, struct buf *out)
{
	text_add_safe(out, r->target);
	buf_printf(out, " (%s", target_kind_name(r->kind));
	if (r->image && !slice_empty(r->image->os)) {
		buf_add_lit(out, ", ");
		text_add_safe(out, r->image->os);
		buf_add_byte(out, '/');
		text_add_safe(out, r->image->architecture);
	}
	struct slice os = slice_empty(r->os.pretty_name) ? r->os.id : r->os.pretty_name;
	if (!slice_empty(os)) {
		buf_add_lit(out, ", ");
		text_add_safe(out, os);
	}
	buf_printf(out, "): %zu package%s", r->packages.count, r->packages.count == 1 ? "" : "s");
	if (r->image)
		buf_printf(out, " in %zu layer%s", r->image->layers.count, r->image->layers.count == 1 ? "" : "s");
	buf_add_lit(out, "\n");
}

static struct slice where(const struct report *r, const struct package *p, struct arena *a)
{
	if (!package_origin_row(p->origin)->os)
		return p->path;
	if (r->image && p->layer >= 0)
		return arena_printf(a, "layer %d", p->layer);
	return p->path;
}

static const struct column finding_columns[] = {
	{ "SEVERITY", 0, 0 },
	{ "ID", 0, 0 },
	{ "PACKAGE", 0.25, SCOLS_FL_TRUNC },
	{ "INSTALLED", 0.15, SCOLS_FL_TRUNC },
	{ "FIXED IN", 0.15, SCOLS_FL_TRUNC },
	{ "WHERE", 0.1, SCOLS_FL_TRUNC | SCOLS_FL_NOEXTREMES },
	{ "SUMMARY", 0.1, SCOLS_FL_TRUNC | SCOLS_FL_NOEXTREMES },
};

/* What is known to be exploited says so beside its name. */
static struct slice id_of(const struct assessment *x, struct arena *a)
{
	const struct vulnerability *v = x->match ? x->match->vulnerability : NULL;

	if (!v)
		return x->rule->id;
	return v->known_exploited ? arena_printf(a, "%.*s (exploited)", SLICE_ARG(v->id)) : v->id;
}

static void finding_line(struct sheet *s, const struct report *r, const struct assessment *x, bool wide,
			 struct arena *a)
{
	const struct match *m = x->match;
	struct slice fixed = m && m->fixed_versions.count ? m->fixed_versions.items[0] : SLICE("-");

	sheet_line(s);
	sheet_cell(s, severity_name(x->severity), severity_colours[x->severity]);
	sheet_cell(s, id_of(x, a), NULL);
	sheet_cell(s, m ? m->package->name : x->subject, NULL);
	sheet_cell(s, m ? m->package->version : SLICE_EMPTY, NULL);
	sheet_cell(s, m ? fixed : SLICE_EMPTY, NULL);
	sheet_cell(s, m ? where(r, m->package, a) : SLICE_EMPTY, NULL);
	if (wide)
		sheet_cell(s, m && m->vulnerability ? slice_first(m->vulnerability->summary, SUMMARY_MAX)
						    : x->rule->title, NULL);
}

static bool write_findings(const struct report *r, const struct report_style *style, struct buf *out,
			   struct error *err)
{
	bool wide = style->columns == 0 || style->columns >= WIDE_COLUMNS;
	size_t shown = 0;
	struct sheet s;
	struct arena a;

	vec_each(x, &r->assessments)
		shown += x->status == STATUS_FAIL && policy_shows(r->policy, x);
	if (shown == 0)
		return true;
	arena_init(&a, 0);
	sheet_begin(&s, finding_columns, ARRAY_LEN(finding_columns) - !wide, style);
	vec_each(x, &r->assessments)
		if (x->status == STATUS_FAIL && policy_shows(r->policy, x))
			finding_line(&s, r, x, wide, &a);
	buf_add_byte(out, '\n');
	bool ok = sheet_end(&s, out, err);
	arena_release(&a);
	return ok;
}

static const struct column package_columns[] = {
	{ "PACKAGE", 0.4, SCOLS_FL_TRUNC },
	{ "VERSION", 0.2, SCOLS_FL_TRUNC },
	{ "ORIGIN", 0, 0 },
	{ "WHERE", 0.1, SCOLS_FL_TRUNC | SCOLS_FL_NOEXTREMES },
};

static bool write_packages(const struct report *r, const struct report_style *style, struct buf *out,
			   struct error *err)
{
	struct sheet s;
	struct arena a;

	if (r->packages.count == 0)
		return true;
	arena_init(&a, 0);
	sheet_begin(&s, package_columns, ARRAY_LEN(package_columns), style);
	vec_each(p, &r->packages) {
		sheet_line(&s);
		sheet_cell(&s, p->name, NULL);
		sheet_cell(&s, p->version, NULL);
		sheet_cell(&s, package_origin_row(p->origin)->name, NULL);
		sheet_cell(&s, where(r, p, &a), NULL);
	}
	buf_add_byte(out, '\n');
	bool ok = sheet_end(&s, out, err);
	arena_release(&a);
	return ok;
}

static void write_counts(const struct report *r, struct buf *out)
{
	uint64_t counts[SEVERITY_COUNT], total = 0;
	size_t suppressed = 0;

	report_count(r, counts);
	vec_each(x, &r->assessments)
		suppressed += !slice_empty(x->suppressed_by);
	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		total += counts[i];
	buf_printf(out, "\n%llu finding%s", (unsigned long long)total, total == 1 ? "" : "s");
	const char *separator = ": ";
	for (size_t i = SEVERITY_COUNT; i-- > 0;) {
		if (counts[i] == 0)
			continue;
		buf_printf(out, "%s%llu %.*s", separator, (unsigned long long)counts[i],
			   SLICE_ARG(severity_name((enum severity)i)));
		separator = ", ";
	}
	if (suppressed)
		buf_printf(out, "; %zu ignored by the policy%s", suppressed,
			   r->kind == TARGET_CONFIGURATION ? " or a comment" : "");
	if (r->kind == TARGET_CONFIGURATION)
		buf_printf(out, "; %llu file%s", (unsigned long long)r->files_judged,
			   r->files_judged == 1 ? "" : "s");
	buf_add_byte(out, '\n');
}

static void write_advisories(const struct report *r, struct buf *out)
{
	vec_each(p, &r->advisories) {
		char date[TIMESTAMP_TEXT_MAX];

		if (!p->used)
			continue;
		buf_printf(out, "advisories: %s ", advisory_source_name(p->source));
		text_add_safe(out, p->name);
		if (p->records)
			buf_printf(out, ", %llu records", (unsigned long long)p->records);
		if (p->newest != TIMESTAMP_NONE)
			buf_printf(out, ", newest of %s", timestamp_format_date(p->newest, date));
		if (!slice_empty(p->digest))
			buf_printf(out, ", %.*s", SLICE_ARG(slice_first(p->digest, 19)));
		buf_add_byte(out, '\n');
	}
}

static void write_gaps(const struct report *r, const struct report_style *style, struct buf *out)
{
	size_t shown = 0, hidden = 0;

	vec_each(g, &r->gaps) {
		if (g->kind == GAP_NOTE && style->quiet)
			continue;
		if (shown == GAPS_SHOWN && g->kind != GAP_BLOCKING) {
			hidden++;
			continue;
		}
		shown++;
		buf_printf(out, "%s (%s): ", g->kind == GAP_BLOCKING ? "INCOMPLETE" :
			   g->kind == GAP_LOCAL ? "gap" : "note", gap_reason_name(g->reason));
		if (!slice_empty(g->subject)) {
			text_add_safe(out, g->subject);
			buf_add_lit(out, ": ");
		}
		add_safe_line(out, "", g->message);
	}
	if (hidden)
		buf_printf(out, "... and %zu more; --format json lists them all\n", hidden);
}

REPORT_WRITER(report_write_table)
{
	if (report->kind == TARGET_CONFIGURATION) {
		report_write_lint_lines(report, style, out);
		if (!style->quiet)
			write_counts(report, out);
		write_gaps(report, style, out);
		return report_written(out, err);
	}
	if (!style->quiet)
		write_head(report, out);
	if (report->list_all_packages && !write_packages(report, style, out, err))
		return false;
	if (!write_findings(report, style, out, err))
		return false;
	if (report->explain) {
		buf_add_byte(out, '\n');
		vec_each(line, &report->explanations)
			add_safe_line(out, "", *line);
	}
	if (!style->quiet) {
		write_counts(report, out);
		write_advisories(report, out);
	}
	write_gaps(report, style, out);
	return report_written(out, err);
}
