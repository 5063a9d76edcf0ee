/*
 * One HTML file that needs nothing else: no network, no fonts, no frames.
 * Light and dark follow the reader's system, filters work without it too (then
 * everything shows), on paper the controls are left out.  All text is escaped;
 * the Content-Security-Policy allows the one style and the one script by their
 * digests alone, so that nothing out of an image can run.
 */
#include "base/text.h"
#include "format/digest.h"
#include "report/writers.h"

static const char style_text[] =
	":root{color-scheme:light dark;--back:#fff;--fore:#1b1f24;--soft:#59636e;--line:#d1d9e0;--card:#f6f8fa;"
	"--critical:#8b1538;--high:#b42318;--medium:#8a4b08;--low:#1f5fa8;--negligible:#59636e;--unknown:#59636e}"
	"@media(prefers-color-scheme:dark){:root{--back:#0f1318;--fore:#e6edf3;--soft:#9aa7b3;--line:#303943;--card:#171d24;"
	"--critical:#ff7b9c;--high:#ff8d7a;--medium:#f0b35a;--low:#79b8ff;--negligible:#9aa7b3;--unknown:#9aa7b3}}"
	"*{box-sizing:border-box}body{margin:0 auto;max-width:78rem;padding:1.5rem 1rem;background:var(--back);color:var(--fore);"
	"font:15px/1.5 system-ui,sans-serif}h1{font-size:1.35rem;margin:0 0 .25rem;overflow-wrap:anywhere}"
	"h2{font-size:1.1rem;margin:2rem 0 .5rem}.meta{color:var(--soft);margin:0 0 1rem}"
	".state{display:inline-block;padding:.1rem .55rem;border-radius:1rem;border:1px solid currentColor;font-weight:600}"
	".state.bad{color:var(--high)}.state.good{color:#1a7f37}"
	".counts{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}.counts label{display:flex;gap:.4rem;align-items:center;"
	"padding:.35rem .7rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);cursor:pointer}"
	".counts b{font-size:1.05rem}input[type=search]{width:100%;padding:.5rem .7rem;border:1px solid var(--line);"
	"border-radius:.5rem;background:var(--back);color:var(--fore);font:inherit}"
	"table{width:100%;border-collapse:collapse;margin-top:.75rem}th,td{text-align:left;padding:.45rem .6rem;"
	"border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}th{color:var(--soft);font-weight:600;"
	"font-size:.85rem}.sev{font-weight:700;white-space:nowrap}.critical{color:var(--critical)}.high{color:var(--high)}"
	".medium{color:var(--medium)}.low{color:var(--low)}.negligible,.unknown{color:var(--soft)}"
	".badge{display:inline-block;padding:0 .4rem;border:1px solid var(--high);color:var(--high);border-radius:.3rem;"
	"font-size:.8rem}code{font:.9em/1.4 ui-monospace,monospace}a{color:inherit}details{margin:.2rem 0}"
	".gap{border-left:4px solid var(--line);background:var(--card);padding:.5rem .8rem;margin:.4rem 0;overflow-wrap:anywhere}"
	".gap.blocking{border-color:var(--high)}.none{color:var(--soft)}"
	"@media(max-width:44rem){thead{display:none}tr{display:block;border-bottom:1px solid var(--line);padding:.5rem 0}"
	"td{display:block;border:0;padding:.1rem 0}td[data-h]::before{content:attr(data-h)\": \";color:var(--soft)}}"
	"@media print{.tools{display:none}body{max-width:none;padding:0;font-size:10pt}tr{break-inside:avoid}a{text-decoration:none}}";

static const char script_text[] =
	"(function(){var q=document.getElementById('q'),c=document.querySelectorAll('[data-level]'),"
	"rows=document.querySelectorAll('tr[data-severity]'),n=document.getElementById('n');function f(){var on={},t=q?q.value.toLowerCase():'',"
	"k=0;c.forEach(function(i){on[i.getAttribute('data-level')]=i.checked});rows.forEach(function(r){var s=on[r.getAttribute("
	"'data-severity')]!==false&&r.textContent.toLowerCase().indexOf(t)>=0;r.hidden=!s;if(s)k++});if(n)n.textContent=k}"
	"c.forEach(function(i){i.addEventListener('change',f)});if(q)q.addEventListener('input',f);f()})();";

static void add_text(struct buf *out, struct slice text)
{
	report_add_xml(out, text);
}

static void add_base64(struct buf *out, const uint8_t *bytes, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)bytes[i] << 16 | (i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0) |
			     (i + 2 < len ? bytes[i + 2] : 0);

		buf_add_byte(out, letters[v >> 18]);
		buf_add_byte(out, letters[v >> 12 & 63]);
		buf_add_byte(out, i + 1 < len ? letters[v >> 6 & 63] : '=');
		buf_add_byte(out, i + 2 < len ? letters[v & 63] : '=');
	}
}

