/*
 * What Semantic Versioning and its relatives (NuGet, Dart, Julia, Go) share:
 * numbers, a pre-release and a build part, read leniently, since advisories
 * and packages hold "1.2", "v1.2.3", "2023.03.20", "1.5.1.2" and "3.0.RC3".
 *
 *   numbers     as many as there are; missing ones are zero
 *   prerelease  behind '-', or whatever else follows the numbers
 *   build       behind '+'
 *
 * Without a number at its front a string ranks below all that have one, by its
 * bytes.
 */
#ifndef BULWARK_VERSION_SEMVER_PARTS_H
#define BULWARK_VERSION_SEMVER_PARTS_H

#include "version/digits.h"

struct semver_parts {
	bool numbered;
	bool glued;               /* the pre-release follows a number directly: "1.2rc1" */
	struct slice text;        /* all of it */
	struct slice numbers;
	struct slice prerelease;  /* empty: none */
	struct slice build;       /* empty: none */
};

enum semver_identifiers {
	SEMVER_PLAIN,
	SEMVER_NOCASE, /* letters in either case are equal */
	SEMVER_SPLIT,  /* letters and digits are identifiers of their own: "rc1" is "rc.1" */
};

struct semver_parts semver_parts_of(struct slice v);
/* Numbers only, and strings without any. */
int semver_compare_numbers(const struct semver_parts *a, const struct semver_parts *b);
/* SemVer 2.0.0, section 11.4: dotted identifiers; the empty list is the lowest. */
int semver_compare_identifiers(struct slice a, enum semver_identifiers a_mode, struct slice b,
			       enum semver_identifiers b_mode);
/* Numbers, then pre-releases, of which none is the highest. */
int semver_compare_precedence(const struct semver_parts *a, enum semver_identifiers a_mode,
			      const struct semver_parts *b, enum semver_identifiers b_mode);
/* SemVer's grammar with `least` to `most` numbers. */
bool semver_parts_valid(const struct semver_parts *p, size_t least, size_t most);

#endif
