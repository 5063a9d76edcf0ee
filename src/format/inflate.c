#include "format/inflate.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/mem.h"

/* What isa-l copies at each call's start does not count beside it, and it fits the cache. */
#define OUT_PIECE (256 * KIB)
#define MAGIC_MAX 6

struct inflate_engine {
	char *out;
	struct slice in; /* given by below and not used yet */
	char head[MAGIC_MAX];
	size_t head_len;
	struct slice behind_head; /* of the piece whose start went to head */
	bool below_ended, started;
	/* gzip */
	struct inflate_state *gzip;
	struct isal_gzip_header header; /* isa-l resumes a header that comes in pieces from it */
	enum { MEMBER_HEADER, MEMBER_BODY, MEMBER_PADDING } at;
	bool member_begun;
	/* zstd */
	ZSTD_DCtx *zstd;
	bool frame_open, out_was_full;
};

static const struct magic {
	struct slice bytes;
	enum compression compression;
} magics[] = {
	{ SLICE_INIT("\x1f\x8b"), COMPRESSION_GZIP },
	{ SLICE_INIT("\x28\xb5\x2f\xfd"), COMPRESSION_ZSTD },
	{ SLICE_INIT("BZh"), COMPRESSION_BZIP2 },
	{ SLICE_INIT("\xfd" "7zXZ\0"), COMPRESSION_XZ },
};

const char *compression_name(enum compression c)
{
	static const char *const names[] = {
		[COMPRESSION_NONE] = "none",   [COMPRESSION_GZIP] = "gzip", [COMPRESSION_ZSTD] = "zstd",
		[COMPRESSION_BZIP2] = "bzip2", [COMPRESSION_XZ] = "xz",
	};

	return (size_t)c < ARRAY_LEN(names) ? names[c] : "unknown";
}

/* RFC 8878, 3.1.2: a stream of frames may begin with one that is to be passed over. */
static bool skippable_frame(struct slice s)
{
	return s.len >= 4 && ((uint8_t)s.data[0] & 0xf0) == 0x50 &&
	       slice_eq(slice_new(s.data + 1, 3), SLICE("\x2a\x4d\x18"));
}

enum compression compression_detect(struct slice first_bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (slice_starts(first_bytes, magics[i].bytes))
			return magics[i].compression;
	return skippable_frame(first_bytes) ? COMPRESSION_ZSTD : COMPRESSION_NONE;
}

/* The next bytes to work on, in e->in; empty at the end. */
static bool pull(struct stream_inflate *s, struct error *err)
{
	struct inflate_engine *e = s->engine;

	e->in = SLICE_EMPTY;
	if (e->head_len) {
		e->in = slice_new(e->head, e->head_len);
		e->head_len = 0;
	} else if (e->behind_head.len) {
		e->in = e->behind_head;
		e->behind_head = SLICE_EMPTY;
	} else if (!e->below_ended) {
		if (!stream_next(s->below, &e->in, err))
			return false;
		e->below_ended = slice_empty(e->in);
	}
	s->in += e->in.len;
	return true;
}

static uint64_t offset_now(const struct stream_inflate *s)
{
	return s->in - s->engine->in.len;
}

/* Gathers what detection needs, however small the pieces are. */
static bool detect(struct stream_inflate *s, struct error *err)
{
	struct inflate_engine *e = s->engine;
	struct slice piece;

	while (e->head_len < MAGIC_MAX && !e->below_ended) {
		if (!stream_next(s->below, &piece, err))
			return false;
		e->below_ended = slice_empty(piece);
		size_t part = MAGIC_MAX - e->head_len;
		part = part < piece.len ? part : piece.len;
		memcpy(e->head + e->head_len, piece.data, part);
		if (!e->head_len && part == MAGIC_MAX) {
			e->behind_head = piece;
			s->compression = compression_detect(piece);
			return true;
		}
		e->head_len += part;
		e->behind_head = slice_from(piece, part);
	}
	s->compression = compression_detect(slice_new(e->head, e->head_len));
	return true;
}

