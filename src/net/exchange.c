/* Attempts, redirects and answers; one request alone is in transfer.c. */
#include "net/exchange.h"

#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/mem.h"
#include "net/http.h"
#include "net/transfer.h"

#define REDIRECTS_MAX 5
#define BACKOFF_MS    500
/* A broken transfer that got this far beyond the last one has earned new attempts. */
#define PROGRESS_BYTES ((uint64_t)1 * MIB)

enum outcome {
	OUTCOME_DONE,
	OUTCOME_AGAIN, /* worth another attempt */
	OUTCOME_FAILED,
};

/* ------------------------------------------------------------------- URLs */

struct url_parts {
	const struct curl_library *lib;
	char *scheme, *host, *port;
};

static void url_parts_release(struct url_parts *p)
{
	if (!p->lib)
		return;
	p->lib->free(p->scheme);
	p->lib->free(p->host);
	p->lib->free(p->port);
}

static bool url_parse(const struct curl_library *lib, const char *url, struct url_parts *ret)
{
	CURLU *u = lib->url();

	*ret = (struct url_parts){ .lib = lib };
	bool ok = u && lib->url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		  lib->url_get(u, CURLUPART_SCHEME, &ret->scheme, 0) == CURLUE_OK &&
		  lib->url_get(u, CURLUPART_HOST, &ret->host, 0) == CURLUE_OK &&
		  lib->url_get(u, CURLUPART_PORT, &ret->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
	lib->url_cleanup(u);
	return ok;
}

static bool same_origin(const struct curl_library *lib, const char *a, const char *b)
{
	CLEANUP(url_parts_release) struct url_parts x = { 0 };
	CLEANUP(url_parts_release) struct url_parts y = { 0 };

	return url_parse(lib, a, &x) && url_parse(lib, b, &y) && !strcmp(x.scheme, y.scheme) &&
	       slice_eq_nocase(slice_from_cstr(x.host), slice_from_cstr(y.host)) &&
	       !strcmp(x.port, y.port);
}

bool http_same_origin(struct http_client *c, struct slice a, struct slice b)
{
	return same_origin(c->lib, arena_cstr(c->run->arena, a), arena_cstr(c->run->arena, b));
}

bool http_resolve(struct http_client *c, struct slice base, struct slice reference,
		  struct slice *ret)
{
	struct arena *a = c->run->arena;
	CURLU *u = c->lib->url();
	char *whole = NULL;

	/* A reference is resolved against what the handle holds already. */
	bool ok = u && c->lib->url_set(u, CURLUPART_URL, arena_cstr(a, base), 0) == CURLUE_OK &&
		  c->lib->url_set(u, CURLUPART_URL, arena_cstr(a, reference), 0) == CURLUE_OK &&
		  c->lib->url_get(u, CURLUPART_URL, &whole, 0) == CURLUE_OK;
	if (ok)
		*ret = arena_copy(a, slice_from_cstr(whole));
	c->lib->free(whole);
	c->lib->url_cleanup(u);
	return ok;
}

bool http_is_loopback(struct slice host)
{
	if (slice_cut_prefix(&host, SLICE("[")) && !slice_cut_suffix(&host, SLICE("]")))
		return false;
	if (slice_eq_nocase(host, SLICE("localhost")) || slice_is(host, "::1"))
		return true;
	if (!slice_starts(host, SLICE("127.")))
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (!ascii_digit(host.data[i]) && host.data[i] != '.')
			return false;
	return true;
}

/* Sets the hop's URL after holding it against the rules. */
static bool take_url(struct transfer *t, const char *url, bool from_https, struct error *err)
{
	const struct http_client_options *o = &t->client->options;
	CLEANUP(url_parts_release) struct url_parts p = { 0 };

	t->shown = http_shown(arena_copy(t->run->arena, slice_from_cstr(url)), t->run->arena);
	if (!url_parse(t->lib, url, &p))
		return error_set(err, ERR_USAGE, "%.*s is not a URL that can be downloaded",
				 SLICE_ARG(t->shown));
	if (strcmp(p.scheme, "https") != 0 && strcmp(p.scheme, "http") != 0)
		return error_set(err, ERR_NETWORK, "%.*s: only https and http are allowed",
				 SLICE_ARG(t->shown));
	bool plain = strcmp(p.scheme, "http") == 0;
	if (plain && from_https)
		return error_set(err, ERR_NETWORK,
				 "%.*s: a redirect from https to http is not followed",
				 SLICE_ARG(t->shown));
	if (plain && !o->allow_plain && slice_empty(o->unix_socket) &&
	    !http_is_loopback(slice_from_cstr(p.host)))
		return error_set(err, ERR_NETWORK, "%.*s: plain http is not allowed, use https",
				 SLICE_ARG(t->shown));
	t->url = arena_cstr(t->run->arena, slice_from_cstr(url));
	return true;
}

/* ------------------------------------------------------------- the answer */

static void take_answer(struct transfer *t, long status, struct http_answer *ret)
{
	struct arena *a = t->run->arena;
	struct curl_header *h = NULL;

	*ret = (struct http_answer){ .status = status == 206 ? 200 : status };
	while ((h = t->lib->easy_nextheader(t->curl, CURLH_HEADER, -1, h)))
		*vec_add(a, &ret->headers) = (struct http_header){
			.name = arena_copy(a, slice_from_cstr(h->name)),
			.value = arena_copy(a, slice_from_cstr(h->value)),
		};
	ret->body = SLICE_EMPTY;
	if (!t->sink || !status_is_good(status))
		ret->body = arena_copy(a, buf_slice(&t->body));
	ret->url = slice_from_cstr(t->url);
	ret->bytes = t->received;
}

struct slice http_answer_header(const struct http_answer *answer, const char *name)
{
	vec_each(h, &answer->headers)
		if (slice_eq_nocase(h->name, slice_from_cstr(name)))
			return h->value;
	return SLICE_EMPTY;
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* What was sent is sent again only where the status says so. */
static bool follows(const struct transfer *t, long status)
{
	bool asks_only = !strcmp(t->call->method, "GET") || !strcmp(t->call->method, "HEAD");

	return !t->call->no_redirects && is_redirect(status) &&
	       (asks_only || status == 307 || status == 308);
}

static bool may_pass(CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	default:
		return false;
	}
}

static enum outcome judge_failure(struct transfer *t, CURLcode code, struct error *err)
{
	const char *why = t->message[0] ? t->message : t->lib->easy_strerror(code);

	if (run_interrupted(t->run, err)) {
		error_wrap(err, "%.*s", SLICE_ARG(t->shown));
		return OUTCOME_FAILED;
	}
	if (transfer_failed(t)) {
		*err = t->failure;
		/* ERR_FORMAT of ours is a part that does not fit; of a sink it is the sink's. */
		return err->code == ERR_FORMAT && t->body_checked && !t->no_resume && !t->sink_failed
			       ? OUTCOME_AGAIN
			       : OUTCOME_FAILED;
	}
	error_set(err, ERR_NETWORK, "%.*s: %s", SLICE_ARG(t->shown), why);
	return may_pass(code) ? OUTCOME_AGAIN : OUTCOME_FAILED;
}

/* Asked for what lies behind the end: it was there already? */
static bool whole_already(struct transfer *t)
{
	struct slice value = transfer_header(t, "Content-Range");
	uint64_t total;

	return t->call->immutable && t->received && slice_cut_prefix(&value, SLICE("bytes */")) &&
	       slice_to_u64(value, &total) && total == t->received;
}

static enum outcome judge_status(struct transfer *t, long status, struct http_answer *ret,
				 struct error *err)
{
	if (status == 416 && whole_already(t))
		status = 200;
	/* An empty body has nothing to call back with. */
	else if (status_is_good(status) && !t->body_checked && !transfer_check_body(t, status)) {
		*err = t->failure;
		return t->no_resume ? OUTCOME_FAILED : OUTCOME_AGAIN;
	}
	if (t->pass_over) {
		error_set(err, ERR_NETWORK, "%.*s: it is shorter than it was before",
			  SLICE_ARG(t->shown));
		return OUTCOME_FAILED;
	}
	take_answer(t, status, ret);
	if (status == 416 && t->received && !t->call->immutable && transfer_start_over(t))
		return OUTCOME_AGAIN;
	return status == 408 || status == 429 || status >= 500 ? OUTCOME_AGAIN : OUTCOME_DONE;
}

static bool next_hop(struct transfer *t, long status, bool *https, struct error *err)
{
	char *next = NULL;

	t->lib->easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &next);
	if (!next)
		return error_set(err, ERR_NETWORK, "%.*s: status %ld without a place to go",
				 SLICE_ARG(t->shown), status);
	*https |= slice_eq_nocase(slice_first(slice_from_cstr(t->url), 8), SLICE("https://"));
	if (!take_url(t, next, *https, err))
		return false;
	/* Once led elsewhere, no way leads back to what is secret. */
	t->authorize = t->authorize &&
		       same_origin(t->lib, arena_cstr(t->run->arena, t->call->url), t->url);
	return true;
}

