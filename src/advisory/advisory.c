#include "advisory/advisory.h"

#include "advisory/baseline.h"
#include "advisory/lifecycle.h"
#include "advisory/match.h"
#include "base/map.h"
#include "base/mem.h"

/* One ecosystem (and release) of the target. */
struct lookup_target {
	struct slice name; /* "Debian:12" */
	const struct ecosystem *ecosystem;
	struct slice release;
	struct names_keys keys;
	uint64_t packages;
	uint64_t incomparable; /* packages whose version says nothing */
	struct slice first_incomparable;
	const struct advisory_index *index; /* NULL: nothing knows it */
	enum advisory_source source;
	int64_t newest;
};

struct memo {
	struct match_answer answer;
	bool failed;
};

struct advisory_run {
	struct advisory_set *set;
	struct run *run;
	struct report *report;
	struct match_list *matches;
	struct VEC_OF(struct lookup_target) targets;
	size_t last_target; /* packages of one kind come together */
	struct map memos;   /* ecosystem, name, version -> struct memo */
	struct map damage;  /* messages already told */
	struct arena scratch;
	bool index_used, baseline_used;
	bool ubuntu_pro; /* the target is attached to it */
};

/* --------------------------------------------------------------------- set */

bool advisory_set_open(struct advisory_set *set, const struct advisory_options *options,
		       struct error *err)
{
	struct error why = ERROR_INIT;

	*set = (struct advisory_set){.options = *options,
				     .index_path = slice_from_cstr(options->index_path)};
	arena_init(&set->arena, 0);
	if (!options->index_path)
		return true;
	struct advisory_index *index = arena_new(&set->arena, struct advisory_index);
	if (index_open(options->index_path, index, &why)) {
		set->index = index;
		return true;
	}
	if (why.code == ERR_NOT_FOUND)
		return true;
	set->refused = true;
	if (err)
		*err = why;
	return false;
}

void advisory_set_release(struct advisory_set *set)
{
	if (set->index)
		index_close(set->index);
	if (set->baseline)
		index_close(set->baseline);
	arena_release(&set->arena);
	*set = (struct advisory_set){0};
}

/* The baseline, made on first need; NULL where it must not or cannot stand in. */
static const struct advisory_index *get_baseline(struct advisory_set *set)
{
	if (set->baseline || set->options.no_baseline || set->baseline_error.code)
		return set->baseline;
	struct advisory_index *baseline = arena_new(&set->arena, struct advisory_index);
	if (baseline_open(&set->arena, baseline, &set->baseline_error))
		set->baseline = baseline;
	return set->baseline;
}

/* ---------------------------------------------------------------- coverage */

static void tell_damage(struct advisory_run *r, const struct error *err)
{
	struct slice message = arena_copy(r->run->arena, slice_from_cstr(err->message));
	bool is_new;

	map_put(&r->damage, message, &is_new);
	if (is_new)
		run_gap(r->run, GAP_BLOCKING, gap_reason_of_error(err->code), r->set->index_path,
			"%s", err->message);
}

/* Has the index a row for some release of the ecosystem? */
static bool covers_releases(const struct advisory_index *index, struct slice ecosystem,
			    struct slice_list *ret, struct arena *a, struct error *err)
{
	uint64_t count = index_count(index, INDEX_COVERAGE);
	const struct index_coverage *rows = index_rows(index, INDEX_COVERAGE, 0, count, err);

	for (uint64_t i = 0; rows && i < count; i++) {
		struct slice name;

		if (!index_string(index, rows[i].ecosystem, &name, err))
			return false;
		if (slice_cut_prefix(&name, ecosystem) && slice_cut_prefix(&name, SLICE(":")))
			*vec_add(a, ret) = name;
	}
	return rows;
}

/*
 * Does the index hold the records of this ecosystem and release?  Rows for
 * other releases only do not cover; a row without a release does where the
 * ecosystem has no others (rolling distributions, languages).
 */
