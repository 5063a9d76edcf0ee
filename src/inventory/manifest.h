/*
 * What the rows that read lists of packages share: the tree of the file, which
 * is gone after the parse, and the packages found so far, each once.
 */
#ifndef BULWARK_INVENTORY_MANIFEST_H
#define BULWARK_INVENTORY_MANIFEST_H

#include "base/buf.h"
#include "base/map.h"
#include "format/node.h"
#include "inventory/inventory.h"

enum manifest_format { MANIFEST_JSON, MANIFEST_TOML, MANIFEST_YAML };

struct manifest {
	struct inventory_output *out;
	enum package_origin origin;
	struct slice text;
	struct arena scratch;    /* tree and tables of the row; released by manifest_end */
	const struct node *root; /* of manifest_read; NULL: nothing */
	struct map seen;         /* name and version -> number in out->packages */
	struct buf key;          /* of manifest_key */
	size_t before;           /* packages that were there already */
	struct error err;        /* what stopped the reading */
};

void manifest_begin(struct manifest *m, enum package_origin origin,
		    const struct inventory_input *in, struct inventory_output *out);
/* Reads the file into m->root; after an error that is what stands in front of it. */
void manifest_read(struct manifest *m, enum manifest_format format);
/* The same for a YAML text of several documents; false when there are fewer. */
bool manifest_read_document(struct manifest *m, unsigned index);
/* Notes that the file is not of the kind that its name says, unless it was unreadable already. */
void manifest_refuse(struct manifest *m, const char *what);
/*
 * Releases what is not the output's.  False: nothing could be read, err says
 * why.  An error behind the first package is the output's partial one.
 */
bool manifest_end(struct manifest *m, struct error *err);

/*
 * Adds a package with copied texts, or finds it when it was added before: then
 * flags that say "only" (development, optional, indirect, local) stay only where
 * both have them.  The span is the entry's, from its key on.  NULL, and a note in
 * the output, where the name or version cannot be one; an empty version is given
 * PACKAGE_UNVERSIONED.  The answer is valid until the next call.
 */
struct package *manifest_add(struct manifest *m, struct slice name, struct slice version,
			     uint32_t flags, const struct node *entry);
/* The same for rows that know offset and length themselves. */
struct package *manifest_add_at(struct manifest *m, struct slice name, struct slice version,
				uint32_t flags, size_t offset, size_t length);
/* Copies text into an empty field. */
void manifest_set(struct manifest *m, struct slice *field, struct slice text);
/* A name that the package depends on; each once where called in order of one file. */
void manifest_depend(struct manifest *m, struct package *p, struct slice name);
/* The keys of a map as names. */
void manifest_depend_keys(struct manifest *m, struct package *p, const struct node *map);
/* Notes an entry that cannot be used, with its line. */
void manifest_skip(struct manifest *m, size_t offset, const char *what);

/*
 * Text put together for a look-up, valid until the next call, so that asking
 * takes no memory however often a file makes the row ask.  Empty when it is
 * longer than any key of use.
 */
struct slice manifest_key(struct manifest *m, struct slice a, const char *between, struct slice b);
/* Text concatenated in the scratch arena. */
struct slice manifest_join(struct manifest *m, struct slice a, const char *between, struct slice b);

/* Whether a component of the path but the last is `name`. */
bool path_inside(struct slice path, struct slice name);

#endif
