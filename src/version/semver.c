/*
 * Semantic Versioning: npm, crates.io and the many that say they follow it.
 * The build part does not count.  Where SemVer would refuse a string, further
 * numbers count as numbers ("1.5.1" < "1.5.1.2") and anything else behind the
 * numbers is a pre-release.
 */
#include "version/schemes.h"
#include "version/semver_parts.h"

int semver_compare(struct slice a, struct slice b)
{
	struct semver_parts x = semver_parts_of(a);
	struct semver_parts y = semver_parts_of(b);

	return semver_compare_precedence(&x, SEMVER_PLAIN, &y, SEMVER_PLAIN);
}

bool semver_valid(struct slice v)
{
	struct semver_parts p = semver_parts_of(v);

	return semver_parts_valid(&p, 3, 3);
}
