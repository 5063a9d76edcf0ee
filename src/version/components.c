#include "version/components.h"

struct walk {
	struct slice rest;
	struct slice separators;
	bool more;
};

static struct walk walk_new(struct slice v, struct slice separators)
{
	return (struct walk){ .rest = v, .separators = separators, .more = v.len > 0 };
}

static bool walk_next(struct walk *w, struct slice *ret)
{
	size_t n = 0;

	if (!w->more)
		return false;
	while (n < w->rest.len &&
	       slice_find_byte(w->separators, w->rest.data[n]) == w->separators.len)
		n++;
	*ret = slice_first(w->rest, n);
	w->more = n < w->rest.len;
	w->rest = slice_from(w->rest, n + 1);
	return true;
}

int components_compare(struct slice a, struct slice b, struct slice separators)
{
	struct walk x = walk_new(a, separators);
	struct walk y = walk_new(b, separators);
	int order = 0;

	while (order == 0) {
		bool have_a = walk_next(&x, &a);
		bool have_b = walk_next(&y, &b);

		if (!have_a || !have_b)
			return int_compare(have_a, have_b);
		bool number_a = digits_only(a);
		bool number_b = digits_only(b);

		if (number_a != number_b)
			return number_a ? 1 : -1;
		order = number_a ? digits_compare(a, b) : slice_cmp(a, b);
	}
	return order;
}

bool components_valid(struct slice v, struct slice separators, size_t least)
{
	struct walk w = walk_new(v, separators);
	struct slice member;
	size_t count = 0;

	while (walk_next(&w, &member)) {
		if (!digits_only(member))
			return false;
		count++;
	}
	return count >= least;
}
