/*
 * The broker's side of what workers tell of layers: records are checked,
 * counted against the image's limits and sorted into what the union needs and
 * what becomes packages later.
 */
#ifndef BULWARK_IMAGE_COLLECT_H
#define BULWARK_IMAGE_COLLECT_H

#include "image/keep.h"
#include "image/union.h"

/* A file that a row has read. */
struct collected_file {
	uint32_t row;
	enum error_code error, partial; /* ERR_NONE: none */
	int64_t error_offset, partial_offset;
	struct slice error_message, partial_message;
	struct os_release *os;	    /* NULL: none */
	struct slice_list packages; /* encoded */
	uint32_t package_count;
};

struct collected_layer {
	struct union_layer layer;
	struct slice name; /* for messages */
	bool ended;	   /* its RECORD_END came */
	struct record_end end;
};

struct collection {
	struct run *run;    /* gaps go there */
	struct arena arena; /* of everything held here */
	struct collected_layer *layers;
	size_t count;
	struct VEC_OF(struct collected_file) files;
	size_t packages, links, link_bytes, table_items, reasons;
	bool packages_full, links_full, table_full;
	bool image; /* layer numbers mean something to the reader */
};

/* Of one worker: where in the stream of its records it is. */
struct collect_job {
	const uint32_t *numbers; /* the layers that it may speak of */
	size_t number_count;
	/* Second pass: what it was asked for; NULL: first. */
	const struct union_wanted *wanted;
	size_t wanted_count;
	struct collected_layer *at; /* NULL: no RECORD_LAYER yet */
	uint32_t at_number;
	size_t gaps;
	uint32_t file; /* number + 1 of the file that packages belong to, 0: none */
};

void collection_init(struct collection *c, struct run *run, size_t layers, bool image);
void collection_release(struct collection *c);
/* ERR_WORKER: the worker lies and should be stopped. */
bool collect_record(struct collection *c, struct collect_job *job, struct slice record,
		    struct error *err);
/* Sorts the layers' tables; after the first pass. */
void collection_finish(struct collection *c);
/* Of a file, in the run's arena. */
void collect_gap(struct collection *c, enum gap_kind kind, enum gap_reason reason,
		 struct slice subject, uint32_t layer, int64_t offset, const char *message);

#endif
