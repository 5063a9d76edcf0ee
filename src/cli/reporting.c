#include "cli/reporting.h"

#include <stdlib.h>

#include "base/limits.h"
#include "report/format.h"

#define MAX_REPORT (4 * GIB)

bool reporting_write(struct session *s, struct slice name, const struct report *report, struct error *err)
{
	const struct report_format *format = report_format_by_name(name);
	const char *no_color = getenv("NO_COLOR");
	struct report_style style = { .columns = session_columns(s), .quiet = s->config->quiet };
	struct buf out;

	style.colour = style.columns > 0 && !(no_color && *no_color);
	buf_init(&out, MAX_REPORT);
	bool ok = format->write(report, &style, &out, err) && session_write(s, buf_slice(&out), err);
	buf_release(&out);
	return ok;
}
