/* Which products a purl of a statement covers. */
#include "model/vex_match.h"

#include "base/text.h"

static bool same_name(const struct purl *said, const struct purl *is)
{
	return slice_eq(said->type, is->type) && slice_eq(said->namespace, is->namespace) &&
	       slice_eq(said->name, is->name);
}

/* OpenVEX, "Product Identification": what the statement leaves out covers all. */
static bool covers(const struct purl *said, const struct purl *is)
{
	if (!same_name(said, is) || (!slice_empty(said->version) && !slice_eq(said->version, is->version)))
		return false;
	vec_each(q, &said->qualifiers)
		if (!slice_eq(q->value, purl_qualifier(is, q->key)))
			return false;
	return slice_empty(said->subpath) || slice_eq(said->subpath, is->subpath);
}

/* A distribution's source package (arch=source) stands for the packages built from it. */
static bool covers_source(const struct purl *said, const struct purl *is, const struct package *p)
{
	struct slice arch = purl_qualifier(said, SLICE("arch"));
	struct purl source = *is;

	if ((!slice_is(arch, "source") && !slice_is(arch, "src")) || slice_empty(p->source_name))
		return false;
	source.name = p->source_name;
	if (!same_name(said, &source))
		return false;
	if (!slice_empty(said->version) && !slice_eq(said->version, p->source_version))
		return false;
	vec_each(q, &said->qualifiers)
		if (!slice_is(q->key, "arch") && !slice_eq(q->value, purl_qualifier(is, q->key)))
			return false;
	return true;
}

bool vex_covers_package(const struct purl *said, const struct package *p, struct arena *a)
{
	struct purl is;
	struct slice text = package_purl(p, a);

	return !slice_empty(text) && purl_parse(text, a, &is, NULL) &&
	       (covers(said, &is) || covers_source(said, &is, p));
}

struct reference {
	struct slice repository; /* "docker.io/library/nginx" */
	struct slice tag, digest;
};

/* Docker's short forms are written out: docker.io is the registry that they leave away. */
static struct slice whole_repository(struct slice s, struct arena *a)
{
	struct slice host, rest;

	if (slice_cut_prefix(&s, SLICE("index.docker.io/")) || slice_cut_prefix(&s, SLICE("registry-1.docker.io/")))
		s = arena_printf(a, "docker.io/%.*s", SLICE_ARG(s));
	bool has_host = slice_split(s, '/', &host, &rest) &&
			(slice_find_byte(host, '.') < host.len || slice_find_byte(host, ':') < host.len ||
			 slice_is(host, "localhost"));
	if (!has_host)
		s = arena_printf(a, "docker.io/%.*s", SLICE_ARG(s));
	rest = s;
	if (slice_cut_prefix(&rest, SLICE("docker.io/")) && slice_find_byte(rest, '/') == rest.len)
		return arena_printf(a, "docker.io/library/%.*s", SLICE_ARG(rest));
	return s;
}

static struct reference reference_parse(struct slice s, struct arena *a)
{
	struct reference ret = { .tag = SLICE_EMPTY, .digest = SLICE_EMPTY };
	size_t at = slice_find_byte(s, '@');

	if (at < s.len)
		ret.digest = slice_from(s, at + 1);
	s = slice_first(s, at);
	size_t colon = slice_rfind_byte(s, ':'), slash = slice_rfind_byte(s, '/');
	if (colon < s.len && (slash == s.len || colon > slash)) {
		ret.tag = slice_from(s, colon + 1);
		s = slice_first(s, colon);
	}
	ret.repository = whole_repository(s, a);
	return ret;
}

static struct slice last_part(struct slice repository)
{
	size_t slash = slice_rfind_byte(repository, '/');

	return slash < repository.len ? slice_from(repository, slash + 1) : repository;
}

/* repository_url names the repository, or the place that it stands in. */
static bool in_repository(struct slice url, const struct reference *ref, struct arena *a)
{
	struct slice rest = SLICE_EMPTY;

	if (!slice_cut_prefix(&url, SLICE("https://")))
		slice_cut_prefix(&url, SLICE("http://"));
	slice_cut_suffix(&url, SLICE("/"));
	if (slice_eq(whole_repository(url, a), ref->repository))
		return true;
	slice_cut_prefix(&url, SLICE("index."));
	rest = ref->repository;
	return slice_cut_prefix(&rest, url) && slice_eq(rest, arena_printf(a, "/%.*s", SLICE_ARG(last_part(rest))));
}

