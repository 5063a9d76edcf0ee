/* Workflows: what stands in ${{ }} and in conditions. */
#include "base/cleanup.h"
#include "lint/workflow_rules.h"

static struct assessment *tell(struct rule_context *c, const struct workflow_expression *x, const struct expression *e, const char *alias,
			       const char *what)
{
	struct assessment *a = rule_fail(c, workflow_expression_span(x, e), "%s", what);

	rule_alias(c, a, alias);
	return a;
}

/* What the visitors of an expression's parts need. */
struct visit {
	struct rule_context *c;
	const struct workflow_expression *x;
	bool done;
};

static void each_part(struct rule_context *c, void (*visit)(void *context, const struct expression *e))
{
	each_expression(x, c) {
		struct visit v = { c, x, false };

		expression_walk(x->root, visit, &v);
	}
}

static bool calls(const struct expression *e, const char *name)
{
	return e && e->kind == EXPRESSION_CALL && slice_eq_nocase(e->text, slice_from_cstr(name));
}

/* --- syntax and types --- */

static void check_syntax(struct rule_context *c)
{
	each_expression(x, c) {
		struct span at = { x->source, x->offset + x->error.offset, 1 };

		if (!x->error.what)
			continue;
		if (x->error.offset >= x->text.len)
			at = workflow_expression_span(x, NULL);
		rule_alias(c, rule_fail(c, at, "%s", x->error.what), "actionlint:expression");
	}
}

static const char contexts[] = "github|env|vars|job|jobs|steps|runner|secrets|strategy|matrix|needs|inputs";
static const char functions[] = "contains|startswith|endswith|format|join|tojson|fromjson|hashfiles|success|always|cancelled|failure|case";

static bool known(struct slice name, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_eq_nocase(one, name))
			return true;
	return false;
}

static const struct value *find_input(const struct workflow *w, struct slice name)
{
	static const char *const events[] = { "workflow_call", "workflow_dispatch" };
	const struct value *v = value_is(value_at(w->root, "inputs"), NODE_MAP) ? value_get(value_at(w->root, "inputs"), name) : NULL;

	for (size_t i = 0; i < ARRAY_LEN(events) && !v; i++) {
		const struct value *event = workflow_trigger(w, events[i]);
		const struct value *inputs = value_is(event, NODE_MAP) ? value_at(event, "inputs") : NULL;

		value_each(it, value_is(inputs, NODE_MAP) ? inputs : NULL)
			if (slice_eq_nocase(it->key, name))
				v = it;
	}
	return v;
}

static bool needs_job(const struct workflow_job *j, struct slice name)
{
	bool found = value_scalar(j->needs) && slice_eq_nocase(value_text(j->needs), name);

	if (value_is(j->needs, NODE_LIST))
		value_each(it, j->needs)
			found |= slice_eq_nocase(value_text(it), name);
	return found;
}

static bool step_before(const struct workflow *w, const struct workflow_expression *x, struct slice name)
{
	size_t from = x->job ? x->job->first_step : 0, count = x->job ? x->job->step_count : w->steps.count;

	for (size_t i = from; i < from + count; i++) {
		if (&w->steps.items[i] == x->step)
			return false;
		if (slice_eq_nocase(w->steps.items[i].id, name) || text_has(w->steps.items[i].id, "${{"))
			return true;
	}
	return false;
}

static bool matrix_has(const struct workflow_job *j, struct slice name)
{
	const struct value *matrix = value_at(j->strategy, "matrix");
	bool found = false;

	if (!matrix)
		return false;
	if (!value_is(matrix, NODE_MAP))
		return true;
	value_each(it, matrix) {
		found |= slice_eq_nocase(it->key, name);
		if (slice_is(it->key, "include")) {
			if (!value_is(it, NODE_LIST))
				return true;
			value_each(row, it) {
				if (!value_is(row, NODE_MAP))
					return true;
				value_each(v, row)
					found |= slice_eq_nocase(v->key, name);
			}
		}
	}
	return found;
}

