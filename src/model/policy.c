#include "model/policy.h"

#include "base/text.h"

void policy_init(struct policy *p)
{
	*p = (struct policy){
		.fail_on = SEVERITY_HIGH,
		.severities = SEVERITY_MASK_ALL,
		.exit_code = 1,
	};
}

static bool names_id(const struct assessment *x, struct slice id)
{
	if (slice_eq_nocase(x->rule->id, id) || slice_eq_nocase(x->discriminator, id))
		return true;
	/* "hadolint:DL3006" or "DL3006" */
	vec_each(alias, &x->aliases) {
		struct slice peer, rest;

		if (slice_eq_nocase(*alias, id) ||
		    (slice_split(*alias, ':', &peer, &rest) && slice_eq_nocase(rest, id)))
			return true;
	}
	if (!x->match || !x->match->vulnerability)
		return false;
	const struct vulnerability *v = x->match->vulnerability;
	if (slice_eq_nocase(v->id, id))
		return true;
	vec_each(alias, &v->aliases)
		if (slice_eq_nocase(*alias, id))
			return true;
	vec_each(record, &v->record_ids)
		if (slice_eq_nocase(*record, id))
			return true;
	return false;
}

/* purl: canonical, without qualifiers; without a version it covers all. */
static bool covers_purl(const struct assessment *x, struct slice purl, struct arena *a)
{
	struct slice own = package_purl(x->match->package, a);

	own = slice_first(own, slice_find_byte(own, '?'));
	if (slice_eq(own, purl))
		return true;
	size_t at = slice_rfind_byte(own, '@');
	return at < own.len && slice_eq(slice_first(own, at), purl);
}

static bool ignore_covers(const struct ignore *i, const struct assessment *x, struct arena *a)
{
	const struct package *package = x->match ? x->match->package : NULL;

	if (!slice_empty(i->id) && !names_id(x, i->id))
		return false;
	if (i->has_fingerprint &&
	    memcmp(i->fingerprint.bytes, x->fingerprint.bytes, FINGERPRINT_SIZE) != 0)
		return false;
	if (!slice_empty(i->package) && !(package && text_glob(i->package, package->name)))
		return false;
	struct slice path = package ? package->path : x->path;
	if (!slice_empty(i->path) && !(path.len && text_glob(i->path, path)))
		return false;
	return slice_empty(i->purl) || (package && covers_purl(x, i->purl, a));
}

void policy_apply(struct policy *p, struct assessment_list *assessments, int64_t now, struct arena *a)
{
	vec_each(x, assessments) {
		for (size_t n = 0; slice_empty(x->suppressed_by) && n < p->ignores.count; n++) {
			struct ignore *i = &p->ignores.items[n];

			if (i->expires != TIMESTAMP_NONE && i->expires <= now)
				continue;
			if (!ignore_covers(i, x, a))
				continue;
			i->used = true;
			x->suppressed_by = slice_empty(i->reason) ? i->origin : i->reason;
		}
	}
}

bool policy_shows(const struct policy *p, const struct assessment *x)
{
	if (!slice_empty(x->suppressed_by) || !(p->severities >> x->severity & 1))
		return false;
	return !(p->ignore_unfixed && x->match && x->match->status == MATCH_AFFECTED);
}

bool policy_gates(const struct policy *p, const struct assessment *x)
{
	return x->status == STATUS_FAIL && !p->fail_never && x->severity >= p->fail_on &&
	       policy_shows(p, x);
}
