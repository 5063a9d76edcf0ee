/* What Docker's and OCI's documents have in common: configs, descriptors, layers. */
#ifndef BULWARK_IMAGE_DOCUMENTS_H
#define BULWARK_IMAGE_DOCUMENTS_H

#include "format/node.h"
#include "image/outline.h"

/* Reads and parses a JSON document; `expected` "sha256:..." or empty, a mismatch is a blocking gap.
 */
bool document_read(struct member_source *source, struct slice name, struct slice expected,
		   struct outline *o, struct arena *a, struct node **ret, struct slice *ret_digest,
		   struct error *err);
/* "sha256:<hex>" -> "blobs/sha256/<hex>"; ERR_FORMAT for what is no digest. */
bool document_blob_name(struct slice digest, struct arena *a, struct slice *ret, struct error *err);
/* The digest that a blob's name tells ("blobs/sha256/<hex>"), else empty. */
struct slice document_name_digest(struct slice name, struct arena *a);

/* Config (OCI image specification, config.md): facts, history, and the layers' diff IDs. */
void document_config(const struct node *config, struct arena *a, struct outline *o,
		     struct slice_list *ret_diff_ids);
/* Gives each layer its diff ID and its row of the history. */
void document_join(struct outline *o, const struct slice_list *diff_ids, struct arena *a);
/* A layer whose bytes lie at `name` of the source, or do not. */
void document_add_layer(struct outline *o, struct member_source *source, struct image_layer layer,
			struct arena *a);
/* A layer that cannot be read. */
void document_add_missing(struct outline *o, struct image_layer layer, enum gap_reason reason,
			  struct slice why, struct arena *a);

#endif
