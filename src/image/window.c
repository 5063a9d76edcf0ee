#include "image/window.h"

/* The next bytes, at most `most`. Empty at the end. */
static bool take(struct window *w, uint64_t most, struct slice *ret, struct error *err)
{
	*ret = SLICE_EMPTY;
	if (slice_empty(w->rest) && !stream_next(w->below, &w->rest, err))
		return false;
	*ret = most < w->rest.len ? slice_first(w->rest, (size_t)most) : w->rest;
	w->rest = slice_from(w->rest, ret->len);
	w->position += ret->len;
	return true;
}

static bool window_next(struct stream *s, struct slice *ret, struct error *err)
{
	struct window *w = (struct window *)s;

	*ret = SLICE_EMPTY;
	if (w->left == 0)
		return true;
	if (!take(w, w->left, ret, err))
		return false;
	if (slice_empty(*ret))
		return error_set_at(err, ERR_FORMAT, w->position, "the archive ends within it");
	w->left -= ret->len;
	return true;
}

void window_init(struct window *w, struct stream *below)
{
	*w = (struct window){.stream = {.next = window_next}, .below = below};
}

bool window_open(struct window *w, uint64_t offset, uint64_t size, struct error *err)
{
	struct slice piece;

	if (offset < w->position)
		return error_set(err, ERR_INTERNAL, "parts of a stream are not in order");
	while (w->position < offset) {
		if (!take(w, offset - w->position, &piece, err))
			return false;
		if (slice_empty(piece))
			return error_set_at(err, ERR_FORMAT, w->position,
					    "the archive ends before it");
	}
	w->left = size;
	return true;
}
