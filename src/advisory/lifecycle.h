/*
 * Until when the target's distribution, and the runtimes in it, are supported.
 *
 * A dated table is compiled in (data/lifecycle.tsv); cycles that the
 * endoflife.date feed tells stand in its place.  Which products there are, and
 * which packages are one of them, is a table in lifecycle.c.
 */
#ifndef BULWARK_ADVISORY_LIFECYCLE_H
#define BULWARK_ADVISORY_LIFECYCLE_H

#include "advisory/index.h"
#include "model/report.h"
#include "model/run.h"

/* Is it one of the products whose cycles are kept? (endoflife.date's name: "alpine-linux") */
bool lifecycle_knows(struct slice product);

/*
 * Fills report->lifecycle: a row for the distribution of report->os, where its
 * release is known, then one for each runtime's release among the packages,
 * in the order of product and release.  Ends that have passed at the run's
 * clock become notes of the run.  `index` may be NULL.
 */
bool lifecycle_judge(const struct advisory_index *index, const struct package_list *packages,
		     bool extended, struct run *run, struct report *report, struct error *err);

#endif
