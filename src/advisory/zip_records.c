#include "advisory/zip_records.h"

#include "advisory/osv.h"
#include "base/limits.h"
#include "format/zip.h"

#define CHUNK (1 * MIB)

struct zip_reader {
	struct zip zip;
	struct arena arena;
	struct buf records;
	struct zip_records_summary *summary;
};

static void count_broken(struct zip_reader *r, const struct zip_entry *e, const struct error *why)
{
	if (r->summary->broken++ == 0) {
		r->summary->first = *why;
		error_wrap(&r->summary->first, "%.*s", SLICE_ARG(e->name));
	}
}

static void read_entry(struct zip_reader *r, const struct zip_entry *e)
{
	struct error why = ERROR_INIT;
	struct osv_record record;
	struct slice text;

	arena_clear(&r->arena);
	if (zip_read(&r->zip, e, LIMIT_OSV_RECORD, &r->arena, &text, &why) &&
	    osv_parse(text, &r->arena, &record, &why)) {
		osv_encode(&record, &r->records);
		r->summary->sound++;
	} else {
		count_broken(r, e, &why);
	}
}

static bool read_entries(struct zip_reader *r, zip_records_sink *sink, void *context,
			 struct error *err)
{
	struct zip_entry e;
	bool more;

	while (zip_next(&r->zip, &e, &more, err)) {
		if (!more)
			return sink(context, buf_slice(&r->records), err);
		if (!slice_ends(e.name, SLICE(".json")))
			continue;
		size_t before = r->records.len;
		read_entry(r, &e);
		if (r->records.overflow) {
			struct error why = ERROR_INIT;

			error_set(&why, ERR_LIMIT, "the record is too large");
			count_broken(r, &e, &why);
			r->summary->sound--;
			r->records.len = before;
			r->records.overflow = false;
		}
		if (r->records.len >= CHUNK) {
			if (!sink(context, buf_slice(&r->records), err))
				return false;
			buf_clear(&r->records);
		}
	}
	return false;
}

bool zip_records_read(struct slice zip, zip_records_sink *sink, void *context,
		      struct zip_records_summary *ret, struct error *err)
{
	struct zip_reader r = { .summary = ret };

	*ret = (struct zip_records_summary){ .first = ERROR_INIT };
	if (!zip_open(&r.zip, zip, err))
		return false;
	arena_init(&r.arena, 0);
	buf_init(&r.records, LIMIT_RECORD - 1);
	bool ok = read_entries(&r, sink, context, err);
	if (ok && ret->broken && !ret->sound)
		ok = error_set(err, ERR_FORMAT, "none of its records can be read: %s",
			       ret->first.message);
	buf_release(&r.records);
	arena_release(&r.arena);
	return ok;
}
