/*
 * Downloads over HTTP(S) by libcurl, for the broker only: workers have no
 * network.  TLS certificates are always checked; plain HTTP is allowed for
 * loopback addresses and where the caller asks for it by allow_plain.
 *
 * Environment: the proxy variables that libcurl knows (https_proxy, no_proxy,
 * ...), and CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR in place of the
 * system's certificates.
 *
 * Source: RFC 9110 (conditional requests: section 13; ranges: section 14;
 * Retry-After: section 10.2.3).
 */
#ifndef BULWARK_NET_HTTP_H
#define BULWARK_NET_HTTP_H

#include "base/error.h"
#include "base/slice.h"
#include "model/run.h"
#include "net/exchange.h"

struct http_request {
	struct slice url;
	struct slice etag;          /* If-None-Match; empty: none */
	struct slice last_modified; /* If-Modified-Since; empty: none */
	uint64_t max_bytes;         /* more is ERR_LIMIT; 0: LIMIT_DOWNLOAD */
	bool allow_plain;           /* http:// also beyond loopback */
	const char *what;           /* of the run's progress; NULL: "downloading" */
};

struct http_response {
	long status;
	bool not_modified;          /* 304: nothing was written */
	struct slice etag, last_modified; /* in the run's arena */
	uint64_t bytes;
};

/*
 * The body goes to `fd`, a regular file, from its present position; what
 * stands behind it there is cut off.  Redirects are followed (at most 5, never
 * from https to http, each under the same rules as the first URL).
 *
 * Connection failures, timeouts, 408, 429 and 5xx are tried again with
 * exponential back-off or after what Retry-After says (at most
 * HTTP_RETRY_AFTER_MAX_MS); a broken transfer goes on where it broke when the
 * server allows it and the file has not changed.  A certificate that does not
 * verify is never tried again.
 *
 * Any other status than 200 and 304 is ERR_NETWORK (404 and 410:
 * ERR_NOT_FOUND) with the URL, without user and password, and the status in
 * the message.  The run's deadline and cancellation hold; run->offline is
 * ERR_NETWORK at once.  After an error the file holds nothing of use.
 */
bool http_download(struct run *run, const struct http_request *request, int fd,
		   struct http_response *ret, struct error *err);

/* True for http:// and https:// URLs. */
bool http_is_url(struct slice name);
/* The URL without user and password, for messages. */
struct slice http_shown(struct slice url, struct arena *a);

#endif
