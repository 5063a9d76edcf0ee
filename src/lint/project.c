#include <stdlib.h>

#include "lint/internal.h"

static int compare_path(const void *key, const void *item)
{
	return slice_cmp(*(const struct slice *)key, *(const struct slice *)item);
}

bool project_has_path(const struct project *p, struct slice path)
{
	return p->paths.count &&
	       bsearch(&path, p->paths.items, p->paths.count, sizeof(*p->paths.items), compare_path) != NULL;
}

const struct document *project_document(const struct project *p, struct slice path)
{
	vec_each(d, &p->documents)
		if (!(*d)->holder && slice_eq((*d)->path, path))
			return *d;
	return NULL;
}

struct document *project_add(struct project *p, enum document_kind kind, struct slice path, struct slice text,
			     uint32_t source)
{
	struct document *d = arena_new(p->arena, struct document);

	d->kind = kind;
	d->path = path;
	d->text = text;
	d->source = source;
	problem_list_init(&d->problems, p->arena);
	*vec_add(p->arena, &p->documents) = d;
	return d;
}

static void read_documents(struct project *p)
{
	/* Markdown adds its blocks behind the end while this runs. */
	for (size_t i = 0; i < p->documents.count; i++) {
		struct document *d = p->documents.items[i];
		const struct lint_evaluator *e = lint_evaluator(d->kind);

		if (e && e->read)
			e->read(p, d);
	}
}

static bool known_id(struct slice peer, struct slice id)
{
	(void)peer;
	return lint_rule_by_any_id(id) != NULL;
}

static void judge_pragmas(struct rule_context *c, const struct document *d, struct pragma_list *pragmas)
{
	static const struct pragma_surroundings surroundings = { known_id };

	if (d->holder)
		return;
	c->subject = pragmas;
	c->surroundings = &surroundings;
	rule_evaluate(c, &pragma_rules);
}

static struct slice name_of(const struct document *d, struct arena *a)
{
	if (slice_empty(d->block))
		return d->path;
	return arena_printf(a, "%.*s %.*s", SLICE_ARG(d->path), SLICE_ARG(d->block));
}

static void read_pragmas(struct project *p, const struct document *d, const struct lint_evaluator *e,
			 struct pragma_list *ret)
{
	struct pragma_unit_list units = { 0 };

	if (e->units)
		e->units(d, p->arena, &units);
	pragma_read(p->sources, d->source, e->units ? &units : NULL, p->arena, ret);
}

static void judge_document(struct project *p, const struct document *d, struct assessment_list *ret)
{
	const struct lint_evaluator *e = lint_evaluator(d->kind);
	struct rule_context c = {
		.arena = p->arena, .sources = p->sources, .policy = p->policy, .now = p->now,
		.subject = d, .surroundings = p, .name = name_of(d, p->arena), .out = ret,
	};
	struct pragma_list pragmas = { 0 };
	size_t first = ret->count;

	if (!e)
		return;
	for (const struct rule_table *const *t = e->tables; t && *t; t++)
		rule_evaluate(&c, *t);
	if (e->evaluate)
		e->evaluate(&c, d);
	read_pragmas(p, d, e, &pragmas);
	pragma_apply(&pragmas, ret, first, p->now, p->arena);
	judge_pragmas(&c, d, &pragmas);
}

/* Findings of the project's own rules heed the pragmas of the document that they point into. */
static void judge_project(struct project *p, struct assessment_list *ret)
{
	struct rule_context c = {
		.arena = p->arena, .sources = p->sources, .policy = p->policy, .now = p->now,
		.subject = p, .surroundings = p, .name = SLICE("project"), .out = ret,
	};
	size_t first = ret->count;

	for (const struct rule_table *const *t = lint_project_tables; *t; t++)
		rule_evaluate(&c, *t);
	for (size_t i = 0; first < ret->count && i < p->documents.count; i++) {
		const struct lint_evaluator *e = lint_evaluator(p->documents.items[i]->kind);
		struct pragma_list pragmas = { 0 };

		if (!e)
			continue;
		read_pragmas(p, p->documents.items[i], e, &pragmas);
		pragma_apply(&pragmas, ret, first, p->now, p->arena);
	}
}

void project_judge(struct project *p, struct assessment_list *ret)
{
	read_documents(p);
	for (size_t i = 0; i < p->documents.count; i++)
		judge_document(p, p->documents.items[i], ret);
	judge_project(p, ret);
	rule_finish(ret, p->sources, p->arena);
}
