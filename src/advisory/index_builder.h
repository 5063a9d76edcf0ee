/* What the files of the layout share while an index is made; nothing outside includes it. */
#ifndef BULWARK_ADVISORY_INDEX_BUILDER_H
#define BULWARK_ADVISORY_INDEX_BUILDER_H

#include "advisory/feed.h"
#include "advisory/index.h"
#include "advisory/index_layout.h"
#include "base/map.h"
#include "model/cvss.h"
#include "model/severity.h"

/* Who lends before whom: those who rate the flaw itself before those who rate their build of it. */
enum lender { LENDER_GHSA, LENDER_NVD, LENDER_ECOSYSTEM, LENDER_DISTRIBUTION };

/* A severity that a record, or NVD, could lend to the others of its CVE. */
struct build_loan {
	struct names_cve cve;
	enum lender lender;
	unsigned rank; /* of the kind of severity, lower is better */
	enum osv_severity_kind kind;
	struct slice text, source;
	enum severity severity;
	enum cvss_version version;
	double score;
};

/* Facts of the feeds, with texts that are not in the string section yet. */
struct build_facts {
	struct VEC_OF(struct feed_fact) of[FEED_FACT_KINDS];
	struct VEC_OF(struct build_loan) lent; /* one for each CVE: the rows of INDEX_LENT */
};

struct build_record {
	struct osv_record osv;
	uint32_t group;
};

struct build_affected {
	uint32_t record;
	const struct osv_affected *osv;
};

struct build_package {
	uint64_t hash;
	struct slice ecosystem, name;
	struct VEC_OF(struct build_affected) affected;
};

struct build_coverage {
	struct slice ecosystem;
	int64_t newest;
	uint32_t records, packages, last_record;
};

struct build_counts {
	uint32_t records, skipped[OSV_SKIPS];
	uint32_t facts; /* of a feed */
};

struct builder {
	struct arena arena;
	const struct index_input_list *inputs;
	int64_t now;
	int64_t newest;
	struct build_counts *counts; /* of each input */
	struct VEC_OF(struct build_record) records;
	struct VEC_OF(struct build_package) packages;
	struct VEC_OF(struct build_coverage) coverage;
	struct VEC_OF(struct slice_list) groups;
	struct map strings; /* text -> offset */
	struct build_facts facts;
	struct buf sections[INDEX_SECTIONS];
	struct error *err;
};

/* The reference of a text in the string section. */
uint32_t index_builder_string(struct builder *b, struct slice s);

/* Decodes what the feeds' readers answered. */
bool index_facts_read(struct builder *b);
/* Sorts the facts and chooses the loans; the records are there. */
void index_facts_prepare(struct builder *b);
/* Writes their sections, after the records: theirs are the texts that are read together. */
void index_facts_write(struct builder *b);
/* Sets the rows of the facts, once they are prepared, where the group has one CVE. */
void index_facts_link(const struct builder *b, const struct slice_list *ids,
		      struct index_group *row);

#endif
