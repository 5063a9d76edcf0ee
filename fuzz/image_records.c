/*
 * What the broker does with the answers of a worker that lies: the input is a
 * row of records, each behind its 32-bit length, of three layers; what comes
 * out goes through the union.  With an odd first byte it is an outline.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/wire.h"
#include "image/collect.h"
#include "image/outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void collect(struct slice input, struct arena *a)
{
	static const uint32_t numbers[] = {0, 1, 2};
	struct collect_job job = {.numbers = numbers, .number_count = 3};
	struct path_key key = {{1, 2}};
	struct union_layer layers[3];
	struct union_result result;
	struct collection c;
	struct error err = ERROR_INIT;
	struct cursor cursor;
	struct map asked;
	struct run run;

	run_init(&run, a);
	collection_init(&c, &run, 3, true);
	cursor_init(&cursor, input);
	while (cursor_left(&cursor)) {
		struct slice record = wire_get_slice(&cursor);

		if (cursor.failed || !collect_record(&c, &job, record, &err))
			break;
	}
	collection_finish(&c);
	for (size_t i = 0; i < 3; i++)
		layers[i] = c.layers[i].layer;
	map_init(&asked);
	struct union_context context = {
		.key = &key, .scope = INVENTORY_IMAGE, .arena = a, .asked = &asked, .run = &run};
	if (!union_make(&context, layers, 3, &result, &err))
		abort();
	vec_each (v, &result.files)
		if (v->item->file >= c.files.count || v->layer > 2)
			abort();
	map_release(&asked);
	collection_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outline outline;
	struct error err = ERROR_INIT;
	struct arena a;

	arena_init(&a, GIB);
	if (size && (data[0] & 1))
		outline_decode(slice_new(data + 1, size - 1), &a, &outline, &err);
	else if (size)
		collect(slice_new(data + 1, size - 1), &a);
	arena_release(&a);
	return 0;
}
