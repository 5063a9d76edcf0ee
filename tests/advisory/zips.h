/* Writes zips of the bucket, stored and not compressed. */
#ifndef BULWARK_TESTS_ADVISORY_ZIPS_H
#define BULWARK_TESTS_ADVISORY_ZIPS_H

#include "records.h"

static inline uint32_t test_crc32(struct slice s)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < s.len; i++) {
		crc ^= (uint8_t)s.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

static inline void test_put(struct buf *b, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_add_byte(b, (char)(i < sizeof(value) ? value >> (8 * i) : 0));
}

/* The fields that local header and directory entry share, from "version needed" on. */
static inline void test_zip_fields(struct buf *b, struct slice name, struct slice data)
{
	test_put(b, 20, 2);
	test_put(b, 0, 2);
	test_put(b, 0, 2);
	test_put(b, 0x5a21, 4); /* 1 January 2025: month and day must not be 0 */
	test_put(b, test_crc32(data), 4);
	test_put(b, data.len, 4);
	test_put(b, data.len, 4);
	test_put(b, name.len, 2);
	test_put(b, 0, 2);
}

/* path/all.zip with entries "<n>.json" of the texts, which are written with ' for ". */
static inline void test_zip(const char *directory, const char *ecosystem, const char *const *texts,
			    size_t count)
{
	struct buf b, entries;
	struct arena a;
	char path[256];

	arena_init(&a, 0);
	buf_init(&b, LIMIT_DOCUMENT);
	buf_init(&entries, LIMIT_DOCUMENT);
	for (size_t i = 0; i < count; i++) {
		struct slice name = arena_printf(&a, "%zu.json", i), data = test_json(&a, texts[i]);
		size_t header = b.len;

		test_put(&b, 0x04034b50, 4);
		test_zip_fields(&b, name, data);
		buf_add_slice(&b, name);
		buf_add_slice(&b, data);
		test_put(&entries, 0x02014b50, 4);
		test_put(&entries, 20, 2);
		test_zip_fields(&entries, name, data);
		test_put(&entries, 0, 2 + 2 + 2 + 4);
		test_put(&entries, header, 4);
		buf_add_slice(&entries, name);
	}
	size_t start = b.len;
	buf_add_slice(&b, buf_slice(&entries));
	test_put(&b, 0x06054b50, 4);
	test_put(&b, 0, 4);
	test_put(&b, count, 2);
	test_put(&b, count, 2);
	test_put(&b, entries.len, 4);
	test_put(&b, start, 4);
	test_put(&b, 0, 2);
	snprintf(path, sizeof(path), "%s/%s", directory, ecosystem);
	mkdir(path, 0755);
	strcat(path, "/all.zip");
	test_write(path, buf_slice(&b));
	buf_release(&b);
	buf_release(&entries);
	arena_release(&a);
}

#endif