/* One attempt: the request and the redirects it leads through. */
static enum outcome attempt(struct transfer *t, struct http_answer *ret, struct error *err)
{
	bool https = false;

	if (!take_url(t, arena_cstr(t->run->arena, t->call->url), false, err))
		return OUTCOME_FAILED;
	t->method = t->call->method;
	t->authorize = true;
	ret->status = 0;
	for (unsigned hop = 0; hop <= REDIRECTS_MAX; hop++) {
		CURLcode code = transfer_perform(t);
		long status = transfer_status(t);

		/* An error page may be cut off; its status counts all the same. */
		if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && t->cut))
			return judge_failure(t, code, err);
		if (!follows(t, status))
			return judge_status(t, status, ret, err);
		if (!next_hop(t, status, &https, err))
			return OUTCOME_FAILED;
	}
	error_set(err, ERR_NETWORK, "%.*s: more than %d redirects",
		  SLICE_ARG(http_shown(t->call->url, t->run->arena)), REDIRECTS_MAX);
	return OUTCOME_FAILED;
}

/* --------------------------------------------------------------- attempts */

static int64_t pause_before(struct transfer *t, unsigned failed)
{
	int64_t pause = (int64_t)BACKOFF_MS << (failed - 1);
	curl_off_t asked = 0;

	t->lib->easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &asked);
	if (asked > HTTP_RETRY_AFTER_MAX_MS / 1000)
		return HTTP_RETRY_AFTER_MAX_MS;
	return asked * 1000 > pause ? asked * 1000 : pause;
}

