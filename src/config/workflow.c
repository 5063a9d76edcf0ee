#include "config/workflow.h"

#include "base/limits.h"
#include "config/yaml_text.h"

struct reader {
	struct workflow *w;
	struct source_table *sources;
	struct arena *arena;
};

struct place {
	const struct workflow_job *job;
	const struct workflow_step *step;
	struct slice key;
	unsigned depth;
};

/* --- used actions --- */

/* What the runner makes of a path: empty parts and '.' count as nothing, '..' goes up. */
static struct slice normal_path(struct slice path, struct arena *a)
{
	struct VEC_OF(struct slice) parts = { 0 };
	struct slice rest = path, part;

	while (slice_next(&rest, '/', &part)) {
		if (slice_empty(part) || slice_is(part, "."))
			continue;
		if (slice_is(part, "..") && parts.count)
			parts.count--;
		else
			*vec_add(a, &parts) = part;
	}
	return arena_join(a, parts.items, parts.count, SLICE("/"));
}

struct slice workflow_comment(const struct workflow *w, const struct value *v)
{
	size_t end = v->span.offset + v->span.length, low = 0, high = w->doc->comments.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (w->doc->comments.items[middle].span.offset < end)
			low = middle + 1;
		else
			high = middle;
	}
	if (low >= w->doc->comments.count || w->doc->comments.items[low].own_line)
		return SLICE_EMPTY;
	struct span s = w->doc->comments.items[low].span;
	struct slice between = slice_first(slice_from(w->doc->text, end), s.offset - end);
	if (slice_find_byte(between, '\n') < between.len)
		return SLICE_EMPTY;
	return slice_trim(slice_from(slice_first(slice_from(w->doc->text, s.offset), s.length), 1));
}

static void read_uses(const struct reader *r, const struct value *v, struct workflow_uses *u)
{
	struct slice name;

	if (!value_scalar(v) || v->type == NODE_NULL)
		return;
	u->value = v;
	u->text = slice_trim(value_text(v));
	u->comment = workflow_comment(r->w, v);
	u->path = u->text;
	if (slice_cut_prefix(&u->path, SLICE("docker://"))) {
		u->kind = USES_DOCKER;
		return;
	}
	if (slice_starts(u->text, SLICE("./"))) {
		u->kind = USES_LOCAL;
		return;
	}
	slice_split(u->text, '@', &name, &u->ref);
	u->name = normal_path(name, r->arena);
	u->path = SLICE_EMPTY;
	u->kind = slice_split(u->name, '/', &u->owner, &name) ? USES_REPOSITORY : USES_INVALID;
	slice_split(name, '/', &u->repo, &u->path);
}

bool workflow_uses_is(const struct workflow_uses *u, const char *name)
{
	struct slice wanted = slice_from_cstr(name);

	return u->kind == USES_REPOSITORY && slice_eq_nocase(slice_first(u->name, wanted.len), wanted) &&
	       (u->name.len == wanted.len || u->name.data[wanted.len] == '/');
}

/* --- scripts --- */

static const struct value *run_default(const struct value *of)
{
	return value_path(of, "defaults", "run", "shell", NULL);
}

static bool posix_shell(struct slice shell)
{
	struct slice program, rest;

	slice_split(shell, ' ', &program, &rest);
	program = slice_from(program, slice_rfind_byte(program, '/') < program.len ? slice_rfind_byte(program, '/') + 1 : 0);
	return slice_empty(program) || slice_is(program, "sh") || slice_is(program, "bash");
}

static void read_script(const struct reader *r, struct workflow_step *s)
{
	const struct shell_options options = { 0 };
	const struct value *shell = s->shell;

	if (!shell && s->job)
		shell = run_default(s->job->at);
	if (!shell)
		shell = run_default(r->w->root);
	s->shell_name = value_text(shell);
	if (!value_scalar(s->run) || s->run->type == NODE_NULL)
		return;
	s->script_source = yaml_text_source(r->sources, r->w->doc->text, s->run);
	if (s->script_source == SOURCE_NONE || !posix_shell(s->shell_name))
		return;
	s->script = arena_new(r->arena, struct shell_script);
	shell_parse(s->run->text, s->script_source, 0, &options, r->arena, s->script);
}

