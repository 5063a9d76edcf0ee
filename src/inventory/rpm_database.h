/*
 * RPM's package databases: three container formats that hold the same thing, a
 * header blob for each installed package.  A reader finds the blobs, whatever
 * the order, and hands them on; it takes time in proportion to the file, since
 * it uses no page twice.
 *
 * Sources: SQLite's "Database File Format" (sqlite.org/fileformat2.html);
 * rpm's lib/backend/ndb/rpmpkg.c; Berkeley DB's dbinc/db_page.h.
 */
#ifndef BULWARK_INVENTORY_RPM_DATABASE_H
#define BULWARK_INVENTORY_RPM_DATABASE_H

#include "base/arena.h"
#include "base/error.h"

struct rpm_sink {
	/*
	 * A header blob, valid during the call.  offset and length tell where in
	 * the file its entry stands; of entries in several pieces the first one.
	 */
	void (*header)(struct rpm_sink *s, struct slice blob, uint64_t offset, uint64_t length);
	/* An entry was passed over; the others are read. */
	void (*damage)(struct rpm_sink *s, const struct error *why);
};

/* What the file is, by its first bytes. */
bool rpm_sqlite_is(struct slice file);
bool rpm_ndb_is(struct slice file);
bool rpm_bdb_is(struct slice file);

/* False: the file ends or lies in a place behind which nothing more can be found. */
bool rpm_sqlite_read(struct slice file, struct rpm_sink *sink, struct error *err);
bool rpm_ndb_read(struct slice file, struct rpm_sink *sink, struct error *err);
bool rpm_bdb_read(struct slice file, struct rpm_sink *sink, struct error *err);

/* One bit for each page of a file: what was used once must not be used again. */
struct rpm_pages {
	uint8_t *bits;
	uint32_t count;
};

static inline void rpm_pages_init(struct rpm_pages *p, uint32_t count, struct arena *a)
{
	p->bits = arena_alloc(a, count / 8 + 1);
	p->count = count;
}

/* False: there is no such page, or it was used before. */
static inline bool rpm_pages_use(struct rpm_pages *p, uint32_t number)
{
	uint8_t bit = (uint8_t)(1u << (number % 8));

	if (number >= p->count || (p->bits[number / 8] & bit))
		return false;
	p->bits[number / 8] |= bit;
	return true;
}

#endif
