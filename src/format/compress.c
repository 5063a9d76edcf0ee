#include "format/compress.h"

#include <zstd.h>

bool compress_zstd(struct slice in, int level, struct buf *out, struct error *err)
{
	size_t bound = ZSTD_compressBound(in.len);
	ZSTD_CCtx *c = ZSTD_createCCtx();
	char *room = c ? buf_reserve(out, bound) : NULL;

	if (!room) {
		ZSTD_freeCCtx(c);
		return error_set(err, ERR_LIMIT, "too large to be compressed");
	}
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	size_t n = ZSTD_compress2(c, room, bound, in.data, in.len);
	ZSTD_freeCCtx(c);
	if (ZSTD_isError(n))
		return error_set(err, ERR_INTERNAL, "compressing: %s", ZSTD_getErrorName(n));
	buf_commit(out, n);
	return true;
}