/* --- the tree --- */

static void read_steps(struct reader *r, const struct value *list, const struct workflow_job *job)
{
	size_t number = 0;

	value_each(it, list) {
		struct workflow_step *s = vec_add(r->arena, &r->w->steps);

		*s = (struct workflow_step){
			.job = job, .at = it, .number = number++, .id = value_text(value_at(it, "id")),
			.run = value_at(it, "run"), .shell = value_at(it, "shell"), .condition = value_at(it, "if"),
			.env = value_at(it, "env"), .with = value_at(it, "with"),
		};
		read_uses(r, value_at(it, "uses"), &s->uses);
		read_script(r, s);
	}
}

static void read_job(struct reader *r, const struct value *it, struct workflow_job *j)
{
	*j = (struct workflow_job){
		.at = it, .id = it->key, .name = value_at(it, "name"), .permissions = value_at(it, "permissions"),
		.env = value_at(it, "env"), .runs_on = value_at(it, "runs-on"), .environment = value_at(it, "environment"),
		.needs = value_at(it, "needs"), .condition = value_at(it, "if"), .strategy = value_at(it, "strategy"),
		.container = value_at(it, "container"), .services = value_at(it, "services"), .with = value_at(it, "with"),
		.secrets = value_at(it, "secrets"), .outputs = value_at(it, "outputs"), .steps_at = value_at(it, "steps"),
	};
	read_uses(r, value_at(it, "uses"), &j->uses);
	j->first_step = r->w->steps.count;
	read_steps(r, j->steps_at, j);
	j->step_count = r->w->steps.count - j->first_step;
}

static void read_jobs(struct reader *r)
{
	size_t count = 0;

	/* Steps point to their jobs: the vector must not move. */
	value_each(it, r->w->jobs_at)
		count += it->type == NODE_MAP;
	r->w->jobs.items = arena_array(r->arena, count + 1, sizeof(*r->w->jobs.items));
	r->w->jobs.alloc = count + 1;
	value_each(it, r->w->jobs_at)
		if (it->type == NODE_MAP)
			read_job(r, it, &r->w->jobs.items[r->w->jobs.count++]);
}

/* --- expressions --- */

static void add_expression(struct reader *r, const struct value *v, const struct place *at, uint32_t source,
			   struct slice text, bool bare, bool closed)
{
	struct workflow_expression *x = vec_add(r->arena, &r->w->expressions);
	struct slice all = slice_trim(v->text);

	*x = (struct workflow_expression){ .value = v, .key = at->key, .job = at->job, .step = at->step, .text = text,
					   .source = source, .offset = (size_t)(text.data - v->text.data), .bare = bare };
	x->alone = bare || (text.data == all.data + 3 && text.len + 5 == all.len);
	if (closed)
		x->root = expression_parse(text, r->arena, &x->error);
	else
		x->error = (struct expression_error){ 0, "an expression without its closing braces" };
}

static void scalar_expressions(struct reader *r, const struct value *v, const struct place *at)
{
	bool marked = slice_find(v->text, SLICE("${{")) < v->text.len, closed;
	bool condition = slice_is(at->key, "if") && !slice_empty(slice_trim(v->text));
	struct slice inner;
	size_t from = 0;
	uint32_t source;

	if ((!marked && !condition) || r->w->expressions.count >= 20000)
		return;
	source = at->step && v == at->step->run ? at->step->script_source
						: yaml_text_source(r->sources, r->w->doc->text, v);
	if (source == SOURCE_NONE)
		return;
	if (!marked)
		add_expression(r, v, at, source, v->text, true, true);
	while (expression_next(v->text, &from, &inner, &closed))
		add_expression(r, v, at, source, inner, false, closed);
}

