/* The flat records that a worker answers with: the broker believes none of it. */
#include "advisory/index.h"
#include "advisory/index_layout.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct index_input_list inputs = { 0 };
	struct buf bytes;
	struct arena a;

	arena_init(&a, 0);
	buf_init(&bytes, LIMIT_DOCUMENT);
	*vec_add(&a, &inputs) =
		(struct index_input){ .ecosystem = SLICE("npm"), .records = slice_new(data, size) };
	if (index_layout(&inputs, 0, &bytes, NULL)) {
		struct advisory_index index;

		if (!index_open_bytes(buf_slice(&bytes), SLICE("fuzz"), &index, NULL))
			__builtin_trap();
		index_close(&index);
	}
	buf_release(&bytes);
	arena_release(&a);
	return 0;
}
