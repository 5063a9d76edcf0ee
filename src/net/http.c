#include "net/http.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "net/curl_library.h"

#define REDIRECTS_MAX 5
#define ATTEMPTS_MAX 4
#define BACKOFF_MS 500
#define CONNECT_TIMEOUT_MS 30000L
#define STALLED_SECONDS 60L
#define ERROR_BODY_MAX (64 * KIB)
/* A broken transfer that got this far beyond the last one has earned new attempts. */
#define PROGRESS_BYTES ((uint64_t)1 * MIB)

enum outcome {
	OUTCOME_DONE,
	OUTCOME_AGAIN,  /* worth another attempt */
	OUTCOME_FAILED,
};

struct transfer {
	struct run *run;
	const struct http_request *request;
	struct http_response *response;
	const struct curl_library *lib;
	CURL *curl;
	struct curl_slist *headers;
	char *url;              /* of this hop */
	struct slice shown;     /* of this hop, for messages */
	int fd;
	off_t base;             /* where the body starts in the file */
	uint64_t received;      /* bytes of the body that are in the file */
	uint64_t furthest;      /* `received` of the best attempt so far */
	uint64_t max;
	struct slice etag, last_modified; /* of the bytes received */
	bool body_checked;      /* the headers of this answer fit what is in the file */
	size_t ignored;         /* bytes of the body of an answer that is not the file */
	struct error failure;   /* of a callback */
	char message[CURL_ERROR_SIZE];
};

bool http_is_url(struct slice name)
{
	return slice_eq_nocase(slice_first(name, 8), SLICE("https://")) ||
	       slice_eq_nocase(slice_first(name, 7), SLICE("http://"));
}

struct slice http_shown(struct slice url, struct arena *a)
{
	size_t scheme = slice_find(url, SLICE("://"));

	if (scheme == url.len)
		return url;
	struct slice rest = slice_from(url, scheme + 3);
	struct slice authority = slice_first(rest, slice_find_byte(rest, '/'));
	size_t at = slice_rfind_byte(authority, '@');
	if (at == authority.len)
		return url;
	return arena_printf(a, "%.*s%.*s", SLICE_ARG(slice_first(url, scheme + 3)),
			    SLICE_ARG(slice_from(rest, at + 1)));
}

/* ---------------------------------------------------------------- the rules */

static bool is_loopback(const char *host)
{
	struct slice name = slice_from_cstr(host);

	return slice_eq_nocase(name, SLICE("localhost")) || slice_is(name, "[::1]") ||
	       (slice_starts(name, SLICE("127.")) &&
		strspn(name.data, "0123456789.") == name.len);
}

