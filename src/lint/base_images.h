/*
 * What is known of well-known images by their references alone: programs,
 * user, ends of support.  The table is dated; facts of a scanned image, which
 * the project holds, go before it.
 */
#ifndef BULWARK_LINT_BASE_IMAGES_H
#define BULWARK_LINT_BASE_IMAGES_H

#include "lint/document.h"
#include "model/image_facts.h"

/* False: nothing is known of it. */
bool base_image_facts(const struct project *p, struct slice reference, struct arena *a, struct image_facts *ret);
/* Is the program there? "curl" as well as "/usr/bin/curl". */
enum fact image_has_program(const struct image_facts *f, struct slice program);

#endif
