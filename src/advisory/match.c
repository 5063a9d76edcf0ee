#include "advisory/match.h"

#include <stdlib.h>

#include "base/map.h"
#include "version/version.h"

/* Steps from one fixed version to the next, where the first is itself affected. */
#define FIX_STEPS 32

struct matcher {
	const struct match_query *query;
	const struct advisory_index *index;
	enum version_scheme scheme;
	struct arena *arena;   /* of the answer */
	struct arena *scratch; /* of this look-up */
	struct match_entry_list entries;
	struct error *err;
};

/* -------------------------------------------------------------- evaluation */

static bool load_range(const struct matcher *m, const struct index_range *range,
		       struct range_event **ret, struct arena *a)
{
	const struct index_event *rows = index_rows(m->index, INDEX_EVENTS, range->events.first,
						    range->events.count, m->err);

	if (!rows)
		return false;
	*ret = arena_new_array(a, struct range_event, range->events.count);
	for (uint32_t i = 0; i < range->events.count; i++) {
		if (rows[i].kind >= RANGE_EVENT_KINDS)
			return error_set(m->err, ERR_FORMAT, "%.*s: an event of unknown kind",
					 SLICE_ARG(m->index->name));
		(*ret)[i].kind = (enum range_event_kind)rows[i].kind;
		if (!index_string(m->index, rows[i].version, &(*ret)[i].version, m->err))
			return false;
	}
	return true;
}

/* The verdict of the first range that holds the version, else of the last that does not. */
static bool evaluate_ranges(const struct matcher *m, const struct index_affected *affected,
			    struct slice version, struct range_verdict *ret, struct arena *a)
{
	const struct index_range *ranges = index_rows(
		m->index, INDEX_RANGES, affected->ranges.first, affected->ranges.count, m->err);

	*ret = (struct range_verdict){0};
	if (!ranges)
		return false;
	for (uint32_t i = 0; i < affected->ranges.count; i++) {
		struct range_event *events;

		if (!load_range(m, &ranges[i], &events, a))
			return false;
		struct range_verdict v =
			range_evaluate(m->scheme, events, ranges[i].events.count, version);
		if (v.affected) {
			*ret = v;
			return true;
		}
		/* Several ranges clear it: the end below and the start above are worth telling. */
		if (v.to)
			ret->to = v.to;
		if (v.from && !ret->from)
			ret->from = v.from;
	}
	return true;
}

/* Listed ones are sorted by bytes. */
static bool is_listed(const struct matcher *m, const struct index_affected *affected,
		      struct slice version, bool *ret)
{
	uint32_t count = affected->versions.count, low = 0, high = count;
	const uint32_t *rows =
		index_rows(m->index, INDEX_LISTS, affected->versions.first, count, m->err);

	*ret = false;
	if (!rows)
		return false;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct slice text;

