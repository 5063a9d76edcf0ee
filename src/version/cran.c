/*
 * CRAN: numbers between '.' or '-', which mean the same.  R refuses anything
 * else; here such a member ranks below every number.
 */
#include "version/components.h"
#include "version/schemes.h"

int cran_compare(struct slice a, struct slice b)
{
	return components_compare(a, b, SLICE(".-"));
}

bool cran_valid(struct slice v)
{
	return components_valid(v, SLICE(".-"), 2);
}
