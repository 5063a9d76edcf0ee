#include "advisory/baseline.h"

#include "advisory/index_layout.h"
#include "base/embedded.h"
#include "base/limits.h"
#include "format/json.h"

extern const struct embedded_file baseline_files[];
extern const size_t baseline_files_count;

/* Ecosystems that the records are about, without release suffixes. */
static void add_ecosystems(const struct osv_record *record, struct arena *a,
			   struct index_input_list *inputs)
{
	vec_each(affected, &record->affected) {
		struct slice base =
			slice_first(affected->ecosystem, slice_find_byte(affected->ecosystem, ':'));
		bool known = false;

		vec_each(input, inputs)
			known = known || slice_eq(input->ecosystem, base);
		if (!known)
			*vec_add(a, inputs) = (struct index_input){ .ecosystem = base };
	}
}

static bool read_file(const struct embedded_file *file, struct arena *a, struct buf *records,
		      struct index_input_list *inputs, int64_t *date, struct error *err)
{
	struct node *root;

	if (!json_parse(slice_new(file->data, file->len), a, &root, err))
		return error_wrap(err, "baseline %s", file->name);
	timestamp_parse(node_get_text(root, SLICE("baseline")), date);
	node_each(n, node_get(root, SLICE("records"))) {
		struct osv_record record;

		if (!osv_read(n, a, &record, err))
			return error_wrap(err, "baseline %s", file->name);
		add_ecosystems(&record, a, inputs);
		osv_encode(&record, records);
	}
	return true;
}

static bool lay_out(struct arena *a, struct arena *work, struct buf *records, struct buf *bytes,
		    struct slice *ret, struct error *err)
{
	struct index_input_list inputs = { 0 };
	int64_t date = 0;

	/* The first input holds the records; the others only claim their ecosystems. */
	*vec_add(work, &inputs) = (struct index_input){ .name = SLICE("baseline") };
	for (size_t i = 0; i < baseline_files_count; i++)
		if (!read_file(&baseline_files[i], work, records, &inputs, &date, err))
			return false;
	inputs.items[0].records = buf_slice(records);
	if (!index_layout(&inputs, date, bytes, err))
		return error_wrap(err, "baseline");
	*ret = arena_copy(a, buf_slice(bytes));
	return true;
}

bool baseline_open(struct arena *a, struct advisory_index *ret, struct error *err)
{
	struct buf records, bytes;
	struct arena work;
	struct slice index;

	buf_init(&records, LIMIT_DOCUMENT);
	buf_init(&bytes, LIMIT_DOCUMENT);
	arena_init(&work, 0);
	bool ok = lay_out(a, &work, &records, &bytes, &index, err);
	arena_release(&work);
	buf_release(&records);
	buf_release(&bytes);
	return ok && index_open_bytes(index, SLICE("the baseline"), ret, err);
}
