#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "format/lz4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct buf out;

	buf_init(&out, 8 * MIB);
	bool ok = lz4_decode(slice_new(data, size), &out, &err);
	if (ok != (err.code == ERR_NONE) || out.len > out.cap || (ok && out.overflow))
		abort();
	buf_release(&out);
	return 0;
}
