/* ZIP archives made of our own bytes, sound and otherwise. */
#ifndef BULWARK_TESTS_ZIP_MAKER_H
#define BULWARK_TESTS_ZIP_MAKER_H

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

struct zip_made {
	const char *name;
	struct slice data;     /* plain */
	bool deflate, descriptor, no_signature, wide; /* wide: zip64 fields */
	unsigned flags, method;/* instead of what the above give, when not 0 */
	const char *central_name;        /* NULL: the same */
	uint64_t central_more;           /* added to the directory's compressed size */
	uint32_t crc_wrong;              /* xored into the checksum, everywhere */
	bool hidden, phantom;  /* not in the directory; only there */
};

struct zip_maker {
	struct buf b, directory;
	unsigned count;
	uint64_t base;         /* where offsets count from */
};

static inline void zip_put(struct buf *b, uint64_t v, size_t bytes)
{
	while (bytes--) {
		buf_add_byte(b, (char)(v & 0xff));
		v >>= 8;
	}
}

static inline void zip_maker_init(struct zip_maker *m)
{
	*m = (struct zip_maker){ 0 };
	buf_init(&m->b, 256 * MIB);
	buf_init(&m->directory, 256 * MIB);
}

static inline void zip_maker_release(struct zip_maker *m)
{
	buf_release(&m->b);
	buf_release(&m->directory);
}

static inline struct slice zip_deflated(struct slice data, struct buf *b)
{
	struct isal_zstream s;

	isal_deflate_stateless_init(&s);
	size_t room = data.len + data.len / 8 + 1024;
	char *out = buf_reserve(b, room);
	s.next_in = (uint8_t *)(uintptr_t)data.data;
	s.avail_in = (uint32_t)data.len;
	s.next_out = (uint8_t *)out;
	s.avail_out = (uint32_t)room;
	s.end_of_stream = 1;
	isal_deflate_stateless(&s);
	return slice_new(out, s.total_out);
}

static inline void zip_maker_add(struct zip_maker *m, const struct zip_made *e)
{
	struct buf packed;
	uint64_t at = m->b.len - m->base;
	unsigned flags = (e->descriptor ? 8u : 0u) | e->flags, method = e->method ? e->method : e->deflate ? 8 : 0;
	uint32_t crc = crc32_gzip_refl(0, (const unsigned char *)e->data.data, e->data.len) ^ e->crc_wrong;
	size_t name_len = strlen(e->name);
	const char *central = e->central_name ? e->central_name : e->name;

	buf_init(&packed, 256 * MIB);
	struct slice data = e->deflate ? zip_deflated(e->data, &packed) : e->data;
	bool known = !e->descriptor;
	if (!e->phantom) {
		zip_put(&m->b, 0x04034b50, 4);
		zip_put(&m->b, 20, 2);
		zip_put(&m->b, flags, 2);
		zip_put(&m->b, method, 2);
		zip_put(&m->b, 0, 4);
		zip_put(&m->b, known ? crc : 0, 4);
		zip_put(&m->b, e->wide ? UINT32_MAX : known ? data.len : 0, 4);
		zip_put(&m->b, e->wide ? UINT32_MAX : known ? e->data.len : 0, 4);
		zip_put(&m->b, name_len, 2);
		zip_put(&m->b, e->wide ? 20 : 0, 2);
		buf_add(&m->b, e->name, name_len);
		if (e->wide) {
			zip_put(&m->b, 1, 2);
			zip_put(&m->b, 16, 2);
			zip_put(&m->b, known ? e->data.len : 0, 8);
			zip_put(&m->b, known ? data.len : 0, 8);
		}
		buf_add_slice(&m->b, data);
		if (e->descriptor) {
			if (!e->no_signature)
				zip_put(&m->b, 0x08074b50, 4);
			zip_put(&m->b, crc, 4);
			zip_put(&m->b, data.len, e->wide ? 8 : 4);
			zip_put(&m->b, e->data.len, e->wide ? 8 : 4);
		}
	}
	if (!e->hidden) {
		zip_put(&m->directory, 0x02014b50, 4);
		zip_put(&m->directory, 20 | 20 << 16, 4);
		zip_put(&m->directory, flags, 2);
		zip_put(&m->directory, method, 2);
		zip_put(&m->directory, 0, 4);
		zip_put(&m->directory, crc, 4);
		zip_put(&m->directory, data.len + e->central_more, 4);
		zip_put(&m->directory, e->data.len, 4);
		zip_put(&m->directory, strlen(central), 2);
		zip_put(&m->directory, 0, 12);
		zip_put(&m->directory, at, 4);
		buf_add(&m->directory, central, strlen(central));
		m->count++;
	}
	buf_release(&packed);
}

static inline void zip_maker_end(struct zip_maker *m)
{
	uint64_t at = m->b.len - m->base;

	buf_add_slice(&m->b, buf_slice(&m->directory));
	zip_put(&m->b, 0x06054b50, 4);
	zip_put(&m->b, 0, 4);
	zip_put(&m->b, m->count, 2);
	zip_put(&m->b, m->count, 2);
	zip_put(&m->b, m->directory.len, 4);
	zip_put(&m->b, at, 4);
	zip_put(&m->b, 0, 2);
	buf_clear(&m->directory);
	m->count = 0;
}

#endif
