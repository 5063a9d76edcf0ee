/* Names and specifiers of npm packages, as the JavaScript rows share them. */
#ifndef BULWARK_INVENTORY_NPM_NAME_H
#define BULWARK_INVENTORY_NPM_NAME_H

#include "base/slice.h"

/*
 * Splits "name@rest" at the first '@' that is not the scope's; without one
 * *rest is empty and the answer false.
 */
bool npm_split_spec(struct slice spec, struct slice *name, struct slice *rest);
/*
 * "npm:@scope/real@1.0.0" names another package: its name and the rest; false where it is no
 * such alias.
 */
bool npm_alias(struct slice spec, struct slice *name, struct slice *rest);
/*
 * Whether a version, range or URL leads somewhere else than to a registry: a
 * path, a repository, a tarball of its own (npm's package-spec, "file:",
 * "git+ssh:", "user/repo", "https://...").
 */
bool npm_spec_is_local(struct slice spec);
/* The commit behind the last '#' (or "commit=") of a repository's URL, else empty. */
struct slice npm_commit(struct slice url);
/* A URL of a repository, not of a registry's tarball. */
bool npm_url_is_repository(struct slice url);
/* "node_modules/a/node_modules/@b/c" -> "@b/c"; the last folder of other paths, with its scope. */
struct slice npm_name_of_path(struct slice path);

#endif
