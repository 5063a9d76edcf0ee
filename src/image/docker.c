/*
 * Docker archives: manifest.json of `docker save` (Docker image specification
 * 1.2, "Combined Image JSON + Filesystem Changeset Format"), also in the
 * hybrid with an OCI layout that Engine 25 and later write.
 */
#include "base/limits.h"
#include "image/documents.h"
#include "image/path.h"

/* Docker writes names as they are; others put "./" in front. */
static bool member_name(const struct node *n, struct arena *a, struct slice *ret)
{
	struct buf path;
	bool ok;

	buf_init(&path, LIMIT_PATH);
	ok = node_is(n, NODE_STRING) && path_normalize(&path, n->text) && path.len > 0;
	*ret = arena_copy(a, buf_slice(&path));
	buf_release(&path);
	return ok;
}

/* "<64 hex digits>.json" and a blob's name tell the digest. */
static struct slice config_digest(struct slice name, struct arena *a)
{
	struct slice hex = name;

	if (slice_cut_suffix(&hex, SLICE(".json")) && hex.len == 64)
		return arena_printf(a, "sha256:%.*s", SLICE_ARG(hex));
	return document_name_digest(name, a);
}

static bool has_tag(const struct node *entry, struct slice tag)
{
	node_each(item, node_get(entry, SLICE("RepoTags")))
	{
		struct slice text = node_text(item), rest = text;

		if (slice_eq(text, tag))
			return true;
		if (slice_cut_suffix(&rest, tag) &&
		    (slice_ends(rest, SLICE(":")) || slice_ends(rest, SLICE("/"))))
			return true;
	}
	return false;
}

static bool read_config(struct member_source *source, const struct node *entry, struct arena *a,
			struct outline *o, struct node **ret, struct error *err)
{
	struct slice name;

	if (!member_name(node_get(entry, SLICE("Config")), a, &name))
		return error_set(err, ERR_FORMAT, "manifest.json names no config");
	if (!document_read(source, name, config_digest(name, a), o, a, ret, &o->image.config_digest,
			   err))
		return false;
	if (!node_is(*ret, NODE_MAP))
		return error_set(err, ERR_FORMAT, "%.*s is no image config", SLICE_ARG(name));
	return true;
}

/* Of several images the one that was asked for: by tag, by platform, else the first. */
static bool choose(struct member_source *source, const struct node *manifest,
		   const struct outline_options *options, struct arena *a, const struct node **ret,
		   struct error *err)
{
	const struct node *first = NULL;

	node_each(entry, manifest)
	{
		struct outline scratch = {0};
		struct node *config;

		if (!slice_empty(options->tag) && !has_tag(entry, options->tag))
			continue;
		if (!first)
			first = entry;
		if (manifest->count == 1 || !read_config(source, entry, a, &scratch, &config, err))
			continue;
		if (platform_matches(&options->platform, node_get_text(config, SLICE("os")),
				     node_get_text(config, SLICE("architecture")),
				     node_get_text(config, SLICE("variant")))) {
			*ret = entry;
			return true;
		}
	}
	*ret = first;
	return first || error_set(err, ERR_NOT_FOUND, "the archive holds no image %.*s",
				  SLICE_ARG(options->tag));
}

static void add_layers(struct member_source *source, const struct node *entry, struct arena *a,
		       struct outline *o)
{
	const struct node *layers = node_get(entry, SLICE("Layers"));

	node_each(item, layers)
	{
		struct image_layer layer = {0};

		if (o->image.layers.count >= LIMIT_LAYERS) {
			gap_add(&o->gaps, a, GAP_BLOCKING, GAP_REASON_LIMIT, SLICE("manifest.json"),
				"more than %d layers", LIMIT_LAYERS);
			return;
		}
		if (!member_name(item, a, &layer.name)) {
			document_add_missing(o, layer, GAP_REASON_MALFORMED,
					     SLICE("manifest.json names no usable file for it"), a);
			continue;
		}
		layer.digest = document_name_digest(layer.name, a);
		document_add_layer(o, source, layer, a);
	}
}

/* In the hybrid the OCI index tells the digest of the manifest that names the same config. */
static void find_manifest_digest(struct member_source *source, struct arena *a, struct outline *o)
{
	struct slice digest, blob;
	struct node *index, *manifest;
	struct outline scratch = {0};
	size_t tried = 0;

	if (!document_read(source, SLICE("index.json"), SLICE_EMPTY, &scratch, a, &index, &digest,
			   NULL))
		return;
	node_each(item, node_get(index, SLICE("manifests")))
	{
		struct slice told = node_get_text(item, SLICE("digest"));

		if (tried++ >= 64 || !document_blob_name(told, a, &blob, NULL) ||
		    !document_read(source, blob, SLICE_EMPTY, &scratch, a, &manifest, &digest,
				   NULL))
			continue;
		if (slice_eq(node_text(node_path(manifest, "config", "digest", NULL)),
			     o->image.config_digest))
			o->image.manifest_digest = arena_copy(a, told);
	}
}

bool outline_docker(struct member_source *source, const struct outline_options *options,
		    struct arena *a, struct outline *o, struct error *err)
{
	struct node *manifest, *config;
	const struct node *entry;
	struct slice_list diff_ids = {0};
	struct slice digest;

	if (!document_read(source, SLICE("manifest.json"), SLICE_EMPTY, o, a, &manifest, &digest,
			   err))
		return false;
	if (!node_is(manifest, NODE_LIST) || !manifest->first || manifest->count > 1024)
		return error_set(err, ERR_FORMAT, "manifest.json is no list of images");
	if (!choose(source, manifest, options, a, &entry, err) ||
	    !read_config(source, entry, a, o, &config, err))
		return false;
	o->kind = TARGET_DOCKER_ARCHIVE;
	o->has_image = true;
	o->image.format = SLICE("docker-archive");
	document_config(config, a, o, &diff_ids);
	node_each(tag, node_get(entry, SLICE("RepoTags"))) if (node_is(tag, NODE_STRING)) *
		vec_add(a, &o->image.tags) = arena_copy(a, tag->text);
	add_layers(source, entry, a, o);
	document_join(o, &diff_ids, a);
	find_manifest_digest(source, a, o);
	if (manifest->count > 1)
		gap_add(&o->gaps, a, GAP_NOTE, GAP_REASON_UNSUPPORTED, SLICE("manifest.json"),
			"the archive holds %u images; this is about %.*s", manifest->count,
			SLICE_ARG(o->image.tags.count ? o->image.tags.items[0]
						      : o->image.config_digest));
	return true;
}
