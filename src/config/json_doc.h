/*
 * A JSON text (RFC 8259) as a value tree.  What people write and the programs
 * that read these files refuse is told and skipped: comments (#, //, block)
 * and commas before a closing bracket become problems with their place, and
 * the rest is read all the same.  Duplicate keys are problems too.  Other
 * syntax errors end the reading; the tree is of what stands in front.
 */
#ifndef BULWARK_CONFIG_JSON_DOC_H
#define BULWARK_CONFIG_JSON_DOC_H

#include "config/problem.h"
#include "config/value.h"

struct json_doc {
	struct slice text;
	uint32_t source;
	bool broken; /* a program that reads JSON refuses this text */
	struct value *root; /* NULL: nothing could be read */
};

void json_doc_read(struct slice text, uint32_t source, struct arena *a, struct json_doc *ret,
		   struct problem_list *problems);

#endif
