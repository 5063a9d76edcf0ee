#include "base/text.h"
#include "report/writers.h"

/* XML 1.0, section 2.2: control characters cannot stand in a document at all. */
void report_add_xml(struct buf *out, struct slice text)
{
	struct buf safe;

	buf_init(&safe, 1 << 20);
	text_add_safe(&safe, text);
	for (size_t i = 0; i < safe.len; i++) {
		switch (safe.data[i]) {
		case '&': buf_add_lit(out, "&amp;"); break;
		case '<': buf_add_lit(out, "&lt;"); break;
		case '>': buf_add_lit(out, "&gt;"); break;
		case '"': buf_add_lit(out, "&quot;"); break;
		default: buf_add_byte(out, safe.data[i]); break;
		}
	}
	buf_release(&safe);
}

void report_add_attribute(struct buf *out, const char *name, struct slice value)
{
	buf_printf(out, " %s=\"", name);
	report_add_xml(out, value);
	buf_add_byte(out, '"');
}
