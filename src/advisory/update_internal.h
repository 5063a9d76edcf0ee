/* What the files of the update share; nothing outside includes it. */
#ifndef BULWARK_ADVISORY_UPDATE_INTERNAL_H
#define BULWARK_ADVISORY_UPDATE_INTERNAL_H

#include "advisory/feed.h"
#include "advisory/mirror.h"
#include "advisory/update.h"

/* A file that was brought: of the state file a line of tab-separated fields each. */
struct state_row {
	struct slice name; /* an ecosystem, or a feed's file: "extra/kev/current.json" */
	struct mirror_validators validators, csv;
	const struct feed_row *feed; /* NULL: an ecosystem */
	struct slice path;	     /* of a feed's file where it is read in place; else empty */
	/* Brought by this run: take their places once the index is made of them. */
	bool fresh, fresh_delta;
};

struct state_list VEC_OF(struct state_row);

struct state {
	struct slice digest; /* of the index that was made of it */
	struct slice mirror;
	struct state_list rows;
};

struct updater {
	struct run *run;
	struct arena *arena;
	const struct update_options *options;
	struct update_result *result;
	struct slice mirror;
	const struct mirror_kind *kind;
	bool in_place;	     /* the mirror's files are read where they lie */
	struct slice folder; /* of what was brought */
	struct state old;
	struct state_list rows;
	struct slice_list wanted; /* ecosystems */
	bool changed;
	struct error *err;
};

/* Files of what was brought; NUL-terminated. */
struct slice update_path(const struct updater *u, struct slice name, const char *file);

/* update_state.c */
void update_read_state(struct updater *u);
bool update_write_state(struct updater *u, struct slice digest);
const struct state_row *update_find_row(const struct state_list *rows, struct slice name);
/* Can it be a directory's name? */
bool update_is_ecosystem(struct slice name);

/* update_delta.c */
enum delta_outcome {
	DELTA_UNCHANGED, /* nothing to do */
	DELTA_BROUGHT,	 /* row->fresh_delta */
	DELTA_NONE,	 /* take the zip */
	DELTA_FAILED,	 /* the update must end: u->err */
};

/* Brings what has changed since `old`; fills row->csv and row->fresh_delta. */
enum delta_outcome update_delta(struct updater *u, const struct state_row *old,
				struct state_row *row, uint64_t *ret_bytes, uint64_t *ret_records);
/* The delta that lies over the ecosystem's kept zip; empty: none that fits it. */
struct slice update_sound_delta(const struct updater *u, struct slice ecosystem);

/* update_feeds.c */
/* Brings the feeds that are wanted; one that cannot be brought is told, and no error. */
bool update_feeds(struct updater *u);

/* A scratch file in the folder of what was brought, -1 with u->err. */
int update_open_part(struct updater *u, struct slice path);

#endif
