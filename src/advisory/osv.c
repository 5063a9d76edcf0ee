#include "advisory/osv.h"

#include <stdlib.h>

#include "advisory/names.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "format/json.h"
#include "model/severity.h"
#include "version/version.h"

/* Comparisons spent on dropping listed versions of one entry; beyond it they are all kept. */
#define PRUNE_BUDGET ((size_t)4000000)
#define URL_MAX	     ((size_t)2048)

/* What the first part of a record's id says about all such records. */
static const struct {
	struct slice prefix;
	bool erratum;	       /* bug-fix or enhancement: counts only where it names a CVE */
	bool fixes_related;    /* the CVEs that it fixes stand in `related` */
	bool summary_severity; /* "Important: bash security update" */
	bool malicious;
} id_rows[] = {
	{SLICE_INIT("ALBA-"), .erratum = true, .fixes_related = true},
	{SLICE_INIT("ALEA-"), .erratum = true, .fixes_related = true},
	{SLICE_INIT("RLBA-"), .erratum = true, .fixes_related = true},
	{SLICE_INIT("RLEA-"), .erratum = true, .fixes_related = true},
	{SLICE_INIT("RHBA-"), .erratum = true},
	{SLICE_INIT("RHEA-"), .erratum = true},
	{SLICE_INIT("ALSA-"), .summary_severity = true, .fixes_related = true},
	{SLICE_INIT("RLSA-"), .summary_severity = true, .fixes_related = true},
	{SLICE_INIT("RHSA-"), .summary_severity = true},
	{SLICE_INIT("MAL-"), .malicious = true},
};

struct reader {
	struct arena *arena;
	struct osv_record *record;
	struct error *err;
};

/* ------------------------------------------------------------------ texts */

static bool check_text(struct reader *r, const struct node *n, const char *what)
{
	if (node_text(n).len <= LIMIT_NAME)
		return true;
	return error_set_at(r->err, ERR_FORMAT, n->offset, "%s is longer than %zu bytes", what,
			    LIMIT_NAME);
}

static bool read_ids(struct reader *r, const struct node *record, struct slice key,
		     struct slice_list *out)
{
	node_each(n, node_get(record, key))
	{
		if (!check_text(r, n, "an identifier"))
			return false;
		if (!slice_empty(node_text(n)))
			*vec_add(r->arena, out) = names_identifier(node_text(n), r->arena);
	}
	return true;
}

static int64_t read_time(const struct node *record, struct slice key)
{
	int64_t t;

	return timestamp_parse(node_get_text(record, key), &t) ? t : TIMESTAMP_NONE;
}

/* The longest prefix of at most max bytes that does not cut a character. */
static struct slice cut_text(struct slice s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max > 0 && ((uint8_t)s.data[max] & 0xc0) == 0x80)
		max--;
	return slice_first(s, max);
}

/* The first line that says something, without Markdown's heading signs. */
static struct slice first_line(struct slice details)
{
	struct slice line;

	while (slice_next_line(&details, &line)) {
		while (slice_cut_prefix(&line, SLICE("#")))
			;
		line = slice_trim(line);
		if (!slice_empty(line))
			return line;
	}
	return SLICE_EMPTY;
}

static void read_summary(struct reader *r, const struct node *record)
{
	struct slice s = slice_trim(node_get_text(record, SLICE("summary")));

	if (slice_empty(s))
		s = first_line(node_get_text(record, SLICE("details")));
	struct slice cut = cut_text(s, OSV_SUMMARY_MAX);
	if (cut.len < s.len)
		cut = arena_printf(r->arena, "%.*s...", SLICE_ARG(slice_trim(cut)));
	r->record->summary = cut;
}

/* -------------------------------------------------------------- severities */

static void add_severity(struct reader *r, struct osv_severity_list *out,
			 enum osv_severity_kind kind, struct slice text)
{
	enum severity parsed;

	if (slice_empty(text) || text.len > LIMIT_NAME)
		return;
	if (kind == OSV_WORD && (!severity_parse(text, &parsed) || parsed == SEVERITY_UNKNOWN))
		return;
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].kind == kind && slice_eq(out->items[i].text, text))
			return;
	/* No record has many; a hostile one shall not make the check above slow. */
	if (out->count < 64)
		*vec_add(r->arena, out) = (struct osv_severity){kind, text};
}

