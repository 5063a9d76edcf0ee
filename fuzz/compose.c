/*
 * The text is cut at lines of %: the first part is the Compose file, the
 * second one goes over it, the third is .env, the fourth any other file.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "config/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct disk {
	struct slice parts[4];
};

static bool read_part(void *context, struct slice path, struct arena *a, struct slice *ret,
		      struct error *err)
{
	const struct disk *d = context;

	(void)a;
	(void)err;
	*ret = slice_is(path, "a.yaml")	  ? d->parts[0]
	       : slice_is(path, "b.yaml") ? d->parts[1]
	       : slice_is(path, ".env")	  ? d->parts[2]
					  : d->parts[3];
	return true;
}

static void check_span(const struct source_table *t, struct span s)
{
	const struct source *source = source_get(t, s.source);

	if (!source ||
	    (s.source && (s.offset > source->bytes.len || s.length > source->bytes.len - s.offset)))
		abort();
}

static void check_service(const struct source_table *t, const struct compose_service *s)
{
	check_span(t, s->at->span);
	vec_each(it, &s->environment) {
		check_span(t, it->span);
		check_span(t, it->value_span);
	}
	vec_each(it, &s->ports)
		check_span(t, it->span);
	vec_each(it, &s->volumes)
		check_span(t, it->span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_new(data, size), paths[] = {SLICE("a.yaml"), SLICE("b.yaml")};
	struct compose_options o = {.paths = paths};
	struct compose_project project;
	struct source_table sources;
	struct disk disk = {0};
	struct arena a;

	if (size > 64 * KIB)
		return 0;
	for (unsigned i = 0; i < 4; i++) {
		size_t end = slice_find(rest, SLICE("\n%\n"));

		disk.parts[i] = slice_first(rest, end);
		rest = slice_from(rest, end + 3);
	}
	o.path_count = slice_empty(disk.parts[1]) ? 1 : 2;
	o.stack = size & 1;
	arena_init(&a, 0);
	source_table_init(&sources, &a);
	struct config_files files = {read_part, &disk};
	compose_load(&o, &files, &sources, &a, &project, NULL);
	vec_each(s, &project.services)
		check_service(&sources, s);
	vec_each(it, &project.problems.list) {
		check_span(&sources, it->span);
		check_span(&sources, it->other);
	}
	arena_release(&a);
	return 0;
}
