#include "format/zip.h"

#include <isa-l/crc.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/inflate.h"

/* APPNOTE 6.3.10: 4.3.7, 4.3.12, 4.3.14, 4.3.15, 4.3.16 */
enum {
	LOCAL_SIGNATURE = 0x04034b50,
	CENTRAL_SIGNATURE = 0x02014b50,
	END64_SIGNATURE = 0x06064b50,
	LOCATOR64_SIGNATURE = 0x07064b50,
	END_SIGNATURE = 0x06054b50,
};
enum { LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END64_BYTES = 56, LOCATOR64_BYTES = 20, END_BYTES = 22 };
enum { EXTRA_ZIP64 = 1, METHOD_STORED = 0, METHOD_DEFLATED = 8 };
/* Bits 0 and 13: the entry, or the directory, is encrypted. */
#define FLAGS_ENCRYPTED 0x2001
/* One byte of deflate stands for at most so many: 258 for each two bits, one for each code. */
#define DEFLATE_RATIO 1032

static bool malformed(uint64_t offset, const char *what, struct error *err)
{
	return error_set_at(err, ERR_FORMAT, offset, "malformed ZIP archive: %s", what);
}

static struct cursor at(const struct zip *z, uint64_t offset)
{
	struct cursor c;

	cursor_init(&c, z->bytes);
	cursor_seek(&c, offset < SIZE_MAX ? (size_t)offset : SIZE_MAX);
	return c;
}

/* The record stands at the very end, behind it nothing but the comment whose length it tells. */
static bool find_end(const struct zip *z, uint64_t *ret, struct error *err)
{
	size_t len = z->bytes.len;

	for (size_t comment = 0; comment <= UINT16_MAX && comment + END_BYTES <= len; comment++) {
		struct cursor c = at(z, len - END_BYTES - comment);

		*ret = c.off;
		if (cursor_u32le(&c) != END_SIGNATURE)
			continue;
		cursor_skip(&c, 16);
		if (cursor_u16le(&c) == comment)
			return true;
	}
	return malformed(len, "no end of the central directory", err);
}

struct end_record {
	uint64_t disk, directory_disk, disk_count, count, size, offset;
};

static bool read_end64(struct zip *z, uint64_t end, struct end_record *r, uint64_t *ret_offset,
		       struct error *err)
{
	if (end < LOCATOR64_BYTES)
		return malformed(end, "no zip64 locator", err);
	struct cursor c = at(z, end - LOCATOR64_BYTES);

	if (cursor_u32le(&c) != LOCATOR64_SIGNATURE)
		return malformed(end, "no zip64 locator", err);
	cursor_skip(&c, 4);
	*ret_offset = cursor_u64le(&c);
	if (*ret_offset > end - LOCATOR64_BYTES || end - LOCATOR64_BYTES - *ret_offset < END64_BYTES)
		return malformed(end, "its zip64 locator points elsewhere", err);
	c = at(z, *ret_offset);
	if (cursor_u32le(&c) != END64_SIGNATURE)
		return malformed(*ret_offset, "no zip64 end of the central directory", err);
	cursor_skip(&c, 12);
	r->disk = cursor_u32le(&c);
	r->directory_disk = cursor_u32le(&c);
	r->disk_count = cursor_u64le(&c);
	r->count = cursor_u64le(&c);
	r->size = cursor_u64le(&c);
	r->offset = cursor_u64le(&c);
	return true;
}

static bool read_end(struct zip *z, struct error *err)
{
	struct end_record r = { 0 };
	uint64_t end = 0;

	if (!find_end(z, &end, err))
		return false;
	struct cursor c = at(z, end + 4);
	r.disk = cursor_u16le(&c);
	r.directory_disk = cursor_u16le(&c);
	r.disk_count = cursor_u16le(&c);
	r.count = cursor_u16le(&c);
	r.size = cursor_u32le(&c);
	r.offset = cursor_u32le(&c);
	bool large = r.disk_count == UINT16_MAX || r.count == UINT16_MAX || r.size == UINT32_MAX ||
		     r.offset == UINT32_MAX;
	if (large && !read_end64(z, end, &r, &end, err))
		return false;
	if (r.disk || r.directory_disk || r.disk_count != r.count)
		return error_set_at(err, ERR_UNSUPPORTED, end, "ZIP archive of several disks");
	if (r.offset > end || r.size > end - r.offset)
		return malformed(end, "its central directory is outside the file", err);
	if (r.count > LIMIT_ZIP_ENTRIES)
		return error_set_at(err, ERR_LIMIT, end, "a ZIP archive of more than %zu entries",
				    LIMIT_ZIP_ENTRIES);
	if (r.count > r.size / CENTRAL_BYTES)
		return malformed(end, "its central directory is too small for its entries", err);
	z->count = r.count;
	z->directory = z->offset = z->data_end = r.offset;
	z->directory_end = r.offset + r.size;
	return true;
}

