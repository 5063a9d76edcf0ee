/* What prose advises. */
#include "base/cleanup.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

static bool contains_nocase(struct slice line, const char *part)
{
	struct slice wanted = slice_from_cstr(part);

	for (size_t i = 0; i + wanted.len <= line.len; i++)
		if (slice_eq_nocase(slice_first(slice_from(line, i), wanted.len), wanted))
			return true;
	return false;
}

static bool advises(struct slice line)
{
	static const char *const against[] = { "retired", "deprecat", "no longer", "not ", "n't", "instead", "removed", "legacy", "was " };
	static const char *const for_it[] = { "enable", "use ", "turn on", "set ", "activate", "sign with" };
	bool yes = false;

	if (!contains_nocase(line, "content trust"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(against); i++)
		if (contains_nocase(line, against[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(for_it); i++)
		yes |= contains_nocase(line, for_it[i]);
	return yes;
}

static void check_content_trust(struct rule_context *c)
{
	const struct document *d = rule_document(c);
	struct slice rest = d->text, line;
	bool code = false;

	while (slice_next_line(&rest, &line)) {
		struct slice text = slice_trim(line);

		if (slice_starts(text, SLICE("```")) || slice_starts(text, SLICE("~~~")))
			code = !code;
		else if (!code && advises(text))
			rule_fail(c, (struct span){ d->source, (uint64_t)(text.data - d->text.data), text.len },
				  "Content Trust is retired: what this advises no longer protects");
	}
}

static const struct rule_row rows[] = {
	RULE_ROW("markdown-content-trust", "Advice to use Content Trust", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_content_trust,
		 "Docker's own images carry no such signatures any more. Advise a policy that verifies signatures of cosign or notation, and digests.",
		 "- [ ] Enable Docker Content Trust\n", "- [ ] Verify signatures before images are run\n", "cis:4.5", "guide:Deployment Phase"),
};

const struct rule_table markdown_rules = { RULE_MARKDOWN, rows, ARRAY_LEN(rows) };
