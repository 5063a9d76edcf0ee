/*
 * The database of rpm's backend "ndb", Packages.db: pages of slots, each of
 * which says where a package's blob lies.  Numbers are little-endian.
 *
 * Source: rpm's lib/backend/ndb/rpmpkg.c.
 */
#include "base/cleanup.h"
#include "base/cursor.h"
#include "inventory/rpm_database.h"

#define FILE_MAGIC  0x506d7052u /* "RpmP" */
#define SLOT_MAGIC  0x746f6c53u /* "Slot" */
#define BLOB_MAGIC  0x53626c42u /* "BlbS" */
#define BLOB_END    0x45626c42u /* "BlbE" */
#define PAGE_SIZE   4096u
#define SLOT_SIZE   16u
#define BLOCK_SIZE  16u
#define FIRST_SLOT  2u /* the file's header takes the place of two */
#define BLOB_HEAD   16u
#define BLOB_TAIL   12u
#define ADLER_PRIME 65521u

bool rpm_ndb_is(struct slice file)
{
	return slice_starts(file, SLICE("RpmP"));
}

struct slot {
	uint32_t magic, package, block, blocks;
};

static void read_slot(struct cursor *c, struct slot *s)
{
	s->magic = cursor_u32le(c);
	s->package = cursor_u32le(c);
	s->block = cursor_u32le(c);
	s->blocks = cursor_u32le(c);
}

/* Adler-32, RFC 1950 section 8.2; sums of 5552 bytes do not overflow. */
static uint32_t adler32(struct slice s)
{
	uint32_t a = 1, b = 0;

	while (!slice_empty(s)) {
		struct slice part = slice_first(s, 5552);

		for (size_t i = 0; i < part.len; i++) {
			a += (uint8_t)part.data[i];
			b += a;
		}
		a %= ADLER_PRIME;
		b %= ADLER_PRIME;
		s = slice_from(s, part.len);
	}
	return b << 16 | a;
}

static bool read_blob(struct slice entry, const struct slot *slot, struct slice *ret,
		      struct error *err)
{
	uint64_t at = (uint64_t)slot->block * BLOCK_SIZE;
	struct cursor c;

	cursor_init(&c, entry);
	uint32_t magic = cursor_u32le(&c), package = cursor_u32le(&c);
	cursor_skip(&c, 4); /* generation */
	uint32_t size = cursor_u32le(&c);
	if (magic != BLOB_MAGIC || package != slot->package)
		return error_set_at(err, ERR_FORMAT, at, "package %u is not where its slot says",
				    slot->package);
	if (size > entry.len - BLOB_HEAD - BLOB_TAIL)
		return error_set_at(err, ERR_FORMAT, at,
				    "package %u has %u bytes in a place for %zu", slot->package,
				    size, entry.len);
	*ret = cursor_slice(&c, size);
	/* The tail ends with the last block; before it lies padding. */
	cursor_seek(&c, entry.len - BLOB_TAIL);
	uint32_t sum = cursor_u32le(&c), again = cursor_u32le(&c), end = cursor_u32le(&c);
	if (again != size || end != BLOB_END)
		return error_set_at(err, ERR_FORMAT, at,
				    "package %u does not end where its slot says", slot->package);
	if (sum != adler32(slice_first(entry, entry.len - BLOB_TAIL)))
		return error_set_at(err, ERR_FORMAT, at, "the checksum of package %u is wrong",
				    slot->package);
	return true;
}

/* `budget` is what all entries together may have: they do not overlap in a sound file. */
static bool take_slot(struct slice file, const struct slot *slot, uint64_t *budget,
		      struct rpm_sink *sink, struct error *err)
{
	uint64_t at = (uint64_t)slot->block * BLOCK_SIZE,
		 size = (uint64_t)slot->blocks * BLOCK_SIZE;
	struct error why = ERROR_INIT;
	struct slice blob;

	if (at > file.len || size > file.len - at || size < BLOB_HEAD + BLOB_TAIL) {
		error_set_at(&why, ERR_FORMAT, at < file.len ? at : file.len,
			     "package %u has no place in the file of %zu bytes", slot->package,
			     file.len);
		sink->damage(sink, &why);
		return true;
	}
	if (size > *budget)
		return error_set_at(err, ERR_FORMAT, at, "packages lie upon one another");
	*budget -= size;
	if (read_blob(slice_first(slice_from(file, (size_t)at), (size_t)size), slot, &blob, &why))
		sink->header(sink, blob, at, size);
	else
		sink->damage(sink, &why);
	return true;
}

bool rpm_ndb_read(struct slice file, struct rpm_sink *sink, struct error *err)
{
	uint64_t budget = file.len;
	struct cursor c;

	cursor_init(&c, file);
	uint32_t magic = cursor_u32le(&c), version = cursor_u32le(&c);
	cursor_skip(&c, 4); /* generation */
	uint32_t pages = cursor_u32le(&c);
	cursor_seek(&c, FIRST_SLOT * SLOT_SIZE);
	if (c.failed || magic != FILE_MAGIC)
		return error_set_at(err, ERR_FORMAT, 0,
				    "the file has no header of an ndb database");
	if (version != 0)
		return error_set_at(err, ERR_UNSUPPORTED, 4,
				    "version %u of ndb databases is not known", version);
	uint64_t slots = (uint64_t)pages * (PAGE_SIZE / SLOT_SIZE);
	if (pages == 0 || slots * SLOT_SIZE > file.len)
		return error_set_at(err, ERR_FORMAT, 12, "%u pages of slots in a file of %zu bytes",
				    pages, file.len);
	for (uint64_t i = FIRST_SLOT; i < slots; i++) {
		struct slot slot;

		read_slot(&c, &slot);
		if (slot.magic != SLOT_MAGIC)
			return error_set_at(err, ERR_FORMAT, i * SLOT_SIZE,
					    "no slot where one is expected");
		if (slot.package && slot.block && !take_slot(file, &slot, &budget, sink, err))
			return false;
	}
	return true;
}
