/* Scores the vectors on standard input, a line each: what oracle_cvss.py drives. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "model/debug_text.h"

int main(void)
{
	CLEANUP(buf_release) struct buf in, out;
	char *p;
	ssize_t n = 0;

	buf_init(&in, 64 * MIB);
	buf_init(&out, 256 * MIB);
	while ((p = buf_reserve(&in, 64 * KIB)) && (n = io_read_full(0, p, 64 * KIB)) > 0)
		buf_commit(&in, (size_t)n);
	if (!p || n < 0)
		return 2;
	debug_cvss(buf_slice(&in), &out);
	return !out.overflow && io_write_full(1, out.data, out.len) ? 0 : 2;
}
