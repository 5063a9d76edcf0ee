/*
 * The records of one all.zip, as a confined worker reads them: every entry
 * that ends in ".json" is one OSV record.  Records brought later (delta.h) lie
 * over those of the zip.
 *
 * They are read in the order of their names, whatever the zip's is, so that
 * the same records give the same answer however they were brought.
 */
#ifndef BULWARK_ADVISORY_ZIP_RECORDS_H
#define BULWARK_ADVISORY_ZIP_RECORDS_H

#include "advisory/delta.h"
#include "format/digest.h"

/* Called with osv_encode'd records, some at a time. False stops. */
typedef bool zip_records_sink(void *context, struct slice records, struct error *err);

struct zip_records_summary {
	uint32_t sound;	    /* records that were read */
	uint32_t broken;    /* entries that could not be read as a record */
	struct error first; /* of them, with the entry's name in the message */
	uint64_t bytes;	    /* of all records, inflated */
	/*
	 * SHA-256 over the records in the order of their names: of each its name
	 * without directories, a NUL, its length as 64 bits little-endian, its bytes.
	 */
	struct digest digest;
};

/*
 * Reads all of it.  `over` may be NULL; `kept` takes a line for each record
 * (delta_kept_line).  A record that cannot be read is counted and passed over;
 * an archive that cannot be read, or none of its records, is the error.
 */
bool zip_records_read(struct slice zip, const struct delta *over, zip_records_sink *sink,
		      void *context, struct buf *kept, struct zip_records_summary *ret,
		      struct error *err);

#endif
