/* Which records an index holds of an identifier: CVE, GHSA, or any vendor's. */
#include <stdlib.h>

#include "advisory/advisory.h"
#include "advisory/feed.h"
#include "advisory/index_facts.h"

static bool lists(const struct advisory_index *index, struct index_span span, struct slice id,
		  struct arena *a, bool *ret, struct error *err)
{
	struct slice_list all = {0};

	if (!index_list(index, span, a, &all, err))
		return false;
	vec_each (item, &all)
		if (slice_eq_nocase(*item, id)) {
			*ret = true;
			return true;
		}
	return true;
}

/* How the record names the id; ADVISORY_FOUND_KINDS: not at all. */
static bool relation_of(const struct advisory_index *index, const struct index_record *r,
			struct slice id, struct arena *a, enum advisory_relation *ret,
			struct error *err)
{
	const struct {
		struct index_span span;
		enum advisory_relation relation;
	} rows[] = {
		{r->aliases, ADVISORY_ALIAS},
		{r->upstream, ADVISORY_UPSTREAM},
		{r->related, ADVISORY_RELATED},
	};
	struct slice own;

	*ret = ADVISORY_RELATIONS;
	if (!index_string(index, r->id, &own, err))
		return false;
	if (slice_eq_nocase(own, id)) {
		*ret = ADVISORY_RECORD;
		return true;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool found = false;

		if (!lists(index, rows[i].span, id, a, &found, err))
			return false;
		if (found) {
			*ret = rows[i].relation;
			return true;
		}
	}
	return true;
}

static bool fill(const struct advisory_index *index, const struct index_record *r, struct arena *a,
		 struct advisory_found *ret, struct error *err)
{
	ret->published = r->published;
	ret->modified = r->modified;
	return index_string(index, r->id, &ret->id, err) &&
	       index_string(index, r->summary, &ret->summary, err) &&
	       index_list(index, r->aliases, a, &ret->aliases, err) &&
	       index_list(index, r->upstream, a, &ret->upstream, err) &&
	       index_list(index, r->references, a, &ret->references, err);
}

/* Packages are sorted by hash; those of a record come in the order of their names. */
static int compare_packages(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static bool add_packages(const struct advisory_index *index, const uint32_t *numbers,
			 struct arena *a, struct advisory_found_list *list, struct error *err)
{
	uint64_t count = index_count(index, INDEX_PACKAGES);
	uint64_t records = index_count(index, INDEX_RECORDS);

	for (uint64_t i = 0; i < count; i++) {
		const struct index_package *p = index_rows(index, INDEX_PACKAGES, i, 1, err);
		const struct index_affected *rows =
			p ? index_rows(index, INDEX_AFFECTED, p->affected.first, p->affected.count,
				       err)
			  : NULL;
		struct slice ecosystem, name;
		uint32_t last = UINT32_MAX;

		if (!rows)
			return false;
		for (uint32_t k = 0; k < p->affected.count; k++) {
			if (rows[k].record >= records || !numbers[rows[k].record] ||
			    rows[k].record == last)
				continue;
			last = rows[k].record;
			if (!index_string(index, p->ecosystem, &ecosystem, err) ||
			    !index_string(index, p->name, &name, err))
				return false;
			*vec_add(a, &list->items[numbers[rows[k].record] - 1].packages) =
				arena_printf(a, "%.*s %.*s", SLICE_ARG(ecosystem), SLICE_ARG(name));
		}
	}
	vec_each (found, list)
		if (found->packages.count > 1)
			qsort(found->packages.items, found->packages.count,
			      sizeof(*found->packages.items), compare_packages);
	return true;
}

static bool find_facts(const struct advisory_index *index, struct slice id,
		       struct advisory_facts *ret, struct error *err)
{
	const struct index_exploited *exploited;
	const struct index_score *score;
	struct names_cve cve;

	*ret = (struct advisory_facts){.exploited_since = TIMESTAMP_NONE};
	if (!names_cve(id, &cve))
		return true;
	if (!index_find_exploited(index, cve, &exploited, err) ||
	    !index_find_score(index, cve, &score, err))
		return false;
	if (exploited) {
		ret->known_exploited = true;
		ret->ransomware = exploited->flags & FEED_RANSOMWARE;
		ret->exploited_since = exploited->since;
	}
	if (score) {
		ret->has_epss = true;
		ret->epss = (double)score->probability / FEED_ONE;
		ret->epss_percentile = (double)score->percentile / FEED_ONE;
	}
	return true;
}

bool advisory_find(const struct advisory_set *set, struct slice id, struct arena *a,
		   struct advisory_found_list *ret, struct advisory_facts *facts, struct error *err)
{
	const struct advisory_index *index = set->index;
	struct arena scratch;

	*ret = (struct advisory_found_list){0};
	if (!index)
		return error_set(err, ERR_NOT_FOUND, "there is no advisory index %.*s",
				 SLICE_ARG(set->index_path));
	id = names_identifier(id, a);
	uint64_t count = index_count(index, INDEX_RECORDS);
	uint32_t *numbers = arena_new_array(a, uint32_t, count + 1);
	bool ok = find_facts(index, id, facts, err);
	arena_init(&scratch, 0);
	for (uint64_t i = 0; ok && i < count; i++) {
		const struct index_record *r = index_rows(index, INDEX_RECORDS, i, 1, err);
		enum advisory_relation relation;

		ok = r && relation_of(index, r, id, &scratch, &relation, err);
		arena_clear(&scratch);
		if (!ok || relation == ADVISORY_RELATIONS)
			continue;
		struct advisory_found *found = vec_add(a, ret);
		numbers[i] = (uint32_t)ret->count;
		found->relation = relation;
		ok = fill(index, r, a, found, err);
	}
	arena_release(&scratch);
	return ok && add_packages(index, numbers, a, ret, err);
}

const char *advisory_relation_name(enum advisory_relation relation)
{
	static const char *const names[ADVISORY_RELATIONS] = {
		[ADVISORY_RECORD] = "is",
		[ADVISORY_ALIAS] = "alias",
		[ADVISORY_UPSTREAM] = "fixes",
		[ADVISORY_RELATED] = "related",
	};

	return (size_t)relation < ADVISORY_RELATIONS ? names[relation] : "unknown";
}
