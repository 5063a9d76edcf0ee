#include "docker/registry.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "docker/internal.h"
#include "format/digest.h"
#include "format/json.h"

#define WORDS_MAX 300

#define TYPE_INDEX   "application/vnd.oci.image.index.v1+json"
#define TYPE_IMAGE   "application/vnd.oci.image.manifest.v1+json"
#define TYPE_LIST    "application/vnd.docker.distribution.manifest.list.v2+json"
#define TYPE_SCHEMA2 "application/vnd.docker.distribution.manifest.v2+json"
#define TYPE_SCHEMA1 "application/vnd.docker.distribution.manifest.v1"

/* Schema 1 last: a registry that has nothing else says so, instead of "not found". */
static const struct http_header accept_manifests[] = {
	{ SLICE_INIT("Accept"), SLICE_INIT(TYPE_INDEX ", " TYPE_IMAGE ", " TYPE_LIST ", " TYPE_SCHEMA2
					  ", " TYPE_SCHEMA1 "+prettyjws;q=0.5, " TYPE_SCHEMA1
					  "+json;q=0.5") },
};

/* ------------------------------------------------------- open and close */

bool registry_reconnect(struct registry *r, struct error *err)
{
	/* The old client is left alone: closing it would end the parent's sessions. */
	r->client = http_client_new(r->run, &r->http, err);
	return r->client != NULL;
}

struct registry *registry_open(struct run *run, const struct reference *ref,
			       const struct registry_options *options, struct error *err)
{
	struct registry *r = mem_alloc_zero(1, sizeof(*r));

	*r = (struct registry){ .run = run, .ref = *ref, .options = *options };
	r->http.allow_plain = options->plain_http;
	r->http.ca_file = options->ca_file;
	if (registry_certificates(r, err)) {
		r->client = http_client_new(run, &r->http, err);
		if (r->client)
			return r;
	}
	free(r);
	return NULL;
}

void registry_close(struct registry *r)
{
	if (!r)
		return;
	http_client_free(r->client);
	free(r);
}

const struct reference *registry_reference(const struct registry *r)
{
	return &r->ref;
}

static struct slice root_url(struct registry *r, const char *scheme)
{
	return arena_printf(r->run->arena, "%s://%.*s/v2/", scheme,
			    SLICE_ARG(reference_endpoint(&r->ref)));
}

static struct slice host_alone(struct slice registry)
{
	size_t colon = slice_rfind_byte(registry, ':'), bracket = slice_rfind_byte(registry, ']');

	if (colon < registry.len && (bracket == registry.len || bracket < colon))
		return slice_first(registry, colon);
	return registry;
}

/*
 * On this machine plain HTTP is allowed, but TLS is tried first; a certificate
 * that does not verify is no reason to do without.
 */
static bool find_root(struct registry *r, struct error *err)
{
	struct error why = ERROR_INIT;
	struct http_answer answer;
	struct http_call call = { .attempts = 1 };

	if (!slice_empty(r->root))
		return true;
	if (r->options.plain_http) {
		r->root = root_url(r, "http");
		return true;
	}
	call.url = root_url(r, "https");
	if (http_is_loopback(host_alone(r->ref.registry)) &&
	    !http_exchange(r->client, &call, NULL, &answer, &why)) {
		if (why.code != ERR_NETWORK || r->run->offline) {
			if (err)
				*err = why;
			return false;
		}
		call.url = root_url(r, "http");
		if (!http_exchange(r->client, &call, NULL, &answer, NULL)) {
			if (err)
				*err = why;
			return false;
		}
	}
	r->root = call.url;
	return true;
}

/* ------------------------------------------------------------- requests */

struct slice registry_words(struct registry *r, struct slice body, struct slice *ret_code)
{
	struct error ignored = ERROR_INIT;
	struct node *root;