/* Sets the hop's URL after holding it against the rules. */
static bool take_url(struct transfer *t, const char *url, bool from_https, struct error *err)
{
	CURLU *parts = t->lib->url();
	char *scheme = NULL, *host = NULL;
	bool ok = false;

	t->shown = http_shown(arena_copy(t->run->arena, slice_from_cstr(url)), t->run->arena);
	if (!parts || t->lib->url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    t->lib->url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    t->lib->url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		error_set(err, ERR_USAGE, "%.*s is not a URL that can be downloaded",
			  SLICE_ARG(t->shown));
	else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		error_set(err, ERR_NETWORK, "%.*s: only https and http are allowed",
			  SLICE_ARG(t->shown));
	else if (strcmp(scheme, "http") == 0 && from_https)
		error_set(err, ERR_NETWORK, "%.*s: a redirect from https to http is not followed",
			  SLICE_ARG(t->shown));
	else if (strcmp(scheme, "http") == 0 && !t->request->allow_plain && !is_loopback(host))
		error_set(err, ERR_NETWORK, "%.*s: plain http is not allowed, use https",
			  SLICE_ARG(t->shown));
	else
		ok = true;
	t->lib->free(scheme);
	t->lib->free(host);
	t->lib->url_cleanup(parts);
	if (ok)
		t->url = arena_cstr(t->run->arena, slice_from_cstr(url));
	return ok;
}

/* ------------------------------------------------------------ the callbacks */

static struct slice header(struct transfer *t, const char *name)
{
	struct curl_header *h;

	if (t->lib->easy_header(t->curl, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return SLICE_EMPTY;
	return slice_from_cstr(h->value);
}

static long status_of(struct transfer *t)
{
	long status = 0;

	t->lib->easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static bool start_over(struct transfer *t)
{
	t->received = 0;
	t->etag = t->last_modified = SLICE_EMPTY;
	if (ftruncate(t->fd, t->base) == 0 && lseek(t->fd, t->base, SEEK_SET) == t->base)
		return true;
	return error_set_errno(&t->failure, errno, "the file for %.*s", SLICE_ARG(t->shown));
}

/* "bytes 100-199/200" starts where the file ends? */
static bool range_fits(struct transfer *t)
{
	struct slice value = header(t, "Content-Range"), first, rest;
	uint64_t start;

	return slice_cut_prefix(&value, SLICE("bytes ")) &&
	       slice_split(value, '-', &first, &rest) && slice_to_u64(first, &start) &&
	       start == t->received && slice_eq(header(t, "ETag"), t->etag);
}

/* Before the first byte of an answer's body: a whole file starts over, a part must fit. */
static bool check_body(struct transfer *t, long status)
{
	t->body_checked = true;
	if (status == 206) {
		if (range_fits(t))
			return true;
		start_over(t);
		return error_set(&t->failure, ERR_FORMAT,
				 "%.*s: the server sent another part than the one asked for",
				 SLICE_ARG(t->shown));
	}
	if (!start_over(t))
		return false;
	t->etag = arena_copy(t->run->arena, header(t, "ETag"));
	t->last_modified = arena_copy(t->run->arena, header(t, "Last-Modified"));
	return true;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	long status = status_of(t);
	size_t len = size * count;

	if (status != 200 && status != 206) {
		t->ignored += len;
		return t->ignored > ERROR_BODY_MAX ? 0 : len;
	}
	if (!t->body_checked && !check_body(t, status))
		return 0;
	if (len > t->max - t->received) {
		error_set(&t->failure, ERR_LIMIT, "%.*s is larger than %llu bytes",
			  SLICE_ARG(t->shown), (unsigned long long)t->max);
		return 0;
	}
	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(t->fd, data + done, len - done, t->base + (off_t)t->received);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			error_set_errno(&t->failure, errno, "writing what came from %.*s",
					SLICE_ARG(t->shown));
			return 0;
		}
		done += (size_t)n;
		t->received += (uint64_t)n;
	}
	return len;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up_now)
{
	struct transfer *t = context;
	struct run *run = t->run;

	(void)up_total, (void)up_now;
	if (run_interrupted(run, &t->failure))
		return 1;
	if (run->progress && now > 0) {
		/* Of a resumed transfer curl counts the part alone. */
		uint64_t before = t->received > (uint64_t)now ? t->received - (uint64_t)now : 0;

		run->progress(run->context, t->request->what ? t->request->what : "downloading",
			      t->received, total > 0 ? before + (uint64_t)total : 0);
	}
	return 0;
}

/* ---------------------------------------------------------------- a request */

static bool sound_value(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((uint8_t)value.data[i] < ' ' || value.data[i] == 0x7f)
			return false;
	return !slice_empty(value);
}

static void add_header(struct transfer *t, const char *name, struct slice value)
{
	if (!sound_value(value))
		return;
	struct slice line = arena_printf(t->run->arena, "%s: %.*s", name, SLICE_ARG(value));
	struct curl_slist *longer = t->lib->slist_append(t->headers, line.data);
	if (longer)
		t->headers = longer;
}

/* If-Range takes a strong ETag or a date (RFC 9110 section 13.1.5). */
static struct slice range_validator(const struct transfer *t)
{
	if (!slice_empty(t->etag))
		return slice_starts(t->etag, SLICE("W/")) ? SLICE_EMPTY : t->etag;
	return t->last_modified;
}

static bool set_headers(struct transfer *t)
{
	struct slice validator = range_validator(t);

	t->lib->slist_free_all(t->headers);
	t->headers = NULL;
	if (t->received && !sound_value(validator) && !start_over(t))
		return false;
	if (t->received) {
		add_header(t, "Range",
			   arena_printf(t->run->arena, "bytes=%llu-",
					(unsigned long long)t->received));
		add_header(t, "If-Range", validator);
	} else {
		add_header(t, "If-None-Match", t->request->etag);
		add_header(t, "If-Modified-Since", t->request->last_modified);
	}
	t->lib->easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers);
	return true;
}

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static void set_certificates(const struct transfer *t)
{
	CURL *curl = t->curl;
	const char *file = environment("CURL_CA_BUNDLE"), *directory = environment("SSL_CERT_DIR");

	if (!file)
		file = environment("SSL_CERT_FILE");
	if (file) {
		t->lib->easy_setopt(curl, CURLOPT_CAINFO, file);
		t->lib->easy_setopt(curl, CURLOPT_PROXY_CAINFO, file);
	}
	if (directory) {
		t->lib->easy_setopt(curl, CURLOPT_CAPATH, directory);
		t->lib->easy_setopt(curl, CURLOPT_PROXY_CAPATH, directory);
	}
	t->lib->easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	t->lib->easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	t->lib->easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static bool set_options(struct transfer *t, struct error *err)
{
	CURL *curl = t->curl;

	/* The one option whose absence would widen what may be asked for. */
	if (t->lib->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK)
		return error_set(err, ERR_NETWORK, "libcurl does not know http and https");
	set_certificates(t);
	/* Redirects are followed here, one by one, so that each is held against the rules. */
	t->lib->easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	t->lib->easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	t->lib->easy_setopt(curl, CURLOPT_USERAGENT, "bulwark/" BULWARK_VERSION);
	t->lib->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	t->lib->easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	t->lib->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	t->lib->easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	t->lib->easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALLED_SECONDS);
	t->lib->easy_setopt(curl, CURLOPT_ERRORBUFFER, t->message);
	t->lib->easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	t->lib->easy_setopt(curl, CURLOPT_WRITEDATA, t);
	t->lib->easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	t->lib->easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	t->lib->easy_setopt(curl, CURLOPT_XFERINFODATA, t);
	return true;
}

static CURLcode perform(struct transfer *t)
{
	int64_t left = t->run->deadline_ms ? t->run->deadline_ms - run_monotonic_ms() : 0;

	t->body_checked = false;
	t->ignored = 0;
	t->message[0] = '\0';
	error_clear(&t->failure);
	if (!set_headers(t))
		return CURLE_WRITE_ERROR;
	if (run_interrupted(t->run, &t->failure))
		return CURLE_ABORTED_BY_CALLBACK;
	t->lib->easy_setopt(t->curl, CURLOPT_URL, t->url);
	t->lib->easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, left > 0 ? (long)left + 1 : 0L);
	return t->lib->easy_perform(t->curl);
}