static bool find_coverage(struct advisory_run *r, const struct advisory_index *index,
			  struct lookup_target *t, struct slice_list *releases)
{
	struct error err = ERROR_INIT;
	const struct index_coverage *row = NULL;
	bool any = false;

	if (!covers_releases(index, t->ecosystem->osv, releases, r->run->arena, &err)) {
		tell_damage(r, &err);
		return false;
	}
	names_keys(t->ecosystem, t->release, r->ubuntu_pro, r->run->arena, &t->keys);
	vec_each (covered, releases)
		names_add_release(&t->keys, t->ecosystem, t->release, *covered, &r->report->os,
				  r->run->arena);
	t->newest = TIMESTAMP_NONE;
	for (size_t i = 0; i < t->keys.count; i++) {
		bool bare = i == t->keys.count - 1;

		if (bare && (any || (i > 0 && releases->count)))
			break;
		if (!index_find_coverage(index, t->keys.items[i], &row, &err)) {
			tell_damage(r, &err);
			return false;
		}
		any = any || row;
		if (row && row->newest > t->newest)
			t->newest = row->newest;
	}
	return any;
}

static struct slice describe_releases(const struct slice_list *releases, struct arena *a)
{
	if (!releases->count)
		return SLICE("");
	return arena_printf(
		a, "; the index has %.*s",
		SLICE_ARG(arena_join(a, releases->items, releases->count, SLICE(", "))));
}

static void use_baseline(struct advisory_run *r, struct lookup_target *t,
			 const struct slice_list *releases)
{
	const struct advisory_index *baseline = get_baseline(r->set);
	struct slice_list unused = {0};
	const char *why = r->set->index ? "the advisory index does not cover"
					: "there is no advisory index for";

	if (baseline && find_coverage(r, baseline, t, &unused)) {
		char date[TIMESTAMP_TEXT_MAX];

		t->index = baseline;
		t->source = ADVISORY_BASELINE;
		run_gap(r->run, GAP_BLOCKING, GAP_REASON_BASELINE, t->name,
			"%s %.*s%.*s: %llu packages were matched against the built-in baseline of "
			"%s only",
			why, SLICE_ARG(t->name),
			SLICE_ARG(describe_releases(releases, r->run->arena)),
			(unsigned long long)t->packages, timestamp_format_date(t->newest, date));
		return;
	}
	run_gap(r->run, GAP_BLOCKING, GAP_REASON_NO_COVERAGE, t->name,
		"%s %.*s%.*s: %llu packages were not matched", why, SLICE_ARG(t->name),
		SLICE_ARG(describe_releases(releases, r->run->arena)),
		(unsigned long long)t->packages);
}

static void note_age(struct advisory_run *r, const struct lookup_target *t)
{
	char date[TIMESTAMP_TEXT_MAX];

	if (t->newest == TIMESTAMP_NONE)
		run_gap(r->run, GAP_NOTE, GAP_REASON_STALE, t->name,
			"no record of %.*s tells its date", SLICE_ARG(t->name));
	else if (r->run->now - t->newest > ADVISORY_STALE_SECONDS)
		run_gap(r->run, GAP_NOTE, GAP_REASON_STALE, t->name,
			"the newest record of %.*s is of %s, %lld days old", SLICE_ARG(t->name),
			timestamp_format_date(t->newest, date),
			(long long)((r->run->now - t->newest) / (24 * 3600)));
}

/* Records that were there when the index was built and could not be read may have named a package.
 */
