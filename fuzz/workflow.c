/* The text is read as a workflow; behind a first byte of '=' it is an expression alone. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "config/workflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(const struct source_table *t, struct span s)
{
	const struct source *source = source_get(t, s.source);

	if (!source || (s.source && (s.offset > source->bytes.len || s.length > source->bytes.len - s.offset)))
		abort();
}

static void check_part(void *context, const struct expression *e)
{
	const struct slice *text = context;

	if (e->offset > text->len || e->length > text->len - e->offset)
		abort();
}

static void check_workflow(const struct source_table *t, const struct workflow *w)
{
	vec_each(x, &w->expressions) {
		struct span at = workflow_expression_span(x, NULL);

		check_span(t, at);
		check_span(t, source_origin(t, at));
		if (!x->root && !x->error.what)
			abort();
		expression_walk(x->root, check_part, &x->text);
	}
	vec_each(s, &w->steps)
		if (s->script)
			vec_each(k, &s->script->commands) {
				check_span(t, k->span);
				check_span(t, source_origin(t, k->span));
			}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_new(data, size);
	struct source_table sources;
	struct problem_list problems;
	struct expression_error error;
	struct workflow workflow;
	struct yaml_doc doc;
	struct arena a;

	if (size > 64 * KIB)
		return 0;
	arena_init(&a, 0);
	source_table_init(&sources, &a);
	if (slice_cut_prefix(&text, SLICE("="))) {
		struct expression *e = expression_parse(text, &a, &error);

		if (!e != !!error.what)
			abort();
		expression_walk(e, check_part, &text);
		expression_path(e, &a);
	} else {
		problem_list_init(&problems, &a);
		yaml_doc_read(text, source_add(&sources, SLICE("a.yml"), text, -1), &a, &doc, &problems);
		workflow_read(&doc, &sources, &a, &workflow);
		check_workflow(&sources, &workflow);
	}
	arena_release(&a);
	return 0;
}
