/*
 * Is a version in a range?  Source: OSV schema 1.7, "Evaluation".
 *
 * A range is a list of events, sorted by version.  `introduced` and `fixed`
 * take effect at their version, `last_affected` behind it; the version "0" of
 * an introduced event lies before all others.  The events of one version are
 * ordered by what holds before it: within a vulnerable stretch the end comes
 * first, so that "fixed 2.4.50, introduced 2.4.50" joins two stretches in
 * whatever order the record lists them; outside of one the record's order
 * stays, so that "introduced 1.0, fixed 1.0" is empty and "introduced 1.0,
 * last_affected 1.0" is that one version.
 * Limits bound the whole range: a version at or above all of them is not in.
 */
#ifndef BULWARK_ADVISORY_RANGE_H
#define BULWARK_ADVISORY_RANGE_H

#include "base/vec.h"
#include "model/ecosystem.h"

enum range_event_kind {
	RANGE_INTRODUCED,
	RANGE_FIXED,
	RANGE_LAST_AFFECTED,
	RANGE_LIMIT,
	RANGE_EVENT_KINDS,
};

const char *range_event_name(enum range_event_kind kind);

struct range_event {
	enum range_event_kind kind;
	struct slice version;
};

struct range_event_list VEC_OF(struct range_event);

/* Sorts as above.  Without an ordering (VERSION_NONE) the events stay as they are. */
void range_sort(enum version_scheme scheme, struct range_event *events, size_t count);

/* Where a version lies: the stretch around it, or what clears it. */
struct range_verdict {
	bool affected;
	/* Affected: the introduced event that starts the stretch.  Cleared: the next one above,
	 * NULL: none. */
	const struct range_event *from;
	/* Affected: the event that ends the stretch, NULL: open.  Cleared: the last end or limit
	 * below, NULL: none. */
	const struct range_event *to;
};

/* Events sorted by range_sort.  VERSION_NONE is never affected. */
struct range_verdict range_evaluate(enum version_scheme scheme, const struct range_event *events,
				    size_t count, struct slice version);

/* "< 1.2.3", ">= 1.0, < 1.4", ">= 2.0, <= 2.3", "any version": the stretch around an affected
 * version. */
struct slice range_describe(const struct range_verdict *v, struct arena *a);
/* "1.5 >= 1.4 (fixed) and < 2.0 (introduced)": the comparisons that decided. */
struct slice range_compare_text(const struct range_verdict *v, struct slice version,
				struct arena *a);

#endif
