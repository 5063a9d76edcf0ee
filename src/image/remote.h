/*
 * An image that lies elsewhere: the broker brings its documents, one for each
 * time that the outline's worker asks, and a fetcher for each layer's worker.
 */
#ifndef BULWARK_IMAGE_REMOTE_H
#define BULWARK_IMAGE_REMOTE_H

#include "base/map.h"
#include "image/member.h"
#include "model/image.h"
#include "net/exchange.h"

/* Documents asked for in a row: indexes within indexes, manifest, config. */
#define REMOTE_DOCUMENTS_MAX 24

struct remote {
	/* Broker: a manifest or index, or (`blob`) a config; at most LIMIT_MANIFEST, in the run's arena. */
	bool (*document)(struct remote *r, struct slice digest, bool blob, struct slice *ret,
			 struct error *err);
	/* Fetcher: the layer's stored bytes, as many as it tells; their digest is not verified. */
	bool (*layer)(struct remote *r, const struct image_layer *layer, struct http_sink *sink,
		      struct error *err);
	const char *format;   /* of struct image */
	struct map documents; /* name ("index.json", "blobs/...") -> struct slice * */
};

void remote_init(struct remote *r);
void remote_release(struct remote *r);
void remote_add(struct remote *r, struct arena *a, struct slice name, struct slice bytes);
struct slice remote_get(const struct remote *r, struct slice name);

/* The worker's view: what is not there yet is ERR_NOT_FOUND and remembered as wanted. */
struct member_remote {
	struct member_source source;
	const struct remote *remote;
	struct slice wanted; /* name; empty: all was there */
	bool wanted_blob;
};
void member_remote_init(struct member_remote *m, const struct remote *remote);

#endif
