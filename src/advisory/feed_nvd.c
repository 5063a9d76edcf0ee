/* NVD's JSON 2.0 data feeds: the CVSS vector of each CVE, the newest version's. */
#include "advisory/feed.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "format/json.h"
#include "format/json_members.h"

/* NVD's own rating before those of others. */
static struct slice best_vector(const struct node *list)
{
	struct slice found = SLICE_EMPTY;

	node_each(metric, list)
	{
		struct slice vector =
			node_text(node_path(metric, "cvssData", "vectorString", NULL));

		if (slice_is(node_get_text(metric, SLICE("type")), "Primary") &&
		    !slice_empty(vector))
			return vector;
		if (slice_empty(found))
			found = vector;
	}
	return found;
}

static bool read_cve(struct slice text, struct arena *a, const struct feed_sink *sink,
		     struct feed_summary *summary, struct error *err)
{
	static const char *const kinds[] = {"cvssMetricV40", "cvssMetricV31", "cvssMetricV30",
					    "cvssMetricV2"};
	struct feed_fact fact = {.kind = FEED_RATING, .date = TIMESTAMP_NONE};
	struct error why = ERROR_INIT;
	struct node *root;

	if (!json_parse(text, a, &root, &why)) {
		feed_broken(summary, &why);
		return true;
	}
	const struct node *cve = node_get(root, SLICE("cve"));
	if (!names_cve(node_get_text(cve, SLICE("id")), &fact.cve) ||
	    slice_is(node_get_text(cve, SLICE("vulnStatus")), "Rejected"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		fact.text = best_vector(node_path(cve, "metrics", kinds[i], NULL));
		if (!slice_empty(fact.text) && fact.text.len <= LIMIT_NAME)
			return sink->fact(sink->context, &fact, err);
	}
	return true;
}

bool feed_read_nvd(struct slice bytes, struct slice stem, const struct feed_sink *sink,
		   struct feed_summary *summary, struct error *err)
{
	struct slice list, key, value;
	struct json_members m;
	struct arena a;
	bool more, ok;

	(void)stem;
	if (!json_member_find(bytes, "vulnerabilities", &list, err))
		return false;
	if (slice_empty(list))
		return error_set(err, ERR_FORMAT, "no NVD feed: it lists no vulnerabilities");
	if (!json_members_begin(&m, list, err))
		return false;
	arena_init(&a, 0);
	while ((ok = json_members_next(&m, &a, &key, &value, &more, err)) && more) {
		if (!(ok = read_cve(value, &a, sink, summary, err)))
			break;
		arena_clear(&a);
	}
	arena_release(&a);
	return ok;
}
