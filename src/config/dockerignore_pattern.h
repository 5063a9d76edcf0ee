/*
 * One pattern of a .dockerignore, compiled as moby/patternmatcher does it: a
 * pattern without special characters is compared, one with `**` at one end
 * alone is compared at the other, and the rest becomes a regular expression
 * of Go's syntax, in which brackets and escapes mean what they mean there.
 */
#ifndef BULWARK_CONFIG_DOCKERIGNORE_PATTERN_H
#define BULWARK_CONFIG_DOCKERIGNORE_PATTERN_H

#include "base/arena.h"

struct dockerignore_program;

/* The pattern is clean (filepath.Clean). NULL: "syntax error in pattern". */
const struct dockerignore_program *dockerignore_compile(struct slice pattern, struct arena *a);
bool dockerignore_run(const struct dockerignore_program *program, struct slice path);
/* Go's filepath.Clean: the shortest path of the same meaning. */
struct slice dockerignore_clean(struct slice path, struct arena *a);

#endif
