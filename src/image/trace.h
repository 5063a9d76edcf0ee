/*
 * Which layer brought a package in.  A database that an upper layer rewrites
 * lists everything that is installed, most of it from below: each package is
 * traced down through the layers' versions of its database, as long as these
 * list it in the same version and state.
 */
#ifndef BULWARK_IMAGE_TRACE_H
#define BULWARK_IMAGE_TRACE_H

#include "image/collect.h"

/* Sets the layer of packages that were read from the visible file v. */
void trace_packages(const struct collection *c, const struct union_visible *v,
		    struct package *packages, size_t count);

#endif
