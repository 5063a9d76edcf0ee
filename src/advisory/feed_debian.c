/*
 * The Debian security tracker's data/json: source package -> CVE -> releases
 * by codename, with what the security team has decided.  Kept are the states
 * that say why there is no fix, and the urgencies.
 */
#include "advisory/feed.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "format/json.h"
#include "format/json_members.h"
#include "model/vulnerability.h"

/* Codenames of releases; what has none here is newer than this program. */
static const struct {
	struct slice codename;
	const char *release;
} releases[] = {
	{SLICE_INIT("wheezy"), "Debian:7"},    {SLICE_INIT("jessie"), "Debian:8"},
	{SLICE_INIT("stretch"), "Debian:9"},   {SLICE_INIT("buster"), "Debian:10"},
	{SLICE_INIT("bullseye"), "Debian:11"}, {SLICE_INIT("bookworm"), "Debian:12"},
	{SLICE_INIT("trixie"), "Debian:13"},   {SLICE_INIT("forky"), "Debian:14"},
	{SLICE_INIT("duke"), "Debian:15"},
};

static struct slice release_of(struct slice codename)
{
	for (size_t i = 0; i < ARRAY_LEN(releases); i++)
		if (slice_eq(releases[i].codename, codename))
			return slice_from_cstr(releases[i].release);
	return SLICE_EMPTY;
}

/* `nodsa` holds the reason in words, `nodsa_reason` which kind it is. */
static enum vendor_status status_of(const struct node *release)
{
	struct slice urgency = node_get_text(release, SLICE("urgency"));
	struct slice reason = node_get_text(release, SLICE("nodsa_reason"));
	struct slice status = node_get_text(release, SLICE("status"));

	if (slice_is(status, "resolved"))
		return VENDOR_NONE;
	if (slice_is(urgency, "end-of-life"))
		return VENDOR_END_OF_LIFE;
	if (slice_is(urgency, "unimportant"))
		return VENDOR_UNIMPORTANT;
	if (slice_is(reason, "ignored"))
		return VENDOR_IGNORED;
	if (slice_is(reason, "postponed"))
		return VENDOR_POSTPONED;
	if (node_get(release, SLICE("nodsa")))
		return VENDOR_NO_DSA;
	return slice_is(status, "undetermined") ? VENDOR_UNDETERMINED : VENDOR_NONE;
}

/* "low**" was the team's first guess, in old entries. */
static enum severity urgency_of(const struct node *release)
{
	struct slice word = node_get_text(release, SLICE("urgency"));
	enum severity s;

	while (slice_cut_suffix(&word, SLICE("*")))
		;
	return severity_parse(word, &s) ? s : SEVERITY_UNKNOWN;
}

static bool read_cve(struct slice package, const struct node *cve, const struct feed_sink *sink,
		     struct error *err)
{
	struct feed_fact fact = {.kind = FEED_STATE, .name = package, .date = TIMESTAMP_NONE};

	/* TEMP-... names of what has no number yet join nothing. */
	if (!names_cve(cve->key, &fact.cve))
		return true;
	node_each(release, node_get(cve, SLICE("releases")))
	{
		enum vendor_status status = status_of(release);
		enum severity urgency = urgency_of(release);

		fact.scope = release_of(release->key);
		fact.text = node_get_text(release, SLICE("nodsa"));
		if (fact.text.len > LIMIT_NAME)
			fact.text = SLICE_EMPTY;
		fact.value = FEED_STATE_VALUE(status, urgency);
		if (slice_empty(fact.scope) || !fact.value)
			continue;
		if (!sink->fact(sink->context, &fact, err))
			return false;
	}
	return true;
}

static bool read_package(struct slice name, struct slice text, struct arena *a,
			 const struct feed_sink *sink, struct feed_summary *summary,
			 struct error *err)
{
	struct error why = ERROR_INIT;
	struct node *root;

	if (name.len > LIMIT_NAME || !json_parse(text, a, &root, &why)) {
		if (!why.code)
			error_set(&why, ERR_FORMAT, "a package's name is too long");
		feed_broken(summary, &why);
		return true;
	}
	node_each(cve, root) if (!read_cve(name, cve, sink, err)) return false;
	return true;
}

bool feed_read_debian(struct slice bytes, struct slice stem, const struct feed_sink *sink,
		      struct feed_summary *summary, struct error *err)
{
	struct json_members m;
	struct slice key, value;
	struct arena a;
	bool more, ok;

	(void)stem;
	if (!json_members_begin(&m, bytes, err))
		return false;
	if (!m.object)
		return error_set(err, ERR_FORMAT,
				 "not the security tracker's: no object of packages");
	arena_init(&a, 0);
	while ((ok = json_members_next(&m, &a, &key, &value, &more, err)) && more) {
		if (!(ok = read_package(key, value, &a, sink, summary, err)))
			break;
		arena_clear(&a);
	}
	arena_release(&a);
	return ok;
}
