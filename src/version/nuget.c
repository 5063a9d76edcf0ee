/*
 * NuGet: SemVer with up to four numbers, missing ones zero, and pre-release
 * identifiers without regard to case.
 */
#include "version/schemes.h"
#include "version/semver_parts.h"

int nuget_compare(struct slice a, struct slice b)
{
	struct semver_parts x = semver_parts_of(a);
	struct semver_parts y = semver_parts_of(b);

	return semver_compare_precedence(&x, SEMVER_NOCASE, &y, SEMVER_NOCASE);
}

bool nuget_valid(struct slice v)
{
	struct semver_parts p = semver_parts_of(v);

	return semver_parts_valid(&p, 1, 4);
}
