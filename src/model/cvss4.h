/*
 * The 4.0 part of cvss.c: metrics and macro-vector scoring.
 * Source: CVSS 4.0 specification document, sections 7 (metric values) and 8.
 */
#ifndef BULWARK_MODEL_CVSS4_H
#define BULWARK_MODEL_CVSS4_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of the vector string. */
enum cvss4_metric {
	CVSS4_AV, CVSS4_AC, CVSS4_AT, CVSS4_PR, CVSS4_UI,
	CVSS4_VC, CVSS4_VI, CVSS4_VA, CVSS4_SC, CVSS4_SI, CVSS4_SA,
	CVSS4_E, CVSS4_CR, CVSS4_IR, CVSS4_AR,
	CVSS4_MAV, CVSS4_MAC, CVSS4_MAT, CVSS4_MPR, CVSS4_MUI,
	CVSS4_MVC, CVSS4_MVI, CVSS4_MVA, CVSS4_MSC, CVSS4_MSI, CVSS4_MSA,
	CVSS4_S, CVSS4_AU, CVSS4_R, CVSS4_V, CVSS4_RE, CVSS4_U,
	CVSS4_METRICS,
};

/*
 * One metric of any version: its values, separated by blanks.  For 4.0 they
 * stand from the most to the least severe, so that the index of a value is
 * its severity level; "not defined" comes last.
 */
struct cvss_metric {
	const char *name;
	const char *values;
	bool mandatory;
};

/* A metric that the vector does not name. */
#define CVSS_ABSENT ((int8_t)-1)

extern const struct cvss_metric cvss4_metrics[CVSS4_METRICS];

/* values: an index into each metric's values, or CVSS_ABSENT. Answers tenths of a point. */
unsigned cvss4_tenths(const int8_t values[CVSS4_METRICS]);

#endif
