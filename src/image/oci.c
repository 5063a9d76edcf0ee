/*
 * OCI layouts (OCI image specification 1.1: image-layout.md, image-index.md,
 * manifest.md, descriptor.md), with Docker's media types as well.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "image/documents.h"

#define INDEX_DEPTH    4    /* indexes within indexes */
#define CANDIDATES_MAX 1024 /* image manifests of a layout */

/* An image manifest that the index tells of. */
struct candidate {
	const struct node *descriptor;
	struct slice name; /* of the blob */
	struct slice tag;  /* as an annotation gives it, here or on the index that led here */
	struct slice os, architecture, variant; /* empty: not told */
	bool present;
};
struct candidate_list VEC_OF(struct candidate);

struct reader {
	struct member_source *source;
	const struct outline_options *options;
	struct arena *arena;
	struct outline *outline;
	struct candidate_list candidates;
	struct slice missing; /* an index that is not there */
};

static bool is_index_type(struct slice type)
{
	return slice_is(type, "application/vnd.oci.image.index.v1+json") ||
	       slice_is(type, "application/vnd.docker.distribution.manifest.list.v2+json");
}

static bool is_manifest_type(struct slice type)
{
	return slice_is(type, "application/vnd.oci.image.manifest.v1+json") ||
	       slice_is(type, "application/vnd.docker.distribution.manifest.v2+json");
}

/* Signatures and attestations lie beside the images that they speak of. */
static bool is_attestation(const struct node *descriptor)
{
	const struct node *platform = node_get(descriptor, SLICE("platform"));

	return node_path(descriptor, "annotations", "vnd.docker.reference.type", NULL) ||
	       (slice_is(node_get_text(platform, SLICE("os")), "unknown") &&
		slice_is(node_get_text(platform, SLICE("architecture")), "unknown"));
}

static struct slice tag_of(const struct node *descriptor, struct slice inherited)
{
	const struct node *annotations = node_get(descriptor, SLICE("annotations"));
	struct slice tag = node_get_text(annotations, SLICE("io.containerd.image.name"));

	if (slice_empty(tag))
		tag = node_get_text(annotations, SLICE("org.opencontainers.image.ref.name"));
	return slice_empty(tag) ? inherited : tag;
}

static void add_candidate(struct reader *r, const struct node *descriptor, struct slice name,
			  struct slice tag)
{
	const struct node *platform = node_get(descriptor, SLICE("platform"));
	struct member member;

	*vec_add(r->arena, &r->candidates) = (struct candidate){
		.descriptor = descriptor,
		.name = name,
		.tag = tag,
		.os = node_get_text(platform, SLICE("os")),
		.architecture = node_get_text(platform, SLICE("architecture")),
		.variant = node_get_text(platform, SLICE("variant")),
		.present = r->source->find(r->source, name, &member, NULL),
	};
}

static bool read_index(struct reader *r, const struct node *index, struct slice tag, unsigned depth,
		       struct error *err);

static bool read_descriptor(struct reader *r, const struct node *descriptor, struct slice inherited,
			    unsigned depth, struct error *err)
{
	struct slice type = node_get_text(descriptor, SLICE("mediaType"));
	struct slice digest = node_get_text(descriptor, SLICE("digest"));
	struct slice tag = tag_of(descriptor, inherited), name, unused;
	struct member member;
	struct node *index;

	if (is_attestation(descriptor))
		return true;
	if (r->candidates.count >= CANDIDATES_MAX)
		return error_set(err, ERR_LIMIT, "the layout tells of more than %d images",
				 CANDIDATES_MAX);
	if (!document_blob_name(digest, r->arena, &name, err))
		return error_wrap(err, "index.json");
	if (!is_index_type(type)) {
		add_candidate(r, descriptor, name, tag);
		return true;
	}
	if (depth >= INDEX_DEPTH)
		return error_set(err, ERR_LIMIT, "indexes stand more than %d deep in one another",
				 INDEX_DEPTH);
	/* A layout may hold a part of what its index tells of. */
	if (!r->source->find(r->source, name, &member, NULL)) {
		r->missing = name;
		return true;
	}
	return document_read(r->source, name, digest, r->outline, r->arena, &index, &unused, err) &&
	       read_index(r, index, tag, depth + 1, err);
}

/* Depth is limited by INDEX_DEPTH. */
static bool read_index(struct reader *r, const struct node *index, struct slice tag, unsigned depth,
		       struct error *err)
{
	const struct node *manifests = node_get(index, SLICE("manifests"));

	struct slice type = node_get_text(index, SLICE("mediaType"));

