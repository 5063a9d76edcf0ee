/*
 * The outline of a target: what kind it is and, for an image, what its
 * documents say and where its layers lie.  Made in a confined worker and sent
 * as one record, since every byte that it is made of is untrusted.
 */
#ifndef BULWARK_IMAGE_OUTLINE_H
#define BULWARK_IMAGE_OUTLINE_H

#include "image/member.h"
#include "image/remote.h"
#include "model/image.h"
#include "model/report.h"

/* What the user said the target is. */
enum outline_hint {
	OUTLINE_ANY,
	OUTLINE_DOCKER, /* archive:// */
	OUTLINE_OCI,	/* oci-dir:// */
	OUTLINE_ROOTFS, /* fs:// */
	OUTLINE_FILE,	/* file:// */
};

struct platform {
	struct slice os, architecture, variant; /* variant empty: any */
};

struct outline_options {
	enum outline_hint hint;
	struct platform platform;
	bool platform_given; /* by the user; else a default that gives way */
	struct slice tag;    /* which of several images; empty: the first */
};

/* Beside the image's list of layers. */
struct outline_layer {
	bool present;		/* offset and size of the image's layer are where its bytes lie */
	enum gap_reason reason; /* why not */
	struct slice why;
};

struct outline {
	enum target_kind kind;
	bool archive;	 /* the bytes lie in a tar, else in a directory or a file */
	bool compressed; /* that tar is compressed as a whole: offsets count uncompressed bytes */
	bool has_image;
	struct image image;
	struct VEC_OF(struct outline_layer) layers;
	struct gap_list gaps;
};

/* "os/arch" or "os/arch/variant"; ERR_USAGE else.  Empty: linux and this machine's. */
bool platform_parse(struct slice text, struct arena *a, struct platform *ret, struct error *err);
bool platform_matches(const struct platform *wanted, struct slice os, struct slice architecture,
		      struct slice variant);

/* A file: an image's archive, a root file system's, or any other. */
bool outline_file(int fd, uint64_t size, const struct outline_options *options, struct arena *a,
		  struct outline *ret, struct error *err);
/* An archive that comes as a stream; its layers are to be met in another one of the same bytes. */
bool outline_stream(struct stream *below, const struct outline_options *options, struct arena *a,
		    struct outline *ret, struct error *err);
/* A directory that is an OCI layout. */
bool outline_layout(int fd, const struct outline_options *options, struct arena *a,
		    struct outline *ret, struct error *err);

/* The documents (manifest.json; index.json and below), from wherever they lie. */
bool outline_docker(struct member_source *source, const struct outline_options *options,
		    struct arena *a, struct outline *ret, struct error *err);
bool outline_oci(struct member_source *source, const struct outline_options *options,
		 struct arena *a, struct outline *ret, struct error *err);

/* An image of a registry; ERR_NOT_FOUND with source->wanted set: a document is missing still. */
bool outline_remote(struct member_remote *source, const struct outline_options *options,
		    struct arena *a, struct outline *ret, struct error *err);

void outline_encode(const struct outline *o, struct buf *b);
/* ERR_WORKER: no such record. */
bool outline_decode(struct slice record, struct arena *a, struct outline *ret, struct error *err);

#endif