static void read_severity_list(struct reader *r, const struct node *list,
			       struct osv_severity_list *out)
{
	static const struct {
		struct slice type;
		enum osv_severity_kind kind;
	} types[] = {
		{SLICE_INIT("CVSS_V2"), OSV_CVSS_V2},
		{SLICE_INIT("CVSS_V3"), OSV_CVSS_V3},
		{SLICE_INIT("CVSS_V4"), OSV_CVSS_V4},
	};

	node_each(n, list)
	{
		struct slice type = node_get_text(n, SLICE("type"));
		enum osv_severity_kind kind = OSV_WORD; /* type "Ubuntu" and the like */

		for (size_t i = 0; i < ARRAY_LEN(types); i++)
			if (slice_eq(types[i].type, type))
				kind = types[i].kind;
		add_severity(r, out, kind, node_get_text(n, SLICE("score")));
	}
}

/* Severities outside of the schema's own field; the same for a record and an affected entry. */
static void read_specific_severity(struct reader *r, const struct node *n,
				   struct osv_severity_list *out)
{
	static const struct {
		const char *object, *key;
		enum osv_severity_kind kind;
		bool last; /* a number found here makes the later ones moot */
	} places[] = {
		{"database_specific", "severity", OSV_WORD, false},
		{"ecosystem_specific", "severity", OSV_WORD, false},
		{"ecosystem_specific", "ubuntu_priority", OSV_WORD, false},
		{"ecosystem_specific", "urgency", OSV_WORD, false},
		{"database_specific", "informational", OSV_INFORMATIONAL, false},
		{"database_specific", "cvss_v4_score", OSV_SCORE, true},
		{"database_specific", "cvss_v3_score", OSV_SCORE, true},
		{"database_specific", "cvss_v2_score", OSV_SCORE, true},
		{"database_specific", "cvss_score", OSV_SCORE, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct slice text = node_text(node_path(n, places[i].object, places[i].key, NULL));

		add_severity(r, out, places[i].kind, text);
		if (places[i].last && !slice_empty(text))
			break;
	}
}

static void read_summary_severity(struct reader *r)
{
	struct slice word, rest;

	if (slice_split(r->record->summary, ':', &word, &rest))
		add_severity(r, &r->record->severities, OSV_WORD, word);
}

/* -------------------------------------------------------------- references */

static unsigned reference_rank(struct slice type)
{
	static const struct slice order[] = {
		SLICE_INIT("ADVISORY"), SLICE_INIT("FIX"), SLICE_INIT("REPORT"),
		SLICE_INIT("ARTICLE"),	SLICE_INIT("WEB"),
	};

	for (unsigned i = 0; i < ARRAY_LEN(order); i++)
		if (slice_eq(order[i], type))
			return i;
	return ARRAY_LEN(order);
}

static void read_reference_severity(struct reader *r, struct slice url)
{
	struct slice mark = SLICE("/updates/classification/#");
	size_t at = slice_find(url, mark);

	if (at < url.len)
		add_severity(r, &r->record->severities, OSV_WORD, slice_from(url, at + mark.len));
}

/* Only web addresses: reports make links of them. */
static bool is_web(struct slice url)
{
	return url.len <= URL_MAX &&
	       (slice_starts(url, SLICE("https://")) || slice_starts(url, SLICE("http://")));
}

static void read_references(struct reader *r, const struct node *list)
{
	for (unsigned rank = 0; rank <= 5; rank++) {
		node_each(n, list)
		{
			struct slice url = node_get_text(n, SLICE("url"));

			if (reference_rank(node_get_text(n, SLICE("type"))) != rank || !is_web(url))
				continue;
			if (r->record->references.count >= OSV_REFERENCES)
				break;
			*vec_add(r->arena, &r->record->references) = url;
		}
	}
	node_each(n, list) read_reference_severity(r, node_get_text(n, SLICE("url")));
}

/* ---------------------------------------------------------------- affected */

static bool read_event(struct reader *r, const struct node *n, struct osv_range *range)
{
	for (unsigned kind = 0; kind < RANGE_EVENT_KINDS; kind++) {
		const struct node *value =
			node_get(n, slice_from_cstr(range_event_name((enum range_event_kind)kind)));

		if (!value || slice_empty(node_text(value)))
			continue;
		if (!check_text(r, value, "a version"))
			return false;
		*vec_add(r->arena, &range->events) =
			(struct range_event){(enum range_event_kind)kind, node_text(value)};
	}
	return true;
}

static bool read_ranges(struct reader *r, const struct node *list, enum version_scheme scheme,
			struct osv_affected *out)
{
	node_each(n, list)
	{
		struct osv_range range = {0};

		if (slice_is(node_get_text(n, SLICE("type")), "GIT"))
			continue;
		node_each(event,
			  node_get(n, SLICE("events"))) if (!read_event(r, event,
									&range)) return false;
		if (!range.events.count)
			continue;
		range_sort(scheme, range.events.items, range.events.count);
		*vec_add(r->arena, &out->ranges) = range;
	}
	return true;
}

/* ------------------------------------------------------ Go's custom ranges */

/* Do the ranges say no more than "from there on, without an end"? */
static bool is_open(const struct osv_range_list *ranges)
{
	vec_each (range, ranges)
		vec_each (event, &range->events)
			if (event->kind != RANGE_INTRODUCED)
				return false;
	return ranges->count > 0;
}

static bool all_valid(enum version_scheme scheme, const struct osv_range_list *ranges)
{
	vec_each (range, ranges)
		vec_each (event, &range->events)
			if (!slice_is(event->version, "0") &&
			    !version_valid(scheme, event->version))
				return false;
	return true;
}

/* A range of [0, 0.0.0): in Go the pseudo-versions of modules without a release, v0.0.0-2023... */
static void add_unreleased(struct reader *r, struct osv_range_list *ranges)
{
	struct osv_range range = {0};

	*vec_add(r->arena, &range.events) = (struct range_event){RANGE_INTRODUCED, SLICE("0")};
	*vec_add(r->arena, &range.events) = (struct range_event){RANGE_FIXED, SLICE("0.0.0")};
	*vec_add(r->arena, ranges) = range;
}

/*
 * Where the module's own versions name no fix, vulndb tells the project's in
 * `custom_ranges`.  They bound the open range for versions that can be put in
 * order with them; pseudo-versions that follow no release cannot, and stay
 * affected.
 */
static bool read_custom_ranges(struct reader *r, const struct node *n, enum version_scheme scheme,
			       struct osv_affected *out)
{
	const struct node *list = node_path(n, "ecosystem_specific", "custom_ranges", NULL);
	struct osv_affected custom = {0};

