/*
 * Lint: judges configuration files by rules.  Files are read by the broker,
 * parsed and judged in confined workers, one for each project; what comes back
 * are findings.
 */
#ifndef BULWARK_LINT_LINT_H
#define BULWARK_LINT_LINT_H

#include "lint/document.h"
#include "model/image_facts.h"
#include "model/report.h"
#include "model/run.h"

/* A text that is no file on disk: standard input, or a command line. */
struct lint_text {
	struct slice name;
	struct slice text;
	enum document_kind kind; /* DOCUMENT_NONE: by name and content */
};
struct lint_text_list VEC_OF(struct lint_text);

struct lint_options {
	struct slice_list paths;     /* files and directories */
	struct lint_text_list texts;
	enum document_kind kind;     /* of the files named; DOCUMENT_NONE: by name and content */
	struct slice_list rules;     /* only these (ids or aliases); none: all that are on */
	const struct image_fact_list *facts; /* of images at hand; may be NULL */
	bool shellcheck;             /* run ShellCheck over scripts where it is installed */
};

/*
 * Fills *ret; all of it lives in run->arena.  What could not be read is in the
 * report's gaps.  False: none of the paths could be opened.
 */
bool lint_run(struct run *run, const struct lint_options *options, struct policy *policy,
	      struct report *ret, struct error *err);

/* Every rule of lint, in the order in which they are shown. */
extern const struct rule_table *const lint_tables[];
extern const size_t lint_table_count;
/* By id, NULL: none. */
const struct rule *lint_rule(struct slice id);
/* By id, or by a peer's id with or without its prefix: the first one. NULL: none. */
const struct rule *lint_rule_by_any_id(struct slice id);
/* Is it the rule's id, or a peer's for it, with or without its prefix? */
bool lint_rule_answers_to(const struct rule *rule, struct slice id);

#endif
