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

struct vex;

struct policy {
	bool fail_never;              /* --fail-on never */
	enum severity fail_on;        /* default SEVERITY_HIGH */
	uint32_t severities;          /* bit per severity: shown and gating */
	bool ignore_unfixed;
	bool strict;                  /* local gaps count as blocking */
	int exit_code;                /* replaces 1; 0: findings never change the exit code; default 1 */
	bool only_kev;                /* show and gate on what is known to be exploited only */
	bool fail_on_kev;             /* what is known to be exploited gates, whatever its severity */
	double epss_min;              /* show and gate on EPSS probabilities from here on only; 0: all */
	bool sort_by_risk;            /* findings by match_risk instead of severity */
	int exit_on_eol;              /* exit code where the distribution's support has ended; 0: none */
	uint32_t ignored_statuses;    /* bit per enum vendor_status: not shown */
	struct ignore_list ignores;
	struct slice_list skip_dirs, skip_files; /* globs */
	struct slice_list trusted_registries;
	struct rule_setting_list rules;
	struct vex *vex;              /* statements of --vex, applied after the ignores; NULL: none */
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

/* Settings that files and the command line write alike; false: the text is none. */
bool policy_read_epss(struct policy *p, struct slice text);
bool policy_ignore_status(struct policy *p, struct slice name);

/*
 * Sets suppressed_by where an ignore that has not expired at `now` holds.  The
 * reason of an ignore without one is its origin.  An erratum that fixes several
 * CVEs is ignored by its own id, or when each of those CVEs is.
 */
void policy_apply(struct policy *p, struct assessment_list *assessments, int64_t now,
		  struct arena *a);
/* Is it shown? (severity, exploits, EPSS, vendors' statuses, ignore_unfixed; suppressed ones are not) */
bool policy_shows(const struct policy *p, const struct assessment *x);
/* Is it shown, failed, and at or above the threshold, or exploited where that gates? */
bool policy_gates(const struct policy *p, const struct assessment *x);

#endif
