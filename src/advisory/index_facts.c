#include "advisory/index_facts.h"

/*
 * Row by row, so that a search over a large section touches few blocks.
 * `before` says whether a row stands before what is looked for; *ret is the
 * first that does not, NULL behind the last.
 */
struct search {
	const struct advisory_index *index;
	enum index_section section;
	bool (*before)(const struct search *s, const void *row, bool *ret, struct error *err);
	struct names_cve cve;
	uint64_t package;
	struct slice product, cycle;
};

static bool find_first(const struct search *s, const void **ret, struct error *err)
{
	uint64_t low = 0, high = index_count(s->index, s->section), count = high;

	*ret = NULL;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		const void *row = index_rows(s->index, s->section, middle, 1, err);
		bool before;

		if (!row || !s->before(s, row, &before, err))
			return false;
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count)
		return true;
	*ret = index_rows(s->index, s->section, low, 1, err);
	return *ret != NULL;
}

/* ----------------------------------------------------------- rows about a CVE */

static struct names_cve row_cve(const void *row)
{
	const uint32_t *fields = row;

	return (struct names_cve){fields[0], fields[1]};
}

static bool cve_before(const struct search *s, const void *row, bool *ret, struct error *err)
{
	(void)err;
	*ret = names_cve_cmp(row_cve(row), s->cve) < 0;
	return true;
}

static bool find_cve(const struct advisory_index *index, enum index_section section,
		     struct names_cve cve, const void **ret, struct error *err)
{
	const struct search s = {
		.index = index,
		.section = section,
		.before = cve_before,
		.cve = cve,
	};

	if (!find_first(&s, ret, err))
		return false;
	if (*ret && names_cve_cmp(row_cve(*ret), cve) != 0)
		*ret = NULL;
	return true;
}

bool index_find_exploited(const struct advisory_index *index, struct names_cve cve,
			  const struct index_exploited **ret, struct error *err)
{
	const void *row;
	bool ok = find_cve(index, INDEX_EXPLOITED, cve, &row, err);

	*ret = ok ? row : NULL;
	return ok;
}

bool index_find_score(const struct advisory_index *index, struct names_cve cve,
		      const struct index_score **ret, struct error *err)
{
	const void *row;
	bool ok = find_cve(index, INDEX_SCORES, cve, &row, err);

	*ret = ok ? row : NULL;
	return ok;
}

bool index_find_lent(const struct advisory_index *index, struct names_cve cve,
		     const struct index_lent **ret, struct error *err)
{
	const void *row;
	bool ok = find_cve(index, INDEX_LENT, cve, &row, err);

	*ret = ok ? row : NULL;
	return ok;
}

/* ------------------------------------------------------------------- states */

static int compare_state(const struct index_state *row, uint64_t package, struct names_cve cve)
{
	if (row->package != package)
		return row->package < package ? -1 : 1;
	return names_cve_cmp((struct names_cve){row->year, row->number}, cve);
}

static bool state_before(const struct search *s, const void *row, bool *ret, struct error *err)
{
	(void)err;
	*ret = compare_state(row, s->package, s->cve) < 0;
	return true;
}

bool index_find_state(const struct advisory_index *index, struct slice ecosystem,
		      struct slice package, struct names_cve cve, const struct index_state **ret,
		      struct error *err)
{
	const struct search s = {
		.index = index,
		.section = INDEX_STATES,
		.before = state_before,
		.cve = cve,
		.package = index_package_hash(ecosystem, package),
	};
	const void *row;

	*ret = NULL;
	if (!find_first(&s, &row, err))
		return false;
	if (row && compare_state(row, s.package, cve) == 0)
		*ret = row;
	return true;
}

/* ------------------------------------------------------------------- cycles */

static bool compare_cycle(const struct search *s, const struct index_cycle *row, int *ret,
			  struct error *err)
{
	struct slice text;

	if (!index_string(s->index, row->product, &text, err))
		return false;
	*ret = slice_cmp(text, s->product);
	if (*ret)
		return true;
	if (!index_string(s->index, row->cycle, &text, err))
		return false;
	*ret = slice_cmp(text, s->cycle);
	return true;
}

static bool cycle_before(const struct search *s, const void *row, bool *ret, struct error *err)
{
	int order;

	if (!compare_cycle(s, row, &order, err))
		return false;
	*ret = order < 0;
	return true;
}

bool index_find_cycle(const struct advisory_index *index, struct slice product, struct slice cycle,
		      const struct index_cycle **ret, struct error *err)
{
	const struct search s = {
		.index = index,
		.section = INDEX_CYCLES,
		.before = cycle_before,
		.product = product,
		.cycle = cycle,
	};
	const void *row;
	int order = 0;

	*ret = NULL;
	if (!find_first(&s, &row, err) || (row && !compare_cycle(&s, row, &order, err)))
		return false;
	if (row && order == 0)
		*ret = row;
	return true;
}
