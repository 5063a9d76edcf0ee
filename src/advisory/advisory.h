/*
 * Advisories as a scan uses them: which records there are, what they cover,
 * and which packages they are about.
 *
 * An advisory set is the index file (built from OSV records, see
 * index_build.h) where there is one, and the baseline compiled into the
 * program, which stands in only for what the index does not cover.
 *
 * Sources: OSV schema 1.7 (ossf.github.io/osv-schema), its section
 * "Evaluation"; the layout of OSV's public bucket.
 */
#ifndef BULWARK_ADVISORY_ADVISORY_H
#define BULWARK_ADVISORY_ADVISORY_H

#include "model/report.h"
#include "model/run.h"
#include "model/vulnerability.h"

struct advisory_options {
	const char *index_path; /* NULL: no index wanted */
	bool no_baseline;	/* the baseline must not stand in */
	bool ubuntu_pro;	/* Ubuntu Pro's fixes count, whatever the target tells of itself */
	bool explain;		/* a line for every verdict, cleared ones too */
};

struct advisory_index;

struct advisory_set {
	struct advisory_options options;
	struct advisory_index *index;	 /* NULL: none */
	struct advisory_index *baseline; /* opened when something is not covered */
	bool refused;			 /* there is an index file, but not one to use */
	struct slice index_path;
	struct error baseline_error; /* why the baseline could not be read */
	struct arena arena;
};

/*
 * Maps the index.  A path where no file is leaves the set without an index
 * (advisory_match says so by a gap).  An index that is truncated, corrupt,
 * foreign or of another format version is an error whose message says which;
 * the set is then usable without an index, so that a scan can go on with a
 * blocking gap.  Release it in every case.
 */
bool advisory_set_open(struct advisory_set *set, const struct advisory_options *options,
		       struct error *err);
void advisory_set_release(struct advisory_set *set);

/*
 * Matches every package and adds to the run and the report what a reader must
 * know of it:
 *
 *  - ret: one match for each vulnerability of each package, in the order of
 *    the packages and then by vulnerability id; cleared ones
 *    (MATCH_NOT_AFFECTED) only where options.explain is set.
 *  - report->advisories, report->coverage, and with options.explain
 *    report->explanations.
 *  - gaps of the run: no index, an ecosystem or release without coverage or
 *    covered by the baseline only (blocking), records older than a week
 *    (a note), packages whose version cannot be compared though records name
 *    them, a corrupt block of the index (blocking; the rest is still matched).
 *
 * Everything lives in the run's arena, apart from texts of the records, which
 * point into the mapped index: keep the set open as long as the matches.
 */
void advisory_match(struct advisory_set *set, const struct package_list *packages, struct run *run,
		    struct report *report, struct match_list *ret);

/*
 * report->coverage: `covered` is true only where the index covers; where the
 * baseline stands in, `source` is ADVISORY_BASELINE and `covered` false.
 */

/* How old the newest record of an ecosystem may be before a report names it. */
#define ADVISORY_STALE_SECONDS ((int64_t)7 * 24 * 3600)

/* What `db status` shows. */
struct advisory_source_row {
	struct slice name;   /* what was read: "PyPI/all.zip", or the feed */
	struct slice digest; /* "sha256:..." of its records, whatever they were brought in */
	struct slice feed;   /* the feed's name; empty: OSV records */
	int64_t dated;	     /* of a feed, TIMESTAMP_NONE: not told */
	uint64_t bytes;
	uint64_t records;			     /* read */
	uint64_t withdrawn, errata, without_package; /* left out, and why */
	uint64_t broken;			     /* unreadable */
	struct slice first_error;		     /* of the unreadable ones */
};

/* An ecosystem and release whose records the index holds. */
struct advisory_coverage_row {
	struct slice ecosystem; /* "Debian:12", "npm" */
	bool known;		/* the program has a row for the ecosystem */
	int64_t newest;		/* TIMESTAMP_NONE: no usable date */
	uint64_t records;
	uint64_t packages;
};

struct advisory_status {
	struct slice path;
	struct slice digest; /* "sha256:...": what reports pin */
	uint32_t format;
	uint64_t bytes;
	int64_t created;
	int64_t newest;
	uint64_t records, packages, string_bytes;
	struct VEC_OF(struct advisory_source_row) sources;
	struct VEC_OF(struct advisory_coverage_row) coverage;
};

/* Of the set's index; false when it has none or it is damaged. */
bool advisory_status(const struct advisory_set *set, struct arena *a, struct advisory_status *ret,
		     struct error *err);
/* Reads every byte and compares all checksums and the digest. */
bool advisory_verify(const struct advisory_set *set, struct error *err);

/* How a record names an identifier. */
enum advisory_relation {
	ADVISORY_RECORD, /* it is the record's own */
	ADVISORY_ALIAS,
	ADVISORY_UPSTREAM, /* the record is about it, or fixes it among others */
	ADVISORY_RELATED,
	ADVISORY_RELATIONS,
};

const char *advisory_relation_name(enum advisory_relation relation);

struct advisory_found {
	struct slice id;
	enum advisory_relation relation;
	struct slice_list aliases, upstream, references;
	struct slice_list packages; /* "Debian:12 openssl", sorted */
	struct slice summary;
	int64_t published, modified;
};

struct advisory_found_list VEC_OF(struct advisory_found);

/* What the feeds know of a CVE. */
struct advisory_facts {
	bool known_exploited, ransomware, has_epss;
	int64_t exploited_since; /* TIMESTAMP_NONE: not told */
	double epss, epss_percentile;
};

/*
 * Every record of the set's index that names the identifier, whatever its case
 * and whoever gave it, sorted by id.  Goes through the whole index.
 */
bool advisory_find(const struct advisory_set *set, struct slice id, struct arena *a,
		   struct advisory_found_list *ret, struct advisory_facts *facts,
		   struct error *err);

#endif
