/*
 * The database of rpm since 4.16, rpmdb.sqlite: the rows of the table
 * Packages, whose one BLOB is the header.  A reader of SQLite's file format
 * that knows table B-trees and overflow pages, no more.
 *
 * Source: SQLite, "Database File Format" (sqlite.org/fileformat2.html).
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/vec.h"
#include "inventory/rpm_database.h"

#define MAGIC	      "SQLite format 3\0"
#define FILE_HEAD     100u
#define PAGE_INTERIOR 0x05
#define PAGE_LEAF     0x0d
#define MAX_COLUMNS   64u

struct sqlite;

/* A row of a table; offset and length are those of its cell. */
typedef bool row_reader(struct sqlite *q, struct slice record, uint64_t offset, uint64_t length,
			struct error *err);

struct sqlite {
	struct slice file;
	uint32_t page_size;
	uint32_t usable;       /* of it: without the bytes reserved for extensions */
	struct rpm_pages used; /* numbers from 0; SQLite's from 1 */
	struct arena arena;
	struct VEC_OF(uint32_t) pending; /* pages of the tree that is being read */
	struct buf payload;
	uint32_t root; /* of Packages, 0: not found yet */
	struct rpm_sink *sink;
};

bool rpm_sqlite_is(struct slice file)
{
	return slice_starts(file, SLICE(MAGIC));
}

static uint64_t page_offset(const struct sqlite *q, uint32_t page)
{
	return (uint64_t)(page - 1) * q->page_size;
}

static struct slice page_bytes(const struct sqlite *q, uint32_t page)
{
	return slice_first(slice_from(q->file, (size_t)page_offset(q, page)), q->page_size);
}

/* Seven bits a byte, most significant first; a ninth byte counts whole. */
static uint64_t get_varint(struct cursor *c)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++) {
		uint8_t byte = cursor_u8(c);

		v = v << 7 | (byte & 0x7f);
		if (!(byte & 0x80))
			return v;
	}
	return v << 8 | cursor_u8(c);
}

static bool read_file_head(struct sqlite *q, struct error *err)
{
	struct error why = ERROR_INIT;
	struct cursor c;

	cursor_init(&c, q->file);
	cursor_seek(&c, 16);
	uint16_t size = cursor_u16be(&c);
	cursor_skip(&c, 2);
	uint8_t reserved = cursor_u8(&c);
	cursor_seek(&c, 24);
	uint32_t changes = cursor_u32be(&c), pages = cursor_u32be(&c);
	cursor_seek(&c, 56);
	uint32_t encoding = cursor_u32be(&c);
	cursor_seek(&c, 92);
	uint32_t valid_for = cursor_u32be(&c);
	if (!cursor_seek(&c, FILE_HEAD))
		return error_set_at(err, ERR_FORMAT, q->file.len, "the file ends in its header");
	q->page_size = size == 1 ? 65536 : size;
	if (q->page_size < 512 || (q->page_size & (q->page_size - 1)) ||
	    reserved > q->page_size - 480)
		return error_set_at(err, ERR_FORMAT, 16, "pages of %u bytes, %u of them reserved",
				    q->page_size, reserved);
	q->usable = q->page_size - reserved;
	if (encoding > 1)
		return error_set_at(err, ERR_UNSUPPORTED, 56, "texts in UTF-16 are not read");
	rpm_pages_init(&q->used, (uint32_t)(q->file.len / q->page_size), &q->arena);
	/* The count of pages is right only where the writer knew of it. */
	if (q->file.len % q->page_size || (changes == valid_for && pages > q->used.count)) {
		error_set_at(&why, ERR_FORMAT, q->file.len,
			     "the file ends before its last page, %u", pages);
		q->sink->damage(q->sink, &why);
	}
	return true;
}

/* ------------------------------------------------------------------- cells */

/* How many of a payload's bytes lie in the cell itself ("Cell Payload Overflow Pages"). */
static uint32_t local_size(const struct sqlite *q, uint64_t size)
{
	uint32_t most = q->usable - 35, least = (q->usable - 12) * 32 / 255 - 23;

	if (size <= most)
		return (uint32_t)size;
	uint32_t fit = least + (uint32_t)((size - least) % (q->usable - 4));
	return fit <= most ? fit : least;
}

/* What follows the local part, into q->payload behind it. */
static bool read_overflow(struct sqlite *q, uint64_t size, uint32_t page, struct error *err)
{
	while (q->payload.len < size) {
		struct cursor c;

		if (page == 0 || !rpm_pages_use(&q->used, page - 1))
			return error_set(err, ERR_FORMAT,
					 "an overflow chain of %llu bytes leads after %zu to page "
					 "%u, which is "
					 "not there or was used before",
					 (unsigned long long)size, q->payload.len, page);
		cursor_init(&c, slice_first(page_bytes(q, page), q->usable));
		page = cursor_u32be(&c);
		struct slice part = cursor_slice(&c, cursor_left(&c));
		buf_add_slice(&q->payload, slice_first(part, (size_t)(size - q->payload.len)));
	}
	return true;
}

