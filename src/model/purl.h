/*
 * Package URLs.  Source: the purl specification (ECMA-427) and its type
 * definitions; types are rows of a table in purl.c.
 */
#ifndef BULWARK_MODEL_PURL_H
#define BULWARK_MODEL_PURL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"

struct purl_qualifier {
	struct slice key;   /* lower case */
	struct slice value; /* decoded */
};

struct purl_qualifier_list VEC_OF(struct purl_qualifier);

/* All parts decoded and normalised as the type demands; empty: absent. */
struct purl {
	struct slice type;
	struct slice namespace; /* segments joined by '/' */
	struct slice name;
	struct slice version;
	struct purl_qualifier_list qualifiers; /* sorted by key, no empty values */
	struct slice subpath;
};

/* Parses and normalises; the parts live in the arena. ERR_FORMAT says what is wrong. */
bool purl_parse(struct slice text, struct arena *a, struct purl *ret, struct error *err);

/*
 * Checks and normalises a purl made from parts, as purl_parse would (case,
 * separators, required namespace or qualifiers by type).
 */
bool purl_normalize(struct purl *p, struct arena *a, struct error *err);

/* Appends the canonical form of a normalised purl. */
bool purl_format(const struct purl *p, struct buf *b);

/* Adds a qualifier unless the value is empty; keys in any order. */
void purl_add_qualifier(struct purl *p, struct arena *a, struct slice key, struct slice value);

#endif
