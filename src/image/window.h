/* Parts of a stream, one behind the other, each as a stream of its own. */
#ifndef BULWARK_IMAGE_WINDOW_H
#define BULWARK_IMAGE_WINDOW_H

#include "format/stream.h"

struct window {
	struct stream stream; /* the part that is open; released with `below` */
	struct stream *below;
	struct slice rest; /* of the last piece */
	uint64_t position; /* in `below`, of the first byte of the rest */
	uint64_t left;	   /* of the part */
};

void window_init(struct window *w, struct stream *below);
/* Passes over what stands before `offset`, which must not lie behind the position. */
bool window_open(struct window *w, uint64_t offset, uint64_t size, struct error *err);

#endif