	/* A document that is an index to one and a manifest to another must be neither. */
	if (!slice_empty(type) && !is_index_type(type))
		return error_set(err, ERR_FORMAT, "an index says that it is %.*s", SLICE_ARG(type));
	if (!node_is(manifests, NODE_LIST))
		return error_set(err, ERR_FORMAT, "an index has no list of manifests");
	node_each(descriptor,
		  manifests) if (!read_descriptor(r, descriptor, tag, depth, err)) return false;
	return true;
}

static bool tag_matches(struct slice tag, struct slice wanted)
{
	struct slice rest = tag;

	if (slice_empty(wanted) || slice_eq(tag, wanted))
		return true;
	return slice_cut_suffix(&rest, wanted) &&
	       (slice_ends(rest, SLICE(":")) || slice_ends(rest, SLICE("/")));
}

/* How well a candidate fits: 0 not at all. */
static unsigned fitness(const struct reader *r, const struct candidate *c)
{
	bool told = !slice_empty(c->os) || !slice_empty(c->architecture);
	bool fits =
		told && platform_matches(&r->options->platform, c->os, c->architecture, c->variant);

	if (!tag_matches(c->tag, r->options->tag))
		return 0;
	if (told && !fits && r->options->platform_given)
		return 0;
	/* What is there comes before what is only told of, then the platform, then what may have
	 * it. */
	return 1u + (c->present ? 4u : 0u) + (fits ? 2u : !told ? 1u : 0u);
}

static bool no_candidate(struct reader *r, struct error *err)
{
	struct arena *a = r->arena;
	struct slice_list names = {0};
	const char *where = r->source->remote ? "the registry" : "the layout";

	vec_each (c, &r->candidates)
		if (names.count < 32)
			*vec_add(a, &names) = arena_printf(
				a, "%.*s/%.*s%s%.*s", SLICE_ARG(c->os), SLICE_ARG(c->architecture),
				slice_empty(c->variant) ? "" : "/", SLICE_ARG(c->variant));
	if (r->candidates.count == 0 && !slice_empty(r->missing))
		return error_set(err, ERR_NOT_FOUND, "%s lacks %.*s, which its index names",
				 where, SLICE_ARG(r->missing));
	if (r->candidates.count == 0)
		return error_set(err, ERR_NOT_FOUND, "%s holds no image%s", where,
				 r->source->remote ? " under this name, but something else" : "");
	struct slice list = arena_join(a, names.items, names.count, SLICE(", "));
	return error_set(err, ERR_NOT_FOUND,
			 "%s holds no image %.*s%sfor %.*s/%.*s, but %.*s", where,
			 SLICE_ARG(r->options->tag), slice_empty(r->options->tag) ? "" : " ",
			 SLICE_ARG(r->options->platform.os),
			 SLICE_ARG(r->options->platform.architecture), SLICE_ARG(list));
}

static bool choose(struct reader *r, const struct candidate **ret, struct error *err)
{
	unsigned best = 0;

	*ret = NULL;
	vec_each (c, &r->candidates) {
		unsigned fit = fitness(r, c);

		if (fit > best) {
			best = fit;
			*ret = c;
		}
	}
	if (!*ret)
		return no_candidate(r, err);
	if (r->candidates.count > 1)
		gap_add(&r->outline->gaps, r->arena, GAP_NOTE, GAP_REASON_UNSUPPORTED,
			r->source->remote ? SLICE("index") : SLICE("index.json"),
			"the %s tells of %zu images; this is about %.*s %.*s/%.*s",
			r->source->remote ? "index" : "layout", r->candidates.count, SLICE_ARG((*ret)->tag), SLICE_ARG((*ret)->os),
			SLICE_ARG((*ret)->architecture));
	return true;
}

