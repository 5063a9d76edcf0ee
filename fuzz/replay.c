/*
 * Runs a fuzz target over every file of a corpus directory and reports in TAP,
 * so that what fuzzing once found is held by the ordinary test run.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
		return 2;
	}
	int count = scandir(argv[1], &entries, visible, alphasort);
	if (count <= 0) {
		printf("1..1\nnot ok 1 - %s: no corpus\n", argv[1]);
		return 1;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		struct arena a;
		struct slice bytes;
		struct error err = ERROR_INIT;
		char path[PATH_MAX];

		arena_init(&a, 0);
		snprintf(path, sizeof(path), "%s/%s", argv[1], entries[i]->d_name);
		if (io_read_file(AT_FDCWD, path, 64 * MIB, &a, &bytes, &err)) {
			/* An exact heap copy, so that a sanitizer sees one byte too many. */
			uint8_t *exact = malloc(bytes.len ? bytes.len : 1);

			if (exact) {
				memcpy(exact, bytes.data, bytes.len);
				LLVMFuzzerTestOneInput(exact, bytes.len);
				free(exact);
			}
			printf("ok %d - %s\n", i + 1, entries[i]->d_name);
		} else {
			printf("not ok %d - %s\n", i + 1, err.message);
			failed++;
		}
		arena_release(&a);
		free(entries[i]);
	}
	free(entries);
	return failed != 0;
}
