/*
 * The feeds' readers, and modified_id.csv with the files of brought records.
 * The first byte says which.  What a reader tells can be encoded, decoded and
 * made into an index.
 */
#include <stdlib.h>

#include "advisory/delta.h"
#include "advisory/feed.h"
#include "advisory/index.h"
#include "advisory/index_layout.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sink {
	struct buf facts, records;
};

static bool take_fact(void *context, const struct feed_fact *f, struct error *err)
{
	struct sink *s = context;

	(void)err;
	feed_fact_encode(f, &s->facts);
	return true;
}

static bool take_record(void *context, const struct osv_record *r, struct error *err)
{
	struct sink *s = context;

	(void)err;
	osv_encode(r, &s->records);
	return true;
}

/* Whatever was told lays out, and the index of it is sound. */
static void lay_out(const struct feed_row *row, const struct sink *s,
		    const struct feed_summary *summary)
{
	struct index_input input = {
		.name = row->name,
		.ecosystem = row->covers,
		.feed = row,
		.facts = buf_slice(&s->facts),
		.records = buf_slice(&s->records),
		.digest = SLICE_EMPTY,
		.first_error = SLICE_EMPTY,
		.dated = summary->dated,
	};
	const struct index_input_list inputs = {&input, 1, 1};
	struct advisory_index index;
	struct buf bytes;

	if (s->facts.overflow || s->records.overflow)
		return;
	buf_init(&bytes, LIMIT_INDEX);
	if (!index_layout(&inputs, 0, &bytes, NULL) ||
	    !index_open_bytes(buf_slice(&bytes), SLICE("fuzz"), &index, NULL) ||
	    !index_verify(&index, NULL))
		abort();
	index_close(&index);
	buf_release(&bytes);
}

static void read_feed(const struct feed_row *row, struct slice bytes)
{
	struct feed_summary summary = {.first = ERROR_INIT, .dated = TIMESTAMP_NONE};
	struct sink s;
	const struct feed_sink sink = {take_fact, take_record, &s};

	buf_init(&s.facts, LIMIT_DOCUMENT);
	buf_init(&s.records, LIMIT_DOCUMENT);
	feed_read(row, bytes, SLICE("debian"), &sink, &summary, NULL);
	lay_out(row, &s, &summary);
	buf_release(&s.facts);
	buf_release(&s.records);
}

static void read_csv(struct slice bytes)
{
	struct slice csv, kept;
	struct delta_plan plan;
	struct arena a;

	arena_init(&a, 0);
	slice_split(bytes, '\f', &csv, &kept);
	if (delta_compare(csv, kept, &a, &plan, NULL)) {
		vec_each (e, &plan.wanted)
			if (!delta_sound_id(e->id))
				abort();
	}
	arena_release(&a);
}

static void read_delta(struct slice bytes)
{
	struct delta delta, again;
	struct arena a;
	struct buf b;

	arena_init(&a, 0);
	buf_init(&b, LIMIT_DOCUMENT);
	if (delta_read(bytes, &a, &delta, NULL)) {
		delta_write(&delta, &b);
		if (!delta_read(buf_slice(&b), &a, &again, NULL) ||
		    !slice_eq(buf_slice(&b), bytes) || again.entries.count != delta.entries.count)
			abort();
	}
	buf_release(&b);
	arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t which = (data[0] - (size_t)'a') % (feed_row_count + 2);
	struct slice bytes = slice_new(data + 1, size - 1);

	if (which < feed_row_count)
		read_feed(&feed_rows[which], bytes);
	else if (which == feed_row_count)
		read_csv(bytes);
	else
		read_delta(bytes);
	return 0;
}
