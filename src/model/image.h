/*
 * A container image as its own documents describe it.
 * Sources: OCI image specification 1.1 (manifest, config, layer, index);
 * Docker image specification v1.2 (docker save).
 */
#ifndef BULWARK_MODEL_IMAGE_H
#define BULWARK_MODEL_IMAGE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/vec.h"

struct image_layer {
	struct slice digest;     /* of the bytes as stored, "sha256:..."; computed where the format tells none */
	struct slice diff_id;    /* of the uncompressed bytes, from the config */
	struct slice media_type;
	struct slice name;       /* file or blob that holds it: for messages */
	uint64_t size;           /* stored bytes */
	uint64_t offset;         /* in the file that holds it */
	int32_t history;         /* number of the history row that made it, -1: not told */
};

struct image_history {
	struct slice created_by; /* the instruction */
	struct slice created;    /* RFC 3339, as written */
	struct slice comment;
	bool empty_layer;
};

struct image_layer_list VEC_OF(struct image_layer);
struct image_history_list VEC_OF(struct image_history);

struct image {
	struct slice format;          /* "docker-archive", "oci-layout"... */
	struct slice manifest_digest; /* empty: the format has none */
	struct slice config_digest;   /* the image ID */
	struct slice os, architecture, variant;
	struct slice created;
	struct slice user;            /* config.User */
	struct slice_list tags;       /* repository:tag */
	struct slice_list repo_digests;
	struct slice_list env, entrypoint, cmd, exposed_ports, volumes;
	bool has_healthcheck;
	struct image_layer_list layers;    /* bottom first */
	struct image_history_list history; /* oldest first */
};

void image_encode(const struct image *image, struct buf *b);
bool image_decode(struct cursor *c, struct arena *a, struct image *ret);

/* The instruction that brought in layer `number`, empty when the history does not tell. */
struct slice image_instruction(const struct image *image, int32_t number);

#endif