	*ret_code = SLICE_EMPTY;
	if (slice_empty(body) || !json_parse(body, r->run->arena, &root, &ignored))
		return SLICE_EMPTY;
	const struct node *errors = node_get(root, SLICE("errors"));
	const struct node *first = node_is(errors, NODE_LIST) ? errors->first : NULL;
	struct slice words = node_get_text(first, SLICE("message"));

	*ret_code = node_get_text(first, SLICE("code"));
	if (slice_empty(words))
		words = node_get_text(root, SLICE("details"));
	return slice_first(slice_empty(words) ? *ret_code : words, WORDS_MAX);
}

bool registry_refused(struct registry *r, const struct http_answer *answer, struct slice what,
		      struct error *err)
{
	struct slice code, words = registry_words(r, answer->body, &code);
	struct slice name = arena_printf(r->run->arena, "%.*s/%.*s", SLICE_ARG(r->ref.registry),
					 SLICE_ARG(r->ref.repository));
	enum error_code kind = ERR_NETWORK;
	const char *meaning = "the registry refuses";

	if (answer->status == 401 || answer->status == 403) {
		meaning = credentials_none(&r->credentials)
				  ? "no such repository, or it needs credentials (docker login)"
				  : "no such repository, or the credentials do not reach it";
	} else if (answer->status == 404 || answer->status == 410) {
		meaning = "the registry does not have it";
		kind = ERR_NOT_FOUND;
	} else if (answer->status == 429) {
		meaning = "too many requests";
	}
	return error_set(err, kind, "%.*s of %.*s: %s (status %ld%s%.*s)", SLICE_ARG(what),
			 SLICE_ARG(name), meaning, answer->status, slice_empty(words) ? "" : ": ",
			 SLICE_ARG(words));
}

static bool may_authorize(struct registry *r, struct slice url)
{
	return !slice_empty(r->authorization) && http_same_origin(r->client, r->root, url);
}

bool registry_request(struct registry *r, struct registry_request *request, struct http_sink *sink,
		      struct http_answer *ret, struct error *err)
{
	struct http_call *call = &request->call;

	if (!find_root(r, err))
		return false;
	if (slice_empty(call->url))
		call->url = arena_printf(r->run->arena, "%.*s%.*s%s%.*s", SLICE_ARG(r->root),
					 SLICE_ARG(slice_empty(request->path) ? SLICE_EMPTY
									      : r->ref.repository),
					 slice_empty(request->path) ? "" : "/",
					 SLICE_ARG(request->path));
	uint64_t authorized_at = UINT64_MAX; /* bytes that had come then */
	for (;;) {
		call->authorization = SLICE_EMPTY;
		if (may_authorize(r, call->url))
			call->authorization = r->authorization;
		if (!http_exchange(r->client, call, sink, ret, err))
			return false;
		/* A token may run out in the middle of a transfer, which goes on with another one; one
		 * that brought nothing on its way is refused. */
		if (ret->status != 401 ||
		    (authorized_at != UINT64_MAX && ret->bytes <= authorized_at))
			return true;
		if (!http_same_origin(r->client, r->root, ret->url))
			return true;
		if (!registry_authorize(r, ret, err))
			return false;
		authorized_at = ret->bytes;
		if (call->immutable)
			call->from = ret->bytes;
	}
}

bool registry_ping(struct registry *r, struct error *err)
{
	struct registry_request request = { 0 };
	struct http_answer answer;

	if (!registry_request(r, &request, NULL, &answer, err))
		return false;
	return answer.status == 200 || registry_refused(r, &answer, SLICE("/v2/"), err);
}

/* ------------------------------------------------------------ manifests */

static struct slice media_type_of(const struct http_answer *answer)
{
	struct slice type = http_answer_header(answer, "Content-Type");

	return slice_trim(slice_first(type, slice_find_byte(type, ';')));
}

static bool is_digest(struct slice s)
{
	return slice_find_byte(s, ':') < s.len;
}

