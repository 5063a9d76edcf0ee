/*
 * versioncheck SCHEME: reads lines "A < B" on standard input and prints those
 * with which the scheme disagrees.  The oracle tests drive it.
 */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "version/check.h"

static bool read_all(FILE *in, struct buf *ret)
{
	char chunk[65536];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_add(ret, chunk, n);
	return !ferror(in) && !ret->overflow;
}

int main(int argc, char **argv)
{
	enum version_scheme scheme = VERSION_NONE;
	CLEANUP(buf_release) struct buf in;
	CLEANUP(buf_release) struct buf out;

	buf_init(&in, 64 * MIB);
	buf_init(&out, 64 * MIB);
	if (argc == 2)
		scheme = version_scheme_by_name(slice_from_cstr(argv[1]));
	if (scheme == VERSION_NONE) {
		fprintf(stderr, "usage: versioncheck SCHEME\n");
		return 2;
	}
	if (!read_all(stdin, &in)) {
		fprintf(stderr, "versioncheck: cannot read the table\n");
		return 3;
	}
	struct version_check counts = version_check_text(scheme, buf_slice(&in), &out);

	fwrite(out.data, 1, out.len, stdout);
	return counts.differ ? 1 : 0;
}
