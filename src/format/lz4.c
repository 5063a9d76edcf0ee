#include "format/lz4.h"

#include "base/cursor.h"
#include "base/limits.h"

#define MAGIC 0x184d2204u
#define MAGIC_SKIPPABLE 0x184d2a50u /* and the fifteen behind it */
#define STORED 0x80000000u

enum flag {
	FLAG_DICTIONARY = 1 << 0,
	FLAG_CONTENT_CHECKSUM = 1 << 2,
	FLAG_CONTENT_SIZE = 1 << 3,
	FLAG_BLOCK_CHECKSUM = 1 << 4,
	FLAG_INDEPENDENT = 1 << 5,
};

struct frame {
	uint8_t flags;
	size_t block_max;
	size_t start; /* of the frame's content in the output */
};

/* ------------------------------------------------------------------- XXH32 */

#define P1 2654435761u
#define P2 2246822519u
#define P3 3266489917u
#define P4 668265263u
#define P5 374761393u

static uint32_t rotate(uint32_t v, unsigned n)
{
	return (v << n) | (v >> (32 - n));
}

static uint32_t load32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t xxh32(struct slice s)
{
	uint32_t lanes[4] = { P1 + P2, P2, 0, 0u - P1 }, h = P5;
	const char *p = s.data, *end = s.data + s.len;

	if (s.len >= 16) {
		for (; end - p >= 16; p += 16)
			for (size_t i = 0; i < 4; i++)
				lanes[i] = rotate(lanes[i] + load32(p + 4 * i) * P2, 13) * P1;
		h = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
	}
	h += (uint32_t)s.len;
	for (; end - p >= 4; p += 4)
		h = rotate(h + load32(p) * P3, 17) * P4;
	for (; p < end; p++)
		h = rotate(h + (uint8_t)*p * P5, 11) * P1;
	h = (h ^ (h >> 15)) * P2;
	h = (h ^ (h >> 13)) * P3;
	return h ^ (h >> 16);
}

/* ------------------------------------------------------------------ a block */

static bool corrupt(struct error *err, const struct cursor *c, const char *what)
{
	return error_set_at(err, ERR_FORMAT, c->off, "LZ4: %s", what);
}

/* Lengths go on in further bytes while those are 255; their number bounds the sum. */
static size_t take_length(struct cursor *c, size_t length)
{
	uint8_t more = 255;

	if (length < 15)
		return length;
	while (more == 255 && !c->failed) {
		more = cursor_u8(c);
		length += more;
	}
	return length;
}

static bool copy_match(struct buf *out, size_t distance, size_t length)
{
	char *to = buf_reserve(out, length);

	if (!to)
		return false;
	/* Byte by byte where the copy reads what it has just written. */
	if (distance >= length) {
		memcpy(to, to - distance, length);
	} else {
		for (size_t i = 0; i < length; i++)
			to[i] = to[(ptrdiff_t)i - (ptrdiff_t)distance];
	}
	buf_commit(out, length);
	return true;
}

/* `start`: how far back matches may reach; `end`: where the block's content must end at the latest. */
static bool decode_block(struct slice block, size_t start, size_t end, struct buf *out, struct error *err)
{
	struct cursor c;

	cursor_init(&c, block);
	while (cursor_left(&c)) {
		uint8_t token = cursor_u8(&c);
		struct slice literals = cursor_slice(&c, take_length(&c, token >> 4));

		if (c.failed || literals.len > end - out->len)
			return corrupt(err, &c, "literals run out of the block");
		if (!buf_add_slice(out, literals))
			break;
		if (!cursor_left(&c))
			return true;
		size_t distance = cursor_u16le(&c);
		size_t length = take_length(&c, token & 15) + 4;
		if (c.failed || distance == 0 || distance > out->len - start || length > end - out->len)
			return corrupt(err, &c, "a match leads out of the content");
		if (!copy_match(out, distance, length))
			break;
	}
	if (out->overflow)
		return error_set(err, ERR_LIMIT, "LZ4: more than %zu bytes", out->cap);
	return corrupt(err, &c, "a block ends without literals");
}

/* ------------------------------------------------------------------ a frame */

static bool read_header(struct cursor *c, struct frame *f, struct error *err)
{
	const char *descriptor = (const char *)c->data + c->off;
	uint8_t flags = cursor_u8(c), sizes = cursor_u8(c);

	if (flags & FLAG_CONTENT_SIZE)
		cursor_skip(c, 8);
	if (flags & FLAG_DICTIONARY)
		cursor_skip(c, 4);
	size_t len = (size_t)((const char *)c->data + c->off - descriptor);
	uint8_t sum = cursor_u8(c);
	if (c->failed || (flags & 0xc2) != 0x40 || (sizes & 0x8f) || sizes < 0x40)
		return corrupt(err, c, "malformed frame header");
	if (sum != (uint8_t)(xxh32(slice_new(descriptor, len)) >> 8))
		return corrupt(err, c, "the frame header's checksum does not match");
	if (flags & FLAG_DICTIONARY)
		return error_set(err, ERR_UNSUPPORTED, "LZ4: a frame that needs a dictionary");
	f->flags = flags;
	f->block_max = (size_t)64 * KIB << (2 * ((sizes >> 4) - 4));
	return true;
}

static bool read_block(struct cursor *c, const struct frame *f, uint32_t size, struct buf *out,
		       struct error *err)
{
	struct slice block = cursor_slice(c, size & ~STORED);
	size_t before = out->len;

	if (c->failed || block.len > f->block_max)
		return corrupt(err, c, "a block is cut off or too large");
	if ((f->flags & FLAG_BLOCK_CHECKSUM) && (cursor_u32le(c) != xxh32(block) || c->failed))
		return corrupt(err, c, "a block's checksum does not match");
	if (size & STORED)
		return buf_add_slice(out, block) ||
		       error_set(err, ERR_LIMIT, "LZ4: more than %zu bytes", out->cap);
	size_t start = f->flags & FLAG_INDEPENDENT ? before : f->start;
	return decode_block(block, start, before + f->block_max, out, err);
}

static bool read_frame(struct cursor *c, struct buf *out, struct error *err)
{
	struct frame f = { .start = out->len };
	uint32_t size;

	if (!read_header(c, &f, err))
		return false;
	while ((size = cursor_u32le(c)) != 0)
		if (!read_block(c, &f, size, out, err))
			return false;
	if (c->failed)
		return corrupt(err, c, "the frame is cut off");
	if (!(f.flags & FLAG_CONTENT_CHECKSUM))
		return true;
	uint32_t sum = cursor_u32le(c);
	if (c->failed || sum != xxh32(slice_from(buf_slice(out), f.start)))
		return corrupt(err, c, "the content's checksum does not match");
	return true;
}

bool lz4_detect(struct slice first_bytes)
{
	return first_bytes.len >= 4 && load32(first_bytes.data) == MAGIC;
}

bool lz4_decode(struct slice in, struct buf *out, struct error *err)
{
	struct cursor c;

	cursor_init(&c, in);
	do {
		uint32_t magic = cursor_u32le(&c);

		if (!c.failed && (magic & ~15u) == MAGIC_SKIPPABLE) {
			cursor_skip(&c, cursor_u32le(&c));
			if (c.failed)
				return corrupt(err, &c, "a skippable frame is cut off");
		} else if (c.failed || magic != MAGIC) {
			return corrupt(err, &c, "no frame");
		} else if (!read_frame(&c, out, err)) {
			return false;
		}
	} while (cursor_left(&c));
	return true;
}
