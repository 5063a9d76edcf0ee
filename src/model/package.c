#include "model/package.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/wire.h"

#define LANGUAGE_FILE(id, ours, type, trivy, lock)                                           \
	[id] = { .name = SLICE_INIT(ours), .purl_type = SLICE_INIT(type),                    \
		 .trivy_type = SLICE_INIT(trivy), .lock_file = lock }
#define LANGUAGE_SHARED(id, ours, type, trivy, target)                                       \
	[id] = { .name = SLICE_INIT(ours), .purl_type = SLICE_INIT(type),                    \
		 .trivy_type = SLICE_INIT(trivy), .shared_target = true,                     \
		 .trivy_target = SLICE_INIT(target) }
#define OS_DATABASE(id, ours, type, namespace)                                               \
	[id] = { .name = SLICE_INIT(ours), .purl_type = SLICE_INIT(type), .os = true,        \
		 .purl_namespace = SLICE_INIT(namespace) }

static const struct package_origin_row origin_rows[ORIGIN_COUNT] = {
	[ORIGIN_NONE] = { .name = SLICE_INIT("none") },
	OS_DATABASE(ORIGIN_DPKG, "dpkg", "deb", "debian"),
	OS_DATABASE(ORIGIN_APK, "apk", "apk", "alpine"),
	OS_DATABASE(ORIGIN_RPM, "rpm", "rpm", "redhat"),
	LANGUAGE_FILE(ORIGIN_GO_BINARY, "go-binary", "golang", "gobinary", false),
	LANGUAGE_SHARED(ORIGIN_NODE_PACKAGE, "node-package", "npm", "node-pkg", "Node.js"),
	LANGUAGE_FILE(ORIGIN_NPM_LOCK, "npm-lock", "npm", "npm", true),
	LANGUAGE_FILE(ORIGIN_YARN_LOCK, "yarn-lock", "npm", "yarn", true),
	LANGUAGE_FILE(ORIGIN_PNPM_LOCK, "pnpm-lock", "npm", "pnpm", true),
	LANGUAGE_SHARED(ORIGIN_PYTHON_PACKAGE, "python-package", "pypi", "python-pkg", "Python"),
	LANGUAGE_FILE(ORIGIN_REQUIREMENTS, "requirements", "pypi", "pip", true),
	LANGUAGE_FILE(ORIGIN_POETRY_LOCK, "poetry-lock", "pypi", "poetry", true),
	LANGUAGE_FILE(ORIGIN_PIPFILE_LOCK, "pipfile-lock", "pypi", "pipenv", true),
	LANGUAGE_FILE(ORIGIN_PDM_LOCK, "pdm-lock", "pypi", "pdm", true),
	LANGUAGE_FILE(ORIGIN_UV_LOCK, "uv-lock", "pypi", "uv", true),
	LANGUAGE_FILE(ORIGIN_PYLOCK, "pylock", "pypi", "pylock", true),
	OS_DATABASE(ORIGIN_PACMAN, "pacman", "alpm", "arch"),
	OS_DATABASE(ORIGIN_OPKG, "opkg", "opkg", "openwrt"),
	OS_DATABASE(ORIGIN_PORTAGE, "portage", "ebuild", "gentoo"),
	LANGUAGE_SHARED(ORIGIN_JAVA_ARCHIVE, "java-archive", "maven", "jar", "Java"),
	LANGUAGE_FILE(ORIGIN_MAVEN_POM, "maven-pom", "maven", "pom", true),
	LANGUAGE_FILE(ORIGIN_GRADLE_LOCK, "gradle-lock", "maven", "gradle", true),
	LANGUAGE_FILE(ORIGIN_SBT_LOCK, "sbt-lock", "maven", "sbt", true),
	LANGUAGE_FILE(ORIGIN_RUST_BINARY, "rust-binary", "cargo", "rustbinary", false),
	LANGUAGE_FILE(ORIGIN_CARGO_LOCK, "cargo-lock", "cargo", "cargo", true),
	LANGUAGE_FILE(ORIGIN_GO_MOD, "go-mod", "golang", "gomod", true),
	LANGUAGE_SHARED(ORIGIN_GEM, "gem", "gem", "gemspec", "Ruby"),
	LANGUAGE_FILE(ORIGIN_BUNDLER_LOCK, "bundler-lock", "gem", "bundler", true),
	LANGUAGE_FILE(ORIGIN_COMPOSER_INSTALLED, "composer-installed", "composer", "composer-vendor", false),
	LANGUAGE_FILE(ORIGIN_COMPOSER_LOCK, "composer-lock", "composer", "composer", true),
	LANGUAGE_FILE(ORIGIN_DOTNET_DEPS, "dotnet-deps", "nuget", "dotnet-core", false),
	LANGUAGE_FILE(ORIGIN_NUGET_LOCK, "nuget-lock", "nuget", "nuget", true),
	LANGUAGE_FILE(ORIGIN_NUGET_CONFIG, "nuget-config", "nuget", "nuget-config", true),
	LANGUAGE_FILE(ORIGIN_NUGET_PROPS, "nuget-props", "nuget", "packages-props", true),
	LANGUAGE_SHARED(ORIGIN_CONDA, "conda", "conda", "conda-pkg", "Conda"),
	LANGUAGE_FILE(ORIGIN_CONDA_ENVIRONMENT, "conda-environment", "conda", "conda-environment", true),
	LANGUAGE_FILE(ORIGIN_MIX_LOCK, "mix-lock", "hex", "hex", true),
	LANGUAGE_FILE(ORIGIN_PUB_LOCK, "pub-lock", "pub", "pub", true),
	LANGUAGE_FILE(ORIGIN_BUN_LOCK, "bun-lock", "npm", "bun", true),
	LANGUAGE_FILE(ORIGIN_SWIFT_RESOLVED, "swift-resolved", "swift", "swift", true),
	LANGUAGE_FILE(ORIGIN_COCOAPODS_LOCK, "cocoapods-lock", "cocoapods", "cocoapods", true),
	LANGUAGE_FILE(ORIGIN_CONAN_LOCK, "conan-lock", "conan", "conan", true),
	LANGUAGE_FILE(ORIGIN_JULIA_MANIFEST, "julia-manifest", "julia", "julia", true),
	LANGUAGE_FILE(ORIGIN_RENV_LOCK, "renv-lock", "cran", "renv", true),
	LANGUAGE_FILE(ORIGIN_R_PACKAGE, "r-package", "cran", "r-package", false),
	LANGUAGE_FILE(ORIGIN_HASKELL_LOCK, "haskell-lock", "hackage", "haskell", true),
	LANGUAGE_FILE(ORIGIN_OPAM, "opam", "opam", "opam", false),
	LANGUAGE_SHARED(ORIGIN_BITNAMI, "bitnami", "bitnami", "bitnami", "Bitnami"),
	LANGUAGE_FILE(ORIGIN_WORDPRESS, "wordpress", "", "wordpress", false),
	LANGUAGE_FILE(ORIGIN_PROGRAM, "program", "generic", "binary", false),
	LANGUAGE_FILE(ORIGIN_SBOM, "sbom", "", "sbom", false),
};

