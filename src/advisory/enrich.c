/* What the feeds add to a finding: exploits, scores, lent severities, the tracker's word. */
#include <stdlib.h>

#include "advisory/feed.h"
#include "advisory/index_facts.h"
#include "advisory/match.h"
#include "base/cleanup.h"

struct enricher {
	const struct match_query *query;
	const struct advisory_index *index;
	struct arena *arena;
	struct match_verdict *verdict;
	struct vulnerability *v;
	bool several; /* an erratum for several CVEs */
	struct error *err;
};

static int compare_ids(const void *a, const void *b)
{
	return names_identifier_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* The CVEs of an erratum, each once. */
static void list_fixes(struct enricher *e)
{
	struct slice_list *fixes = &e->v->fixes;
	size_t kept = 0;

	if (e->verdict->erratum)
		vec_each(id, &e->verdict->fixes)
			if (slice_starts(*id, SLICE("CVE-")))
				*vec_add(e->arena, fixes) = *id;
	if (fixes->count > 1)
		qsort(fixes->items, fixes->count, sizeof(*fixes->items), compare_ids);
	for (size_t i = 0; i < fixes->count; i++)
		if (!kept || !slice_eq(fixes->items[kept - 1], fixes->items[i]))
			fixes->items[kept++] = fixes->items[i];
	fixes->count = kept;
}

/* ------------------------------------------------------------------ exploits */

static bool add_exploits(struct enricher *e, struct names_cve cve)
{
	const struct index_exploited *exploited;
	const struct index_score *score;

	if (!index_find_exploited(e->index, cve, &exploited, e->err) ||
	    !index_find_score(e->index, cve, &score, e->err))
		return false;
	if (exploited) {
		e->v->known_exploited = true;
		e->v->ransomware = e->v->ransomware || (exploited->flags & FEED_RANSOMWARE);
		if (e->v->exploited_since == TIMESTAMP_NONE ||
		    (exploited->since != TIMESTAMP_NONE && exploited->since < e->v->exploited_since))
			e->v->exploited_since = exploited->since;
	}
	if (score && (!e->v->has_epss || (double)score->probability / FEED_ONE > e->v->epss)) {
		e->v->has_epss = true;
		e->v->epss = (double)score->probability / FEED_ONE;
		e->v->epss_percentile = (double)score->percentile / FEED_ONE;
	}
	return true;
}

/* ------------------------------------------------------------------ severity */

static bool judge_lent(uint32_t kind, struct slice text, enum severity *ret,
		       enum cvss_version *ret_version)
{
	char digits[16];
	double score;
	char *end;

	*ret_version = CVSS_NONE;
	if (kind == OSV_WORD)
		return severity_parse(text, ret);
	if (kind <= OSV_CVSS_V4 && !cvss_score(text, ret_version, &score, NULL))
		return false;
	if (kind == OSV_SCORE) {
		if (text.len >= sizeof(digits))
			return false;
		memcpy(digits, text.data, text.len);
		digits[text.len] = '\0';
		score = strtod(digits, &end);
		if (end == digits || *end || !(score >= 0 && score <= 10))
			return false;
	} else if (kind > OSV_CVSS_V4) {
		return false;
	}
	*ret = severity_from_score(score);
	return true;
}

/* The highest of what the CVEs lend stands for an erratum. */
static bool lend(struct enricher *e, struct names_cve cve, struct slice id)
{
	const struct index_lent *row;
	enum cvss_version version;
	struct slice text, source;
	enum severity severity;

	if (!index_find_lent(e->index, cve, &row, e->err))
		return false;
	if (!row)
		return true;
	if (!index_string(e->index, row->text, &text, e->err) ||
	    !index_string(e->index, row->source, &source, e->err))
		return false;
	if (!judge_lent(row->kind, text, &severity, &version) || severity <= e->v->severity)
		return true;
	e->v->severity = severity;
	e->v->severity_source = arena_printf(
		e->arena, "lent by %.*s (%s%s)%s%.*s", SLICE_ARG(source),
		row->kind == OSV_WORD	 ? "word"
		: row->kind == OSV_SCORE ? "CVSS"
					 : "CVSS:",
		cvss_version_name(version), e->several ? " for " : "",
		SLICE_ARG(e->several ? id : SLICE_EMPTY));
	return true;
}

/* -------------------------------------------------------------------- states */

static bool add_state(struct enricher *e, struct names_cve cve)
{
	const struct index_state *row;

	if (!index_find_state(e->index, e->query->keys->items[0], e->query->lookup.name, cve, &row,
			      e->err))
		return false;
	if (!row)
		return true;
	uint32_t status = FEED_STATE_STATUS(row->value), urgency = FEED_STATE_URGENCY(row->value);
	if (status < VENDOR_STATUSES)
		e->verdict->vendor_status = (enum vendor_status)status;
	if (!index_string(e->index, row->text, &e->verdict->vendor_reason, e->err))
		return false;
	if (slice_empty(e->v->severity_source) && urgency > SEVERITY_UNKNOWN &&
	    urgency < SEVERITY_COUNT) {
		e->v->severity = (enum severity)urgency;
		e->v->severity_source = SLICE("vendor");
	}
	return true;
}

/* ---------------------------------------------------------------------- all */

static bool add_facts(struct enricher *e, const struct slice *ids, size_t count)
{
	bool unrated = slice_empty(e->v->severity_source);

	for (size_t i = 0; i < count; i++) {
		struct names_cve cve;

		if (!names_cve(ids[i], &cve))
			continue;
		if (!add_exploits(e, cve))
			return false;
		if (!e->v->fixes.count && !add_state(e, cve))
			return false;
		if (unrated && (e->v->fixes.count || slice_empty(e->v->severity_source)) &&
		    !lend(e, cve, ids[i]))
			return false;
	}
	return true;
}

bool match_enrich(const struct match_query *q, struct arena *a, struct match_verdict *verdict,
		  struct error *err)
{
	struct enricher e = {
		.query = q,
		.index = q->facts,
		.arena = a,
		.verdict = verdict,
		.v = verdict->vulnerability,
		.err = err,
	};

	list_fixes(&e);
	e.several = e.v->fixes.count > 1;
	if (!q->facts)
		return true;
	if (e.v->fixes.count)
		return add_facts(&e, e.v->fixes.items, e.v->fixes.count);
	return add_facts(&e, &e.v->id, 1) &&
	       (slice_starts(e.v->id, SLICE("CVE-")) ||
		add_facts(&e, e.v->aliases.items, e.v->aliases.count));
}
