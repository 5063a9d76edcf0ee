/*
 * The records of one all.zip, as a confined worker reads them: every entry
 * that ends in ".json" is one OSV record.
 */
#ifndef BULWARK_ADVISORY_ZIP_RECORDS_H
#define BULWARK_ADVISORY_ZIP_RECORDS_H

#include "base/buf.h"
#include "base/error.h"

/* Called with osv_encode'd records, some at a time. False stops. */
typedef bool zip_records_sink(void *context, struct slice records, struct error *err);

struct zip_records_summary {
	uint32_t sound;     /* records that were read */
	uint32_t broken;    /* entries that could not be read as a record */
	struct error first; /* of them, with the entry's name in the message */
};

/*
 * Reads all of it.  A record that cannot be read is counted and passed over;
 * an archive that cannot be read, or none of its records, is the error.
 */
bool zip_records_read(struct slice zip, zip_records_sink *sink, void *context,
		      struct zip_records_summary *ret, struct error *err);

#endif
