/* What the tables of rules over Compose files share. */
#ifndef BULWARK_LINT_COMPOSE_RULES_H
#define BULWARK_LINT_COMPOSE_RULES_H

#include "lint/containers.h"

const struct compose_project *rule_compose(const struct rule_context *c);
/* An editor of the document; false: it is not to be edited. */
bool compose_budget(struct rule_context *c, struct doc_edit *e);
/* "a|b|c" holds the word. */
bool one_of_names(struct slice word, const char *list);

extern const struct rule_table compose_rules;
extern const struct rule_table compose_style_rules; /* quotation marks and order: all optional */

#endif
