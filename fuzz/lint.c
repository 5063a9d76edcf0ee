/*
 * A whole project of one document, read and judged: the first byte is its kind.
 * Every finding must survive the way to the broker, and its fix must apply.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/wire.h"
#include "lint/internal.h"
#include "lint/recognise.h"

static void check_finding(const struct assessment *x, const struct source_table *sources, struct arena *a)
{
	struct assessment copy;
	struct cursor c;
	struct buf b;

	buf_init(&b, LIMIT_RECORD);
	rule_encode(x, &b);
	cursor_init(&c, buf_slice(&b));
	if (!b.overflow && !rule_decode(&c, lint_rule, sources, a, &copy))
		abort();
	buf_release(&b);
	vec_each(fix, &x->fixes) {
		const struct source *source = source_get(sources, fix->edits.items[0].span.source);
		struct edit_list edits = { 0 };

		vec_each(e, &fix->edits)
			if (e->span.source == fix->edits.items[0].span.source)
				*vec_add(a, &edits) = *e;
		if (!edit_list_prepare(&edits, source->bytes.len, NULL))
			abort();
	}
}

static bool no_file(void *context, struct slice path, struct arena *a, struct slice *ret, struct error *err)
{
	(void)context, (void)a, (void)ret;
	return error_set(err, ERR_NOT_FOUND, "%.*s", SLICE_ARG(path));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct assessment_list findings = { 0 };
	struct source_table sources;
	struct policy policy;
	struct arena a;

	if (size == 0)
		return 0;
	arena_init(&a, 0);
	policy_init(&policy);
	source_table_init(&sources, &a);
	struct slice text = slice_new(data + 1, size - 1);
	struct project p = {
		.arena = &a, .sources = &sources, .policy = &policy, .now = 1767225600, .files = { no_file, NULL },
	};
	enum document_kind kind = (enum document_kind)(data[0] % DOCUMENT_KIND_COUNT);
	if (kind == DOCUMENT_NONE)
		kind = recognise(SLICE("file"), text, true);
	project_add(&p, kind, SLICE("file"), text, source_add(&sources, SLICE("file"), text, -1));
	project_judge(&p, &findings);
	vec_each(x, &findings)
		check_finding(x, &sources, &a);
	arena_release(&a);
	return 0;
}
