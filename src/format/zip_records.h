/* The records of ZIP (APPNOTE 6.3.10: 4.3.7, 4.3.9, 4.3.12, 4.3.14, 4.3.15, 4.3.16, 4.5.3), for both of its readers. */
#ifndef BULWARK_FORMAT_ZIP_RECORDS_H
#define BULWARK_FORMAT_ZIP_RECORDS_H

#include "format/zip.h"

enum {
	ZIP_LOCAL_SIGNATURE = 0x04034b50,
	ZIP_DESCRIPTOR_SIGNATURE = 0x08074b50,
	ZIP_CENTRAL_SIGNATURE = 0x02014b50,
	ZIP_END64_SIGNATURE = 0x06064b50,
	ZIP_LOCATOR64_SIGNATURE = 0x07064b50,
	ZIP_END_SIGNATURE = 0x06054b50,
};
/* Of the parts that are always there; that of the zip64 end record with its signature and length. */
enum {
	ZIP_LOCAL_BYTES = 30,
	ZIP_CENTRAL_BYTES = 46,
	ZIP_END64_BYTES = 56,
	ZIP_LOCATOR64_BYTES = 20,
	ZIP_END_BYTES = 22,
};
enum { ZIP_STORED = 0, ZIP_DEFLATED = 8 };
/* Bits 0 and 13: the entry, or the directory, is encrypted. */
#define ZIP_FLAGS_ENCRYPTED 0x2001
/* Length and checksum stand behind the data. */
#define ZIP_FLAG_DESCRIPTOR 0x8

struct zip_end {
	uint64_t disk, directory_disk, disk_count, count, size, offset;
};

/* A record's whole length, as far as its first bytes (at least its signature) tell. */
size_t zip_local_length(struct slice record);
size_t zip_central_length(struct slice record);
/*
 * Whole records; names point into them.  False: a zip64 field is too short.
 * A local header's offset is not its own to tell.
 */
bool zip_read_local(struct slice record, struct zip_entry *ret);
bool zip_read_central(struct slice record, struct zip_entry *ret);
/* Records of at least their fixed length. */
void zip_read_end(struct slice record, struct zip_end *ret);
void zip_read_end64(struct slice record, struct zip_end *ret);

#endif