static bool wait_ms(struct transfer *t, int64_t ms, struct error *err)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	int64_t end = run_monotonic_ms() + ms;

	while (run_monotonic_ms() < end) {
		struct error why = ERROR_INIT;

		if (run_interrupted(t->run, &why)) {
			error_wrap(err, "%s", why.message);
			err->code = why.code;
			return false;
		}
		nanosleep(&moment, NULL);
	}
	return true;
}

static bool try_until_done(struct transfer *t, struct http_answer *ret, struct error *err)
{
	unsigned most = t->call->attempts ? t->call->attempts : HTTP_ATTEMPTS;

	for (unsigned failed = 0;;) {
		enum outcome outcome = attempt(t, ret, err);

		if (outcome != OUTCOME_AGAIN)
			return outcome == OUTCOME_DONE;
		if (t->received >= t->furthest + PROGRESS_BYTES) {
			t->furthest = t->received;
			failed = 0;
		}
		if (ret->status)
			error_set(err, ERR_NETWORK, "%.*s: the server answered with status %ld",
				  SLICE_ARG(t->shown), ret->status);
		if (++failed >= most) {
			if (ret->status)
				return true;
			return most == 1 ? false : error_wrap(err, "after %u attempts", most);
		}
		run_log(t->run, LOG_DEBUG, "%s; trying again", err->message);
		if (!wait_ms(t, pause_before(t, failed), err))
			return false;
	}
}

bool http_exchange(struct http_client *c, const struct http_call *call, struct http_sink *sink,
		   struct http_answer *ret, struct error *err)
{
	struct error why = ERROR_INIT;
	struct http_call mine = *call;
	struct transfer t = {
		.run = c->run, .client = c, .call = &mine, .sink = sink, .lib = c->lib,
		.curl = c->curl, .received = call->from, .furthest = call->from,
		.failure = ERROR_INIT,
	};

	*ret = (struct http_answer){ 0 };
	if (!mine.method)
		mine.method = "GET";
	t.max = call->max_bytes ? call->max_bytes : sink ? LIMIT_DOWNLOAD : LIMIT_MANIFEST;
	t.shown = http_shown(call->url, c->run->arena);
	if (c->run->offline && slice_empty(c->options.unix_socket))
		return error_set(err, ERR_NETWORK,
				 "%.*s is not downloaded: the program is to stay offline",
				 SLICE_ARG(t.shown));
	buf_init(&t.body, sink ? HTTP_ERROR_BODY : t.max + HTTP_ERROR_BODY);
	bool ok = try_until_done(&t, ret, &why);
	/* The handle keeps the address of the list, and of this frame, until it is reset. */
	c->lib->easy_reset(c->curl);
	c->lib->slist_free_all(t.headers);
	buf_release(&t.body);
	if (!ok && err)
		*err = why;
	return ok;
}

struct http_client *http_client_new(struct run *run, const struct http_client_options *options,
				    struct error *err)
{
	const struct curl_library *lib = curl_library_get(err);

	if (!lib)
		return NULL;
	struct http_client *c = mem_alloc_zero(1, sizeof(*c));
	*c = (struct http_client){ .run = run, .options = *options, .lib = lib };
	c->curl = lib->easy_init();
	if (c->curl)
		return c;
	free(c);
	error_set(err, ERR_INTERNAL, "libcurl cannot be started");
	return NULL;
}

void http_client_free(struct http_client *c)
{
	if (!c)
		return;
	c->lib->easy_cleanup(c->curl);
	free(c);
}