		if (!index_string(m->index, rows[middle], &text, m->err))
			return false;
		int order = slice_cmp(text, version);
		if (order == 0) {
			*ret = true;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* Without ranges the list is all there is: "1.0" then also means "1.0.0". */
	for (uint32_t i = 0;
	     i < count && !affected->ranges.count && m->scheme != VERSION_NONE && !*ret; i++) {
		struct slice text;

		if (!index_string(m->index, rows[i], &text, m->err))
			return false;
		*ret = version_compare(m->scheme, text, version) == 0;
	}
	return true;
}

static bool is_modular(const struct match_query *q)
{
	struct slice v = q->lookup.version;

	return !slice_empty(q->package->module_stream) ||
	       slice_find(v, SLICE(".module_")) < v.len || slice_find(v, SLICE(".module+")) < v.len;
}

static bool lists_word(struct slice words, struct slice word)
{
	struct slice item;

	while (slice_next(&words, ' ', &item))
		if (slice_eq(item, word))
			return true;
	return false;
}

/* RPM modules: builds of another stream, or outside of modules, say nothing of this one. */
static bool other_stream(const struct matcher *m, const struct index_affected *affected, bool *ret)
{
	struct slice modules, stream = names_stream(m->query->package->module_stream);
	bool modular = affected->flags & INDEX_MODULAR;

	*ret = false;
	if (m->scheme != VERSION_REDHAT)
		return true;
	if (!index_string(m->index, affected->modules, &modules, m->err))
		return false;
	*ret = modular != is_modular(m->query) ||
	       (modular && !slice_empty(stream) && !slice_empty(modules) &&
		!lists_word(modules, stream));
	return true;
}

static void tell(const struct matcher *m, struct match_entry *e, struct slice comparison)
{
	if (m->query->explain)
		e->comparison = arena_copy(m->arena, comparison);
}

static bool judge(const struct matcher *m, struct match_entry *e)
{
	struct slice version = m->query->lookup.version;
	struct range_verdict v;
	bool other, listed;

	if (!other_stream(m, e->affected, &other))
		return false;
	if (other) {
		tell(m, e, SLICE("another module stream"));
		return true;
	}
	if (!evaluate_ranges(m, e->affected, version, &v, m->scratch) ||
	    !is_listed(m, e->affected, version, &listed))
		return false;
	if (v.affected) {
		e->hit = true;
		e->range = range_describe(&v, m->arena);
		if (v.to && v.to->kind == RANGE_FIXED)
			e->fixed = v.to->version;
	} else if (listed) {
		e->hit = true;
		e->range = arena_printf(m->arena, "= %.*s", SLICE_ARG(version));
	}
	if (!m->query->explain)
		return true;
	if (v.affected || (!listed && (v.from || v.to)))
		tell(m, e, range_compare_text(&v, version, m->scratch));
	else if (listed)
		tell(m, e, arena_printf(m->scratch, "%.*s is listed", SLICE_ARG(version)));
	else if (e->affected->versions.count)
		tell(m, e, arena_printf(m->scratch, "%.*s is not listed", SLICE_ARG(version)));
	else
		tell(m, e,
		     e->affected->ranges.count
			     ? SLICE("versions of this ecosystem have no order here")
			     : SLICE("the record names no versions"));
	return true;
}

/* ------------------------------------------------------------------ gather */

static bool add_entries(struct matcher *m, const struct index_package *package)
{
	const struct index_affected *rows = index_rows(
		m->index, INDEX_AFFECTED, package->affected.first, package->affected.count, m->err);

	if (!rows)
		return false;
	for (uint32_t i = 0; i < package->affected.count; i++) {
		const struct index_record *record =
			index_rows(m->index, INDEX_RECORDS, rows[i].record, 1, m->err);

		if (!record)
			return false;
		*vec_add(m->scratch, &m->entries) = (struct match_entry){
			.group = record->group,
			.record = rows[i].record,
			.affected = &rows[i],
			.range = SLICE_EMPTY,
			.fixed = SLICE_EMPTY,
			.comparison = SLICE_EMPTY,
		};
	}
	return true;
}

/* Hits first within a record, so that the entry that decided stands for it. */
static int compare_entries(const void *x, const void *y)
{
	const struct match_entry *a = x, *b = y;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	if (a->hit != b->hit)
		return a->hit ? -1 : 1;
	return a->affected < b->affected ? -1 : a->affected > b->affected;
}

static int compare_entry_records(const void *x, const void *y)
{
	const struct match_entry *a = x, *b = y;

	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return a->affected < b->affected ? -1 : a->affected > b->affected;
}

/* ---------------------------------------------------------- fixed versions */

/* Is the version affected by an entry, and where would that one be fixed? */
static bool affected_still(const struct matcher *m, const struct match_entry *entries, size_t count,
			   struct slice version, bool *ret, struct slice *ret_next)
{
	*ret = false;
	*ret_next = SLICE_EMPTY;
	for (size_t i = 0; i < count; i++) {
		struct range_verdict v;
		bool other;

		if (!other_stream(m, entries[i].affected, &other))
			return false;
		if (other)
			continue;
		if (!evaluate_ranges(m, entries[i].affected, version, &v, m->scratch))
			return false;
		if (v.affected) {
			*ret = true;
			if (v.to && v.to->kind == RANGE_FIXED)
				*ret_next = v.to->version;
			return true;
		}
	}
	return true;
}

/* Adds what the list does not hold yet. */
static void add_text(struct slice_list *list, struct slice v, struct arena *a)
{
	vec_each (known, list)
		if (slice_eq(*known, v))
			return;
	*vec_add(a, list) = v;
}

static int compare_versions(const void *a, const void *b, void *scheme)
{
	const struct slice *x = a, *y = b;
	int order = version_compare(*(const enum version_scheme *)scheme, *x, *y);

	return order ? order : slice_cmp(*x, *y);
}

/*
 * The ends of the stretches around the version.  One that another record or
 * range still holds for vulnerable is followed to where that one ends; when
 * nothing clean is found, what the records say stands.
 */
static bool fixed_versions(const struct matcher *m, const struct match_entry *entries, size_t count,
			   struct slice_list *ret)
{
	struct slice_list told = {0}, clean = {0};

