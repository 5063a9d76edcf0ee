#include "model/debug_text.h"

#include "base/text.h"
#include "model/cvss.h"
#include "model/purl.h"

static void add_invalid(struct buf *out, const struct error *err)
{
	buf_add_lit(out, "invalid: ");
	text_add_safe(out, slice_from_cstr(err->message));
}

void debug_cvss(struct slice text, struct buf *out)
{
	struct slice line;

	while (slice_next_line(&text, &line)) {
		struct error err = ERROR_INIT;
		enum cvss_version version;
		double score;

		text_add_safe(out, line);
		buf_add_byte(out, '\t');
		if (cvss_score(line, &version, &score, &err))
			buf_printf(out, "%.1f", score);
		else
			add_invalid(out, &err);
		buf_add_byte(out, '\n');
	}
}

void debug_purl(struct slice text, struct buf *out)
{
	struct slice line;
	struct arena a;

	arena_init(&a, 0);
	while (slice_next_line(&text, &line)) {
		struct error err = ERROR_INIT;
		struct purl purl;

		arena_clear(&a);
		if (purl_parse(line, &a, &purl, &err))
			purl_format(&purl, out);
		else
			add_invalid(out, &err);
		buf_add_byte(out, '\n');
	}
	arena_release(&a);
}