static void note_unread_records(struct advisory_run *r, const struct lookup_target *t)
{
	uint64_t count = index_count(t->index, INDEX_SOURCES);
	struct error err = ERROR_INIT;
	const struct index_source *rows = index_rows(t->index, INDEX_SOURCES, 0, count, &err);

	for (uint64_t i = 0; rows && i < count; i++) {
		struct slice name, first, rest;

		if (!rows[i].broken)
			continue;
		if (!index_string(t->index, rows[i].name, &name, &err) ||
		    !index_string(t->index, rows[i].first_error, &first, &err))
			break;
		rest = name;
		if (slice_cut_prefix(&rest, t->ecosystem->osv) && slice_starts(rest, SLICE("/")))
			run_gap(r->run, GAP_LOCAL, GAP_REASON_MALFORMED, name,
				"%u records could not be read when the index was built, the first: "
				"%.*s",
				rows[i].broken, SLICE_ARG(first));
	}
	if (err.code)
		tell_damage(r, &err);
}

static void choose_sources(struct advisory_run *r)
{
	vec_each (t, &r->targets) {
		struct slice_list releases = {0};

		t->newest = TIMESTAMP_NONE;
		if (r->set->index && find_coverage(r, r->set->index, t, &releases)) {
			t->index = r->set->index;
			t->source = ADVISORY_INDEX;
			note_age(r, t);
			note_unread_records(r, t);
		} else {
			use_baseline(r, t, &releases);
		}
		*vec_add(r->run->arena, &r->report->coverage) = (struct coverage_row){
			.ecosystem = t->name,
			.source = t->source,
			.newest = t->newest,
			.covered = t->index && t->source == ADVISORY_INDEX,
			.packages = t->packages,
		};
	}
	if (r->targets.count && !r->set->index && !r->set->refused)
		run_gap(r->run, GAP_BLOCKING, GAP_REASON_NO_ADVISORIES, r->set->index_path,
			"there is no advisory index; `bulwark db update` makes one");
}

/* Removed packages, whose configuration is left, hold nothing that could be attacked. */
static bool is_looked_up(const struct package *p)
{
	return p->ecosystem && !(p->flags & PACKAGE_NOT_INSTALLED);
}

static bool is_target(const struct lookup_target *t, const struct package *p)
{
	return t->ecosystem == p->ecosystem &&
	       (p->ecosystem->kind == ECOSYSTEM_LANGUAGE || slice_eq(t->release, p->release));
}

static struct lookup_target *target_of(struct advisory_run *r, const struct package *p)
{
	size_t i = r->last_target;

	if (i >= r->targets.count || !is_target(&r->targets.items[i], p))
		for (i = 0; i < r->targets.count; i++)
			if (is_target(&r->targets.items[i], p))
				break;
	r->last_target = i;
	if (i == r->targets.count) {
		struct lookup_target *t = vec_add(r->run->arena, &r->targets);

		t->ecosystem = p->ecosystem;
		t->release = p->release;
		names_keys(p->ecosystem, p->release, r->ubuntu_pro, r->run->arena, &t->keys);
		t->name = t->keys.items[0];
	}
	return &r->targets.items[i];
}

/* ---------------------------------------------------------------- matching */

static const struct memo *look_up(struct advisory_run *r, const struct package *p,
				  const struct lookup_target *t, const struct names_lookup *lookup)
{
	struct slice parts[] = {t->name, lookup->name, lookup->version, p->module_stream,
				p->flags & PACKAGE_UNVERSIONED ? SLICE("?") : SLICE_EMPTY};
	struct slice key =
		arena_join(r->run->arena, parts, sizeof(parts) / sizeof(parts[0]), SLICE("\n"));
	struct error err = ERROR_INIT;
	struct match_query query = {
		.index = t->index,
		.facts = r->set->index ? r->set->index : t->index,
		.source = t->source,
		.package = p,
		.lookup = *lookup,
		.keys = &t->keys,
		.explain = r->set->options.explain,
		.scratch = &r->scratch,
	};
	struct memo *memo = map_get_ptr(&r->memos, key);

	if (memo)
		return memo;
	memo = arena_new(r->run->arena, struct memo);
	map_put_ptr(&r->memos, key, memo);
	if (!match_package(&query, r->run->arena, &memo->answer, &err)) {
		memo->failed = true;
		tell_damage(r, &err);
	}
	return memo;
}

