/*
 * Package URLs: the canonical form must parse, to the same canonical form, and
 * be made of permitted characters alone.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "model/debug_text.h"
#include "model/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool canonical(struct slice text, struct arena *a, struct buf *out)
{
	struct error err = ERROR_INIT;
	struct purl p;

	if (!purl_parse(text, a, &p, &err)) {
		if (err.code != ERR_FORMAT || err.message[0] == '\0')
			__builtin_trap();
		return false;
	}
	if (!purl_format(&p, out))
		__builtin_trap();
	return true;
}

static void check_characters(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_alnum(text.data[i]) &&
		    (text.data[i] == '\0' || !strchr(".-_~%:/@?=&#", text.data[i])))
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_release) struct buf once, twice;
	struct slice text = slice_new(data, size);
	struct arena a;

	buf_init(&once, 1 << 24);
	buf_init(&twice, 1 << 24);
	arena_init(&a, 0);
	if (canonical(text, &a, &once)) {
		check_characters(buf_slice(&once));
		if (!canonical(buf_slice(&once), &a, &twice) ||
		    !slice_eq(buf_slice(&once), buf_slice(&twice)))
			__builtin_trap();
	}
	buf_clear(&once);
	debug_purl(text, &once);
	arena_release(&a);
	return 0;
}
