/*
 * The stored bytes of a layer through the whole of its worker's work, with all
 * rows of the inventory, and its records through the broker's.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "image/collect.h"
#include "image/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct direct_sink {
	struct record_sink sink;
	struct collection *collection;
	struct collect_job *job;
};

/* What a worker itself has made must be acceptable to the broker. */
static bool put(struct record_sink *sink, struct slice record, struct error *err)
{
	struct direct_sink *s = (struct direct_sink *)sink;

	if (!collect_record(s->collection, s->job, record, err))
		abort();
	return true;
}

static void read_layer(struct collection *c, uint32_t number, struct slice bytes)
{
	struct layer_job job = {.number = number,
				.name = SLICE("layer"),
				.table = number > 0,
				.whiteouts = true,
				.key = {{1, 2}},
				.keep = {.scope = INVENTORY_IMAGE | INVENTORY_DIRECTORY}};
	struct collect_job collect = {.numbers = &number, .number_count = 1};
	struct direct_sink sink = {.collection = c, .job = &collect};
	struct stream_memory stream;
	struct error err = ERROR_INIT;

	record_sink_init(&sink.sink, put);
	stream_memory_init(&stream, bytes);
	if (!layer_read(&job, &stream.stream, &sink.sink, &err))
		abort();
	record_sink_release(&sink.sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct path_key key = {{1, 2}};
	struct union_layer layers[2];
	struct union_result result;
	struct collection c;
	struct error err = ERROR_INIT;
	struct arena a;
	struct map asked;
	struct run run;

	arena_init(&a, 0);
	run_init(&run, &a);
	map_init(&asked);
	collection_init(&c, &run, 2, true);
	/* The same layer twice: the upper one has a table and replaces what it had. */
	read_layer(&c, 0, slice_new(data, size));
	read_layer(&c, 1, slice_new(data, size));
	collection_finish(&c);
	for (size_t i = 0; i < 2; i++)
		layers[i] = c.layers[i].layer;
	struct union_context context = {
		.key = &key, .scope = INVENTORY_IMAGE, .arena = &a, .asked = &asked};
	if (!union_make(&context, layers, 2, &result, &err))
		abort();
	collection_release(&c);
	map_release(&asked);
	arena_release(&a);
	return 0;
}
