/*
 * What is wrong with a configuration file as such: syntax, keys that do not
 * exist, values of the wrong type, names that lead nowhere.  Readers collect
 * problems and go on, so that one mistake does not hide the others; whether a
 * problem is a finding, and how bad, is a rule's decision.
 */
#ifndef BULWARK_CONFIG_PROBLEM_H
#define BULWARK_CONFIG_PROBLEM_H

#include "base/error.h"
#include "model/span.h"

enum problem_kind {
	PROBLEM_SYNTAX, /* the text is not of its format; what follows may be unread */
	PROBLEM_COMMENT, /* a comment where the format has none (JSON) */
	PROBLEM_DUPLICATE, /* a key that stands twice in its map, an element twice in its list */
	PROBLEM_UNKNOWN_KEY,
	PROBLEM_TYPE, /* a list where a map is wanted, and the like */
	PROBLEM_VALUE, /* of the right type, but not one that is understood */
	PROBLEM_MISSING, /* something required is not there */
	PROBLEM_UNDEFINED, /* a reference to what is defined nowhere */
	PROBLEM_CONFLICT, /* two settings that exclude one another */
	PROBLEM_OBSOLETE, /* no longer does anything, or is going to */
	PROBLEM_IGNORED, /* accepted and without effect */
	PROBLEM_REJECTED, /* the program that reads it refuses to start */
	PROBLEM_UNSET, /* a variable without a value and without a default */
	PROBLEM_CYCLE,
	PROBLEM_FILE, /* a file that it names could not be read */
	PROBLEM_LIMIT, /* a limit of base/limits.h; the rest was not looked at */
	PROBLEM_KIND_COUNT,
};

const char *problem_kind_name(enum problem_kind kind); /* "unknown-key" */

struct problem {
	enum problem_kind kind;
	struct span span; /* source SOURCE_NONE where there is no place */
	struct span other; /* the first of two, the definition: SOURCE_NONE when there is none */
	struct slice message; /* a sentence without its full stop, without the file's name */
	struct slice suggestion; /* the name that was probably meant; empty: none */
	struct slice name; /* of the key, variable, service... that it is about; may be empty */
};

struct problem_list {
	struct arena *arena;
	struct VEC_OF(struct problem) list;
	size_t left_out; /* beyond LIMIT_PROBLEMS */
	struct problem *spare;
};

void problem_list_init(struct problem_list *p, struct arena *a);
/* The new problem, so that `other`, `suggestion` and `name` can be set; past the limit a spare one.
 */
struct problem *problem_add(struct problem_list *p, enum problem_kind kind, struct span span,
			    const char *fmt, ...)
	__attribute__((format(printf, 4, 5), returns_nonnull));

/*
 * The candidate that is so near to the word that it was probably meant (edit
 * distance with transpositions: 1 up to four letters, 2 up to eight, 3 beyond),
 * or the empty slice.  `-` and `_` and case count as equal.
 */
struct slice suggest_name(struct slice word, const struct slice *candidates, size_t count);

#endif