	for (size_t i = 0; i < count; i++)
		if (entries[i].hit && !slice_empty(entries[i].fixed) && told.count < FIX_STEPS)
			add_text(&told, entries[i].fixed, m->scratch);
	vec_each (fix, &told) {
		struct slice v = *fix, next;
		bool still = true;

		for (unsigned step = 0; step < FIX_STEPS && still; step++) {
			if (!affected_still(m, entries, count, v, &still, &next))
				return false;
			if (!still)
				add_text(&clean, v, m->arena);
			else if (slice_empty(next) || version_compare(m->scheme, next, v) <= 0)
				break;
			v = next;
		}
	}
	if (!clean.count)
		vec_each (fix, &told)
			*vec_add(m->arena, &clean) = *fix;
	enum version_scheme scheme = m->scheme;
	if (clean.count > 1)
		qsort_r(clean.items, clean.count, sizeof(*clean.items), compare_versions, &scheme);
	*ret = clean;
	return true;
}

/* ---------------------------------------------------------------- verdicts */

static struct slice join_ranges(const struct matcher *m, const struct match_entry *entries,
				size_t count)
{
	struct slice_list ranges = {0};

	for (size_t i = 0; i < count; i++)
		if (entries[i].hit && ranges.count < FIX_STEPS)
			add_text(&ranges, entries[i].range, m->scratch);
	return arena_join(m->arena, ranges.items, ranges.count, SLICE(" || "));
}

/* Of a hit its own reason, of a cleared group the first one's. */
static struct slice explain_group(const struct matcher *m, const struct match_entry *entries,
				  size_t count, const struct vulnerability *v)
{
	const struct match_entry *e = &entries[0];

	for (size_t i = 0; i < count; i++) {
		if (entries[i].hit) {
			e = &entries[i];
			break;
		}
	}
	if (!m->query->explain)
		return SLICE_EMPTY;
	return arena_printf(m->arena, "%.*s (%.*s)", SLICE_ARG(e->comparison),
			    SLICE_ARG(v->record_ids.items[0]));
}

/* The records that a verdict rests on: of a finding only those that hold. */
static bool fold_entries(const struct matcher *m, const struct match_entry *entries, size_t count,
			 bool hit, struct match_verdict *verdict)
{
	struct match_entry_list used = {0};

	verdict->erratum = true;
	for (size_t i = 0; i < count; i++) {
		const struct index_record *r;

		if (entries[i].hit != hit)
			continue;
		*vec_add(m->scratch, &used) = entries[i];
		r = index_rows(m->index, INDEX_RECORDS, entries[i].record, 1, m->err);
		if (!r)
			return false;
		verdict->erratum = verdict->erratum && (r->flags & INDEX_ERRATUM);
		if (verdict->erratum &&
		    !index_list(m->index, r->upstream, m->scratch, &verdict->fixes, m->err))
			return false;
	}
	verdict->vulnerability = arena_new(m->arena, struct vulnerability);
	return match_fold(m->query, used.items, used.count, m->arena, verdict->vulnerability,
			  m->err);
}

static bool add_verdict(const struct matcher *m, const struct match_entry *entries, size_t count,
			struct match_answer *ret)
{
	struct match_verdict verdict = {.status = MATCH_NOT_AFFECTED,
					.affected_range = SLICE_EMPTY,
					.vendor_reason = SLICE_EMPTY};
	bool hit = false;

	for (size_t i = 0; i < count; i++)
		hit = hit || entries[i].hit;
	if (!hit && !m->query->explain)
		return true;
	if (!fold_entries(m, entries, count, hit, &verdict))
		return false;
	if (hit) {
		if (!fixed_versions(m, entries, count, &verdict.fixed_versions))
			return false;
		verdict.status = verdict.fixed_versions.count ? MATCH_FIXED : MATCH_AFFECTED;
		verdict.affected_range = join_ranges(m, entries, count);
		if (!match_enrich(m->query, entries[0].group, m->arena, &verdict, m->err))
			return false;
	}
	verdict.explanation = explain_group(m, entries, count, verdict.vulnerability);
	*vec_add(m->arena, &ret->verdicts) = verdict;
	return true;
}

/* ------------------------------------------------------------------ errata */

static void name_findings(struct match_verdict_list *verdicts, struct map *names)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		const struct match_verdict *v = &verdicts->items[i];

		if (v->erratum || v->status == MATCH_NOT_AFFECTED)
			continue;
		*map_put(names, v->vulnerability->id, NULL) = i;
		vec_each (alias, &v->vulnerability->aliases)
			*map_put(names, *alias, NULL) = i;
	}
}

/* Adds the erratum to the findings of all CVEs that it fixes, if there are such. */
static bool absorb(struct match_verdict_list *verdicts, const struct match_verdict *erratum,
		   const struct map *names, struct arena *a)
{
	bool any = false;

	vec_each (id, &erratum->fixes) {
		if (!slice_starts(*id, SLICE("CVE-")))
			continue;
		if (!map_get(names, *id))
			return false;
		any = true;
	}
	vec_each (id, &erratum->fixes) {
		const uint64_t *at = map_get(names, *id);

		if (any && at)
			vec_each (record, &erratum->vulnerability->record_ids)
				add_text(&verdicts->items[*at].vulnerability->record_ids, *record,
					 a);
	}
	return any;
}

