/* The manifest of a published index: what is told of it is bounded and well-formed. */
#include <stdlib.h>

#include "advisory/artifact.h"
#include "format/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct artifact_layer layer;
	struct digest digest;
	struct arena a;

	arena_init(&a, 0);
	if (artifact_read_manifest(slice_new(data, size), &a, &layer, NULL) &&
	    (!digest_parse(layer.digest, &digest, NULL) ||
	     !digest_parse(layer.index_digest, &digest, NULL)))
		abort();
	arena_release(&a);
	return 0;
}
