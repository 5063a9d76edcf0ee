#include "format/zip.h"

#include <isa-l/crc.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/inflate.h"
#include "format/zip_records.h"

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

	for (size_t comment = 0; comment <= UINT16_MAX && comment + ZIP_END_BYTES <= len; comment++) {
		struct cursor c = at(z, len - ZIP_END_BYTES - comment);

		*ret = c.off;
		if (cursor_u32le(&c) != ZIP_END_SIGNATURE)
			continue;
		cursor_skip(&c, 16);
		if (cursor_u16le(&c) == comment)
			return true;
	}
	return malformed(len, "no end of the central directory", err);
}

static bool read_end64(struct zip *z, uint64_t end, struct zip_end *r, uint64_t *ret_offset,
		       struct error *err)
{
	if (end < ZIP_LOCATOR64_BYTES)
		return malformed(end, "no zip64 locator", err);
	struct cursor c = at(z, end - ZIP_LOCATOR64_BYTES);

	if (cursor_u32le(&c) != ZIP_LOCATOR64_SIGNATURE)
		return malformed(end, "no zip64 locator", err);
	cursor_skip(&c, 4);
	*ret_offset = cursor_u64le(&c);
	if (*ret_offset > end - ZIP_LOCATOR64_BYTES || end - ZIP_LOCATOR64_BYTES - *ret_offset < ZIP_END64_BYTES)
		return malformed(end, "its zip64 locator points elsewhere", err);
	c = at(z, *ret_offset);
	if (cursor_u32le(&c) != ZIP_END64_SIGNATURE)
		return malformed(*ret_offset, "no zip64 end of the central directory", err);
	zip_read_end64(slice_from(z->bytes, (size_t)*ret_offset), r);
	return true;
}

static bool read_end(struct zip *z, struct error *err)
{
	struct zip_end r = { 0 };
	uint64_t end = 0;

	if (!find_end(z, &end, err))
		return false;
	zip_read_end(slice_from(z->bytes, (size_t)end), &r);
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
	if (r.count > r.size / ZIP_CENTRAL_BYTES)
		return malformed(end, "its central directory is too small for its entries", err);
	z->count = r.count;
	z->directory = z->offset = z->data_end = r.offset;
	z->directory_end = r.offset + r.size;
	return true;
}

bool zip_next(struct zip *z, struct zip_entry *ret, bool *ret_more, struct error *err)
{
	struct cursor c;

	*ret_more = z->next < z->count;
	cursor_init(&c, slice_first(z->bytes, (size_t)z->directory_end));
	cursor_seek(&c, (size_t)z->offset);
	if (!*ret_more)
		return cursor_left(&c) < ZIP_CENTRAL_BYTES || cursor_u32le(&c) != ZIP_CENTRAL_SIGNATURE ||
		       malformed(z->offset, "its central directory has more entries than it says", err);
	if (cursor_u32le(&c) != ZIP_CENTRAL_SIGNATURE)
		return malformed(z->offset, "no entry in its central directory", err);
	struct slice rest = slice_from(slice_first(z->bytes, (size_t)z->directory_end), (size_t)z->offset);
	size_t len = zip_central_length(rest);
	if (len > rest.len)
		return malformed(z->offset, "an entry ends beyond its central directory", err);
	if (!zip_read_central(slice_first(rest, len), ret))
		return malformed(z->offset, "a zip64 field is too short", err);
	z->offset += len;
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

	if (cursor_u32le(&c) != ZIP_LOCAL_SIGNATURE)
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
	if ((e->flags | local->flags) & ZIP_FLAGS_ENCRYPTED)
		return error_set_at(err, ERR_UNSUPPORTED, e->header, "an encrypted ZIP entry");
	if (e->method != ZIP_STORED && e->method != ZIP_DEFLATED)
		return error_set_at(err, ERR_UNSUPPORTED, e->header, "ZIP compression method %u",
				    (unsigned)e->method);
	if (e->size > max)
		return error_set_at(err, ERR_LIMIT, e->header,
				    "a ZIP entry of more than %zu bytes", max);
	if (e->method == ZIP_STORED ? e->size != e->compressed
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
	if (e->method == ZIP_STORED) {
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
