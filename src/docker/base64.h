/* Base 64 (RFC 4648 section 4), as config.json and the Basic scheme use it. */
#ifndef BULWARK_DOCKER_BASE64_H
#define BULWARK_DOCKER_BASE64_H

#include "base/arena.h"

/* Padding may be missing; false: other characters, or a length that cannot be. */
bool base64_decode(struct slice text, struct arena *a, struct slice *ret);
struct slice base64_encode(struct slice bytes, struct arena *a);

#endif
