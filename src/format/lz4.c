#include "format/lz4.h"

#include <lz4frame.h>

#define MAGIC "\x04\x22\x4d\x18"
#define PIECE ((size_t)256 * 1024)

bool lz4_detect(struct slice first_bytes)
{
	return slice_starts(first_bytes, slice_new(MAGIC, 4));
}

static bool decode(LZ4F_dctx *context, struct slice in, struct buf *out, struct error *err)
{
	size_t whole = in.len, hint = 1;

	while (!slice_empty(in)) {
		char *room = buf_reserve(out, PIECE);
		size_t written = PIECE, taken = in.len;

		if (!room)
			return error_set(err, ERR_LIMIT, "more than %zu bytes of LZ4 content", out->cap);
		/* Between frames the answer is 0; otherwise how much more is expected. */
		hint = LZ4F_decompress(context, room, &written, in.data, &taken, NULL);
		if (LZ4F_isError(hint))
			return error_set_at(err, ERR_FORMAT, whole - in.len, "broken LZ4 frame: %s",
					    LZ4F_getErrorName(hint));
		buf_commit(out, written);
		in = slice_from(in, taken);
		if (taken == 0 && written == 0)
			break;
	}
	/* What is decoded may still wait for room in the output. */
	while (hint != 0) {
		char *room = buf_reserve(out, PIECE);
		size_t written = PIECE, taken = 0;

		if (!room)
			return error_set(err, ERR_LIMIT, "more than %zu bytes of LZ4 content", out->cap);
		hint = LZ4F_decompress(context, room, &written, "", &taken, NULL);
		if (LZ4F_isError(hint) || (hint != 0 && written == 0))
			return error_set_at(err, ERR_FORMAT, whole, "truncated LZ4 frame");
		buf_commit(out, written);
	}
	return true;
}

bool lz4_decode(struct slice in, struct buf *out, struct error *err)
{
	LZ4F_dctx *context;

	if (!lz4_detect(in))
		return error_set(err, ERR_FORMAT, "no LZ4 frame");
	if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return error_set(err, ERR_INTERNAL, "cannot make an LZ4 context");
	bool ok = decode(context, in, out, err);
	LZ4F_freeDecompressionContext(context);
	return ok;
}
