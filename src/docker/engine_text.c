/* What the engine answers. */
#include "docker/engine.h"
#include "format/digest.h"
#include "format/json.h"

#define MESSAGE_MAX 300
#define TAGS_MAX    1024

static void copy_list(const struct node *list, struct arena *a, struct slice_list *ret)
{
	node_each(item, list)
	{
		if (ret->count >= TAGS_MAX)
			return;
		if (node_is(item, NODE_STRING) && !slice_empty(item->text))
			*vec_add(a, ret) = arena_copy(a, item->text);
	}
}

static bool is_id(struct slice text)
{
	struct digest parsed;

	return digest_parse(text, &parsed, NULL);
}

bool engine_parse_image(struct slice text, struct arena *a, struct engine_image *ret,
			struct error *err)
{
	struct node *root;

	*ret = (struct engine_image){0};
	if (!json_parse(text, a, &root, err))
		return error_wrap(err, "what the daemon tells of the image");
	ret->id = arena_copy(a, node_get_text(root, SLICE("Id")));
	if (!is_id(ret->id))
		return error_set(err, ERR_FORMAT, "what the daemon tells of the image has no ID");
	ret->os = arena_copy(a, node_get_text(root, SLICE("Os")));
	ret->architecture = arena_copy(a, node_get_text(root, SLICE("Architecture")));
	ret->variant = arena_copy(a, node_get_text(root, SLICE("Variant")));
	copy_list(node_get(root, SLICE("RepoTags")), a, &ret->tags);
	copy_list(node_get(root, SLICE("RepoDigests")), a, &ret->repo_digests);
	return true;
}

/* The ID becomes part of a path. */
static bool is_container_id(struct slice id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!ascii_digit(id.data[i]) && !(id.data[i] >= 'a' && id.data[i] <= 'f'))
			return false;
	return id.len >= 12 && id.len <= 64;
}

bool engine_parse_containers(struct slice text, struct arena *a, struct slice_list *ret,
			     struct error *err)
{
	struct node *root;

	*ret = (struct slice_list){0};
	if (!json_parse(text, a, &root, err))
		return error_wrap(err, "the daemon's list of containers");
	if (!node_is(root, NODE_LIST))
		return error_set(err, ERR_FORMAT, "the daemon's list of containers is no list");
	node_each(item, root)
	{
		struct slice id = node_get_text(item, SLICE("Id"));

		if (!is_container_id(id))
			return error_set(err, ERR_FORMAT,
					 "the daemon's list of containers: one has no ID");
		if (ret->count >= ENGINE_CONTAINERS_MAX)
			return error_set(err, ERR_LIMIT, "more than %d containers are running",
					 ENGINE_CONTAINERS_MAX);
		*vec_add(a, ret) = arena_copy(a, id);
	}
	return true;
}

bool engine_parse_container(struct slice text, struct arena *a, struct engine_container *ret,
			    struct error *err)
{
	struct node *root;

	*ret = (struct engine_container){0};
	if (!json_parse(text, a, &root, err))
		return error_wrap(err, "what the daemon tells of a container");
	ret->id = arena_copy(a, node_get_text(root, SLICE("Id")));
	ret->name = arena_copy(a, node_get_text(root, SLICE("Name")));
	ret->image_id = arena_copy(a, node_get_text(root, SLICE("Image")));
	ret->image = arena_copy(a, node_text(node_path(root, "Config", "Image", NULL)));
	slice_cut_prefix(&ret->name, SLICE("/"));
	if (!is_container_id(ret->id) || !is_id(ret->image_id))
		return error_set(err, ERR_FORMAT,
				 "what the daemon tells of a container names no image");
	return true;
}

struct slice engine_parse_message(struct slice text, struct arena *a)
{
	struct node *root;

	if (!json_parse(text, a, &root, NULL))
		return SLICE_EMPTY;
	struct slice message = node_get_text(root, SLICE("message"));
	char *shown = arena_alloc(a, MESSAGE_MAX + 1);
	message = slice_first(message, MESSAGE_MAX);
	for (size_t i = 0; i < message.len; i++)
		shown[i] = (unsigned char)message.data[i] < ' ' || message.data[i] == 127 ?
				   ' ' : message.data[i];
	return slice_new(shown, message.len);
}