/* --------------------------------------------------------------- the answer */

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
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
	if (t->failure.code != ERR_NONE) {
		*err = t->failure;
		return err->code == ERR_FORMAT ? OUTCOME_AGAIN : OUTCOME_FAILED;
	}
	error_set(err, ERR_NETWORK, "%.*s: %s", SLICE_ARG(t->shown), why);
	return may_pass(code) ? OUTCOME_AGAIN : OUTCOME_FAILED;
}

static enum outcome judge_success(struct transfer *t, long status, struct error *err)
{
	struct http_response *r = t->response;

	/* An empty file has no body to call back with. */
	if (status != 304 && !t->body_checked && !check_body(t, status)) {
		*err = t->failure;
		return OUTCOME_AGAIN;
	}
	if (status == 304) {
		r->status = 304;
		r->not_modified = true;
		r->etag = arena_copy(t->run->arena, header(t, "ETag"));
		r->last_modified = arena_copy(t->run->arena, header(t, "Last-Modified"));
		return OUTCOME_DONE;
	}
	r->status = 200;
	r->bytes = t->received;
	r->etag = t->etag;
	r->last_modified = t->last_modified;
	return OUTCOME_DONE;
}

static enum outcome judge_status(struct transfer *t, long status, struct error *err)
{
	bool asked = !t->received &&
		     (!slice_empty(t->request->etag) || !slice_empty(t->request->last_modified));
	enum error_code code = status == 404 || status == 410 ? ERR_NOT_FOUND : ERR_NETWORK;

