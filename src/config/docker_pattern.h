/*
 * The patterns of `${x#p}`, `${x%p}` and `${x/p/r}` in Dockerfiles: `*`, `?`
 * and escapes, without bracket expressions (BuildKit's
 * convertShellPatternToRegex).
 *
 * ERR_FORMAT: an escape of something that needs none.  ERR_LIMIT: the budget
 * of bytes and steps is used up.
 */
#ifndef BULWARK_CONFIG_DOCKER_PATTERN_H
#define BULWARK_CONFIG_DOCKER_PATTERN_H

#include "base/arena.h"
#include "base/error.h"

/* Value without the shortest or longest beginning (or end) that matches. */
bool docker_pattern_trim(struct slice pattern, struct slice value, bool suffix, bool longest,
			 struct arena *a, size_t *budget, struct slice *ret, struct error *err);

/*
 * The first match, or every one, replaced.  With `all` the replacement is a
 * template of Go's regexp: `$0` is what matched, `$$` a dollar, any other
 * `$name` nothing.
 */
bool docker_pattern_replace(struct slice pattern, struct slice replacement, struct slice value,
			    bool all, struct arena *a, size_t *budget, struct slice *ret,
			    struct error *err);

#endif
