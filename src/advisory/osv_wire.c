/* The flat form of a record: what the confined reader of a zip answers. */
#include "advisory/osv.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/wire.h"

static void put_list(struct buf *b, const struct slice_list *list)
{
	wire_put_u32(b, (uint32_t)list->count);
	vec_each(s, list)
		wire_put_slice(b, *s);
}

/* A text that the record's limits allow; a longer one fails the cursor. */
static struct slice get_text(struct cursor *c, size_t max)
{
	struct slice s = wire_get_slice(c);

	if (s.len > max)
		c->failed = true;
	return c->failed ? SLICE_EMPTY : s;
}

/* Each element takes at least `least` bytes, so a lying count is found out before anything is
 * allocated. */
static uint32_t get_count(struct cursor *c, size_t least)
{
	uint32_t n = wire_get_u32(c);

	if (c->failed || n > cursor_left(c) / least) {
		c->failed = true;
		return 0;
	}
	return n;
}

static void get_list(struct cursor *c, struct arena *a, struct slice_list *ret, size_t max)
{
	uint32_t n = get_count(c, sizeof(uint32_t));

	*ret = (struct slice_list){ 0 };
	if (!n)
		return;
	ret->items = arena_new_array(a, struct slice, n);
	ret->alloc = n;
	while (ret->count < n && !c->failed)
		ret->items[ret->count++] = get_text(c, max);
}

static void put_severities(struct buf *b, const struct osv_severity_list *list)
{
	wire_put_u32(b, (uint32_t)list->count);
	vec_each(s, list) {
		wire_put_u8(b, (uint8_t)s->kind);
		wire_put_slice(b, s->text);
	}
}

static void get_severities(struct cursor *c, struct arena *a, struct osv_severity_list *ret)
{
	uint32_t n = get_count(c, 5);

	*ret = (struct osv_severity_list){ 0 };
	for (uint32_t i = 0; i < n && !c->failed; i++) {
		uint8_t kind = wire_get_u8(c);

		if (kind >= OSV_SEVERITY_KINDS)
			c->failed = true;
		*vec_add(a, ret) = (struct osv_severity){ (enum osv_severity_kind)kind,
							  get_text(c, LIMIT_NAME) };
	}
}

static void put_affected(struct buf *b, const struct osv_affected *affected)
{
	wire_put_slice(b, affected->ecosystem);
	wire_put_slice(b, affected->name);
	wire_put_slice(b, affected->modules);
	wire_put_u8(b, affected->modular);
	wire_put_u32(b, (uint32_t)affected->ranges.count);
	vec_each(range, &affected->ranges) {
		wire_put_u32(b, (uint32_t)range->events.count);
		vec_each(event, &range->events) {
			wire_put_u8(b, (uint8_t)event->kind);
			wire_put_slice(b, event->version);
		}
	}
	put_list(b, &affected->versions);
	put_severities(b, &affected->severities);
}

static void get_range(struct cursor *c, struct arena *a, struct osv_range *ret)
{
	uint32_t n = get_count(c, 5);

	*ret = (struct osv_range){ 0 };
	if (!n)
		return;
	ret->events.items = arena_new_array(a, struct range_event, n);
	ret->events.alloc = n;
	while (ret->events.count < n && !c->failed) {
		uint8_t kind = wire_get_u8(c);

		if (kind >= RANGE_EVENT_KINDS)
			c->failed = true;
		ret->events.items[ret->events.count++] =
			(struct range_event){ (enum range_event_kind)kind,
					      get_text(c, LIMIT_NAME) };
	}
}

static void get_affected(struct cursor *c, struct arena *a, struct osv_affected *ret)
{
	*ret = (struct osv_affected){
		.ecosystem = get_text(c, LIMIT_NAME),
		.name = get_text(c, LIMIT_NAME),
		.modules = get_text(c, LIMIT_NAME),
		.modular = wire_get_u8(c) != 0,
	};
	uint32_t n = get_count(c, sizeof(uint32_t));
	for (uint32_t i = 0; i < n && !c->failed; i++)
		get_range(c, a, vec_add(a, &ret->ranges));
	get_list(c, a, &ret->versions, LIMIT_NAME);
	get_severities(c, a, &ret->severities);
}

void osv_encode(const struct osv_record *r, struct buf *b)
{
	wire_put_slice(b, r->id);
	wire_put_u8(b, (uint8_t)r->skip);
	wire_put_u8(b, r->known_exploited);
	wire_put_u64(b, (uint64_t)r->published);
	wire_put_u64(b, (uint64_t)r->modified);
	if (r->skip != OSV_KEPT)
		return;
	put_list(b, &r->aliases);
	put_list(b, &r->upstream);
	put_list(b, &r->related);
	wire_put_slice(b, r->summary);
	put_severities(b, &r->severities);
	put_list(b, &r->references);
	wire_put_u32(b, (uint32_t)r->affected.count);
	vec_each(affected, &r->affected)
		put_affected(b, affected);
}

bool osv_decode(struct cursor *c, struct arena *a, struct osv_record *ret)
{
	*ret = (struct osv_record){ .id = get_text(c, LIMIT_NAME) };
	uint8_t skip = wire_get_u8(c);
	ret->known_exploited = wire_get_u8(c) != 0;
	ret->published = (int64_t)wire_get_u64(c);
	ret->modified = (int64_t)wire_get_u64(c);
	if (c->failed || skip >= OSV_SKIPS || slice_empty(ret->id))
		return false;
	ret->skip = (enum osv_skip)skip;
	ret->summary = SLICE_EMPTY;
	if (ret->skip != OSV_KEPT)
		return true;
	get_list(c, a, &ret->aliases, LIMIT_NAME);
	get_list(c, a, &ret->upstream, LIMIT_NAME);
	get_list(c, a, &ret->related, LIMIT_NAME);
	ret->summary = get_text(c, LIMIT_NAME);
	get_severities(c, a, &ret->severities);
	get_list(c, a, &ret->references, LIMIT_LINE);
	uint32_t n = get_count(c, 5 * sizeof(uint32_t));
	for (uint32_t i = 0; i < n && !c->failed; i++)
		get_affected(c, a, vec_add(a, &ret->affected));
	return !c->failed;
}