const struct package_origin_row *package_origin_row(enum package_origin origin)
{
	return &origin_rows[(size_t)origin < ORIGIN_COUNT ? origin : ORIGIN_NONE];
}

#define PACKAGE_TEXTS(X)                                                                      \
	X(release) X(name) X(version) X(source_name) X(source_version) X(architecture)        \
	X(module_stream) X(license) X(maintainer) X(integrity) X(uuid) X(cpe) X(distro) X(path)

void package_encode(const struct package *p, struct buf *b)
{
	wire_put_u32(b, (uint32_t)p->origin);
	wire_put_u32(b, p->flags);
	wire_put_u32(b, p->ecosystem ? (uint32_t)(p->ecosystem - ecosystems) + 1 : 0);
#define PUT_TEXT(field) wire_put_slice(b, p->field);
	PACKAGE_TEXTS(PUT_TEXT)
	wire_put_u32(b, (uint32_t)p->layer);
	wire_put_u64(b, p->offset);
	wire_put_u64(b, p->length);
	wire_put_u32(b, (uint32_t)p->depends.count);
	for (size_t i = 0; i < p->depends.count; i++)
		wire_put_slice(b, p->depends.items[i]);
}

bool package_decode(struct cursor *c, struct arena *a, struct package *p)
{
	uint32_t origin = wire_get_u32(c), flags = wire_get_u32(c), ecosystem = wire_get_u32(c);

	*p = (struct package){ 0 };
	if (c->failed || origin >= ORIGIN_COUNT || ecosystem > ecosystem_count)
		return false;
	p->origin = (enum package_origin)origin;
	p->flags = flags;
	p->ecosystem = ecosystem ? &ecosystems[ecosystem - 1] : NULL;
#define GET_TEXT(field) p->field = wire_copy_slice(c, a);
	PACKAGE_TEXTS(GET_TEXT)
	p->layer = (int32_t)wire_get_u32(c);
	p->offset = wire_get_u64(c);
	p->length = wire_get_u64(c);
	uint32_t depends = wire_get_u32(c);
	for (uint32_t i = 0; i < depends && !c->failed; i++)
		*vec_add(a, &p->depends) = wire_copy_slice(c, a);
	return !c->failed;
}

