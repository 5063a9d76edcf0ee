/*
 * The advisory index as it lies on disk.  It is written once, mapped, and used
 * without parsing.
 *
 *	header | checksum table | sections
 *
 * All integers are little-endian, all sections start at multiples of 8.  Rows
 * name each other by number and texts by their offset in the string section,
 * where a text is a 16-bit length and its bytes; offset 0 is the empty text.
 *
 * From `body` on the file is cut into blocks of 4 KiB (the last one may be
 * shorter); the checksum table holds the CRC-32C of each.  A reader compares a
 * block's checksum when it first touches the block, so that opening costs
 * nothing and a damaged disk is found out before a wrong verdict is.  The
 * header's checksum covers the header and the table and is compared at open.
 *
 * `digest` is the SHA-256 of the whole file with `digest` and `checksum` taken
 * as zero.  The builder computes it; reports pin it; opening does not
 * recompute it (the checksums find damage, not forgery), index_verify does.
 *
 * Any change of layout or of what the builder decides (sorting of events,
 * dropping of versions) raises INDEX_FORMAT.
 */
#ifndef BULWARK_ADVISORY_INDEX_FORMAT_H
#define BULWARK_ADVISORY_INDEX_FORMAT_H

#include <stdint.h>

#define INDEX_MAGIC	 "BWADVIDX"
#define INDEX_FORMAT	 2u
#define INDEX_BLOCK	 4096u
#define INDEX_FANOUT_MAX 20u

enum index_section {
	INDEX_SOURCES,
	INDEX_COVERAGE,
	INDEX_FANOUT,	/* uint32_t: first package at or above each value of the hash's top bits */
	INDEX_PACKAGES, /* sorted by hash, ecosystem, name */
	INDEX_AFFECTED, /* of each package together */
	INDEX_RANGES,
	INDEX_EVENTS,
	INDEX_RECORDS, /* sorted by id */
	INDEX_GROUPS,
	INDEX_SEVERITIES,
	INDEX_EXPLOITED, /* of the KEV catalogue; sorted by CVE, as are the next two */
	INDEX_SCORES,	 /* EPSS */
	INDEX_LENT,	 /* the severity that a CVE lends to records that tell none */
	INDEX_STATES,	 /* of distributions' trackers; sorted by package hash, CVE */
	INDEX_CYCLES,	 /* ends of life; sorted by product, cycle */
	INDEX_LISTS,	 /* uint32_t: string references */
	INDEX_STRINGS,	 /* bytes */
	INDEX_SECTIONS,
};

struct index_extent {
	uint64_t offset; /* in the file */
	uint64_t count;	 /* rows */
};

struct index_header {
	char magic[8];
	uint32_t format;
	uint32_t header_bytes;
	uint64_t file_bytes;
	int64_t created;
	int64_t newest; /* newest record, INT64_MIN: none */
	uint64_t body;	/* offset of the first block */
	uint32_t block_bytes;
	uint32_t block_count;
	uint32_t fanout_bits;
	uint32_t reserved;
	struct index_extent sections[INDEX_SECTIONS];
	uint8_t digest[32];
	uint32_t checksum;
	uint32_t padding;
};

struct index_source {
	uint32_t name, digest, first_error;
	uint32_t feed; /* the feed's name, empty: OSV records */
	uint32_t records, withdrawn, errata, without_package, broken;
	uint32_t reserved;
	uint64_t bytes;
	int64_t dated; /* of a feed, INT64_MIN: not told */
};

struct index_coverage {
	uint32_t ecosystem;
	uint32_t records;
	uint32_t packages;
	uint32_t reserved;
	int64_t newest;
};

struct index_span {
	uint32_t first, count;
};

struct index_package {
	uint64_t hash; /* index_package_hash */
	uint32_t ecosystem, name;
	struct index_span affected;
};

enum index_affected_flag {
	INDEX_MODULAR = 1,
};

struct index_affected {
	uint32_t record;
	uint32_t flags;
	uint32_t modules;
	struct index_span ranges;
	struct index_span versions; /* in INDEX_LISTS, sorted by bytes */
	struct index_span severities;
};

struct index_range {
	struct index_span events;
};

struct index_event {
	uint32_t version;
	uint32_t kind; /* enum range_event_kind */
};

enum index_record_flag {
	INDEX_RECORD_EXPLOITED = 1,
	INDEX_ERRATUM =
		2, /* fixes what `upstream` lists, and is not itself the record of one of them */
};

struct index_record {
	int64_t published, modified;
	uint32_t id;
	uint32_t group;
	uint32_t summary;
	uint32_t flags;
	struct index_span aliases, upstream, related, references; /* in INDEX_LISTS */
	struct index_span severities;
};

/* Identifiers that name one vulnerability, the preferred one first. */
struct index_group {
	struct index_span ids; /* in INDEX_LISTS */
	/*
	 * Where the group has one CVE: its rows in INDEX_EXPLOITED, INDEX_SCORES and
	 * INDEX_LENT, counted from 1, 0: none.  With several: INDEX_SEARCH.
	 */
	uint32_t exploited, score, lent;
};

#define INDEX_SEARCH UINT32_MAX

struct index_severity {
	uint32_t kind; /* enum osv_severity_kind */
	uint32_t text;
};

/* Rows about a CVE begin with its year and number. */
struct index_exploited {
	uint32_t year, number;
	int64_t since;	/* INT64_MIN: not told */
	uint32_t flags; /* enum feed_exploited_flag */
	uint32_t reserved;
};

struct index_score {
	uint32_t year, number;
	uint32_t probability, percentile; /* billionths */
};

struct index_lent {
	uint32_t year, number;
	uint32_t kind; /* enum osv_severity_kind */
	uint32_t text;
	uint32_t source;  /* the record that lends, or the feed */
	uint8_t severity; /* enum severity that it comes to */
	uint8_t version;  /* enum cvss_version of a vector */
	uint16_t tenths;  /* its score */
};

struct index_state {
	uint64_t package; /* index_package_hash of "Debian:12" and the source package */
	uint32_t year, number;
	uint32_t value; /* FEED_STATE_VALUE */
	uint32_t text;
};

struct index_cycle {
	uint32_t product, cycle;
	int64_t end, extended; /* FEED_ENDED, FEED_ONGOING; INT64_MIN: not told */
	uint32_t latest, reserved;
};

_Static_assert(sizeof(struct index_header) % 8 == 0, "the table behind the header is aligned");
_Static_assert(sizeof(struct index_source) % 8 == 0 && sizeof(struct index_coverage) % 8 == 0 &&
		       sizeof(struct index_package) % 8 == 0 &&
		       sizeof(struct index_record) % 8 == 0 &&
		       sizeof(struct index_exploited) % 8 == 0 &&
		       sizeof(struct index_state) % 8 == 0 && sizeof(struct index_cycle) % 8 == 0,
	       "rows with 64-bit members stay aligned");

#endif
