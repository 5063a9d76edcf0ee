/* Rules about the comments that switch rules off. */
#include "base/cleanup.h"
#include "rule/pragma.h"

static const struct pragma_list *pragmas_of(const struct rule_context *c)
{
	return c->subject;
}

static void check_reason(struct rule_context *c)
{
	vec_each(p, pragmas_of(c))
		if (slice_is(p->peer, "bulwark") && slice_empty(p->reason))
			rule_fail(c, p->span, "this pragma gives no reason");
}

static void check_expired(struct rule_context *c)
{
	vec_each(p, pragmas_of(c)) {
		char date[TIMESTAMP_TEXT_MAX];

		if (p->until != TIMESTAMP_NONE && p->until <= c->now)
			rule_fail(c, p->span, "this pragma ended on %s and no longer counts",
				  timestamp_format_date(p->until, date));
	}
}

static void check_known(struct rule_context *c)
{
	const struct pragma_surroundings *known = c->surroundings;

	vec_each(p, pragmas_of(c)) {
		if (!slice_is(p->peer, "bulwark"))
			continue;
		if (p->ids.count == 0)
			rule_fail(c, p->span, "this pragma names no rule");
		vec_each(id, &p->ids)
			if (known && !known->known(p->peer, *id))
				rule_fail(c, p->span, "there is no rule \"%.*s\"", SLICE_ARG(*id));
	}
}

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("pragma-reason"), .version = 1,
		    .title = SLICE_INIT("Pragma without a reason"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Whoever reads the file next cannot tell whether the exception still holds. "
				       "Write the reason behind two dashes."),
		    .bad = "# bulwark: ignore=dockerfile-user-missing\nFROM scratch\n",
		    .good = "# bulwark: ignore=dockerfile-user-missing -- the init drops root itself\nFROM scratch\n" },
	  .check = check_reason },
	{ .rule = { .id = SLICE_INIT("pragma-expired"), .version = 1,
		    .title = SLICE_INIT("Pragma that has ended"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The date of the exception is past, so its rules count again. "
				       "Remove it, or set a new date."),
		    .bad = "# bulwark: ignore=dockerfile-user-missing -- until the move (until 2020-01-31)\nFROM scratch\n",
		    .good = "# bulwark: ignore=dockerfile-user-missing -- until the move (until 2199-01-31)\nFROM scratch\n" },
	  .check = check_expired },
	{ .rule = { .id = SLICE_INIT("pragma-unknown"), .version = 1,
		    .title = SLICE_INIT("Pragma for a rule that is none"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("An id that names no rule switches nothing off. `bulwark rules` lists them."),
		    .bad = "# bulwark: ignore=dockerfile-usr-missing -- typed in haste\nFROM scratch\n",
		    .good = "# bulwark: ignore=dockerfile-user-missing -- the init drops root itself\nFROM scratch\n" },
	  .check = check_known },
};

const struct rule_table pragma_rules = { RULE_PRAGMA, rows, ARRAY_LEN(rows) };
