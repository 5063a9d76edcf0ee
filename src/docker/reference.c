#include "docker/reference.h"

#include "format/digest.h"

#define HUB	     "docker.io"
#define HUB_ENDPOINT "registry-1.docker.io"

static bool is_lower_alnum(char c)
{
	return ascii_lower(c) || ascii_digit(c);
}

/* alpha-numeric { separator alpha-numeric }; a separator is ".", "_", "__" or any row of "-". */
static bool is_component(struct slice s)
{
	size_t i = 0;

	while (i < s.len) {
		size_t start = i;

		while (i < s.len && is_lower_alnum(s.data[i]))
			i++;
		if (i == start)
			return false;
		if (i == s.len)
			return true;
		char c = s.data[i];
		start = i;
		while (i < s.len && s.data[i] == c)
			i++;
		if (c != '.' && c != '_' && c != '-')
			return false;
		if ((c == '.' && i - start > 1) || (c == '_' && i - start > 2))
			return false;
	}
	return false;
}

static bool is_path(struct slice s)
{
	struct slice rest = s, part;

	if (slice_empty(s) || slice_ends(s, SLICE("/")))
		return false;
	while (slice_next(&rest, '/', &part))
		if (!is_component(part))
			return false;
	return true;
}

/* Letters, digits and, between them, "-". */
static bool is_host_label(struct slice s)
{
	if (slice_empty(s) || s.data[0] == '-' || s.data[s.len - 1] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.data[i]) && s.data[i] != '-')
			return false;
	return true;
}

static bool is_host(struct slice s)
{
	struct slice rest = s, label;

	if (slice_cut_prefix(&s, SLICE("["))) {
		bool colon = false;

		if (!slice_cut_suffix(&s, SLICE("]")))
			return false;
		for (size_t i = 0; i < s.len; i++) {
			char c = ascii_tolower(s.data[i]);

			if (!ascii_digit(c) && !(c >= 'a' && c <= 'f') && c != ':')
				return false;
			colon |= c == ':';
		}
		return colon;
	}
	if (slice_empty(s) || slice_ends(s, SLICE(".")))
		return false;
	while (slice_next(&rest, '.', &label))
		if (!is_host_label(label))
			return false;
	return true;
}

static bool is_registry(struct slice s)
{
	size_t colon = slice_rfind_byte(s, ':'), bracket = slice_rfind_byte(s, ']');
	uint64_t port;

	if (colon < s.len && (bracket == s.len || bracket < colon)) {
		if (!slice_to_u64(slice_from(s, colon + 1), &port) || port > 65535)
			return false;
		s = slice_first(s, colon);
	}
	return is_host(s);
}

static bool is_tag(struct slice s)
{
	if (slice_empty(s) || s.len > REFERENCE_TAG_MAX || s.data[0] == '.' || s.data[0] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.data[i]) && s.data[i] != '_' && s.data[i] != '.' &&
		    s.data[i] != '-')
			return false;
	return true;
}

/* What stands before the first "/" is a registry when no repository could be called so. */
static void split_registry(struct slice name, struct slice *registry, struct slice *repository)
{
	size_t slash = slice_find_byte(name, '/');
	struct slice first = slice_first(name, slash);
	bool upper = false;

	*registry = SLICE(HUB);
	*repository = name;
	if (slash == name.len)
		return;
	for (size_t i = 0; i < first.len; i++)
		upper |= ascii_upper(first.data[i]);
	if (slice_find_byte(first, '.') == first.len && slice_find_byte(first, ':') == first.len &&
	    !slice_is(first, "localhost") && !upper)
		return;
	*registry = first;
	*repository = slice_from(name, slash + 1);
	if (slice_is(first, "index." HUB))
		*registry = SLICE(HUB);
}

/* 64 hex digits alone are an image's ID. */
static bool is_image_id(struct slice s)
{
	if (s.len != 64)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_digit(s.data[i]) && !(s.data[i] >= 'a' && s.data[i] <= 'f'))
			return false;
	return true;
}

static bool refuse(struct slice text, const char *why, struct error *err)
{
	return error_set(err, ERR_USAGE, "%.*s is no image reference: %s", SLICE_ARG(text), why);
}

