/* Differences between two texts, line by line, as a unified diff (POSIX diff -u, as git writes it). */
#ifndef BULWARK_LINT_DIFF_H
#define BULWARK_LINT_DIFF_H

#include "base/buf.h"

/* Appends nothing when the texts are equal. */
void diff_unified(struct slice path, struct slice before, struct slice after, bool colour, struct buf *out);

#endif
