/* Stages, what they stand on, and the variables in force (BuildKit's dockerfile2llb). */
#include <stdlib.h>

#include "base/limits.h"
#include "base/map.h"
#include "config/docker_words.h"
#include "config/dockerfile_internal.h"

struct dockerfile_stage_name {
	struct slice name; /* lower case */
	size_t index;
};

struct linker {
	struct dockerfile_reader *r;
	struct dockerfile *d;
	struct map names; /* of the stages so far: index + 1 */
	const struct dockerfile_binding *now;
};

/* --- variables --- */

/* What BuildKit sets for FROM and, where ARG asks for it, in stages. */
static const struct dockerfile_binding predefined[] = {
	{.name = SLICE_INIT("BUILDPLATFORM")},
	{.older = &predefined[0], .name = SLICE_INIT("BUILDOS")},
	{.older = &predefined[1], .name = SLICE_INIT("BUILDARCH")},
	{.older = &predefined[2], .name = SLICE_INIT("BUILDVARIANT")},
	{.older = &predefined[3], .name = SLICE_INIT("TARGETSTAGE")},
	{.older = &predefined[4], .name = SLICE_INIT("TARGETVARIANT")},
	{.older = &predefined[5], .name = SLICE_INIT("TARGETARCH")},
	{.older = &predefined[6], .name = SLICE_INIT("TARGETOS")},
	{.older = &predefined[7], .name = SLICE_INIT("TARGETPLATFORM")},
};

static const struct dockerfile_binding *find(const struct dockerfile_binding *b, struct slice name)
{
	for (size_t i = 0; b && i < LIMIT_VARIABLES; i++, b = b->older)
		if (slice_eq(b->name, name))
			return b;
	return NULL;
}

static bool get_value(void *context, struct slice name, struct slice *ret)
{
	const struct dockerfile_binding *const *bindings = context;
	const struct dockerfile_binding *b = find(*bindings, name);

	if (!b || !b->known)
		return false;
	*ret = b->value;
	return true;
}

static bool expand(const struct dockerfile *d, const struct dockerfile_binding *bindings,
		   struct slice text, struct arena *a, struct slice *ret, bool *ret_known)
{
	struct docker_words_options options = {
		.escape = d->escape,
		.keep_plain_unset = true,
		.get = get_value,
		.context = &bindings,
		.budget = d->expansion_left,
	};
	struct docker_words_result result;
	bool ok = docker_words(text, &options, a, &result, NULL);

	*ret = result.text;
	if (ret_known)
		*ret_known = ok && !result.kept;
	return ok;
}

static struct dockerfile_binding *bind(struct linker *l, const struct dockerfile_instruction *in,
				       struct slice name)
{
	struct dockerfile_binding *b = arena_new(l->r->arena, struct dockerfile_binding);

	*b = (struct dockerfile_binding){.older = l->now, .instruction = in, .name = name};
	return b;
}

static void set_value(struct linker *l, struct dockerfile_binding *b, struct slice text,
		      const struct dockerfile_binding *in_force)
{
	expand(l->d, in_force, text, l->r->arena, &b->value, &b->known);
	if (b->value.len > LIMIT_VARIABLE) {
		b->value = slice_first(text, LIMIT_VARIABLE);
		b->known = false;
	}
}

/* All values of one ENV see what stood before it. */
static void bind_env(struct linker *l, const struct dockerfile_instruction *in)
{
	const struct dockerfile_binding *before = l->now;

	vec_each(pair, &in->pairs) {
		struct dockerfile_binding *b = bind(l, in, pair->key.value);

		b->env = true;
		set_value(l, b, pair->value.text, before);
		l->now = b;
	}
}

/* Without a value, ARG takes that of the global one. */
static void bind_arg(struct linker *l, const struct dockerfile_instruction *in, bool global)
{
	vec_each(pair, &in->pairs) {
		struct dockerfile_binding *b = bind(l, in, pair->key.value);
		const struct dockerfile_binding *outer =
			global ? NULL : find(l->d->global_variables, b->name);

		if (pair->has_value) {
			set_value(l, b, pair->value.text, l->now);
		} else if (outer) {
			b->value = outer->value;
			b->known = outer->known;
		}
		l->now = b;
	}
}

/* --- stages --- */