static bool take_digest(struct slice text, struct slice digest, struct error *err)
{
	struct digest parsed;
	struct error why = ERROR_INIT;

	if (digest_parse(digest, &parsed, &why))
		return true;
	if (slice_starts(digest, SLICE("sha256:")) || slice_starts(digest, SLICE("sha512:")) ||
	    slice_find_byte(digest, ':') == digest.len)
		return refuse(text, "what stands behind @ is no digest", err);
	return error_set(err, ERR_UNSUPPORTED,
			 "%.*s: digests other than sha256 and sha512 are not supported",
			 SLICE_ARG(text));
}

bool reference_parse(struct slice text, struct arena *a, struct reference *ret, struct error *err)
{
	struct slice name = text, repository;
	size_t at = slice_find_byte(text, '@');

	*ret = (struct reference){ 0 };
	if (at < text.len) {
		ret->digest = slice_from(text, at + 1);
		name = slice_first(text, at);
		if (!take_digest(text, ret->digest, err))
			return false;
	}
	size_t colon = slice_rfind_byte(name, ':'), slash = slice_rfind_byte(name, '/');
	if (colon < name.len && (slash == name.len || slash < colon)) {
		ret->tag = slice_from(name, colon + 1);
		name = slice_first(name, colon);
		if (!is_tag(ret->tag))
			return refuse(text, "what stands behind the last colon is no tag", err);
	}
	if (is_image_id(name))
		return refuse(text, "it is an image's ID, which names no repository", err);
	split_registry(name, &ret->registry, &repository);
	if (!is_registry(ret->registry))
		return refuse(text, "what stands in front is no host", err);
	if (!is_path(repository))
		return refuse(text, "a repository's name is lower-case letters and digits, with "
				    "., _, __ or - between them and / between parts", err);
	if (slice_is(ret->registry, HUB) && slice_find_byte(repository, '/') == repository.len)
		ret->repository = arena_printf(a, "library/%.*s", SLICE_ARG(repository));
	else
		ret->repository = arena_copy(a, repository);
	if (ret->registry.len + 1 + ret->repository.len > REFERENCE_NAME_MAX)
		return refuse(text, "it is longer than 255 characters", err);
	ret->registry = arena_copy(a, ret->registry);
	ret->tag = arena_copy(a, ret->tag);
	ret->digest = arena_copy(a, ret->digest);
	return true;
}

struct slice reference_wanted(const struct reference *r)
{
	if (!slice_empty(r->digest))
		return r->digest;
	return slice_empty(r->tag) ? SLICE("latest") : r->tag;
}

struct slice reference_familiar_name(const struct reference *r, struct arena *a)
{
	struct slice name = r->repository, registry, repository;
	bool official = slice_cut_prefix(&name, SLICE("library/"));

	/* What would be read as something else alone stays whole. */
	if (official && slice_find_byte(name, '/') < name.len)
		name = r->repository;
	split_registry(name, &registry, &repository);
	if (slice_is(r->registry, HUB) && slice_eq(repository, name) && !is_image_id(name))
		return name;
	return arena_printf(a, "%.*s/%.*s", SLICE_ARG(r->registry), SLICE_ARG(r->repository));
}

static struct slice with_version(const struct reference *r, struct slice name, struct slice tag,
				 struct arena *a)
{
	return arena_printf(a, "%.*s%s%.*s%s%.*s", SLICE_ARG(name), slice_empty(tag) ? "" : ":",
			    SLICE_ARG(tag), slice_empty(r->digest) ? "" : "@",
			    SLICE_ARG(r->digest));
}

struct slice reference_familiar(const struct reference *r, struct arena *a)
{
	struct slice tag = r->tag;

	if (slice_empty(tag) && slice_empty(r->digest))
		tag = SLICE("latest");
	return with_version(r, reference_familiar_name(r, a), tag, a);
}

struct slice reference_format(const struct reference *r, struct arena *a)
{
	struct slice name = arena_printf(a, "%.*s/%.*s", SLICE_ARG(r->registry),
					 SLICE_ARG(r->repository));

	return with_version(r, name, r->tag, a);
}

struct slice reference_endpoint(const struct reference *r)
{
	return slice_is(r->registry, HUB) ? SLICE(HUB_ENDPOINT) : r->registry;
}
