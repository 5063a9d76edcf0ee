/*
 * Deltas: what has changed in an ecosystem since its all.zip was brought.
 *
 * A mirror's `<Ecosystem>/modified_id.csv` names every record with the time of
 * its last change.  Compared with what is kept, it tells which
 * `<Ecosystem>/<ID>.json` to bring and which records are gone.  Brought ones
 * are kept in one file beside the zip and lie over it when the index is built,
 * so that the index is the one that the new all.zip would give.
 *
 * Source: the layout of OSV's bucket ("Data dumps" of its documentation).
 */
#ifndef BULWARK_ADVISORY_DELTA_H
#define BULWARK_ADVISORY_DELTA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "base/vec.h"

struct delta_entry {
	struct slice id;
	int64_t stamp;	    /* of the csv line that it was brought for; TIMESTAMP_NONE: none */
	struct slice bytes; /* the record's JSON; empty: the record is gone */
};

struct delta_entry_list VEC_OF(struct delta_entry);

/* The file of brought records. */
struct delta {
	struct slice base; /* identity of the zip that it lies over, see delta_identity */
	struct delta_entry_list entries; /* each id once */
};

void delta_write(const struct delta *d, struct buf *b);
/* Texts point into `bytes`.  ERR_FORMAT: no such file. */
bool delta_read(struct slice bytes, struct arena *a, struct delta *ret, struct error *err);

/*
 * What stands for a file's content without reading it: size and time of its
 * last change, which a rename leaves alone.  "-": there is no such file.
 */
struct slice delta_identity(const char *path, struct arena *a);

/*
 * The list of kept records, a line each: id, tab, stamp.  Its first line holds
 * the identities of the zip and the delta that it is the list of.
 */
void delta_kept_line(struct buf *b, struct slice id, int64_t stamp);

struct delta_plan {
	struct delta_entry_list wanted; /* to be brought: newer than what is kept, or new */
	struct slice_list gone;
	uint64_t kept; /* records of the list */
};

/*
 * Compares modified_id.csv with the list (without its first line).  Texts point
 * into the two.  ERR_FORMAT: the csv is none, or names a record that could not
 * be a file's name.
 */
bool delta_compare(struct slice csv, struct slice kept, struct arena *a, struct delta_plan *ret,
		   struct error *err);

/* Can the id be the name of a file, and the last part of an address? */
bool delta_sound_id(struct slice id);

#endif
