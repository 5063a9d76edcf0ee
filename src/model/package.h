/*
 * A package: one installed or locked component, as an inventory row found it.
 */
#ifndef BULWARK_MODEL_PACKAGE_H
#define BULWARK_MODEL_PACKAGE_H

#include "base/cursor.h"
#include "base/vec.h"
#include "model/ecosystem.h"
#include "model/purl.h"
#include "model/span.h"

/* What kind of file or database told of the package; a row of origin_rows each. */
enum package_origin {
	ORIGIN_NONE,
	ORIGIN_DPKG,
	ORIGIN_APK,
	ORIGIN_RPM,
	ORIGIN_GO_BINARY,
	ORIGIN_NODE_PACKAGE,   /* installed package.json */
	ORIGIN_NPM_LOCK,
	ORIGIN_YARN_LOCK,
	ORIGIN_PNPM_LOCK,
	ORIGIN_PYTHON_PACKAGE, /* installed wheel or egg */
	ORIGIN_REQUIREMENTS,
	ORIGIN_POETRY_LOCK,
	ORIGIN_PIPFILE_LOCK,
	ORIGIN_PDM_LOCK,
	ORIGIN_UV_LOCK,
	ORIGIN_PYLOCK,         /* pylock.toml, PEP 751 */
	ORIGIN_PACMAN,
	ORIGIN_OPKG,
	ORIGIN_PORTAGE,
	ORIGIN_JAVA_ARCHIVE,   /* jar, war, ear, par */
	ORIGIN_MAVEN_POM,
	ORIGIN_GRADLE_LOCK,
	ORIGIN_SBT_LOCK,
	ORIGIN_RUST_BINARY,    /* cargo-auditable */
	ORIGIN_CARGO_LOCK,
	ORIGIN_GO_MOD,
	ORIGIN_GEM,            /* installed gemspec */
	ORIGIN_BUNDLER_LOCK,
	ORIGIN_COMPOSER_INSTALLED,
	ORIGIN_COMPOSER_LOCK,
	ORIGIN_DOTNET_DEPS,    /* *.deps.json */
	ORIGIN_NUGET_LOCK,     /* packages.lock.json */
	ORIGIN_NUGET_CONFIG,   /* packages.config */
	ORIGIN_NUGET_PROPS,    /* Directory.Packages.props */
	ORIGIN_CONDA,          /* conda-meta */
	ORIGIN_CONDA_ENVIRONMENT,
	ORIGIN_MIX_LOCK,
	ORIGIN_PUB_LOCK,
	ORIGIN_BUN_LOCK,
	ORIGIN_SWIFT_RESOLVED,
	ORIGIN_COCOAPODS_LOCK,
	ORIGIN_CONAN_LOCK,
	ORIGIN_JULIA_MANIFEST,
	ORIGIN_RENV_LOCK,
	ORIGIN_R_PACKAGE,      /* installed DESCRIPTION */
	ORIGIN_HASKELL_LOCK,   /* stack.yaml.lock, cabal.project.freeze */
	ORIGIN_OPAM,           /* installed opam switch */
	ORIGIN_BITNAMI,        /* .spdx-*.spdx of Bitnami's images */
	ORIGIN_WORDPRESS,
	ORIGIN_PROGRAM,        /* outside any package manager, by strings in the binary */
	ORIGIN_SBOM,           /* of a kind that only an SBOM told of */
	ORIGIN_COUNT,
};

struct package_origin_row {
	struct slice name;         /* ours: "npm-lock" */
	struct slice purl_type;    /* "npm" */
	struct slice purl_namespace; /* of OS packages whose distribution is unknown */
	struct slice trivy_type;   /* Trivy's Result.Type; empty for OS packages: the family */
	bool os;                   /* Trivy's class os-pkgs, else lang-pkgs */
	bool lock_file;            /* of a project; what came with a package in node_modules does not count */
	bool shared_target;        /* Trivy's one target for all ("Node.js", "Python"), else one a file */
	struct slice trivy_target; /* that target's name */
};

const struct package_origin_row *package_origin_row(enum package_origin origin);

enum package_flag {
	PACKAGE_DEV = 1 << 0,       /* needed for development only */
	PACKAGE_OPTIONAL = 1 << 1,
	PACKAGE_INDIRECT = 1 << 2,
	PACKAGE_MAIN = 1 << 3,      /* the project or program itself */
	PACKAGE_NOT_INSTALLED = 1 << 4, /* removed, configuration left: listed for --explain only */
	PACKAGE_HALF_INSTALLED = 1 << 5,/* files may be there */
	PACKAGE_UNVERSIONED = 1 << 6,   /* "(devel)" and the like: cannot be compared */
	PACKAGE_LOCAL = 1 << 7,     /* from a path or repository, not from the ecosystem's registry */
	PACKAGE_GUESSED = 1 << 8,   /* its identity is pieced together from names, no descriptor tells it */
	PACKAGE_FOREIGN = 1 << 10,  /* of another vendor than the distribution, whose advisories are not about it */
	PACKAGE_OWNS = 1 << 9,      /* no package: a path that an OS package owns, until the files are united */
};

/*
 * Text fields are empty when not known.  For OS packages name and version are
 * the binary package's; advisories that go by source use source_*, which an
 * inventory row fills also where they are the same.
 */
struct package {
	enum package_origin origin;
	uint32_t flags;               /* enum package_flag */
	const struct ecosystem *ecosystem; /* of languages from the origin, of OS packages from os-release; may be NULL */
	struct slice release;         /* OS: the advisory suffix, "12", "v3.18"; empty for languages */
	struct slice name;            /* "libssl3", "@babel/core", "org.slf4j:slf4j-api", "golang.org/x/net" */
	struct slice version;         /* whole: "1:2.3-4", "v0.7.0", "1.0" */
	struct slice source_name;
	struct slice source_version;
	struct slice architecture;
	struct slice module_stream;   /* RPM: "nodejs:12" */
	struct slice license;         /* as written there */
	struct slice maintainer;
	struct slice integrity;       /* as a lock file gives it */
	struct slice uuid;            /* Julia: what tells packages of one name apart */
	struct slice cpe;             /* CPE 2.3 formatted string, where the row knows it */
	struct slice distro;          /* purl qualifier: "debian-12", "alpine-3.18.4" */
	struct slice path;            /* file that told of it, no leading slash; "app.jar!/lib/x.jar" within an archive */
	int32_t layer;                /* number of the layer in the image, -1: no image */
	uint64_t offset, length;      /* where in that file; length 0: the whole file */
	struct slice_list depends;    /* names, where the file tells */
	uint32_t id;                  /* number in the report's list, set when sorted */
};

struct package_list VEC_OF(struct package);

/* Flat record; decode copies into the arena. False: the bytes are no such record. */
void package_encode(const struct package *p, struct buf *b);
bool package_decode(struct cursor *c, struct arena *a, struct package *ret);

/*
 * "name-version-release.src.rpm" or ".nosrc.rpm" -> name and "version-release";
 * false: the file's name is not of that form.
 */
bool package_source_rpm(struct slice file, struct slice *ret_name, struct slice *ret_version);

/* The package's canonical purl in the arena; empty when the origin has no purl type or the name none. */
struct slice package_purl(const struct package *p, struct arena *a);
/*
 * Reads a package's identity back from a purl (type, namespace, name, version,
 * arch, distro): package_purl of the answer gives the same purl again.
 */
bool package_from_purl(const struct purl *purl, struct arena *a, struct package *ret);

/* By path, origin, name, version, architecture, layer: a total order for reports. */
int package_cmp(const struct package *a, const struct package *b);

#endif
