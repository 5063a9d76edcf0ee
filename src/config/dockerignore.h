/*
 * .dockerignore: which files of a directory belong to the build context.
 * Reading as moby/patternmatcher's ignorefile, matching as its
 * MatchesOrParentMatches, quirks included: a pattern also hides what lies
 * below it, the last pattern that applies wins, `**` crosses directories, and
 * patterns are turned into regular expressions, so `\d` is a digit.
 */
#ifndef BULWARK_CONFIG_DOCKERIGNORE_H
#define BULWARK_CONFIG_DOCKERIGNORE_H

#include "base/buf.h"
#include "model/span.h"

struct dockerignore_program;

struct dockerignore_pattern {
	struct span span;    /* the line, trimmed */
	struct slice text;   /* as written */
	struct slice path;   /* cleaned, without `!` and leading '/' */
	bool exclusion;      /* `!`: let in again */
	size_t line;         /* from 1 */
	struct slice problem; /* why docker build refuses the whole file; "" when sound */
	const struct dockerignore_program *program;
};

struct dockerignore_comment {
	struct span span;
	struct slice text; /* behind `#`, trimmed */
	size_t line;
};

struct dockerignore {
	struct slice text;
	uint32_t source;
	struct VEC_OF(struct dockerignore_pattern) patterns;
	struct VEC_OF(struct dockerignore_comment) comments;
	bool has_exclusions;
	bool broken; /* a pattern has a problem: docker build refuses the file */
};

const struct dockerignore *dockerignore_parse(struct slice text, uint32_t source, struct arena *a)
	__attribute__((returns_nonnull));

/*
 * Is the file, a '/'-separated path from the root of the context, left out?
 * The path is taken as it is: "dir/" is not "dir".
 * Patterns with a problem match nothing.  *ret_by (may be NULL) is the pattern
 * that decided, NULL when none did.
 */
bool dockerignore_match(const struct dockerignore *i, struct slice path,
			const struct dockerignore_pattern **ret_by);

#endif
