/*
 * Report formats: one file and one row each.  A writer is a pure function of
 * the report and the style: the same report gives the same bytes.
 */
#ifndef BULWARK_REPORT_FORMAT_H
#define BULWARK_REPORT_FORMAT_H

#include "base/buf.h"
#include "model/report.h"

struct report_style {
	unsigned columns; /* width of the terminal; 0: not a terminal, lines as long as they need to be */
	bool colour;      /* ECMA-48 colours */
	bool quiet;       /* findings only: no summary, no notes */
};

struct report_format {
	const char *name;      /* of --format: "trivy-json" */
	const char *summary;   /* one line for the help */
	const char *source;    /* specification and version */
	bool inventory;        /* `sbom` offers it: says what is installed, not what is wrong */
	bool findings;         /* `scan` offers it */
	bool files;            /* only `lint` offers it: places in files are what it is about */
	/* Appends the whole report; ERR_LIMIT when it passes the buffer's cap. */
	bool (*write)(const struct report *report, const struct report_style *style, struct buf *out,
		      struct error *err);
};

extern const struct report_format report_formats[];
extern const size_t report_format_count;

/* NULL: none of that name. */
const struct report_format *report_format_by_name(struct slice name);

#endif
