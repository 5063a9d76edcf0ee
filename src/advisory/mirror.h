/*
 * A mirror of the advisory bucket: where `<Ecosystem>/all.zip` and
 * `ecosystems.txt` come from.  One row of a table for each kind: a directory
 * (also as a file URL) or a web address.
 */
#ifndef BULWARK_ADVISORY_MIRROR_H
#define BULWARK_ADVISORY_MIRROR_H

#include "base/vec.h"
#include "model/run.h"

/* What tells whether a file has changed since it was brought; empty: not told. */
struct mirror_validators {
	struct slice etag;
	struct slice last_modified;
};

struct mirror_answer {
	bool not_modified; /* nothing was written */
	uint64_t bytes;
	struct mirror_validators validators; /* in the run's arena */
};

struct mirror_kind {
	const char *name;
	bool (*matches)(struct slice address);
	/*
	 * Brings `file` ("PyPI/all.zip") into fd from its start, unless it is what
	 * the validators tell.  ERR_NOT_FOUND: the mirror has no such file.
	 */
	bool (*fetch)(struct slice address, struct run *run, struct slice file,
		      const struct mirror_validators *known, int fd, struct mirror_answer *ret,
		      struct error *err);
};

/* OSV's public bucket. */
#define MIRROR_DEFAULT "https://osv-vulnerabilities.storage.googleapis.com"

extern const struct mirror_kind mirror_directory; /* a path, or file:///path */
extern const struct mirror_kind mirror_http;

/* The first row that matches; a path always does. */
const struct mirror_kind *mirror_kind_of(struct slice address);
/* A file URL's path ("%20" decoded), or the path itself; NUL-terminated, in the arena. */
const char *mirror_directory_path(struct slice address, struct arena *a);

#endif
