#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "format/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sparse file may claim a lot of zeros; reading some of them is enough. */
#define ENOUGH ((uint64_t)1 << 17)

/* Hands the bytes on in pieces, and forgets each before it gives the next. */
struct cut {
	struct stream stream;
	struct slice left;
	char *piece;
	size_t max;
};

static bool cut_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct cut *c = (struct cut *)stream;
	struct slice part = slice_first(c->left, c->max);

	(void)err;
	free(c->piece);
	c->piece = malloc(part.len ? part.len : 1);
	if (!c->piece)
		abort();
	memcpy(c->piece, part.data, part.len);
	c->left = slice_from(c->left, part.len);
	*ret = slice_new(c->piece, part.len);
	return true;
}

static uint64_t touch(struct slice s)
{
	uint64_t sum = s.len;

	for (size_t i = 0; i < s.len; i++)
		sum = sum * 31 + (uint8_t)s.data[i];
	return sum;
}

static bool read_data(struct tar *t, uint64_t *sum)
{
	struct slice part;
	uint64_t total = 0;

	do {
		if (!tar_data(t, &part, NULL))
			return false;
		total += part.len;
		/* Not through touch(s): the pieces differ in size between the two readings. */
		for (size_t i = 0; i < part.len; i++)
			*sum = *sum * 31 + (uint8_t)part.data[i];
	} while (part.len && total < ENOUGH);
	if (total > t->entry.size || (!part.len && t->entry.type == TAR_FILE && total != t->entry.size))
		abort();
	return true;
}

/* A sum over all that was read, and in its lowest bit whether the end was reached. */
static uint64_t read_archive(struct slice bytes, size_t max, bool data, bool *ret_ok)
{
	struct cut c = { .stream = { .next = cut_next }, .left = bytes, .max = max };
	const struct tar_entry *e;
	struct tar t;
	uint64_t sum = 0;
	bool ok;

	tar_init(&t, &c.stream);
	while ((ok = tar_next(&t, &e, NULL)) && e) {
		if (e->size > LIMIT_LAYER_BYTES || e->stored > LIMIT_LAYER_BYTES)
			abort();
		sum = sum * 31 + touch(e->path) + touch(e->link) + e->size + (uint64_t)e->type;
		if (data && e->size < ENOUGH && !read_data(&t, &sum)) {
			ok = false;
			break;
		}
	}
	ok = ok && tar_drain(&t, NULL);
	tar_release(&t);
	free(c.piece);
	*ret_ok = ok;
	return sum;
}

/* The cut must not matter; neither must it whether data are read or passed over. */
static void check(struct slice bytes)
{
	bool whole_ok, cut_ok, skip_ok;
	size_t piece = (uint8_t)bytes.data[bytes.len - 1] % 64u * 11 + 1;
	uint64_t whole = read_archive(bytes, SIZE_MAX, true, &whole_ok);
	uint64_t cut = read_archive(bytes, piece, true, &cut_ok);

	read_archive(bytes, 512, false, &skip_ok);
	if (whole_ok != cut_ok || whole_ok != skip_ok || (whole_ok && whole != cut))
		abort();
}

/* Mutations seldom hit a checksum: give those blocks theirs that look like headers. */
static void repair(char *bytes, size_t size)
{
	for (size_t at = 0; at + 512 <= size; at += 512) {
		char *block = bytes + at, text[8];
		unsigned sum = 0;

		if (block[257] != 'u' && block[148] != '0')
			continue;
		memset(block + 148, ' ', 8);
		for (size_t i = 0; i < 512; i++)
			sum += (uint8_t)block[i];
		snprintf(text, sizeof(text), "%06o", sum & 0777777);
		memcpy(block + 148, text, 7);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	check(slice_new(data, size));
	char *copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	repair(copy, size);
	check(slice_new(copy, size));
	free(copy);
	return 0;
}
