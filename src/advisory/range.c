#include "advisory/range.h"

#include <stdlib.h>

#include "version/version.h"

const char *range_event_name(enum range_event_kind kind)
{
	static const char *const names[RANGE_EVENT_KINDS] = {
		[RANGE_INTRODUCED] = "introduced",
		[RANGE_FIXED] = "fixed",
		[RANGE_LAST_AFFECTED] = "last_affected",
		[RANGE_LIMIT] = "limit",
	};

	return (size_t)kind < RANGE_EVENT_KINDS ? names[kind] : "unknown";
}

/* "0" of an introduced event is below every version, whatever the ordering makes of it. */
static bool is_start(const struct range_event *e)
{
	return e->kind == RANGE_INTRODUCED && slice_is(e->version, "0");
}

static int compare_events(enum version_scheme scheme, const struct range_event *a,
			  const struct range_event *b)
{
	if (is_start(a) || is_start(b))
		return (int)is_start(b) - (int)is_start(a);
	return version_compare(scheme, a->version, b->version);
}

struct sort_item {
	struct range_event event;
	size_t number;
};

static int compare_items(const void *x, const void *y, void *context)
{
	const struct sort_item *a = x, *b = y;
	int order = compare_events(*(const enum version_scheme *)context, &a->event, &b->event);

	if (order)
		return order;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Moves the ends of the events [from, to) before the starts; both keep their order. */
static void ends_first(struct range_event *events, struct sort_item *scratch, size_t from,
		       size_t to)
{
	size_t out = from;

	for (size_t i = from; i < to; i++)
		scratch[i].event = events[i];
	for (int starts = 0; starts <= 1; starts++)
		for (size_t i = from; i < to; i++)
			if ((scratch[i].event.kind == RANGE_INTRODUCED) == starts)
				events[out++] = scratch[i].event;
}

static bool state_after(const struct range_event *events, size_t from, size_t to, bool inside)
{
	for (size_t i = from; i < to; i++)
		if (events[i].kind != RANGE_LIMIT)
			inside = events[i].kind == RANGE_INTRODUCED;
	return inside;
}

void range_sort(enum version_scheme scheme, struct range_event *events, size_t count)
{
	struct arena arena;

	if (scheme == VERSION_NONE || count < 2)
		return;
	arena_init(&arena, 0);
	struct sort_item *items = arena_new_array(&arena, struct sort_item, count);
	for (size_t i = 0; i < count; i++)
		items[i] = (struct sort_item){ events[i], i };
	qsort_r(items, count, sizeof(*items), compare_items, &scheme);
	for (size_t i = 0; i < count; i++)
		events[i] = items[i].event;

	bool inside = false;
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count; to++)
			if (compare_events(scheme, &events[from], &events[to]) != 0)
				break;
		if (inside && to - from > 1)
			ends_first(events, items, from, to);
		inside = state_after(events, from, to, inside);
	}
	arena_release(&arena);
}

/* Is the version below one of the limits, or are there none? */
static bool below_limits(enum version_scheme scheme, const struct range_event *events, size_t count,
			 struct slice version, const struct range_event **ret_limit)
{
	bool any = false;

	*ret_limit = NULL;
	for (size_t i = 0; i < count; i++) {
		if (events[i].kind != RANGE_LIMIT)
			continue;
		any = true;
		*ret_limit = &events[i];
		if (slice_is(events[i].version, "*") ||
		    version_compare(scheme, version, events[i].version) < 0)
			return true;
	}
	return !any;
}

/* The event that starts a stretch right where this one ends one, so that it ends nothing; NULL:
 * none. */
static const struct range_event *joined(enum version_scheme scheme, const struct range_event *end,
					const struct range_event *behind)
{
	for (const struct range_event *e = end + 1; e < behind; e++) {
		if (compare_events(scheme, end, e) != 0)
			return NULL;
		if (e->kind == RANGE_INTRODUCED)
			return e;
	}
	return NULL;
}

struct range_verdict range_evaluate(enum version_scheme scheme, const struct range_event *events,
				    size_t count, struct slice version)
{
	struct range_verdict v = { 0 };
	const struct range_event *limit;

	if (scheme == VERSION_NONE)
		return v;
	for (const struct range_event *e = events; e < events + count; e++) {
		if (e->kind == RANGE_LIMIT)
			continue;
		int order = is_start(e) ? 1 : version_compare(scheme, version, e->version);
		bool reached = e->kind == RANGE_LAST_AFFECTED ? order > 0 : order >= 0;

		if (e->kind == RANGE_INTRODUCED) {
			if (!reached && !v.affected) {
				v.from = e;
				break;
			}
			if (reached && !v.affected)
				v = (struct range_verdict){ .affected = true, .from = e };
		} else if (reached) {
			v = (struct range_verdict){ .to = e };
		} else if (v.affected) {
			const struct range_event *start = joined(scheme, e, events + count);

			if (!start) {
				v.to = e;
				break;
			}
			e = start;
		}
	}
	if (!below_limits(scheme, events, count, version, &limit))
		v = (struct range_verdict){ .to = limit };
	return v;
}

struct slice range_describe(const struct range_verdict *v, struct arena *a)
{
	bool from = v->from && !is_start(v->from);
	struct slice parts[4];
	size_t count = 0;

	if (from) {
		parts[count++] = SLICE(">= ");
		parts[count++] = v->from->version;
	}
	if (v->to) {
		bool last = v->to->kind == RANGE_LAST_AFFECTED;

		if (from)
			parts[count++] = last ? SLICE(", <= ") : SLICE(", < ");
		else
			parts[count++] = last ? SLICE("<= ") : SLICE("< ");
		parts[count++] = v->to->version;
	}
	return count ? arena_join(a, parts, count, SLICE_EMPTY) : SLICE("any version");
}

static struct slice comparison(const struct range_event *e, const char *sign, struct arena *a)
{
	if (!e)
		return SLICE_EMPTY;
	return arena_printf(a, "%s %.*s (%s)", sign, SLICE_ARG(e->version),
			    range_event_name(e->kind));
}

struct slice range_compare_text(const struct range_verdict *v, struct slice version,
				struct arena *a)
{
	struct slice from, to;

	if (v->affected) {
		from = comparison(v->from, ">=", a);
		to = comparison(v->to, v->to && v->to->kind == RANGE_LAST_AFFECTED ? "<=" : "<", a);
	} else {
		from = comparison(v->to,
				  v->to && v->to->kind == RANGE_LAST_AFFECTED ? ">" : ">=", a);
		to = comparison(v->from, "<", a);
	}
	return arena_printf(a, "%.*s %.*s%s%.*s", SLICE_ARG(version), SLICE_ARG(from),
			    !slice_empty(from) && !slice_empty(to) ? " and " : "", SLICE_ARG(to));
}
