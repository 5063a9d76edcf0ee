#include <stdlib.h>

#include "format/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zip_entry e;
	struct slice bytes;
	struct arena a;
	struct zip z;
	uint64_t stored = 0;
	bool more;

	arena_init(&a, 0);
	if (zip_open(&z, slice_new(data, size), NULL)) {
		while (zip_next(&z, &e, &more, NULL) && more) {
			if (!zip_read(&z, &e, (size_t)1 << 20, &a, &bytes, NULL))
				continue;
			/* What can be read does not overlap, so it fits into the file together. */
			stored += e.compressed;
			if (bytes.len != e.size || stored > size)
				abort();
		}
		if (z.next > z.count)
			abort();
	}
	arena_release(&a);
	return 0;
}
