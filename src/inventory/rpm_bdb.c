/*
 * The database of rpm before 4.16, "Packages": a hash of Berkeley DB whose
 * values are the headers, the larger ones in chains of overflow pages.  Pages
 * are gone through in order, not by bucket, so that a broken chain of buckets
 * hides nothing.
 *
 * Source: Berkeley DB 4.8 to 5.3, dbinc/db_page.h.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "inventory/rpm_database.h"

#define HASH_MAGIC    0x00061561u
#define META_MAGIC_AT 12u
#define PAGE_HEAD     26u
#define META_CHECKSUM 0x01u

enum page_type {
	PAGE_HASH_UNSORTED = 2,
	PAGE_OVERFLOW = 7,
	PAGE_HASH_META = 8,
	PAGE_HASH = 13,
};

enum item_type {
	ITEM_DATA = 1,	   /* bytes on the page */
	ITEM_OFF_PAGE = 3, /* in overflow pages */
};

struct bdb {
	struct slice file;
	bool swap; /* of the other byte order than this machine's */
	uint32_t page_size, last_page;
	struct rpm_pages used;
	struct arena arena;
	struct buf value;
	struct rpm_sink *sink;
};

static uint32_t get32(const struct bdb *b, struct cursor *c)
{
	return b->swap ? cursor_u32be(c) : cursor_u32le(c);
}

static uint16_t get16(const struct bdb *b, struct cursor *c)
{
	return b->swap ? cursor_u16be(c) : cursor_u16le(c);
}

static uint32_t magic_of(struct slice file, bool swap)
{
	struct cursor c;

	cursor_init(&c, slice_from(file, META_MAGIC_AT));
	return swap ? cursor_u32be(&c) : cursor_u32le(&c);
}

bool rpm_bdb_is(struct slice file)
{
	return magic_of(file, false) == HASH_MAGIC || magic_of(file, true) == HASH_MAGIC;
}

static bool read_meta(struct bdb *b, struct error *err)
{
	struct cursor c;

	b->swap = magic_of(b->file, true) == HASH_MAGIC;
	cursor_init(&c, b->file);
	cursor_seek(&c, META_MAGIC_AT);
	uint32_t magic = get32(b, &c), version = get32(b, &c);
	b->page_size = get32(b, &c);
	uint8_t encryption = cursor_u8(&c), type = cursor_u8(&c), flags = cursor_u8(&c);
	cursor_skip(&c, 5); /* start of the free list */
	b->last_page = get32(b, &c);
	if (c.failed || magic != HASH_MAGIC || type != PAGE_HASH_META)
		return error_set_at(err, ERR_FORMAT, 0,
				    "the file has no header of a Berkeley DB hash");
	if (version < 7 || version > 10)
		return error_set_at(err, ERR_UNSUPPORTED, 16,
				    "version %u of Berkeley DB hashes is not known", version);
	if (encryption || (flags & META_CHECKSUM))
		return error_set_at(err, ERR_UNSUPPORTED, 24,
				    "Berkeley DB hashes with encryption or checksums are not read");
	if (b->page_size < 512 || b->page_size > 65536 || (b->page_size & (b->page_size - 1)))
		return error_set_at(err, ERR_FORMAT, 20, "pages of %u bytes", b->page_size);
	return true;
}

struct page {
	uint32_t number, next;
	uint16_t entries, length;
	uint8_t type;
	struct slice bytes;
};

static void read_page(const struct bdb *b, uint32_t number, struct page *p)
{
	struct cursor c;

	p->number = number;
	p->bytes = slice_first(slice_from(b->file, (size_t)number * b->page_size), b->page_size);
	cursor_init(&c, p->bytes);
	cursor_seek(&c, 16);
	p->next = get32(b, &c);
	p->entries = get16(b, &c);
	p->length = get16(b, &c);
	cursor_skip(&c, 1); /* level */
	p->type = cursor_u8(&c);
}

static uint64_t page_offset(const struct bdb *b, uint32_t number)
{
	return (uint64_t)number * b->page_size;
}

