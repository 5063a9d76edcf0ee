/*
 * Debian: [EPOCH:]UPSTREAM[-REVISION], upstream and revision in runs of
 * non-digits and digits, '~' before everything, even the end.
 *
 * What dpkg refuses has its place by the same walk: a part before the colon
 * that is no number is no epoch but belongs to the upstream version, and
 * bytes that no version may hold rank behind the letters, by value.
 */
#include <limits.h>

#include "version/digits.h"
#include "version/schemes.h"

struct debian_version {
	struct slice epoch;
	struct slice upstream;
	struct slice revision;
};

static struct debian_version parse(struct slice v)
{
	struct debian_version ret = { SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY };

	v = slice_trim(v);
	size_t colon = slice_find_byte(v, ':');

	if (colon < v.len && digits_only(slice_first(v, colon))) {
		ret.epoch = slice_first(v, colon);
		v = slice_from(v, colon + 1);
	}
	size_t dash = slice_rfind_byte(v, '-');

	ret.upstream = slice_first(v, dash);
	ret.revision = slice_from(v, dash + 1);
	return ret;
}

/* Rank of the first byte where non-digits are compared: a digit ends the run as the end does. */
static int rank(struct slice s)
{
	if (s.len == 0 || ascii_digit(s.data[0]))
		return 0;
	if (s.data[0] == '~')
		return -1;
	if (ascii_alpha(s.data[0]))
		return s.data[0];
	return (uint8_t)s.data[0] + 256;
}

static int compare_part(struct slice a, struct slice b)
{
	while (a.len > 0 || b.len > 0) {
		int x = rank(a);
		int y = rank(b);

		while (x != 0 || y != 0) {
			if (x != y)
				return int_compare(x, y);
			a = slice_from(a, 1);
			b = slice_from(b, 1);
			x = rank(a);
			y = rank(b);
		}
		int order = digits_compare(digits_take(&a), digits_take(&b));

		if (order != 0)
			return order;
	}
	return 0;
}

int debian_compare(struct slice a, struct slice b)
{
	struct debian_version x = parse(a);
	struct debian_version y = parse(b);
	int order = digits_compare(x.epoch, y.epoch);

	if (order == 0)
		order = compare_part(x.upstream, y.upstream);
	return order ? order : compare_part(x.revision, y.revision);
}

static bool made_of(struct slice s, struct slice marks)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.data[i]) && slice_find_byte(marks, s.data[i]) == marks.len)
			return false;
	return true;
}

bool debian_valid(struct slice v)
{
	struct debian_version d = parse(v);
	uint64_t epoch = 0;

	if (d.epoch.len > 0 && (!slice_to_u64(d.epoch, &epoch) || epoch > INT_MAX))
		return false;
	if (d.upstream.len == 0 || !ascii_digit(d.upstream.data[0]))
		return false;
	/* The dash that announces a revision is there, the revision is not. */
	if (slice_ends(slice_trim(v), SLICE("-")))
		return false;
	return made_of(d.upstream, SLICE("-+.~:")) && made_of(d.revision, SLICE("+.~"));
}