static bool start(struct stream_inflate *s, struct error *err)
{
	struct inflate_engine *e = s->engine;

	if (!detect(s, err))
		return false;
	switch (s->compression) {
	case COMPRESSION_NONE:
		break;
	case COMPRESSION_GZIP:
		e->gzip = mem_alloc(sizeof(*e->gzip));
		isal_inflate_init(e->gzip);
		e->gzip->crc_flag = ISAL_GZIP;
		break;
	case COMPRESSION_ZSTD:
		e->zstd = ZSTD_createDCtx();
		if (!e->zstd)
			mem_exhausted();
		break;
	case COMPRESSION_BZIP2:
	case COMPRESSION_XZ:
		return error_set_at(err, ERR_UNSUPPORTED, 0, "%s compression is not supported",
				    compression_name(s->compression));
	}
	if (s->compression != COMPRESSION_NONE)
		e->out = mem_alloc(OUT_PIECE);
	e->started = true;
	return true;
}

static bool check_limits(const struct stream_inflate *s, struct error *err)
{
	if (s->out > LIMIT_LAYER_BYTES)
		return error_set_at(err, ERR_LIMIT, offset_now(s), "more than %llu bytes",
				    (unsigned long long)LIMIT_LAYER_BYTES);
	if (s->compression != COMPRESSION_NONE && s->out > LIMIT_RATIO_FLOOR &&
	    s->out / LIMIT_RATIO > offset_now(s))
		return error_set_at(err, ERR_LIMIT, offset_now(s),
				    "inflates to more than %d times its size", LIMIT_RATIO);
	return true;
}

static bool truncated(const struct stream_inflate *s, struct error *err)
{
	return error_set_at(err, ERR_FORMAT, s->in, "the %s data end too early",
			    compression_name(s->compression));
}

static bool gzip_failed(const struct stream_inflate *s, int code, struct error *err)
{
	static const struct {
		int code;
		const char *text;
	} texts[] = {
		{ ISAL_INVALID_BLOCK, "malformed deflate block" },
		{ ISAL_INVALID_SYMBOL, "malformed deflate symbol" },
		{ ISAL_INVALID_LOOKBACK, "deflate distance before the start" },
		{ ISAL_INVALID_WRAPPER, "malformed gzip header" },
		{ ISAL_UNSUPPORTED_METHOD, "gzip method is not deflate" },
		{ ISAL_INCORRECT_CHECKSUM, "gzip checksum or length does not match" },
	};
	const char *text = "malformed gzip data";

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].code == code)
			text = texts[i].text;
	return error_set_at(err, ERR_FORMAT, offset_now(s), "%s", text);
}

/* isa-l's counters have 32 bits; it is given at most a part at once. */
static void lend_input(struct inflate_engine *e)
{
	/* Its interface lacks const; it only reads. */
	e->gzip->next_in = (uint8_t *)(uintptr_t)e->in.data;
	e->gzip->avail_in = e->in.len < GIB ? (uint32_t)e->in.len : (uint32_t)GIB;
}

static void take_back_input(struct inflate_engine *e)
{
	e->in = slice_from(e->in, (size_t)((const char *)e->gzip->next_in - e->in.data));
}

static bool gzip_header(struct stream_inflate *s, struct error *err)
{
	struct inflate_engine *e = s->engine;

	if (!e->member_begun) {
		isal_inflate_reset(e->gzip);
		isal_gzip_header_init(&e->header);
		e->member_begun = true;
	}
	lend_input(e);
	int code = isal_read_gzip_header(e->gzip, &e->header);
	take_back_input(e);
	if (code == ISAL_DECOMP_OK)
		e->at = MEMBER_BODY;
	return code >= 0 || gzip_failed(s, code, err);
}

