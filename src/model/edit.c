#include "model/edit.h"

#include <stdlib.h>

static int by_offset(const void *left, const void *right)
{
	const struct edit *a = left, *b = right;

	if (a->span.offset != b->span.offset)
		return a->span.offset < b->span.offset ? -1 : 1;
	/* An insertion goes before the replacement that starts at the same byte. */
	return (a->span.length > b->span.length) - (a->span.length < b->span.length);
}

bool edit_list_prepare(struct edit_list *edits, uint64_t text_length, struct error *err)
{
	uint64_t end = 0;

	if (edits->count == 0)
		return true;
	qsort(edits->items, edits->count, sizeof(*edits->items), by_offset);
	for (size_t i = 0; i < edits->count; i++) {
		const struct span s = edits->items[i].span;

		if (s.source != edits->items[0].span.source)
			return error_set(err, ERR_INTERNAL, "edits of several sources in one list");
		if (s.offset > text_length || s.length > text_length - s.offset)
			return error_set_at(err, ERR_INTERNAL, s.offset, "edit outside the text");
		if (i && s.offset < end)
			return error_set_at(err, ERR_INTERNAL, s.offset, "edits overlap");
		end = s.offset + s.length;
	}
	return true;
}

bool edit_apply(const struct edit_list *edits, struct slice text, struct buf *out)
{
	uint64_t at = 0;

	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *e = &edits->items[i];

		buf_add(out, text.data + at, (size_t)(e->span.offset - at));
		buf_add_slice(out, e->replacement);
		at = e->span.offset + e->span.length;
	}
	return buf_add_slice(out, slice_from(text, (size_t)at));
}
