/* Shared by the rules of pipelines. */
#ifndef BULWARK_LINT_WORKFLOW_RULES_H
#define BULWARK_LINT_WORKFLOW_RULES_H

#include "config/doc_edit.h"
#include "config/workflow.h"
#include "lint/document.h"
#include "lint/internal.h"
#include "lint/rule_rows.h"

/* As RULE_ROW, with the peers' ids; the last arguments are the references. */
#define PIPELINE_ROW(name, what, level, sure, kind, check_function, peers, why, wrong, right, ...)        \
	{ .rule = { .id = SLICE_INIT(name), .version = 1, .title = SLICE_INIT(what), .severity = level,     \
		    .confidence = sure, .fix = kind, .aliases = peers, .help = SLICE_INIT(why), .bad = wrong, \
		    .good = right, .references = RULE_LIST(__VA_ARGS__) },                                 \
	  .check = check_function }
/* The file of an example, and how most of them begin. */
#define EXAMPLE_FILE "=== .github/workflows/ci.yml\n"
#define EXAMPLE_JOB(steps) EXAMPLE_FILE "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" steps
#define EXAMPLE_SHA "11bd71901bbe5b1630ceea73d27597364c9af683"

extern const struct rule_table workflow_rules;            /* actions, permissions, triggers */
extern const struct rule_table workflow_script_rules;     /* what steps run */
extern const struct rule_table workflow_expression_rules; /* what stands in ${{ }} */
extern const struct rule_table gitlab_rules;

void read_workflow_document(struct project *p, struct document *d);
void read_gitlab_document(struct project *p, struct document *d);

static inline const struct workflow *rule_workflow(const struct rule_context *c)
{
	return rule_document(c)->workflow;
}

#define each_step(s, c) vec_each(s, &rule_workflow(c)->steps)
#define each_job(j, c) vec_each(j, &rule_workflow(c)->jobs)
#define each_expression(x, c) vec_each(x, &rule_workflow(c)->expressions)

/* Is it "true" or a bool that is? */
static inline bool says(const struct value *v, const char *text)
{
	return value_scalar(v) && slice_eq_nocase(slice_trim(value_text(v)), slice_from_cstr(text));
}

static inline bool is_computed(const struct value *v)
{
	return value_scalar(v) && text_has(value_text(v), "${{");
}

#endif