static bool has_digest(const struct image *image, const struct reference *ref, struct slice digest)
{
	return slice_eq(digest, ref->digest) || slice_eq(digest, image->manifest_digest) ||
	       slice_eq(digest, image->config_digest);
}

static bool qualifiers_hold(const struct purl *said, const struct image *image, const struct reference *ref,
			    struct arena *a)
{
	vec_each(q, &said->qualifiers) {
		bool holds = false;

		if (slice_is(q->key, "repository_url"))
			holds = in_repository(q->value, ref, a);
		else if (slice_is(q->key, "tag"))
			holds = slice_eq(q->value, ref->tag);
		else if (slice_is(q->key, "arch"))
			holds = slice_eq(q->value, image->architecture);
		else if (slice_is(q->key, "os"))
			holds = slice_eq(q->value, image->os);
		if (!holds)
			return false;
	}
	return true;
}

/* pkg:oci/app@sha256:...?repository_url=...&tag=...; pkg:docker/owner/app@tag-or-digest */
static bool covers_reference(const struct purl *said, const struct image *image, struct slice text,
			     struct arena *a)
{
	struct reference ref = reference_parse(text, a);
	struct slice version = said->version;

	if (slice_is(said->type, "oci")) {
		/* oci names are in lower case, as repositories are. */
		if (!slice_eq(said->name, last_part(ref.repository)))
			return false;
		return (slice_empty(version) || has_digest(image, &ref, version)) &&
		       qualifiers_hold(said, image, &ref, a);
	}
	struct slice name = slice_empty(said->namespace) ? said->name
							 : arena_printf(a, "%.*s/%.*s", SLICE_ARG(said->namespace),
									SLICE_ARG(said->name));
	struct slice own = ref.repository;
	if (purl_qualifier(said, SLICE("repository_url")).len)
		own = slice_from(own, slice_find_byte(own, '/') + 1);
	else
		name = whole_repository(name, a);
	return slice_eq(name, own) && (slice_empty(version) || slice_eq(version, ref.tag) ||
				       has_digest(image, &ref, version)) &&
	       qualifiers_hold(said, image, &ref, a);
}

bool vex_covers_image(const struct purl *said, const struct report *r, struct arena *a)
{
	if (!r->image || (!slice_is(said->type, "oci") && !slice_is(said->type, "docker")))
		return false;
	vec_each(tag, &r->image->tags)
		if (covers_reference(said, r->image, *tag, a))
			return true;
	vec_each(digest, &r->image->repo_digests)
		if (covers_reference(said, r->image, *digest, a))
			return true;
	if (r->kind != TARGET_REGISTRY)
		return false;
	struct slice target = r->target;
	slice_cut_prefix(&target, SLICE("registry://"));
	return covers_reference(said, r->image, target, a);
}

bool vex_image_purl(const struct report *r, struct arena *a, struct purl *ret)
{
	const struct image *image = r->image;
	struct slice target = r->target;

	if (!image)
		return false;
	slice_cut_prefix(&target, SLICE("registry://"));
	if (r->kind != TARGET_REGISTRY)
		target = image->repo_digests.count ? image->repo_digests.items[0]
						   : image->tags.count ? image->tags.items[0] : SLICE_EMPTY;
	if (slice_empty(target))
		return false;
	struct reference ref = reference_parse(target, a);
	*ret = (struct purl){ .type = SLICE("oci"), .name = last_part(ref.repository),
			      .namespace = SLICE_EMPTY, .version = SLICE_EMPTY, .subpath = SLICE_EMPTY };
	ret->version = slice_empty(ref.digest) ? image->manifest_digest : ref.digest;
	if (slice_empty(ret->version) && slice_empty(ref.tag))
		return false;
	purl_add_qualifier(ret, a, SLICE("repository_url"), ref.repository);
	if (slice_empty(ret->version))
		purl_add_qualifier(ret, a, SLICE("tag"), ref.tag);
	return purl_normalize(ret, a, NULL);
}
