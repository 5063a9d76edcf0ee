/*
 * What a worker that reads a layer or a tree answers: a row of flat records,
 * at most LIMIT_RECORD each, in the order in which the bytes told of them.
 * The first byte is the type.  Every record is checked as untrusted input
 * when it is read, since the worker has parsed hostile bytes.
 */
#ifndef BULWARK_IMAGE_RECORD_H
#define BULWARK_IMAGE_RECORD_H

#include "base/error.h"
#include "inventory/inventory.h"
#include "model/gap.h"

enum record_type {
	RECORD_NONE,
	RECORD_LAYER,	 /* number: what follows is of that layer; the first record of each */
	RECORD_FILE,	 /* a file that a row has read; its packages follow */
	RECORD_PACKAGES, /* packages of the last file */
	RECORD_SYMLINK,	 /* path, target */
	RECORD_NEED,	 /* path, target, row: a row wants the file at `path`; its bytes stand at
			    `target` */
	RECORD_GONE, /* path: an entry that nothing is kept of took the place of an earlier one */
	RECORD_WHITEOUT, /* path: taken away from lower layers */
	RECORD_OPAQUE,	 /* path: what lower layers hold in this directory is hidden */
	RECORD_TABLE,	 /* items of the entry table */
	RECORD_GAP,
	RECORD_END, /* the layer was gone through; counts and digests */
	RECORD_COUNT,
};

struct record_file {
	uint32_t row;	      /* in inventory_rows */
	struct slice path;    /* where the entry stands, normalised */
	struct slice as;      /* where a link or a fixed path puts it; the same as path otherwise */
	struct error error;   /* code ERR_NONE: read; else the whole file could not be */
	struct error partial; /* an entry was passed over */
	bool has_os;
	struct os_release os;
};

struct record_end {
	uint64_t entries, files, bytes;
	struct slice digest;  /* of the stored bytes; empty: not known to the end */
	struct slice diff_id; /* of the uncompressed bytes; empty: not known to the end */
};

/* One record, decoded; what belongs to which type stands above. */
struct record {
	enum record_type type;
	uint32_t number; /* layer */
	uint32_t row;
	struct slice path, target;
	struct record_file file;
	struct slice packages; /* encoded, `count` of them */
	uint32_t count;
	struct slice table; /* 8 bytes an item */
	struct gap gap;
	struct record_end end;
};

/* Where records go; false: the other side is gone and the work is for nothing. */
struct record_sink {
	bool (*put)(struct record_sink *s, struct slice record, struct error *err);
	/* Sends what is held back; called before bytes are parsed that may end the worker.  NULL:
	 * nothing is. */
	bool (*flush)(struct record_sink *s, struct error *err);
	struct buf buffer; /* the record being built */
};

void record_sink_init(struct record_sink *s,
		      bool (*put)(struct record_sink *s, struct slice record, struct error *err));
void record_sink_release(struct record_sink *s);

static inline bool record_flush(struct record_sink *s, struct error *err)
{
	return !s->flush || s->flush(s, err);
}

bool record_put_layer(struct record_sink *s, uint32_t number, struct error *err);
bool record_put_path(struct record_sink *s, enum record_type type, struct slice path,
		     struct error *err);
bool record_put_link(struct record_sink *s, struct slice path, struct slice target,
		     struct error *err);
bool record_put_need(struct record_sink *s, struct slice path, struct slice target, uint32_t row,
		     struct error *err);
bool record_put_table(struct record_sink *s, const uint64_t *items, size_t count,
		      struct error *err);
bool record_put_gap(struct record_sink *s, const struct gap *gap, struct error *err);
bool record_put_end(struct record_sink *s, const struct record_end *end, struct error *err);
/* The file and, in further records, its packages. */
bool record_put_file(struct record_sink *s, const struct record_file *file,
		     const struct package_list *packages, struct error *err);

/*
 * Texts point into `bytes`, but those of file.os, which are copied.  False:
 * no such record (ERR_WORKER).
 */
bool record_decode(struct slice bytes, struct arena *a, struct record *ret, struct error *err);

#endif
