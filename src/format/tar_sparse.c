#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/tar_internal.h"

#define ZEROS (64 * KIB)

/* GNU tar manual, "Storing Sparse Files": offsets in the header and in a block of more runs. */
enum { HEADER_RUNS = 386, HEADER_MORE = 482, HEADER_REAL_SIZE = 483, BLOCK_MORE = 504 };
enum { RUNS_IN_HEADER = 4, RUNS_IN_BLOCK = 21, RUN_BYTES = 24, NUMBER_BYTES = 12 };

bool tar_map_add(struct tar_map *m, uint64_t offset, uint64_t length)
{
	if (m->count == LIMIT_SPARSE_RUNS)
		return false;
	if (m->count == m->alloc) {
		m->alloc = m->alloc ? 2 * m->alloc : 64;
		m->runs = mem_realloc(m->runs, m->alloc, sizeof(*m->runs));
	}
	m->runs[m->count++] = (struct tar_run){ offset, length };
	return true;
}

void tar_map_release(struct tar_map *m)
{
	free(m->runs);
	*m = (struct tar_map){ 0 };
}

static bool bad(const struct tar *t, const char *what, struct error *err)
{
	return error_set_at(err, ERR_FORMAT, t->state->header_offset, "sparse file: %s", what);
}

static bool add_run(struct tar *t, uint64_t offset, uint64_t length, struct error *err)
{
	return tar_map_add(&t->state->map, offset, length) ||
	       error_set_at(err, ERR_LIMIT, t->state->header_offset,
			    "a sparse file of more than %zu pieces", LIMIT_SPARSE_RUNS);
}

/* Runs in order, without overlap, within the file, and as many bytes as are stored. */
static bool accept_map(struct tar *t, uint64_t size, struct error *err)
{
	struct tar_state *s = t->state;
	uint64_t end = 0, sum = 0;
	size_t kept = 0;

	if (size > LIMIT_LAYER_BYTES)
		return error_set_at(err, ERR_LIMIT, s->header_offset,
				    "a sparse file of more than %llu bytes",
				    (unsigned long long)LIMIT_LAYER_BYTES);
	for (size_t i = 0; i < s->map.count; i++) {
		struct tar_run run = s->map.runs[i];

		if (run.offset < end || run.offset > size || run.length > size - run.offset)
			return bad(t, "its map is out of order or out of bounds", err);
		end = run.offset + run.length;
		sum += run.length;
		if (run.length)
			s->map.runs[kept++] = run;
	}
	if (sum != s->left)
		return bad(t, "its map and its stored size differ", err);
	s->map.count = kept;
	s->run = 0;
	s->place = 0;
	t->entry.size = size;
	t->entry.sparse = true;
	return true;
}

static bool read_size(const struct tar *t, struct slice digits, uint64_t *ret, struct error *err)
{
	return (slice_to_u64(digits, ret) && *ret <= INT64_MAX) || bad(t, "malformed number", err);
}

/* Old GNU. A run whose first byte is NUL ends the table. */
static bool add_table(struct tar *t, struct slice table, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct slice offset_field = slice_new(table.data + i * RUN_BYTES, NUMBER_BYTES);
		struct slice length_field = slice_new(offset_field.data + NUMBER_BYTES, NUMBER_BYTES);
		int64_t offset, length;

		if (offset_field.data[0] == '\0')
			return true;
		if (!tar_number(offset_field, &offset) || !tar_number(length_field, &length) ||
		    offset < 0 || length < 0)
			return bad(t, "malformed number", err);
		if (!add_run(t, (uint64_t)offset, (uint64_t)length, err))
			return false;
	}
	return true;
}

bool tar_sparse_gnu(struct tar *t, struct slice block, struct error *err)
{
	bool more = block.data[HEADER_MORE] != 0;
	int64_t size;

	t->state->map.count = 0;
	if (!tar_number(slice_new(block.data + HEADER_REAL_SIZE, NUMBER_BYTES), &size) || size < 0)
		return bad(t, "malformed size", err);
	if (!add_table(t, slice_from(block, HEADER_RUNS), RUNS_IN_HEADER, err))
		return false;
	while (more) {
		if (!tar_block(t, &block, err))
			return false;
		if (slice_empty(block))
			return bad(t, "the archive ends in its map", err);
		more = block.data[BLOCK_MORE] != 0;
		if (!add_table(t, block, RUNS_IN_BLOCK, err))
			return false;
	}
	t->entry.offset = t->state->offset;
	return accept_map(t, (uint64_t)size, err);
}