static struct slice lower(struct arena *a, struct slice s)
{
	char *copy = arena_cstr(a, s);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = ascii_tolower(copy[i]);
	return slice_new(copy, s.len);
}

static void set_base(struct linker *l, struct dockerfile_stage *s)
{
	s->parent = -1;
	expand(l->d, l->d->global_variables, s->base_word.text, l->r->arena, &s->base,
	       &s->base_known);
	const uint64_t *earlier = map_get(&l->names, lower(l->r->arena, s->base));
	if (earlier && *earlier) {
		s->parent = (int)(*earlier - 1);
		return;
	}
	s->scratch = slice_is(s->base, "scratch");
	if (!s->scratch)
		s->reference = dockerfile_reference_parse(s->base);
}

static void close_stage(struct linker *l, size_t end)
{
	struct dockerfile_stage_list *stages = &l->d->stages;

	if (stages->count == 0) {
		l->d->global_variables = l->now;
		return;
	}
	stages->items[stages->count - 1].end = end;
	stages->items[stages->count - 1].variables = l->now;
}

static void open_stage(struct linker *l, const struct dockerfile_instruction *in)
{
	struct dockerfile_stage *s;
	const struct dockerfile_word *words = in->words.items;

	close_stage(l, in->index);
	s = vec_add(l->r->arena, &l->d->stages);
	s->index = l->d->stages.count - 1;
	s->from = in;
	s->first = s->end = in->index;
	s->platform = dockerfile_flag(in, SLICE("platform"));
	if (in->words.count)
		s->base_word = words[0];
	set_base(l, s);
	/* A build's own numbers and names: an unnamed stage can still be meant by its number. */
	if (in->words.count == 3 && slice_eq_nocase(words[1].text, SLICE("as"))) {
		s->name_word = words[2];
		s->name = lower(l->r->arena, words[2].text);
		*map_put(&l->names, s->name, NULL) = s->index + 1;
	}
	l->now = s->parent < 0 ? NULL : l->d->stages.items[s->parent].variables;
}

static void link_instruction(struct linker *l, struct dockerfile_instruction *in)
{
	bool global = l->d->stages.count == 0;

	if (in->keyword == DOCKERFILE_FROM) {
		in->variables = global ? l->now : l->d->global_variables;
		open_stage(l, in);
	} else {
		in->variables = l->now;
	}
	for (struct dockerfile_instruction *i = in; i; i = i->child) {
		i->stage = (int)l->d->stages.count - 1;
		if (i != in)
			i->variables = l->now;
	}
	if (in->keyword == DOCKERFILE_ENV)
		bind_env(l, in);
	else if (in->keyword == DOCKERFILE_ARG)
		bind_arg(l, in, global);
	if (in->stage < 0 && in->keyword != DOCKERFILE_ARG && in->keyword != DOCKERFILE_UNKNOWN)
		dockerfile_problem(l->r, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_NO_STAGE,
				   in->name.span, in->first_line, in,
				   "no build stage in current context");
}

/* --- names --- */

