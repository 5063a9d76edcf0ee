#include <stdint.h>
#include <stdlib.h>

#include "advisory/archive_release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct slice s, struct slice text)
{
	if (s.len && (s.data < text.data || s.data + s.len > text.data + text.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice whole = slice_new(data, size), text = archive_signed_text(whole);
	struct archive_release release;
	struct archive_file file;

	check_inside(text, whole);
	if (!archive_release_parse(text, &release, NULL))
		return 0;
	check_inside(release.origin, text);
	check_inside(release.suite, text);
	check_inside(release.codename, text);
	check_inside(release.hashes, text);
	while (archive_release_file(&release.hashes, &file)) {
		check_inside(file.path, text);
		check_inside(file.sha256, text);
		if (file.sha256.len != 64 || slice_empty(file.path))
			abort();
	}
	return 0;
}
