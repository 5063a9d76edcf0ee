/* What is attached to an image, found by the registry's lists; their JSON is read within limits. */
#include "base/limits.h"
#include "docker/attached.h"
#include "docker/internal.h"
#include "format/digest.h"
#include "format/json.h"

#define PAGES_MAX 16

static uint64_t size_of(const struct node *descriptor)
{
	uint64_t size = 0;

	slice_to_u64(node_get_text(descriptor, SLICE("size")), &size);
	return size;
}

bool attached_parse_index(struct slice bytes, struct arena *a, struct registry_descriptor_list *ret,
			  struct error *err)
{
	struct digest parsed;
	struct node *root;

	if (!json_parse(bytes, a, &root, err))
		return false;
	const struct node *manifests = node_get(root, SLICE("manifests"));
	if (!node_is(manifests, NODE_LIST))
		return error_set(err, ERR_FORMAT, "it has no list of manifests");
	node_each(it, manifests) {
		struct slice digest = node_get_text(it, SLICE("digest"));

		if (ret->count >= ATTACHED_MAX)
			return true;
		if (!digest_parse(digest, &parsed, NULL))
			continue;
		*vec_add(a, ret) = (struct registry_descriptor){
			.media_type = arena_copy(a, node_get_text(it, SLICE("mediaType"))),
			.artifact_type = arena_copy(a, node_get_text(it, SLICE("artifactType"))),
			.digest = arena_copy(a, digest),
			.size = size_of(it),
		};
	}
	return true;
}

bool attached_parse_attestations(struct slice index, struct slice image, struct arena *a,
				 struct slice_list *ret, struct error *err)
{
	struct digest parsed;
	struct node *root;

	if (!json_parse(index, a, &root, err))
		return false;
	node_each(it, node_get(root, SLICE("manifests"))) {
		const struct node *notes = node_get(it, SLICE("annotations"));
		struct slice digest = node_get_text(it, SLICE("digest"));

		if (ret->count >= ATTACHED_MAX)
			return true;
		if (slice_is(node_get_text(notes, SLICE("vnd.docker.reference.type")),
			     "attestation-manifest") &&
		    slice_eq(node_get_text(notes, SLICE("vnd.docker.reference.digest")), image) &&
		    digest_parse(digest, &parsed, NULL))
			*vec_add(a, ret) = arena_copy(a, digest);
	}
	return true;
}

static bool has(struct slice s, const char *word)
{
	return slice_find(s, slice_from_cstr(word)) < s.len;
}

/* By media type, and for statements by what the predicate is said to be. */
static bool kind_of(struct slice type, struct slice predicate, enum attached_kind *ret)
{
	if (has(type, "in-toto") || has(type, "dsse")) {
		*ret = ATTACHED_IN_TOTO;
		return slice_empty(predicate) || has(predicate, "spdx") ||
		       has(predicate, "cyclonedx");
	}
	*ret = has(type, "cyclonedx") ? ATTACHED_CYCLONEDX : ATTACHED_SPDX;
	return has(type, "spdx") || has(type, "cyclonedx");
}

bool attached_parse_manifest(struct slice bytes, struct slice digest, struct arena *a,
			     struct attached_list *ret, struct error *err)
{
	struct digest parsed;
	struct node *root;

	if (!json_parse(bytes, a, &root, err))
		return false;
	node_each(it, node_get(root, SLICE("layers"))) {
		const struct node *notes = node_get(it, SLICE("annotations"));
		struct attached found = {
			.media_type = node_get_text(it, SLICE("mediaType")),
			.digest = node_get_text(it, SLICE("digest")),
			.predicate = node_get_text(notes, SLICE("in-toto.io/predicate-type")),
			.size = size_of(it),
			.manifest = digest,
		};

		if (ret->count >= ATTACHED_MAX)
			return true;
		if (slice_empty(found.predicate))
			found.predicate = node_get_text(notes, SLICE("predicateType"));
		if (!kind_of(found.media_type, found.predicate, &found.kind) ||
		    !digest_parse(found.digest, &parsed, NULL))
			continue;
		found.media_type = arena_copy(a, found.media_type);
		found.predicate = arena_copy(a, found.predicate);
		found.digest = arena_copy(a, found.digest);
		*vec_add(a, ret) = found;
	}
	return true;
}

