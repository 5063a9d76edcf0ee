/* From the records of one vulnerability to what a report says of it. */
#include <stdlib.h>

#include "advisory/match.h"

#include "base/cleanup.h"

#define REFERENCES_MAX 20

struct folder {
	const struct match_query *query;
	struct arena *arena;
	struct vulnerability *out;
	const struct index_record **records; /* by rank of their ids */
	struct slice *ids;
	const struct index_affected **affected;
	size_t count;
	struct slice word, informational;
	double bare_score;
	bool has_score, malicious;
	struct error *err;
};

static int compare_ids(const void *a, const void *b)
{
	return names_identifier_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Sorts, and drops doubles. */
static void make_set(struct slice_list *list)
{
	size_t kept = 0;

	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), compare_ids);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || !slice_eq(list->items[kept - 1], list->items[i]))
			list->items[kept++] = list->items[i];
	list->count = kept;
}

static bool contains(const struct slice_list *list, struct slice s)
{
	vec_each (item, list)
		if (slice_eq(*item, s))
			return true;
	return false;
}

static bool has_rank(const struct slice_list *list, unsigned rank)
{
	vec_each (item, list)
		if (names_identifier_rank(*item) == rank)
			return true;
	return false;
}

/* ------------------------------------------------------------------- names */

/* Of the whole group only kinds of names that the records' own lack. */
static bool add_group_names(struct folder *f, uint32_t group, struct slice_list *names)
{
	bool has[] = {has_rank(names, 0), has_rank(names, 1)};
	struct slice_list all = {0};

	if (has[0] && has[1])
		return true;
	const struct index_group *row = index_rows(f->query->index, INDEX_GROUPS, group, 1, f->err);
	if (!row || !index_list(f->query->index, row->ids, f->arena, &all, f->err))
		return false;
	vec_each (id, &all) {
		unsigned rank = names_identifier_rank(*id);

		if (rank < ARRAY_LEN(has) && !has[rank])
			*vec_add(f->arena, names) = *id;
	}
	return true;
}

static bool fold_names(struct folder *f, uint32_t group)
{
	struct slice_list names = {0};

	for (size_t i = 0; i < f->count; i++) {
		*vec_add(f->arena, &names) = f->ids[i];
		*vec_add(f->arena, &f->out->record_ids) = f->ids[i];
		if (!index_list(f->query->index, f->records[i]->aliases, f->arena, &names, f->err))
			return false;
	}
	if (!add_group_names(f, group, &names))
		return false;
	make_set(&names);
	make_set(&f->out->record_ids);
	f->out->id = names.items[0];
	f->out->aliases = (struct slice_list){names.items + 1, names.count - 1, 0};
	return true;
}

static bool fold_related(struct folder *f)
{
	struct slice_list all = {0};

	for (size_t i = 0; i < f->count; i++)
		if (!index_list(f->query->index, f->records[i]->upstream, f->arena, &all, f->err) ||
		    !index_list(f->query->index, f->records[i]->related, f->arena, &all, f->err))
			return false;
	make_set(&all);
	vec_each (id, &all)
		if (!slice_eq(*id, f->out->id) && !contains(&f->out->aliases, *id))
			*vec_add(f->arena, &f->out->related) = *id;
	return true;
}

/* ---------------------------------------------------------------- severity */

static void add_rating(struct folder *f, struct slice vector, struct slice source)
{
	struct cvss_rating rating = {.vector = vector, .source = source};

	vec_each (known, &f->out->ratings)
		if (slice_eq(known->vector, vector))
			return;
	/* A vector that is none says nothing; the record still counts. */
	if (f->out->ratings.count < 64 && cvss_score(vector, &rating.version, &rating.score, NULL))
		*vec_add(f->arena, &f->out->ratings) = rating;
}

static void take_number(struct folder *f, struct slice text)
{
	char digits[16];
	char *end;

	if (f->has_score || text.len >= sizeof(digits))
		return;
	memcpy(digits, text.data, text.len);
	digits[text.len] = '\0';
	double score = strtod(digits, &end);
	if (end == digits || *end || !(score >= 0.0 && score <= 10.0))
		return;
	f->bare_score = score;
	f->has_score = true;
}

static bool collect_severities(struct folder *f, struct index_span span, struct slice source)
{
	const struct index_severity *rows =
		index_rows(f->query->index, INDEX_SEVERITIES, span.first, span.count, f->err);

	if (!rows)
		return false;
	for (uint32_t i = 0; i < span.count; i++) {
		struct slice text;

		if (!index_string(f->query->index, rows[i].text, &text, f->err))
			return false;
		if (rows[i].kind <= OSV_CVSS_V4)
			add_rating(f, text, source);
		else if (rows[i].kind == OSV_WORD && slice_empty(f->word))
			f->word = text;
		else if (rows[i].kind == OSV_SCORE)
			take_number(f, text);
		else if (rows[i].kind == OSV_INFORMATIONAL && slice_empty(f->informational))
			f->informational = text;
		else if (rows[i].kind == OSV_MALICIOUS)
			f->malicious = true;
	}
	return true;
}

