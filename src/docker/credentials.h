/*
 * Who one is at a registry: Docker's config.json and its credential helpers.
 *
 * Source: Docker CLI documentation (config.json: auths, credHelpers,
 * credsStore) and the protocol of docker-credential-helpers: the registry's
 * name on standard input of `docker-credential-NAME get`, JSON out.
 */
#ifndef BULWARK_DOCKER_CREDENTIALS_H
#define BULWARK_DOCKER_CREDENTIALS_H

#include "base/arena.h"
#include "base/error.h"
#include "model/run.h"

#define CREDENTIAL_HELPER_MS 30000

struct credentials {
	struct slice username, password;
	struct slice identity_token; /* an OAuth 2 refresh token, in place of a password */
	struct slice registry_token; /* sent as it is */
};

/*
 * config_dir empty: DOCKER_CONFIG, else ~/.docker.  Nobody (all empty) when
 * there is no file or no entry.  ERR_FORMAT: the file is malformed;
 * ERR_TIMEOUT, ERR_IO, ERR_FORMAT: the helper, named in the message.
 */
bool credentials_find(struct run *run, struct slice config_dir, struct slice registry,
		      struct credentials *ret, struct error *err);

/* What config.json says: the entry itself or which helper to ask (empty: none). */
bool credentials_parse(struct slice config, struct slice registry, struct arena *a,
		       struct credentials *ret, struct slice *ret_helper, struct error *err);
/* A helper's answer. */
bool credentials_parse_helper(struct slice answer, struct arena *a, struct credentials *ret,
			      struct error *err);
bool credentials_none(const struct credentials *c);

#endif