/* needs.x, steps.x, matrix.x, inputs.x: is there an x? NULL: yes, or it cannot be told. */
static const char *missing_name(const struct workflow *w, const struct workflow_expression *x, const struct expression *e)
{
	struct slice context = e->left->text, name = e->text;

	if (e->left->kind != EXPRESSION_CONTEXT)
		return NULL;
	if (slice_eq_nocase(context, SLICE("inputs")) && !x->job && slice_is(x->key, "default")) {
		const struct value *input = find_input(w, name);

		if (!input || input->span.offset + input->span.length > x->value->span.offset)
			return "the default may speak of inputs before it alone";
	}
	if (slice_eq_nocase(context, SLICE("needs")) && x->job && !needs_job(x->job, name))
		return "the job does not need a job of this name";
	if (slice_eq_nocase(context, SLICE("steps")) && x->step && !step_before(w, x, name))
		return "no step before this one has this id";
	if (slice_eq_nocase(context, SLICE("matrix")) && x->job && !matrix_has(x->job, name))
		return "the job's matrix has no such name";
	if (slice_eq_nocase(context, SLICE("inputs")) && (w->kind == WORKFLOW_ACTION || workflow_has_trigger(w, "workflow_dispatch") || workflow_has_trigger(w, "workflow_call")) && !find_input(w, name))
		return "there is no input of this name";
	return NULL;
}

/* Parts of an expression whose type is known to have no order or no text. */
static bool is_object(const struct rule_context *c, const struct expression *e)
{
	struct slice p = expression_path(e, c->arena);

	return word_in(p, "github.event|github|env|job|steps|runner|secrets|strategy|matrix|needs|inputs|vars");
}

static bool is_bool(const struct visit *v, const struct expression *e)
{
	const struct value *input = NULL;

	if (e->kind == EXPRESSION_PROPERTY && e->left->kind == EXPRESSION_CONTEXT && slice_eq_nocase(e->left->text, SLICE("inputs")))
		input = find_input(rule_workflow(v->c), e->text);
	return e->kind == EXPRESSION_BOOL || e->kind == EXPRESSION_NULL || (value_is(input, NODE_MAP) && says(value_at(input, "type"), "boolean"));
}

static bool is_literal(const struct expression *e)
{
	return e->kind == EXPRESSION_STRING || e->kind == EXPRESSION_NUMBER || e->kind == EXPRESSION_BOOL;
}

static const char *bad_comparison(const struct visit *v, const struct expression *e)
{
	if (strchr("<>", e->text.data[0]) && (is_bool(v, e->left) || is_bool(v, e->right)))
		return "neither true nor null is greater than anything";
	if (!slice_is(e->text, "&&") && !slice_is(e->text, "||") &&
	    ((is_literal(e->left) && is_object(v->c, e->right)) || (is_literal(e->right) && is_object(v->c, e->left))))
		return "an object never equals a plain value";
	return NULL;
}

static const struct workflow_job *job_named(const struct workflow *w, struct slice name)
{
	vec_each(j, &w->jobs)
		if (slice_eq_nocase(j->id, name))
			return j;
	return NULL;
}

/* jobs.x.outputs.y and needs.x.outputs.y: has the job that output? */
static const char *missing_output(const struct workflow *w, const struct expression *e)
{
	const struct expression *outputs = e->left, *job = outputs->left;
	const struct workflow_job *j;

	if (outputs->kind != EXPRESSION_PROPERTY || !slice_eq_nocase(outputs->text, SLICE("outputs")) || job->kind != EXPRESSION_PROPERTY ||
	    job->left->kind != EXPRESSION_CONTEXT || !known(job->left->text, "jobs|needs"))
		return NULL;
	j = job_named(w, job->text);
	if (!j || j->uses.value || is_computed(j->outputs))
		return NULL;
	value_each(it, value_is(j->outputs, NODE_MAP) ? j->outputs : NULL)
		if (slice_eq_nocase(it->key, e->text))
			return NULL;
	return "the job has no output of this name";
}

