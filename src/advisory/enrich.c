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
	struct index_group linked; /* the facts' rows, or INDEX_SEARCH */
	bool several;		   /* an erratum for several CVEs */
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
		vec_each (id, &e->verdict->fixes)
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

/* The row that the group names, or what a search finds; *ret NULL: nothing is known. */
static bool get_row(const struct enricher *e, enum index_section section, uint32_t linked,
		    const void **ret)
{
	*ret = NULL;
	if (!linked)
		return true;
	*ret = index_rows(e->index, section, linked - 1, 1, e->err);
	return *ret != NULL;
}

static bool find_exploits(const struct enricher *e, struct names_cve cve,
			  const struct index_exploited **exploited,
			  const struct index_score **score)
{
	const void *rows[2];

	if (e->linked.exploited == INDEX_SEARCH)
		return index_find_exploited(e->index, cve, exploited, e->err) &&
		       index_find_score(e->index, cve, score, e->err);
	if (!get_row(e, INDEX_EXPLOITED, e->linked.exploited, &rows[0]) ||
	    !get_row(e, INDEX_SCORES, e->linked.score, &rows[1]))
		return false;
	*exploited = rows[0];
	*score = rows[1];
	return true;
}

static bool add_exploits(struct enricher *e, struct names_cve cve)
{
	const struct index_exploited *exploited;
	const struct index_score *score;

	if (!find_exploits(e, cve, &exploited, &score))
		return false;
	if (exploited) {
		e->v->known_exploited = true;
		e->v->ransomware = e->v->ransomware || (exploited->flags & FEED_RANSOMWARE);
		if (e->v->exploited_since == TIMESTAMP_NONE ||
		    (exploited->since != TIMESTAMP_NONE &&
		     exploited->since < e->v->exploited_since))
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

/* The vector goes with the severity, under its lender's name. */
static void add_rating(struct enricher *e, const struct index_lent *row, struct slice vector,
		       struct slice source)
{
	*vec_add(e->arena, &e->v->ratings) = (struct cvss_rating){
		.version = (enum cvss_version)row->version,
		.vector = vector,
		.score = row->tenths / 10.0,
		.source = source,
	};
}

static bool find_loan(const struct enricher *e, struct names_cve cve, const struct index_lent **ret)
{
	const void *row;

	if (e->linked.lent == INDEX_SEARCH)
		return index_find_lent(e->index, cve, ret, e->err);
	bool ok = get_row(e, INDEX_LENT, e->linked.lent, &row);
	*ret = row;
	return ok;
}

/* The highest of what the CVEs lend stands for an erratum. */
static bool lend(struct enricher *e, struct names_cve cve, struct slice id)
{
	const struct index_lent *row;
	struct slice text, source;

	if (!find_loan(e, cve, &row))
		return false;
	if (!row || row->severity <= e->v->severity || row->severity >= SEVERITY_COUNT ||
	    row->version > CVSS_4_0)
		return true;
	if (!index_string(e->index, row->text, &text, e->err) ||
	    !index_string(e->index, row->source, &source, e->err))
		return false;
	if (row->version != CVSS_NONE && !e->several)
		add_rating(e, row, text, source);
	e->v->severity = (enum severity)row->severity;
	struct slice parts[] = {
		SLICE("lent by "),
		source,
		row->kind == OSV_WORD ? SLICE(" (word") : SLICE(" (CVSS"),
		row->version == CVSS_NONE ? SLICE_EMPTY : SLICE(":"),
		slice_from_cstr(cvss_version_name((enum cvss_version)row->version)),
		e->several ? SLICE(") for ") : SLICE(")"),
		e->several ? id : SLICE_EMPTY,
	};
	e->v->severity_source = arena_join(e->arena, parts, ARRAY_LEN(parts), SLICE_EMPTY);
	return true;
}

/* -------------------------------------------------------------------- states */

static bool add_state(struct enricher *e, struct names_cve cve)
{
	const struct index_state *row;

	/* Most indexes and ecosystems have no tracker: not worth the hash of the name. */
	if (!index_count(e->index, INDEX_STATES))
		return true;
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

/* Rows are linked within one index; another one's, or an erratum's CVEs, are searched for. */
static bool link_rows(struct enricher *e, uint32_t group)
{
	e->linked = (struct index_group){
		.exploited = INDEX_SEARCH,
		.score = INDEX_SEARCH,
		.lent = INDEX_SEARCH,
	};
	if (e->index != e->query->index || e->v->fixes.count)
		return true;
	const struct index_group *row = index_rows(e->index, INDEX_GROUPS, group, 1, e->err);
	if (row)
		e->linked = *row;
	return row != NULL;
}

bool match_enrich(const struct match_query *q, uint32_t group, struct arena *a,
		  struct match_verdict *verdict, struct error *err)
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
	if (!link_rows(&e, group))
		return false;
	if (e.v->fixes.count)
		return add_facts(&e, e.v->fixes.items, e.v->fixes.count);
	return add_facts(&e, &e.v->id, 1) &&
	       (slice_starts(e.v->id, SLICE("CVE-")) ||
		add_facts(&e, e.v->aliases.items, e.v->aliases.count));
}
