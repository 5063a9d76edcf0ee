/* One request by libcurl: its options, its headers, what it sends and what comes back. */
#include "net/transfer.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

#define CONNECT_TIMEOUT_MS 30000L
#define STALLED_SECONDS	   60L
#define HEADERS_MAX	   (256 * KIB)
#define BUFFER_SIZE	   (256L * 1024)

long transfer_status(struct transfer *t)
{
	long status = 0;

	t->lib->easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

struct slice transfer_header(struct transfer *t, const char *name)
{
	struct curl_header *h;

	if (t->lib->easy_header(t->curl, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return SLICE_EMPTY;
	return slice_from_cstr(h->value);
}

bool transfer_failed(struct transfer *t)
{
	return t->failure.code != ERR_NONE;
}

/* ------------------------------------------------------------- what came */

bool transfer_start_over(struct transfer *t)
{
	struct error why = ERROR_INIT;

	t->etag = t->last_modified = SLICE_EMPTY;
	if (!t->received)
		return true;
	if (t->sink && !t->sink->restart) {
		t->no_resume = true;
		return error_set(&t->failure, ERR_NETWORK,
				 "%.*s: the transfer broke and cannot go on where it broke",
				 SLICE_ARG(t->shown));
	}
	if (t->sink && !t->sink->restart(t->sink, &why)) {
		t->sink_failed = true;
		t->failure = why;
		return false;
	}
	t->received = 0;
	buf_clear(&t->body);
	return true;
}

/* "bytes 100-199/200" starts where the sink ends? */
static bool range_fits(struct transfer *t)
{
	struct slice value = transfer_header(t, "Content-Range"), first, rest;
	uint64_t start;

	return slice_cut_prefix(&value, SLICE("bytes ")) &&
	       slice_split(value, '-', &first, &rest) && slice_to_u64(first, &start) &&
	       start == t->received &&
	       (t->call->immutable || slice_eq(transfer_header(t, "ETag"), t->etag));
}

bool transfer_check_body(struct transfer *t, long status)
{
	t->body_checked = true;
	if (status == 206) {
		if (range_fits(t))
			return true;
		error_set(&t->failure, ERR_FORMAT,
			  "%.*s: the server sent another part than the one asked for",
			  SLICE_ARG(t->shown));
		if (!t->call->immutable)
			transfer_start_over(t);
		return false;
	}
	if (t->call->immutable) {
		t->pass_over = t->received;
		return true;
	}
	if (!transfer_start_over(t))
		return false;
	t->etag = arena_copy(t->run->arena, transfer_header(t, "ETag"));
	t->last_modified = arena_copy(t->run->arena, transfer_header(t, "Last-Modified"));
	return true;
}

static bool take_good(struct transfer *t, struct slice bytes)
{
	struct error why = ERROR_INIT;

	if (t->pass_over) {
		size_t passed = t->pass_over < bytes.len ? (size_t)t->pass_over : bytes.len;

		t->pass_over -= passed;
		bytes = slice_from(bytes, passed);
		if (slice_empty(bytes))
			return true;
	}
	if (bytes.len > t->max - t->received)
		return error_set(&t->failure, ERR_LIMIT, "%.*s is larger than %llu bytes",
				 SLICE_ARG(t->shown), (unsigned long long)t->max);
	if (!t->sink) {
		if (!buf_add_slice(&t->body, bytes))
			return error_set(&t->failure, ERR_LIMIT, "%.*s is too large",
					 SLICE_ARG(t->shown));
	} else if (!t->sink->write(t->sink, bytes, &why)) {
		t->sink_failed = true;
		t->failure = why;
		return false;
	}
	t->received += bytes.len;
	return true;
}

static bool take_bad(struct transfer *t, struct slice bytes)
{
	size_t room = HTTP_ERROR_BODY - t->body.len;

	buf_add_slice(&t->body, slice_first(bytes, room));
	t->cut = bytes.len > room;
	return !t->cut;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	long status = transfer_status(t);
	struct slice bytes = slice_new(data, size * count);

	if (!status_is_good(status)) {
		/* What is kept of an earlier part stays where it is when there is no sink. */
		if (!t->sink && t->received && !transfer_start_over(t))
			return 0;
		return take_bad(t, bytes) ? bytes.len : 0;
	}
	if (!t->body_checked && !transfer_check_body(t, status))
		return 0;
	return take_good(t, bytes) ? bytes.len : 0;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;

	(void)data;
	t->header_bytes += size * count;
	if (t->header_bytes <= HEADERS_MAX)
		return size * count;
	error_set(&t->failure, ERR_LIMIT, "%.*s: the answer has more than %zu bytes of headers",
		  SLICE_ARG(t->shown), HEADERS_MAX);
	return 0;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up_now)
{
	struct transfer *t = context;
	struct run *run = t->run;

	(void)up_total, (void)up_now;
	if (run_interrupted(run, &t->failure))
		return 1;
	if (run->progress && now > 0 && t->call->what) {
		/* Of a resumed transfer curl counts the part alone. */
		uint64_t before = t->received > (uint64_t)now ? t->received - (uint64_t)now : 0;

		run->progress(run->context, t->call->what, t->received,
			      total > 0 ? before + (uint64_t)total : 0);
	}
	return 0;
}

/* ---------------------------------------------------------- what is sent */

static uint64_t upload_size(const struct transfer *t)
{
	return t->call->source ? t->call->source->size : t->call->body.len;
}

static bool has_upload(const struct transfer *t)
{
	return strcmp(t->method, "GET") != 0 && strcmp(t->method, "HEAD") != 0 &&
	       strcmp(t->method, "DELETE") != 0;
}

static size_t on_upload(char *to, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	uint64_t left = upload_size(t) - t->sent;
	size_t len = left < size * count ? (size_t)left : size * count;
	struct error why = ERROR_INIT;

	if (len == 0)
		return 0;
	if (!t->call->source) {
		memcpy(to, t->call->body.data + t->sent, len);
	} else if (!t->call->source->read(t->call->source, t->sent, to, len, &why)) {
		t->sink_failed = true;
		t->failure = why;
		return CURL_READFUNC_ABORT;
	}
	t->sent += len;
	return len;
}

static int on_rewind(void *context, curl_off_t offset, int origin)
{
	struct transfer *t = context;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > upload_size(t))
		return CURL_SEEKFUNC_FAIL;
	t->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static bool sound_value(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((uint8_t)value.data[i] < ' ' || value.data[i] == 0x7f)
			return false;
	return !slice_empty(value);
}

static void add_line(struct transfer *t, const char *line)
{
	struct curl_slist *longer = t->lib->slist_append(t->headers, line);

	if (longer)
		t->headers = longer;
}

static void add_header(struct transfer *t, struct slice name, struct slice value)
{
	if (sound_value(name) && sound_value(value))
		add_line(t, arena_printf(t->run->arena, "%.*s: %.*s", SLICE_ARG(name),
					 SLICE_ARG(value)).data);
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
	const struct http_call *call = t->call;
	struct slice validator = range_validator(t);

	t->lib->slist_free_all(t->headers);
	t->headers = NULL;
	if (t->received && !call->immutable && !sound_value(validator) && !transfer_start_over(t))
		return false;
	if (t->received) {
		add_header(t, SLICE("Range"),
			   arena_printf(t->run->arena, "bytes=%llu-",
					(unsigned long long)t->received));
		if (!call->immutable)
			add_header(t, SLICE("If-Range"), validator);
	} else {
		add_header(t, SLICE("If-None-Match"), call->if_none_match);
		add_header(t, SLICE("If-Modified-Since"), call->if_modified_since);
	}
	for (size_t i = 0; i < call->header_count; i++)
		add_header(t, call->headers[i].name, call->headers[i].value);
	if (t->authorize)
		add_header(t, SLICE("Authorization"), call->authorization);
	if (has_upload(t))
		add_line(t, "Expect:");
	t->lib->easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers);
	return true;
}

/* ----------------------------------------------------------- the options */

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static void set_certificates(const struct transfer *t)
{
	const struct http_client_options *o = &t->client->options;
	struct arena *a = t->run->arena;
	CURL *curl = t->curl;
	const char *file = environment("CURL_CA_BUNDLE"), *directory = environment("SSL_CERT_DIR");

	if (!file)
		file = environment("SSL_CERT_FILE");
	if (!slice_empty(o->ca_file)) {
		file = arena_cstr(a, o->ca_file);
		/* In place of all that is trusted otherwise. */
		t->lib->easy_setopt(curl, CURLOPT_CAPATH, NULL);
		directory = NULL;
	}
	if (file) {
		t->lib->easy_setopt(curl, CURLOPT_CAINFO, file);
		t->lib->easy_setopt(curl, CURLOPT_PROXY_CAINFO, file);
	}
	if (directory) {
		t->lib->easy_setopt(curl, CURLOPT_CAPATH, directory);
		t->lib->easy_setopt(curl, CURLOPT_PROXY_CAPATH, directory);
	}
	if (!slice_empty(o->ca_more)) {
		/* libcurl takes the text in place of the file, and the directory besides. */
		struct curl_blob blob = { .data = arena_cstr(a, o->ca_more), .len = o->ca_more.len,
					  .flags = CURL_BLOB_COPY };

		t->lib->easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
	}
	if (!slice_empty(o->certificate)) {
		t->lib->easy_setopt(curl, CURLOPT_SSLCERT, arena_cstr(a, o->certificate));
		t->lib->easy_setopt(curl, CURLOPT_SSLKEY, arena_cstr(a, o->key));
	}
	t->lib->easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	t->lib->easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	t->lib->easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void set_callbacks(struct transfer *t)
{
	const struct curl_library *lib = t->lib;

	lib->easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->message);
	lib->easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body);
	lib->easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
	lib->easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_header);
	lib->easy_setopt(t->curl, CURLOPT_HEADERDATA, t);
	lib->easy_setopt(t->curl, CURLOPT_NOPROGRESS, 0L);
	lib->easy_setopt(t->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	lib->easy_setopt(t->curl, CURLOPT_XFERINFODATA, t);
}

static void set_method(struct transfer *t)
{
	const struct curl_library *lib = t->lib;

	if (strcmp(t->method, "HEAD") == 0) {
		lib->easy_setopt(t->curl, CURLOPT_NOBODY, 1L);
	} else if (has_upload(t)) {
		lib->easy_setopt(t->curl, CURLOPT_UPLOAD, 1L);
		lib->easy_setopt(t->curl, CURLOPT_CUSTOMREQUEST, t->method);
		lib->easy_setopt(t->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)upload_size(t));
		lib->easy_setopt(t->curl, CURLOPT_READFUNCTION, on_upload);
		lib->easy_setopt(t->curl, CURLOPT_READDATA, t);
		lib->easy_setopt(t->curl, CURLOPT_SEEKFUNCTION, on_rewind);
		lib->easy_setopt(t->curl, CURLOPT_SEEKDATA, t);
	} else if (strcmp(t->method, "GET") != 0) {
		lib->easy_setopt(t->curl, CURLOPT_CUSTOMREQUEST, t->method);
	}
}