static bool take_payload(struct sqlite *q, struct cursor *c, uint64_t size, struct slice *ret,
			 struct error *err)
{
	uint32_t local = local_size(q, size);

	*ret = cursor_slice(c, local);
	if (local == size)
		return !c->failed || error_set(err, ERR_FORMAT, "a row is not within its page");
	uint32_t next = cursor_u32be(c);
	if (c->failed)
		return error_set(err, ERR_FORMAT, "a row is not within its page");
	if (size > q->file.len)
		return error_set(err, ERR_FORMAT, "a row of %llu bytes in a file of %zu",
				 (unsigned long long)size, q->file.len);
	buf_clear(&q->payload);
	buf_add_slice(&q->payload, *ret);
	if (!read_overflow(q, size, next, err))
		return false;
	*ret = buf_slice(&q->payload);
	return true;
}

/*
 * A row of a leaf.  Rows of a page do not overlap in a sound file: `budget` is
 * what they may have together.
 */
static bool read_row(struct sqlite *q, uint32_t page, uint16_t at, size_t *budget,
		     row_reader *reader, struct error *err)
{
	uint64_t start = page_offset(q, page) + at;
	struct error why = ERROR_INIT;
	struct slice record;
	struct cursor c;

	cursor_init(&c, slice_first(page_bytes(q, page), q->usable));
	cursor_seek(&c, at);
	uint64_t size = get_varint(&c);
	get_varint(&c); /* the row's number */
	bool ok = take_payload(q, &c, size, &record, &why);
	size_t length = c.failed ? 0 : c.off - at;
	if (length > *budget)
		return error_set_at(err, ERR_FORMAT, start, "rows of page %u lie upon one another",
				    page);
	*budget -= length;
	if (ok)
		ok = reader(q, record, start, length, &why);
	if (ok)
		return true;
	if (why.offset < 0)
		why.offset = (int64_t)(at < q->usable ? start : page_offset(q, page));
	q->sink->damage(q->sink, &why);
	return true;
}

/* ------------------------------------------------------------------- trees */

static bool push(struct sqlite *q, uint32_t page, uint32_t parent, struct error *err)
{
	if (page == 0 || !rpm_pages_use(&q->used, page - 1))
		return error_set_at(
			err, ERR_FORMAT, page_offset(q, parent),
			"page %u leads to page %u, which is not there or was used before", parent,
			page);
	*vec_add(&q->arena, &q->pending) = page;
	return true;
}

static void reverse(uint32_t *items, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t t = items[i];

		items[i] = items[count - 1 - i];
		items[count - 1 - i] = t;
	}
}

/* What is wrong with one child is told; the others are read. */
static void push_children(struct sqlite *q, uint32_t page, struct cursor *cells, uint16_t count,
			  uint32_t last)
{
	size_t before = q->pending.count;
	struct error why = ERROR_INIT;
	bool ok = true;

	for (uint16_t i = 0; i < count; i++) {
		struct cursor c;

		cursor_init(&c, page_bytes(q, page));
		cursor_seek(&c, cursor_u16be(cells));
		ok &= push(q, cursor_u32be(&c), page, &why);
	}
	ok &= push(q, last, page, &why);
	/* The stack gives the last one first. */
	if (q->pending.count > before)
		reverse(q->pending.items + before, q->pending.count - before);
	if (!ok)
		q->sink->damage(q->sink, &why);
}

static bool read_tree_page(struct sqlite *q, uint32_t page, row_reader *reader, struct error *err)
{
	size_t budget = q->usable;
	struct cursor c;

	cursor_init(&c, slice_first(page_bytes(q, page), q->usable));
	cursor_seek(&c, page == 1 ? FILE_HEAD : 0);
	uint8_t kind = cursor_u8(&c);
	cursor_skip(&c, 2); /* first free block */
	uint16_t count = cursor_u16be(&c);
	cursor_skip(&c, 3); /* where cells start, fragments */
	uint32_t last = kind == PAGE_INTERIOR ? cursor_u32be(&c) : 0;
	if (kind != PAGE_INTERIOR && kind != PAGE_LEAF)
		return error_set_at(err, ERR_FORMAT, page_offset(q, page),
				    "page %u is no page of a table", page);
	if (count > cursor_left(&c) / 2)
		return error_set_at(err, ERR_FORMAT, page_offset(q, page), "page %u has %u cells",
				    page, count);
	if (kind == PAGE_INTERIOR) {
		push_children(q, page, &c, count, last);
		return true;
	}
	for (uint16_t i = 0; i < count; i++)
		if (!read_row(q, page, cursor_u16be(&c), &budget, reader, err))
			return false;
	return true;
}

