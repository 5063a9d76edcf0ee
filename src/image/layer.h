/*
 * One layer, from its stored bytes to records: inflated, digested, walked as
 * a tar, and what an inventory row asked for turned into packages.  Runs in a
 * confined worker; a pure function of its arguments.
 * Source: OCI image specification 1.1, layer.md (change sets, whiteouts).
 */
#ifndef BULWARK_IMAGE_LAYER_H
#define BULWARK_IMAGE_LAYER_H

#include "format/stream.h"
#include "image/keep.h"
#include "image/path.h"

struct layer_job {
	uint32_t number;
	struct slice name;    /* for messages: blob or file that holds it */
	struct slice digest;  /* what the stored bytes should have; empty: not told */
	struct slice diff_id; /* the uncompressed ones; empty: not told */
	bool table;	      /* send the entry table: layers lie below this one */
	bool verify;	      /* the digests also where only named files are wanted: the bytes
				 come from elsewhere once more */
	bool whiteouts;	      /* names that start with ".wh." mean something */
	struct path_key key;
	struct keep_options keep;
};

/*
 * Sends records until the layer's end, RECORD_LAYER first and RECORD_END last.
 * What goes wrong with the layer becomes a RECORD_GAP; what was read before
 * stands.  False: the sink is gone.
 */
bool layer_read(const struct layer_job *job, struct stream *stored, struct record_sink *sink,
		struct error *err);

#endif