static void explain(struct advisory_run *r, const struct package *p,
		    const struct names_lookup *lookup, const struct lookup_target *t,
		    struct slice what)
{
	struct slice source = SLICE_EMPTY;

	if (!slice_empty(lookup->name) && !slice_eq(lookup->name, p->name))
		source = arena_printf(r->run->arena, " (as %.*s)", SLICE_ARG(lookup->name));
	*vec_add(r->run->arena, &r->report->explanations) = arena_printf(
		r->run->arena, "%.*s %.*s %.*s%.*s: %.*s", SLICE_ARG(t ? t->name : SLICE("?")),
		SLICE_ARG(p->name), SLICE_ARG(p->version), SLICE_ARG(source), SLICE_ARG(what));
}

static void add_matches(struct advisory_run *r, const struct package *p,
			const struct match_answer *answer)
{
	vec_each (v, &answer->verdicts)
		*vec_add(r->run->arena, r->matches) = (struct match){
			.package = p,
			.vulnerability = v->vulnerability,
			.status = v->status,
			.fixed_versions = v->fixed_versions,
			.affected_range = v->affected_range,
			.explanation = v->explanation,
			.vendor_status = v->vendor_status,
			.vendor_reason = v->vendor_reason,
		};
}

static void note_incomparable(struct lookup_target *t, const struct package *p)
{
	/* The project itself is known to have no version; that of its parts is a hole. */
	if (p->flags & PACKAGE_MAIN)
		return;
	if (!t->incomparable++)
		t->first_incomparable = p->name;
}

static void match_one(struct advisory_run *r, const struct package *p)
{
	bool lines = r->set->options.explain;
	struct names_lookup lookup = {.name = p->name};

	if (!is_looked_up(p) || !names_lookup(p, r->run->arena, &lookup)) {
		if (lines)
			explain(r, p, &lookup, NULL,
				p->ecosystem ? SLICE("not installed: not looked up")
					     : SLICE("no ecosystem: not looked up"));
		return;
	}
	struct lookup_target *t = target_of(r, p);
	if (!t->index) {
		if (lines)
			explain(r, p, &lookup, t, SLICE("not covered: not looked up"));
		return;
	}
	const struct memo *memo = look_up(r, p, t, &lookup);
	*(t->source == ADVISORY_INDEX ? &r->index_used : &r->baseline_used) = true;
	add_matches(r, p, &memo->answer);
	if (memo->answer.incomparable)
		note_incomparable(t, p);
	if (!lines)
		return;
	if (memo->failed)
		explain(r, p, &lookup, t, SLICE("not looked up: the index is damaged"));
	else if (memo->answer.incomparable)
		explain(r, p, &lookup, t,
			SLICE("unknown: records name it, but its version cannot be compared"));
	else if (!memo->answer.known)
		explain(r, p, &lookup, t, SLICE("cleared: no record names it"));
	vec_each (line, &memo->answer.lines)
		explain(r, p, &lookup, t, *line);
}

static void tell_incomparable(struct advisory_run *r)
{
	vec_each (t, &r->targets)
		if (t->incomparable)
			run_gap(r->run, GAP_LOCAL, GAP_REASON_UNVERSIONED, t->name,
				"%llu packages that records name have no version to compare, %.*s "
				"first",
				(unsigned long long)t->incomparable,
				SLICE_ARG(t->first_incomparable));
}

/* ------------------------------------------------------------------- feeds */

static void judge_lifecycle(struct advisory_run *r, const struct package_list *packages)
{
	struct error err = ERROR_INIT;

	if (!lifecycle_judge(r->set->index, packages, r->ubuntu_pro, r->run, r->report, &err))
		tell_damage(r, &err);
}

