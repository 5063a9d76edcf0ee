#include "model/purl_types.h"

#include "base/cleanup.h"
#include "base/text.h"

static bool adjust_chrome_extension(struct purl *p, struct arena *a, struct error *err)
{
	size_t numbers = 0;
	struct slice rest = p->version, number;
	bool more = !slice_empty(rest);

	(void)a;
	if (p->name.len != 32)
		return error_set(err, ERR_FORMAT, "the name is not 32 letters long");
	for (size_t i = 0; i < p->name.len; i++)
		if (p->name.data[i] < 'a' || p->name.data[i] > 'p')
			return error_set(err, ERR_FORMAT, "the name has letters other than a to p");
	while (more) {
		more = slice_split(rest, '.', &number, &rest);
		for (size_t i = 0; i < number.len; i++)
			if (!ascii_digit(number.data[i]))
				return error_set(err, ERR_FORMAT, "the version is not numeric");
		if (slice_empty(number) || ++numbers > 4)
			return error_set(err, ERR_FORMAT, "the version is not one to four numbers");
	}
	return true;
}

static bool adjust_cocoapods(struct purl *p, struct arena *a, struct error *err)
{
	(void)a;
	if (slice_starts(p->name, SLICE(".")))
		return error_set(err, ERR_FORMAT, "the name starts with a period");
	for (size_t i = 0; i < p->name.len; i++)
		if (ascii_space(p->name.data[i]) || p->name.data[i] == '+')
			return error_set(err, ERR_FORMAT, "the name has white space or a plus");
	return true;
}

static bool adjust_cpan(struct purl *p, struct arena *a, struct error *err)
{
	struct slice upper = arena_copy(a, p->namespace);
	char *bytes = (char *)(uintptr_t)upper.data;

	if (slice_find(p->name, SLICE("::")) < p->name.len)
		return error_set(err, ERR_FORMAT, "the name is a module, not a distribution");
	for (size_t i = 0; i < upper.len; i++)
		if (ascii_lower(bytes[i]))
			bytes[i] = (char)(bytes[i] - 'a' + 'A');
	p->namespace = upper;
	return true;
}

/* Hosts of which the definitions of other types say that their paths ignore case. */
static const struct slice caseless_hosts[] = {
	SLICE_INIT("bitbucket"), SLICE_INIT("bitbucket.org"),
	SLICE_INIT("github"), SLICE_INIT("github.com"),
};

/* The first segment is the host, all that follows is the name. */
static bool adjust_git(struct purl *p, struct arena *a, struct error *err)
{
	struct slice host = p->namespace, path = SLICE_EMPTY, part;
	struct slice_list parts = { 0 };

	(void)err; /* a missing namespace or name is found behind this */
	slice_split(p->namespace, '/', &host, &path);
	while (slice_next(&path, '/', &part))
		*vec_add(a, &parts) = part;
	path = p->name;
	while (slice_next(&path, '/', &part))
		if (!slice_empty(part))
			*vec_add(a, &parts) = part;
	p->namespace = host;
	p->name = arena_join(a, parts.items, parts.count, SLICE("/"));
	for (size_t i = 0; i < ARRAY_LEN(caseless_hosts); i++) {
		if (slice_eq_nocase(host, caseless_hosts[i])) {
			p->namespace = caseless_hosts[i];
			p->name = purl_lower(p->name, a);
		}
	}
	return true;
}

static void dashes_for_underscores(struct purl *p, struct arena *a)
{
	struct slice copy = arena_copy(a, p->name);
	char *bytes = (char *)(uintptr_t)copy.data;

	for (size_t i = 0; i < copy.len; i++)
		if (bytes[i] == '_')
			bytes[i] = '-';
	p->name = copy;
}

static bool adjust_dashes(struct purl *p, struct arena *a, struct error *err)
{
	(void)err;
	dashes_for_underscores(p, a);
	return true;
}

static bool contains_nocase(struct slice s, struct slice word)
{
	for (; s.len >= word.len; s = slice_from(s, 1))
		if (slice_eq_nocase(slice_first(s, word.len), word))
			return true;
	return false;
}

/* Between scheme and path, with user and port; a URL without a scheme starts with the host. */
static struct slice url_host(struct slice url)
{
	size_t scheme = slice_find(url, SLICE("://"));

	if (scheme < url.len)
		url = slice_from(url, scheme + 3);
	return slice_first(url, slice_find_byte(url, '/'));
}

/* Databricks' model registry ignores case, Azure's does not; of others nothing is known. */
static bool adjust_mlflow(struct purl *p, struct arena *a, struct error *err)
{
	struct slice host = url_host(purl_qualifier(p, SLICE("repository_url")));

	(void)err;
	if (contains_nocase(host, SLICE("databricks")))
		p->name = purl_lower(p->name, a);
	return true;
}

/* Everything but letters, digits and the underscore becomes an underscore. */
static bool adjust_pub(struct purl *p, struct arena *a, struct error *err)
{
	struct slice rest = p->name, copy = arena_copy(a, p->name);
	char *bytes = (char *)(uintptr_t)copy.data;
	size_t len = 0;

	(void)err;
	while (!slice_empty(rest)) {
		char c = rest.data[0];
		uint32_t rune;

		bytes[len++] = ascii_lower(c) || ascii_digit(c) ? c : '_';
		rest = slice_from(rest, text_decode_utf8(rest, &rune));
	}
	p->name = slice_first(copy, len);
	return true;
}