static void tree_expressions(struct reader *r, const struct value *v, struct place at)
{
	if (!v || ++at.depth > LIMIT_YAML_DEPTH)
		return;
	if (v->way == VALUE_ALIAS || v->way == VALUE_MERGED)
		return;
	if (value_scalar(v)) {
		if (v->type != NODE_NULL)
			scalar_expressions(r, v, &at);
		return;
	}
	value_each(it, v) {
		struct place below = at;

		if (it->key_span.source != SOURCE_NONE)
			below.key = it->key;
		tree_expressions(r, it, below);
	}
}

/* Of an action: expressions and steps stand in the order of the file. */
static void give_steps(struct workflow *w)
{
	size_t i = 0;

	vec_each(x, &w->expressions) {
		while (i < w->steps.count &&
		       w->steps.items[i].at->span.offset + w->steps.items[i].at->span.length <= x->value->span.offset)
			i++;
		if (i < w->steps.count && x->value->span.offset >= w->steps.items[i].at->span.offset)
			x->step = &w->steps.items[i];
	}
}

static void read_expressions(struct reader *r)
{
	struct workflow *w = r->w;

	value_each(it, w->root)
		if (it != w->jobs_at)
			tree_expressions(r, it, (struct place){ .key = it->key });
	vec_each(j, &w->jobs) {
		value_each(it, j->at)
			if (it != j->steps_at)
				tree_expressions(r, it, (struct place){ .job = j, .key = it->key });
		for (size_t i = 0; i < j->step_count; i++) {
			const struct workflow_step *s = &w->steps.items[j->first_step + i];

			tree_expressions(r, s->at, (struct place){ .job = j, .step = s });
		}
	}
	if (w->kind == WORKFLOW_ACTION)
		give_steps(w);
}

void workflow_read(const struct yaml_doc *doc, struct source_table *sources, struct arena *a, struct workflow *ret)
{
	struct reader r = { ret, sources, a };

	*ret = (struct workflow){ .doc = doc, .root = yaml_doc_root(doc) };
	if (!value_is(ret->root, NODE_MAP))
		return;
	ret->on = value_at(ret->root, "on");
	ret->permissions = value_at(ret->root, "permissions");
	ret->env = value_at(ret->root, "env");
	ret->defaults = value_at(ret->root, "defaults");
	ret->jobs_at = value_at(ret->root, "jobs");
	if (ret->jobs_at) {
		read_jobs(&r);
	} else if (value_at(ret->root, "runs")) {
		ret->kind = WORKFLOW_ACTION;
		read_steps(&r, value_path(ret->root, "runs", "steps", NULL), NULL);
	} else if (value_at(ret->root, "updates")) {
		ret->kind = WORKFLOW_DEPENDABOT;
		return;
	}
	read_expressions(&r);
}

/* --- questions --- */

bool workflow_has_trigger(const struct workflow *w, const char *event)
{
	struct slice name = slice_from_cstr(event);

	if (value_scalar(w->on))
		return slice_eq(value_text(w->on), name);
	if (value_is(w->on, NODE_LIST)) {
		value_each(it, w->on)
			if (slice_eq(value_text(it), name))
				return true;
		return false;
	}
	return value_get(w->on, name) != NULL;
}

const struct value *workflow_trigger(const struct workflow *w, const char *event)
{
	return value_is(w->on, NODE_MAP) ? value_get(w->on, slice_from_cstr(event)) : NULL;
}

size_t workflow_trigger_count(const struct workflow *w)
{
	return !w->on ? 0 : value_scalar(w->on) ? 1 : w->on->count;
}

const struct value *workflow_input(const struct workflow_step *s, const char *name)
{
	const struct value *found = NULL;

	if (value_is(s->with, NODE_MAP))
		value_each(it, s->with)
			if (slice_eq_nocase(it->key, slice_from_cstr(name)))
				found = it;
	return found;
}

struct span workflow_expression_span(const struct workflow_expression *x, const struct expression *part)
{
	if (part)
		return (struct span){ x->source, x->offset + part->offset, part->length };
	return (struct span){ x->source, x->offset, x->text.len };
}