static bool gzip_body(struct stream_inflate *s, size_t *filled, struct error *err)
{
	struct inflate_engine *e = s->engine;

	lend_input(e);
	e->gzip->next_out = (uint8_t *)e->out + *filled;
	e->gzip->avail_out = (uint32_t)(OUT_PIECE - *filled);
	size_t had_in = e->in.len, had_out = *filled;
	int code = isal_inflate(e->gzip);
	take_back_input(e);
	*filled = OUT_PIECE - e->gzip->avail_out;
	if (code < 0)
		return gzip_failed(s, code, err);
	if (e->gzip->block_state == ISAL_BLOCK_FINISH) {
		e->at = MEMBER_HEADER;
		e->member_begun = false;
	} else if (had_in && e->in.len == had_in && *filled == had_out) {
		/* Never seen; but a decoder that stands still must not hang the scan. */
		return gzip_failed(s, ISAL_INVALID_BLOCK, err);
	}
	return true;
}

static bool gzip_padding(struct stream_inflate *s, struct error *err)
{
	struct inflate_engine *e = s->engine;

	for (size_t i = 0; i < e->in.len; i++)
		if (e->in.data[i])
			return error_set_at(err, ERR_FORMAT, offset_now(s) + i,
					    "bytes that are no gzip member behind the last one");
	e->in = SLICE_EMPTY;
	return true;
}

static bool gzip_fill(struct stream_inflate *s, size_t *filled, struct error *err)
{
	struct inflate_engine *e = s->engine;

	while (*filled < OUT_PIECE) {
		/* isa-l may hold output that did not fit the last time, and then needs no input. */
		bool held = e->at == MEMBER_BODY && e->out_was_full;

		e->out_was_full = false;
		if (!held && slice_empty(e->in)) {
			if (!pull(s, err))
				return false;
			if (slice_empty(e->in))
				return e->at == MEMBER_PADDING || !e->member_begun || truncated(s, err);
		}
		if (e->at == MEMBER_HEADER && !e->member_begun && offset_now(s) &&
		    (uint8_t)e->in.data[0] != 0x1f)
			e->at = MEMBER_PADDING;
		bool ok = e->at == MEMBER_HEADER ? gzip_header(s, err)
			: e->at == MEMBER_BODY	 ? gzip_body(s, filled, err)
						 : gzip_padding(s, err);
		if (!ok)
			return false;
	}
	e->out_was_full = true;
	return true;
}

static bool zstd_failed(const struct stream_inflate *s, size_t code, struct error *err)
{
	bool window = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;

	return error_set_at(err, window ? ERR_LIMIT : ERR_FORMAT, offset_now(s),
			    "malformed zstd data: %s", ZSTD_getErrorName(code));
}

static bool zstd_fill(struct stream_inflate *s, size_t *filled, struct error *err)
{
	struct inflate_engine *e = s->engine;
	ZSTD_outBuffer out = { e->out, OUT_PIECE, 0 };

	while (out.pos < out.size) {
		bool held = e->frame_open && e->out_was_full;

		e->out_was_full = false;
		if (!held && slice_empty(e->in)) {
			if (!pull(s, err))
				return false;
			if (slice_empty(e->in)) {
				*filled = out.pos;
				return !e->frame_open || truncated(s, err);
			}
		}
		ZSTD_inBuffer in = { e->in.data, e->in.len, 0 };
		size_t code = ZSTD_decompressStream(e->zstd, &out, &in);
		e->in = slice_from(e->in, in.pos);
		if (ZSTD_isError(code))
			return zstd_failed(s, code, err);
		e->frame_open = code != 0;
	}
	e->out_was_full = true;
	*filled = out.pos;
	return true;
}