static void absorb_errata(struct match_verdict_list *verdicts, struct arena *a)
{
	struct map names;
	size_t kept = 0;

	map_init(&names);
	name_findings(verdicts, &names);
	if (names.live)
		for (size_t i = 0; i < verdicts->count; i++) {
			struct match_verdict *v = &verdicts->items[i];

			if (v->erratum && v->status != MATCH_NOT_AFFECTED &&
			    absorb(verdicts, v, &names, a))
				v->vulnerability = NULL;
		}
	map_release(&names);
	for (size_t i = 0; i < verdicts->count; i++)
		if (verdicts->items[i].vulnerability)
			verdicts->items[kept++] = verdicts->items[i];
	verdicts->count = kept;
}

/* ------------------------------------------------------------------ answer */

static int compare_verdicts(const void *a, const void *b)
{
	const struct match_verdict *x = a, *y = b;
	int order = names_identifier_cmp(x->vulnerability->id, y->vulnerability->id);

	/* A cleared record of a name that another record finds stands behind it. */
	return order ? order
		     : (x->status == MATCH_NOT_AFFECTED) - (y->status == MATCH_NOT_AFFECTED);
}

static bool make_verdicts(struct matcher *m, struct match_answer *ret)
{
	struct match_entry *items = m->entries.items;
	size_t count = m->entries.count;

	if (count > 1)
		qsort(items, count, sizeof(*items), compare_entries);
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && items[to].group == items[from].group; to++)
			;
		if (!add_verdict(m, items + from, to - from, ret))
			return false;
	}
	absorb_errata(&ret->verdicts, m->arena);
	if (ret->verdicts.count > 1)
		qsort(ret->verdicts.items, ret->verdicts.count, sizeof(*ret->verdicts.items),
		      compare_verdicts);
	return true;
}

static bool make_lines(struct matcher *m, struct match_answer *ret)
{
	if (m->entries.count > 1)
		qsort(m->entries.items, m->entries.count, sizeof(*m->entries.items),
		      compare_entry_records);
	vec_each (e, &m->entries) {
		const struct index_record *record =
			index_rows(m->index, INDEX_RECORDS, e->record, 1, m->err);
		struct slice id;

		if (!record || !index_string(m->index, record->id, &id, m->err))
			return false;
		*vec_add(m->arena, &ret->lines) =
			arena_printf(m->arena, "%s: %.*s (%.*s)", e->hit ? "affected" : "cleared",
				     SLICE_ARG(e->comparison), SLICE_ARG(id));
	}
	return true;
}

static bool is_incomparable(const struct match_query *q)
{
	return (q->package->flags & PACKAGE_UNVERSIONED) || slice_empty(q->lookup.version);
}

static bool find_entries(struct matcher *m)
{
	const struct slice names[] = {m->query->lookup.name, m->query->lookup.modular};

	for (size_t i = 0; i < m->query->keys->count; i++) {
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			const struct index_package *package;

			if (slice_empty(names[k]))
				continue;
			if (!index_find(m->index, m->query->keys->items[i], names[k], &package,
					m->err))
				return false;
			if (package && !add_entries(m, package))
				return false;
		}
	}
	return true;
}

static bool answer(struct matcher *m, struct match_answer *ret)
{
	if (!find_entries(m))
		return false;
	ret->known = m->entries.count > 0;
	ret->incomparable = ret->known && is_incomparable(m->query);
	if (!ret->known || ret->incomparable)
		return true;
	/* A version that its scheme calls invalid has a place among the others, but none that
	 * clears it. */
	bool sound =
		m->scheme == VERSION_NONE || version_valid(m->scheme, m->query->lookup.version);
	vec_each (e, &m->entries) {
		if (!judge(m, e))
			return false;
		ret->incomparable = ret->incomparable || (!sound && !e->hit);
	}
	return make_verdicts(m, ret) && (!m->query->explain || make_lines(m, ret));
}

bool match_package(const struct match_query *q, struct arena *a, struct match_answer *ret,
		   struct error *err)
{
	struct matcher m = {
		.query = q,
		.index = q->index,
		.arena = a,
		.scratch = q->scratch,
		.err = err,
		.scheme = q->package->ecosystem ? q->package->ecosystem->scheme : VERSION_NONE,
	};

	*ret = (struct match_answer){0};
	arena_clear(q->scratch);
	return answer(&m, ret);
}
