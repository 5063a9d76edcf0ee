/*
 * Clear-signed messages, verified by gpgv(1) with the keyrings of this
 * machine.  The program is started with a fixed argument list, without shell,
 * and only its status lines (GnuPG, doc/DETAILS) are believed, not its exit
 * code: an archive is signed by several keys, of which one may be unknown.
 */
#ifndef BULWARK_ADVISORY_ARCHIVE_GPGV_H
#define BULWARK_ADVISORY_ARCHIVE_GPGV_H

#include "base/vec.h"
#include "model/run.h"

#define GPGV_PROGRAM "/usr/bin/gpgv"
#define GPGV_TIMEOUT_MS 30000

/*
 * ret: the text that the signature covers, in the run's arena.  ERR_DIGEST: no
 * signature by a key of these keyrings, or a bad one.  ERR_NOT_FOUND: there is
 * no gpgv.  keyrings: paths of binary keyring files.
 */
bool gpgv_verify(struct run *run, struct slice message, const struct slice_list *keyrings,
		 struct slice *ret, struct error *err);

#endif
