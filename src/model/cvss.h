/*
 * CVSS vectors and scores, versions 2.0, 3.0, 3.1 and 4.0.
 *
 * Sources: FIRST, "A Complete Guide to the CVSS, Version 2.0", section 3.2;
 * CVSS 3.0 and 3.1 specification documents, section 7 (3.0 rounds up without
 * 3.1's integer form); CVSS 4.0 specification document, section 8, with the
 * published macro-vector table.
 */
#ifndef BULWARK_MODEL_CVSS_H
#define BULWARK_MODEL_CVSS_H

#include "base/error.h"
#include "base/slice.h"

enum cvss_version {
	CVSS_NONE,
	CVSS_2_0,
	CVSS_3_0,
	CVSS_3_1,
	CVSS_4_0,
};

/* "2.0" ... "4.0"; "" for CVSS_NONE. */
const char *cvss_version_name(enum cvss_version version);

/*
 * Scores a vector: the base score for 2.0 and 3.x (further metrics are
 * checked and not counted), for 4.0 the score of all metrics given.  The score
 * is a multiple of 0.1 from 0.0 to 10.0.  A vector with an unknown, doubled or
 * missing mandatory metric is ERR_FORMAT.  The order of the metrics is free,
 * which 3.x allows and 4.0 does not: databases hold vectors in any order.
 * Parentheses around a 2.0 vector are accepted.
 */
bool cvss_score(struct slice vector, enum cvss_version *ret_version, double *ret_score,
		struct error *err);

#endif
