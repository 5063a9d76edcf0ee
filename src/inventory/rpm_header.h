/*
 * An RPM header as the package database holds it: an index of tags and a store
 * of their values, without the lead that package files have.
 *
 * Source: rpm's manual, "RPM v4 header format" (docs/manual/format_header.md)
 * and tags (docs/manual/tags.md).
 */
#ifndef BULWARK_INVENTORY_RPM_HEADER_H
#define BULWARK_INVENTORY_RPM_HEADER_H

#include "base/error.h"
#include "base/slice.h"

/* An array of NUL-terminated strings, not looked at yet. */
struct rpm_strings {
	struct slice rest;
	uint32_t count;
};

/* Texts point into the blob; those that the header does not have are empty. */
struct rpm_header {
	struct slice name, version, release, arch;
	struct slice source; /* file name of the source package */
	struct slice vendor, license;
	struct slice module; /* "nodejs:12:8030020201124152102:229f0a1c" */
	uint32_t epoch;	     /* 0: none */
	struct rpm_strings provides, requirements;
	struct rpm_strings directories, files; /* of the installed files: "/usr/bin/", "bash" */
	struct slice
		directory_of; /* of each file the number of its directory, 4 bytes big-endian */
};

/*
 * False: an entry of the index points out of the store, or the lengths are not
 * the blob's.  The offset of the error is within the blob.
 */
bool rpm_header_read(struct slice blob, struct rpm_header *ret, struct error *err);

/* The next string; false when used up or the store ends first. */
bool rpm_strings_next(struct rpm_strings *s, struct slice *ret);

#endif
