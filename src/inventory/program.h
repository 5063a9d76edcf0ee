/*
 * Programs that no package manager tells of, known by their files' names and
 * by what stands around the version in their bytes.
 *
 * A file is of a program when its name fits and one of the patterns is found;
 * the name alone says nothing.  Rows are data (program_table.c).
 */
#ifndef BULWARK_INVENTORY_PROGRAM_H
#define BULWARK_INVENTORY_PROGRAM_H

#include "inventory/inventory.h"

/* How a version may look: so many numbers with dots between them, and what may follow. */
#define SHAPE_NUMBERS(min, max) ((unsigned)(min) | (unsigned)(max) << 4)
enum version_shape {
	SHAPE_LETTERS = 1 << 8, /* "1.1.1w": at most two small letters */
	SHAPE_PRE = 1 << 9,     /* "-rc1", "beta.2", "-alpha", "-dev3", "RC1", "p221" */
	SHAPE_BUILD = 1 << 10,  /* "-1", "+2", "-0ubuntu1" is none: digits only */
	SHAPE_WORD = 1 << 11,   /* letters, digits and "-._+~" */
	SHAPE_TAIL = 1 << 13,   /* more of such a word follows and is no part of the version */
	/* Begins with the version in the file's name: "python3.11" holds 3.11.2. */
	SHAPE_AS_NAMED = 1 << 12,
};

#define PROGRAM_NEAR_MAX 1024
#define PROGRAM_VERSION_MAX 64
#define PROGRAM_LITERAL_MAX 64

struct program_pattern {
	struct slice before, after; /* right in front of the version, and right behind it */
	unsigned shape;
	struct slice lead;          /* what the version begins with */
	bool padded;                /* more zero bytes may stand between these and the version */
	struct slice near;          /* somewhere around it, at most `within` bytes away */
	uint16_t within;
};

#define PROGRAM_NAMES 4
#define PROGRAM_PATTERNS 6

struct program {
	/* Of the last component of the path: literal, or a glob with '*' and '?'. */
	const char *names[PROGRAM_NAMES];
	const char *within;        /* a glob of the whole path; NULL: any */
	/* In the order of trust: of those that are found the first one counts. */
	struct program_pattern patterns[PROGRAM_PATTERNS];
	struct slice requires;     /* stands in the file as well */
	struct slice excludes;     /* stands in another program of that name */
	struct slice package;      /* name of pkg:generic */
	/* Its name in Bitnami's advisories, which are about upstream's versions; empty: none. */
	struct slice bitnami;
	/*
	 * A Go program: where its build information names this module, or one
	 * below it, without a version, it is this module's version.
	 */
	struct slice module;
	struct slice cpe;          /* vendor and product, "f5:nginx" */
	bool text;                 /* a script or data file, known by its path */
};

extern const struct program program_rows[];
extern const size_t program_row_count;

/* Whether a file of this path may be one of the row's by name. */
bool program_named(const struct program *row, struct slice path);
/* Whether some row wants files of this name. */
bool program_known_name(struct slice path);

struct program_search;

struct program_found {
	const struct program *row;
	struct slice version;    /* in the search's arena */
	uint64_t offset;         /* of the version in the file */
};

/* NULL: no row wants a file of this name; of text files or of executables. */
struct program_search *program_search_new(struct arena *a, struct slice path, bool text);
/* The file's bytes in pieces of any size; false: nothing more needs to be fed. */
bool program_search_feed(struct program_search *s, struct slice piece);
/* After the last piece: the first row that was found.  False: none. */
bool program_search_finish(struct program_search *s, struct program_found *ret);

/* Adds what was found to the packages of the same file. */
void program_add(const struct program_found *found, struct inventory_output *out);

/*
 * A distribution's package owns the file: its program is the package's, not
 * another one.  For rows of package databases; paths that no program could
 * have are passed over.
 */
void program_owned(struct inventory_output *out, struct slice path);
/* After the union: takes out what owned paths told of, and programs that are owned. */
void program_settle(struct package_list *packages);

#endif