static void visit_name(void *context, const struct expression *e)
{
	struct visit *v = context;
	const struct workflow *w = rule_workflow(v->c);
	const char *what = NULL;

	if (e->kind == EXPRESSION_CONTEXT && !known(e->text, contexts))
		what = "there is no such context";
	else if (e->kind == EXPRESSION_CALL && !known(e->text, functions))
		what = "there is no such function";
	else if (e->kind == EXPRESSION_CALL && known(e->text, "success|failure|always|cancelled") && !slice_is(v->x->key, "if"))
		what = "this function is for conditions alone";
	else if (e->kind == EXPRESSION_PROPERTY)
		what = e->left->kind == EXPRESSION_CONTEXT ? missing_name(w, v->x, e) : missing_output(w, e);
	else if (e->kind == EXPRESSION_BINARY)
		what = bad_comparison(v, e);
	else if (e->kind == EXPRESSION_INDEX && e->left->kind == EXPRESSION_CONTEXT && e->right->kind == EXPRESSION_NUMBER)
		what = "an object is asked for a name, not a number";
	else if (calls(e, "fromJSON") && e->first && e->first->kind == EXPRESSION_STRING && slice_empty(slice_trim(e->first->text)))
		what = "this is no JSON";
	if (what)
		tell(v->c, v->x, e, "actionlint:expression", what);
}

static void check_names(struct rule_context *c)
{
	each_part(c, visit_name);
	each_expression(x, c)
		if (x->root && x->alone && slice_is(x->key, "credentials") && x->root->kind == EXPRESSION_STRING)
			tell(c, x, x->root, "actionlint:expression", "credentials are a map of username and password");
	each_expression(x, c)
		if (x->root && x->root->kind == EXPRESSION_CONTEXT && known(x->root->text, contexts) && x->step && x->value == x->step->run)
			tell(c, x, x->root, "actionlint:expression", "an object has no text: use toJSON");
}

/* --- conditions --- */

static void check_constant(struct rule_context *c)
{
	each_expression(x, c) {
		struct slice text = slice_trim(x->value->text);

		if (!slice_is(x->key, "if") || !x->root)
			continue;
		if (!x->bare && (!x->alone || text.len != x->value->text.len)) {
			struct assessment *a = tell(c, x, NULL, "actionlint:if-cond", "what stands around the braces makes it a text, which is always true");

			rule_alias_if(c, a, true, "zizmor:unsound-condition");
		} else if (expression_constant(x->root)) {
			struct assessment *a = tell(c, x, NULL, "actionlint:if-cond", "the condition is always the same");

			a->severity = SEVERITY_LOW;
		}
	}
}

static bool is_actor(struct slice p)
{
	return word_in(p, "github.actor|github.triggering_actor|github.event.sender.login|github.event.pull_request.sender.login|"
			  "github.actor_id|github.event.sender.id|github.event.pull_request.sender.id|github.event.pull_request.user.login");
}

static void visit_bot(void *context, const struct expression *e)
{
	struct visit *v = context;
	struct slice p;

	if (e->kind != EXPRESSION_BINARY || !slice_is(e->text, "==") || v->done)
		return;
	p = expression_path(e->left, v->c->arena);
	const struct expression *other = e->right;
	if (slice_empty(p)) {
		p = expression_path(e->right, v->c->arena);
		other = e->left;
	}
	bool bot = slice_ends(other->text, SLICE("[bot]")) ||
		   ((slice_ends(p, SLICE("_id")) || slice_ends(p, SLICE(".id"))) && word_in(other->text, "49699333|29139614|27856297"));
	if (is_actor(p) && bot && !slice_is(p, "github.event.pull_request.user.login")) {
		tell(v->c, v->x, e, "zizmor:bot-conditions", "the actor is who touched the pull request last: a stranger can make it a bot");
		v->done = true;
	}
}

static void check_bots(struct rule_context *c)
{
	each_expression(x, c) {
		struct visit v = { c, x, false };

		if (slice_is(x->key, "if"))
			expression_walk(x->root, visit_bot, &v);
	}
}

static void visit_contains(void *context, const struct expression *e)
{
	struct visit *v = context;

	if (calls(e, "contains") && e->count == 2 && e->first->kind == EXPRESSION_STRING && !slice_empty(expression_path(e->first->next, v->c->arena)))
		tell(v->c, v->x, e, "zizmor:unsound-contains", "any part of the text passes: compare with a list made by fromJSON");
}

static void check_contains(struct rule_context *c)
{
	each_part(c, visit_contains);
}

/* --- obfuscation --- */

static bool odd_path(struct slice text)
{
	struct slice name, rest;

	slice_split(text, '@', &name, &rest);
	return text_has(name, "//") || text_has(name, "/./") || text_has(name, "/../") || slice_ends(name, SLICE("/")) || slice_ends(name, SLICE("/."));
}