	if (!list || scheme != VERSION_GO || !is_open(&out->ranges))
		return true;
	if (!read_ranges(r, list, scheme, &custom))
		return false;
	if (!custom.ranges.count || !all_valid(scheme, &custom.ranges))
		return true;
	add_unreleased(r, &custom.ranges);
	out->ranges = custom.ranges;
	return true;
}

static int compare_slices(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static bool in_ranges(enum version_scheme scheme, const struct osv_affected *affected,
		      struct slice version)
{
	vec_each (range, &affected->ranges)
		if (range_evaluate(scheme, range->events.items, range->events.count, version)
			    .affected)
			return true;
	return false;
}

static bool read_versions(struct reader *r, const struct node *list, enum version_scheme scheme,
			  struct osv_affected *out)
{
	size_t events = 0;

	vec_each (range, &out->ranges)
		events += range->events.count;
	bool prune = events && node_is(list, NODE_LIST) && list->count <= PRUNE_BUDGET / events;
	node_each(n, list)
	{
		if (!check_text(r, n, "a version"))
			return false;
		if (slice_empty(node_text(n)) || (prune && in_ranges(scheme, out, node_text(n))))
			continue;
		*vec_add(r->arena, &out->versions) = node_text(n);
	}
	if (out->versions.count > 1)
		qsort(out->versions.items, out->versions.count, sizeof(struct slice),
		      compare_slices);
	return true;
}

static bool is_modular(const struct osv_affected *affected)
{
	vec_each (range, &affected->ranges) {
		vec_each (event, &range->events) {
			struct slice v = event->version;

			if (slice_find(v, SLICE(".module_")) < v.len ||
			    slice_find(v, SLICE(".module+")) < v.len)
				return true;
		}
	}
	return false;
}

/*
 * AlmaLinux's records tell a module's stream only in the summary:
 * "Important: virt:rhel and virt-devel:rhel security update".
 */
static struct slice summary_modules(struct reader *r)
{
	struct slice rest = r->record->summary, word, out = SLICE_EMPTY;

	while (slice_next(&rest, ' ', &word)) {
		size_t colon = slice_find_byte(word, ':');

		while (word.len &&
		       (word.data[word.len - 1] == ',' || word.data[word.len - 1] == '.'))
			word.len--;
		if (colon == 0 || colon + 1 >= word.len)
			continue;
		out = slice_empty(out) ? word
				       : arena_printf(r->arena, "%.*s %.*s", SLICE_ARG(out),
						      SLICE_ARG(word));
	}
	return out;
}

static bool read_affected(struct reader *r, const struct node *n)
{
	const struct node *package = node_get(n, SLICE("package"));
	const struct node *ecosystem = node_get(package, SLICE("ecosystem"));
	const struct node *name = node_get(package, SLICE("name"));

	if (slice_empty(node_text(ecosystem)) || slice_empty(node_text(name)))
		return true;
	if (!check_text(r, ecosystem, "an ecosystem") || !check_text(r, name, "a package's name"))
		return false;
	const struct ecosystem *row = ecosystem_by_osv(node_text(ecosystem));
	enum version_scheme scheme = row ? row->scheme : VERSION_NONE;
	struct osv_affected *out = vec_add(r->arena, &r->record->affected);
	out->ecosystem = names_ecosystem_key(node_text(ecosystem));
	out->name = names_normalize(row, node_text(name), r->arena);
	if (!read_ranges(r, node_get(n, SLICE("ranges")), scheme, out) ||
	    !read_custom_ranges(r, n, scheme, out) ||
	    !read_versions(r, node_get(n, SLICE("versions")), scheme, out))
		return false;
	read_severity_list(r, node_get(n, SLICE("severity")), &out->severities);
	read_specific_severity(r, n, &out->severities);
	size_t colons = slice_find(out->name, SLICE("::"));
	if (scheme == VERSION_REDHAT && colons < out->name.len) {
		out->modular = true;
		out->modules = slice_first(out->name, colons);
	} else if (scheme == VERSION_REDHAT && is_modular(out)) {
		out->modular = true;
		out->modules = summary_modules(r);
	}
	return true;
}

/* ------------------------------------------------------- rebuilds in errata */

/* The one fixed version of an entry that says "before that"; NULL: the entry is not so simple. */
static struct range_event *only_fix(const struct osv_affected *affected)
{
	if (affected->versions.count || affected->ranges.count != 1)
		return NULL;
	struct range_event_list *events = &affected->ranges.items[0].events;
	if (events->count != 2 || !slice_is(events->items[0].version, "0") ||
	    events->items[0].kind != RANGE_INTRODUCED || events->items[1].kind != RANGE_FIXED)
		return NULL;
	return &events->items[1];
}

/*
 * An erratum lists each rebuild of a package that it shipped ("...el8" and
 * "...el8.alma", or a module's builds for three minor releases).  All hold the
 * fix, so the lowest of one version decides; taken as they stand, the highest
 * would.
 */
static void fold_rebuilds(struct reader *r)
{
	struct osv_affected_list kept = {0};
	struct map seen;

	map_init(&seen);
	vec_each (affected, &r->record->affected) {
		const struct ecosystem *row = ecosystem_by_osv(affected->ecosystem);
		struct range_event *fix = only_fix(affected);

		if (fix && row && row->scheme == VERSION_REDHAT) {
			struct slice parts[] = {
				affected->ecosystem, affected->name,
				slice_first(fix->version, slice_rfind_byte(fix->version, '-'))};
			bool is_new;
			uint64_t *at = map_put(
				&seen, arena_join(r->arena, parts, ARRAY_LEN(parts), SLICE("\n")),
				&is_new);

			if (!is_new) {
				struct range_event *first = only_fix(&kept.items[*at]);

				if (first &&
				    version_compare(row->scheme, fix->version, first->version) < 0)
					first->version = fix->version;
				continue;
			}
			*at = kept.count;
		}
		*vec_add(r->arena, &kept) = *affected;
	}
	map_release(&seen);
	r->record->affected = kept;
}

/* ------------------------------------------------------------------ record */

static bool mentions_cve(const struct osv_record *r)
{
	const struct slice_list *lists[] = {&r->aliases, &r->upstream, &r->related};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		vec_each (id, lists[i])
			if (slice_starts(*id, SLICE("CVE-")))
				return true;
	return false;
}

/* AlmaLinux and Rocky write into `related` what `upstream` is for. */
static void take_related(struct reader *r)
{
	struct slice_list rest = {0};

	vec_each (id, &r->record->upstream)
		if (slice_starts(*id, SLICE("CVE-")))
			return;
	vec_each (id, &r->record->related)
		*vec_add(r->arena,
			 slice_starts(*id, SLICE("CVE-")) ? &r->record->upstream : &rest) = *id;
	r->record->related = rest;
}

static void apply_id_rows(struct reader *r)
{
	struct osv_record *record = r->record;

	for (size_t i = 0; i < ARRAY_LEN(id_rows); i++) {
		bool alias = false;

		vec_each (id, &record->aliases)
			alias = alias || slice_starts(*id, id_rows[i].prefix);
		if (id_rows[i].malicious && (alias || slice_starts(record->id, id_rows[i].prefix)))
			add_severity(r, &record->severities, OSV_MALICIOUS, SLICE("malicious"));
		if (!slice_starts(record->id, id_rows[i].prefix))
			continue;
		if (id_rows[i].erratum && !mentions_cve(record))
			record->skip = OSV_ERRATUM;
		if (id_rows[i].fixes_related)
			take_related(r);
		if (id_rows[i].summary_severity)
			read_summary_severity(r);
	}
}

static bool read_record(struct reader *r, const struct node *root)
{
	struct osv_record *record = r->record;
	const struct node *id = node_get(root, SLICE("id"));

	if (!node_is(id, NODE_STRING) || slice_empty(id->text))
		return error_set(r->err, ERR_FORMAT, "the record has no id");
	if (!check_text(r, id, "the id"))
		return false;
	record->id = names_identifier(id->text, r->arena);
	record->published = read_time(root, SLICE("published"));
	record->modified = read_time(root, SLICE("modified"));
	if (!slice_empty(node_get_text(root, SLICE("withdrawn")))) {
		record->skip = OSV_WITHDRAWN;
		return true;
	}
	if (!read_ids(r, root, SLICE("aliases"), &record->aliases) ||
	    !read_ids(r, root, SLICE("upstream"), &record->upstream) ||
	    !read_ids(r, root, SLICE("related"), &record->related))
		return false;
	read_summary(r, root);
	read_severity_list(r, node_get(root, SLICE("severity")), &record->severities);
	read_specific_severity(r, root, &record->severities);
	record->known_exploited = node_truth(node_path(root, "database_specific", "kev", NULL));
	apply_id_rows(r);
	if (record->skip != OSV_KEPT)
		return true;
	node_each(n, node_get(root, SLICE("affected"))) if (!read_affected(r, n)) return false;
	fold_rebuilds(r);
	read_references(r, node_get(root, SLICE("references")));
	if (!record->affected.count)
		record->skip = OSV_NO_PACKAGE;
	return true;
}

bool osv_read(const struct node *root, struct arena *a, struct osv_record *ret, struct error *err)
{
	struct reader r = {.arena = a, .record = ret, .err = err};

	*ret = (struct osv_record){.summary = SLICE_EMPTY};
	if (!node_is(root, NODE_MAP))
		return error_set(err, ERR_FORMAT, "the record is no object");
	return read_record(&r, root);
}

bool osv_parse(struct slice text, struct arena *a, struct osv_record *ret, struct error *err)
{
	struct node *root;

	return json_parse(text, a, &root, err) && osv_read(root, a, ret, err);
}

bool osv_same_fix(const struct osv_affected *a, const struct osv_affected *b)
{
	/* only_fix changes nothing. */
	const struct range_event *x = only_fix(a), *y = only_fix(b);

	return x && y && slice_eq(a->name, b->name) && slice_eq(a->ecosystem, b->ecosystem) &&
	       slice_eq(x->version, y->version);
}

/* Records that are about one flaw in one distribution, under a name of its own. */
static const struct slice one_flaw[] = {
	SLICE_INIT("AZL-"), SLICE_INIT("BELL-"), SLICE_INIT("CGA-"),
	SLICE_INIT("DHI-"), SLICE_INIT("ECHO-"), SLICE_INIT("MINI-"),
};

static struct slice only_upstream_cve(const struct osv_record *r)
{
	struct slice found = SLICE_EMPTY;
	bool named = false;

	for (size_t i = 0; i < ARRAY_LEN(one_flaw); i++)
		named = named || slice_starts(r->id, one_flaw[i]);
	vec_each (id, &r->upstream) {
		if (!named || !slice_starts(*id, SLICE("CVE-")))
			continue;
		if (!slice_empty(found) && !slice_eq(found, *id))
			return SLICE_EMPTY;
		found = *id;
	}
	return found;
}

struct slice osv_own_cve(const struct osv_record *r)
{
	vec_each (id, &r->upstream) {
		struct slice head = r->id;

		if (slice_starts(*id, SLICE("CVE-")) && slice_cut_suffix(&head, *id) &&
		    slice_ends(head, SLICE("-")))
			return *id;
	}
	return only_upstream_cve(r);
}
