/*
 * How packages and advisories find each other by name: which name of a
 * package counts, how it is normalised, and under which ecosystem names its
 * records stand.  One row of a table for each ecosystem that differs from the
 * plain case.
 */
#ifndef BULWARK_ADVISORY_NAMES_H
#define BULWARK_ADVISORY_NAMES_H

#include "model/os_release.h"
#include "model/package.h"

/*
 * The key under which records of an OSV ecosystem stand: the name as written
 * ("Debian:12", "Ubuntu:Pro:14.04:LTS"); of language ecosystems without the
 * suffix, which names a repository ("Packagist:https://packages.drupal.org/8").
 */
struct slice names_ecosystem_key(struct slice written);

/*
 * A package's name as the ecosystem compares names: PyPI by PEP 503, NuGet and
 * Packagist in lower case.  ecosystem may be NULL.
 */
struct slice names_normalize(const struct ecosystem *ecosystem, struct slice name, struct arena *a);

/* What of a package its advisories go by. */
struct names_lookup {
	struct slice name; /* normalised */
	struct slice
		modular; /* the name in an RPM module's records, "nodejs:12::npm"; empty: none */
	struct slice version; /* of the package that carries the name; of Go without the "v" */
};

/* "nodejs:12:8030020201124152102:229f0a1c" -> "nodejs:12": module and stream of a modularity label.
 */
struct slice names_stream(struct slice label);

/* False: the package has no ecosystem or no name. */
bool names_lookup(const struct package *p, struct arena *a, struct names_lookup *ret);

#define NAMES_KEYS_MAX 48

/* Where records of an ecosystem's release stand, the most special key first. */
struct names_keys {
	struct slice items[NAMES_KEYS_MAX]; /* the first also names the release in reports */
	size_t count;
};

void names_keys(const struct ecosystem *ecosystem, struct slice release, bool ubuntu_pro,
		struct arena *a, struct names_keys *ret);

/*
 * Distributions whose records stand under the names of products and
 * repositories: Red Hat's CPEs ("enterprise_linux:8::appstream"), SUSE's
 * products, Ubuntu Pro's services.  Adds the key of such a release, as the
 * index covers it, where it is one of the target's; `os` tells what the target
 * is subscribed to.
 */
void names_add_release(struct names_keys *keys, const struct ecosystem *ecosystem,
		       struct slice release, struct slice covered, const struct os_release *os,
		       struct arena *a);

/* "Debian:12", "npm": how reports name what a package is looked up in; empty without an ecosystem.
 */
struct slice names_coverage(const struct package *p, struct arena *a);

/* A CVE's number; year 0: none. */
struct names_cve {
	uint32_t year, number;
};

/* "CVE-2021-44228" -> 2021, 44228.  False: no CVE, or one with leading zeros beyond four digits. */
bool names_cve(struct slice id, struct names_cve *ret);

static inline int names_cve_cmp(struct names_cve a, struct names_cve b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	return a.number < b.number ? -1 : a.number > b.number;
}

/* Identifiers: "ghsa-..." and "cve-..." in any case are written in the usual one. */
struct slice names_identifier(struct slice id, struct arena *a);
/* Lower is better: CVE, GHSA, then the others. */
unsigned names_identifier_rank(struct slice id);
/* By rank, then year and number as numbers, then bytes. */
int names_identifier_cmp(struct slice a, struct slice b);

#endif
