/*
 * Collects the files of the paths that the user named.  The broker reads their
 * bytes and looks at them only to tell kinds apart; workers parse.
 */
#ifndef BULWARK_LINT_WALK_H
#define BULWARK_LINT_WALK_H

#include "lint/lint.h"

struct lint_file {
	struct slice path;       /* as shown */
	struct slice text;
	enum document_kind kind;
	uint32_t source;
	size_t tree;             /* number of the named path that it came from */
	struct slice project;    /* directory whose files are judged together */
};
struct lint_file_list VEC_OF(struct lint_file);

struct lint_tree {
	struct slice root;       /* directory as named, "" for the current one; of a file: its directory */
	bool whole;              /* every path below it is in `paths` */
	struct slice_list paths; /* as in struct project */
};
struct lint_tree_list VEC_OF(struct lint_tree);

/* Sorted by path.  What cannot be read is a gap of the run. False: none of the paths exists. */
bool lint_walk(struct run *run, const struct lint_options *options, const struct policy *policy,
	       struct lint_file_list *files, struct lint_tree_list *trees, struct error *err);

#endif