static struct slice digest_text(struct slice bytes, enum digest_algorithm algorithm,
				struct arena *a)
{
	char text[DIGEST_TEXT_MAX];
	struct digest d;

	digest_of(bytes, algorithm, &d);
	return arena_copy(a, slice_from_cstr(digest_format(&d, text)));
}

/* What was asked for by its digest must have it; what the registry tells of must be true. */
static bool check_digest(struct registry *r, struct slice wanted, const struct http_answer *answer,
			 struct registry_manifest *ret, struct error *err)
{
	struct slice told = http_answer_header(answer, "Docker-Content-Digest");
	struct slice want = is_digest(wanted) ? wanted : told;
	struct digest parsed = { .algorithm = DIGEST_SHA256 };

	if (!slice_empty(want) && !digest_parse(want, &parsed, err))
		return error_wrap(err, "the digest of manifest %.*s", SLICE_ARG(wanted));
	ret->digest = digest_text(ret->bytes, parsed.algorithm, r->run->arena);
	if (slice_empty(want) || slice_eq(want, ret->digest))
		return true;
	return error_set(err, ERR_DIGEST, "manifest %.*s of %.*s/%.*s has the digest %.*s, not %.*s",
			 SLICE_ARG(wanted), SLICE_ARG(r->ref.registry), SLICE_ARG(r->ref.repository),
			 SLICE_ARG(ret->digest), SLICE_ARG(want));
}

static bool ask_manifest(struct registry *r, const char *method, struct slice wanted,
			 struct http_answer *answer, struct registry_manifest *ret,
			 struct error *err)
{
	struct slice what = arena_printf(r->run->arena, "manifest %.*s", SLICE_ARG(wanted));
	struct registry_request request = {
		.call = {
			.method = method,
			.headers = accept_manifests,
			.header_count = 1,
			.max_bytes = LIMIT_MANIFEST,
		},
		.path = arena_printf(r->run->arena, "manifests/%.*s", SLICE_ARG(wanted)),
	};
	struct digest parsed;

	*ret = (struct registry_manifest){ 0 };
	if (is_digest(wanted) && !digest_parse(wanted, &parsed, err))
		return false;
	if (!registry_request(r, &request, NULL, answer, err))
		return false;
	if (answer->status != 200)
		return registry_refused(r, answer, what, err);
	ret->media_type = media_type_of(answer);
	if (slice_starts(ret->media_type, SLICE(TYPE_SCHEMA1)))
		return error_set(err, ERR_UNSUPPORTED,
				 "%.*s of %.*s/%.*s is of schema version 1, which is not supported; "
				 "to push the image again with a present client changes that",
				 SLICE_ARG(what), SLICE_ARG(r->ref.registry),
				 SLICE_ARG(r->ref.repository));
	return true;
}

bool registry_manifest(struct registry *r, struct slice wanted, struct registry_manifest *ret,
		       struct error *err)
{
	struct http_answer answer;

	if (!ask_manifest(r, "GET", wanted, &answer, ret, err))
		return false;
	ret->bytes = answer.body;
	ret->size = answer.body.len;
	return check_digest(r, wanted, &answer, ret, err);
}

bool registry_head(struct registry *r, struct slice wanted, struct registry_manifest *ret,
		   struct error *err)
{
	struct http_answer answer;
	struct digest parsed;

	if (!ask_manifest(r, "HEAD", wanted, &answer, ret, err))
		return false;
	ret->digest = http_answer_header(&answer, "Docker-Content-Digest");
	if (slice_to_u64(http_answer_header(&answer, "Content-Length"), &ret->size) &&
	    digest_parse(ret->digest, &parsed, NULL))
		return true;
	/* The header is optional. */
	bool ok = registry_manifest(r, wanted, ret, err);
	ret->bytes = SLICE_EMPTY;
	return ok;
}

/* ---------------------------------------------------------------- blobs */

