#include "format/zip_records.h"

#include "base/cursor.h"

#define EXTRA_ZIP64 1

static size_t length_with(struct slice record, size_t fixed, size_t lengths_at, unsigned lengths)
{
	struct cursor c;
	size_t len = fixed;

	if (record.len < fixed)
		return fixed;
	cursor_init(&c, record);
	cursor_seek(&c, lengths_at);
	while (lengths--)
		len += cursor_u16le(&c);
	return len;
}

size_t zip_local_length(struct slice record)
{
	return length_with(record, ZIP_LOCAL_BYTES, 26, 2);
}

size_t zip_central_length(struct slice record)
{
	return length_with(record, ZIP_CENTRAL_BYTES, 28, 3);
}

/* The values that did not fit stand in a fixed order (4.5.3). */
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

bool zip_read_local(struct slice record, struct zip_entry *ret)
{
	struct cursor c;

	cursor_init(&c, record);
	cursor_skip(&c, 6);
	*ret = (struct zip_entry){ .flags = cursor_u16le(&c) };
	ret->method = cursor_u16le(&c);
	cursor_skip(&c, 4);
	ret->crc = cursor_u32le(&c);
	ret->compressed = cursor_u32le(&c);
	ret->size = cursor_u32le(&c);
	uint16_t name_len = cursor_u16le(&c), extra_len = cursor_u16le(&c);
	ret->name = cursor_slice(&c, name_len);
	return read_zip64(cursor_slice(&c, extra_len), ret);
}

bool zip_read_central(struct slice record, struct zip_entry *ret)
{
	struct cursor c;

	cursor_init(&c, record);
	cursor_skip(&c, 8);
	*ret = (struct zip_entry){ .flags = cursor_u16le(&c) };
	ret->method = cursor_u16le(&c);
	cursor_skip(&c, 4);
	ret->crc = cursor_u32le(&c);
	ret->compressed = cursor_u32le(&c);
	ret->size = cursor_u32le(&c);
	uint16_t name_len = cursor_u16le(&c), extra_len = cursor_u16le(&c);
	cursor_skip(&c, 10);
	ret->header = cursor_u32le(&c);
	ret->name = cursor_slice(&c, name_len);
	return read_zip64(cursor_slice(&c, extra_len), ret);
}

void zip_read_end(struct slice record, struct zip_end *ret)
{
	struct cursor c;

	cursor_init(&c, record);
	cursor_skip(&c, 4);
	ret->disk = cursor_u16le(&c);
	ret->directory_disk = cursor_u16le(&c);
	ret->disk_count = cursor_u16le(&c);
	ret->count = cursor_u16le(&c);
	ret->size = cursor_u32le(&c);
	ret->offset = cursor_u32le(&c);
}

void zip_read_end64(struct slice record, struct zip_end *ret)
{
	struct cursor c;

	cursor_init(&c, record);
	cursor_skip(&c, 16);
	ret->disk = cursor_u32le(&c);
	ret->directory_disk = cursor_u32le(&c);
	ret->disk_count = cursor_u64le(&c);
	ret->count = cursor_u64le(&c);
	ret->size = cursor_u64le(&c);
	ret->offset = cursor_u64le(&c);
}
