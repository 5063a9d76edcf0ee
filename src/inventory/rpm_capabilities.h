/*
 * Dependencies between installed RPM packages: a package requires
 * capabilities ("libc.so.6()(64bit)"), and others provide them.  What none of
 * the packages provides (files, features of rpm itself) is left out.
 */
#ifndef BULWARK_INVENTORY_RPM_CAPABILITIES_H
#define BULWARK_INVENTORY_RPM_CAPABILITIES_H

#include "base/map.h"
#include "inventory/rpm_header.h"
#include "model/package.h"

struct rpm_capabilities {
	struct arena arena;
	struct map names;		      /* -> number in providers + 1 */
	struct VEC_OF(uint32_t) providers;    /* which package added + 1; 0: nobody yet */
	struct VEC_OF(uint32_t) requirements; /* numbers in providers, package after package */
	struct VEC_OF(size_t) ends;	      /* of each package's requirements */
	struct VEC_OF(uint32_t) packages;     /* their numbers in the list of packages */
};

void rpm_capabilities_init(struct rpm_capabilities *c);
void rpm_capabilities_release(struct rpm_capabilities *c);

/* The next package's, which is `package` in the list that resolve is given. */
void rpm_capabilities_add(struct rpm_capabilities *c, const struct rpm_header *h, uint32_t package);
/* Fills `depends` of the packages that were added. */
void rpm_capabilities_resolve(const struct rpm_capabilities *c, struct package *packages,
			      struct arena *a);

#endif
