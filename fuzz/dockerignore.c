/* .dockerignore: patterns up to the first NUL, behind it the path that is matched. */
#include <stdlib.h>

#include "config/dockerignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text, path, all = slice_new(data, size);
	const struct dockerignore_pattern *by;
	struct arena a;

	arena_init(&a, 0);
	slice_split(all, 0, &text, &path);
	const struct dockerignore *i = dockerignore_parse(text, 1, &a);
	vec_each (p, &i->patterns)
		if (p->span.offset + p->span.length > text.len ||
		    (p->problem.len == 0) != (p->program != NULL))
			abort();
	if (dockerignore_match(i, path, &by) != (by && !by->exclusion))
		abort();
	arena_release(&a);
	return 0;
}
