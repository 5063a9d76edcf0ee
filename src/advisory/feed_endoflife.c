/*
 * endoflife.date: the API's v0 (an array of cycles in a file for each product)
 * and v1 (`/products/full`: an object with all products).
 */
#include "advisory/feed.h"
#include "advisory/lifecycle.h"
#include "base/limits.h"
#include "format/json.h"
#include "format/json_members.h"

/* A date, or true: it has ended, or false: it has not. */
static int64_t read_end(const struct node *n)
{
	int64_t date;

	if (node_is(n, NODE_BOOL))
		return n->truth ? FEED_ENDED : FEED_ONGOING;
	return timestamp_parse(node_text(n), &date) ? date : TIMESTAMP_NONE;
}

/* v1 tells the date, and apart from it whether it has passed. */
static int64_t read_phase(const struct node *release, const char *from, const char *is)
{
	int64_t date = read_end(node_get(release, slice_from_cstr(from)));
	const struct node *flag = node_get(release, slice_from_cstr(is));

	return date == TIMESTAMP_NONE && node_is(flag, NODE_BOOL) ? read_end(flag) : date;
}

static bool put_cycle(struct slice product, struct slice name, int64_t end, int64_t extended,
		      struct slice latest, const struct feed_sink *sink, struct error *err)
{
	struct feed_fact fact = {
		.kind = FEED_CYCLE,
		.scope = product,
		.name = name,
		.text = latest.len > LIMIT_NAME ? SLICE_EMPTY : latest,
		.date = end,
		.extended = extended,
	};

	if (slice_empty(name) || name.len > LIMIT_NAME || end == TIMESTAMP_NONE)
		return true;
	return sink->fact(sink->context, &fact, err);
}

static bool read_v0(struct slice bytes, struct slice product, const struct feed_sink *sink,
		    struct error *err)
{
	struct arena a;
	struct node *root;

	arena_init(&a, 0);
	bool ok = json_parse(bytes, &a, &root, err);
	if (ok)
		node_each(cycle, root) ok =
			ok && put_cycle(product, node_get_text(cycle, SLICE("cycle")),
					read_end(node_get(cycle, SLICE("eol"))),
					read_end(node_get(cycle, SLICE("eoes"))),
					node_get_text(cycle, SLICE("latest")), sink, err);
	arena_release(&a);
	return ok;
}

static bool read_product(struct slice text, struct arena *a, const struct feed_sink *sink,
			 struct feed_summary *summary, struct error *err)
{
	struct error why = ERROR_INIT;
	struct node *root;
	bool ok = true;

	if (!json_parse(text, a, &root, &why)) {
		feed_broken(summary, &why);
		return true;
	}
	struct slice product = node_get_text(root, SLICE("name"));
	if (!lifecycle_knows(product))
		return true;
	node_each(release, node_get(root, SLICE("releases"))) ok =
		ok && put_cycle(product, node_get_text(release, SLICE("name")),
				read_phase(release, "eolFrom", "isEol"),
				read_phase(release, "eoesFrom", "isEoes"),
				node_text(node_path(release, "latest", "name", NULL)), sink, err);
	return ok;
}

static bool read_v1(struct slice bytes, const struct feed_sink *sink, struct feed_summary *summary,
		    struct error *err)
{
	struct slice list, generated, key, value;
	struct json_members m;
	struct arena a;
	bool more, ok;

	if (!json_member_find(bytes, "result", &list, err) ||
	    !json_member_find(bytes, "generated_at", &generated, err))
		return false;
	if (generated.len > 2)
		timestamp_parse(slice_new(generated.data + 1, generated.len - 2), &summary->dated);
	if (slice_empty(list))
		return error_set(err, ERR_FORMAT, "no products: there is no \"result\"");
	if (!json_members_begin(&m, list, err))
		return false;
	arena_init(&a, 0);
	while ((ok = json_members_next(&m, &a, &key, &value, &more, err)) && more) {
		if (!(ok = read_product(value, &a, sink, summary, err)))
			break;
		arena_clear(&a);
	}
	arena_release(&a);
	return ok;
}

bool feed_read_endoflife(struct slice bytes, struct slice stem, const struct feed_sink *sink,
			 struct feed_summary *summary, struct error *err)
{
	struct json_members m;

	if (!json_members_begin(&m, bytes, err))
		return false;
	if (m.object)
		return read_v1(bytes, sink, summary, err);
	return !lifecycle_knows(stem) || read_v0(bytes, stem, sink, err);
}