static void add_hash(struct buf *out, const char *text)
{
	struct digest_context c;
	struct digest d;

	digest_begin(&c, DIGEST_SHA256);
	digest_update(&c, slice_from_cstr(text));
	digest_end(&c, &d);
	buf_add_lit(out, "'sha256-");
	add_base64(out, d.bytes, 32);
	buf_add_lit(out, "'");
}

static void add_head(const struct report *r, struct buf *out)
{
	buf_add_lit(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
	add_hash(out, style_text);
	buf_add_lit(out, "; script-src ");
	add_hash(out, script_text);
	buf_add_lit(out, "; base-uri 'none'; form-action 'none'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>bulwark: ");
	add_text(out, r->target);
	buf_add_lit(out, "</title>\n<style>");
	buf_add_slice(out, slice_from_cstr(style_text));
	buf_add_lit(out, "</style>\n</head>\n<body>\n");
}

static void add_summary(const struct report *r, struct buf *out)
{
	char date[TIMESTAMP_TEXT_MAX];

	buf_add_lit(out, "<header>\n<h1>");
	add_text(out, r->target);
	buf_printf(out, "</h1>\n<p class=\"meta\">%s", target_kind_name(r->kind));
	if (!slice_empty(r->os.id)) {
		buf_add_lit(out, " · ");
		add_text(out, slice_empty(r->os.pretty_name) ? r->os.id : r->os.pretty_name);
	}
	if (r->kind == TARGET_CONFIGURATION)
		buf_printf(out, " · %llu files", (unsigned long long)r->files_judged);
	else
		buf_printf(out, " · %zu packages", r->packages.count);
	buf_printf(out, " · %s · bulwark ", timestamp_format(r->created, date));
	add_text(out, r->tool_version);
	buf_add_lit(out, "</p>\n");
	buf_printf(out, "<p><span class=\"state %s\">%s</span></p>\n</header>\n", r->complete ? "good" : "bad",
		   r->complete ? "Complete" : "Incomplete: not everything could be looked at");
}

static void add_controls(const struct report *r, struct buf *out)
{
	uint64_t counts[SEVERITY_COUNT], total = 0;

	report_count(r, counts);
	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		total += counts[i];
	buf_printf(out, "<h2>Findings: <span id=\"n\">%llu</span> of %llu</h2>\n<div class=\"tools\">\n<div class=\"counts\">\n",
		   (unsigned long long)total, (unsigned long long)total);
	for (size_t i = SEVERITY_COUNT; i-- > 0;) {
		struct slice name = severity_name((enum severity)i);

		if (counts[i])
			buf_printf(out, "<label><input type=\"checkbox\" checked data-level=\"%.*s\"><b class=\"%.*s\">%llu</b> %.*s</label>\n",
				   SLICE_ARG(name), SLICE_ARG(name), (unsigned long long)counts[i], SLICE_ARG(name));
	}
	buf_add_lit(out, "</div>\n<input type=\"search\" id=\"q\" placeholder=\"Filter by id, package, path or words\" aria-label=\"Filter\">\n</div>\n");
}

static void begin_cell(struct buf *out, const char *heading)
{
	buf_printf(out, "<td data-h=\"%s\">", heading);
}

/* Only web addresses become links: a record may hold anything. */
static void add_id(struct buf *out, const struct vulnerability *v)
{
	const struct slice *url = NULL;

	vec_each(reference, &v->references)
		if (!url && (slice_starts(*reference, SLICE("https://")) || slice_starts(*reference, SLICE("http://"))))
			url = reference;
	if (url) {
		buf_add_lit(out, "<a rel=\"noreferrer noopener\" href=\"");
		add_text(out, *url);
		buf_add_lit(out, "\">");
	}
	add_text(out, v->id);
	if (url)
		buf_add_lit(out, "</a>");
}

static void add_severity(struct buf *out, const struct assessment *x)
{
	struct slice name = severity_name(x->severity);

	begin_cell(out, "Severity");
	buf_printf(out, "<span class=\"sev %.*s\">%.*s</span></td>", SLICE_ARG(name), SLICE_ARG(name));
}

static void add_package_row(const struct assessment *x, struct buf *out)
{
	const struct match *m = x->match;
	const struct vulnerability *v = m->vulnerability;

	begin_cell(out, "Id");
	if (v)
		add_id(out, v);
	else
		add_text(out, x->rule->id);
	if (v && v->known_exploited)
		buf_add_lit(out, " <span class=\"badge\">exploited</span>");
	if (v && v->has_epss)
		buf_printf(out, "<br><small>EPSS %.1f %%</small>", 100 * v->epss);
	buf_add_lit(out, "</td>");
	begin_cell(out, "Package");
	buf_add_lit(out, "<code>");
	add_text(out, m->package->name);
	buf_add_byte(out, ' ');
	add_text(out, m->package->version);
	buf_add_lit(out, "</code></td>");
	begin_cell(out, "Fixed in");
	add_text(out, m->fixed_versions.count ? m->fixed_versions.items[0] : SLICE("none known"));
	buf_add_lit(out, "</td>");
	begin_cell(out, "Where");
	buf_add_lit(out, "<code>");
	add_text(out, m->package->path);
	buf_add_lit(out, "</code></td>");
	begin_cell(out, "Summary");
	add_text(out, v && !slice_empty(v->summary) ? v->summary : x->rule->title);
	buf_add_lit(out, "</td>");
}

static void add_file_row(const struct report *r, const struct assessment *x, struct buf *out)
{
	struct span at = x->spans.count && r->sources ? x->spans.items[0] : (struct span){ 0 };

	begin_cell(out, "Rule");
	add_text(out, x->rule->id);
	buf_add_lit(out, "</td>");
	begin_cell(out, "Where");
	buf_add_lit(out, "<code>");
	add_text(out, x->path);
	if (at.source != SOURCE_NONE)
		buf_printf(out, ":%llu", (unsigned long long)source_position(r->sources, at).line);
	buf_add_lit(out, "</code></td>");
	begin_cell(out, "Message");
	add_text(out, x->message);
	buf_add_lit(out, "<details><summary>Why</summary>");
	add_text(out, x->rule->help);
	buf_add_lit(out, "</details></td>");
}

static void add_findings(const struct report *r, struct buf *out)
{
	bool files = r->kind == TARGET_CONFIGURATION;
	size_t shown = 0;

	vec_each(x, &r->assessments)
		shown += x->status == STATUS_FAIL && policy_shows(r->policy, x);
	if (shown == 0) {
		buf_add_lit(out, "<p class=\"none\">Nothing was found.</p>\n");
		return;
	}
	buf_add_slice(out, files ? SLICE("<table>\n<thead><tr><th>Severity</th><th>Rule</th><th>Where</th><th>Message</th></tr></thead>\n<tbody>\n")
				 : SLICE("<table>\n<thead><tr><th>Severity</th><th>Id</th><th>Package</th><th>Fixed in</th><th>Where</th><th>Summary</th></tr></thead>\n<tbody>\n"));
	vec_each(x, &r->assessments) {
		if (x->status != STATUS_FAIL || !policy_shows(r->policy, x))
			continue;
		buf_printf(out, "<tr data-severity=\"%.*s\">", SLICE_ARG(severity_name(x->severity)));
		add_severity(out, x);
		if (x->match)
			add_package_row(x, out);
		else
			add_file_row(r, x, out);
		buf_add_lit(out, "</tr>\n");
	}
	buf_add_lit(out, "</tbody>\n</table>\n");
}

static void add_gaps(const struct report *r, struct buf *out)
{
	if (r->gaps.count == 0)
		return;
	buf_add_lit(out, "<h2>What was not looked at, and notes</h2>\n");
	vec_each(g, &r->gaps) {
		buf_printf(out, "<div class=\"gap %s\"><b>%s</b> ", gap_kind_name(g->kind), gap_reason_name(g->reason));
		add_text(out, g->subject);
		if (!slice_empty(g->subject))
			buf_add_lit(out, ": ");
		add_text(out, g->message);
		buf_add_lit(out, "</div>\n");
	}
}

static void add_suppressed(const struct report *r, struct buf *out)
{
	size_t count = 0;

	vec_each(x, &r->assessments)
		count += !slice_empty(x->suppressed_by);
	if (count == 0)
		return;
	buf_printf(out, "<h2>Ignored: %zu</h2>\n<details><summary>Show</summary>\n", count);
	vec_each(x, &r->assessments) {
		if (slice_empty(x->suppressed_by))
			continue;
		buf_add_lit(out, "<div class=\"gap\">");
		add_text(out, x->message);
		buf_add_lit(out, "<br><small>");
		add_text(out, x->suppressed_by);
		buf_add_lit(out, "</small></div>\n");
	}
	buf_add_lit(out, "</details>\n");
}

REPORT_WRITER(report_write_html)
{
	(void)style;
	add_head(report, out);
	add_summary(report, out);
	add_controls(report, out);
	add_findings(report, out);
	add_gaps(report, out);
	add_suppressed(report, out);
	buf_add_lit(out, "<script>");
	buf_add_slice(out, slice_from_cstr(script_text));
	buf_add_lit(out, "</script>\n</body>\n</html>\n");
	return report_written(out, err);
}
