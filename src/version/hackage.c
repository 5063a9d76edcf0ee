/*
 * Hackage: numbers between dots.  Data.Version's tags ("-foo" at the end) do
 * not count in its order and make a version invalid for Cabal; a member that
 * is no number ranks below every number.
 */
#include "version/components.h"
#include "version/schemes.h"

static struct slice branch(struct slice v)
{
	return slice_first(v, slice_find_byte(v, '-'));
}

int hackage_compare(struct slice a, struct slice b)
{
	return components_compare(branch(a), branch(b), SLICE("."));
}

bool hackage_valid(struct slice v)
{
	return components_valid(v, SLICE("."), 1);
}
