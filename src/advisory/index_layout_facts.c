/* The index's sections of facts: what the feeds tell, and the severities that records lend. */
#include <stdlib.h>

#include "advisory/index_builder.h"
#include "base/cleanup.h"

/* ------------------------------------------------------------------ reading */

static bool read_facts(struct builder *b, const struct index_input *input,
		       struct build_counts *counts)
{
	struct cursor c;

	cursor_init(&c, input->facts);
	while (cursor_left(&c)) {
		struct feed_fact fact;

		if (!feed_fact_decode(&c, &fact))
			return error_set(b->err, ERR_WORKER,
					 "%.*s: the reader's answer is malformed",
					 SLICE_ARG(input->name));
		*vec_add(&b->arena, &b->facts.of[fact.kind]) = fact;
		counts->facts++;
	}
	return true;
}

bool index_facts_read(struct builder *b)
{
	for (size_t i = 0; i < b->inputs->count; i++)
		if (!read_facts(b, &b->inputs->items[i], &b->counts[i]))
			return false;
	return true;
}

/* ------------------------------------------------------------------ sorting */

static int compare_times(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* What a fact is about. */
static int compare_keys(const struct feed_fact *a, const struct feed_fact *b)
{
	if (a->kind == FEED_STATE) {
		int order = compare_numbers(index_package_hash(a->scope, a->name),
					    index_package_hash(b->scope, b->name));

		return order ? order : names_cve_cmp(a->cve, b->cve);
	}
	if (a->kind == FEED_CYCLE) {
		int order = slice_cmp(a->scope, b->scope);

		return order ? order : slice_cmp(a->name, b->name);
	}
	return names_cve_cmp(a->cve, b->cve);
}

/* Then all the rest, so that of two facts about one thing the same one always counts: the first. */
static int compare_facts(const void *x, const void *y)
{
	const struct feed_fact *a = x, *b = y;
	int order = compare_keys(a, b);

	if (!order)
		order = compare_numbers(b->value, a->value);
	if (!order)
		order = compare_numbers(b->flags, a->flags);
	if (!order)
		order = compare_times(b->date, a->date);
	if (!order)
		order = compare_times(b->extended, a->extended);
	return order ? order : slice_cmp(a->text, b->text);
}

static void sort_facts(struct builder *b)
{
	for (size_t kind = 0; kind < FEED_FACT_KINDS; kind++) {
		struct feed_fact *items = b->facts.of[kind].items;
		size_t count = b->facts.of[kind].count, kept = 0;

		if (count > 1)
			qsort(items, count, sizeof(*items), compare_facts);
		for (size_t i = 0; i < count; i++)
			if (!kept || compare_keys(&items[kept - 1], &items[i]) != 0)
				items[kept++] = items[i];
		b->facts.of[kind].count = kept;
	}
}

/* ------------------------------------------------------------------ lending */

struct loan_list VEC_OF(struct build_loan);

static enum lender lender_of(const struct osv_record *r)
{
	const struct ecosystem *e =
		r->affected.count ? ecosystem_by_osv(r->affected.items[0].ecosystem) : NULL;

	if (slice_starts(r->id, SLICE("GHSA-")))
		return LENDER_GHSA;
	return e && e->kind == ECOSYSTEM_OS ? LENDER_DISTRIBUTION : LENDER_ECOSYSTEM;
}

/* False: severities of this kind are not lent. */
static bool rank_of(enum lender lender, enum osv_severity_kind kind, unsigned *ret)
{
	static const int ranks[OSV_SEVERITY_KINDS] = {
		[OSV_CVSS_V4] = 1, [OSV_CVSS_V3] = 2,	     [OSV_CVSS_V2] = 3,	   [OSV_SCORE] = 4,
		[OSV_WORD] = 5,	   [OSV_INFORMATIONAL] = -1, [OSV_MALICIOUS] = -1,
	};

	if (ranks[kind] < 0)
		return false;
	/* GitHub's word is its reading of the vectors; a distribution's is about its own build. */
	*ret = lender == LENDER_GHSA && kind == OSV_WORD ? 0 : (unsigned)ranks[kind];
	return true;
}

/* False: it says nothing that could be lent. */
static bool judge(struct build_loan *loan)
{
	char digits[16];
	char *end;

	if (loan->kind == OSV_WORD)
		return severity_parse(loan->text, &loan->severity);
	if (loan->kind <= OSV_CVSS_V4) {
		if (!cvss_score(loan->text, &loan->version, &loan->score, NULL))
			return false;
	} else {
		if (loan->text.len >= sizeof(digits))
			return false;
		memcpy(digits, loan->text.data, loan->text.len);
		digits[loan->text.len] = '\0';
		loan->score = strtod(digits, &end);
		if (end == digits || *end || !(loan->score >= 0 && loan->score <= 10))
			return false;
	}
	loan->severity = severity_from_score(loan->score);
	return true;
}

static void add_loans(struct builder *b, struct loan_list *loans, struct names_cve cve,
		      const struct osv_record *r, const struct osv_severity_list *severities)
{
	vec_each (s, severities) {
		struct build_loan loan = {
			.cve = cve,
			.lender = lender_of(r),
			.kind = s->kind,
			.text = s->text,
			.source = r->id,
		};

		if (rank_of(loan.lender, s->kind, &loan.rank))
			*vec_add(&b->arena, loans) = loan;
	}
}

/* The one CVE that the record is about; an erratum for several is about none. */
static bool only_cve(const struct osv_record *r, struct names_cve *ret)
{
	const struct slice_list *lists[] = {&r->aliases, &r->upstream};
	bool found = names_cve(r->id, ret);

	for (size_t i = 0; i < ARRAY_LEN(lists) && !found; i++) {
		vec_each (id, lists[i]) {
			struct names_cve cve;

			if (!names_cve(*id, &cve))
				continue;
			if (found && names_cve_cmp(cve, *ret) != 0)
				return false;
			*ret = cve;
			found = true;
		}
	}
	return found;
}

static void collect_loans(struct builder *b, struct loan_list *loans)
{
	vec_each (record, &b->records) {
		const struct osv_record *r = &record->osv;
		struct names_cve cve;

		if (!only_cve(r, &cve))
			continue;
		add_loans(b, loans, cve, r, &r->severities);
		vec_each (affected, &r->affected)
			add_loans(b, loans, cve, r, &affected->severities);
	}
	for (size_t i = 0; i < b->facts.of[FEED_RATING].count; i++) {
		const struct feed_fact *f = &b->facts.of[FEED_RATING].items[i];

		*vec_add(&b->arena, loans) = (struct build_loan){
			.cve = f->cve,
			.lender = LENDER_NVD,
			.kind = slice_starts(f->text, SLICE("CVSS:4"))	 ? OSV_CVSS_V4
				: slice_starts(f->text, SLICE("CVSS:3")) ? OSV_CVSS_V3
									 : OSV_CVSS_V2,
			.text = f->text,
			.source = SLICE("NVD"),
		};
	}
}

static int compare_loans(const void *x, const void *y)
{
	const struct build_loan *a = x, *b = y;
	int order = names_cve_cmp(a->cve, b->cve);

	if (!order)
		order = (int)a->lender - (int)b->lender;
	if (!order)
		order = compare_numbers(a->rank, b->rank);
	if (!order)
		order = slice_cmp(a->source, b->source);
	return order ? order : slice_cmp(a->text, b->text);
}

/* The best loan of each CVE. */
static void choose_loans(struct builder *b)
{
	struct loan_list loans = {0};

	collect_loans(b, &loans);
	if (loans.count > 1)
		qsort(loans.items, loans.count, sizeof(*loans.items), compare_loans);
	vec_each (loan, &loans) {
		size_t count = b->facts.lent.count;

		if (count && names_cve_cmp(b->facts.lent.items[count - 1].cve, loan->cve) == 0)
			continue;
		if (judge(loan))
			*vec_add(&b->arena, &b->facts.lent) = *loan;
	}
}

static void write_loans(struct builder *b)
{
	for (size_t i = 0; i < b->facts.lent.count; i++) {
		const struct build_loan *loan = &b->facts.lent.items[i];
		struct index_lent row = {
			.year = loan->cve.year,
			.number = loan->cve.number,
			.kind = (uint32_t)loan->kind,
			.text = index_builder_string(b, loan->text),
			.source = index_builder_string(b, loan->source),
			.severity = (uint8_t)loan->severity,
			.version = (uint8_t)loan->version,
			.tenths = (uint16_t)(loan->score * 10 + 0.5),
		};

		buf_add(&b->sections[INDEX_LENT], &row, sizeof(row));
	}
}

/* ------------------------------------------------------------------ writing */

static void write_exploited(struct builder *b, const struct feed_fact *f)
{
	struct index_exploited row = {
		.year = f->cve.year,
		.number = f->cve.number,
		.since = f->date,
		.flags = f->flags,
	};

	buf_add(&b->sections[INDEX_EXPLOITED], &row, sizeof(row));
}

static void write_score(struct builder *b, const struct feed_fact *f)
{
	struct index_score row = {
		.year = f->cve.year,
		.number = f->cve.number,
		.probability = f->value,
		.percentile = f->percentile,
	};

	buf_add(&b->sections[INDEX_SCORES], &row, sizeof(row));
}

static void write_state(struct builder *b, const struct feed_fact *f)
{
	struct index_state row = {
		.package = index_package_hash(f->scope, f->name),
		.year = f->cve.year,
		.number = f->cve.number,
		.value = f->value,
		.text = index_builder_string(b, f->text),
	};

	buf_add(&b->sections[INDEX_STATES], &row, sizeof(row));
}

static void write_cycle(struct builder *b, const struct feed_fact *f)
{
	struct index_cycle row = {
		.product = index_builder_string(b, f->scope),
		.cycle = index_builder_string(b, f->name),
		.end = f->date,
		.extended = f->extended,
		.latest = index_builder_string(b, f->text),
	};

	buf_add(&b->sections[INDEX_CYCLES], &row, sizeof(row));
}

void index_facts_prepare(struct builder *b)
{
	sort_facts(b);
	choose_loans(b);
}

void index_facts_write(struct builder *b)
{
	static void (*const writers[FEED_FACT_KINDS])(struct builder *,
						      const struct feed_fact *) = {
		[FEED_EXPLOITED] = write_exploited,
		[FEED_SCORE] = write_score,
		[FEED_STATE] = write_state,
		[FEED_CYCLE] = write_cycle,
	};

	for (size_t kind = 0; kind < FEED_FACT_KINDS; kind++)
		for (size_t i = 0; writers[kind] && i < b->facts.of[kind].count; i++)
			writers[kind](b, &b->facts.of[kind].items[i]);
	write_loans(b);
}

/* ------------------------------------------------------------------ linking */

static int compare_cve_fact(const void *key, const void *row)
{
	return names_cve_cmp(*(const struct names_cve *)key, ((const struct feed_fact *)row)->cve);
}

static int compare_cve_loan(const void *key, const void *row)
{
	return names_cve_cmp(*(const struct names_cve *)key, ((const struct build_loan *)row)->cve);
}

static uint32_t find_fact(const struct builder *b, enum feed_fact_kind kind, struct names_cve cve)
{
	const struct feed_fact *items = b->facts.of[kind].items, *found = NULL;

	if (items)
		found = bsearch(&cve, items, b->facts.of[kind].count, sizeof(*items),
				compare_cve_fact);
	return found ? (uint32_t)(found - items) + 1 : 0;
}

void index_facts_link(const struct builder *b, const struct slice_list *ids,
		      struct index_group *row)
{
	const struct build_loan *lent = NULL;
	struct names_cve cve = {0}, other;

	/* CVEs come first. */
	if (!ids->count || !names_cve(ids->items[0], &cve))
		return;
	if (ids->count > 1 && names_cve(ids->items[1], &other)) {
		row->exploited = row->score = row->lent = INDEX_SEARCH;
		return;
	}
	row->exploited = find_fact(b, FEED_EXPLOITED, cve);
	row->score = find_fact(b, FEED_SCORE, cve);
	if (b->facts.lent.items)
		lent = bsearch(&cve, b->facts.lent.items, b->facts.lent.count, sizeof(*lent),
			       compare_cve_loan);
	row->lent = lent ? (uint32_t)(lent - b->facts.lent.items) + 1 : 0;
}
