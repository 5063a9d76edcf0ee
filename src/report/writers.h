/* The writers of the format table, one file each. */
#ifndef BULWARK_REPORT_WRITERS_H
#define BULWARK_REPORT_WRITERS_H

#include "report/format.h"

#define REPORT_WRITER(name)                                                                          \
	bool name(const struct report *report, const struct report_style *style, struct buf *out,    \
		  struct error *err)

REPORT_WRITER(report_write_table);
REPORT_WRITER(report_write_json);
REPORT_WRITER(report_write_trivy_json);
REPORT_WRITER(report_write_sarif);
REPORT_WRITER(report_write_junit);
REPORT_WRITER(report_write_markdown);
REPORT_WRITER(report_write_cyclonedx);
REPORT_WRITER(report_write_checkstyle);
REPORT_WRITER(report_write_gitlab_quality);
REPORT_WRITER(report_write_github);
REPORT_WRITER(report_write_spdx);
REPORT_WRITER(report_write_gitlab_container);
REPORT_WRITER(report_write_csv);
REPORT_WRITER(report_write_html);
REPORT_WRITER(report_write_openvex);

/* Text for XML, escaped; what XML cannot hold is written out. */
void report_add_xml(struct buf *out, struct slice text);
/* ` name="value"` */
void report_add_attribute(struct buf *out, const char *name, struct slice value);

/* The table format's findings of a report over configuration files. */
void report_write_lint_lines(const struct report *report, const struct report_style *style, struct buf *out);

/* What every writer ends with. */
static inline bool report_written(const struct buf *out, struct error *err)
{
	return !out->overflow || error_set(err, ERR_LIMIT, "the report is larger than %zu bytes", out->cap);
}

#endif
