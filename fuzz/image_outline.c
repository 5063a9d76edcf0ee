/*
 * The documents of an image.  The input is a row of members, each a name up
 * to a line end, two bytes of length and its bytes; what a document asks for
 * by a digest that no member has is answered by the members in their order,
 * so that digests need not be guessed.  The answer must survive its own record.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "image/outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMBERS_MAX 32

struct made_source {
	struct member_source source;
	struct {
		struct slice name, bytes;
	} members[MEMBERS_MAX];
	size_t count, next;
};

static bool pick(struct made_source *s, struct slice name, struct slice *ret, struct error *err)
{
	for (size_t i = 0; i < s->count; i++)
		if (slice_eq(s->members[i].name, name)) {
			*ret = s->members[i].bytes;
			return true;
		}
	if (s->count == 0 || !slice_starts(name, SLICE("blobs/")))
		return error_set(err, ERR_NOT_FOUND, "no member %.*s", SLICE_ARG(name));
	*ret = s->members[s->next++ % s->count].bytes;
	return true;
}

static bool made_find(struct member_source *source, struct slice name, struct member *ret,
		      struct error *err)
{
	struct slice bytes;

	if (!pick((struct made_source *)source, name, &bytes, err))
		return false;
	*ret = (struct member){.size = bytes.len};
	return true;
}

static bool made_read(struct member_source *source, struct slice name, struct arena *a,
		      struct slice *ret, struct error *err)
{
	(void)a;
	return pick((struct made_source *)source, name, ret, err);
}

static void make_source(struct made_source *s, struct slice input)
{
	struct slice name;

	*s = (struct made_source){.source = {made_find, made_read}};
	while (s->count < MEMBERS_MAX && slice_split(input, '\n', &name, &input) &&
	       input.len >= 2) {
		size_t len = (uint8_t)input.data[0] | (size_t)(uint8_t)input.data[1] << 8;

		input = slice_from(input, 2);
		s->members[s->count].name = name;
		s->members[s->count++].bytes = slice_first(input, len);
		input = slice_from(input, len);
	}
}

static void check(struct outline *o, struct arena *a)
{
	struct outline again;
	struct error err = ERROR_INIT;
	struct buf first, second;

	buf_init(&first, GIB);
	buf_init(&second, GIB);
	outline_encode(o, &first);
	if (!outline_decode(buf_slice(&first), a, &again, &err)) {
		fprintf(stderr, "an outline does not survive its record: %s\n", err.message);
		abort();
	}
	outline_encode(&again, &second);
	if (!slice_eq(buf_slice(&first), buf_slice(&second)))
		abort();
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outline_options options = {0};
	struct made_source source;
	struct outline outline;
	struct arena a;
	struct error err = ERROR_INIT;

	arena_init(&a, GIB);
	make_source(&source, slice_new(data, size));
	platform_parse(SLICE("linux/amd64"), &a, &options.platform, &err);
	outline = (struct outline){0};
	if (outline_docker(&source.source, &options, &a, &outline, &err))
		check(&outline, &a);
	source.next = 0;
	outline = (struct outline){0};
	if (outline_oci(&source.source, &options, &a, &outline, &err))
		check(&outline, &a);
	arena_release(&a);
	return 0;
}
