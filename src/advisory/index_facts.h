/*
 * Look-ups of facts in a mapped index: exploits, scores, lent severities,
 * states, ends of life.  Each answers false when the index is damaged, and
 * NULL where nothing is known.
 */
#ifndef BULWARK_ADVISORY_INDEX_FACTS_H
#define BULWARK_ADVISORY_INDEX_FACTS_H

#include "advisory/index.h"
#include "advisory/names.h"

bool index_find_exploited(const struct advisory_index *index, struct names_cve cve,
			  const struct index_exploited **ret, struct error *err);
bool index_find_score(const struct advisory_index *index, struct names_cve cve,
		      const struct index_score **ret, struct error *err);
bool index_find_lent(const struct advisory_index *index, struct names_cve cve,
		     const struct index_lent **ret, struct error *err);
/* `ecosystem` with its release ("Debian:12"), `package` the source package. */
bool index_find_state(const struct advisory_index *index, struct slice ecosystem,
		      struct slice package, struct names_cve cve, const struct index_state **ret,
		      struct error *err);
bool index_find_cycle(const struct advisory_index *index, struct slice product, struct slice cycle,
		      const struct index_cycle **ret, struct error *err);

#endif
