/* What Go calls its own releases, as advisories call them. */
#ifndef BULWARK_INVENTORY_GO_VERSION_H
#define BULWARK_INVENTORY_GO_VERSION_H

#include "base/arena.h"

/*
 * "go1.19.8" is 1.19.8, "go1.20rc1" is 1.20.0-rc.1 as in advisories; what
 * vendors and experiments add behind that is no part of the version.  Empty:
 * no release.
 */
struct slice go_release(struct slice tag, struct arena *a);

#endif
