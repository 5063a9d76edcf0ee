#include <stdint.h>
#include <stdlib.h>

#include "format/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct slice text, bool folding)
{
	struct control_reader r;
	struct control_field f;

	control_init(&r, text, folding);
	while (control_stanza(&r)) {
		size_t bad = 0, before = r.off;

		while (control_field(&r, &f, &bad)) {
			if (f.offset < before || f.offset >= r.off || r.off > text.len ||
			    slice_empty(f.key))
				abort();
			if (f.value.len && f.value.data + f.value.len > text.data + r.off)
				abort();
			before = r.off;
		}
	}
	if (r.off != text.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_all(slice_new(data, size), true);
	read_all(slice_new(data, size), false);
	return 0;
}
