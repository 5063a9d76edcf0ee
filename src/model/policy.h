/*
 * The policy: one for every command, from bulwark.yaml, .trivyignore and the
 * command line (the last wins).
 */
#ifndef BULWARK_MODEL_POLICY_H
#define BULWARK_MODEL_POLICY_H

#include "base/timestamp.h"
#include "model/assessment.h"

#define SEVERITY_MASK_ALL ((1u << SEVERITY_COUNT) - 1)

/* Every criterion that is set must hold; at least one is set. */
struct ignore {
	struct slice id;          /* vulnerability, alias or rule id */
	struct slice package;     /* glob over the package's name */
	struct slice path;        /* glob over the path */
	struct slice purl;        /* canonical, without qualifiers; without version: any version */
	bool has_fingerprint;
	struct fingerprint fingerprint;
	struct slice reason;
	int64_t expires;          /* first instant at which it no longer counts; TIMESTAMP_NONE: never */
	struct slice origin;      /* "bulwark.yaml:12": where it stands */
	bool used;                /* set by policy_apply: unused ignores are reported as notes */
};

struct ignore_list VEC_OF(struct ignore);

/* `rules: {ID: off}`, `{ID: on}`, `{ID: warning}`: the last one for a rule counts. */
struct rule_setting {
	struct slice id;
	bool on;
	bool has_severity;
	enum severity severity;
};
struct rule_setting_list VEC_OF(struct rule_setting);

struct policy {
	bool fail_never;              /* --fail-on never */
	enum severity fail_on;        /* default SEVERITY_HIGH */
	uint32_t severities;          /* bit per severity: shown and gating */
	bool ignore_unfixed;
	bool strict;                  /* local gaps count as blocking */
	int exit_code;                /* replaces 1; 0: findings never change the exit code; default 1 */
	struct ignore_list ignores;
	struct slice_list skip_dirs, skip_files; /* globs */
	struct slice_list trusted_registries;
	struct rule_setting_list rules;
};

void policy_init(struct policy *p);

/*
 * Reads bulwark.yaml into the policy.  Unknown keys and ill-typed values are
 * ERR_FORMAT with the line: a policy that is half understood would be worse
 * than none.
 */
bool policy_read_yaml(struct policy *p, struct slice text, struct slice name, struct arena *a,
		      struct error *err);
/* Trivy's ignore file: an id a line, `#` comments, `exp:YYYY-MM-DD`. */
bool policy_read_trivyignore(struct policy *p, struct slice text, struct slice name,
			     struct arena *a, struct error *err);

/*
 * Sets suppressed_by where an ignore that has not expired at `now` holds.  The
 * reason of an ignore without one is its origin.
 */
void policy_apply(struct policy *p, struct assessment_list *assessments, int64_t now,
		  struct arena *a);
/* Is it shown? (severity filter, ignore_unfixed; suppressed ones are not) */
bool policy_shows(const struct policy *p, const struct assessment *x);
/* Is it shown, failed, and at or above the threshold? */
bool policy_gates(const struct policy *p, const struct assessment *x);

#endif