/* A gate that looks for what nobody has told it of would always be open. */
static void demand_feeds(struct advisory_run *r)
{
	const struct policy *p = r->report->policy;
	const struct advisory_index *index = r->set->index;
	const struct {
		bool wanted;
		enum index_section section;
		const char *feed, *what;
	} rows[] = {
		{p && (p->fail_on_kev || p->only_kev), INDEX_EXPLOITED, "kev",
		 "what is known to be exploited"},
		{p && p->epss_min > 0, INDEX_SCORES, "epss", "EPSS scores"},
	};

	for (size_t i = 0; index && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].wanted && !index_count(index, rows[i].section))
			run_gap(r->run, GAP_BLOCKING, GAP_REASON_NO_ADVISORIES,
				slice_from_cstr(rows[i].feed),
				"the policy asks for %s, and the index holds none; `bulwark db "
				"update --feeds %s` brings them",
				rows[i].what, rows[i].feed);
}

/* A feed that could not be read whole: what it would have said is missing. */
static void tell_lost_feeds(struct advisory_run *r)
{
	const struct advisory_index *index = r->set->index;
	struct error err = ERROR_INIT;

	if (!index)
		return;
	uint64_t count = index_count(index, INDEX_SOURCES);
	const struct index_source *rows = index_rows(index, INDEX_SOURCES, 0, count, &err);
	for (uint64_t i = 0; rows && i < count; i++) {
		struct slice feed, first;

		if (!rows[i].broken || !rows[i].feed)
			continue;
		if (!index_string(index, rows[i].feed, &feed, &err) ||
		    !index_string(index, rows[i].first_error, &first, &err))
			break;
		run_gap(r->run, GAP_LOCAL, GAP_REASON_MALFORMED, feed,
			"%u entries of the feed could not be read when the index was built, the "
			"first: %.*s",
			rows[i].broken, SLICE_ARG(first));
	}
	if (err.code)
		tell_damage(r, &err);
}

/* -------------------------------------------------------------- provenance */

static void add_provenance(struct advisory_run *r, const struct advisory_index *index,
			   enum advisory_source source, bool used)
{
	const struct index_header *h = index->header;

	*vec_add(r->run->arena, &r->report->advisories) = (struct advisory_provenance){
		.source = source,
		.name = source == ADVISORY_INDEX ? r->set->index_path : SLICE("baseline"),
		.digest = index_digest(index, r->run->arena),
		.newest = h->newest,
		.built = source == ADVISORY_INDEX ? h->created : TIMESTAMP_NONE,
		.records = index_count(index, INDEX_RECORDS),
		.used = used,
	};
}

void advisory_match(struct advisory_set *set, const struct package_list *packages, struct run *run,
		    struct report *report, struct match_list *ret)
{
	struct advisory_run r = {.set = set, .run = run, .report = report, .matches = ret};

	r.ubuntu_pro = set->options.ubuntu_pro ||
		       os_release_fact(&report->os, SLICE("ubuntu-pro:"), SLICE("esm-infra")) ||
		       os_release_fact(&report->os, SLICE("ubuntu-pro:"), SLICE("esm-apps"));
	map_init(&r.memos);
	map_init(&r.damage);
	arena_init(&r.scratch, 0);
	vec_each (p, packages)
		if (is_looked_up(p))
			target_of(&r, p)->packages++;
	choose_sources(&r);
	vec_each (p, packages)
		match_one(&r, p);
	tell_incomparable(&r);
	judge_lifecycle(&r, packages);
	tell_lost_feeds(&r);
	demand_feeds(&r);
	if (set->index)
		add_provenance(&r, set->index, ADVISORY_INDEX, r.index_used);
	if (set->baseline)
		add_provenance(&r, set->baseline, ADVISORY_BASELINE, r.baseline_used);
	if (set->baseline_error.code)
		run_gap(run, GAP_BLOCKING, GAP_REASON_MALFORMED, SLICE("baseline"), "%s",
			set->baseline_error.message);
	map_release(&r.memos);
	map_release(&r.damage);
	arena_release(&r.scratch);
}
