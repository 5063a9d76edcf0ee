/*
 * A client of the Docker Engine, for the broker and its fetchers: what images
 * and containers it has, and an image as `docker save` writes it.
 *
 * Which daemon: DOCKER_HOST (with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH), else
 * the context of DOCKER_CONTEXT or of config.json's currentContext, else
 * unix:///var/run/docker.sock.  TLS is always verified.
 *
 * Source: Docker Engine API 1.24 to 1.51 (Ping, ImageInspect, ImageGet,
 * ContainerList, ContainerInspect); the Docker CLI's reference ("Environment
 * variables", "docker context").
 */
#ifndef BULWARK_DOCKER_ENGINE_H
#define BULWARK_DOCKER_ENGINE_H

#include "base/vec.h"
#include "net/exchange.h"

/* An image is written to a temporary directory by the daemon before its first byte comes. */
#define ENGINE_STALLED_SECONDS 600
#define ENGINE_CONTAINERS_MAX  4096

/* Where a daemon is; from the environment and its files, nothing is asked yet. */
struct engine_endpoint {
	struct slice shown;	  /* "unix:///var/run/docker.sock", for messages */
	struct slice unix_socket; /* empty: none */
	struct slice root;	  /* "http://localhost/", "https://host:2376/" */
	struct slice ca_file, certificate, key; /* empty: none */
	bool plain;
};

/* ERR_UNSUPPORTED: ssh:// and other ways there; ERR_USAGE: no such context, no usable address. */
bool engine_find(struct arena *a, struct engine_endpoint *ret, struct error *err);

struct engine_image {
	struct slice id; /* "sha256:..." */
	struct slice_list tags, repo_digests;
	struct slice os, architecture, variant;
};

struct engine_container {
	struct slice id;
	struct slice name;     /* without the slash in front */
	struct slice image;    /* as it was named when the container was made */
	struct slice image_id; /* "sha256:..." */
};
struct engine_container_list VEC_OF(struct engine_container);

/* Everything it answers lives in run->arena. */
struct engine;

/*
 * Connects and agrees on a version of the API (DOCKER_API_VERSION, else what
 * both know).  NULL: ERR_NOT_FOUND: no daemon is there; ERR_IO: its
 * socket may not be used; ERR_NETWORK: all else.
 */
struct engine *engine_open(struct run *run, struct error *err);
void engine_close(struct engine *e);
/* In a child after fork. */
bool engine_reconnect(struct engine *e, struct error *err);
struct slice engine_shown(const struct engine *e);

/* By reference or ID.  ERR_NOT_FOUND: it has none such. */
bool engine_image(struct engine *e, struct slice name, struct engine_image *ret, struct error *err);
/* The archive of `docker save`, into a sink that cannot restart. */
bool engine_save(struct engine *e, struct slice name, struct http_sink *sink, struct error *err);
/* The running ones, by name. */
bool engine_containers(struct engine *e, struct engine_container_list *ret, struct error *err);

/* --- answers, for the client and its tests: untrusted JSON --- */

bool engine_parse_image(struct slice text, struct arena *a, struct engine_image *ret,
			struct error *err);
/* IDs of containers. */
bool engine_parse_containers(struct slice text, struct arena *a, struct slice_list *ret,
			     struct error *err);
bool engine_parse_container(struct slice text, struct arena *a, struct engine_container *ret,
			    struct error *err);
/* The message of an error's body, fit for showing; empty: none. */
struct slice engine_parse_message(struct slice text, struct arena *a);

#endif
