/* Blobs and manifests out (OCI distribution specification 1.1, "Push"). */
#include <stdlib.h>

#include "base/limits.h"
#include "docker/internal.h"
#include "net/http.h"
#include "format/digest.h"

#define CHUNK ((uint64_t)8 * MIB)

static const struct http_header octets[] = {
	{ SLICE_INIT("Content-Type"), SLICE_INIT("application/octet-stream") },
};

static bool is_there(struct registry *r, struct slice digest)
{
	struct registry_request request = {
		.call = { .method = "HEAD" },
		.path = arena_printf(r->run->arena, "blobs/%.*s", SLICE_ARG(digest)),
	};
	struct http_answer answer;
	struct error ignored = ERROR_INIT;

	return registry_request(r, &request, NULL, &answer, &ignored) && answer.status == 200;
}

/* Where an upload goes on. */
static bool take_location(struct registry *r, const struct http_answer *answer, struct slice *ret,
			  struct error *err)
{
	struct slice location = http_answer_header(answer, "Location");

	if (!slice_empty(location) && http_resolve(r->client, answer->url, location, ret))
		return true;
	return error_set(err, ERR_NETWORK, "%.*s: the upload has no place to go on",
			 SLICE_ARG(http_shown(answer->url, r->run->arena)));
}

static bool begin(struct registry *r, struct slice *ret, struct error *err)
{
	struct registry_request request = { .call = { .method = "POST" }, .path = SLICE("blobs/uploads/") };
	struct http_answer answer;

	if (!registry_request(r, &request, NULL, &answer, err))
		return false;
	if (answer.status != 202)
		return registry_refused(r, &answer, SLICE("an upload"), err);
	return take_location(r, &answer, ret, err);
}

static struct slice with_digest(struct registry *r, struct slice url, struct slice digest)
{
	char mark = slice_find_byte(url, '?') < url.len ? '&' : '?';

	return arena_printf(r->run->arena, "%.*s%cdigest=%.*s", SLICE_ARG(url), mark,
			    SLICE_ARG(digest));
}

/* The last request of an upload; `source` NULL: all is there already. */
static bool finish(struct registry *r, struct slice url, struct slice digest,
		   struct http_source *source, long *ret_status, struct error *err)
{
	struct registry_request request = {
		.call = {
			.method = "PUT",
			.url = with_digest(r, url, digest),
			.headers = octets,
			.header_count = 1,
			.source = source,
			/* An upload that broke is begun again by the caller. */
			.attempts = 1,
		},
	};
	struct http_answer answer;

	*ret_status = 0;
	if (!registry_request(r, &request, NULL, &answer, err))
		return false;
	*ret_status = answer.status;
	return answer.status == 201 || answer.status == 204 ||
	       registry_refused(r, &answer, arena_printf(r->run->arena, "blob %.*s", SLICE_ARG(digest)),
				err);
}

struct part {
	struct http_source source;
	struct http_source *whole;
	uint64_t offset;
};

static bool part_read(struct http_source *s, uint64_t offset, void *to, size_t len,
		      struct error *err)
{
	struct part *p = (struct part *)s;

	return p->whole->read(p->whole, p->offset + offset, to, len, err);
}

static bool send_chunk(struct registry *r, struct part *part, struct slice *url, struct error *err)
{
	struct http_header headers[] = {
		octets[0],
		{ SLICE("Content-Range"),
		  arena_printf(r->run->arena, "%llu-%llu", (unsigned long long)part->offset,
			       (unsigned long long)(part->offset + part->source.size - 1)) },
	};
	struct registry_request request = {
		.call = {
			.method = "PATCH",
			.url = *url,
			.headers = headers,
			.header_count = 2,
			.source = &part->source,
			.attempts = 1,
		},
	};
	struct http_answer answer;

	if (!registry_request(r, &request, NULL, &answer, err))
		return false;
	if (answer.status != 202)
		return registry_refused(r, &answer, SLICE("a chunk"), err);
	return take_location(r, &answer, url, err);
}

static bool push_chunks(struct registry *r, struct slice digest, struct http_source *source,
			struct error *err)
{
	struct slice url;
	long status;

	if (!begin(r, &url, err))
		return false;
	for (uint64_t at = 0; at < source->size;) {
		uint64_t left = source->size - at;
		struct part part = {
			.source = { left < CHUNK ? left : CHUNK, part_read },
			.whole = source,
			.offset = at,
		};

		if (!send_chunk(r, &part, &url, err))
			return false;
		at += part.source.size;
	}
	return finish(r, url, digest, NULL, &status, err);
}

bool registry_push_blob(struct registry *r, struct slice digest, struct http_source *source,
			struct error *err)
{
	struct error why = ERROR_INIT;
	struct digest parsed;
	struct slice url;
	long status;

	if (!digest_parse(digest, &parsed, err))
		return false;
	if (is_there(r, digest))
		return true;
	if (!begin(r, &url, err))
		return false;
	if (finish(r, url, digest, source, &status, &why))
		return true;
	/* Refused for good: smaller pieces change nothing. */
	if (run_interrupted(r->run, NULL) || status == 401 || status == 403 || status == 429) {
		if (err)
			*err = why;
		return false;
	}
	run_log(r->run, LOG_DEBUG, "%s; trying in chunks", why.message);
	return push_chunks(r, digest, source, err);
}

struct bytes_source {
	struct http_source source;
	struct slice bytes;
};

static bool bytes_read(struct http_source *s, uint64_t offset, void *to, size_t len,
		       struct error *err)
{
	struct bytes_source *b = (struct bytes_source *)s;

	(void)err;
	memcpy(to, b->bytes.data + offset, len);
	return true;
}

bool registry_push_bytes(struct registry *r, struct slice digest, struct slice bytes,
			 struct error *err)
{
	struct bytes_source b = { .source = { bytes.len, bytes_read }, .bytes = bytes };

	return registry_push_blob(r, digest, &b.source, err);
}

bool registry_push_manifest(struct registry *r, struct slice name, struct slice media_type,
			    struct slice bytes, struct error *err)
{
	const struct http_header header = { SLICE("Content-Type"), media_type };
	struct registry_request request = {
		.call = {
			.method = "PUT",
			.headers = &header,
			.header_count = 1,
			.body = bytes,
		},
		.path = arena_printf(r->run->arena, "manifests/%.*s", SLICE_ARG(name)),
	};
	struct http_answer answer;

	if (!registry_request(r, &request, NULL, &answer, err))
		return false;
	return answer.status == 201 || answer.status == 200 ||
	       registry_refused(r, &answer,
				arena_printf(r->run->arena, "manifest %.*s", SLICE_ARG(name)), err);
}
