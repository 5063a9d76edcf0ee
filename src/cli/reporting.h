/* Writing a report in the format that was asked for, to where the session says. */
#ifndef BULWARK_CLI_REPORTING_H
#define BULWARK_CLI_REPORTING_H

#include "cli/session.h"
#include "model/report.h"

/* `format` is one of report_formats. */
bool reporting_write(struct session *s, struct slice format, const struct report *report, struct error *err);

#endif
