/* The shell lexer of Dockerfiles: the first byte chooses its options, the rest is the text. */
#include <stdlib.h>

#include "base/limits.h"
#include "config/docker_words.h"

static bool get(void *context, struct slice name, struct slice *ret)
{
	(void)context;
	if (name.len == 1 && name.data[0] == 'u')
		return false;
	*ret = name.len > 1 ? name : SLICE("/usr/lib/x.tar.gz");
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bits = size ? data[0] : 0;
	struct docker_words_options options = {
		.escape = bits & 1 ? '`' : '\\',
		.raw_quotes = bits & 2,
		.raw_escapes = bits & 4,
		.skip_quotes = bits & 8,
		.keep_unset = bits & 16,
		.keep_plain_unset = bits & 32,
		.split = bits & 64,
		.get = get,
	};
	struct docker_words_result r;
	size_t budget = MIB;
	struct arena a;
	struct buf out;

	arena_init(&a, 0);
	options.budget = &budget;
	struct slice text = slice_new(data + (size > 0), size - (size > 0));
	docker_words(text, &options, &a, &r, NULL);
	vec_each (w, &r.words)
		if (w->offset > text.len || w->length > text.len - w->offset || w->text.len == 0)
			abort();
	if (bits & 128) {
		buf_init(&out, 64 * MIB);
		docker_words_check(text, &a, &out);
		buf_release(&out);
	}
	arena_release(&a);
	return 0;
}
