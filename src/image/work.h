/*
 * The work on a target, given to confined workers: its outline, then a job for
 * each layer (or one for all of a compressed archive, or one for a directory),
 * then the second pass over the layers that hold what links lead to.
 */
#ifndef BULWARK_IMAGE_WORK_H
#define BULWARK_IMAGE_WORK_H

#include "confine/confine.h"
#include "image/collect.h"
#include "image/feed.h"
#include "image/outline.h"

struct work {
	struct run *run;
	struct confine *confine;
	struct slice name; /* of the target, for messages */
	struct slice path; /* of a single file, normalised */
	int fd;		   /* of the archive, file or directory; -1: remote */
	struct remote *remote; /* NULL: the bytes are here */
	/*
	 * An archive that a fetcher brings, each time that it is read, from its
	 * first byte on; NULL: none.
	 */
	feed_function *stream;
	void *stream_context;
	bool directory;
	uint64_t size; /* of a file */
	uint32_t mode;
	struct path_key key;
	struct outline outline;
	struct keep_options keep;
	struct collection collection;
	size_t file_gaps; /* local ones */
};

/* Fills work->outline; the error is the target's. */
bool work_outline(struct work *w, const struct outline_options *options, struct error *err);
/* First pass over everything.  What fails is a gap. */
void work_first(struct work *w);
/* Reads named files; w->keep.wanted is not used. */
void work_second(struct work *w, const struct union_wanted *wanted, size_t count);

#endif
