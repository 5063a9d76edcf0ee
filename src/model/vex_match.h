/* What a purl of a VEX statement covers. */
#ifndef BULWARK_MODEL_VEX_MATCH_H
#define BULWARK_MODEL_VEX_MATCH_H

#include "model/report.h"
#include "model/vex.h"

bool vex_covers_package(const struct purl *said, const struct package *p, struct arena *a);
/* By any name that the image has: tags, digests of repositories, the registry's reference. */
bool vex_covers_image(const struct purl *said, const struct report *r, struct arena *a);

#endif
