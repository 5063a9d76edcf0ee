/*
 * Feeds: what is known of vulnerabilities and releases beyond OSV's records.
 * One row of a table for each: where it is, what reads it, under which terms.
 *
 * A feed's files come from a mirror (below `extra/`) or from their public
 * addresses; the index builder reads them in a confined worker, and the index
 * keeps the facts that they tell.
 *
 * Formats: CISA's KEV catalogue schema; FIRST's EPSS csv; endoflife.date's API
 * v0 (a file for each product) and v1 (`/products/full`); the Debian security
 * tracker's `data/json`; Alpine's and Wolfi's secdb; NVD's JSON 2.0 data feeds.
 */
#ifndef BULWARK_ADVISORY_FEED_H
#define BULWARK_ADVISORY_FEED_H

#include "advisory/names.h"
#include "advisory/osv.h"

enum feed_fact_kind {
	FEED_EXPLOITED, /* cve, date (since), flags */
	FEED_SCORE,	/* cve, value (probability), percentile */
	FEED_CYCLE,	/* scope (product), name (cycle), date (end), extended, text (latest) */
	FEED_STATE,	/* cve, scope ("Debian:12"), name (source package), value, text (reason) */
	FEED_RATING,	/* cve, text (CVSS vector) */
	FEED_FACT_KINDS,
};

enum feed_exploited_flag {
	FEED_RANSOMWARE = 1,
};

/* Of a cycle: the release has ended, or has not, and no date is told. */
#define FEED_ENDED   (INT64_MIN + 1)
#define FEED_ONGOING INT64_MAX

/* Of FEED_STATE: enum vendor_status, and the urgency as enum severity. */
#define FEED_STATE_VALUE(status, urgency) ((uint32_t)(status) | (uint32_t)(urgency) << 8)
#define FEED_STATE_STATUS(value)	  ((value)&0xff)
#define FEED_STATE_URGENCY(value)	  ((value) >> 8)

/* Probabilities and percentiles are counted in billionths. */
#define FEED_ONE 1000000000u

struct feed_fact {
	enum feed_fact_kind kind;
	struct names_cve cve;
	struct slice scope, name, text;
	int64_t date, extended; /* TIMESTAMP_NONE: not told */
	uint32_t value, percentile, flags;
};

void feed_fact_encode(const struct feed_fact *f, struct buf *b);
/* Texts point into the cursor's bytes.  False: the bytes are no such fact. */
bool feed_fact_decode(struct cursor *c, struct feed_fact *ret);

/* Where a reader puts what it finds; false stops it. */
struct feed_sink {
	bool (*fact)(void *context, const struct feed_fact *f, struct error *err);
	bool (*record)(void *context, const struct osv_record *r, struct error *err);
	void *context;
};

struct feed_summary {
	uint32_t broken;    /* entries that could not be read, and were passed over */
	struct error first; /* of them */
	int64_t dated;	    /* as of when the feed is, TIMESTAMP_NONE: not told */
};

/*
 * Reads one file.  `stem` is its name without directory and ending
 * ("debian" of "debian.json").  False: the file is none of this feed.
 */
typedef bool feed_reader(struct slice bytes, struct slice stem, const struct feed_sink *sink,
			 struct feed_summary *summary, struct error *err);

struct feed_file {
	const char *path; /* below a mirror; '*' stands for anything in a directory, "current" on
			     the web */
	const char *url;  /* its public address, NULL: none */
};

struct feed_row {
	struct slice name; /* "kev" */
	const char *title;
	const char *licence;
	/* Brought where one of these ecosystems is wanted; empty: always. */
	struct slice ecosystem;
	/* What its records cover; empty: it has no records. */
	struct slice covers;
	bool on_request; /* from the web only where it is named */
	const struct feed_file *files;
	size_t file_count;
	feed_reader *read;
};

extern const struct feed_row feed_rows[];
extern const size_t feed_row_count;

/* NULL: none. */
const struct feed_row *feed_by_name(struct slice name);

/* Readers of one file each, which may be gzip-compressed: inflates it where it is. */
bool feed_read(const struct feed_row *row, struct slice bytes, struct slice stem,
	       const struct feed_sink *sink, struct feed_summary *summary, struct error *err);

/* The rows' readers. */
feed_reader feed_read_kev, feed_read_epss, feed_read_endoflife, feed_read_debian, feed_read_secdb,
	feed_read_nvd;

/* For readers: counts an entry that cannot be read. */
void feed_broken(struct feed_summary *summary, const struct error *why);

/* Feed files found in a directory in the mirror's layout, sorted; for the builder. */
bool feed_find_files(const struct feed_row *row, const char *directory, struct arena *a,
		     struct slice_list *ret, struct error *err);

#endif
