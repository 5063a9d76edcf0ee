/*
 * YAML 1.1 as libyaml reads it, resolved to the common tree by the core
 * schema of YAML 1.2 (section 10.3).  Anchors and aliases are expanded under
 * LIMIT_YAML_NODES; merge keys (<<) are applied.  A map key that is not a
 * scalar is ERR_UNSUPPORTED.
 */
#ifndef BULWARK_FORMAT_YAML_H
#define BULWARK_FORMAT_YAML_H

#include "format/node.h"

/*
 * Document number `index` (0: the first); *ret is NULL when there are fewer.
 * Offsets count bytes of the text.  Below an alias nodes stand where its anchor
 * does.  After an error *ret is the tree of what stands in front of it, or
 * NULL; merge keys of maps that were still open are not applied.
 */
bool yaml_parse(struct slice text, unsigned index, struct arena *a, struct node **ret,
		struct error *err);

/* What a plain scalar without a tag is: null, bool (and which), number or string. */
enum node_type yaml_scalar_type(struct slice text, bool *ret_truth);

#endif
