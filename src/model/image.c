#include "model/image.h"

#include "base/limits.h"
#include "base/wire.h"

static void put_list(struct buf *b, const struct slice_list *list)
{
	wire_put_u32(b, (uint32_t)list->count);
	for (size_t i = 0; i < list->count; i++)
		wire_put_slice(b, list->items[i]);
}

/* Counts are never trusted for allocation: a list grows as its bytes arrive. */
static void get_list(struct cursor *c, struct arena *a, struct slice_list *ret)
{
	uint32_t count = wire_get_u32(c);

	for (uint32_t i = 0; i < count && !c->failed; i++)
		*vec_add(a, ret) = wire_copy_slice(c, a);
}

/* The image's plain texts and lists, in the order of the record. */
#define IMAGE_TEXTS(X) \
	X(format) X(manifest_digest) X(config_digest) X(os) X(architecture) X(variant) X(created) X(user)
#define IMAGE_LISTS(X) \
	X(tags) X(repo_digests) X(env) X(entrypoint) X(cmd) X(exposed_ports) X(volumes)

void image_encode(const struct image *image, struct buf *b)
{
#define PUT_TEXT(field) wire_put_slice(b, image->field);
#define PUT_LIST(field) put_list(b, &image->field);
	IMAGE_TEXTS(PUT_TEXT)
	IMAGE_LISTS(PUT_LIST)
	wire_put_u8(b, image->has_healthcheck);
	wire_put_u32(b, (uint32_t)image->layers.count);
	for (size_t i = 0; i < image->layers.count; i++) {
		const struct image_layer *l = &image->layers.items[i];

		wire_put_slice(b, l->digest);
		wire_put_slice(b, l->diff_id);
		wire_put_slice(b, l->media_type);
		wire_put_slice(b, l->name);
		wire_put_u64(b, l->size);
		wire_put_u64(b, l->offset);
		wire_put_u32(b, (uint32_t)l->history);
	}
	wire_put_u32(b, (uint32_t)image->history.count);
	for (size_t i = 0; i < image->history.count; i++) {
		const struct image_history *h = &image->history.items[i];

		wire_put_slice(b, h->created_by);
		wire_put_slice(b, h->created);
		wire_put_slice(b, h->comment);
		wire_put_u8(b, h->empty_layer);
	}
}

static void get_layer(struct cursor *c, struct arena *a, struct image_layer *l)
{
	l->digest = wire_copy_slice(c, a);
	l->diff_id = wire_copy_slice(c, a);
	l->media_type = wire_copy_slice(c, a);
	l->name = wire_copy_slice(c, a);
	l->size = wire_get_u64(c);
	l->offset = wire_get_u64(c);
	l->history = (int32_t)wire_get_u32(c);
}

bool image_decode(struct cursor *c, struct arena *a, struct image *image)
{
	*image = (struct image){ 0 };
#define GET_TEXT(field) image->field = wire_copy_slice(c, a);
#define GET_LIST(field) get_list(c, a, &image->field);
	IMAGE_TEXTS(GET_TEXT)
	IMAGE_LISTS(GET_LIST)
	image->has_healthcheck = wire_get_u8(c) != 0;
	uint32_t layers = wire_get_u32(c);
	if (layers > LIMIT_LAYERS)
		return false;
	for (uint32_t i = 0; i < layers && !c->failed; i++)
		get_layer(c, a, vec_add(a, &image->layers));
	uint32_t rows = wire_get_u32(c);
	for (uint32_t i = 0; i < rows && !c->failed; i++) {
		struct image_history *h = vec_add(a, &image->history);

		h->created_by = wire_copy_slice(c, a);
		h->created = wire_copy_slice(c, a);
		h->comment = wire_copy_slice(c, a);
		h->empty_layer = wire_get_u8(c) != 0;
	}
	if (c->failed)
		return false;
	for (size_t i = 0; i < image->layers.count; i++) {
		int32_t row = image->layers.items[i].history;

		if (row < -1 || (row >= 0 && (size_t)row >= image->history.count))
			return false;
	}
	return true;
}

struct slice image_instruction(const struct image *image, int32_t number)
{
	if (!image || number < 0 || (size_t)number >= image->layers.count)
		return SLICE_EMPTY;
	int32_t row = image->layers.items[number].history;
	return row < 0 ? SLICE_EMPTY : image->history.items[row].created_by;
}
