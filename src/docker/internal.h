/* Between the files of the client: registry.c, authorize.c, certificates.c, push.c, referrers.c. */
#ifndef BULWARK_DOCKER_INTERNAL_H
#define BULWARK_DOCKER_INTERNAL_H

#include "docker/credentials.h"
#include "docker/registry.h"

struct registry {
	struct run *run;
	struct reference ref;
	struct registry_options options;
	struct http_client_options http;
	struct http_client *client;
	struct slice root;		/* "https://host/v2/"; empty: not known yet */
	struct slice authorization;	/* header value; empty: none yet */
	struct credentials credentials;
	bool asked_credentials;		/* config.json was looked into */
};

/* A request to the registry, authorized when it asks for that; `url` absolute or empty. */
struct registry_request {
	struct http_call call;
	struct slice path; /* below the repository: "manifests/latest"; when call.url is empty */
};
bool registry_request(struct registry *r, struct registry_request *request, struct http_sink *sink,
		      struct http_answer *ret, struct error *err);
/* Sets the error that a status means, with the registry's words; returns false. */
bool registry_refused(struct registry *r, const struct http_answer *answer, struct slice what,
		      struct error *err);
/* A 401's challenge is met: r->authorization is new. */
bool registry_authorize(struct registry *r, const struct http_answer *answer, struct error *err);
/* Fills http.ca_more, certificate and key from certs.d. */
bool registry_certificates(struct registry *r, struct error *err);
/* The message and code of an error body (untrusted, cut), empty when there is none. */
struct slice registry_words(struct registry *r, struct slice body, struct slice *ret_code);

#endif