/* <url>; rel="next" (RFC 8288): where the list goes on, on the same registry. */
static bool next_page(struct registry *r, const struct http_answer *answer, struct slice *ret)
{
	struct slice link = http_answer_header(answer, "Link"), target;

	if (!slice_cut_prefix(&link, SLICE("<")) || !slice_split(link, '>', &target, &link) ||
	    slice_find(link, SLICE("next")) == link.len)
		return false;
	return http_resolve(r->client, answer->url, target, ret) &&
	       http_same_origin(r->client, answer->url, *ret);
}

static bool stand_in(struct registry *r, struct slice digest, struct registry_descriptor_list *ret,
		     struct error *err)
{
	struct registry_manifest manifest;
	struct error why = ERROR_INIT;
	struct slice algorithm, hex;

	slice_split(digest, ':', &algorithm, &hex);
	struct slice tag = arena_printf(r->run->arena, "%.*s-%.*s", SLICE_ARG(algorithm),
					SLICE_ARG(slice_first(hex, 64)));
	if (registry_manifest(r, tag, &manifest, &why))
		return attached_parse_index(manifest.bytes, r->run->arena, ret, err) ||
		       error_wrap(err, "the referrers of %.*s", SLICE_ARG(digest));
	if (why.code == ERR_NOT_FOUND)
		return true;
	if (err)
		*err = why;
	return false;
}

static void choose_type(struct registry_descriptor_list *list, struct slice type)
{
	size_t kept = 0;

	if (slice_empty(type))
		return;
	for (size_t i = 0; i < list->count; i++)
		if (slice_eq(list->items[i].artifact_type, type))
			list->items[kept++] = list->items[i];
	list->count = kept;
}

bool registry_referrers(struct registry *r, struct slice digest, struct slice artifact_type,
			struct registry_descriptor_list *ret, struct error *err)
{
	struct registry_request request = {
		.path = arena_printf(r->run->arena, "referrers/%.*s", SLICE_ARG(digest)),
	};
	struct http_answer answer;
	struct digest parsed;

	*ret = (struct registry_descriptor_list){ 0 };
	if (!digest_parse(digest, &parsed, err))
		return false;
	for (int page = 0; page < PAGES_MAX; page++) {
		if (!registry_request(r, &request, NULL, &answer, err))
			return false;
		if (answer.status == 404 && page == 0) {
			if (!stand_in(r, digest, ret, err))
				return false;
			break;
		}
		if (answer.status != 200)
			return registry_refused(r, &answer, SLICE("the referrers"), err);
		if (!attached_parse_index(answer.body, r->run->arena, ret, err))
			return error_wrap(err, "the referrers of %.*s", SLICE_ARG(digest));
		request.call = (struct http_call){ 0 };
		if (!next_page(r, &answer, &request.call.url))
			break;
	}
	choose_type(ret, artifact_type);
	return true;
}

static bool add_manifest(struct registry *r, struct slice digest, struct attached_list *ret,
			 struct error *err)
{
	struct registry_manifest manifest;

	return registry_manifest(r, digest, &manifest, err) &&
	       (attached_parse_manifest(manifest.bytes, digest, r->run->arena, ret, err) ||
		error_wrap(err, "manifest %.*s", SLICE_ARG(digest)));
}

bool attached_sboms(struct registry *r, struct slice index, struct slice image,
		    struct attached_list *ret, struct error *err)
{
	struct registry_descriptor_list referrers;
	struct slice_list attestations = { 0 };

	*ret = (struct attached_list){ 0 };
	if (!slice_empty(index) &&
	    !attached_parse_attestations(index, image, r->run->arena, &attestations, err))
		return error_wrap(err, "the index of %.*s", SLICE_ARG(image));
	vec_each(digest, &attestations)
		if (!add_manifest(r, *digest, ret, err))
			return false;
	if (!registry_referrers(r, image, SLICE_EMPTY, &referrers, err))
		return false;
	vec_each(it, &referrers)
		if (!add_manifest(r, it->digest, ret, err))
			return false;
	return true;
}
