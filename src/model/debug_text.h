/*
 * The engines of `bulwark debug cvss` and `bulwark debug purl`: a line in, a
 * line out, so that answers stand beside what was asked.  What is shown of
 * the input cannot harm a terminal.
 */
#ifndef BULWARK_MODEL_DEBUG_TEXT_H
#define BULWARK_MODEL_DEBUG_TEXT_H

#include "base/buf.h"

/* "vector<TAB>score" with one decimal, or "vector<TAB>invalid: why". */
void debug_cvss(struct slice text, struct buf *out);
/* The canonical form, or "invalid: why". */
void debug_purl(struct slice text, struct buf *out);

#endif
