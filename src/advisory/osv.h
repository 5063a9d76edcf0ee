/*
 * One advisory record: read from OSV's JSON, and its flat form.
 *
 * Source: OSV schema 1.7.  Kept is what matching and reports need; of the
 * details only the first line, and that only where there is no summary.  GIT
 * ranges are left out: no inventory knows commits.
 *
 * Reading normalises what matching must not have to think about:
 *  - events are sorted by the ecosystem's ordering, as OSV's evaluation
 *    demands (range.h says how equal versions are ordered);
 *  - `versions` that lie in one of the ranges are dropped: the range says the
 *    same, in less room;
 *  - Go's `custom_ranges` stand in for a range without an end, where their
 *    versions can be ordered; v0.0.0 pseudo-versions stay affected;
 *  - an RPM erratum that names several rebuilds of one version as fixed keeps
 *    the lowest of them: each of them holds the fix.
 */
#ifndef BULWARK_ADVISORY_OSV_H
#define BULWARK_ADVISORY_OSV_H

#include "advisory/range.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "base/vec.h"
#include "format/node.h"

enum osv_severity_kind {
	OSV_CVSS_V2, /* text is a vector */
	OSV_CVSS_V3,
	OSV_CVSS_V4,
	OSV_WORD,	   /* the vendor's word: "HIGH", "Important", "negligible" */
	OSV_SCORE,	   /* a bare number, "7.5"; the CVSS version is not told */
	OSV_INFORMATIONAL, /* no vulnerability: RustSec's "unmaintained", "unsound", "notice" */
	OSV_MALICIOUS,	   /* the package itself is the attack */
	OSV_SEVERITY_KINDS,
};

struct osv_severity {
	enum osv_severity_kind kind;
	struct slice text;
};

struct osv_severity_list VEC_OF(struct osv_severity);

struct osv_range {
	struct range_event_list events; /* sorted */
};

struct osv_range_list VEC_OF(struct osv_range);

struct osv_affected {
	struct slice ecosystem; /* key of look-ups, see names.h: "Debian:12", "npm" */
	struct slice name;	/* normalised as the ecosystem demands */
	struct slice modules;	/* RPM module streams, space-separated: "nodejs:12" */
	bool modular;		/* the fix is in a module's build */
	struct osv_range_list ranges;
	struct slice_list versions; /* sorted by bytes */
	struct osv_severity_list severities;
};

struct osv_affected_list VEC_OF(struct osv_affected);

enum osv_skip {
	OSV_KEPT,
	OSV_WITHDRAWN,
	OSV_ERRATUM,	/* a bug-fix or enhancement erratum that names no CVE */
	OSV_NO_PACKAGE, /* nothing left that an inventory could hold */
	OSV_SKIPS,
};

struct osv_record {
	struct slice id;
	struct slice_list aliases, upstream, related;
	int64_t published, modified; /* TIMESTAMP_NONE: not told */
	enum osv_skip skip;
	bool known_exploited; /* database_specific.kev: the baseline's word for CISA's catalogue */
	struct slice summary;
	struct osv_severity_list severities;
	struct osv_affected_list affected;
	struct slice_list references; /* advisories first, at most OSV_REFERENCES */
};

#define OSV_REFERENCES	12
#define OSV_SUMMARY_MAX ((size_t)300)

/*
 * Reads a record.  Texts may point into `text`, so both it and the arena must
 * outlive the record.  ERR_FORMAT: no JSON, no id, an event that is none.
 */
bool osv_parse(struct slice text, struct arena *a, struct osv_record *ret, struct error *err);
/* The same from a tree. */
bool osv_read(const struct node *root, struct arena *a, struct osv_record *ret, struct error *err);

void osv_encode(const struct osv_record *r, struct buf *b);
/* Texts point into the cursor's bytes.  False: the bytes are no such record. */
bool osv_decode(struct cursor *c, struct arena *a, struct osv_record *ret);

/* Do two entries say the same of one package: one range, from the start to one fix? */
bool osv_same_fix(const struct osv_affected *a, const struct osv_affected *b);

/*
 * The CVE that a distribution's record is about by its own name: CVE-2021-1
 * of DEBIAN-CVE-2021-1, where `upstream` names it too.  Empty: none.
 */
struct slice osv_own_cve(const struct osv_record *r);

#endif
