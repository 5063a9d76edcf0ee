/*
 * Dockerfiles: every span lies within the text, instructions stand one behind
 * the other, and the notation can be printed.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "config/dockerfile.h"

static void check_span(const struct dockerfile *d, struct span s)
{
	if (s.source != d->source || s.offset > d->text.len || s.length > d->text.len - s.offset)
		abort();
}

static void check_instruction(const struct dockerfile *d, const struct dockerfile_instruction *in)
{
	check_span(d, in->span);
	check_span(d, in->name.span);
	check_span(d, in->arguments_span);
	vec_each (w, &in->words)
		check_span(d, w->span);
	vec_each (p, &in->pairs) {
		check_span(d, p->span);
		check_span(d, p->key.span);
		check_span(d, p->value.span);
	}
	vec_each (f, &in->flags) {
		check_span(d, f->span);
		check_span(d, f->value_span);
	}
	vec_each (m, &in->mounts)
		vec_each (f, &m->fields)
			check_span(d, f->span);
	vec_each (h, &in->heredocs) {
		check_span(d, h->word);
		check_span(d, h->span);
	}
}

static void ask(const struct dockerfile *d, const struct dockerfile_instruction *in,
		struct arena *a)
{
	struct slice_list names = {0};
	struct slice text;
	bool known;

	vec_each (w, &in->words) {
		dockerfile_expand(d, in, w->text, a, &text, &known);
		dockerfile_unmatched(d, in, w->text, a, &names);
		if (dockerfile_stage_named(d, in, w->value) >= (int)d->stages.count)
			abort();
	}
	vec_each (h, &in->heredocs)
		dockerfile_heredoc_text(h, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dockerfile *d;
	uint64_t end = 0;
	struct arena a;
	struct buf out;

	arena_init(&a, 0);
	d = dockerfile_parse(slice_new(data, size), 3, &a);
	vec_each (it, &d->instructions) {
		if ((*it)->span.offset < end)
			abort();
		end = (*it)->span.offset + (*it)->span.length;
		for (const struct dockerfile_instruction *in = *it; in; in = in->child) {
			check_instruction(d, in);
			ask(d, in, &a);
		}
	}
	vec_each (p, &d->problems)
		check_span(d, p->span);
	vec_each (c, &d->comments)
		check_span(d, c->span);
	vec_each (s, &d->stages)
		if (s->first > s->end || s->end > d->instructions.count ||
		    s->parent >= (int)s->index)
			abort();
	buf_init(&out, 64 * MIB);
	dockerfile_dump(d, &out);
	buf_release(&out);
	arena_release(&a);
	return 0;
}
