/*
 * The union of an image's layers, over what their workers told of: which kept
 * file is visible, at which path, from which layer.
 * Source: OCI image specification 1.1, layer.md, "Applying Changesets".
 *
 * What the specification leaves open is done as container engines do it: an
 * entry of an upper layer replaces what stands at its path, but for a
 * directory over a directory; a directory entry over a lower symbolic link
 * replaces the link, while a directory that is only named in the paths of
 * other entries follows it; links are resolved inside the root.
 *
 * Only paths of interest are held (kept files and links); of all other
 * entries the layers' tables tell that they exist.
 */
#ifndef BULWARK_IMAGE_UNION_H
#define BULWARK_IMAGE_UNION_H

#include "base/map.h"
#include "image/record.h"
#include "image/table.h"
#include "model/run.h"

struct union_item {
	enum record_type type; /* RECORD_FILE, RECORD_SYMLINK, RECORD_NEED; RECORD_NONE: replaced in
				  its layer */
	struct slice path;     /* as the layer spells it */
	struct slice target;   /* link: as written; need: where the bytes stand in the layer */
	struct slice as;       /* file: differs from path when a link or fixed path led there */
	uint32_t row;
	uint32_t file; /* the caller's number of a RECORD_FILE */
};
struct union_item_list VEC_OF(struct union_item);

/* A whiteout or an opaque directory. */
struct union_hiding {
	struct slice path;
	bool opaque;
};
struct union_hiding_list VEC_OF(struct union_hiding);

struct union_layer {
	struct union_item_list items;
	struct union_hiding_list hidings;
	struct table table; /* finished */
	bool has_table;	    /* false: anything may be in it (the bottom layer) */
	struct map by_path; /* path -> number of the item + 1, the last one */
};

void union_layer_init(struct union_layer *l);
void union_layer_release(struct union_layer *l);
/* Takes the place of an earlier item of the same path in this layer. */
struct union_item *union_layer_add(struct union_layer *l, struct arena *a, struct union_item item);
void union_layer_gone(struct union_layer *l, struct slice path);

struct union_visible {
	struct slice path;    /* where the file really is */
	struct slice display; /* the path that the row knows it by */
	uint32_t layer;
	const struct union_item *item;
};

/* A file (or with `directory` the files right in it) that a second pass should read. */
struct union_wanted {
	uint32_t layer;	   /* that holds the bytes */
	struct slice path; /* there */
	struct slice as;   /* as if it stood here */
	uint32_t row;
	bool directory;
	uint32_t origin_layer;	  /* where the item belongs that comes out of it */
	struct slice origin_path; /* empty: the path itself */
};

struct union_result {
	struct VEC_OF(struct union_visible) files;	/* sorted by path */
	struct VEC_OF(struct union_wanted) wanted;	/* none that was asked before */
	struct VEC_OF(struct union_visible) unresolved; /* links whose bytes no layer holds */
	bool links_over; /* links lead through one another too often, or to more than is asked for:
			    not all were followed */
};

struct union_context {
	const struct path_key *key;
	unsigned scope;	       /* whose rows' fixed paths are resolved; 0: none */
	struct arena *arena;   /* of the result */
	struct map *asked;     /* what earlier rounds wanted; grows */
	bool ask_no_more;      /* no further round comes: what one would bring is unresolved */
	const struct run *run; /* for interruption; may be NULL */
};

/* Bottom layer first.  False: interrupted. */
bool union_make(const struct union_context *context, const struct union_layer *layers, size_t count,
		struct union_result *ret, struct error *err);

#endif
