/*
 * The Release file of a Debian archive's suite: who publishes what as of when,
 * and the hashes of its package indexes.
 * Source: "Debian Repository Format" (wiki.debian.org/DebianRepository/Format).
 */
#ifndef BULWARK_ADVISORY_ARCHIVE_RELEASE_H
#define BULWARK_ADVISORY_ARCHIVE_RELEASE_H

#include "base/error.h"
#include "base/slice.h"

struct archive_release {
	struct slice origin;   /* "Debian" */
	struct slice suite;    /* "stable-security" */
	struct slice codename; /* "bookworm-security" */
	int64_t date;
	int64_t valid_until;   /* TIMESTAMP_NONE: not told */
	struct slice hashes;   /* of SHA256: lines of hash, size, path */
};

struct archive_file {
	struct slice path;     /* below the suite: "main/binary-amd64/Packages.xz" */
	struct slice sha256;   /* 64 hex digits, lower case */
	uint64_t size;
};

/* What stands between the marks of a clear-signed message (RFC 9580, section 7); other text as it is. */
struct slice archive_signed_text(struct slice text);
/* ERR_FORMAT without Origin, Date, or any of Suite and Codename. Points into the text. */
bool archive_release_parse(struct slice text, struct archive_release *ret, struct error *err);
/* The next well-formed line of *hashes; false at the end. */
bool archive_release_file(struct slice *hashes, struct archive_file *ret);

#endif
