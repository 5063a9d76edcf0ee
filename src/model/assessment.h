/*
 * An assessment: what the program says of one subject by one rule.  A finding
 * is an assessment that failed; compliance views need the passes as well.
 */
#ifndef BULWARK_MODEL_ASSESSMENT_H
#define BULWARK_MODEL_ASSESSMENT_H

#include "model/edit.h"
#include "model/severity.h"
#include "model/span.h"
#include "model/vulnerability.h"

enum assessment_status {
	STATUS_PASS,
	STATUS_FAIL,
	STATUS_MANUAL,         /* a person must look */
	STATUS_NOT_APPLICABLE,
	STATUS_UNKNOWN,        /* could not be found out */
};

enum confidence { CONFIDENCE_LOW, CONFIDENCE_MEDIUM, CONFIDENCE_HIGH };

const char *assessment_status_name(enum assessment_status s);
const char *confidence_name(enum confidence c);

enum rule_fix { RULE_FIX_NONE, RULE_FIX_SAFE, RULE_FIX_UNSAFE };

/* A rule's identity and documentation; rooms that have rules keep tables of rows that embed one. */
struct rule {
	struct slice id;        /* "vulnerability", "dockerfile-user-missing" */
	unsigned version;       /* raised when the rule's meaning changes: part of fingerprints */
	struct slice title;
	enum severity severity; /* default */
	struct slice help;      /* why and what to do */
	enum confidence confidence;     /* default */
	enum rule_fix fix;      /* can the program mend it? */
	bool optional;          /* off until the policy or the command line asks for it */
	/*
	 * The peers' ids that stand for the same matter ("hadolint:DL3006"); NULL-terminated,
	 * may be NULL.  A finding names only those whose own rule fires on its input.
	 */
	const char *const *aliases;
	/* "cis:4.1", "nist:4.1.2", "owasp:D01", "cwe:CWE-250", "guide:Dockerfile Security"; as aliases. */
	const char *const *references;
	const char *bad, *good; /* examples; NULL: none */
};

#define RULE_LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

extern const struct rule rule_vulnerability;  /* subject: package; match set */
extern const struct rule rule_pending_update; /* subject: package; a security update waits in the archive */

struct evidence {
	struct slice key, value;
};

struct fix {
	struct slice title;
	bool unsafe;          /* changes behaviour */
	struct edit_list edits;
};

#define FINGERPRINT_SIZE 16

/* 128 bits, written as 32 hex digits. */
struct fingerprint {
	uint8_t bytes[FINGERPRINT_SIZE];
};

struct vex_statement;

struct assessment {
	const struct rule *rule;
	enum assessment_status status;
	enum severity severity;
	enum confidence confidence;
	struct slice subject;       /* canonical: a purl without version, a path, a key */
	struct slice discriminator; /* tells apart several findings of a rule on a subject */
	struct slice message;       /* one sentence */
	struct slice path;          /* file that the main span is in; empty: none, or told by the match */
	struct VEC_OF(struct span) spans;        /* the first is the main one */
	struct VEC_OF(struct evidence) evidence;
	struct VEC_OF(struct fix) fixes;
	struct slice_list aliases;  /* the peers' ids that fire here, and the rule's cis: and nist: references */
	const struct match *match;  /* of rule_vulnerability and rule_pending_update, else NULL */
	struct slice suppressed_by; /* reason of the policy's ignore or the VEX statement; empty: not suppressed */
	const struct vex_statement *vex; /* the last one that speaks of it; NULL: none */
	struct fingerprint fingerprint;
};

struct assessment_list VEC_OF(struct assessment);

/*
 * SHA-256 cut to 128 bits over rule id, rule version, subject and
 * discriminator, each preceded by its length: no line numbers, times or layer
 * order, so waivers and baselines outlive edits and rebuilds.
 */
void fingerprint_compute(const struct rule *rule, struct slice subject, struct slice discriminator,
			 struct fingerprint *ret);
#define FINGERPRINT_TEXT_MAX (2 * FINGERPRINT_SIZE + 1)
const char *fingerprint_format(const struct fingerprint *f, char text[static FINGERPRINT_TEXT_MAX]);
bool fingerprint_parse(struct slice text, struct fingerprint *ret);

/* Worst first, then id, package, version, path: a total order for reports. */
int assessment_cmp(const struct assessment *a, const struct assessment *b);

#endif
