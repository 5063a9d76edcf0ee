/*
 * Edits: replacements over one source that do not overlap, so that a fix keeps
 * every byte that it does not mean to change.
 */
#ifndef BULWARK_MODEL_EDIT_H
#define BULWARK_MODEL_EDIT_H

#include "base/buf.h"
#include "base/error.h"
#include "model/span.h"

struct edit {
	struct span span;         /* length 0 inserts */
	struct slice replacement; /* empty deletes */
};

struct edit_list VEC_OF(struct edit);

/* Sorts by offset; ERR_INTERNAL when edits overlap, leave the text or name several sources. */
bool edit_list_prepare(struct edit_list *edits, uint64_t text_length, struct error *err);
/* Appends the edited text; the list must be prepared. */
bool edit_apply(const struct edit_list *edits, struct slice text, struct buf *out);

#endif
