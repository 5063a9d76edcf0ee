/*
 * The scan: reads a target, matches what is installed in it against the
 * advisories, and makes the report.  It prints nothing.
 */
#ifndef BULWARK_SCAN_SCAN_H
#define BULWARK_SCAN_SCAN_H

#include "advisory/advisory.h"
#include "image/target.h"
#include "model/report.h"
#include "model/run.h"

struct scan_options {
	struct target_options target;
	struct advisory_options advisories;
	bool match;   /* false: the inventory only, as `sbom` wants it */
	/*
	 * Called once the ecosystems of the target are known, before the index is
	 * opened, so that only what is needed is brought; NULL: nothing is
	 * brought.  May name another index in *index_path.  False ends in a note,
	 * not in a failed scan: it goes on with the index that is named then.
	 */
	bool (*prepare)(void *context, struct run *run, const struct slice_list *ecosystems,
			const char **index_path, struct error *err);
	/*
	 * Adds pending updates of the distribution's own archive for packages that
	 * the index does not cover; NULL: none.
	 */
	void (*archive)(void *context, struct run *run, const struct target_result *target,
			struct report *report, struct match_list *ret);
	void *context;
};

/*
 * Fills *ret (all in run->arena; matches point into *set, which the caller
 * releases after the report was written).  The report is finished: sorted,
 * policy applied, exit code set.  False: the target could not be read at all.
 */
bool scan_run(struct run *run, const struct scan_options *options, struct policy *policy,
	      struct advisory_set *set, struct report *ret, struct error *err);

#endif
