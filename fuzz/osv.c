/* OSV records: what is read can be written flat, read back and laid out as an index. */
#include <stdlib.h>

#include "advisory/index.h"
#include "advisory/index_layout.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void lay_out(const struct osv_record *record, struct slice encoded, struct arena *a)
{
	struct index_input_list inputs = { 0 };
	struct advisory_index index;
	struct buf bytes;

	*vec_add(a, &inputs) =
		(struct index_input){ .ecosystem = SLICE("npm"), .records = encoded };
	buf_init(&bytes, LIMIT_DOCUMENT);
	if (!index_layout(&inputs, 0, &bytes, NULL) ||
	    !index_open_bytes(buf_slice(&bytes), SLICE("fuzz"), &index, NULL) ||
	    !index_verify(&index, NULL))
		abort();
	if (index_count(&index, INDEX_RECORDS) != (record->skip == OSV_KEPT))
		abort();
	vec_each(affected, &record->affected) {
		const struct index_package *package;

		if (record->skip == OSV_KEPT &&
		    (!index_find(&index, affected->ecosystem, affected->name, &package, NULL) ||
		     !package))
			abort();
	}
	index_close(&index);
	buf_release(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct osv_record record, back;
	struct buf first, second;
	struct cursor c;
	struct arena a;

	arena_init(&a, 0);
	buf_init(&first, LIMIT_RECORD);
	buf_init(&second, LIMIT_RECORD);
	if (osv_parse(slice_new(data, size), &a, &record, NULL)) {
		osv_encode(&record, &first);
		cursor_init(&c, buf_slice(&first));
		if (!osv_decode(&c, &a, &back) || cursor_left(&c))
			abort();
		osv_encode(&back, &second);
		if (!slice_eq(buf_slice(&first), buf_slice(&second)))
			abort();
		lay_out(&back, buf_slice(&first), &a);
	}
	buf_release(&first);
	buf_release(&second);
	arena_release(&a);
	return 0;
}