static bool inflate_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct stream_inflate *s = (struct stream_inflate *)stream;
	struct inflate_engine *e = s->engine;
	size_t filled = 0;

	*ret = SLICE_EMPTY;
	if (!e)
		e = s->engine = mem_alloc_zero(1, sizeof(*e));
	if (!e->started && !start(s, err))
		return false;
	if (s->compression == COMPRESSION_NONE) {
		if (!pull(s, err))
			return false;
		*ret = e->in;
		e->in = SLICE_EMPTY;
	} else {
		bool ok = s->compression == COMPRESSION_GZIP ? gzip_fill(s, &filled, err)
							     : zstd_fill(s, &filled, err);
		if (!ok)
			return false;
		*ret = slice_new(e->out, filled);
	}
	s->out += ret->len;
	return check_limits(s, err);
}

static void inflate_release(struct stream *stream)
{
	struct stream_inflate *s = (struct stream_inflate *)stream;

	if (!s->engine)
		return;
	ZSTD_freeDCtx(s->engine->zstd);
	free(s->engine->gzip);
	free(s->engine->out);
	free(s->engine);
	s->engine = NULL;
}

void stream_inflate_init(struct stream_inflate *s, struct stream *below)
{
	*s = (struct stream_inflate){
		.stream = { .next = inflate_next, .release = inflate_release },
		.below = below,
	};
}

bool inflate_raw(struct slice in, char *out, size_t out_len, struct error *err)
{
	if (in.len > UINT32_MAX || out_len > UINT32_MAX)
		return error_set(err, ERR_LIMIT, "deflate data of more than 4 GiB");
	struct inflate_state *state CLEANUP_FREE = mem_alloc(sizeof(*state));

	isal_inflate_init(state);
	state->next_in = (uint8_t *)(uintptr_t)in.data;
	state->avail_in = (uint32_t)in.len;
	state->next_out = (uint8_t *)out;
	state->avail_out = (uint32_t)out_len;
	int code = isal_inflate_stateless(state);
	if (code != ISAL_DECOMP_OK)
		return error_set_at(err, ERR_FORMAT, in.len - state->avail_in, "%s",
				    code == ISAL_OUT_OVERFLOW ? "inflates to more than its size says"
				    : code == ISAL_END_INPUT  ? "the deflate data end too early"
							      : "malformed deflate data");
	if (state->avail_out || state->avail_in)
		return error_set_at(err, ERR_FORMAT, in.len - state->avail_in,
				    "inflates to less than its size says, or bytes are left over");
	return true;
}

#define ZLIB_PIECE (64 * KIB)

/* Inflates one piece; *ret_ended is set behind the checksum. */
static bool zlib_piece(struct inflate_state *state, struct buf *out, bool *ret_ended, struct error *err)
{
	size_t room = out->cap - out->len < ZLIB_PIECE ? out->cap - out->len : ZLIB_PIECE;
	char *place = room ? buf_reserve(out, room) : NULL;

	if (!place)
		return error_set(err, ERR_LIMIT, "inflates to more than %zu bytes", out->cap);
	state->next_out = (uint8_t *)place;
	state->avail_out = (uint32_t)room;
	int code = isal_inflate(state);
	buf_commit(out, room - state->avail_out);
	if (code != ISAL_DECOMP_OK)
		return error_set(err, ERR_FORMAT, "malformed zlib data");
	*ret_ended = state->block_state == ISAL_BLOCK_FINISH;
	if (!*ret_ended && state->avail_out)
		return error_set(err, ERR_FORMAT, "the zlib data end too early");
	return true;
}

bool inflate_zlib(struct slice in, struct buf *out, struct error *err)
{
	bool ended = false;

	if (in.len > UINT32_MAX)
		return error_set(err, ERR_LIMIT, "zlib data of more than 4 GiB");
	struct inflate_state *state CLEANUP_FREE = mem_alloc(sizeof(*state));

	isal_inflate_init(state);
	state->crc_flag = ISAL_ZLIB;
	state->next_in = (uint8_t *)(uintptr_t)in.data;
	state->avail_in = (uint32_t)in.len;
	while (!ended)
		if (!zlib_piece(state, out, &ended, err))
			return false;
	return true;
}
