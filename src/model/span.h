/*
 * Where a value stands.  A source is some text: a file, a file in a layer, or
 * a text derived from another one (a fenced block in a Markdown file, a merged
 * Compose file).  A span is a byte range of a source.  Derived sources map
 * piece by piece to their parents, so that every span can be shown where a
 * person can open it; lines and columns are computed only when shown.
 */
#ifndef BULWARK_MODEL_SPAN_H
#define BULWARK_MODEL_SPAN_H

#include "base/arena.h"
#include "base/vec.h"

#define SOURCE_NONE 0u

struct span {
	uint32_t source; /* number in the table, SOURCE_NONE: nowhere */
	uint64_t offset;
	uint64_t length;
};

struct source_piece {
	uint64_t offset; /* in the derived text */
	uint64_t length;
	struct span origin; /* same length, or shorter where the derivation rewrote it */
};

struct source_piece_list VEC_OF(struct source_piece);

struct source {
	struct slice name;  /* path or "layer:path"; as shown */
	struct slice bytes; /* empty when no longer held: then only offsets can be shown */
	struct source_piece_list pieces; /* sorted by offset; none: not derived */
	int32_t layer;      /* number of the image's layer, -1: none */
	const uint64_t *newlines; /* of long texts: how many stand before each block; else NULL */
};

struct source_table {
	struct arena *arena;
	struct VEC_OF(struct source) sources; /* number 0 is SOURCE_NONE */
};

void source_table_init(struct source_table *t, struct arena *a);
/* Name and bytes are copied only where told. */
uint32_t source_add(struct source_table *t, struct slice name, struct slice bytes, int32_t layer);
/* Pieces are added in the order of their offsets. */
void source_add_piece(struct source_table *t, uint32_t source, struct source_piece piece);
const struct source *source_get(const struct source_table *t, uint32_t number);

/* Through derived sources down to one that is not; a span over several pieces keeps its start. */
struct span source_origin(const struct source_table *t, struct span s);

struct position {
	uint64_t line;         /* from 1; 0: unknown */
	uint64_t column;       /* from 1, in bytes */
	uint64_t column_utf16; /* from 1, in UTF-16 units, for editors and SARIF */
};

/* Of the span's start, in its own source (call source_origin first). */
struct position source_position(const struct source_table *t, struct span s);
/* Of the byte behind the span's end. */
struct position source_end_position(const struct source_table *t, struct span s);

#endif
