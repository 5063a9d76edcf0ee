/*
 * One request over HTTP(S) and its answer, by libcurl, for the broker and its
 * fetchers only: workers have no network.  http.h downloads into files on top
 * of it; clients of registries and of the Docker Engine stand on it directly.
 *
 * TLS certificates and host names are always verified.  Plain HTTP is allowed
 * for loopback addresses, Unix sockets, and where the client allows it.  What
 * is secret in a request goes to the origin (scheme, host, port) of its URL
 * and is left out where a redirect leads elsewhere.
 *
 * Environment: as told in http.h.
 * Source: RFC 9110 (redirects: section 15.4; ranges: section 14; Retry-After:
 * section 10.2.3).
 */
#ifndef BULWARK_NET_EXCHANGE_H
#define BULWARK_NET_EXCHANGE_H

#include "base/error.h"
#include "base/vec.h"
#include "model/run.h"

struct http_client_options {
	struct slice unix_socket;	 /* path; every request goes through it; empty: none */
	struct slice ca_file;		 /* PEM, in place of the system's; empty: environment, system */
	struct slice ca_more;		 /* PEM text, trusted besides the system's; empty: none */
	struct slice certificate, key;	 /* of the client, PEM files; empty: none */
	bool allow_plain;		 /* http:// also beyond loopback */
	unsigned stalled_seconds;	 /* without a byte a transfer has broken; 0: 60 */
};

/* Keeps connections between requests.  One request at a time. */
struct http_client;

/*
 * The texts must live as long as the client, and so must the run.  NULL:
 * ERR_UNSUPPORTED when libcurl is not installed.
 */
struct http_client *http_client_new(struct run *run, const struct http_client_options *options,
				    struct error *err);
void http_client_free(struct http_client *c);

/* Where the body of a good answer (2xx) goes, piece by piece. */
struct http_sink {
	bool (*write)(struct http_sink *s, struct slice bytes, struct error *err);
	/*
	 * Forgets what came, since it comes again from its start; NULL: cannot, and
	 * a transfer that would have to start over fails.
	 */
	bool (*restart)(struct http_sink *s, struct error *err);
};

/* What is sent: `len` bytes at `offset`, always inside `size`. */
struct http_source {
	uint64_t size;
	bool (*read)(struct http_source *s, uint64_t offset, void *to, size_t len,
		     struct error *err);
};

struct http_header {
	struct slice name, value;
};
struct http_header_list VEC_OF(struct http_header);

struct http_call {
	const char *method;	    /* NULL: "GET" */
	struct slice url;
	struct slice authorization; /* the header's value; to the URL's origin only */
	const struct http_header *headers; /* values that are empty or hold controls are left out */
	size_t header_count;
	struct slice body;	    /* sent; or: */
	struct http_source *source; /* sent; NULL: body */
	/*
	 * Whoever asks again gets the same bytes (they are named by their digest):
	 * a broken transfer goes on without validators, and where the server does
	 * not know ranges what was received already is passed over.
	 */
	bool immutable;
	uint64_t from;	    /* of an immutable body: bytes that the sink has already */
	uint64_t max_bytes; /* of the body; more is ERR_LIMIT; 0: LIMIT_DOWNLOAD, without a sink
			       LIMIT_MANIFEST */
	unsigned attempts;  /* 0: HTTP_ATTEMPTS */
	bool no_redirects;  /* 3xx is an answer like any other */
	const char *what;   /* of the run's progress; NULL: none is told */
	struct slice if_none_match, if_modified_since;
};

#define HTTP_ATTEMPTS		4
#define HTTP_RETRY_AFTER_MAX_MS 30000
#define HTTP_ERROR_BODY		((size_t)64 * 1024)

/* All in the run's arena. */
struct http_answer {
	long status;		        /* 206 is told as 200 */
	struct http_header_list headers; /* of the last hop, in their order */
	struct slice body;  /* without a sink, or of a status other than 2xx: then cut at
			       HTTP_ERROR_BODY */
	struct slice url;   /* that answered, after redirects */
	uint64_t bytes;	    /* that the sink holds, `from` among them */
};

/*
 * True: there is an answer, of whatever status.  Connection failures,
 * time-outs, 408, 429 and 5xx are tried again with exponential back-off or
 * after what Retry-After says (at most HTTP_RETRY_AFTER_MAX_MS); the status of
 * the last attempt is the answer.  A transfer that broke goes on where it
 * broke.  A certificate that does not verify is never tried again.
 *
 * False: ERR_NETWORK, ERR_LIMIT, ERR_TIMEOUT, ERR_CANCELLED, or the sink's or
 * source's own error.  run->offline is ERR_NETWORK at once, but for Unix
 * sockets.
 */
bool http_exchange(struct http_client *c, const struct http_call *call, struct http_sink *sink,
		   struct http_answer *ret, struct error *err);

/* The value of the first header of that name (in any case), else empty. */
struct slice http_answer_header(const struct http_answer *answer, const char *name);

/* Same scheme, host and port? */
bool http_same_origin(struct http_client *c, struct slice a, struct slice b);
/* A reference (RFC 3986 section 5) against the URL that it was found at; false: none. */
bool http_resolve(struct http_client *c, struct slice base, struct slice reference,
		  struct slice *ret);
/* localhost, 127.0.0.0/8 and ::1 (with or without brackets). */
bool http_is_loopback(struct slice host);

#endif
