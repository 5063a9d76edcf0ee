/*
 * What a scan (or any other feature) hands to a reporter: everything that may
 * be said, sorted and owned by one arena.
 */
#ifndef BULWARK_MODEL_REPORT_H
#define BULWARK_MODEL_REPORT_H

#include "model/assessment.h"
#include "model/gap.h"
#include "model/image.h"
#include "model/os_release.h"
#include "model/policy.h"

enum target_kind {
	TARGET_DOCKER_ARCHIVE,
	TARGET_OCI_LAYOUT,
	TARGET_ROOTFS,
	TARGET_DIRECTORY, /* a project */
	TARGET_FILE,
	TARGET_REGISTRY, /* an image of a registry */
	TARGET_DAEMON,	 /* an image of a Docker daemon */
	TARGET_CONFIGURATION, /* files that lint judged */
};

const char *target_kind_name(enum target_kind kind);

/* One source of advisories that the verdicts rest on. */
struct advisory_provenance {
	enum advisory_source source;
	struct slice name;     /* path or URL */
	struct slice digest;   /* "sha256:..." */
	int64_t newest;        /* newest record, TIMESTAMP_NONE: none */
	int64_t built;         /* TIMESTAMP_NONE: not told */
	uint64_t records;
	bool used;             /* some verdict rests on it */
};

/* One ecosystem (and release) that was looked up. */
struct coverage_row {
	struct slice ecosystem; /* "Debian:12", "npm" */
	enum advisory_source source;
	bool covered;
	int64_t newest;
	uint64_t packages;      /* of the target in it */
};

enum lifecycle_state {
	LIFECYCLE_SUPPORTED,
	LIFECYCLE_EXTENDED, /* by long-term or paid support only */
	LIFECYCLE_ENDED,
};

const char *lifecycle_state_name(enum lifecycle_state s);

/* Until when a distribution or runtime of the target is supported. */
struct lifecycle_row {
	struct slice subject;   /* "Debian 12", "Node.js 16" */
	struct slice product, cycle; /* endoflife.date's names: "nodejs", "16" */
	enum lifecycle_state state;
	int64_t end, extended;  /* TIMESTAMP_NONE: not told, or none */
	struct slice source;    /* who told: "built-in table of 2026-11-01", "endoflife.date" */
	struct slice path;      /* of a runtime: the first file that told of it */
	uint64_t packages;      /* of a runtime: how many are of it; 0: the distribution */
};

struct report {
	struct slice tool_version;
	int64_t created;             /* run's now */
	struct slice target;         /* as the user named it */
	enum target_kind kind;
	const struct image *image;   /* NULL: no image */
	struct os_release os;        /* id empty: unknown or none */
	struct package_list packages;/* sorted; ids are their numbers */
	struct assessment_list assessments; /* sorted */
	struct gap_list gaps;        /* sorted */
	struct VEC_OF(struct advisory_provenance) advisories;
	struct VEC_OF(struct coverage_row) coverage;
	struct VEC_OF(struct lifecycle_row) lifecycle; /* the distribution's first */
	struct policy *policy;
	const struct source_table *sources; /* may be NULL */
	uint64_t files_judged;       /* of TARGET_CONFIGURATION */
	bool list_all_packages;
	bool explain;
	struct slice_list explanations; /* --explain: a line for every verdict, cleared ones too */
	bool complete;               /* no blocking gap */
	int exit_code;
};

/* Severity counts of what the policy shows; failed findings only. */
void report_count(const struct report *r, uint64_t counts[SEVERITY_COUNT]);
/*
 * Applies the policy, sorts assessments and gaps, and sets `complete` and
 * `exit_code` (3 outranks 1, and the end of the distribution's support both,
 * where it has an exit code).
 */
void report_finish(struct report *r, struct arena *a);

/* Exit codes of every command. */
enum exit_code {
	EXIT_NONE = 0,       /* nothing at or above the threshold */
	EXIT_FINDINGS = 1,
	EXIT_USAGE = 2,
	EXIT_INCOMPLETE = 3, /* incomplete or failed */
};

#endif
