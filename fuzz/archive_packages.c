#include <stdint.h>
#include <stdlib.h>

#include "advisory/archive_packages.h"

#define NAMES 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_names(struct map *names)
{
	static const struct slice known[NAMES] = { SLICE_INIT("alpha"), SLICE_INIT("beta"), SLICE_INIT("g") };

	for (size_t i = 0; i < NAMES; i++)
		*map_put(names, known[i], NULL) = i;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct archive_version versions[NAMES] = { 0 };
	struct error err = ERROR_INIT;
	uint64_t stanzas;
	struct arena a;
	struct map names;

	arena_init(&a, 0);
	map_init(&names);
	add_names(&names);
	bool ok = archive_packages_read(slice_new(data, size), &names, &a, versions, &stanzas, &err);
	if (ok != (err.code == ERR_NONE))
		abort();
	for (size_t i = 0; i < NAMES; i++)
		if (versions[i].version.len && (!ok || !stanzas))
			abort();
	map_release(&names);
	arena_release(&a);
	return 0;
}