/* Version 0.1: the map as one record of numbers with commas. */
static bool read_map_record(struct tar *t, struct error *err)
{
	const struct tar_pax *pax = &t->state->pax;
	struct slice rest = pax->sparse_map, text;
	uint64_t count, offset, length;

	t->state->map.count = 0;
	while (slice_next(&rest, ',', &text)) {
		if (!read_size(t, text, &offset, err))
			return false;
		if (!slice_next(&rest, ',', &text))
			return bad(t, "its map ends within a pair", err);
		if (!read_size(t, text, &length, err) || !add_run(t, offset, length, err))
			return false;
	}
	if (!read_size(t, pax->sparse_count, &count, err))
		return false;
	return count == t->state->map.count || bad(t, "its map has not as many runs as it says", err);
}

/* Version 1.0: the map as lines of numbers before the data, padded to a block. */
struct map_lines {
	struct slice block;
};

static bool next_line(struct tar *t, struct map_lines *l, uint64_t *ret, struct error *err)
{
	char digits[20];
	size_t len = 0;

	for (;;) {
		if (slice_empty(l->block) && !tar_stored_block(t, &l->block, err))
			return false;
		char c = l->block.data[0];
		l->block = slice_from(l->block, 1);
		if (c == '\n')
			return read_size(t, slice_new(digits, len), ret, err);
		if (len == sizeof(digits))
			return bad(t, "malformed number", err);
		digits[len++] = c;
	}
}

static bool read_map_lines(struct tar *t, struct error *err)
{
	struct map_lines lines = { 0 };
	uint64_t count, offset, length;

	t->state->map.count = 0;
	if (!next_line(t, &lines, &count, err))
		return false;
	while (count--) {
		if (!next_line(t, &lines, &offset, err) || !next_line(t, &lines, &length, err) ||
		    !add_run(t, offset, length, err))
			return false;
	}
	t->entry.stored = t->state->left;
	t->entry.offset = t->state->offset;
	return true;
}

bool tar_sparse_pax(struct tar *t, struct error *err)
{
	struct tar_state *s = t->state;
	const struct tar_pax *pax = &s->pax;
	struct slice size_text = slice_empty(pax->sparse_size) ? pax->sparse_real_size
							       : pax->sparse_size;
	bool none = slice_empty(pax->sparse_major) && slice_empty(pax->sparse_minor);
	bool zero = slice_is(pax->sparse_major, "0") &&
		    (slice_is(pax->sparse_minor, "0") || slice_is(pax->sparse_minor, "1"));
	bool one = slice_is(pax->sparse_major, "1") && slice_is(pax->sparse_minor, "0");
	uint64_t size = t->entry.size;

	if (none && slice_empty(pax->sparse_map) && !pax->sparse_pairs)
		return true;
	if (!none && !zero && !one)
		return error_set_at(err, ERR_UNSUPPORTED, s->header_offset,
				    "sparse file of an unknown version");
	if (t->entry.type != TAR_FILE)
		return bad(t, "it is no file", err);
	if (!slice_empty(pax->sparse_name))
		t->entry.path = pax->sparse_name;
	if (!slice_empty(size_text) && !read_size(t, size_text, &size, err))
		return false;
	if (one ? !read_map_lines(t, err) : !pax->sparse_pairs && !read_map_record(t, err))
		return false;
	return accept_map(t, size, err);
}

bool tar_sparse_data(struct tar *t, struct slice *ret, struct error *err)
{
	struct tar_state *s = t->state;
	const struct tar_run *run = s->run < s->map.count ? &s->map.runs[s->run] : NULL;

	*ret = SLICE_EMPTY;
	if (s->place == t->entry.size)
		return true;
	if (run && s->place >= run->offset) {
		uint64_t end = run->offset + run->length;

		if (!tar_stored(t, end - s->place, ret, err))
			return false;
		s->place += ret->len;
		s->run += s->place == end;
		return true;
	}
	uint64_t hole = (run ? run->offset : t->entry.size) - s->place;
	if (!s->zeros)
		s->zeros = mem_alloc_zero(ZEROS, 1);
	*ret = slice_new(s->zeros, hole < ZEROS ? (size_t)hole : ZEROS);
	s->place += ret->len;
	return true;
}
