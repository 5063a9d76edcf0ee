/*
 * Ecosystems: the one table that joins package kinds (purl type), advisory
 * names (OSV "ecosystem") and version orderings.  To support an ecosystem is
 * to add a row to ecosystem.c.
 *
 * Sources: OSV schema 1.7, "Defined ecosystems"; purl specification, types.
 */
#ifndef BULWARK_MODEL_ECOSYSTEM_H
#define BULWARK_MODEL_ECOSYSTEM_H

#include "base/slice.h"

/* One for each file of src/version; the names are those of `debug versions`. */
enum version_scheme {
	VERSION_NONE,      /* not comparable: only listed versions match, exactly */
	VERSION_ALPINE,
	VERSION_CRAN,
	VERSION_DEBIAN,
	VERSION_HACKAGE,
	VERSION_MAVEN,
	VERSION_NUGET,
	VERSION_PACKAGIST,
	VERSION_PUB,       /* also Julia: the build part counts */
	VERSION_PYPI,
	VERSION_REDHAT,    /* rpm's own: all RPM distributions */
	VERSION_RUBYGEMS,
	VERSION_SEMVER,
	VERSION_GO,        /* SemVer after "v" and "go" prefixes */
	VERSION_SCHEMES,
};

enum ecosystem_kind {
	ECOSYSTEM_OS,       /* a distribution: release suffix "Debian:12" */
	ECOSYSTEM_LANGUAGE,
	ECOSYSTEM_OTHER,    /* known to OSV, nothing in an inventory points at it yet */
};

struct ecosystem {
	struct slice osv;           /* name without suffix: "Debian", "PyPI" */
	enum ecosystem_kind kind;
	enum version_scheme scheme;
	struct slice purl_type;     /* "deb", "pypi"; empty: none */
	struct slice purl_namespace;/* of OS packages: "debian"; empty: none */
	struct slice os_id;         /* ID in os-release; empty for languages */
	struct slice trivy_family;  /* Trivy's word for the distribution */
};

extern const struct ecosystem ecosystems[];
extern const size_t ecosystem_count;

/* By OSV name; a suffix from the first ':' on is ignored. NULL: unknown. */
const struct ecosystem *ecosystem_by_osv(struct slice name);
/* By os-release ID, NULL: none. */
const struct ecosystem *ecosystem_by_os_id(struct slice id);
/* First language row with that purl type, NULL: none. */
const struct ecosystem *ecosystem_by_purl_type(struct slice type);

#endif