/* The chain's bytes into b->value. */
static bool read_chain(struct bdb *b, uint32_t number, uint32_t size, struct error *err)
{
	buf_clear(&b->value);
	if (size == 0 || size > b->file.len)
		return error_set_at(err, ERR_FORMAT,
				    page_offset(b, number < b->used.count ? number : 0),
				    "a value of %u bytes in a file of %zu", size, b->file.len);
	while (b->value.len < size) {
		struct page p;

		if (number == 0 || !rpm_pages_use(&b->used, number))
			return error_set_at(err, ERR_FORMAT, 0,
					    "an overflow chain of %u bytes leads after %zu to page "
					    "%u, which is "
					    "not there or was used before",
					    size, b->value.len, number);
		read_page(b, number, &p);
		if (p.type != PAGE_OVERFLOW || p.length == 0 || p.length > b->page_size - PAGE_HEAD)
			return error_set_at(err, ERR_FORMAT, page_offset(b, number),
					    "page %u is no overflow page", number);
		struct slice part = slice_first(slice_from(p.bytes, PAGE_HEAD), p.length);
		buf_add_slice(&b->value, slice_first(part, size - b->value.len));
		number = p.next;
	}
	return true;
}

static void take_off_page(struct bdb *b, struct slice item)
{
	struct error why = ERROR_INIT;
	struct cursor c;

	cursor_init(&c, item);
	cursor_skip(&c, 4);
	uint32_t first = get32(b, &c), size = get32(b, &c);
	if (c.failed)
		error_set(&why, ERR_FORMAT, "a value's place is cut off");
	else if (read_chain(b, first, size, &why)) {
		b->sink->header(b->sink, buf_slice(&b->value), page_offset(b, first), b->page_size);
		return;
	}
	if (why.offset < 0)
		why.offset = item.data - b->file.data;
	b->sink->damage(b->sink, &why);
}

/* Key 0 does not name a package but holds the number for the next one. */
static bool names_package(const struct bdb *b, struct slice key)
{
	struct cursor c;

	cursor_init(&c, slice_from(key, 1));
	return key.len != 5 || get32(b, &c) != 0;
}

/*
 * Items lie from the page's end downwards: one ends where the one before it
 * begins.  They come in pairs, a key and its value.
 */
static bool read_hash_page(struct bdb *b, const struct page *p, struct error *err)
{
	struct slice key = SLICE_EMPTY;
	size_t end = b->page_size, table = PAGE_HEAD + 2 * (size_t)p->entries;
	struct cursor c;

	cursor_init(&c, p->bytes);
	cursor_seek(&c, PAGE_HEAD);
	if (table > b->page_size || p->entries % 2)
		return error_set_at(err, ERR_FORMAT, page_offset(b, p->number),
				    "page %u has %u entries", p->number, p->entries);
	for (uint16_t i = 0; i < p->entries; i++) {
		size_t start = get16(b, &c);

		if (start < table || start >= end)
			return error_set_at(err, ERR_FORMAT, page_offset(b, p->number),
					    "an entry of page %u is not within it", p->number);
		struct slice item = slice_first(slice_from(p->bytes, start), end - start);
		end = start;
		if (i % 2 == 0)
			key = item;
		else if (names_package(b, key) && item.data[0] == ITEM_OFF_PAGE)
			take_off_page(b, item);
		else if (names_package(b, key) && item.data[0] == ITEM_DATA)
			b->sink->header(b->sink, slice_from(item, 1),
					page_offset(b, p->number) + start + 1, item.len - 1);
		else if (names_package(b, key))
			return error_set_at(
				err, ERR_UNSUPPORTED, page_offset(b, p->number) + start,
				"an entry of page %u is of the kind %u, which rpm does not write",
				p->number, (uint8_t)item.data[0]);
	}
	return true;
}

static void read_pages(struct bdb *b)
{
	for (uint32_t i = 1; i < b->used.count; i++) {
		struct error why = ERROR_INIT;
		struct page p;

		read_page(b, i, &p);
		if ((p.type == PAGE_HASH || p.type == PAGE_HASH_UNSORTED) &&
		    !read_hash_page(b, &p, &why))
			b->sink->damage(b->sink, &why);
	}
}

bool rpm_bdb_read(struct slice file, struct rpm_sink *sink, struct error *err)
{
	struct bdb b = {.file = file, .sink = sink};
	struct error why = ERROR_INIT;

	if (!read_meta(&b, err))
		return false;
	arena_init(&b.arena, 0);
	buf_init(&b.value, LIMIT_KEEP);
	rpm_pages_init(&b.used, (uint32_t)(file.len / b.page_size), &b.arena);
	read_pages(&b);
	if (file.len % b.page_size || b.last_page >= b.used.count) {
		error_set_at(&why, ERR_FORMAT, file.len, "the file ends before its last page, %u",
			     b.last_page);
		sink->damage(sink, &why);
	}
	buf_release(&b.value);
	arena_release(&b.arena);
	return true;
}