static bool guid_shaped(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char c = ascii_tolower(s.data[i]);

		if (dash ? c != '-' : !ascii_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return s.len == 36;
}

static bool adjust_swid(struct purl *p, struct arena *a, struct error *err)
{
	size_t first = slice_find_byte(p->namespace, '/');

	if (first < p->namespace.len && slice_rfind_byte(p->namespace, '/') != first)
		return error_set(err, ERR_FORMAT, "the namespace has more than two segments");
	vec_each(q, &p->qualifiers)
		if (slice_is(q->key, "tag_id") && guid_shaped(q->value))
			q->value = purl_lower(q->value, a);
	return true;
}

#define LOWER_BOTH (PURL_LOWER_NAMESPACE | PURL_LOWER_NAME)

/* Sorted by type. */
static const struct purl_type types[] = {
	{ .type = SLICE_INIT("alpm"), .namespace = PURL_REQUIRED, .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("apk"), .namespace = PURL_REQUIRED, .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("bazel"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("bitbucket"), .namespace = PURL_REQUIRED, .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("bitnami"), .namespace = PURL_PROHIBITED, .lower = PURL_LOWER_NAME },
	{ .type = SLICE_INIT("brew"), .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("cargo"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("chrome-extension"), .namespace = PURL_PROHIBITED,
	  .lower = PURL_LOWER_NAME, .adjust = adjust_chrome_extension },
	{ .type = SLICE_INIT("cocoapods"), .namespace = PURL_PROHIBITED,
	  .adjust = adjust_cocoapods },
	{ .type = SLICE_INIT("composer"), .namespace = PURL_REQUIRED, .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("conan") },
	{ .type = SLICE_INIT("conda"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("cpan"), .adjust = adjust_cpan },
	{ .type = SLICE_INIT("cran"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("deb"), .namespace = PURL_REQUIRED, .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("docker") },
	{ .type = SLICE_INIT("gem"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("generic") },
	{ .type = SLICE_INIT("git"), .namespace = PURL_REQUIRED, .name_is_path = true,
	  .adjust = adjust_git },
	{ .type = SLICE_INIT("github"), .namespace = PURL_REQUIRED, .lower = LOWER_BOTH },
	/* Modules such as go.opencensus.io, and the standard library, have a name alone. */
	{ .type = SLICE_INIT("golang") },
	{ .type = SLICE_INIT("hackage"), .namespace = PURL_PROHIBITED, .adjust = adjust_dashes },
	{ .type = SLICE_INIT("hex"), .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("huggingface"), .namespace = PURL_REQUIRED,
	  .lower = PURL_LOWER_VERSION },
	{ .type = SLICE_INIT("julia"), .namespace = PURL_PROHIBITED,
	  .qualifier = SLICE_INIT("uuid") },
	{ .type = SLICE_INIT("luarocks"), .lower = LOWER_BOTH },
	{ .type = SLICE_INIT("maven"), .namespace = PURL_REQUIRED },
	{ .type = SLICE_INIT("mlflow"), .namespace = PURL_PROHIBITED, .adjust = adjust_mlflow },
	{ .type = SLICE_INIT("npm") },
	{ .type = SLICE_INIT("nuget"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("oci"), .namespace = PURL_PROHIBITED,
	  .lower = PURL_LOWER_NAME | PURL_LOWER_VERSION },
	{ .type = SLICE_INIT("opam"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("otp"), .namespace = PURL_PROHIBITED,
	  .lower = PURL_LOWER_NAME | PURL_LOWER_SUBPATH },
	{ .type = SLICE_INIT("pub"), .namespace = PURL_PROHIBITED, .lower = PURL_LOWER_NAME,
	  .adjust = adjust_pub },
	{ .type = SLICE_INIT("pypi"), .namespace = PURL_PROHIBITED,
	  .lower = PURL_LOWER_NAME | PURL_LOWER_VERSION, .adjust = adjust_dashes },
	{ .type = SLICE_INIT("qpkg"), .namespace = PURL_REQUIRED, .lower = PURL_LOWER_NAMESPACE },
	{ .type = SLICE_INIT("rpm"), .namespace = PURL_REQUIRED, .lower = PURL_LOWER_NAMESPACE },
	{ .type = SLICE_INIT("swid"), .qualifier = SLICE_INIT("tag_id"), .adjust = adjust_swid },
	{ .type = SLICE_INIT("swift"), .namespace = PURL_REQUIRED },
	{ .type = SLICE_INIT("vcpkg"), .namespace = PURL_PROHIBITED },
	{ .type = SLICE_INIT("vscode-extension"), .namespace = PURL_REQUIRED,
	  .lower = LOWER_BOTH | PURL_LOWER_VERSION },
	{ .type = SLICE_INIT("yocto"), .lower = PURL_LOWER_NAMESPACE },
};

static const struct purl_type unknown_type = { .type = SLICE_INIT("") };

const struct purl_type *purl_type_row(struct slice type)
{
	size_t low = 0, high = ARRAY_LEN(types);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_cmp(type, types[middle].type);

		if (order == 0)
			return &types[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return &unknown_type;
}
