/*
 * RPM headers and databases made for tests, by the documents that the readers
 * name, with places left open for what hostile files do wrong.
 */
#ifndef BULWARK_TESTS_RPM_MADE_H
#define BULWARK_TESTS_RPM_MADE_H

#include "base/buf.h"
#include "base/limits.h"

#define MADE_PAGE 512u

struct made_package {
	const char *name, *version, *release, *arch, *source, *vendor, *license, *module;
	uint32_t epoch;
	const char *provides[4], *requirements[4];
	size_t padding; /* bytes of values that nothing asks for */
};

static inline void put_be(struct buf *b, uint64_t value, unsigned bytes)
{
	while (bytes--)
		buf_add_byte(b, (char)(value >> (8 * bytes)));
}

static inline void put_le(struct buf *b, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_add_byte(b, (char)(value >> (8 * i)));
}

static inline void set_be(struct buf *b, size_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		b->data[at + i] = (char)(value >> (8 * (bytes - 1 - i)));
}

static inline void set_le(struct buf *b, size_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		b->data[at + i] = (char)(value >> (8 * i));
}

/* Zeros up to the length. */
static inline void pad_to(struct buf *b, size_t len)
{
	while (b->len < len)
		buf_add_byte(b, 0);
}

struct made_index {
	struct buf index, store;
	uint32_t count;
};

static inline void made_entry(struct made_index *m, uint32_t tag, uint32_t type, uint32_t count)
{
	put_be(&m->index, tag, 4);
	put_be(&m->index, type, 4);
	put_be(&m->index, m->store.len, 4);
	put_be(&m->index, count, 4);
	m->count++;
}

static inline void made_text(struct made_index *m, uint32_t tag, uint32_t type, const char *text)
{
	if (!text)
		return;
	made_entry(m, tag, type, 1);
	buf_add(&m->store, text, strlen(text) + 1);
}

static inline void made_array(struct made_index *m, uint32_t tag, const char *const *texts)
{
	uint32_t count = 0;

	while (count < 4 && texts[count])
		count++;
	if (!count)
		return;
	made_entry(m, tag, 8, count);
	for (uint32_t i = 0; i < count; i++)
		buf_add(&m->store, texts[i], strlen(texts[i]) + 1);
}

static inline void made_finish(struct made_index *m, struct buf *b)
{
	put_be(b, m->count, 4);
	put_be(b, m->store.len, 4);
	buf_add_slice(b, buf_slice(&m->index));
	buf_add_slice(b, buf_slice(&m->store));
	buf_release(&m->index);
	buf_release(&m->store);
}

static inline void made_header(struct buf *b, const struct made_package *p)
{
	struct made_index m = {.count = 0};

	buf_init(&m.index, MIB);
	buf_init(&m.store, 64 * MIB);
	made_text(&m, 1000, 6, p->name);
	made_text(&m, 1001, 6, p->version);
	made_text(&m, 1002, 6, p->release);
	if (p->epoch) {
		pad_to(&m.store, (m.store.len + 3) & ~(size_t)3);
		made_entry(&m, 1003, 4, 1);
		put_be(&m.store, p->epoch, 4);
	}
	made_text(&m, 1011, 6, p->vendor);
	made_text(&m, 1014, 6, p->license);
	made_text(&m, 1022, 6, p->arch);
	made_text(&m, 1044, 6, p->source);
	made_array(&m, 1047, p->provides);
	made_array(&m, 1049, p->requirements);
	made_text(&m, 5096, 6, p->module);
	if (p->padding) {
		made_entry(&m, 1146, 7, (uint32_t)p->padding);
		pad_to(&m.store, m.store.len + p->padding);
	}
	made_finish(&m, b);
}

/* ------------------------------------------------------------------ SQLite */

static inline void put_varint(struct buf *b, uint64_t v)
{
	if (v >= 16384)
		buf_add_byte(b, (char)(0x80 | (v >> 14)));
	if (v >= 128)
		buf_add_byte(b, (char)(0x80 | ((v >> 7) & 0x7f)));
	buf_add_byte(b, (char)(v & 0x7f));
}

static inline void sqlite_page(struct buf *b, uint32_t number)
{
	pad_to(b, (size_t)(number - 1) * MADE_PAGE);
	pad_to(b, (size_t)number * MADE_PAGE);
}

