#include <stdlib.h>

#include "base/buf.h"
#include "format/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Enough for what a seed can grow to in a second; the limits themselves are tested elsewhere. */
#define ENOUGH ((uint64_t)4 << 20)

/* Hands the bytes on in pieces of a size that the input chooses. */
struct cut {
	struct stream stream;
	struct slice left;
	size_t piece;
};

static bool cut_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct cut *c = (struct cut *)stream;

	(void)err;
	*ret = slice_first(c->left, c->piece);
	c->left = slice_from(c->left, c->piece);
	return true;
}

static bool inflate(struct slice bytes, size_t piece, struct buf *ret)
{
	struct cut c = { .stream = { .next = cut_next }, .left = bytes, .piece = piece };
	struct stream_inflate s;
	struct slice part;
	bool ok;

	stream_inflate_init(&s, &c.stream);
	while ((ok = stream_next(&s.stream, &part, NULL)) && part.len && ret->len < ENOUGH)
		buf_add_slice(ret, part);
	stream_release(&s.stream);
	return ok;
}

/* However the bytes are cut, what comes out and whether it is an error is the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_new(data, size);
	struct buf whole, cut;
	char raw[4096];

	if (!size)
		return 0;
	size_t piece = data[size - 1] % 32 + 1u;
	buf_init(&whole, 2 * ENOUGH);
	buf_init(&cut, 2 * ENOUGH);
	bool whole_ok = inflate(bytes, SIZE_MAX, &whole), cut_ok = inflate(bytes, piece, &cut);
	/* libzstd compares a frame's content size with an empty last block only if it sees the frame at once. */
	bool may_differ = compression_detect(bytes) == COMPRESSION_ZSTD;
	if ((whole_ok != cut_ok && !may_differ) ||
	    (whole_ok && cut_ok && !slice_eq(buf_slice(&whole), buf_slice(&cut))))
		abort();
	buf_release(&whole);
	buf_release(&cut);
	inflate_raw(slice_from(bytes, 1), raw, data[0] * 16u, NULL);
	return 0;
}