static const struct cvss_rating *best_rating(const struct vulnerability *v)
{
	const struct cvss_rating *best = NULL;

	vec_each (r, &v->ratings)
		if (!best || r->version > best->version ||
		    (r->version == best->version && r->score > best->score))
			best = r;
	return best;
}

/* The vendor's word, then CVSS by version, then a bare number, then that it is no vulnerability at
 * all. */
static void decide_severity(struct folder *f)
{
	const struct cvss_rating *rating = best_rating(f->out);
	struct vulnerability *v = f->out;

	v->severity_source = SLICE_EMPTY;
	if (f->malicious) {
		v->severity = SEVERITY_CRITICAL;
		v->severity_source = SLICE("malicious package");
	} else if (!slice_empty(f->word) && severity_parse(f->word, &v->severity)) {
		v->severity_source = SLICE("vendor");
	} else if (rating) {
		v->severity = severity_from_score(rating->score);
		v->severity_source =
			arena_printf(f->arena, "CVSS:%s", cvss_version_name(rating->version));
	} else if (f->has_score) {
		v->severity = severity_from_score(f->bare_score);
		v->severity_source = SLICE("CVSS");
	} else if (!slice_empty(f->informational)) {
		v->severity = SEVERITY_NEGLIGIBLE;
		v->severity_source =
			arena_printf(f->arena, "informational: %.*s", SLICE_ARG(f->informational));
	}
}

/* The entries speak of the package itself and come before the records. */
static bool fold_severity(struct folder *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->affected[i] && !collect_severities(f, f->affected[i]->severities, f->ids[i]))
			return false;
	for (size_t i = 0; i < f->count; i++)
		if (!collect_severities(f, f->records[i]->severities, f->ids[i]))
			return false;
	decide_severity(f);
	return true;
}

/* -------------------------------------------------------------------- rest */

static bool fold_texts(struct folder *f)
{
	struct vulnerability *v = f->out;

	v->published = v->modified = TIMESTAMP_NONE;
	v->summary = SLICE_EMPTY;
	for (size_t i = 0; i < f->count; i++) {
		const struct index_record *r = f->records[i];
		struct slice_list urls = {0};

		if (slice_empty(v->summary) &&
		    !index_string(f->query->index, r->summary, &v->summary, f->err))
			return false;
		if (!index_list(f->query->index, r->references, f->arena, &urls, f->err))
			return false;
		vec_each (url, &urls)
			if (v->references.count < REFERENCES_MAX && !contains(&v->references, *url))
				*vec_add(f->arena, &v->references) = *url;
		if (r->published != TIMESTAMP_NONE &&
		    (v->published == TIMESTAMP_NONE || r->published < v->published))
			v->published = r->published;
		if (r->modified > v->modified)
			v->modified = r->modified;
		v->known_exploited = v->known_exploited || (r->flags & INDEX_RECORD_EXPLOITED);
	}
	return true;
}

struct ranked {
	struct slice id;
	const struct index_record *record;
	const struct index_affected *affected;
};

static int compare_ranked(const void *a, const void *b)
{
	return names_identifier_cmp(((const struct ranked *)a)->id, ((const struct ranked *)b)->id);
}

/* One row for each record, best names first; a record's first entry stands for its entries'
 * severities. */
static bool rank_records(struct folder *f, const struct match_entry *entries, size_t count)
{
	struct ranked *ranked = arena_new_array(f->arena, struct ranked, count);

	for (size_t i = 0; i < count; i++) {
		if (f->count && entries[i].record == entries[i - 1].record)
			continue;
		struct ranked *r = &ranked[f->count++];
		r->affected = entries[i].affected;
		r->record =
			index_rows(f->query->index, INDEX_RECORDS, entries[i].record, 1, f->err);
		if (!r->record || !index_string(f->query->index, r->record->id, &r->id, f->err))
			return false;
	}
	qsort(ranked, f->count, sizeof(*ranked), compare_ranked);
	f->records = arena_new_array(f->arena, const struct index_record *, f->count);
	f->ids = arena_new_array(f->arena, struct slice, f->count);
	f->affected = arena_new_array(f->arena, const struct index_affected *, f->count);
	for (size_t i = 0; i < f->count; i++) {
		f->records[i] = ranked[i].record;
		f->ids[i] = ranked[i].id;
		f->affected[i] = ranked[i].affected;
	}
	return true;
}

bool match_fold(const struct match_query *q, const struct match_entry *entries, size_t count,
		struct arena *a, struct vulnerability *ret, struct error *err)
{
	struct folder f = {.query = q, .arena = a, .out = ret, .err = err};

	*ret = (struct vulnerability){.source = q->source, .exploited_since = TIMESTAMP_NONE};
	return rank_records(&f, entries, count) && fold_names(&f, entries[0].group) &&
	       fold_related(&f) && fold_severity(&f) && fold_texts(&f);
}