/* Adds a cell at the end of what is free in a leaf or interior page; tells where it lies. */
static inline size_t sqlite_cell(struct buf *b, uint32_t page, struct slice cell)
{
	size_t start = (size_t)(page - 1) * MADE_PAGE, head = start + (page == 1 ? 100 : 0);
	size_t table = head + (b->data[head] == 5 ? 12 : 8);
	unsigned count = (unsigned)(uint8_t)b->data[head + 3] << 8 | (uint8_t)b->data[head + 4];
	unsigned end = (unsigned)(uint8_t)b->data[head + 5] << 8 | (uint8_t)b->data[head + 6];

	end = (end ? end : MADE_PAGE) - (unsigned)cell.len;
	memcpy(b->data + start + end, cell.data, cell.len);
	set_be(b, table + 2 * (size_t)count, end, 2);
	set_be(b, head + 3, count + 1, 2);
	set_be(b, head + 5, end, 2);
	return start + end;
}

/* A database of one empty page whose schema names the table's root. */
static inline void sqlite_begin(struct buf *b, const char *table, uint32_t root)
{
	struct buf cell;

	buf_init(b, 64 * MIB);
	buf_add(b, "SQLite format 3\0", 16);
	put_be(b, MADE_PAGE, 2);
	put_be(b, 0x01010040, 4);
	put_be(b, 0x2020, 2);
	pad_to(b, MADE_PAGE);
	set_be(b, 56, 1, 4);
	b->data[100] = 13;
	buf_init(&cell, MADE_PAGE);
	size_t name = strlen(table);
	put_varint(&cell, 6 + 5 + 2 * name + 1 + 3);
	put_varint(&cell, 1);
	put_varint(&cell, 6);
	put_varint(&cell, 13 + 2 * 5);
	put_varint(&cell, 13 + 2 * name);
	put_varint(&cell, 13 + 2 * name);
	put_varint(&cell, 1);
	put_varint(&cell, 13 + 2 * 3);
	buf_add_lit(&cell, "table");
	buf_add(&cell, table, name);
	buf_add(&cell, table, name);
	put_be(&cell, root, 1);
	buf_add_lit(&cell, "sql");
	sqlite_cell(b, 1, buf_slice(&cell));
	buf_release(&cell);
}

/* Tells how many pages there are, as a writer of today does. */
static inline void sqlite_finish(struct buf *b)
{
	set_be(b, 24, 7, 4);
	set_be(b, 28, b->len / MADE_PAGE, 4);
	set_be(b, 92, 7, 4);
}

static inline void sqlite_kind(struct buf *b, uint32_t page, int kind)
{
	sqlite_page(b, page);
	b->data[(size_t)(page - 1) * MADE_PAGE] = (char)kind;
}

/* A row (NULL, blob); what does not fit goes to new pages at the file's end. */
static inline size_t sqlite_row(struct buf *b, uint32_t page, unsigned number, struct slice blob)
{
	struct buf cell, payload;

	buf_init(&payload, 64 * MIB);
	struct buf type;
	buf_init(&type, 16);
	put_varint(&type, 12 + 2 * blob.len);
	put_varint(&payload, 2 + type.len);
	buf_add_byte(&payload, 0);
	buf_add_slice(&payload, buf_slice(&type));
	buf_add_slice(&payload, blob);
	buf_init(&cell, MADE_PAGE);
	put_varint(&cell, payload.len);
	put_varint(&cell, number);
	size_t most = MADE_PAGE - 35, least = (MADE_PAGE - 12) * 32 / 255 - 23, local = payload.len;
	if (local > most) {
		local = least + (payload.len - least) % (MADE_PAGE - 4);
		if (local > most)
			local = least;
	}
	struct slice rest = slice_from(buf_slice(&payload), local);
	buf_add(&cell, payload.data, local);
	uint32_t next = (uint32_t)(b->len / MADE_PAGE) + 1;
	if (!slice_empty(rest))
		put_be(&cell, next, 4);
	size_t at = sqlite_cell(b, page, buf_slice(&cell));
	while (!slice_empty(rest)) {
		bool last = rest.len <= MADE_PAGE - 4;

		put_be(b, last ? 0 : ++next, 4);
		buf_add_slice(b, slice_first(rest, MADE_PAGE - 4));
		rest = slice_from(rest, MADE_PAGE - 4);
		pad_to(b, (b->len + MADE_PAGE - 1) / MADE_PAGE * MADE_PAGE);
	}
	buf_release(&type);
	buf_release(&cell);
	buf_release(&payload);
	return at;
}

