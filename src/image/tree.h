/*
 * A directory walked in place (root file system or project), and a single
 * file.  Runs in a confined worker that may read beneath that directory only.
 * Links are not followed, but where one leads a row's fixed path to a file.
 */
#ifndef BULWARK_IMAGE_TREE_H
#define BULWARK_IMAGE_TREE_H

#include "image/keep.h"

struct tree_job {
	int fd;		   /* of the directory or file */
	struct slice name; /* for messages */
	struct keep_options keep;
};

/* Records as layer_read sends them, of layer 0.  False: the sink is gone. */
bool tree_read(const struct tree_job *job, struct record_sink *sink, struct error *err);
/* `path` as the user gave it, normalised: a row may know the file by the directories above it. */
bool tree_read_file(const struct tree_job *job, uint64_t size, uint32_t mode, struct slice path,
		    struct record_sink *sink, struct error *err);

/* What makes a directory a root file system; by existence only. */
bool tree_is_rootfs(int fd);

#endif
