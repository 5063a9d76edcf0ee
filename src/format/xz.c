#include "format/xz.h"

#include <lzma.h>

#include "base/limits.h"

#define PIECE (256 * KIB)

static bool describe(lzma_ret code, size_t offset, struct error *err)
{
	if (code == LZMA_MEMLIMIT_ERROR || code == LZMA_MEM_ERROR)
		return error_set(err, ERR_LIMIT, "xz: a dictionary of more than %llu bytes",
				 (unsigned long long)XZ_MEMORY);
	if (code == LZMA_OPTIONS_ERROR)
		return error_set(err, ERR_UNSUPPORTED, "xz: a filter that is not known");
	if (code == LZMA_BUF_ERROR)
		return error_set_at(err, ERR_FORMAT, offset, "xz: the stream is cut off");
	return error_set_at(err, ERR_FORMAT, offset, "xz: the stream is corrupt");
}

static bool decode(lzma_stream *z, struct slice in, struct buf *out, struct error *err)
{
	lzma_ret code = LZMA_OK;

	z->next_in = (const uint8_t *)in.data;
	z->avail_in = in.len;
	while (code == LZMA_OK) {
		char *room = buf_reserve(out, PIECE);

		if (!room)
			return error_set(err, ERR_LIMIT, "xz: more than %zu bytes", out->cap);
		z->next_out = (uint8_t *)room;
		z->avail_out = PIECE;
		code = lzma_code(z, LZMA_FINISH);
		buf_commit(out, PIECE - z->avail_out);
	}
	return code == LZMA_STREAM_END || describe(code, in.len - z->avail_in, err);
}

bool xz_decode(struct slice in, struct buf *out, struct error *err)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret code = lzma_stream_decoder(&z, XZ_MEMORY, LZMA_CONCATENATED);
	bool ok = code == LZMA_OK ? decode(&z, in, out, err) : describe(code, 0, err);

	lzma_end(&z);
	return ok;
}
