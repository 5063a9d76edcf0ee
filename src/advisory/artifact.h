/*
 * The index as an artefact in a container registry, so that a fleet brings one
 * file that is ready instead of building it everywhere.
 *
 * An OCI image manifest (image specification 1.1, "Guidelines for Artifact
 * Usage") with the empty config, ARTIFACT_TYPE, and one layer of
 * ARTIFACT_LAYER: the index file as it lies on disk, zstd-compressed.  The
 * layer's annotations tell the index's digest, size and format.
 *
 * What comes in is checked as a file that anybody may have written: the
 * registry's digests over manifest and layer, the index's checksums, and its
 * own digest against the annotation; only then it takes the place of the old
 * one, by rename.  Who may push to the repository is the registry's matter.
 */
#ifndef BULWARK_ADVISORY_ARTIFACT_H
#define BULWARK_ADVISORY_ARTIFACT_H

#include "docker/registry.h"
#include "model/run.h"

#define ARTIFACT_SCHEME "oci://"
#define ARTIFACT_TYPE	"application/vnd.bulwark.advisories.v1"
#define ARTIFACT_LAYER	"application/vnd.bulwark.advisories.index.v1+zstd"

#define ARTIFACT_ANNOTATION_DIGEST "vnd.bulwark.index.digest"
#define ARTIFACT_ANNOTATION_SIZE   "vnd.bulwark.index.size"
#define ARTIFACT_ANNOTATION_FORMAT "vnd.bulwark.index.format"

struct artifact_result {
	struct slice manifest; /* digest of the manifest */
	struct slice index;    /* digest of the index */
	uint64_t bytes;	       /* sent, or brought */
	bool changed;	       /* pull: another index than before */
};

/* "oci://..." */
bool artifact_is_address(struct slice address);

/* Sends the index.  `address` with or without the scheme; its tag is "latest" where it names none.
 */
bool artifact_push(struct run *run, struct slice address, const struct registry_options *options,
		   const char *index, struct artifact_result *ret, struct error *err);

/*
 * Brings the index, unless the one that is there is the registry's.  One
 * writer at a time; on any error the old one stands.  ERR_UNSUPPORTED: an
 * index of another format than this program reads, told before it is brought;
 * ERR_FORMAT: no such artefact; ERR_DIGEST: other bytes than were promised.
 */
bool artifact_pull(struct run *run, struct slice address, const struct registry_options *options,
		   const char *index, struct artifact_result *ret, struct error *err);

/* --- for tests: what a worker reads of a manifest --- */

struct artifact_layer {
	struct slice digest; /* of the compressed bytes */
	uint64_t size;
	struct slice index_digest;
	uint64_t index_size;
	uint32_t index_format;
};

/* ERR_FORMAT: no manifest of this artefact, or one without what is needed. */
bool artifact_read_manifest(struct slice bytes, struct arena *a, struct artifact_layer *ret,
			    struct error *err);

#endif
