#include "base/wire.h"

void wire_put_slice(struct buf *b, struct slice s)
{
	if (s.len > UINT32_MAX) {
		b->overflow = true;
		return;
	}
	wire_put_u32(b, (uint32_t)s.len);
	buf_add_slice(b, s);
}

struct slice wire_get_slice(struct cursor *c)
{
	uint32_t len = cursor_u32le(c);

	return cursor_slice(c, len);
}

struct slice wire_copy_slice(struct cursor *c, struct arena *a)
{
	return arena_copy(a, wire_get_slice(c));
}
