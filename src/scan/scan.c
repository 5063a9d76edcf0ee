#include "scan/scan.h"

#include "base/cleanup.h"
#include "base/map.h"

/* Ecosystem names without release, each once, in the order of their first package. */
static void list_ecosystems(const struct package_list *packages, struct arena *a, struct slice_list *ret)
{
	CLEANUP(map_release) struct map seen;

	map_init(&seen);
	vec_each(p, packages) {
		bool is_new;

		if (!p->ecosystem)
			continue;
		map_put(&seen, p->ecosystem->osv, &is_new);
		if (is_new)
			*vec_add(a, ret) = p->ecosystem->osv;
	}
}

/*
 * The subject names the package without its version, so that a waiver
 * outlives an update that does not fix anything; language packages may be
 * installed several times, so their path belongs to the subject.
 */
static struct slice subject_of(const struct package *p, struct arena *a)
{
	struct slice purl = package_purl(p, a);

	if (slice_empty(purl))
		purl = p->name;
	purl = slice_first(purl, slice_find_byte(purl, '?'));
	size_t at = slice_rfind_byte(purl, '@');
	if (at < purl.len && at > 0)
		purl = slice_first(purl, at);
	if (package_origin_row(p->origin)->os)
		return purl;
	return arena_printf(a, "%.*s in %.*s", SLICE_ARG(purl), SLICE_ARG(p->path));
}

static void add_evidence(struct assessment *x, struct arena *a, const char *key, struct slice value)
{
	if (!slice_empty(value))
		*vec_add(a, &x->evidence) = (struct evidence){ slice_from_cstr(key), value };
}

static struct slice message_of(const struct match *m, struct arena *a)
{
	const struct vulnerability *v = m->vulnerability;
	struct slice fixed = m->fixed_versions.count ? m->fixed_versions.items[0] : SLICE_EMPTY;

	return arena_printf(a, "%.*s %.*s is affected by %.*s%s%.*s%s%.*s", SLICE_ARG(m->package->name),
			    SLICE_ARG(m->package->version), SLICE_ARG(v->id),
			    slice_empty(v->summary) ? "" : ": ", SLICE_ARG(v->summary),
			    slice_empty(fixed) ? "; no fixed version is known" : "; fixed in ", SLICE_ARG(fixed));
}

static void assess_vulnerability(const struct match *m, struct arena *a, struct assessment_list *ret)
{
	if (m->status == MATCH_NOT_AFFECTED)
		return;
	struct assessment *x = vec_add(a, ret);

	x->rule = &rule_vulnerability;
	x->status = STATUS_FAIL;
	x->severity = m->vulnerability->severity;
	x->confidence = m->package->flags & PACKAGE_GUESSED ? CONFIDENCE_MEDIUM : CONFIDENCE_HIGH;
	x->subject = subject_of(m->package, a);
	x->discriminator = m->vulnerability->id;
	x->message = message_of(m, a);
	x->match = m;
	add_evidence(x, a, "affected", m->affected_range);
	add_evidence(x, a, "installed", m->package->version);
	add_evidence(x, a, "path", m->package->path);
	if (m->vendor_status != VENDOR_NONE)
		add_evidence(x, a, "vendor", slice_empty(m->vendor_reason)
						     ? vendor_status_name(m->vendor_status)
						     : arena_printf(a, "%.*s: %.*s",
								    SLICE_ARG(vendor_status_name(m->vendor_status)),
								    SLICE_ARG(m->vendor_reason)));
	fingerprint_compute(x->rule, x->subject, x->discriminator, &x->fingerprint);
}

static void assess_pending_update(const struct match *m, struct arena *a, struct assessment_list *ret)
{
	struct slice fixed = m->fixed_versions.count ? m->fixed_versions.items[0] : SLICE_EMPTY;
	struct assessment *x = vec_add(a, ret);

	x->rule = &rule_pending_update;
	x->status = STATUS_FAIL;
	x->severity = rule_pending_update.severity;
	x->confidence = CONFIDENCE_MEDIUM;
	x->subject = subject_of(m->package, a);
	/* Without a version: the update that waits today and the next one are one matter. */
	x->discriminator = SLICE_EMPTY;
	x->message = arena_printf(a, "%.*s %.*s has a security update waiting: %.*s",
				  SLICE_ARG(m->package->name), SLICE_ARG(m->package->version), SLICE_ARG(fixed));
	x->match = m;
	add_evidence(x, a, "installed", m->package->version);
	add_evidence(x, a, "available", fixed);
	add_evidence(x, a, "archive", m->explanation);
	fingerprint_compute(x->rule, x->subject, x->discriminator, &x->fingerprint);
}