struct blob_sink {
	struct http_sink sink;
	struct http_sink *below;
	struct slice digest;
	struct digest_context context;
	bool verify;
	uint64_t size, count;
};

static bool blob_write(struct http_sink *s, struct slice bytes, struct error *err)
{
	struct blob_sink *b = (struct blob_sink *)s;

	if (bytes.len > b->size - b->count)
		return error_set(err, ERR_FORMAT, "blob %.*s is larger than the %llu bytes it should have",
				 SLICE_ARG(b->digest), (unsigned long long)b->size);
	b->count += bytes.len;
	if (b->verify)
		digest_update(&b->context, bytes);
	return b->below->write(b->below, bytes, err);
}

static bool blob_verify(struct blob_sink *b, const struct digest *want, struct error *err)
{
	char text[DIGEST_TEXT_MAX];
	struct digest got;

	digest_end(&b->context, &got);
	b->verify = false;
	return digest_eq(&got, want) ||
	       error_set(err, ERR_DIGEST, "blob %.*s has the digest %s", SLICE_ARG(b->digest),
			 digest_format(&got, text));
}

static bool get_blob(struct registry *r, struct slice digest, bool exact, struct blob_sink *b,
		     struct error *err)
{
	struct slice what = arena_printf(r->run->arena, "blob %.*s", SLICE_ARG(digest));
	struct registry_request request = {
		.call = { .immutable = true, .max_bytes = UINT64_MAX },
		.path = arena_printf(r->run->arena, "blobs/%.*s", SLICE_ARG(digest)),
	};
	struct http_answer answer;

	if (!registry_request(r, &request, &b->sink, &answer, err))
		return false;
	if (answer.status != 200)
		return registry_refused(r, &answer, what, err);
	return !exact || b->count == b->size ||
	       error_set(err, ERR_FORMAT, "blob %.*s ends after %llu of %llu bytes",
			 SLICE_ARG(digest), (unsigned long long)b->count,
			 (unsigned long long)b->size);
}

static bool blob_into(struct registry *r, struct slice digest, uint64_t size, bool exact,
		      bool unverified, struct http_sink *sink, struct error *err)
{
	struct blob_sink b = { .sink = { .write = blob_write }, .below = sink, .digest = digest,
			       .verify = !unverified, .size = size };
	struct digest want, unused;

	if (!digest_parse(digest, &want, err))
		return error_wrap(err, "a blob of %.*s", SLICE_ARG(r->ref.repository));
	if (b.verify)
		digest_begin(&b.context, want.algorithm);
	bool ok = get_blob(r, digest, exact, &b, err) &&
		  (unverified || blob_verify(&b, &want, err));
	if (b.verify)
		digest_end(&b.context, &unused);
	return ok;
}

bool registry_blob(struct registry *r, struct slice digest, uint64_t size, bool unverified,
		   struct http_sink *sink, struct error *err)
{
	return blob_into(r, digest, size, true, unverified, sink, err);
}

struct memory_sink {
	struct http_sink sink;
	struct buf bytes;
};

static bool memory_write(struct http_sink *s, struct slice bytes, struct error *err)
{
	struct memory_sink *m = (struct memory_sink *)s;

	return buf_add_slice(&m->bytes, bytes) ||
	       error_set(err, ERR_LIMIT, "it is larger than %zu bytes", m->bytes.cap);
}

bool registry_blob_bytes(struct registry *r, struct slice digest, uint64_t max, struct slice *ret,
			 struct error *err)
{
	struct memory_sink m = { .sink = { .write = memory_write } };

	buf_init(&m.bytes, (size_t)max);
	bool ok = blob_into(r, digest, UINT64_MAX, false, false, &m.sink, err);
	if (ok)
		*ret = arena_copy(r->run->arena, buf_slice(&m.bytes));
	else
		error_wrap(err, "blob %.*s", SLICE_ARG(digest));
	buf_release(&m.bytes);
	return ok;
}
