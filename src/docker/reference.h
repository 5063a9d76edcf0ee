/*
 * Names of images: "nginx", "ghcr.io/owner/name:tag", "localhost:5000/a@sha256:...".
 *
 * Source: the grammar in reference/reference.go of the Distribution project,
 * and its normalisation of short names: without a registry docker.io is meant,
 * and there without a namespace "library".
 */
#ifndef BULWARK_DOCKER_REFERENCE_H
#define BULWARK_DOCKER_REFERENCE_H

#include "base/arena.h"
#include "base/error.h"

#define REFERENCE_NAME_MAX 255 /* registry and repository */
#define REFERENCE_TAG_MAX  128

struct reference {
	struct slice registry;	 /* "docker.io", "localhost:5000", "[::1]:5000" */
	struct slice repository; /* "library/nginx" */
	struct slice tag;	 /* empty: none told */
	struct slice digest;	 /* "sha256:..." or "sha512:...", empty: none told */
};

/*
 * The parts are copied into the arena.  ERR_USAGE: no image reference;
 * ERR_UNSUPPORTED: a digest of another algorithm.
 */
bool reference_parse(struct slice text, struct arena *a, struct reference *ret, struct error *err);

/* The digest if told, else the tag, else "latest": what a registry is asked for. */
struct slice reference_wanted(const struct reference *r);
/* As Docker shows it: without docker.io and library/: "nginx:1.25"; no tag and no digest: ":latest". */
struct slice reference_familiar(const struct reference *r, struct arena *a);
/* The name alone, familiar: "nginx". */
struct slice reference_familiar_name(const struct reference *r, struct arena *a);
/* "registry/repository[:tag][@digest]", complete. */
struct slice reference_format(const struct reference *r, struct arena *a);
/* The host that serves the registry: registry-1.docker.io for docker.io, else the registry itself. */
struct slice reference_endpoint(const struct reference *r);

#endif