/* The values that did not fit stand in a fixed order (APPNOTE 4.5.3). */
static bool read_zip64(struct slice extra, struct zip_entry *e)
{
	bool size = e->size == UINT32_MAX, compressed = e->compressed == UINT32_MAX,
	     header = e->header == UINT32_MAX;
	struct cursor c;

	if (!size && !compressed && !header)
		return true;
	cursor_init(&c, extra);
	while (cursor_left(&c) >= 4) {
		uint16_t id = cursor_u16le(&c), len = cursor_u16le(&c);
		struct cursor field;

		cursor_init(&field, cursor_slice(&c, len));
		if (c.failed)
			return false;
		if (id != EXTRA_ZIP64)
			continue;
		e->size = size ? cursor_u64le(&field) : e->size;
		e->compressed = compressed ? cursor_u64le(&field) : e->compressed;
		e->header = header ? cursor_u64le(&field) : e->header;
		return !field.failed;
	}
	/* A value that just is so large, or an archive without zip64 at all. */
	return true;
}

bool zip_next(struct zip *z, struct zip_entry *ret, bool *ret_more, struct error *err)
{
	struct cursor c;

	*ret_more = z->next < z->count;
	cursor_init(&c, slice_first(z->bytes, (size_t)z->directory_end));
	cursor_seek(&c, (size_t)z->offset);
	if (!*ret_more)
		return cursor_left(&c) < CENTRAL_BYTES || cursor_u32le(&c) != CENTRAL_SIGNATURE ||
		       malformed(z->offset, "its central directory has more entries than it says", err);
	if (cursor_u32le(&c) != CENTRAL_SIGNATURE)
		return malformed(z->offset, "no entry in its central directory", err);
	cursor_skip(&c, 4);
	*ret = (struct zip_entry){ .flags = cursor_u16le(&c) };
	ret->method = cursor_u16le(&c);
	cursor_skip(&c, 4);
	ret->crc = cursor_u32le(&c);
	ret->compressed = cursor_u32le(&c);
	ret->size = cursor_u32le(&c);
	uint16_t name_len = cursor_u16le(&c), extra_len = cursor_u16le(&c);
	uint16_t comment_len = cursor_u16le(&c);
	cursor_skip(&c, 8);
	ret->header = cursor_u32le(&c);
	ret->name = cursor_slice(&c, name_len);
	struct slice extra = cursor_slice(&c, extra_len);
	if (!cursor_skip(&c, comment_len))
		return malformed(z->offset, "an entry ends beyond its central directory", err);
	if (!read_zip64(extra, ret))
		return malformed(z->offset, "a zip64 field is too short", err);
	z->offset = c.off;
	z->next++;
	return true;
}

/* Where the entry's data start and what its local header says; false when there is none. */
struct local {
	uint64_t data;
	uint16_t flags, method;
	struct slice name;
};

static bool read_local(const struct zip *z, const struct zip_entry *e, struct local *ret)
{
	struct cursor c = at(z, e->header);

	if (cursor_u32le(&c) != LOCAL_SIGNATURE)
		return false;
	cursor_skip(&c, 2);
	ret->flags = cursor_u16le(&c);
	ret->method = cursor_u16le(&c);
	cursor_skip(&c, 16);
	uint16_t name_len = cursor_u16le(&c), extra_len = cursor_u16le(&c);
	ret->name = cursor_slice(&c, name_len);
	cursor_skip(&c, extra_len);
	ret->data = c.off;
	return !c.failed && ret->data <= z->data_end && e->compressed <= z->data_end - ret->data;
}

