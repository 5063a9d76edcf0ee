/*
 * What a group of a Perl-compatible regular expression may capture: asked by
 * rules about variables that come from a location's pattern.  An answer of
 * true errs on the careful side; nothing is matched.
 */
#ifndef BULWARK_CONFIG_REGEX_CHARS_H
#define BULWARK_CONFIG_REGEX_CHARS_H

#include "base/slice.h"

/*
 * The text of a capturing group: by number (from 1; 0: the whole pattern) or,
 * with `number` below 0, by name.  False: there is none.
 */
bool regex_group(struct slice pattern, int number, struct slice name, struct slice *ret);
/* Can a text that the pattern matches hold the character? */
bool regex_can_contain(struct slice pattern, char c);
/* Does every text that it matches hold it, or start with it? Said only where it is plain. */
bool regex_must_contain(struct slice pattern, char c);
bool regex_must_start(struct slice pattern, char c);

#endif
