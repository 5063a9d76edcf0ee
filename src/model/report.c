#include "model/report.h"

#include <stdlib.h>

#include "model/vex.h"

const char *target_kind_name(enum target_kind kind)
{
	switch (kind) {
	case TARGET_DOCKER_ARCHIVE: return "docker-archive";
	case TARGET_OCI_LAYOUT: return "oci-layout";
	case TARGET_ROOTFS: return "rootfs";
	case TARGET_DIRECTORY: return "directory";
	case TARGET_FILE: return "file";
	case TARGET_REGISTRY: return "registry";
	case TARGET_DAEMON: return "docker";
	case TARGET_CONFIGURATION: return "configuration";
	}
	return "unknown";
}

const char *lifecycle_state_name(enum lifecycle_state s)
{
	switch (s) {
	case LIFECYCLE_SUPPORTED: return "supported";
	case LIFECYCLE_EXTENDED: return "extended";
	case LIFECYCLE_ENDED: return "ended";
	}
	return "unknown";
}

void report_count(const struct report *r, uint64_t counts[SEVERITY_COUNT])
{
	memset(counts, 0, SEVERITY_COUNT * sizeof(counts[0]));
	vec_each(x, &r->assessments)
		if (x->status == STATUS_FAIL && policy_shows(r->policy, x))
			counts[x->severity]++;
}

static int order_assessments(const void *a, const void *b)
{
	return assessment_cmp(a, b);
}

/* Findings of files are read beside the file. */
static int order_places(const void *a, const void *b, void *sources)
{
	const struct assessment *x = a, *y = b;
	const struct source_table *table = sources;
	struct span at = x->spans.count ? x->spans.items[0] : (struct span){ 0 };
	struct span other = y->spans.count ? y->spans.items[0] : (struct span){ 0 };
	const struct source *source = source_get(table, at.source), *than = source_get(table, other.source);
	int order = slice_cmp(source ? source->name : SLICE_EMPTY, than ? than->name : SLICE_EMPTY);

	if (order == 0)
		order = (at.offset > other.offset) - (at.offset < other.offset);
	return order ? order : assessment_cmp(x, y);
}

/* Of one risk, as otherwise. */
static int order_by_risk(const void *x, const void *y)
{
	const struct assessment *a = x, *b = y;
	double risk_a = a->match ? match_risk(a->match) : 0;
	double risk_b = b->match ? match_risk(b->match) : 0;

	if (risk_a != risk_b)
		return risk_a > risk_b ? -1 : 1;
	return assessment_cmp(a, b);
}

static int order_gaps(const void *a, const void *b)
{
	return gap_cmp(a, b);
}

/* "CVE-2026-1", "GHSA-...": capitals, a dash; rules' ids are in lower case, peers' have no dash or are AVD's. */
static bool names_vulnerability(struct slice id)
{
	size_t i = 0;

	while (i < id.len && ascii_upper(id.data[i]))
		i++;
	return i > 1 && i < id.len && id.data[i] == '-' && !slice_starts(id, SLICE("AVD-"));
}

/* One policy is for every command: an ignore is unused where it could have been used. */
static bool could_be_used(const struct report *r, const struct ignore *i)
{
	bool about_package = !slice_empty(i->package) || !slice_empty(i->purl) || names_vulnerability(i->id);

	if (r->kind == TARGET_CONFIGURATION)
		return !about_package && !slice_empty(i->id);
	return r->advisories.count && (about_package || slice_empty(i->id));
}

static void note_unused_ignores(struct report *r, struct arena *a)
{
	vec_each(ignore, &r->policy->ignores) {
		char date[TIMESTAMP_TEXT_MAX];

		if (ignore->expires != TIMESTAMP_NONE && ignore->expires <= r->created)
			gap_add(&r->gaps, a, GAP_NOTE, GAP_REASON_MISSING, ignore->origin,
				"this ignore expired on %s and no longer counts",
				timestamp_format_date(ignore->expires, date));
		else if (!ignore->used && could_be_used(r, ignore))
			gap_add(&r->gaps, a, GAP_NOTE, GAP_REASON_MISSING, ignore->origin,
				"this ignore matched nothing");
	}
}

/* One line for each distinct gap. */
static void sort_gaps(struct gap_list *gaps)
{
	size_t kept = 0;

	if (gaps->count == 0)
		return;
	qsort(gaps->items, gaps->count, sizeof(*gaps->items), order_gaps);
	for (size_t i = 1; i < gaps->count; i++)
		if (gap_cmp(&gaps->items[kept], &gaps->items[i]) != 0)
			gaps->items[++kept] = gaps->items[i];
	gaps->count = kept + 1;
}

void report_finish(struct report *r, struct arena *a)
{
	bool gates = false;

	policy_apply(r->policy, &r->assessments, r->created, a);
	if (r->policy->vex)
		vex_apply(r->policy->vex, r, a);
	note_unused_ignores(r, a);
	if (r->assessments.count && r->kind == TARGET_CONFIGURATION)
		qsort_r(r->assessments.items, r->assessments.count, sizeof(*r->assessments.items),
			order_places, (void *)(uintptr_t)r->sources);
	else if (r->assessments.count)
		qsort(r->assessments.items, r->assessments.count, sizeof(*r->assessments.items),
		      r->policy->sort_by_risk ? order_by_risk : order_assessments);
	sort_gaps(&r->gaps);
	r->complete = true;
	vec_each(gap, &r->gaps)
		if (gap->kind == GAP_BLOCKING || (gap->kind == GAP_LOCAL && r->policy->strict))
			r->complete = false;
	vec_each(x, &r->assessments)
		gates |= policy_gates(r->policy, x);
	if (!r->complete)
		r->exit_code = EXIT_INCOMPLETE;
	else
		r->exit_code = gates ? r->policy->exit_code : EXIT_NONE;
	/* As Trivy has it, the end of support decides before anything else does. */
	if (r->policy->exit_on_eol && r->lifecycle.count && !r->lifecycle.items[0].packages &&
	    r->lifecycle.items[0].state == LIFECYCLE_ENDED)
		r->exit_code = r->policy->exit_on_eol;
}