static void visit_computed(void *context, const struct expression *e)
{
	struct visit *v = context;

	if (e->kind == EXPRESSION_INDEX && e->right->kind != EXPRESSION_NUMBER)
		tell(v->c, v->x, e, "zizmor:obfuscation", "which value it is cannot be read from the workflow");
}

static void check_obfuscation(struct rule_context *c)
{
	each_step(s, c)
		if (s->uses.kind == USES_REPOSITORY && odd_path(s->uses.text))
			rule_alias(c, rule_fail(c, s->uses.value->span, "the action's name is written in an odd way"), "zizmor:obfuscation");
	each_expression(x, c)
		if (x->root && !x->bare && expression_constant(x->root) && !calls(x->root, "fromJSON"))
			tell(c, x, NULL, "zizmor:obfuscation", "the expression has one value alone: write that");
	each_part(c, visit_computed);
}

/* --- secrets --- */

static bool is_secrets(const struct expression *e)
{
	return e && e->kind == EXPRESSION_CONTEXT && slice_eq_nocase(e->text, SLICE("secrets"));
}

static void visit_provision(void *context, const struct expression *e)
{
	struct visit *v = context;

	if ((calls(e, "toJSON") && is_secrets(e->first)) || (e->kind == EXPRESSION_INDEX && is_secrets(e->left)))
		tell(v->c, v->x, e, "zizmor:overprovisioned-secrets", "the step gets every secret of the repository");
	else if (is_secrets(e) && v->x->root == e)
		tell(v->c, v->x, e, "zizmor:overprovisioned-secrets", "the step gets every secret of the repository");
}

static void check_provision(struct rule_context *c)
{
	each_part(c, visit_provision);
}

static void visit_redaction(void *context, const struct expression *e)
{
	struct visit *v = context;

	if (calls(e, "fromJSON") && e->first && slice_starts(expression_path(e->first, v->c->arena), SLICE("secrets.")))
		tell(v->c, v->x, e, "zizmor:unredacted-secrets", "parts of a secret are not masked in logs: only its whole text is");
}

static void check_redaction(struct rule_context *c)
{
	each_part(c, visit_redaction);
}

static void visit_outside(void *context, const struct expression *e)
{
	struct visit *v = context;

	if (e->kind == EXPRESSION_PROPERTY && is_secrets(e->left) && !slice_eq_nocase(e->text, SLICE("GITHUB_TOKEN")) && v->x->job &&
	    !v->x->job->environment && !v->x->job->uses.value)
		tell(v->c, v->x, e, "zizmor:secrets-outside-env", "the secret belongs to no environment: any branch's workflow may use it");
}

static void check_outside(struct rule_context *c)
{
	each_part(c, visit_outside);
}

/* --- actions, as far as they can be judged without the network --- */