/* --------------------------------------------------------------------- ndb */

static inline uint32_t made_adler(struct slice s)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < s.len; i++) {
		a = (a + (uint8_t)s.data[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static inline void ndb_begin(struct buf *b)
{
	buf_init(b, 64 * MIB);
	buf_add_lit(b, "RpmP");
	put_le(b, 0, 4);
	put_le(b, 1, 4);
	put_le(b, 1, 4);
	pad_to(b, 32);
	while (b->len < 4096) {
		buf_add_lit(b, "Slot");
		pad_to(b, b->len + 12);
	}
}

static inline void ndb_add(struct buf *b, uint32_t package, struct slice blob)
{
	size_t start = b->len, slot = 16 * ((size_t)package + 1);

	buf_add_lit(b, "BlbS");
	put_le(b, package, 4);
	put_le(b, 1, 4);
	put_le(b, blob.len, 4);
	buf_add_slice(b, blob);
	pad_to(b, (b->len + 12 + 15) / 16 * 16 - 12);
	put_le(b, made_adler(slice_from(buf_slice(b), start)), 4);
	put_le(b, blob.len, 4);
	buf_add_lit(b, "BlbE");
	set_le(b, slot + 4, package, 4);
	set_le(b, slot + 8, start / 16, 4);
	set_le(b, slot + 12, (b->len - start) / 16, 4);
}

/* ------------------------------------------------------------- Berkeley DB */

static inline void bdb_put(struct buf *b, size_t at, uint64_t value, unsigned bytes, bool big)
{
	if (big)
		set_be(b, at, value, bytes);
	else
		set_le(b, at, value, bytes);
}

static inline void bdb_finish(struct buf *b, bool big)
{
	bdb_put(b, 32, b->len / MADE_PAGE - 1, 4, big);
}

/* A file of a header and one empty hash page. */
static inline void bdb_begin(struct buf *b, bool big)
{
	buf_init(b, 64 * MIB);
	pad_to(b, 2 * (size_t)MADE_PAGE);
	bdb_put(b, 12, 0x061561, 4, big);
	bdb_put(b, 16, 9, 4, big);
	bdb_put(b, 20, MADE_PAGE, 4, big);
	b->data[25] = 8;
	b->data[MADE_PAGE + 25] = 13;
	bdb_finish(b, big);
}

/* An item of page 1, of which `end` is where the one before it begins; answers where it does. */
static inline size_t bdb_item(struct buf *b, unsigned number, size_t end, struct slice item,
			      bool big)
{
	end -= item.len;
	memcpy(b->data + MADE_PAGE + end, item.data, item.len);
	bdb_put(b, MADE_PAGE + 26 + 2 * number, end, 2, big);
	bdb_put(b, MADE_PAGE + 20, number + 1, 2, big);
	return end;
}

static inline size_t bdb_key(struct buf *b, unsigned number, size_t end, uint32_t key, bool big)
{
	struct buf item;

	buf_init(&item, 16);
	buf_add_byte(&item, 1);
	if (big)
		put_be(&item, key, 4);
	else
		put_le(&item, key, 4);
	end = bdb_item(b, number, end, buf_slice(&item), big);
	buf_release(&item);
	return end;
}

/* The value goes to overflow pages at the file's end. */
static inline size_t bdb_value(struct buf *b, unsigned number, size_t end, struct slice value,
			       bool big)
{
	struct buf item;
	uint32_t page = (uint32_t)(b->len / MADE_PAGE);

	buf_init(&item, 16);
	buf_add(&item, "\3\0\0\0", 4);
	pad_to(&item, 12);
	bdb_put(&item, 4, page, 4, big);
	bdb_put(&item, 8, value.len, 4, big);
	end = bdb_item(b, number, end, buf_slice(&item), big);
	buf_release(&item);
	while (!slice_empty(value)) {
		struct slice part = slice_first(value, MADE_PAGE - 26);
		size_t start = b->len;

		pad_to(b, start + MADE_PAGE);
		value = slice_from(value, part.len);
		bdb_put(b, start + 16, slice_empty(value) ? 0 : ++page, 4, big);
		bdb_put(b, start + 22, part.len, 2, big);
		b->data[start + 25] = 7;
		memcpy(b->data + start + 26, part.data, part.len);
	}
	bdb_finish(b, big);
	return end;
}

#endif
