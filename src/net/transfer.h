/* Between exchange.c (attempts, redirects, answers) and transfer.c (one request by libcurl). */
#ifndef BULWARK_NET_TRANSFER_H
#define BULWARK_NET_TRANSFER_H

#include "base/buf.h"
#include "net/curl_library.h"
#include "net/exchange.h"

struct http_client {
	struct run *run;
	struct http_client_options options;
	const struct curl_library *lib;
	CURL *curl;
};

struct transfer {
	struct run *run;
	struct http_client *client;
	const struct http_call *call;
	struct http_sink *sink; /* NULL: the answer's body is kept */
	const struct curl_library *lib;
	CURL *curl;
	struct curl_slist *headers;
	char *url;		/* of this hop */
	struct slice shown;	/* of this hop, for messages */
	const char *method;	/* of this hop */
	bool authorize;		/* this hop may see what is secret */
	uint64_t received;	/* bytes of a good body that the sink holds */
	uint64_t furthest;	/* `received` of the best attempt so far */
	uint64_t pass_over;	/* bytes that come again, of this attempt */
	uint64_t sent;		/* of the body, in this attempt */
	uint64_t max;
	struct slice etag, last_modified; /* of the bytes received */
	struct buf body;	/* of a bad answer, or without a sink */
	size_t header_bytes;
	bool body_checked;	/* the headers of this answer fit what the sink holds */
	bool cut;		/* the body of a bad answer was longer than is kept */
	bool no_resume;		/* what came cannot be taken back, and cannot go on */
	bool sink_failed;	/* the failure is the sink's or the source's own */
	struct error failure;	/* of a callback */
	char message[CURL_ERROR_SIZE];
};

/* One request, one answer, no redirects. */
CURLcode transfer_perform(struct transfer *t);
long transfer_status(struct transfer *t);
struct slice transfer_header(struct transfer *t, const char *name);
/* Before the first byte of a good body, or at its end when it is empty. */
bool transfer_check_body(struct transfer *t, long status);
bool transfer_start_over(struct transfer *t);
bool transfer_failed(struct transfer *t);

static inline bool status_is_good(long status)
{
	return status >= 200 && status < 300;
}

#endif
