/* Shorthand for rows of rule tables. */
#ifndef BULWARK_LINT_RULE_ROWS_H
#define BULWARK_LINT_RULE_ROWS_H

#include "rule/rule.h"

/* The last arguments are the references; none: NULL. */
#define RULE_ROW(name, what, level, sure, kind, check_function, why, wrong, right, ...)                   \
	{ .rule = { .id = SLICE_INIT(name), .version = 1, .title = SLICE_INIT(what), .severity = level,     \
		    .confidence = sure, .fix = kind, .help = SLICE_INIT(why), .bad = wrong, .good = right,   \
		    .references = RULE_LIST(__VA_ARGS__) },                                                 \
	  .check = check_function }
#define SURE CONFIDENCE_HIGH
#define LIKELY CONFIDENCE_MEDIUM
#define PERHAPS CONFIDENCE_LOW

/* Is the word one of the list "a|b|c"? */
static inline bool word_in(struct slice word, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_eq(one, word))
			return true;
	return false;
}

static inline bool text_has(struct slice text, const char *part)
{
	return slice_find(text, slice_from_cstr(part)) < text.len;
}

#endif
