/*
 * Go: module versions are SemVer behind a "v" (pseudo-versions are its
 * pre-releases, "+incompatible" its build part); releases of Go itself are
 * tags such as "go1.20rc1", which advisories on the standard library write as
 * "1.20.0-rc.1".
 *
 * A tag's words behind a space (experiments) and a vendor's "-suffix" do not
 * count, except the "-preN" of the earliest releases.  "(devel)" has no number
 * and ranks below everything that has one.
 */
#include "version/schemes.h"
#include "version/semver_parts.h"

struct go_version {
	struct semver_parts parts;
	enum semver_identifiers mode;
};

static bool is_tag(struct slice v)
{
	return v.len > 2 && slice_starts(v, SLICE("go")) && ascii_digit(v.data[2]);
}

static struct go_version parse(struct slice v)
{
	struct go_version ret = { .mode = SEMVER_PLAIN };

	if (is_tag(v)) {
		v = slice_from(v, 2);
		v = slice_first(v, slice_find_byte(v, ' '));
		ret.parts = semver_parts_of(v);
		ret.mode = SEMVER_SPLIT;
		struct slice *pre = &ret.parts.prerelease;

		if (ret.parts.glued)
			*pre = slice_first(*pre, slice_find_byte(*pre, '-'));
		else if (!slice_starts(*pre, SLICE("pre")))
			*pre = SLICE_EMPTY;
		return ret;
	}
	ret.parts = semver_parts_of(v);
	if (ret.parts.glued)
		ret.mode = SEMVER_SPLIT;
	return ret;
}

int go_compare(struct slice a, struct slice b)
{
	struct go_version x = parse(a);
	struct go_version y = parse(b);

	return semver_compare_precedence(&x.parts, x.mode, &y.parts, y.mode);
}

bool go_valid(struct slice v)
{
	struct go_version g = parse(v);

	if (is_tag(v))
		return g.parts.numbered;
	return semver_parts_valid(&g.parts, 1, 3);
}
