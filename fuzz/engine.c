/* What a Docker daemon answers: an image, its containers, one of them, an error. */
#include <stdlib.h>

#include "base/limits.h"
#include "docker/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_new(data, size);
	struct engine_container container;
	struct engine_image image;
	struct slice_list ids;
	struct arena a;

	arena_init(&a, GIB);
	if (engine_parse_image(text, &a, &image, NULL))
		must(slice_find_byte(image.id, ':') < image.id.len &&
		     slice_find_byte(image.id, '/') == image.id.len);
	if (engine_parse_containers(text, &a, &ids, NULL))
		vec_each (id, &ids)
			must(id->len >= 12 && id->len <= 64 &&
			     slice_find_byte(*id, '/') == id->len);
	if (engine_parse_container(text, &a, &container, NULL))
		must(!slice_empty(container.image_id) && !slice_empty(container.id));
	struct slice message = engine_parse_message(text, &a);
	must(slice_find_byte(message, '\n') == message.len && message.len <= 300);
	arena_release(&a);
	return 0;
}
