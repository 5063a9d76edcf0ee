#include "image/record.h"

#include "base/limits.h"
#include "base/wire.h"
#include "image/path.h"

/* Packages of one file travel in records of about this size. */
#define PACKAGES_RECORD ((size_t)256 * KIB)

void record_sink_init(struct record_sink *s,
		      bool (*put)(struct record_sink *s, struct slice record, struct error *err))
{
	s->put = put;
	buf_init(&s->buffer, LIMIT_RECORD);
}

void record_sink_release(struct record_sink *s)
{
	buf_release(&s->buffer);
}

static struct buf *begin(struct record_sink *s, enum record_type type)
{
	buf_clear(&s->buffer);
	wire_put_u8(&s->buffer, (uint8_t)type);
	return &s->buffer;
}

static bool finish(struct record_sink *s, struct error *err)
{
	if (s->buffer.overflow)
		return error_set(err, ERR_LIMIT, "a record is larger than %zu bytes", LIMIT_RECORD);
	return s->put(s, buf_slice(&s->buffer), err);
}

static void put_error(struct buf *b, const struct error *e)
{
	wire_put_u8(b, (uint8_t)e->code);
	if (e->code == ERR_NONE)
		return;
	wire_put_u64(b, (uint64_t)e->offset);
	wire_put_slice(b, slice_from_cstr(e->message));
}

static bool get_error(struct cursor *c, struct error *e)
{
	uint8_t code = wire_get_u8(c);

	*e = (struct error)ERROR_INIT;
	if (code > ERR_INTERNAL)
		return false;
	if (code == ERR_NONE)
		return true;
	uint64_t offset = wire_get_u64(c);
	struct slice text = slice_first(wire_get_slice(c), ERROR_MESSAGE_MAX - 1);
	error_set(e, (enum error_code)code, "%.*s", SLICE_ARG(text));
	e->offset = (int64_t)offset;
	return true;
}

bool record_put_layer(struct record_sink *s, uint32_t number, struct error *err)
{
	wire_put_u32(begin(s, RECORD_LAYER), number);
	return finish(s, err);
}

bool record_put_path(struct record_sink *s, enum record_type type, struct slice path,
		     struct error *err)
{
	wire_put_slice(begin(s, type), path);
	return finish(s, err);
}

bool record_put_link(struct record_sink *s, struct slice path, struct slice target,
		     struct error *err)
{
	struct buf *b = begin(s, RECORD_SYMLINK);

	wire_put_slice(b, path);
	wire_put_slice(b, target);
	return finish(s, err);
}

bool record_put_need(struct record_sink *s, struct slice path, struct slice target, uint32_t row,
		     struct error *err)
{
	struct buf *b = begin(s, RECORD_NEED);

	wire_put_u32(b, row);
	wire_put_slice(b, path);
	wire_put_slice(b, target);
	return finish(s, err);
}

bool record_put_table(struct record_sink *s, const uint64_t *items, size_t count, struct error *err)
{
	buf_add(begin(s, RECORD_TABLE), items, count * sizeof(*items));
	return finish(s, err);
}

bool record_put_gap(struct record_sink *s, const struct gap *gap, struct error *err)
{
	struct buf *b = begin(s, RECORD_GAP);

	wire_put_u8(b, (uint8_t)gap->kind);
	wire_put_u8(b, (uint8_t)gap->reason);
	wire_put_slice(b, gap->subject);
	wire_put_slice(b, gap->message);
	wire_put_u64(b, (uint64_t)gap->offset);
	return finish(s, err);
}

bool record_put_end(struct record_sink *s, const struct record_end *end, struct error *err)
{
	struct buf *b = begin(s, RECORD_END);

	wire_put_u64(b, end->entries);
	wire_put_u64(b, end->files);
	wire_put_u64(b, end->bytes);
	wire_put_slice(b, end->digest);
	wire_put_slice(b, end->diff_id);
	return finish(s, err);
}

/* The count stands in front and is not known before the record is full. */
static bool put_packages(struct record_sink *s, const struct package_list *packages, size_t *next,
			 struct error *err)
{
	struct buf *b = begin(s, RECORD_PACKAGES);
	size_t place = b->len;
	uint32_t count = 0;

