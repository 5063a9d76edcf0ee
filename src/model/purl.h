/*
 * Package URLs.  Source: the purl specification (ECMA-427, first edition, and
 * the type definitions published with it, as of 2026); types are rows of a
 * table in purl_types.c.  A type that has no row follows the general rules.
 *
 * Where the definitions are at odds with themselves or with the field:
 *  - golang: case is kept (module paths are case sensitive; the definition
 *    says so and asks for lower case in the same breath), and a name without
 *    a dot needs no namespace, so that `stdlib` and one-word main modules
 *    have a purl;
 *  - git: case is kept, except on hosts that are known to ignore it;
 *  - an `@` that starts a path segment does not start the version, so that
 *    an npm scope may stand unescaped: `pkg:npm/@babel/core`;
 *  - a malformed percent escape, text that is not UTF-8 and an unescaped
 *    `?` or `#` too many are errors.
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

/*
 * Parses and normalises; the parts live in the arena (or are the text itself,
 * which must live as long). ERR_FORMAT says what is wrong.
 */
bool purl_parse(struct slice text, struct arena *a, struct purl *ret, struct error *err);

/*
 * Checks and normalises a purl made from parts, as purl_parse would (case,
 * separators, required namespace or qualifiers by type).  ERR_FORMAT says
 * what is wrong; the purl is then half changed and not to be used.
 */
bool purl_normalize(struct purl *p, struct arena *a, struct error *err);

/*
 * Appends the canonical form of a normalised purl; false when the buffer's cap
 * is reached.  Parsing it and formatting again gives the same bytes.
 */
bool purl_format(const struct purl *p, struct buf *b);

/* Adds a qualifier unless the value is empty; keys in any order. */
void purl_add_qualifier(struct purl *p, struct arena *a, struct slice key, struct slice value);
/* The value of a normalised purl's qualifier; empty: absent. */
struct slice purl_qualifier(const struct purl *p, struct slice key);

#endif