static bool set_options(struct transfer *t)
{
	const struct curl_library *lib = t->lib;
	CURL *curl = t->curl;

	/* Keeps the connections. */
	lib->easy_reset(curl);
	/* The one option whose absence would widen what may be asked for. */
	if (lib->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK)
		return error_set(&t->failure, ERR_NETWORK, "libcurl does not know http and https");
	set_certificates(t);
	if (!slice_empty(t->client->options.unix_socket)) {
		lib->easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
				 arena_cstr(t->run->arena, t->client->options.unix_socket));
		lib->easy_setopt(curl, CURLOPT_PROXY, "");
	}
	/* Redirects are followed in exchange.c, one by one, so that each is held against the rules. */
	lib->easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	lib->easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	lib->easy_setopt(curl, CURLOPT_USERAGENT, "bulwark/" BULWARK_VERSION);
	lib->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	lib->easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	lib->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	lib->easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	lib->easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
			 t->client->options.stalled_seconds ? (long)t->client->options.stalled_seconds
							    : STALLED_SECONDS);
	lib->easy_setopt(curl, CURLOPT_BUFFERSIZE, BUFFER_SIZE);
	set_callbacks(t);
	set_method(t);
	return true;
}

CURLcode transfer_perform(struct transfer *t)
{
	int64_t left = t->run->deadline_ms ? t->run->deadline_ms - run_monotonic_ms() : 0;

	t->body_checked = t->cut = false;
	t->header_bytes = 0;
	t->sent = t->pass_over = 0;
	t->message[0] = '\0';
	error_clear(&t->failure);
	/* What a sink does not hold of a good body is held here, for the next part of it. */
	if (t->sink || !t->received)
		buf_clear(&t->body);
	if (!set_options(t) || !set_headers(t))
		return CURLE_WRITE_ERROR;
	if (run_interrupted(t->run, &t->failure))
		return CURLE_ABORTED_BY_CALLBACK;
	t->lib->easy_setopt(t->curl, CURLOPT_URL, t->url);
	t->lib->easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, left > 0 ? (long)left + 1 : 0L);
	return t->lib->easy_perform(t->curl);
}
