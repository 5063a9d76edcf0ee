/*
 * A client of container registries: manifests and blobs in, and out again.
 * For the broker and its fetchers; nothing that came from a registry is parsed
 * here but challenges, tokens and lists of referrers.
 *
 * Digests are verified over the bytes.  Authorization goes to the registry
 * alone, never where a redirect leads.  Retries, resumed transfers, TLS and
 * plain HTTP: net/exchange.h.
 *
 * Source: OCI distribution specification 1.1; Distribution's token
 * authentication (docs: spec/auth/token, oauth); Docker's per-registry
 * certificates (certs.d).
 */
#ifndef BULWARK_DOCKER_REGISTRY_H
#define BULWARK_DOCKER_REGISTRY_H

#include "docker/reference.h"
#include "net/exchange.h"

struct registry_options {
	bool plain_http;	/* http:// instead of https:// also beyond loopback */
	struct slice ca_file;	/* PEM, in place of the system's; empty: environment, system */
	/*
	 * The directory of config.json; empty: DOCKER_CONFIG, else ~/.docker.
	 * Credentials are looked up when a registry asks for them.
	 */
	struct slice config_dir;
	/*
	 * Directory of per-registry certificates (<host:port>/ *.crt, *.cert, *.key);
	 * empty: /etc/docker/certs.d, and $XDG_CONFIG_HOME (~/.config)/docker/certs.d
	 * for other users than root.
	 */
	struct slice certs_dir;
	bool push; /* tokens are asked for with "pull,push" */
};

/* One repository of one registry; everything it answers lives in run->arena. */
struct registry;

/* No request is made yet.  NULL on error. */
struct registry *registry_open(struct run *run, const struct reference *ref,
			       const struct registry_options *options, struct error *err);
void registry_close(struct registry *r);
/* In a child after fork: the connections stay the parent's, everything else goes on. */
bool registry_reconnect(struct registry *r, struct error *err);
const struct reference *registry_reference(const struct registry *r);

/* GET /v2/: is it a registry, and does it let us in? */
bool registry_ping(struct registry *r, struct error *err);

struct registry_manifest {
	struct slice bytes;	 /* empty after HEAD */
	struct slice digest;	 /* of the bytes; after HEAD what the registry says */
	struct slice media_type; /* Content-Type without parameters */
	uint64_t size;
};

/*
 * `wanted`: a tag or a digest.  At most LIMIT_MANIFEST bytes.  ERR_NOT_FOUND:
 * none such (or the registry does not let on); ERR_DIGEST: other bytes than
 * the digest says; ERR_UNSUPPORTED: a manifest of schema version 1;
 * ERR_NETWORK: all else, with the registry's own message.
 */
bool registry_manifest(struct registry *r, struct slice wanted, struct registry_manifest *ret,
		       struct error *err);
/* Which digest does a tag have now?  By HEAD, without the bytes. */
bool registry_head(struct registry *r, struct slice wanted, struct registry_manifest *ret,
		   struct error *err);

/*
 * A blob into a sink that need not know how to restart: what breaks goes on
 * where it broke.  `size` is what the descriptor says; a blob that is larger
 * or smaller is ERR_FORMAT.  The digest is verified when all has come, unless
 * `unverified`: then whoever takes the bytes does it.
 */
bool registry_blob(struct registry *r, struct slice digest, uint64_t size, bool unverified,
		   struct http_sink *sink, struct error *err);
/* A small blob (a config, an SBOM) whole, digest verified; more than `max` is ERR_LIMIT. */
bool registry_blob_bytes(struct registry *r, struct slice digest, uint64_t max, struct slice *ret,
			 struct error *err);

/* --- what is attached to an image (docker/attached.h says what it may be) --- */

struct registry_descriptor {
	struct slice media_type, digest, artifact_type;
	uint64_t size;
};
struct registry_descriptor_list VEC_OF(struct registry_descriptor);

/*
 * Manifests that name `digest` as their subject: the referrers API, else the
 * tag "sha256-<hex>" that stands in for it.  None is no error.
 * artifact_type: only such; empty: all.
 */
bool registry_referrers(struct registry *r, struct slice digest, struct slice artifact_type,
			struct registry_descriptor_list *ret, struct error *err);

/* --- out --- */

/* A blob that is there already is not sent.  In one piece, else in chunks. */
bool registry_push_blob(struct registry *r, struct slice digest, struct http_source *source,
			struct error *err);
bool registry_push_bytes(struct registry *r, struct slice digest, struct slice bytes,
			 struct error *err);
/* `name`: a tag or the digest of the bytes. */
bool registry_push_manifest(struct registry *r, struct slice name, struct slice media_type,
			    struct slice bytes, struct error *err);

#endif
