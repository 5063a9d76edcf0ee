/*
 * SBOMs and other statements that travel with an image: as referrers of its
 * manifest, or as the attestation manifests that BuildKit puts beside it in
 * the index.  What they say is not read here.
 *
 * Sources: OCI distribution specification 1.1 (referrers); BuildKit,
 * docs/attestations/attestation-storage.md; the in-toto attestation framework.
 */
#ifndef BULWARK_DOCKER_ATTACHED_H
#define BULWARK_DOCKER_ATTACHED_H

#include "docker/registry.h"

enum attached_kind {
	ATTACHED_SPDX,	    /* an SPDX document */
	ATTACHED_CYCLONEDX, /* a CycloneDX document */
	ATTACHED_IN_TOTO,   /* an in-toto statement whose `predicate` is one of these */
};

struct attached {
	enum attached_kind kind;
	struct slice predicate;	 /* of in-toto: "https://spdx.dev/Document"; empty: told inside */
	struct slice media_type; /* of the blob */
	struct slice digest;	 /* of the blob: for registry_blob_bytes */
	uint64_t size;
	struct slice manifest;	 /* digest of the manifest that holds it */
};
struct attached_list VEC_OF(struct attached);

#define ATTACHED_MAX 256 /* manifests that are looked into */

/*
 * SBOMs of the image with the manifest digest `image`, in the order in which
 * the registry tells of them.  `index`: the bytes of the index that the image
 * was chosen from, empty: none.  None is no error.
 */
bool attached_sboms(struct registry *r, struct slice index, struct slice image,
		    struct attached_list *ret, struct error *err);

/* The descriptors of an index or of the answer of the referrers API; limits: ATTACHED_MAX. */
bool attached_parse_index(struct slice bytes, struct arena *a, struct registry_descriptor_list *ret,
			  struct error *err);
/* Digests of BuildKit's attestation manifests of `image` in an index. */
bool attached_parse_attestations(struct slice index, struct slice image, struct arena *a,
				 struct slice_list *ret, struct error *err);
/* The SBOMs among the layers of a manifest. */
bool attached_parse_manifest(struct slice bytes, struct slice digest, struct arena *a,
			     struct attached_list *ret, struct error *err);

#endif