static int compare_names(const void *a, const void *b)
{
	const struct dockerfile_stage_name *x = a, *y = b;
	int order = slice_cmp(x->name, y->name);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static void sort_names(struct linker *l)
{
	struct VEC_OF(struct dockerfile_stage_name) names = {0};

	vec_each(s, &l->d->stages)
		if (s->name.len)
			*vec_add(l->r->arena, &names) =
				(struct dockerfile_stage_name){s->name, s->index};
	if (names.count)
		qsort(names.items, names.count, sizeof(names.items[0]), compare_names);
	l->d->stage_names = names.items;
	l->d->stage_name_count = names.count;
}

static int compare_nocase(struct slice lowered, struct slice name)
{
	size_t common = lowered.len < name.len ? lowered.len : name.len;

	for (size_t i = 0; i < common; i++) {
		int order =
			(unsigned char)lowered.data[i] - (unsigned char)ascii_tolower(name.data[i]);

		if (order)
			return order;
	}
	return (lowered.len > name.len) - (lowered.len < name.len);
}

int dockerfile_stage_named(const struct dockerfile *d, const struct dockerfile_instruction *in,
			   struct slice name)
{
	size_t low = 0, high = d->stage_name_count;
	uint64_t number;

	/* The last one of that name. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_nocase(d->stage_names[middle].name, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low && compare_nocase(d->stage_names[low - 1].name, name) == 0)
		return (int)d->stage_names[low - 1].index;
	if (slice_to_u64(name, &number) && in->stage >= 0 && number < (uint64_t)in->stage)
		return (int)number;
	return -1;
}

/* --- what the final stage is made of --- */

struct walk {
	struct dockerfile *d;
	size_t *stack;
	size_t count;
};

static void reach(struct walk *w, int index)
{
	if (index < 0 || w->d->stages.items[index].reachable)
		return;
	w->d->stages.items[index].reachable = true;
	w->stack[w->count++] = (size_t)index;
}

static void reach_from(struct walk *w, const struct dockerfile_instruction *in)
{
	const struct dockerfile_flag *from;

	for (; in; in = in->child) {
		from = in->keyword == DOCKERFILE_COPY ? dockerfile_flag(in, SLICE("from")) : NULL;
		if (from)
			reach(w, dockerfile_stage_named(w->d, in, from->value));
		vec_each(mount, &in->mounts)
			if (mount->from.len)
				reach(w, dockerfile_stage_named(w->d, in, mount->from));
	}
}

static void mark_reachable(struct linker *l)
{
	struct dockerfile *d = l->d;
	struct walk w = {.d = d};

	if (d->stages.count == 0)
		return;
	w.stack = arena_new_array(l->r->arena, size_t, d->stages.count);
	reach(&w, (int)d->stages.count - 1);
	while (w.count) {
		const struct dockerfile_stage *s = &d->stages.items[w.stack[--w.count]];

		reach(&w, s->parent);
		for (size_t i = s->first; i < s->end; i++)
			reach_from(&w, d->instructions.items[i]);
	}
}

void dockerfile_read_stages(struct dockerfile_reader *r)
{
	struct linker l = {.r = r, .d = r->d, .now = &predefined[8]};

	map_init(&l.names);
	r->d->global_variables = l.now;
	vec_each(in, &r->d->instructions)
		link_instruction(&l, *in);
	close_stage(&l, r->d->instructions.count);
	map_release(&l.names);
	sort_names(&l);
	mark_reachable(&l);
	if (r->d->stages.count == 0 && r->d->instructions.count)
		dockerfile_problem(r, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_NO_STAGE,
				   (struct span){r->d->source, 0, 0}, 1, NULL,
				   "dockerfile contains no stages to build");
}

/* --- questions --- */

const struct dockerfile_binding *dockerfile_variable(const struct dockerfile_instruction *in,
						     struct slice name)
{
	return find(in->variables, name);
}

bool dockerfile_expand(const struct dockerfile *d, const struct dockerfile_instruction *in,
		       struct slice word, struct arena *a, struct slice *ret, bool *ret_known)
{
	return expand(d, in->variables, word, a, ret, ret_known);
}

void dockerfile_unmatched(const struct dockerfile *d, const struct dockerfile_instruction *in,
			  struct slice word, struct arena *a, struct slice_list *names)
{
	const struct dockerfile_binding *bindings = in->variables;
	struct docker_words_options options = {
		.escape = d->escape,
		.get = get_value,
		.context = &bindings,
		.budget = d->expansion_left,
	};
	struct docker_words_result result;

	docker_words(word, &options, a, &result, NULL);
	vec_each(name, &result.unmatched) {
		bool known = find(bindings, *name) != NULL;

		vec_each(it, names)
			known |= slice_eq(*it, *name);
		if (!known)
			*vec_add(a, names) = *name;
	}
}

const struct dockerfile_stage *dockerfile_stage_of(const struct dockerfile *d,
						   const struct dockerfile_instruction *in)
{
	return in->stage < 0 ? NULL : &d->stages.items[in->stage];
}

const struct dockerfile_stage *dockerfile_final_stage(const struct dockerfile *d)
{
	return d->stages.count ? &d->stages.items[d->stages.count - 1] : NULL;
}

const struct dockerfile_instruction *dockerfile_last_in_stage(const struct dockerfile *d,
							      const struct dockerfile_stage *s,
							      enum dockerfile_keyword k)
{
	for (size_t i = s->end; i > s->first; i--)
		if (d->instructions.items[i - 1]->keyword == k)
			return d->instructions.items[i - 1];
	return NULL;
}
