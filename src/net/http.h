/*
 * Downloads over HTTP(S) by libcurl, for the broker only: workers have no
 * network.  TLS certificates are always checked; plain HTTP is allowed for
 * loopback addresses and where the caller asks for it by allow_plain.
 * Source: RFC 9110 (conditional requests: section 13; ranges: section 14).
 */
#ifndef BULWARK_NET_HTTP_H
#define BULWARK_NET_HTTP_H

#include "base/error.h"
#include "base/slice.h"
#include "model/run.h"

struct http_request {
	struct slice url;
	struct slice etag;          /* If-None-Match; empty: none */
	struct slice last_modified; /* If-Modified-Since; empty: none */
	uint64_t max_bytes;         /* more is ERR_LIMIT; 0: LIMIT_DOWNLOAD */
	bool allow_plain;           /* http:// also beyond loopback */
};

struct http_response {
	long status;
	bool not_modified;          /* 304: nothing was written */
	struct slice etag, last_modified; /* in the run's arena */
	uint64_t bytes;
};

/*
 * The body goes to `fd` from its present position.  Redirects are followed (at
 * most 5, never from https to http).  Connection failures, timeouts, 429 and
 * 5xx are tried again with back-off, a broken transfer goes on where it broke
 * when the server allows it and the file has not changed.  Any other status
 * than 200 and 304 is ERR_NETWORK (404 and 410: ERR_NOT_FOUND) with the URL
 * and status in the message.  The run's deadline and cancellation hold;
 * run->offline is ERR_NETWORK at once.
 */
bool http_download(struct run *run, const struct http_request *request, int fd,
		   struct http_response *ret, struct error *err);

/* True for http:// and https:// URLs. */
bool http_is_url(struct slice name);

#endif
