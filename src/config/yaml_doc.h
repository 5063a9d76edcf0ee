/*
 * A YAML text with everything that rules and fixes need beyond the values:
 * comments, styles, tags, anchors, several documents, duplicate keys.  YAML
 * 1.1 as libyaml reads it, scalars resolved by the core schema of YAML 1.2.
 * Aliases share what they stand for and merge keys are applied, both under
 * LIMIT_YAML_NODES and LIMIT_YAML_DEPTH.
 *
 * A syntax error is a problem, not a failure: the tree is of what stands in
 * front of it.
 */
#ifndef BULWARK_CONFIG_YAML_DOC_H
#define BULWARK_CONFIG_YAML_DOC_H

#include "config/problem.h"
#include "config/value.h"

struct yaml_comment {
	struct span span; /* from # to the end of the line, without the line break */
	bool own_line; /* nothing but space stands before it */
};
struct yaml_comment_list VEC_OF(struct yaml_comment);

struct yaml_doc {
	struct slice text;
	uint32_t source;
	bool broken; /* a syntax error or limit: what follows it is missing */
	struct value_list documents; /* in order; an empty one is a NODE_NULL of length 0 */
	struct yaml_comment_list
		comments; /* in order; up to a syntax error and behind it by best effort */
};

/* Always fills *ret; problems of the file go to `problems`. */
void yaml_doc_read(struct slice text, uint32_t source, struct arena *a, struct yaml_doc *ret,
		   struct problem_list *problems);
/* The first document's root, NULL when there is none. */
const struct value *yaml_doc_root(const struct yaml_doc *doc);

#endif
