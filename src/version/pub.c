/*
 * Pub: SemVer, but the build part counts: "1.0.0" < "1.0.0+1".  Julia's
 * VersionNumber has the same order, and its packages number their rebuilds so.
 */
#include "version/schemes.h"
#include "version/semver_parts.h"

int pub_compare(struct slice a, struct slice b)
{
	struct semver_parts x = semver_parts_of(a);
	struct semver_parts y = semver_parts_of(b);
	int order = semver_compare_precedence(&x, SEMVER_PLAIN, &y, SEMVER_PLAIN);

	if (order != 0 || !x.numbered)
		return order;
	return semver_compare_identifiers(x.build, SEMVER_PLAIN, y.build, SEMVER_PLAIN);
}

bool pub_valid(struct slice v)
{
	struct semver_parts p = semver_parts_of(v);

	return semver_parts_valid(&p, 3, 3);
}
