#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed is sound UTF-8 without anything that a terminal obeys, and printing it again changes nothing. */
static void check_safe(struct slice s)
{
	struct buf once, twice;

	buf_init(&once, 64 * MIB);
	buf_init(&twice, 64 * MIB);
	text_add_safe(&once, s);
	text_add_safe(&twice, buf_slice(&once));
	if (!slice_eq(buf_slice(&once), buf_slice(&twice)) || !text_valid_utf8(buf_slice(&once)))
		abort();
	for (size_t i = 0; i < once.len; i++)
		if ((uint8_t)once.data[i] < 0x20 || once.data[i] == 0x7f)
			abort();
	if (text_width(buf_slice(&once)) > 2 * once.len)
		abort();
	buf_release(&once);
	buf_release(&twice);
}

static void check_utf8(struct slice s)
{
	bool valid = text_valid_utf8(s), same = true;

	while (!slice_empty(s)) {
		uint32_t rune;
		struct buf b;
		size_t n = text_decode_utf8(s, &rune);

		if (n == 0 || n > s.len || n > 4)
			abort();
		buf_init(&b, 8);
		text_add_utf8(&b, rune);
		same &= slice_eq(buf_slice(&b), slice_first(s, n));
		buf_release(&b);
		s = slice_from(s, n);
	}
	if (valid != same)
		abort();
}

static void check_glob(struct slice s)
{
	struct slice pattern, path;

	slice_split(s, '\n', &pattern, &path);
	text_glob(pattern, path);
	if (!text_glob(SLICE("**"), path))
		abort();
	/* A path without special characters matches itself. */
	bool plain = true;
	for (size_t i = 0; i < path.len; i++)
		plain &= path.data[i] != '*' && path.data[i] != '?' && path.data[i] != '[';
	if (plain && !text_glob(path, path))
		abort();
}

static void check_path(struct slice s)
{
	struct buf once, twice;

	buf_init(&once, 64 * MIB);
	buf_init(&twice, 64 * MIB);
	text_normalize_path(&once, s);
	text_normalize_path(&twice, buf_slice(&once));
	if (!slice_eq(buf_slice(&once), buf_slice(&twice)) || slice_starts(buf_slice(&once), SLICE("/")) ||
	    slice_find(buf_slice(&once), SLICE("/../")) < once.len)
		abort();
	buf_release(&once);
	buf_release(&twice);
}

static void check_timestamp(struct slice s)
{
	char text[TIMESTAMP_TEXT_MAX];
	int64_t t, again;

	if (!timestamp_parse(s, &t))
		return;
	/* Offsets may lead out of the years that have four digits. */
	timestamp_format(t, text);
	if (t >= -62167219200 && t < 253402300800 &&
	    (!timestamp_parse(slice_from_cstr(text), &again) || again != t))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_new(data, size);

	check_safe(s);
	check_utf8(s);
	check_glob(s);
	check_path(s);
	check_timestamp(s);
	return 0;
}
