#include "model/policy.h"

#include <stdlib.h>

#include "base/text.h"

void policy_init(struct policy *p)
{
	*p = (struct policy){
		.fail_on = SEVERITY_HIGH,
		.severities = SEVERITY_MASK_ALL,
		.exit_code = 1,
	};
}

bool policy_read_epss(struct policy *p, struct slice text)
{
	char digits[32];
	char *end;

	if (slice_empty(text) || text.len >= sizeof(digits))
		return false;
	memcpy(digits, text.data, text.len);
	digits[text.len] = '\0';
	p->epss_min = strtod(digits, &end);
	return ascii_digit(digits[0]) && *end == '\0' && p->epss_min >= 0 && p->epss_min <= 1;
}

bool policy_ignore_status(struct policy *p, struct slice name)
{
	enum vendor_status status;

	if (!vendor_status_parse(name, &status))
		return false;
	p->ignored_statuses |= 1u << status;
	return true;
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

static bool counts(const struct ignore *i, int64_t now)
{
	return i->expires == TIMESTAMP_NONE || i->expires > now;
}

/* Does the ignore name this CVE, and otherwise hold for the finding of its erratum? */
static bool ignore_covers_fix(const struct ignore *i, const struct assessment *x, struct slice cve,
			      struct arena *a)
{
	struct ignore other = *i;

	if (slice_empty(i->id) || !slice_eq_nocase(i->id, cve))
		return false;
	other.id = SLICE_EMPTY;
	return ignore_covers(&other, x, a);
}

/* An erratum is a matter no longer when each flaw that it fixes is none. */
static void apply_to_fixes(struct policy *p, struct assessment *x, int64_t now, struct arena *a)
{
	const struct slice_list *fixes = &x->match->vulnerability->fixes;
	struct ignore *last = NULL;

	if (!slice_empty(x->suppressed_by) || !fixes->count)
		return;
	vec_each(cve, fixes) {
		struct ignore *found = NULL;

		for (size_t n = 0; n < p->ignores.count && !found; n++)
			if (counts(&p->ignores.items[n], now) &&
			    ignore_covers_fix(&p->ignores.items[n], x, *cve, a))
				found = &p->ignores.items[n];
		if (!found)
			return;
		last = found;
	}
	/* Only now: an ignore that does not carry a verdict was of no use. */
	vec_each(i, &p->ignores)
		vec_each(cve, fixes)
			i->used = i->used || (counts(i, now) && ignore_covers_fix(i, x, *cve, a));
	x->suppressed_by = slice_empty(last->reason) ? last->origin : last->reason;
}

void policy_apply(struct policy *p, struct assessment_list *assessments, int64_t now, struct arena *a)
{
	vec_each(x, assessments) {
		for (size_t n = 0; slice_empty(x->suppressed_by) && n < p->ignores.count; n++) {
			struct ignore *i = &p->ignores.items[n];

			if (!counts(i, now) || !ignore_covers(i, x, a))
				continue;
			i->used = true;
			x->suppressed_by = slice_empty(i->reason) ? i->origin : i->reason;
		}
		if (x->match && x->match->vulnerability)
			apply_to_fixes(p, x, now, a);
	}
}

static bool is_exploited(const struct assessment *x)
{
	return x->match && x->match->vulnerability && x->match->vulnerability->known_exploited;
}

/* Of what was matched with advisories; a waiting update has neither exploits nor scores. */
static bool passes_risk(const struct policy *p, const struct assessment *x)
{
	const struct vulnerability *v = x->match ? x->match->vulnerability : NULL;

	if (!x->match)
		return true;
	if (p->only_kev && !is_exploited(x))
		return false;
	if (p->epss_min > 0 && !(v && v->has_epss && v->epss >= p->epss_min))
		return false;
	return !(p->ignored_statuses >> x->match->vendor_status & 1);
}

bool policy_shows(const struct policy *p, const struct assessment *x)
{
	if (!slice_empty(x->suppressed_by) || !(p->severities >> x->severity & 1))
		return false;
	return passes_risk(p, x) &&
	       !(p->ignore_unfixed && x->match && x->match->status == MATCH_AFFECTED);
}

bool policy_gates(const struct policy *p, const struct assessment *x)
{
	bool severe = !p->fail_never && x->severity >= p->fail_on;

	return x->status == STATUS_FAIL && (severe || (p->fail_on_kev && is_exploited(x))) &&
	       policy_shows(p, x);
}