/* The distribution's own name where it is known, else the format's first user. */
static struct slice os_namespace(const struct package *p)
{
	if (p->ecosystem && !slice_empty(p->ecosystem->purl_namespace))
		return p->ecosystem->purl_namespace;
	struct slice vendor = slice_first(p->distro, slice_find_byte(p->distro, '-'));
	const struct ecosystem *distribution = ecosystem_by_os_id(vendor);
	if (distribution && slice_eq(distribution->purl_type, package_origin_row(p->origin)->purl_type))
		return distribution->purl_namespace;
	return slice_empty(vendor) ? package_origin_row(p->origin)->purl_namespace : vendor;
}

/* rpm's versions carry the epoch, purls have it as a qualifier of its own. */
static void split_epoch(struct purl *purl, struct arena *a)
{
	struct slice epoch, rest;
	uint64_t number;

	if (!slice_split(purl->version, ':', &epoch, &rest) || !slice_to_u64(epoch, &number))
		return;
	purl->version = rest;
	purl_add_qualifier(purl, a, SLICE("epoch"), epoch);
}

static void split_name(struct purl *purl, struct slice name, char separator)
{
	size_t at = slice_rfind_byte(name, separator);

	if (at < name.len) {
		purl->namespace = slice_first(name, at);
		purl->name = slice_from(name, at + 1);
	} else {
		purl->name = name;
	}
}

static void os_parts(const struct package *p, struct arena *a, struct purl *purl)
{
	purl->namespace = os_namespace(p);
	purl->name = p->name;
	if (p->origin == ORIGIN_RPM)
		split_epoch(purl, a);
	purl_add_qualifier(purl, a, SLICE("arch"), p->architecture);
	purl_add_qualifier(purl, a, SLICE("distro"), p->distro);
	purl_add_qualifier(purl, a, SLICE("modularitylabel"), p->module_stream);
	bool own_version = !slice_empty(p->source_version) && !slice_eq(p->source_version, p->version);

	if (slice_empty(p->source_name) || (slice_eq(p->source_name, p->name) && !own_version))
		return;
	purl_add_qualifier(purl, a, SLICE("upstream"),
			   own_version ? arena_printf(a, "%.*s@%.*s", SLICE_ARG(p->source_name),
						      SLICE_ARG(p->source_version))
				       : p->source_name);
}

struct slice package_purl(const struct package *p, struct arena *a)
{
	const struct package_origin_row *row = package_origin_row(p->origin);
	struct purl purl = { .type = row->purl_type, .version = p->version };
	struct buf text;

	if (slice_empty(purl.type) && p->ecosystem)
		purl.type = p->ecosystem->purl_type;
	if (slice_empty(purl.type) || slice_empty(p->name))
		return SLICE_EMPTY;
	if (row->os)
		os_parts(p, a, &purl);
	else if (slice_is(purl.type, "maven"))
		split_name(&purl, p->name, ':');
	else if (slice_is(purl.type, "pypi"))
		purl.name = p->name;
	else
		split_name(&purl, p->name, '/');
	purl_add_qualifier(&purl, a, SLICE("uuid"), p->uuid);
	buf_init(&text, 16 * LIMIT_PATH);
	struct slice result = SLICE_EMPTY;
	if (purl_normalize(&purl, a, NULL) && purl_format(&purl, &text))
		result = arena_copy(a, buf_slice(&text));
	buf_release(&text);
	return result;
}

