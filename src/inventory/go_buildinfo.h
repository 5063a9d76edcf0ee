/*
 * The build information that the Go linker puts into programs since Go 1.13,
 * found while the file's bytes pass by.
 *
 * Source: Go's package debug/buildinfo, "buildInfoHeader": a 32-byte header at
 * a multiple of 16, "\xff Go buildinf:", the pointer size and flags.  With
 * flag 2 (Go 1.18 on) two strings follow it, each with its length as a varint:
 * Go's version and the module list.  Before, the header held the addresses of
 * two Go strings; those are decoded only where the whole file is at hand.
 *
 * Programs that read build information hold the magic as a constant, so what
 * stands in a writable segment goes first, and of several the first that can
 * be decoded.
 */
#ifndef BULWARK_INVENTORY_GO_BUILDINFO_H
#define BULWARK_INVENTORY_GO_BUILDINFO_H

#include "base/arena.h"

struct go_text {
	struct slice text;
	uint64_t offset; /* in the file */
};

/* The texts live in the scanner's arena. */
struct go_buildinfo {
	struct go_text version; /* "go1.19.8" */
	struct go_text modules; /* without the linker's framing; may be empty */
};

struct go_scanner;

enum go_scan {
	GO_NOTHING,
	GO_FOUND,
	GO_WANT_WHOLE, /* pointers were found: show the whole file in one piece */
	GO_BROKEN,     /* there is build information, but it is cut short, too large or points nowhere */
};

struct go_scanner *go_scanner_new(struct arena *a, uint64_t file_size);
/* False: the build information was found, nothing more needs to be fed. */
bool go_scanner_feed(struct go_scanner *s, struct slice piece);
/* After the last piece. */
enum go_scan go_scanner_finish(struct go_scanner *s, struct go_buildinfo *ret);

#endif