static bool outdated(const struct workflow_uses *u)
{
	static const struct { const char *name, *versions; } rows[] = {
		{ "actions/checkout", "v1|v2|v3" }, { "actions/setup-node", "v1|v2|v3" }, { "actions/setup-python", "v1|v2|v3|v4" },
		{ "actions/cache", "v1|v2|v3" }, { "actions/upload-artifact", "v1|v2|v3" }, { "actions/download-artifact", "v1|v2|v3" },
		{ "actions/setup-go", "v1|v2|v3|v4" }, { "actions/setup-java", "v1|v2|v3" }, { "actions/github-script", "v1|v2|v3|v4|v5|v6" },
		{ "actions/stale", "v1|v2|v3|v4|v5|v6|v7" }, { "docker/login-action", "v1|v2" }, { "docker/build-push-action", "v1|v2|v3|v4" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_eq_nocase(u->name, slice_from_cstr(rows[i].name)) && word_in(u->ref, rows[i].versions))
			return true;
	return false;
}

static void check_action(struct rule_context *c)
{
	each_step(s, c) {
		const struct workflow_uses *u = &s->uses;
		const char *what = NULL;

		if (text_has(u->text, "${{") || rule_workflow(c)->kind != WORKFLOW_JOBS)
			continue;
		if (u->kind == USES_INVALID || (u->kind == USES_REPOSITORY && slice_empty(u->ref)))
			what = "an action is owner/repo@ref, ./path or docker://image";
		else if (u->kind == USES_DOCKER && slice_ends(u->path, SLICE(":")))
			what = "the image's tag is empty";
		else if (workflow_uses_is(u, "pypa/gh-action-pypi-publish") && (workflow_input(s, "packages_dir") || workflow_input(s, "repository_url")))
			what = "inputs of this action are written with hyphens";
		else if (u->kind == USES_REPOSITORY && workflow_input(s, "entrypoint"))
			what = "entrypoint and args are for actions that are images";
		else if (workflow_uses_is(u, "actions/cache") && u->path.len == 0 && (!workflow_input(s, "path") || !workflow_input(s, "key")))
			what = "actions/cache needs the inputs path and key";
		else if (outdated(u))
			what = "this version needs a runtime that the runner no longer has";
		if (what)
			rule_alias(c, rule_fail(c, u->value->span, "%s", what), "actionlint:action");
	}
}

#define ALIASES(...) RULE_LIST(__VA_ARGS__)
#define GOOD EXAMPLE_JOB("      - run: make\n")
#define SECRET_STEP(value) EXAMPLE_JOB("      - run: make\n        env:\n          A: " value "\n")

static const struct rule_row rows[] = {
	PIPELINE_ROW("workflow-expression-syntax", "Expression that cannot be read", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_syntax, ALIASES("actionlint:expression"),
		     "GitHub refuses the workflow. Strings stand in single quotes, and there is no arithmetic.", EXAMPLE_JOB("      - run: echo ${{ 1 + 1 }}\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-expression-name", "Expression about what does not exist", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_names, ALIASES("actionlint:expression"),
		     "It is empty, and a condition over it never does what was meant. Mend the name.", EXAMPLE_JOB("      - run: echo ${{ githb.sha }}\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-condition-constant", "Condition that is always the same", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_constant, ALIASES("actionlint:if-cond", "zizmor:unsound-condition"),
		     "A gate that is always open guards nothing. Write the condition without braces and on one line.",
		     EXAMPLE_JOB("      - run: make\n        if: ${{ github.ref == 'a' }} && ${{ github.actor == 'b' }}\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-condition-bot", "Bot known by the actor", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_bots, ALIASES("zizmor:bot-conditions"),
		     "Ask github.event.pull_request.user.login, who opened it, instead.", EXAMPLE_JOB("      - run: make\n        if: github.actor == 'dependabot[bot]'\n"), GOOD, "cwe:CWE-290"),
	PIPELINE_ROW("workflow-condition-contains", "Part of a text where a list was meant", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_contains, ALIASES("zizmor:unsound-contains"),
		     "contains over a string finds any part of it. Give it fromJSON('[\"main\"]').", EXAMPLE_JOB("      - run: make\n        if: contains('refs/heads/main refs/heads/dev', github.ref)\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-obfuscation", "Written so that it is hard to read", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_obfuscation, ALIASES("zizmor:obfuscation"),
		     "Odd paths and expressions without effect hide what runs from readers and tools. Write it plainly.", EXAMPLE_JOB("      - run: echo ${{ 'a' }}\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-secrets-all", "Every secret at once", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_provision, ALIASES("zizmor:overprovisioned-secrets"),
		     "Name the secret that the step needs.", SECRET_STEP("${{ toJSON(secrets) }}"), GOOD, "cwe:CWE-272"),
	PIPELINE_ROW("workflow-secret-unmasked", "Part of a secret that is not masked", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_redaction, ALIASES("zizmor:unredacted-secrets"),
		     "Make a secret of each part.", SECRET_STEP("${{ fromJSON(secrets.a).b }}"), GOOD, "cwe:CWE-532"),
	PIPELINE_ROW("workflow-secret-environment", "Secret without an environment", SEVERITY_NEGLIGIBLE, PERHAPS, RULE_FIX_NONE, check_outside, ALIASES("zizmor:secrets-outside-env"),
		     "An environment can limit which branches get the secret, and ask for approval.", SECRET_STEP("${{ secrets.a }}"), GOOD, NULL),
	PIPELINE_ROW("workflow-action-invalid", "Action that cannot be used", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_action, ALIASES("actionlint:action"),
		     "The job fails, or soon will. Name a current version.", EXAMPLE_JOB("      - uses: checkout\n"), GOOD, NULL),
};

const struct rule_table workflow_expression_rules = { RULE_WORKFLOW, rows, ARRAY_LEN(rows) };
