#include "version/version.h"

#include "base/cleanup.h"
#include "version/schemes.h"

static const struct version_scheme_row rows[VERSION_SCHEMES] = {
	[VERSION_ALPINE] = {
		.name = "alpine",
		.compare = alpine_compare,
		.valid = alpine_valid,
		.source = "apk-tools 3, version.c",
	},
	[VERSION_CRAN] = {
		.name = "cran",
		.compare = cran_compare,
		.valid = cran_valid,
		.source = "R, package_version (base)",
	},
	[VERSION_DEBIAN] = {
		.name = "debian",
		.compare = debian_compare,
		.valid = debian_valid,
		.source = "deb-version(7)",
	},
	[VERSION_HACKAGE] = {
		.name = "hackage",
		.compare = hackage_compare,
		.valid = hackage_valid,
		.source = "Haskell, Data.Version (base)",
	},
	[VERSION_MAVEN] = {
		.name = "maven",
		.compare = maven_compare,
		.valid = maven_valid,
		.source = "Maven POM reference, version order specification",
	},
	[VERSION_NUGET] = {
		.name = "nuget",
		.compare = nuget_compare,
		.valid = nuget_valid,
		.source = "NuGet, package versioning (NuGetVersion)",
	},
	[VERSION_PACKAGIST] = {
		.name = "packagist",
		.compare = packagist_compare,
		.valid = packagist_valid,
		.source = "PHP version_compare, as composer/semver applies it",
	},
	[VERSION_PUB] = {
		.name = "pub",
		.compare = pub_compare,
		.valid = pub_valid,
		.source = "Dart pub_semver; Julia VersionNumber",
	},
	[VERSION_PYPI] = {
		.name = "pypi",
		.compare = pypi_compare,
		.valid = pypi_valid,
		.source = "PEP 440; setuptools' older order for what it refuses",
	},
	[VERSION_REDHAT] = {
		.name = "redhat",
		.compare = redhat_compare,
		.valid = redhat_valid,
		.source = "rpm-version(7), rpmvercmp",
	},
	[VERSION_RUBYGEMS] = {
		.name = "rubygems",
		.compare = rubygems_compare,
		.valid = rubygems_valid,
		.source = "RubyGems, Gem::Version",
	},
	[VERSION_SEMVER] = {
		.name = "semver",
		.compare = semver_compare,
		.valid = semver_valid,
		.source = "Semantic Versioning 2.0.0, section 11",
	},
	[VERSION_GO] = {
		.name = "go",
		.compare = go_compare,
		.valid = go_valid,
		.source = "Go modules reference, versions; Go release tags as vulndb maps them",
	},
};

const struct version_scheme_row *version_scheme_row(enum version_scheme scheme)
{
	if ((size_t)scheme >= ARRAY_LEN(rows) || !rows[scheme].name)
		return NULL;
	return &rows[scheme];
}

enum version_scheme version_scheme_by_name(struct slice name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].name && slice_eq(name, slice_from_cstr(rows[i].name)))
			return (enum version_scheme)i;
	return VERSION_NONE;
}

int version_compare(enum version_scheme scheme, struct slice a, struct slice b)
{
	const struct version_scheme_row *row = version_scheme_row(scheme);

	return row ? row->compare(a, b) : slice_cmp(a, b);
}

bool version_valid(enum version_scheme scheme, struct slice v)
{
	const struct version_scheme_row *row = version_scheme_row(scheme);

	return row && row->valid(v);
}
