/*
 * VEX: what somebody says of a vulnerability in a product.  Statements come
 * from documents of three formats, are applied to a report's findings, and the
 * last one that speaks of a finding wins.
 *
 * Sources: OpenVEX specification 0.2.0 (and 0.0.x, whose vulnerability and
 * products are plain texts); CSAF 2.0 (OASIS), product tree and profile 5 VEX;
 * CycloneDX 1.4 to 1.6 (ECMA-424), `vulnerabilities[].analysis`.
 */
#ifndef BULWARK_MODEL_VEX_H
#define BULWARK_MODEL_VEX_H

#include "base/timestamp.h"
#include "model/purl.h"

struct report;

enum vex_status {
	VEX_NOT_AFFECTED,
	VEX_AFFECTED,
	VEX_FIXED,
	VEX_UNDER_INVESTIGATION,
	VEX_STATUSES,
};

struct slice vex_status_name(enum vex_status s); /* OpenVEX's */

struct purl_list VEC_OF(struct purl);

/* A purl without version covers all versions, one without qualifiers all values of them. */
struct vex_product {
	struct purl purl;
	struct purl_list components; /* packages in it; none: the product as a whole */
};

struct vex_statement {
	struct slice_list ids;        /* of the vulnerability: the main one first, then aliases */
	struct VEC_OF(struct vex_product) products;
	enum vex_status status;
	struct slice justification;   /* the format's own word; empty: none */
	struct slice impact;          /* in the author's words */
	struct slice author;
	struct slice origin;          /* "app.openvex.json:12" */
	int64_t time;                 /* TIMESTAMP_NONE: not told, before all others */
	bool used;                    /* set by vex_apply: it decided about a finding */
};

/* What a file held, for messages. */
struct vex_document {
	struct slice name;
	size_t statements;
	size_t unnamed; /* products that no purl names: they are not looked for */
};

struct vex {
	struct VEC_OF(struct vex_statement) statements;
	struct VEC_OF(struct vex_document) documents;
};

/*
 * Adds a document's statements; the format is told by its members.  Text and
 * name are copied as far as they are kept.  ERR_FORMAT and ERR_LIMIT name the
 * file and the line: a document that is half understood is refused.
 */
bool vex_read(struct vex *v, struct slice text, struct slice name, struct arena *a, struct error *err);

/*
 * Sets `vex` of each finding that a statement speaks of; not_affected and fixed
 * set suppressed_by too (unless an ignore did), the others add evidence.
 * Notes the documents that spoke of products without purl.
 */
void vex_apply(struct vex *v, struct report *r, struct arena *a);

/*
 * The purl of the report's image (type oci: its repository, its manifest's
 * digest, or its tag); false: it has neither, or the target is no image.
 */
bool vex_image_purl(const struct report *r, struct arena *a, struct purl *ret);

#endif