	if (status == 200 || (status == 206 && t->headers) || (status == 304 && asked))
		return judge_success(t, status, err);
	error_set(err, code, "%.*s: the server answered with status %ld", SLICE_ARG(t->shown),
		  status);
	if (status == 416 && t->received && start_over(t))
		return OUTCOME_AGAIN;
	return status == 408 || status == 429 || status >= 500 ? OUTCOME_AGAIN : OUTCOME_FAILED;
}

/* One attempt: the request and the redirects it leads through. */
static enum outcome attempt(struct transfer *t, struct error *err)
{
	bool https = false;

	if (!take_url(t, arena_cstr(t->run->arena, t->request->url), false, err))
		return OUTCOME_FAILED;
	for (unsigned hop = 0; hop <= REDIRECTS_MAX; hop++) {
		CURLcode code = perform(t);
		long status = status_of(t);
		char *next = NULL;

		/* An error page may be cut off; its status counts all the same. */
		if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && t->ignored > ERROR_BODY_MAX))
			return judge_failure(t, code, err);
		if (!is_redirect(status))
			return judge_status(t, status, err);
		t->lib->easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &next);
		if (!next) {
			error_set(err, ERR_NETWORK, "%.*s: status %ld without a place to go",
				  SLICE_ARG(t->shown), status);
			return OUTCOME_FAILED;
		}
		https |=
			slice_eq_nocase(slice_first(slice_from_cstr(t->url), 8), SLICE("https://"));
		if (!take_url(t, next, https, err))
			return OUTCOME_FAILED;
	}
	error_set(err, ERR_NETWORK, "%.*s: more than %d redirects",
		  SLICE_ARG(http_shown(t->request->url, t->run->arena)), REDIRECTS_MAX);
	return OUTCOME_FAILED;
}

/* ----------------------------------------------------------------- attempts */

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

static bool try_until_done(struct transfer *t, struct error *err)
{
	for (unsigned failed = 0;;) {
		enum outcome outcome = attempt(t, err);

		if (outcome != OUTCOME_AGAIN)
			return outcome == OUTCOME_DONE;
		if (t->received >= t->furthest + PROGRESS_BYTES) {
			t->furthest = t->received;
			failed = 0;
		}
		if (++failed >= ATTEMPTS_MAX)
			return error_wrap(err, "after %d attempts", ATTEMPTS_MAX);
		run_log(t->run, LOG_DEBUG, "%s; trying again", err->message);
		if (!wait_ms(t, pause_before(t, failed), err))
			return false;
	}
}

bool http_download(struct run *run, const struct http_request *request, int fd,
		   struct http_response *ret, struct error *err)
{
	struct error why = ERROR_INIT;
	struct transfer t = {
		.run = run, .request = request, .response = ret, .fd = fd,
		.max = request->max_bytes ? request->max_bytes : LIMIT_DOWNLOAD,
		.failure = ERROR_INIT,
	};

	*ret = (struct http_response){ 0 };
	t.shown = http_shown(request->url, run->arena);
	if (run->offline)
		return error_set(err, ERR_NETWORK,
				 "%.*s is not downloaded: the program is to stay offline",
				 SLICE_ARG(t.shown));
	t.base = lseek(fd, 0, SEEK_CUR);
	if (t.base < 0)
		return error_set_errno(err, errno, "the file for %.*s", SLICE_ARG(t.shown));
	t.lib = curl_library_get(err);
	if (!t.lib)
		return false;
	t.curl = t.lib->easy_init();
	if (!t.curl)
		return error_set(err, ERR_INTERNAL, "libcurl cannot be started");
	bool ok = set_options(&t, &why) && try_until_done(&t, &why);
	t.lib->slist_free_all(t.headers);
	t.lib->easy_cleanup(t.curl);
	if (ok && lseek(fd, t.base + (off_t)t.received, SEEK_SET) < 0)
		ok = error_set_errno(&why, errno, "the file for %.*s", SLICE_ARG(t.shown));
	if (!ok && err)
		*err = why;
	return ok;
}