/* Each page once, so a cycle ends the branch that leads into it. */
static bool read_tree(struct sqlite *q, uint32_t root, row_reader *reader, struct error *err)
{
	q->pending.count = 0;
	if (!push(q, root, 1, err))
		return false;
	while (q->pending.count) {
		struct error why = ERROR_INIT;

		if (!read_tree_page(q, q->pending.items[--q->pending.count], reader, &why))
			q->sink->damage(q->sink, &why);
	}
	return true;
}

/* ----------------------------------------------------------------- records */

struct column {
	uint64_t type;
	struct slice bytes;
};

static uint64_t column_size(uint64_t type)
{
	static const uint8_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};

	return type < ARRAY_LEN(sizes) ? sizes[type] : (type - 12) / 2;
}

static bool is_blob(const struct column *c)
{
	return c->type >= 12 && c->type % 2 == 0;
}

static bool is_text(const struct column *c, struct slice text)
{
	return c->type >= 13 && c->type % 2 && slice_eq(c->bytes, text);
}

/* The record's first columns; false: it is not one. */
static bool read_columns(struct slice record, struct column *columns, size_t max, size_t *ret_count)
{
	struct cursor head, body;

	*ret_count = 0;
	cursor_init(&head, record);
	uint64_t size = get_varint(&head);
	if (head.failed || size < head.off || size > record.len)
		return false;
	head.len = (size_t)size;
	cursor_init(&body, record);
	cursor_seek(&body, (size_t)size);
	while (cursor_left(&head) && *ret_count < max) {
		struct column *c = &columns[(*ret_count)++];

		c->type = get_varint(&head);
		uint64_t length = column_size(c->type);
		if (head.failed || length > cursor_left(&body))
			return false;
		c->bytes = cursor_slice(&body, (size_t)length);
	}
	return true;
}

/* A row of sqlite_schema: type, name, tbl_name, rootpage, sql. */
static bool read_schema_row(struct sqlite *q, struct slice record, uint64_t offset, uint64_t length,
			    struct error *err)
{
	struct column columns[5];
	size_t count;

	(void)offset;
	(void)length;
	if (!read_columns(record, columns, ARRAY_LEN(columns), &count) || count < 4)
		return error_set(err, ERR_FORMAT, "a row of the schema cannot be read");
	if (!is_text(&columns[0], SLICE("table")) || !is_text(&columns[1], SLICE("Packages")))
		return true;
	uint64_t root = 0;
	for (size_t i = 0; i < columns[3].bytes.len; i++)
		root = root << 8 | (uint8_t)columns[3].bytes.data[i];
	if (columns[3].type == 9) /* the number one */
		root = 1;
	if (root < 2 || root > q->used.count)
		return error_set(err, ERR_FORMAT, "the table Packages is on page %llu of %u",
				 (unsigned long long)root, q->used.count);
	q->root = (uint32_t)root;
	return true;
}

static bool read_package_row(struct sqlite *q, struct slice record, uint64_t offset,
			     uint64_t length, struct error *err)
{
	struct column columns[MAX_COLUMNS];
	size_t count;

	if (!read_columns(record, columns, ARRAY_LEN(columns), &count))
		return error_set(err, ERR_FORMAT, "a row of the table Packages cannot be read");
	for (size_t i = 0; i < count; i++) {
		if (!is_blob(&columns[i]))
			continue;
		q->sink->header(q->sink, columns[i].bytes, offset, length);
		return true;
	}
	return error_set(err, ERR_FORMAT, "a row of the table Packages has no header");
}

static bool read_packages(struct sqlite *q, struct error *err)
{
	if (!read_file_head(q, err))
		return false;
	if (q->used.count == 0)
		return error_set_at(err, ERR_FORMAT, q->file.len,
				    "the file ends in its first page");
	if (!read_tree(q, 1, read_schema_row, err))
		return false;
	if (q->root == 0)
		return error_set_at(err, ERR_FORMAT, 0, "the database has no table Packages");
	return read_tree(q, q->root, read_package_row, err);
}

bool rpm_sqlite_read(struct slice file, struct rpm_sink *sink, struct error *err)
{
	struct sqlite q = {.file = file, .sink = sink};

	arena_init(&q.arena, 0);
	buf_init(&q.payload, LIMIT_KEEP);
	bool ok = read_packages(&q, err);
	buf_release(&q.payload);
	arena_release(&q.arena);
	return ok;
}
