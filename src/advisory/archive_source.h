/*
 * Where the distribution's own archive is read from: apt's lists on this
 * machine, or a mirror that the user names.
 */
#ifndef BULWARK_ADVISORY_ARCHIVE_SOURCE_H
#define BULWARK_ADVISORY_ARCHIVE_SOURCE_H

#include "advisory/archive.h"
#include "advisory/archive_release.h"

/* One package index, as stored. */
struct archive_index {
	struct slice name;         /* path or URL, for messages */
	struct slice architecture;
	struct slice bytes;
};

/* What there is of one suite. */
struct archive_source {
	struct archive_release release;
	struct slice name;         /* path or URL of InRelease */
	struct slice digest;       /* "sha256:..." of InRelease */
	struct VEC_OF(struct archive_index) indexes;
};

/* The suite looked for. */
struct archive_wanted {
	struct slice origin;       /* OSV name of the distribution: "Debian" */
	struct slice id;           /* of os-release: names the keyring */
	struct slice suite;        /* "bookworm-security"; checked: names files */
	struct slice_list architectures; /* checked as well */
};

/*
 * Everything lives in the run's arena.  ERR_NOT_FOUND: nothing of that suite
 * is there.  ERR_DIGEST: a signature or hash does not verify, or the release
 * has expired.
 */
bool archive_from_lists(struct run *run, const char *lists, const struct archive_wanted *wanted,
			struct archive_source *ret, struct error *err);
bool archive_from_mirror(struct run *run, const struct archive_options *options,
			 const struct archive_wanted *wanted, struct archive_source *ret, struct error *err);

#endif
