/*
 * Version orderings: the first byte names the scheme, the rest is three
 * versions with line ends between.  An order that contradicts itself traps.
 */
#include "version/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int compare(enum version_scheme scheme, struct slice a, struct slice b)
{
	int order = version_compare(scheme, a, b);

	if (order < -1 || order > 1 || order != -version_compare(scheme, b, a))
		__builtin_trap();
	if (version_compare(scheme, a, a) != 0)
		__builtin_trap();
	return order;
}

static void check_transitive(int ab, int bc, int ac)
{
	if (ab <= 0 && bc <= 0 && ac != (ab < 0 || bc < 0 ? -1 : 0))
		__builtin_trap();
	if (ab >= 0 && bc >= 0 && ac != (ab > 0 || bc > 0 ? 1 : 0))
		__builtin_trap();
}

static void check_table(enum version_scheme scheme, struct slice text)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	version_check_text(scheme, text, &out);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice v[3], rest;

	if (size == 0)
		return 0;
	enum version_scheme scheme = (enum version_scheme)(data[0] % VERSION_SCHEMES);

	rest = slice_new(data + 1, size - 1);
	check_table(scheme, rest);
	slice_split(rest, '\n', &v[0], &rest);
	slice_split(rest, '\n', &v[1], &v[2]);
	int ab = compare(scheme, v[0], v[1]);
	int bc = compare(scheme, v[1], v[2]);
	int ac = compare(scheme, v[0], v[2]);

	check_transitive(ab, bc, ac);
	check_transitive(bc, -ac, -ab);
	check_transitive(-ac, ab, -bc);
	for (size_t i = 0; i < 3; i++)
		version_valid(scheme, v[i]);
	return 0;
}
