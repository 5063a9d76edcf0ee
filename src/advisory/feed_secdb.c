/*
 * secdb, as Alpine, Wolfi and Chainguard publish it: for each source package
 * the versions that fixed something, and what.  Each pair makes a record in
 * OSV's shape, as OSV itself makes them for Alpine (ALPINE-CVE-...).
 */
#include "advisory/feed.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "format/json.h"
#include "format/json_members.h"

/* By where the packages are served: the file itself names no distribution. */
static const struct {
	struct slice host, ecosystem, prefix;
} origins[] = {
	{SLICE_INIT("dl-cdn.alpinelinux.org"), SLICE_INIT("Alpine"), SLICE_INIT("ALPINE-")},
	{SLICE_INIT("packages.wolfi.dev"), SLICE_INIT("Wolfi"), SLICE_INIT("WOLFI-")},
	{SLICE_INIT("packages.cgr.dev"), SLICE_INIT("Chainguard"), SLICE_INIT("CHAINGUARD-")},
};

struct secdb {
	struct slice ecosystem; /* "Alpine:v3.19" */
	struct slice prefix;
	struct arena *arena; /* of one package */
	const struct feed_sink *sink;
	struct feed_summary *summary;
};

static bool put_fix(const struct secdb *s, struct slice package, struct slice version,
		    struct slice id, struct error *err)
{
	struct range_event events[] = {{RANGE_INTRODUCED, SLICE("0")}, {RANGE_FIXED, version}};
	struct osv_range range = {.events = {events, 2, 2}};
	struct osv_affected affected = {
		.ecosystem = s->ecosystem,
		.name = package,
		.modules = SLICE_EMPTY,
		.ranges = {&range, 1, 1},
	};
	struct osv_record record = {
		.id = arena_printf(s->arena, "%.*s%.*s", SLICE_ARG(s->prefix), SLICE_ARG(id)),
		.upstream = {&id, 1, 1},
		.published = TIMESTAMP_NONE,
		.modified = TIMESTAMP_NONE,
		.summary = SLICE_EMPTY,
		.affected = {&affected, 1, 1},
	};

	return s->sink->record(s->sink->context, &record, err);
}

/* An entry holds one name or several of one flaw: "CVE-2019-1 XSA-1 (+)". */
static bool read_entry(const struct secdb *s, struct slice package, struct slice version,
		       struct slice entry, struct error *err)
{
	struct slice id;

	entry = slice_trim(entry);
	if (!slice_next(&entry, ' ', &id))
		return true;
	id = names_identifier(id, s->arena);
	if (id.len > LIMIT_NAME / 2 || package.len > LIMIT_NAME || version.len > LIMIT_NAME)
		return true;
	return put_fix(s, package, version, id, err);
}

/* The version "0" says that the package was never affected. */
static bool read_fixes(const struct secdb *s, struct slice package, const struct node *fixes,
		       struct error *err)
{
	node_each(version, fixes)
	{
		if (slice_is(version->key, "0") || slice_empty(version->key))
			continue;
		node_each(entry, version) if (!slice_empty(node_text(entry)) &&
					      !read_entry(s, package, version->key,
							  node_text(entry), err)) return false;
	}
	return true;
}

static bool read_package(const struct secdb *s, struct slice text, struct error *err)
{
	struct error why = ERROR_INIT;
	struct node *root;

	if (!json_parse(text, s->arena, &root, &why)) {
		feed_broken(s->summary, &why);
		return true;
	}
	const struct node *package = node_get(root, SLICE("pkg"));
	struct slice name = node_get_text(package, SLICE("name"));
	return slice_empty(name) || read_fixes(s, name, node_get(package, SLICE("secfixes")), err);
}

/* The text of a member that is a string; empty else. */
static bool find_text(struct slice bytes, const char *key, struct arena *a, struct slice *ret,
		      struct error *err)
{
	struct node *node;
	struct slice value;

	*ret = SLICE_EMPTY;
	if (!json_member_find(bytes, key, &value, err))
		return false;
	if (!slice_empty(value) && json_parse(value, a, &node, NULL))
		*ret = node_text(node);
	return true;
}

static bool identify(struct secdb *s, struct slice bytes, struct arena *a, struct error *err)
{
	struct slice prefix, release;

	if (!find_text(bytes, "urlprefix", a, &prefix, err) ||
	    !find_text(bytes, "distroversion", a, &release, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(origins); i++) {
		if (slice_find(prefix, origins[i].host) == prefix.len)
			continue;
		if (release.len > 64)
			break;
		s->prefix = origins[i].prefix;
		s->ecosystem = slice_empty(release) ? origins[i].ecosystem
						    : arena_printf(a, "%.*s:%.*s",
								   SLICE_ARG(origins[i].ecosystem),
								   SLICE_ARG(release));
		return true;
	}
	return error_set(err, ERR_FORMAT,
			 "no secdb of a known distribution (its urlprefix is \"%.*s\")",
			 SLICE_ARG(slice_first(prefix, 200)));
}

bool feed_read_secdb(struct slice bytes, struct slice stem, const struct feed_sink *sink,
		     struct feed_summary *summary, struct error *err)
{
	struct arena names, a;
	struct secdb s = {.arena = &a, .sink = sink, .summary = summary};
	struct slice list, key, value;
	struct json_members m;
	bool more;

	(void)stem;
	arena_init(&names, 0);
	arena_init(&a, 0);
	bool ok = identify(&s, bytes, &names, err) &&
		  json_member_find(bytes, "packages", &list, err) &&
		  (!slice_empty(list) ||
		   error_set(err, ERR_FORMAT, "no secdb: it lists no packages")) &&
		  json_members_begin(&m, list, err);
	while (ok && (ok = json_members_next(&m, &a, &key, &value, &more, err)) && more) {
		ok = read_package(&s, value, err);
		arena_clear(&a);
	}
	arena_release(&a);
	arena_release(&names);
	return ok;
}
