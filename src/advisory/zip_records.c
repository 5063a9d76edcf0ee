#include "advisory/zip_records.h"

#include <stdlib.h>

#include "advisory/osv.h"
#include "base/limits.h"
#include "base/map.h"
#include "format/zip.h"

#define CHUNK (1 * MIB)

struct member {
	struct slice name; /* without directories */
	size_t number;	   /* keeps the order of doubles */
	struct zip_entry entry;
	const struct delta_entry *brought; /* NULL: the zip's */
};

struct zip_reader {
	struct zip zip;
	struct arena list;  /* of the members */
	struct arena arena; /* of one record */
	struct buf records;
	struct buf *kept;
	struct VEC_OF(struct member) members;
	struct digest_context digest;
	struct zip_records_summary *summary;
};

/* ------------------------------------------------------------------ members */

static struct slice base_name(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_from(path, slash + 1) : path;
}

static bool list_entries(struct zip_reader *r, const struct map *over, struct error *err)
{
	struct zip_entry e;
	bool more;

	while (zip_next(&r->zip, &e, &more, err)) {
		if (!more)
			return true;
		struct slice name = base_name(e.name), id = name;
		if (!slice_cut_suffix(&id, SLICE(".json")) || map_get(over, id))
			continue;
		*vec_add(&r->list, &r->members) = (struct member){
			.name = name,
			.number = r->members.count,
			.entry = e,
		};
	}
	return false;
}

static int compare_members(const void *x, const void *y)
{
	const struct member *a = x, *b = y;
	int order = slice_cmp(a->name, b->name);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

static bool list_members(struct zip_reader *r, const struct delta *over, struct error *err)
{
	struct map ids;

	map_init(&ids);
	if (over)
		vec_each (e, &over->entries)
			map_put(&ids, e->id, NULL);
	bool ok = list_entries(r, &ids, err);
	map_release(&ids);
	if (!ok)
		return false;
	if (over)
		vec_each (e, &over->entries)
			if (e->bytes.len)
				*vec_add(&r->list, &r->members) = (struct member){
					.name = arena_printf(&r->list, "%.*s.json",
							     SLICE_ARG(e->id)),
					.number = r->members.count,
					.brought = e,
				};
	if (r->members.count > 1)
		qsort(r->members.items, r->members.count, sizeof(*r->members.items),
		      compare_members);
	return true;
}

/* ------------------------------------------------------------------ records */

static void count_broken(struct zip_reader *r, const struct member *m, const struct error *why)
{
	if (r->summary->broken++ == 0) {
		r->summary->first = *why;
		error_wrap(&r->summary->first, "%.*s", SLICE_ARG(m->name));
	}
}

static void digest_member(struct zip_reader *r, const struct member *m, struct slice text)
{
	uint64_t len = text.len;

	digest_update(&r->digest, m->name);
	digest_update(&r->digest, slice_new("", 1));
	digest_update(&r->digest, slice_new(&len, sizeof(len)));
	digest_update(&r->digest, text);
	r->summary->bytes += len;
}

static bool read_text(struct zip_reader *r, const struct member *m, struct slice *ret,
		      struct error *err)
{
	*ret = SLICE_EMPTY;
	if (!m->brought)
		return zip_read(&r->zip, &m->entry, LIMIT_OSV_RECORD, &r->arena, ret, err);
	if (m->brought->bytes.len > LIMIT_OSV_RECORD)
		return error_set(err, ERR_LIMIT, "the record is too large");
	*ret = m->brought->bytes;
	return true;
}

static void keep_line(struct zip_reader *r, const struct member *m, int64_t modified)
{
	struct slice id = m->name;

	slice_cut_suffix(&id, SLICE(".json"));
	if (m->brought && m->brought->stamp > modified)
		modified = m->brought->stamp;
	delta_kept_line(r->kept, id, modified);
}

static void read_member(struct zip_reader *r, const struct member *m)
{
	struct error why = ERROR_INIT;
	struct osv_record record;
	struct slice text;
	size_t before = r->records.len;
	int64_t modified = TIMESTAMP_NONE;

	arena_clear(&r->arena);
	bool got = read_text(r, m, &text, &why);
	digest_member(r, m, text);
	bool ok = got && osv_parse(text, &r->arena, &record, &why);
	if (ok) {
		osv_encode(&record, &r->records);
		modified = record.modified;
	}
	if (r->records.overflow) {
		ok = error_set(&why, ERR_LIMIT, "the record is too large");
		r->records.len = before;
		r->records.overflow = false;
	}
	r->summary->sound += ok;
	if (!ok)
		count_broken(r, m, &why);
	keep_line(r, m, modified);
}

static bool read_members(struct zip_reader *r, zip_records_sink *sink, void *context,
			 struct error *err)
{
	vec_each (m, &r->members) {
		read_member(r, m);
		if (r->records.len < CHUNK)
			continue;
		if (!sink(context, buf_slice(&r->records), err))
			return false;
		buf_clear(&r->records);
	}
	return sink(context, buf_slice(&r->records), err);
}

bool zip_records_read(struct slice zip, const struct delta *over, zip_records_sink *sink,
		      void *context, struct buf *kept, struct zip_records_summary *ret,
		      struct error *err)
{
	struct zip_reader r = {.summary = ret, .kept = kept};

	*ret = (struct zip_records_summary){.first = ERROR_INIT};
	if (!zip_open(&r.zip, zip, err))
		return false;
	arena_init(&r.arena, 0);
	arena_init(&r.list, 0);
	buf_init(&r.records, LIMIT_RECORD - 1);
	digest_begin(&r.digest, DIGEST_SHA256);
	bool ok = list_members(&r, over, err) && read_members(&r, sink, context, err);
	digest_end(&r.digest, &ret->digest);
	if (ok && ret->broken && !ret->sound)
		ok = error_set(err, ERR_FORMAT, "none of its records can be read: %s",
			       ret->first.message);
	buf_release(&r.records);
	arena_release(&r.list);
	arena_release(&r.arena);
	return ok;
}