/* Known vendors' versions are their own, so the distribution's advisories are not about them. */
static void note_foreign(struct run *run, const struct package_list *packages)
{
	const struct package *first = NULL;
	size_t count = 0;

	vec_each(p, packages)
		if (p->flags & PACKAGE_FOREIGN) {
			first = first ? first : p;
			count++;
		}
	if (first)
		run_gap(run, GAP_LOCAL, GAP_REASON_NO_COVERAGE, first->path,
			"the distribution's advisories are not about packages of other vendors: %zu, the first is %.*s by %.*s",
			count, SLICE_ARG(first->name), SLICE_ARG(first->maintainer));
}

/* Advisories name Maven's packages by group and artifact; an archive need not tell its group. */
static void note_groupless(struct run *run, const struct package_list *packages)
{
	const struct package *first = NULL;
	size_t count = 0;

	vec_each(p, packages)
		if (p->origin == ORIGIN_JAVA_ARCHIVE && !p->ecosystem) {
			first = first ? first : p;
			count++;
		}
	if (first)
		run_gap(run, GAP_LOCAL, GAP_REASON_NO_COVERAGE, first->path,
			"%zu Java archives do not tell their Maven group, so no advisory can be found for them; the first is %.*s %.*s",
			count, SLICE_ARG(first->name), SLICE_ARG(first->version));
}

/* Nobody writes advisories about some kinds of packages: not to find one says nothing of them. */
static void note_unadvised(struct run *run, const struct package_list *packages)
{
	size_t counts[ORIGIN_COUNT] = { 0 }; /* of the first origin of that type */

	vec_each(p, packages) {
		const struct package_origin_row *row = package_origin_row(p->origin);

		size_t first = 0;

		if (row->os || p->ecosystem || slice_is(row->purl_type, "generic") ||
		    slice_empty(row->purl_type) || ecosystem_by_purl_type(row->purl_type))
			continue;
		while (!slice_eq(package_origin_row((enum package_origin)first)->purl_type, row->purl_type))
			first++;
		counts[first]++;
	}
	for (size_t i = 0; i < ORIGIN_COUNT; i++) {
		struct slice type = package_origin_row((enum package_origin)i)->purl_type;

		if (counts[i])
			run_gap(run, GAP_LOCAL, GAP_REASON_NO_COVERAGE, type,
				"there are no advisories about packages of %.*s, of which there are %zu",
				SLICE_ARG(type), counts[i]);
	}
}

static void note_incomparable(struct run *run, const struct package_list *packages)
{
	size_t unreleased = 0;

	vec_each(p, packages)
		unreleased += package_origin_row(p->origin)->os && !p->ecosystem &&
			      !(p->flags & PACKAGE_FOREIGN);
	if (unreleased)
		run_gap(run, GAP_BLOCKING, GAP_REASON_UNKNOWN_OS, SLICE("operating system"),
			"%zu packages belong to a distribution that is unknown or has no advisories here",
			unreleased);
}

static void match_packages(struct run *run, const struct scan_options *options,
			   const struct target_result *target, struct advisory_set *set, struct report *ret)
{
	struct error err = ERROR_INIT;
	struct match_list *matches = arena_new(run->arena, struct match_list);
	struct match_list *pending = arena_new(run->arena, struct match_list);
	struct advisory_options advisories = options->advisories;
	struct slice_list names = { 0 };

	list_ecosystems(&ret->packages, run->arena, &names);
	if (options->prepare &&
	    !options->prepare(options->context, run, &names, &advisories.index_path, &err))
		run_gap(run, GAP_NOTE, GAP_REASON_NO_ADVISORIES, SLICE("advisories"), "%s", err.message);
	error_clear(&err);
	if (!advisory_set_open(set, &advisories, &err))
		run_gap(run, GAP_BLOCKING, GAP_REASON_NO_ADVISORIES, set->index_path, "%s", err.message);
	note_incomparable(run, &ret->packages);
	note_groupless(run, &ret->packages);
	note_foreign(run, &ret->packages);
	note_unadvised(run, &ret->packages);
	advisory_match(set, &ret->packages, run, ret, matches);
	if (options->archive)
		options->archive(options->context, run, target, ret, pending);
	vec_each(m, matches)
		assess_vulnerability(m, run->arena, &ret->assessments);
	vec_each(m, pending)
		assess_pending_update(m, run->arena, &ret->assessments);
}

bool scan_run(struct run *run, const struct scan_options *options, struct policy *policy,
	      struct advisory_set *set, struct report *ret, struct error *err)
{
	struct target_result *target = arena_new(run->arena, struct target_result);

	*ret = (struct report){
		.tool_version = SLICE(BULWARK_VERSION),
		.created = run->now,
		.target = options->target.name,
		.policy = policy,
		.explain = options->advisories.explain,
	};
	if (!target_read(run, &options->target, target, err))
		return false;
	ret->kind = target->kind;
	ret->image = target->has_image ? &target->image : NULL;
	ret->os = target->os;
	ret->packages = target->packages;
	for (size_t i = 0; i < ret->packages.count; i++)
		ret->packages.items[i].id = (uint32_t)i;
	if (options->match)
		match_packages(run, options, target, set, ret);
	ret->gaps = run->gaps;
	report_finish(ret, run->arena);
	return true;
}
