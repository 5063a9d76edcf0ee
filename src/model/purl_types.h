/* What a purl type demands of its parts: the inside of purl.c. */
#ifndef BULWARK_MODEL_PURL_TYPES_H
#define BULWARK_MODEL_PURL_TYPES_H

#include "model/purl.h"

enum purl_presence {
	PURL_OPTIONAL,
	PURL_REQUIRED,
	PURL_PROHIBITED,
};

/* Parts that ignore case and are lower case in the canonical form. */
enum {
	PURL_LOWER_NAMESPACE = 1,
	PURL_LOWER_NAME = 2,
	PURL_LOWER_VERSION = 4,
	PURL_LOWER_SUBPATH = 8,
};

struct purl_type {
	struct slice type;
	enum purl_presence namespace;
	unsigned lower;           /* PURL_LOWER_* */
	bool name_is_path;        /* slashes in the name stay unescaped */
	struct slice qualifier;   /* required; empty: none */
	/* Whatever else the type asks for; runs behind lower-casing. */
	bool (*adjust)(struct purl *p, struct arena *a, struct error *err);
};

/* The row for a type in lower case; a row of general rules when there is none. */
const struct purl_type *purl_type_row(struct slice type);

/*
 * Lower case as Unicode has it (14.0, UnicodeData simple mappings and the one
 * unconditional special casing), whatever the locale.  s must be UTF-8.
 */
struct slice purl_lower(struct slice s, struct arena *a);

#endif
