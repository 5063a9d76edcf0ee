/*
 * How a reader of configuration gets at further files (extends, include,
 * env_file, drop-ins): by a callback, so that the caller decides what may be
 * read, from where, and tests and fuzzers need no disk.
 */
#ifndef BULWARK_CONFIG_FILES_H
#define BULWARK_CONFIG_FILES_H

#include "base/arena.h"
#include "base/error.h"

struct config_files {
	/* The bytes of a normalised path, in the arena. ERR_NOT_FOUND when there is no such file.
	 */
	bool (*read)(void *context, struct slice path, struct arena *a, struct slice *ret,
		     struct error *err);
	void *context;
};

/*
 * `path` seen from directory `base`, normalised: "deploy" and "../a.env" give
 * "a.env"; leading ".." stay; an absolute path stays absolute.
 */
struct slice path_join(struct arena *a, struct slice base, struct slice path);
/* All before the last '/', "" when there is none, "/" for the root's children. */
struct slice path_directory(struct slice path);

#endif