struct extent {
	uint64_t start, end;
};

static struct extent extent_of(const struct zip *z, const struct zip_entry *e)
{
	struct local local;

	/* What cannot be read takes no place; zip_read refuses it. */
	if (!read_local(z, e, &local))
		return (struct extent){ 0 };
	return (struct extent){ e->header, local.data + e->compressed };
}

static int compare_extents(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static bool check_sorted(const struct extent *extents, size_t count, struct error *err)
{
	uint64_t end = 0;

	for (size_t i = 0; i < count; i++) {
		if (extents[i].start < end)
			return malformed(extents[i].start, "its entries overlap", err);
		end = extents[i].end;
	}
	return true;
}

static bool sort_extents(const struct zip *z, struct error *err)
{
	struct extent *extents CLEANUP_FREE = mem_alloc_zero((size_t)z->count + 1, sizeof(*extents));
	struct zip walk = *z;
	struct zip_entry e;
	size_t count = 0;
	bool more;

	while (zip_next(&walk, &e, &more, NULL) && more) {
		struct extent extent = extent_of(z, &e);

		if (extent.end)
			extents[count++] = extent;
	}
	qsort(extents, count, sizeof(*extents), compare_extents);
	return check_sorted(extents, count, err);
}

/* Most archives list their entries in the order of their data, and need no sorting. */
static bool check_overlaps(const struct zip *z, struct error *err)
{
	struct zip walk = *z;
	struct zip_entry e;
	uint64_t end = 0;
	bool more;

	for (;;) {
		if (!zip_next(&walk, &e, &more, err))
			return false;
		if (!more)
			return true;
		struct extent extent = extent_of(z, &e);
		if (!extent.end)
			continue;
		if (extent.start < end)
			return sort_extents(z, err);
		end = extent.end;
	}
}

bool zip_open(struct zip *z, struct slice bytes, struct error *err)
{
	*z = (struct zip){ .bytes = bytes };
	return read_end(z, err) && check_overlaps(z, err);
}

static bool check_entry(const struct zip *z, const struct zip_entry *e, size_t max,
			struct local *local, struct error *err)
{
	if (!read_local(z, e, local))
		return malformed(e->header, "an entry's local header or data are outside", err);
	if (!slice_eq(local->name, e->name) || local->method != e->method)
		return malformed(e->header, "an entry's local header differs from the directory", err);
	if ((e->flags | local->flags) & FLAGS_ENCRYPTED)
		return error_set_at(err, ERR_UNSUPPORTED, e->header, "an encrypted ZIP entry");
	if (e->method != METHOD_STORED && e->method != METHOD_DEFLATED)
		return error_set_at(err, ERR_UNSUPPORTED, e->header, "ZIP compression method %u",
				    (unsigned)e->method);
	if (e->size > max)
		return error_set_at(err, ERR_LIMIT, e->header,
				    "a ZIP entry of more than %zu bytes", max);
	if (e->method == METHOD_STORED ? e->size != e->compressed
				       : e->size / DEFLATE_RATIO > e->compressed)
		return malformed(e->header, "an entry's sizes cannot both be true", err);
	return true;
}

bool zip_read(const struct zip *z, const struct zip_entry *e, size_t max, struct arena *a,
	      struct slice *ret, struct error *err)
{
	struct local local = { 0 };

	if (!check_entry(z, e, max, &local, err))
		return false;
	struct slice stored = slice_new(z->bytes.data + local.data, (size_t)e->compressed);
	if (e->method == METHOD_STORED) {
		*ret = arena_copy(a, stored);
	} else {
		char *out = arena_alloc(a, (size_t)e->size);

		if (!inflate_raw(stored, out, (size_t)e->size, err)) {
			if (err && err->offset >= 0)
				err->offset += (int64_t)local.data;
			return false;
		}
		*ret = slice_new(out, (size_t)e->size);
	}
	if (crc32_gzip_refl(0, (const unsigned char *)ret->data, ret->len) != e->crc)
		return malformed(e->header, "an entry's checksum does not match", err);
	return true;
}
