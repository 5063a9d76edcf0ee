/*
 * What an index says of one package in one version.  Source: OSV schema 1.7,
 * "Evaluation": a version is affected when it is listed or lies in a range.
 *
 * Records that name one vulnerability (connected through `aliases` within the
 * index, or a distribution's record named after its CVE) make one finding.
 * `related` and `upstream` are not folded: an erratum that fixes several CVEs
 * is a finding of its own that lists them as related, unless every one of
 * those CVEs is a finding for the same package already; then the erratum is
 * one more record of those.
 */
#ifndef BULWARK_ADVISORY_MATCH_H
#define BULWARK_ADVISORY_MATCH_H

#include "advisory/index.h"
#include "advisory/names.h"
#include "model/vulnerability.h"

/* One record's entry for the package, looked at. */
struct match_entry {
	uint32_t group, record;
	const struct index_affected *affected;
	bool hit;
	struct slice range;	 /* of a hit: "< 1.2", "= 1.0" */
	struct slice fixed;	 /* of a hit: the version that ends its stretch; empty: none */
	struct slice comparison; /* only where explanations are wanted */
};

struct match_entry_list VEC_OF(struct match_entry);

/* One vulnerability's verdict. */
struct match_verdict {
	struct vulnerability *vulnerability;
	enum match_status status;
	struct slice_list fixed_versions;
	struct slice affected_range;
	struct slice explanation; /* the comparison and the record that decided */
	bool erratum;		  /* all its records are errata, which fix ... */
	struct slice_list fixes;  /* ... these */
	enum vendor_status vendor_status;
	struct slice vendor_reason;
};

struct match_verdict_list VEC_OF(struct match_verdict);

struct match_answer {
	struct match_verdict_list verdicts; /* by vulnerability id */
	struct slice_list lines;	    /* with explain: one for each entry, by record id */
	bool known;			    /* some record names the package */
	bool incomparable;		    /* ... and its version cannot be compared with them */
};

struct match_query {
	const struct advisory_index *index;
	const struct advisory_index *facts; /* whose feeds and lent severities count; NULL: none */
	enum advisory_source source;
	const struct package *package; /* of its kind; the names and versions are those of lookup */
	struct names_lookup lookup;
	const struct names_keys *keys;
	bool explain;	       /* lines, and verdicts that clear */
	struct arena *scratch; /* cleared by each look-up */
};

/* False: the index is damaged. */
bool match_package(const struct match_query *q, struct arena *a, struct match_answer *ret,
		   struct error *err);

/* The vulnerability that the entries' records make, `count` at least 1. */
bool match_fold(const struct match_query *q, const struct match_entry *entries, size_t count,
		struct arena *a, struct vulnerability *ret, struct error *err);

/* Adds what the feeds know to a verdict that finds something; `group` is its records' in q->index.
 */
bool match_enrich(const struct match_query *q, uint32_t group, struct arena *a,
		  struct match_verdict *verdict, struct error *err);

#endif
