/* Between lint's own files. */
#ifndef BULWARK_LINT_INTERNAL_H
#define BULWARK_LINT_INTERNAL_H

#include "lint/document.h"
#include "lint/walk.h"

/* Which tables judge a document of a kind: rows of tables.c. */
struct lint_evaluator {
	enum document_kind kind;
	/* Fills in the document's parse. */
	void (*read)(struct project *p, struct document *d);
	/* Runs the tables; NULL: those of `tables`, with the document as subject. */
	void (*evaluate)(struct rule_context *c, const struct document *d);
	const struct rule_table *const *tables; /* NULL-terminated */
	/* Pieces that a comment before them speaks for; NULL: lines. */
	void (*units)(const struct document *d, struct arena *a, struct pragma_unit_list *ret);
};

const struct lint_evaluator *lint_evaluator(enum document_kind kind);
/* Tables over the project as a whole; subject is the struct project. NULL-terminated. */
extern const struct rule_table *const lint_project_tables[];

/* Adds the fenced blocks of a Markdown document that are of a known kind, as documents of their own. */
void markdown_blocks(struct project *p, struct document *markdown);

/* A new document over a source. */
struct document *project_add(struct project *p, enum document_kind kind, struct slice path, struct slice text,
			     uint32_t source) __attribute__((returns_nonnull));

/* Reads and judges all documents of the project; findings are finished (rule_finish), pragmas applied. */
void project_judge(struct project *p, struct assessment_list *ret);

/* lint_run behind lint_walk; sorts the files and numbers their sources. */
bool lint_judge(struct run *run, const struct lint_options *options, struct policy *policy,
		struct lint_file_list *files, const struct lint_tree_list *trees, struct report *ret,
		struct error *err);

/* Was the rule asked for by --rule? Everything is when nothing was. */
bool lint_selected(const struct slice_list *rules, const struct rule *rule);

#endif
