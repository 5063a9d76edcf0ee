/*
 * Where targets come from: one row for each kind of name.  A name with a
 * prefix belongs to that row; without one it is the first row's whose
 * `matches` says so.
 */
#ifndef BULWARK_IMAGE_SOURCE_H
#define BULWARK_IMAGE_SOURCE_H

#include "image/target.h"
#include "image/work.h"

struct target_source {
	struct slice prefix;		    /* "registry://" */
	bool (*matches)(struct slice name); /* of a row for names without prefix; else NULL */
	/* `name` is without the prefix. */
	bool (*read)(struct run *run, const struct target_options *options, struct slice name,
		     struct target_result *ret, struct error *err);
	const char *unsupported; /* what it would name; NULL: it can be read */
	bool bare;		 /* it was a guess: the error says that there is no such file either */
};

enum path_kind { PATH_NONE, PATH_ARCHIVE, PATH_OCI, PATH_FS, PATH_DIRECTORY, PATH_FILE };

bool source_is_path(struct slice name);
bool source_read_path(struct run *run, const struct target_options *options, struct slice name,
		      enum path_kind kind, struct target_result *ret, struct error *err);
/* source_registry.c */
bool source_read_registry(struct run *run, const struct target_options *options, struct slice name,
			  struct target_result *ret, struct error *err);

/* source_docker.c: an image that the Docker daemon has; the daemon, else the registry */
bool source_read_docker(struct run *run, const struct target_options *options, struct slice name,
			struct target_result *ret, struct error *err);
bool source_read_image(struct run *run, const struct target_options *options, struct slice name,
		       struct target_result *ret, struct error *err);

/* --- what the sources share --- */

/* Globs and platform, as the user gave them. */
bool work_options(struct work *w, const struct target_options *options,
		  struct outline_options *outline, struct error *err);
/* Reads the layers, or the tree, that the outline tells of, and fills *ret. */
void work_assemble(struct work *w, struct target_result *ret);

#endif
