/*
 * The one severity scale. Ordered: a larger value is worse.  Linters' words on
 * it: error is high, warning medium, info and style negligible.
 */
#ifndef BULWARK_MODEL_SEVERITY_H
#define BULWARK_MODEL_SEVERITY_H

#include "base/slice.h"

enum severity {
	SEVERITY_UNKNOWN,    /* nobody has said; below all others for thresholds */
	SEVERITY_NEGLIGIBLE,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITY_COUNT,
};

/* "unknown" ... "critical" */
struct slice severity_name(enum severity s);
/*
 * Our names in any case, and the vendors' words: none, info, unimportant,
 * minor, moderate, important, warning, error...
 */
bool severity_parse(struct slice s, enum severity *ret);
/* CVSS 3 and 4 qualitative scale (CVSS 3.1 section 5); also used for 2.0. 0.0 is negligible. */
enum severity severity_from_score(double score);

#endif
