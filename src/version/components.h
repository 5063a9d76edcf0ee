/*
 * Plain lists of numbers: R's package_version and Haskell's Data.Version.
 * They are compared member by member, and a list is above each list that it
 * continues ("1.8" < "1.8.0").
 */
#ifndef BULWARK_VERSION_COMPONENTS_H
#define BULWARK_VERSION_COMPONENTS_H

#include "version/digits.h"

/* A member that is no number ranks below every number, by its bytes; the empty string has none. */
int components_compare(struct slice a, struct slice b, struct slice separators);
/* At least `least` members, all numbers. */
bool components_valid(struct slice v, struct slice separators, size_t least);

#endif
