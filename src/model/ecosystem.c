#include "model/ecosystem.h"

#include "base/cleanup.h"

#define OS(name, id, ns, type, ordering, family)                                              \
	{ .osv = SLICE_INIT(name), .kind = ECOSYSTEM_OS, .scheme = ordering,                  \
	  .purl_type = SLICE_INIT(type), .purl_namespace = SLICE_INIT(ns),                    \
	  .os_id = SLICE_INIT(id), .trivy_family = SLICE_INIT(family) }
#define LANGUAGE(name, type, ordering)                                                        \
	{ .osv = SLICE_INIT(name), .kind = ECOSYSTEM_LANGUAGE, .scheme = ordering,            \
	  .purl_type = SLICE_INIT(type), .purl_namespace = SLICE_INIT(""),                    \
	  .os_id = SLICE_INIT(""), .trivy_family = SLICE_INIT("") }
#define OTHER(name, ordering)                                                                 \
	{ .osv = SLICE_INIT(name), .kind = ECOSYSTEM_OTHER, .scheme = ordering,               \
	  .purl_type = SLICE_INIT(""), .purl_namespace = SLICE_INIT(""),                      \
	  .os_id = SLICE_INIT(""), .trivy_family = SLICE_INIT("") }

const struct ecosystem ecosystems[] = {
	OS("Debian", "debian", "debian", "deb", VERSION_DEBIAN, "debian"),
	OS("Ubuntu", "ubuntu", "ubuntu", "deb", VERSION_DEBIAN, "ubuntu"),
	OS("Echo", "echo", "echo", "deb", VERSION_DEBIAN, "echo"),
	OS("Alpine", "alpine", "alpine", "apk", VERSION_ALPINE, "alpine"),
	OS("Wolfi", "wolfi", "wolfi", "apk", VERSION_ALPINE, "wolfi"),
	OS("Chainguard", "chainguard", "chainguard", "apk", VERSION_ALPINE, "chainguard"),
	OS("MinimOS", "minimos", "minimos", "apk", VERSION_ALPINE, "minimos"),
	OS("Alpaquita", "alpaquita", "alpaquita", "apk", VERSION_ALPINE, "alpaquita"),
	OS("BellSoft Hardened Containers", "bellsoft-hardened-containers",
	   "bellsoft-hardened-containers", "apk", VERSION_ALPINE, "bellsoft-hardened-containers"),
	OS("CleanStart", "cleanstart", "cleanstart", "apk", VERSION_ALPINE, "cleanstart"),
	OS("Red Hat", "rhel", "redhat", "rpm", VERSION_REDHAT, "redhat"),
	OS("AlmaLinux", "almalinux", "almalinux", "rpm", VERSION_REDHAT, "alma"),
	OS("Rocky Linux", "rocky", "rocky-linux", "rpm", VERSION_REDHAT, "rocky"),
	OS("Azure Linux", "azurelinux", "azure-linux", "rpm", VERSION_REDHAT, "azurelinux"),
	OS("Photon OS", "photon", "photon", "rpm", VERSION_REDHAT, "photon"),
	OS("openSUSE", "opensuse-leap", "opensuse", "rpm", VERSION_REDHAT, "opensuse.leap"),
	OS("SUSE", "sles", "suse", "rpm", VERSION_REDHAT, "suse linux enterprise server"),
	OS("Mageia", "mageia", "mageia", "rpm", VERSION_REDHAT, "mageia"),
	OS("openEuler", "openEuler", "openeuler", "rpm", VERSION_REDHAT, "openeuler"),

	LANGUAGE("npm", "npm", VERSION_SEMVER),
	LANGUAGE("PyPI", "pypi", VERSION_PYPI),
	LANGUAGE("Go", "golang", VERSION_GO),
	LANGUAGE("crates.io", "cargo", VERSION_SEMVER),
	LANGUAGE("Maven", "maven", VERSION_MAVEN),
	LANGUAGE("RubyGems", "gem", VERSION_RUBYGEMS),
	LANGUAGE("Packagist", "composer", VERSION_PACKAGIST),
	LANGUAGE("NuGet", "nuget", VERSION_NUGET),
	LANGUAGE("Hex", "hex", VERSION_SEMVER),
	LANGUAGE("Pub", "pub", VERSION_PUB),
	LANGUAGE("Hackage", "hackage", VERSION_HACKAGE),
	LANGUAGE("CRAN", "cran", VERSION_CRAN),
	LANGUAGE("Julia", "julia", VERSION_PUB),
	LANGUAGE("SwiftURL", "swift", VERSION_SEMVER),
	LANGUAGE("opam", "opam", VERSION_DEBIAN),
	LANGUAGE("Bitnami", "bitnami", VERSION_SEMVER),
	LANGUAGE("ConanCenter", "conan", VERSION_SEMVER),
	LANGUAGE("Docker Hardened Images", "dhi", VERSION_SEMVER),
	LANGUAGE("Homebrew", "brew", VERSION_NONE),
	LANGUAGE("VSCode", "vscode-extension", VERSION_SEMVER),
	LANGUAGE("GitHub Actions", "githubactions", VERSION_SEMVER),

	OTHER("GIT", VERSION_NONE),
	OTHER("OSS-Fuzz", VERSION_NONE),
	OTHER("Kubernetes", VERSION_SEMVER),
	OTHER("Linux", VERSION_SEMVER),
	OTHER("Android", VERSION_NONE),
	OTHER("GHC", VERSION_HACKAGE),
	OTHER("Bioconductor", VERSION_CRAN),
	OTHER("TuxCare", VERSION_NONE),
	OTHER("FreeBSD", VERSION_NONE),
	OTHER("Root", VERSION_NONE),
};

const size_t ecosystem_count = ARRAY_LEN(ecosystems);

const struct ecosystem *ecosystem_by_osv(struct slice name)
{
	name = slice_first(name, slice_find_byte(name, ':'));
	for (size_t i = 0; i < ecosystem_count; i++)
		if (slice_eq(ecosystems[i].osv, name))
			return &ecosystems[i];
	return NULL;
}

/* Further IDs of os-release whose packages are those of a row. */
static const struct {
	struct slice id, osv;
} os_aliases[] = {
	{ SLICE_INIT("mariner"), SLICE_INIT("Azure Linux") },
	{ SLICE_INIT("opensuse-tumbleweed"), SLICE_INIT("openSUSE") },
	{ SLICE_INIT("opensuse"), SLICE_INIT("openSUSE") },
	{ SLICE_INIT("sled"), SLICE_INIT("SUSE") },
	{ SLICE_INIT("sles_sap"), SLICE_INIT("SUSE") },
};

const struct ecosystem *ecosystem_by_os_id(struct slice id)
{
	if (slice_empty(id))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(os_aliases); i++)
		if (slice_eq(os_aliases[i].id, id))
			return ecosystem_by_osv(os_aliases[i].osv);
	for (size_t i = 0; i < ecosystem_count; i++)
		if (slice_eq(ecosystems[i].os_id, id))
			return &ecosystems[i];
	return NULL;
}

const struct ecosystem *ecosystem_by_purl_type(struct slice type)
{
	for (size_t i = 0; i < ecosystem_count; i++)
		if (ecosystems[i].kind == ECOSYSTEM_LANGUAGE && slice_eq(ecosystems[i].purl_type, type))
			return &ecosystems[i];
	return NULL;
}
