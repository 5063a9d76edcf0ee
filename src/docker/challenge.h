/*
 * How a registry asks for authorization: WWW-Authenticate.
 * Source: RFC 9110 section 11.6.1 (challenges), RFC 6750 section 3 (Bearer),
 * RFC 7617 (Basic).
 */
#ifndef BULWARK_DOCKER_CHALLENGE_H
#define BULWARK_DOCKER_CHALLENGE_H

#include "base/arena.h"
#include "base/vec.h"

enum challenge_scheme { CHALLENGE_OTHER, CHALLENGE_BASIC, CHALLENGE_BEARER };

struct challenge {
	enum challenge_scheme scheme;
	struct slice realm, service, scope, error;
};
struct challenge_list VEC_OF(struct challenge);

/* All challenges of one header's value; what is malformed ends the list. */
void challenge_parse(struct slice value, struct arena *a, struct challenge_list *ret);

#endif
