/*
 * Checks a table of comparisons against the orderings: what
 * `bulwark debug versions SCHEME` reads from people who doubt a verdict, and
 * tests from published tables.
 */
#ifndef BULWARK_VERSION_CHECK_H
#define BULWARK_VERSION_CHECK_H

#include "base/buf.h"
#include "version/version.h"

struct version_check {
	size_t agree;
	size_t differ; /* malformed lines too */
};

/*
 * Reads lines "A < B", "A = B" or "A > B": three words with white space
 * between.  Blank lines and lines that begin with "//" or "#" are left out.
 * Appends each line with which the scheme disagrees, as "LINE: we say A > B",
 * and each that is malformed, as "line N: ...", then "N agree, M differ".
 * When `out` reaches its cap, further lines are not appended (out->overflow);
 * the counts are right nevertheless.
 */
struct version_check version_check_text(enum version_scheme scheme, struct slice text,
					struct buf *out);

#endif