static void add_layer(struct reader *r, const struct node *descriptor)
{
	struct outline *o = r->outline;
	struct image_layer layer = {
		.digest = arena_copy(r->arena, node_get_text(descriptor, SLICE("digest"))),
		.media_type = arena_copy(r->arena, node_get_text(descriptor, SLICE("mediaType"))),
	};
	struct slice type = layer.media_type;
	struct error err = ERROR_INIT;
	struct member member;

	layer.name = layer.digest;
	if (slice_find(type, SLICE("+encrypted")) < type.len) {
		document_add_missing(o, layer, GAP_REASON_UNSUPPORTED, SLICE("it is encrypted"),
				     r->arena);
		return;
	}
	if (!document_blob_name(layer.digest, r->arena, &layer.name, &err)) {
		document_add_missing(o, layer, GAP_REASON_MALFORMED,
				     arena_copy(r->arena, slice_from_cstr(err.message)), r->arena);
		return;
	}
	bool foreign = slice_find(type, SLICE("nondistributable")) < type.len ||
		       slice_find(type, SLICE("foreign")) < type.len;
	bool told = slice_to_u64(node_get_text(descriptor, SLICE("size")), &layer.size);
	if (r->source->remote && !told)
		document_add_missing(o, layer, GAP_REASON_MALFORMED,
				     SLICE("its descriptor tells no size"), r->arena);
	else if (foreign && r->source->remote)
		document_add_missing(
			o, layer, GAP_REASON_UNSUPPORTED,
			SLICE("it is a foreign layer, which lies elsewhere and is not fetched"),
			r->arena);
	else if ((foreign || node_get(descriptor, SLICE("urls"))) &&
		 !r->source->find(r->source, layer.name, &member, NULL))
		document_add_missing(
			o, layer, GAP_REASON_UNSUPPORTED,
			SLICE("it is a foreign layer, which lies elsewhere and is not fetched"),
			r->arena);
	else
		document_add_layer(o, r->source, layer, r->arena);
}

static bool check_manifest(const struct node *manifest, const struct candidate *c,
			   struct error *err)
{
	struct slice type = node_get_text(manifest, SLICE("mediaType"));
	struct slice config = node_text(node_path(manifest, "config", "mediaType", NULL));

	if (slice_is(node_get_text(manifest, SLICE("schemaVersion")), "1"))
		return error_set(err, ERR_UNSUPPORTED,
				 "%.*s is a manifest of schema version 1, which is not supported",
				 SLICE_ARG(c->name));
	if (!slice_empty(type) && !is_manifest_type(type))
		return error_set(err, ERR_UNSUPPORTED,
				 "%.*s is of type %.*s and no container image", SLICE_ARG(c->name),
				 SLICE_ARG(type));
	if (!slice_empty(config) && !slice_is(config, "application/vnd.oci.image.config.v1+json") &&
	    !slice_is(config, "application/vnd.docker.container.image.v1+json"))
		return error_set(err, ERR_UNSUPPORTED, "%.*s holds %.*s and no container image",
				 SLICE_ARG(c->name), SLICE_ARG(config));
	if (!node_is(node_get(manifest, SLICE("layers")), NODE_LIST))
		return error_set(err, ERR_FORMAT, "%.*s has no list of layers", SLICE_ARG(c->name));
	return true;
}

static bool read_manifest(struct reader *r, const struct candidate *c, struct error *err)
{
	struct slice digest = node_get_text(c->descriptor, SLICE("digest"));
	struct image *image = &r->outline->image;
	struct slice config_digest, config_name;
	struct slice_list diff_ids = {0};
	struct node *manifest, *config;

	if (!document_read(r->source, c->name, digest, r->outline, r->arena, &manifest,
			   &image->manifest_digest, err) ||
	    !check_manifest(manifest, c, err))
		return false;
	config_digest = node_text(node_path(manifest, "config", "digest", NULL));
	r->source->blobs = true;
	if (!document_blob_name(config_digest, r->arena, &config_name, err) ||
	    !document_read(r->source, config_name, config_digest, r->outline, r->arena, &config,
			   &image->config_digest, err))
		return false;
	document_config(config, r->arena, r->outline, &diff_ids);
	node_each(descriptor, node_get(manifest, SLICE("layers")))
	{
		if (image->layers.count >= LIMIT_LAYERS) {
			gap_add(&r->outline->gaps, r->arena, GAP_BLOCKING, GAP_REASON_LIMIT,
				c->name, "more than %d layers", LIMIT_LAYERS);
			break;
		}
		add_layer(r, descriptor);
	}
	document_join(r->outline, &diff_ids, r->arena);
	return true;
}

bool outline_oci(struct member_source *source, const struct outline_options *options,
		 struct arena *a, struct outline *o, struct error *err)
{
	struct reader r = {.source = source, .options = options, .arena = a, .outline = o};
	const struct candidate *chosen;
	struct slice digest;
	struct node *index;

	if (!document_read(source, SLICE("index.json"), SLICE_EMPTY, o, a, &index, &digest, err) ||
	    !read_index(&r, index, SLICE_EMPTY, 0, err) || !choose(&r, &chosen, err))
		return false;
	o->kind = TARGET_OCI_LAYOUT;
	o->has_image = true;
	o->image.format = SLICE("oci-layout");
	if (!slice_empty(chosen->tag))
		*vec_add(a, &o->image.tags) = arena_copy(a, chosen->tag);
	return read_manifest(&r, chosen, err);
}
