/*
 * What is known of an image without having it: what rules ask about a base
 * image.  Facts come from the built-in table of well-known images or from a
 * scan of the image itself, which goes before the table.
 */
#ifndef BULWARK_MODEL_IMAGE_FACTS_H
#define BULWARK_MODEL_IMAGE_FACTS_H

#include "base/timestamp.h"
#include "base/vec.h"

enum fact { FACT_UNKNOWN, FACT_NO, FACT_YES };

struct image_facts {
	struct slice reference;   /* as FROM and `image:` write it: "node:20-alpine" */
	struct slice digest;      /* "sha256:...", empty: unknown */
	struct slice user;        /* of its config: "", "root", "1000", "nonroot"; see user_known */
	bool user_known;
	enum fact shell;          /* /bin/sh is there */
	enum fact healthcheck;    /* its config has one */
	struct slice os_id;       /* "debian", "alpine"; empty: unknown */
	struct slice os_version;
	int64_t end_of_life;      /* of the release; TIMESTAMP_NONE: unknown or none */
	struct slice end_of_life_of; /* "Alpine 3.17", "Node.js 16" */
	struct slice_list programs;  /* names that are there: "curl", "wget", "python3" */
	bool programs_complete;      /* what is not in the list is not there */
	struct slice_list env;       /* required or set environment: "POSTGRES_PASSWORD" ... as told by `notes` */
	struct slice moved_to;       /* the image is published elsewhere now; empty: no */
	bool scanned;                /* of the image itself, else of the table */
};

struct image_fact_list VEC_OF(struct image_facts);

#endif
