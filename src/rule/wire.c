/* Findings as flat records, between a worker and the broker. */
#include "base/wire.h"

#include "rule/rule.h"

#define LIST_MAX 4096

static void put_span(struct buf *b, struct span s)
{
	wire_put_u32(b, s.source);
	wire_put_u64(b, s.offset);
	wire_put_u64(b, s.length);
}

static void put_list_length(struct buf *b, size_t *count)
{
	if (*count > LIST_MAX)
		*count = LIST_MAX;
	wire_put_u32(b, (uint32_t)*count);
}

static void put_fix(struct buf *b, const struct fix *fix)
{
	size_t count = fix->edits.count;

	wire_put_slice(b, fix->title);
	wire_put_u8(b, fix->unsafe);
	put_list_length(b, &count);
	for (size_t i = 0; i < count; i++) {
		put_span(b, fix->edits.items[i].span);
		wire_put_slice(b, fix->edits.items[i].replacement);
	}
}

void rule_encode(const struct assessment *x, struct buf *b)
{
	size_t count;

	wire_put_slice(b, x->rule->id);
	wire_put_u8(b, (uint8_t)x->status);
	wire_put_u8(b, (uint8_t)x->severity);
	wire_put_u8(b, (uint8_t)x->confidence);
	wire_put_slice(b, x->subject);
	wire_put_slice(b, x->discriminator);
	wire_put_slice(b, x->message);
	wire_put_slice(b, x->path);
	wire_put_slice(b, x->suppressed_by);
	count = x->spans.count;
	put_list_length(b, &count);
	for (size_t i = 0; i < count; i++)
		put_span(b, x->spans.items[i]);
	count = x->evidence.count;
	put_list_length(b, &count);
	for (size_t i = 0; i < count; i++) {
		wire_put_slice(b, x->evidence.items[i].key);
		wire_put_slice(b, x->evidence.items[i].value);
	}
	count = x->fixes.count;
	put_list_length(b, &count);
	for (size_t i = 0; i < count; i++)
		put_fix(b, &x->fixes.items[i]);
	count = x->aliases.count;
	put_list_length(b, &count);
	for (size_t i = 0; i < count; i++)
		wire_put_slice(b, x->aliases.items[i]);
	buf_add(b, x->fingerprint.bytes, FINGERPRINT_SIZE);
}

static struct span get_span(struct cursor *c, const struct source_table *sources)
{
	struct span s = { .source = wire_get_u32(c) };

	s.offset = wire_get_u64(c);
	s.length = wire_get_u64(c);
	const struct source *source = source_get(sources, s.source);
	if (s.source == SOURCE_NONE)
		return (struct span){ 0 };
	if (!source || s.offset > source->bytes.len || s.length > source->bytes.len - s.offset)
		c->failed = true;
	return s;
}

static uint32_t get_list_length(struct cursor *c)
{
	uint32_t count = wire_get_u32(c);

	if (count > LIST_MAX)
		c->failed = true;
	return c->failed ? 0 : count;
}

static void get_fix(struct cursor *c, const struct source_table *sources, struct arena *a, struct fix *fix)
{
	fix->title = wire_copy_slice(c, a);
	fix->unsafe = wire_get_u8(c) != 0;
	for (uint32_t n = get_list_length(c); n > 0 && !c->failed; n--) {
		struct edit *edit = vec_add(a, &fix->edits);

		edit->span = get_span(c, sources);
		edit->replacement = wire_copy_slice(c, a);
	}
}

static void get_lists(struct cursor *c, const struct source_table *sources, struct arena *a,
		      struct assessment *x)
{
	for (uint32_t n = get_list_length(c); n > 0 && !c->failed; n--)
		*vec_add(a, &x->spans) = get_span(c, sources);
	for (uint32_t n = get_list_length(c); n > 0 && !c->failed; n--) {
		struct evidence *e = vec_add(a, &x->evidence);

		e->key = wire_copy_slice(c, a);
		e->value = wire_copy_slice(c, a);
	}
	for (uint32_t n = get_list_length(c); n > 0 && !c->failed; n--)
		get_fix(c, sources, a, vec_add(a, &x->fixes));
	for (uint32_t n = get_list_length(c); n > 0 && !c->failed; n--)
		*vec_add(a, &x->aliases) = wire_copy_slice(c, a);
}

bool rule_decode(struct cursor *c, rule_finder *find, const struct source_table *sources, struct arena *a,
		 struct assessment *ret)
{
	*ret = (struct assessment){ 0 };
	ret->rule = find(wire_get_slice(c));
	uint8_t status = wire_get_u8(c), severity = wire_get_u8(c), confidence = wire_get_u8(c);
	if (c->failed || !ret->rule || status > STATUS_UNKNOWN || severity >= SEVERITY_COUNT ||
	    confidence > CONFIDENCE_HIGH)
		return false;
	ret->status = (enum assessment_status)status;
	ret->severity = (enum severity)severity;
	ret->confidence = (enum confidence)confidence;
	ret->subject = wire_copy_slice(c, a);
	ret->discriminator = wire_copy_slice(c, a);
	ret->message = wire_copy_slice(c, a);
	ret->path = wire_copy_slice(c, a);
	ret->suppressed_by = wire_copy_slice(c, a);
	get_lists(c, sources, a, ret);
	const uint8_t *fingerprint = cursor_take(c, FINGERPRINT_SIZE);
	if (!fingerprint)
		return false;
	memcpy(ret->fingerprint.bytes, fingerprint, FINGERPRINT_SIZE);
	return true;
}