	wire_put_u32(b, 0);
	while (*next < packages->count && b->len < PACKAGES_RECORD) {
		package_encode(&packages->items[(*next)++], b);
		count++;
	}
	if (!b->overflow)
		memcpy(b->data + place, &count, sizeof(count));
	return finish(s, err);
}

bool record_put_file(struct record_sink *s, const struct record_file *file,
		     const struct package_list *packages, struct error *err)
{
	struct buf *b = begin(s, RECORD_FILE);
	size_t next = 0;

	wire_put_u32(b, file->row);
	wire_put_slice(b, file->path);
	wire_put_slice(b, file->as);
	put_error(b, &file->error);
	put_error(b, &file->partial);
	wire_put_u8(b, file->has_os);
	if (file->has_os)
		os_release_encode(&file->os, b);
	if (!finish(s, err))
		return false;
	while (next < packages->count)
		if (!put_packages(s, packages, &next, err))
			return false;
	return true;
}

static bool get_file(struct cursor *c, struct arena *a, struct record_file *f)
{
	f->row = wire_get_u32(c);
	f->path = wire_get_slice(c);
	f->as = wire_get_slice(c);
	if (!get_error(c, &f->error) || !get_error(c, &f->partial))
		return false;
	f->has_os = wire_get_u8(c) != 0;
	if (f->has_os && !os_release_decode(c, a, &f->os))
		return false;
	return f->row < inventory_row_count && path_valid(f->path) && path_valid(f->as);
}

static bool get_gap(struct cursor *c, struct gap *g)
{
	uint8_t kind = wire_get_u8(c), reason = wire_get_u8(c);

	if (kind > GAP_NOTE || reason >= GAP_REASON_COUNT)
		return false;
	*g = (struct gap){.kind = kind, .reason = reason, .layer = -1};
	g->subject = wire_get_slice(c);
	g->message = wire_get_slice(c);
	g->offset = (int64_t)wire_get_u64(c);
	return true;
}

static bool get_end(struct cursor *c, struct record_end *e)
{
	e->entries = wire_get_u64(c);
	e->files = wire_get_u64(c);
	e->bytes = wire_get_u64(c);
	e->digest = wire_get_slice(c);
	e->diff_id = wire_get_slice(c);
	return true;
}

static bool get_body(struct cursor *c, struct arena *a, struct record *r)
{
	switch (r->type) {
	case RECORD_LAYER:
		r->number = wire_get_u32(c);
		return true;
	case RECORD_FILE:
		return get_file(c, a, &r->file);
	case RECORD_PACKAGES:
		r->count = wire_get_u32(c);
		r->packages = cursor_slice(c, cursor_left(c));
		return true;
	case RECORD_NEED:
		r->row = wire_get_u32(c);
		r->path = wire_get_slice(c);
		r->target = wire_get_slice(c);
		return r->row < inventory_row_count && path_valid(r->path) && path_valid(r->target);
	case RECORD_SYMLINK:
		r->path = wire_get_slice(c);
		r->target = wire_get_slice(c);
		return path_valid(r->path) && r->target.len <= LIMIT_PATH;
	case RECORD_GONE:
	case RECORD_WHITEOUT:
	case RECORD_OPAQUE:
		r->path = wire_get_slice(c);
		return path_valid(r->path);
	case RECORD_TABLE:
		r->table = cursor_slice(c, cursor_left(c));
		return r->table.len % sizeof(uint64_t) == 0;
	case RECORD_GAP:
		return get_gap(c, &r->gap);
	case RECORD_END:
		return get_end(c, &r->end);
	case RECORD_NONE:
	case RECORD_COUNT:
		break;
	}
	return false;
}

bool record_decode(struct slice bytes, struct arena *a, struct record *ret, struct error *err)
{
	struct cursor c;

	cursor_init(&c, bytes);
	*ret = (struct record){.type = wire_get_u8(&c)};
	if (!get_body(&c, a, ret) || c.failed || cursor_left(&c))
		return error_set(err, ERR_WORKER,
				 "a worker answered with a malformed record of type %d",
				 (int)ret->type);
	return true;
}
