#include "image/documents.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/digest.h"
#include "format/json.h"

bool document_blob_name(struct slice digest, struct arena *a, struct slice *ret, struct error *err)
{
	struct digest parsed;
	struct slice algorithm, hex;

	if (!digest_parse(digest, &parsed, err))
		return false;
	slice_split(digest, ':', &algorithm, &hex);
	*ret = arena_printf(a, "blobs/%.*s/%.*s", SLICE_ARG(algorithm), SLICE_ARG(hex));
	return true;
}

struct slice document_name_digest(struct slice name, struct arena *a)
{
	struct slice algorithm, hex, text;
	struct digest parsed;

	if (!slice_cut_prefix(&name, SLICE("blobs/")) || !slice_split(name, '/', &algorithm, &hex))
		return SLICE_EMPTY;
	text = arena_printf(a, "%.*s:%.*s", SLICE_ARG(algorithm), SLICE_ARG(hex));
	return digest_parse(text, &parsed, NULL) ? text : SLICE_EMPTY;
}

static void check_digest(struct slice bytes, struct slice name, struct slice expected,
			 struct outline *o, struct arena *a, struct slice *ret_digest)
{
	struct digest want = {.algorithm = DIGEST_SHA256}, got;
	char text[DIGEST_TEXT_MAX];
	bool has = !slice_empty(expected) && digest_parse(expected, &want, NULL);

	digest_of(bytes, want.algorithm, &got);
	*ret_digest = arena_copy(a, slice_from_cstr(digest_format(&got, text)));
	if (has && !digest_eq(&got, &want))
		gap_add(&o->gaps, a, GAP_BLOCKING, GAP_REASON_DIGEST, name,
			"its digest is %s, not %.*s as the image says", text, SLICE_ARG(expected));
}

bool document_read(struct member_source *source, struct slice name, struct slice expected,
		   struct outline *o, struct arena *a, struct node **ret, struct slice *ret_digest,
		   struct error *err)
{
	struct slice bytes;

	if (!source->read(source, name, a, &bytes, err))
		return false;
	check_digest(bytes, name, expected, o, a, ret_digest);
	if (!json_parse(bytes, a, ret, err))
		return error_wrap(err, "%.*s", SLICE_ARG(name));
	return true;
}

static struct slice text_of(const struct node *map, const char *key, struct arena *a)
{
	return arena_copy(a, node_get_text(map, slice_from_cstr(key)));
}

static void read_list(const struct node *list, struct arena *a, struct slice_list *ret)
{
	node_each(item, list) if (node_is(item, NODE_STRING)) * vec_add(a, ret) =
		arena_copy(a, item->text);
}

static void read_keys(const struct node *map, struct arena *a, struct slice_list *ret)
{
	if (node_is(map, NODE_MAP))
		node_each(item, map) * vec_add(a, ret) = arena_copy(a, item->key);
}

static void read_settings(const struct node *settings, struct arena *a, struct image *image)
{
	const struct node *check = node_get(settings, SLICE("Healthcheck"));
	const struct node *test = node_get(check, SLICE("Test"));

	image->user = text_of(settings, "User", a);
	read_list(node_get(settings, SLICE("Env")), a, &image->env);
	read_list(node_get(settings, SLICE("Entrypoint")), a, &image->entrypoint);
	read_list(node_get(settings, SLICE("Cmd")), a, &image->cmd);
	read_keys(node_get(settings, SLICE("ExposedPorts")), a, &image->exposed_ports);
	read_keys(node_get(settings, SLICE("Volumes")), a, &image->volumes);
	/* ["NONE"] takes away an inherited check. */
	image->has_healthcheck = test && test->first && !slice_is(node_text(test->first), "NONE");
}

static void read_history(const struct node *list, struct arena *a, struct image *image)
{
	node_each(row, list)
	{
		if (image->history.count >= 2 * LIMIT_LAYERS)
			return;
		*vec_add(a, &image->history) = (struct image_history){
			.created_by = text_of(row, "created_by", a),
			.created = text_of(row, "created", a),
			.comment = text_of(row, "comment", a),
			.empty_layer = node_truth(node_get(row, SLICE("empty_layer"))),
		};
	}
}

void document_config(const struct node *config, struct arena *a, struct outline *o,
		     struct slice_list *ret_diff_ids)
{
	struct image *image = &o->image;

	image->os = text_of(config, "os", a);
	image->architecture = text_of(config, "architecture", a);
	image->variant = text_of(config, "variant", a);
	image->created = text_of(config, "created", a);
	read_settings(node_get(config, SLICE("config")), a, image);
	read_history(node_get(config, SLICE("history")), a, image);
	read_list(node_path(config, "rootfs", "diff_ids", NULL), a, ret_diff_ids);
}

static void join_history(struct image *image)
{
	size_t filled = 0, layer = 0;

	vec_each (row, &image->history)
		filled += !row->empty_layer;
	/* A history that speaks of other layers than these says nothing about any of them. */
	if (filled != image->layers.count)
		return;
	for (size_t i = 0; i < image->history.count; i++)
		if (!image->history.items[i].empty_layer)
			image->layers.items[layer++].history = (int32_t)i;
}

void document_join(struct outline *o, const struct slice_list *diff_ids, struct arena *a)
{
	struct image *image = &o->image;

	for (size_t i = 0; i < image->layers.count && i < diff_ids->count; i++)
		image->layers.items[i].diff_id = diff_ids->items[i];
	join_history(image);
	if (diff_ids->count != image->layers.count)
		gap_add(&o->gaps, a, GAP_BLOCKING, GAP_REASON_MALFORMED, SLICE("config"),
			"it tells of %zu layers, the manifest of %zu", diff_ids->count,
			image->layers.count);
	if (slice_is(image->os, "windows"))
		gap_add(&o->gaps, a, GAP_BLOCKING, GAP_REASON_UNSUPPORTED, SLICE("config"),
			"Windows images are not supported yet");
}

void document_add_missing(struct outline *o, struct image_layer layer, enum gap_reason reason,
			  struct slice why, struct arena *a)
{
	layer.history = -1;
	*vec_add(a, &o->image.layers) = layer;
	*vec_add(a, &o->layers) = (struct outline_layer){.reason = reason, .why = why};
}

void document_add_layer(struct outline *o, struct member_source *source, struct image_layer layer,
			struct arena *a)
{
	struct member member;
	struct error err = ERROR_INIT;

	if (!source->find(source, layer.name, &member, &err)) {
		document_add_missing(o, layer, gap_reason_of_error(err.code),
				     arena_copy(a, slice_from_cstr(err.message)), a);
		return;
	}
	if (!source->remote) {
		layer.offset = member.offset;
		layer.size = member.size;
	}
	layer.history = -1;
	*vec_add(a, &o->image.layers) = layer;
	*vec_add(a, &o->layers) = (struct outline_layer){.present = true};
}