static enum package_origin origin_of_type(struct slice type)
{
	for (size_t i = 0; i < ORIGIN_COUNT; i++)
		if (!slice_empty(type) && slice_eq(origin_rows[i].purl_type, type))
			return (enum package_origin)i;
	return ORIGIN_NONE;
}

static const struct ecosystem *ecosystem_of_namespace(struct slice namespace)
{
	for (size_t i = 0; i < ecosystem_count; i++)
		if (!slice_empty(namespace) && slice_eq(ecosystems[i].purl_namespace, namespace))
			return &ecosystems[i];
	return NULL;
}

bool package_source_rpm(struct slice file, struct slice *ret_name, struct slice *ret_version)
{
	if (!slice_cut_suffix(&file, SLICE(".src.rpm")) && !slice_cut_suffix(&file, SLICE(".nosrc.rpm")))
		return false;
	size_t release = slice_rfind_byte(file, '-');
	size_t version = slice_rfind_byte(slice_first(file, release), '-');
	if (release == file.len || version == release || version == 0)
		return false;
	*ret_name = slice_first(file, version);
	*ret_version = slice_from(file, version + 1);
	return true;
}

/* Ours is "name@version"; Syft names the source package's file. */
static void read_upstream(struct slice value, struct package *p)
{
	struct slice version;

	if (p->origin == ORIGIN_RPM && package_source_rpm(value, &p->source_name, &p->source_version))
		return;
	if (slice_split(value, '@', &p->source_name, &version))
		p->source_version = version;
}

static void read_os_qualifiers(const struct purl *purl, struct arena *a, struct package *p)
{
	struct slice epoch = purl_qualifier(purl, SLICE("epoch"));

	if (p->origin == ORIGIN_RPM && !slice_empty(epoch))
		p->version = arena_printf(a, "%.*s:%.*s", SLICE_ARG(epoch), SLICE_ARG(p->version));
	p->source_name = p->name;
	p->source_version = p->version;
	vec_each(q, &purl->qualifiers) {
		if (slice_is(q->key, "arch"))
			p->architecture = q->value;
		else if (slice_is(q->key, "distro"))
			p->distro = q->value;
		else if (slice_is(q->key, "modularitylabel"))
			p->module_stream = q->value;
		else if (slice_is(q->key, "upstream"))
			read_upstream(q->value, p);
	}
}

bool package_from_purl(const struct purl *purl, struct arena *a, struct package *p)
{
	*p = (struct package){ .origin = origin_of_type(purl->type), .version = purl->version, .layer = -1 };
	if (package_origin_row(p->origin)->os) {
		p->name = purl->name;
		p->ecosystem = ecosystem_of_namespace(purl->namespace);
		read_os_qualifiers(purl, a, p);
		return true;
	}
	p->ecosystem = ecosystem_by_purl_type(purl->type);
	p->uuid = purl_qualifier(purl, SLICE("uuid"));
	char separator = slice_is(purl->type, "maven") ? ':' : '/';
	p->name = slice_empty(purl->namespace) ? purl->name :
		  arena_printf(a, "%.*s%c%.*s", SLICE_ARG(purl->namespace), separator, SLICE_ARG(purl->name));
	return p->origin != ORIGIN_NONE || p->ecosystem;
}

int package_cmp(const struct package *a, const struct package *b)
{
	int order = slice_cmp(a->path, b->path);

	if (order == 0)
		order = (a->origin > b->origin) - (a->origin < b->origin);
	if (order == 0)
		order = slice_cmp(a->name, b->name);
	if (order == 0)
		order = slice_cmp(a->version, b->version);
	if (order == 0)
		order = slice_cmp(a->architecture, b->architecture);
	if (order == 0)
		order = (a->layer > b->layer) - (a->layer < b->layer);
	if (order == 0)
		order = (a->offset > b->offset) - (a->offset < b->offset);
	return order;
}
