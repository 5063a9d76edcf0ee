/* Workflows: the actions they use, what their token may do, what starts them. */
#include "lint/workflow_rules.h"

#include "base/cleanup.h"

void read_workflow_document(struct project *p, struct document *d)
{
	problem_list_init(&d->problems, p->arena);
	d->yaml = arena_new(p->arena, struct yaml_doc);
	yaml_doc_read(d->text, d->source, p->arena, d->yaml, &d->problems);
	d->workflow = arena_new(p->arena, struct workflow);
	workflow_read(d->yaml, p->sources, p->arena, d->workflow);
}

static void copy_edits(struct rule_context *c, struct assessment *x, const struct doc_edit *e, const char *title)
{
	struct fix *fix = rule_fix(c, x, true, "%s", title);

	vec_each(edit, &e->edits)
		rule_edit(c, fix, edit->span, edit->replacement);
}

/* Is the step never run? */
static bool is_off(const struct workflow_step *s)
{
	struct slice text = slice_trim(value_text(s->condition));

	if (slice_cut_prefix(&text, SLICE("${{")))
		slice_cut_suffix(&text, SLICE("}}"));
	return slice_is(slice_trim(text), "false");
}

/* --- pins --- */

static bool is_hash(struct slice ref)
{
	if (ref.len != 40 && ref.len != 64)
		return false;
	for (size_t i = 0; i < ref.len; i++)
		if (!ascii_digit(ref.data[i]) && !(ascii_tolower(ref.data[i]) >= 'a' && ascii_tolower(ref.data[i]) <= 'f'))
			return false;
	return true;
}

/* Actions whose tags or branches were once moved to malicious commits. */
static const char *const compromised[] = {
	"aquasecurity/trivy-action", "aquasecurity/setup-trivy", "tj-actions/changed-files", "tj-actions/eslint-changed-files",
	"reviewdog/action-setup", "reviewdog/action-shellcheck", "reviewdog/action-typos",
	"reviewdog/action-composite-template", "reviewdog/action-staticcheck", "reviewdog/action-ast-grep",
	"checkmarx/kics-github-action", "checkmarx/ast-github-action",
};

static bool was_compromised(const struct workflow_uses *u)
{
	for (size_t i = 0; i < ARRAY_LEN(compromised); i++)
		if (workflow_uses_is(u, compromised[i]))
			return true;
	return false;
}

static void judge_pin(struct rule_context *c, const struct workflow_uses *u, bool step)
{
	struct assessment *x;

	if (u->kind == USES_DOCKER && !text_has(u->path, "@sha256:")) {
		x = rule_fail(c, u->value->span, "the image %.*s is not pinned by its digest", SLICE_ARG(u->path));
		rule_alias(c, x, "zizmor:unpinned-uses");
	} else if (u->kind == USES_REPOSITORY && !is_hash(u->ref) && !text_has(u->text, "${{")) {
		x = rule_fail(c, u->value->span, "%.*s is used at %.*s, which its owner can move to other code",
			      SLICE_ARG(u->name), SLICE_ARG(slice_empty(u->ref) ? SLICE("its default branch") : u->ref));
		rule_alias(c, x, "zizmor:unpinned-uses");
		rule_alias_if(c, x, step && !slice_empty(u->ref) && !slice_eq_nocase(u->owner, SLICE("actions")),
			      "kics:Unpinned Actions Full Length Commit SHA");
	}
}

static void check_pins(struct rule_context *c)
{
	each_step(s, c)
		judge_pin(c, &s->uses, true);
	each_job(j, c)
		judge_pin(c, &j->uses, false);
}

static void check_compromised(struct rule_context *c)
{
	each_step(s, c)
		if (was_compromised(&s->uses) && !is_hash(s->uses.ref))
			rule_fail(c, s->uses.value->span, "the tags of %.*s were moved to malicious code before; %.*s may be again",
				  SLICE_ARG(s->uses.name), SLICE_ARG(slice_empty(s->uses.ref) ? SLICE("its default branch") : s->uses.ref));
}

static void judge_image_text(struct rule_context *c, struct slice image, struct span at)
{
	size_t slash = slice_rfind_byte(image, '/'), from = slash < image.len ? slash + 1 : 0;
	struct slice name = slice_from(image, from), tag, head;
	struct assessment *x;

	if (slice_empty(image) || text_has(image, "@sha256:") || text_has(image, "${{"))
		return;
	bool tagged = slice_split(name, ':', &head, &tag) && !slice_is(tag, "latest");
	x = rule_fail(c, at, "the image %.*s is not pinned by its digest", SLICE_ARG(image));
	if (tagged) {
		x->severity = SEVERITY_LOW;
		x->confidence = CONFIDENCE_LOW;
	}
	rule_alias(c, x, "zizmor:unpinned-images");
}

static void matrix_images(struct rule_context *c, const struct workflow_job *j, struct slice name)
{
	const struct value *matrix = value_at(j->strategy, "matrix");

	value_each(it, value_get(matrix, name))
		if (value_scalar(it))
			judge_image_text(c, value_text(it), it->span);
	value_each(row, value_at(matrix, "include")) {
		const struct value *v = value_is(row, NODE_MAP) ? value_get(row, name) : NULL;

		if (value_scalar(v))
			judge_image_text(c, value_text(v), v->span);
	}
}

static void judge_image(struct rule_context *c, const struct workflow_job *j, const struct value *of)
{
	const struct value *image = value_is(of, NODE_MAP) ? value_at(of, "image") : of;
	struct slice text = slice_trim(value_text(image));

	if (!value_scalar(image) || image->type == NODE_NULL)
		return;
	if (slice_cut_prefix(&text, SLICE("${{")) && slice_cut_suffix(&text, SLICE("}}"))) {
		text = slice_trim(text);
		if (slice_cut_prefix(&text, SLICE("matrix.")))
			matrix_images(c, j, text);
		return;
	}
	slice_cut_prefix(&text, SLICE("docker://"));
	judge_image_text(c, text, image->span);
}

static void check_images(struct rule_context *c)
{
	each_job(j, c) {
		if (j->container)
			judge_image(c, j, j->container);
		if (value_is(j->services, NODE_MAP))
			value_each(it, j->services)
				if (it->type == NODE_MAP)
					judge_image(c, j, it);
	}
}

/* --- checkout --- */

static void fix_checkout(struct rule_context *c, struct assessment *x, const struct workflow_step *s, const struct value *set)
{
	struct error err = { 0 };
	struct doc_edit e;
	bool ok;

	doc_edit_init_yaml(&e, rule_workflow(c)->doc, c->arena);
	if (set)
		ok = doc_replace(&e, set, SLICE("false"), &err);
	else if (value_is(s->with, NODE_MAP))
		ok = doc_insert_member(&e, s->with, NULL, SLICE("persist-credentials"), SLICE("false"), &err);
	else
		ok = !s->with && doc_insert_member(&e, s->at, s->uses.value, SLICE("with"), SLICE("{persist-credentials: false}"), &err);
	if (ok)
		copy_edits(c, x, &e, "Set persist-credentials: false");
}

static void check_checkout(struct rule_context *c)
{
	each_step(s, c) {
		const struct value *set = workflow_input(s, "persist-credentials");
		struct assessment *x;

		if (!workflow_uses_is(&s->uses, "actions/checkout") || says(set, "false"))
			continue;
		x = rule_fail(c, s->uses.value->span, "the checkout leaves its token in .git/config, where every later step and artifact finds it");
		if (set) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
		rule_alias(c, x, "zizmor:artipacked");
		fix_checkout(c, x, s, set);
	}
}

static void check_pwn_request(struct rule_context *c)
{
	const struct workflow *w = rule_workflow(c);
	bool target = workflow_has_trigger(w, "pull_request_target"), run = workflow_has_trigger(w, "workflow_run");

	each_step(s, c) {
		const struct value *ref = workflow_input(s, "ref");
		struct slice text = value_text(ref);

		if (!workflow_uses_is(&s->uses, "actions/checkout") || !is_computed(ref))
			continue;
		bool pull = target && (text_has(text, "github.event.pull_request.") || text_has(text, "github.head_ref") || text_has(text, "refs/pull/"));
		bool after = run && (text_has(text, "github.event.workflow_run.") || text_has(text, "refs/pull/"));
		if (!pull && !after)
			continue;
		struct assessment *x = rule_fail(c, ref->span, "code of a pull request is checked out where the repository's secrets and a writing token are at hand");
		rule_alias_if(c, x, pull && text_has(text, "github.event.pull_request."), "semgrep:pull-request-target-code-checkout");
		rule_alias_if(c, x, after && text_has(text, "github.event.workflow_run."), "semgrep:workflow-run-target-code-checkout");
	}
}

static const struct value *trigger_place(const struct workflow *w, const char *event)
{
	if (value_is(w->on, NODE_LIST))
		value_each(it, w->on)
			if (says(it, event))
				return it;
	return workflow_trigger(w, event);
}

static void check_triggers(struct rule_context *c)
{
	static const char *const events[] = { "pull_request_target", "workflow_run" };
	const struct workflow *w = rule_workflow(c);

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (!workflow_has_trigger(w, events[i]))
			continue;
		const struct value *at = trigger_place(w, events[i]);
		struct span where = !at ? w->on->span : at->key_span.source != SOURCE_NONE ? at->key_span : at->span;
		rule_alias(c, rule_fail(c, where, "%s runs with the repository's secrets on what strangers send", events[i]), "zizmor:dangerous-triggers");
	}
}

/* --- permissions --- */

static struct assessment *excessive(struct rule_context *c, struct span at, enum severity severity, struct slice what, const char *why)
{
	struct assessment *x = rule_fail(c, at, "%.*s%s", SLICE_ARG(what), why);

	x->severity = severity;
	rule_alias(c, x, "zizmor:excessive-permissions");
	return x;
}

static void broad_permissions(struct rule_context *c, const struct value *p)
{
	if (says(p, "write-all"))
		excessive(c, p->span, SEVERITY_HIGH, SLICE("write-all"), ": the token may change everything");
	else if (says(p, "read-all"))
		excessive(c, p->span, SEVERITY_MEDIUM, SLICE("read-all"), ": the token may read everything");
}

static void fix_permissions(struct rule_context *c, struct assessment *x)
{
	const struct workflow *w = rule_workflow(c);
	struct error err = { 0 };
	struct doc_edit e;

	doc_edit_init_yaml(&e, w->doc, c->arena);
	if (w->on && doc_insert_member(&e, w->root, w->on, SLICE("permissions"), SLICE("{}"), &err))
		copy_edits(c, x, &e, "Take all permissions from the token, and give jobs what they need");
}

static void check_permissions(struct rule_context *c)
{
	const struct workflow *w = rule_workflow(c);
	bool missing = false;

	each_job(j, c) {
		broad_permissions(c, j->permissions);
		missing |= !w->permissions && !j->permissions;
	}
	if (missing)
		fix_permissions(c, excessive(c, w->on ? w->on->key_span : w->root->span, SEVERITY_MEDIUM, SLICE("no permissions"),
					     " are set: the token gets the repository's default, which may be to write"));
	broad_permissions(c, w->permissions);
	if (!value_is(w->permissions, NODE_MAP))
		return;
	value_each(it, w->permissions) {
		bool high = word_in(it->key, "actions|attestations|contents|deployments|id-token|issues|packages|pages|pull-requests");

		if (!says(it, "write"))
			continue;
		struct assessment *x = excessive(c, it->key_span, high ? SEVERITY_HIGH : SEVERITY_MEDIUM, it->key,
						 ": write for every job of the workflow; give it to the job that needs it");
		if (w->jobs.count <= 1) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
	}
}

static void undocumented(struct rule_context *c, const struct value *p)
{
	if (value_is(p, NODE_MAP))
		value_each(it, p)
			if (!(slice_is(it->key, "contents") && says(it, "read")) && !says(it, "none") &&
			    slice_empty(workflow_comment(rule_workflow(c), it)))
				rule_alias(c, rule_fail(c, it->key_span, "no comment tells what the permission %.*s is for", SLICE_ARG(it->key)),
					   "zizmor:undocumented-permissions");
}

static void check_undocumented(struct rule_context *c)
{
	undocumented(c, rule_workflow(c)->permissions);
	each_job(j, c)
		undocumented(c, j->permissions);
}

static void judge_scopes(struct rule_context *c, const struct value *p)
{
	static const char scopes[] = "actions|artifact-metadata|attestations|checks|contents|deployments|discussions|id-token|issues|"
				     "models|packages|pages|pull-requests|repository-projects|security-events|statuses|vulnerability-alerts|code-quality";
	struct assessment *x = NULL;

	if (value_scalar(p) && p->type != NODE_NULL && !is_computed(p) && !word_in(value_text(p), "write-all|read-all"))
		x = rule_fail(c, p->span, "permissions are \"read-all\", \"write-all\" or a map, not \"%.*s\"", SLICE_ARG(value_text(p)));
	rule_alias_if(c, x, x, "actionlint:permissions");
	if (value_is(p, NODE_NULL))
		rule_alias(c, rule_fail(c, p->key_span, "permissions without a value: write {} where none are meant"), "actionlint:permissions");
	if (!value_is(p, NODE_MAP))
		return;
	value_each(it, p) {
		struct slice v = value_text(it);
		const char *allowed = slice_is(it->key, "id-token") ? "write|none"
				      : slice_is(it->key, "models") || slice_is(it->key, "vulnerability-alerts") ? "read|none" : "read|write|none";

		x = NULL;
		if (!word_in(it->key, scopes))
			x = rule_fail(c, it->key_span, "there is no permission \"%.*s\"", SLICE_ARG(it->key));
		else if (!word_in(v, allowed))
			x = rule_fail(c, it->span, "\"%.*s\" is not one of %s for %.*s", SLICE_ARG(v), allowed, SLICE_ARG(it->key));
		rule_alias_if(c, x, x, "actionlint:permissions");
	}
}

static void check_scopes(struct rule_context *c)
{
	judge_scopes(c, rule_workflow(c)->permissions);
	each_job(j, c)
		judge_scopes(c, j->permissions);
}

/* --- secrets and credentials --- */

static void check_inherit(struct rule_context *c)
{
	each_job(j, c)
		if (j->uses.value && says(j->secrets, "inherit"))
			rule_alias(c, rule_fail(c, j->secrets->span, "the called workflow gets every secret"), "zizmor:secrets-inherit");
}

static void judge_credentials(struct rule_context *c, const struct value *of)
{
	const struct value *password = value_path(of, "credentials", "password", NULL);
	struct assessment *x;

	if (!value_scalar(password) || is_computed(password) || slice_empty(value_text(password)))
		return;
	x = rule_fail(c, password->span, "a registry's password is written into the workflow");
	rule_evidence(c, x, "key", SLICE("password"));
	rule_alias(c, x, "zizmor:hardcoded-container-credentials");
	rule_alias(c, x, "actionlint:credentials");
}

static void check_credentials(struct rule_context *c)
{
	each_job(j, c) {
		if (value_is(j->container, NODE_MAP))
			judge_credentials(c, j->container);
		if (value_is(j->services, NODE_MAP))
			value_each(it, j->services)
				if (it->type == NODE_MAP)
					judge_credentials(c, it);
	}
}

static void judge_insecure(struct rule_context *c, const struct value *env, bool auditor)
{
	const struct value *v = value_is(env, NODE_MAP) ? value_at(env, "ACTIONS_ALLOW_UNSECURE_COMMANDS") : NULL;
	struct assessment *x;

	if (says(v, "true")) {
		x = rule_fail(c, v->key_span, "the commands ::set-env and ::add-path are switched on again: any output may change the environment");
		rule_alias(c, x, "zizmor:insecure-commands");
		rule_alias(c, x, "kics:Unsecured Commands");
	} else if (auditor && is_computed(env)) {
		x = rule_fail(c, env->span, "the environment is computed: it may switch insecure commands on");
		x->severity = SEVERITY_LOW;
		x->confidence = CONFIDENCE_LOW;
		rule_alias(c, x, "zizmor:insecure-commands");
	}
}

static void check_insecure(struct rule_context *c)
{
	judge_insecure(c, rule_workflow(c)->env, true);
	each_job(j, c)
		judge_insecure(c, j->env, true);
	each_step(s, c)
		judge_insecure(c, s->env, true);
}

/* --- runners, names, misfeatures --- */

static void check_runner(struct rule_context *c)
{
	each_job(j, c) {
		const struct value *labels = value_is(j->runs_on, NODE_MAP) ? value_at(j->runs_on, "labels") : j->runs_on;
		bool own = says(labels, "self-hosted") || (value_is(j->runs_on, NODE_MAP) && value_at(j->runs_on, "group"));

		if (value_is(labels, NODE_LIST))
			value_each(it, labels)
				own |= says(it, "self-hosted");
		if (own)
			rule_alias(c, rule_fail(c, j->runs_on->key_span, "a runner of one's own keeps what one job leaves for the next"), "zizmor:self-hosted-runner");
	}
}

static void check_anonymous(struct rule_context *c)
{
	const struct workflow *w = rule_workflow(c);

	if (w->kind == WORKFLOW_JOBS && w->jobs_at && !value_at(w->root, "name"))
		rule_alias(c, rule_fail(c, w->on ? w->on->key_span : w->root->span, "the workflow has no name"), "zizmor:anonymous-definition");
	each_job(j, c)
		if (!j->name && !j->uses.value && w->jobs.count > 1 && w->kind == WORKFLOW_JOBS)
			rule_alias(c, rule_fail(c, j->at->key_span, "the job %.*s has no name", SLICE_ARG(j->id)), "zizmor:anonymous-definition");
}

static bool known_shell(struct slice shell)
{
	struct slice program, rest;

	slice_split(shell, ' ', &program, &rest);
	return word_in(program, "bash|sh|pwsh|powershell|python|/bin/bash|/bin/sh|/usr/bin/bash") || text_has(shell, "${{");
}

static void judge_shell(struct rule_context *c, const struct value *shell)
{
	if (!value_scalar(shell) || known_shell(value_text(shell)))
		return;
	struct assessment *x = rule_fail(c, shell->span, says(shell, "cmd") ? "cmd has no sound way to quote" : "a shell that is hard to judge: no program knows its syntax");
	rule_alias(c, x, "zizmor:misfeature");
}

static void check_misfeature(struct rule_context *c)
{
	judge_shell(c, value_path(rule_workflow(c)->defaults, "run", "shell", NULL));
	each_job(j, c)
		judge_shell(c, value_path(value_at(j->at, "defaults"), "run", "shell", NULL));
	each_step(s, c) {
		const struct value *pip = workflow_uses_is(&s->uses, "actions/setup-python") ? workflow_input(s, "pip-install") : NULL;

		judge_shell(c, s->shell);
		if (pip)
			rule_alias(c, rule_fail(c, pip->key_span, "pip-install puts packages into the runner's own Python, without a lock file"), "zizmor:misfeature");
	}
}

static void check_superfluous(struct rule_context *c)
{
	static const char *const names[] = { "dtolnay/rust-toolchain", "peter-evans/create-or-update-comment", "peter-evans/create-pull-request",
		"softprops/action-gh-release", "ncipollo/release-action", "actions-ecosystem/action-add-labels", "addnab/docker-run-action",
		"peter-evans/create-issue-from-file", "svenstaro/upload-release-action", "actions/create-release", "elgohr/github-release-action",
		"actions-rs/toolchain", "actions-rs/cargo", "actions-ecosystem/action-remove-labels", "dacbd/create-issue-action" };

	each_step(s, c)
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (workflow_uses_is(&s->uses, names[i]))
				rule_alias(c, rule_fail(c, s->uses.value->span, "the runner brings a program that does what %s does", names[i]), "zizmor:superfluous-actions");
}

static void check_tools(struct rule_context *c)
{
	static const struct { const char *name, *input; } rows[] = {
		{ "aquasecurity/setup-trivy", "version" }, { "1password/load-secrets-action", "version" },
		{ "astral-sh/setup-uv", NULL }, { "goreleaser/goreleaser-action", "version" },
	};

	each_step(s, c)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			const struct value *v = rows[i].input ? workflow_input(s, rows[i].input) : NULL;

			if (!rows[i].input || !workflow_uses_is(&s->uses, rows[i].name) || is_off(s) || (v && !says(v, "latest") && !is_computed(v)))
				continue;
			rule_alias(c, rule_fail(c, v ? v->span : s->uses.value->span, "%s fetches a program whose version is not fixed", rows[i].name), "zizmor:unpinned-tools");
		}
}

static void check_app(struct rule_context *c)
{
	each_step(s, c) {
		const struct value *skip = workflow_input(s, "skip-token-revoke"), *owner = workflow_input(s, "owner");
		bool scoped = false;

		if (!workflow_uses_is(&s->uses, "actions/create-github-app-token"))
			continue;
		if (skip && !says(skip, "false"))
			rule_alias(c, rule_fail(c, skip->key_span, "the app's token outlives the job"), "zizmor:github-app");
		if (value_is(s->with, NODE_MAP))
			value_each(it, s->with)
				scoped |= slice_starts(it->key, SLICE("permission-"));
		if (owner && !workflow_input(s, "repositories"))
			rule_alias(c, rule_fail(c, owner->key_span, "the app's token is good for every repository of the owner"), "zizmor:github-app");
		if (!scoped)
			rule_alias(c, rule_fail(c, s->uses.value->span, "the app's token has all permissions of the app"), "zizmor:github-app");
	}
}

/* --- dependabot.yml --- */

static void check_dependabot(struct rule_context *c)
{
	const struct workflow *w = rule_workflow(c);
	uint64_t days;

	if (w->kind != WORKFLOW_DEPENDABOT)
		return;
	value_each(it, value_at(w->root, "updates")) {
		const struct value *cooldown = value_is(it, NODE_MAP) ? value_at(it, "cooldown") : NULL;
		const struct value *length = value_is(cooldown, NODE_MAP) ? value_at(cooldown, "default-days") : NULL;

		if (it->type != NODE_MAP || (length && value_to_u64(length, &days) && days >= 7))
			continue;
		rule_alias(c, rule_fail(c, length ? length->span : cooldown ? cooldown->key_span : value_at(it, "package-ecosystem") ? value_at(it, "package-ecosystem")->key_span : it->span,
				       "new versions are taken before others had a week to notice that they are malicious"), "zizmor:dependabot-cooldown");
	}
}

static void check_dependabot_execution(struct rule_context *c)
{
	if (rule_workflow(c)->kind == WORKFLOW_DEPENDABOT)
		value_each(it, value_at(rule_workflow(c)->root, "updates")) {
			const struct value *v = value_is(it, NODE_MAP) ? value_at(it, "insecure-external-code-execution") : NULL;

			if (says(v, "allow"))
				rule_alias(c, rule_fail(c, v->key_span, "updates run code of the packages, with the registries' credentials at hand"), "zizmor:dependabot-execution");
		}
}

#define ALIASES(...) RULE_LIST(__VA_ARGS__)
#define CHECKOUT "      - uses: actions/checkout@" EXAMPLE_SHA "\n"
#define SAFE_CHECKOUT CHECKOUT "        with:\n          persist-credentials: false\n"
#define GOOD EXAMPLE_JOB(SAFE_CHECKOUT)
#define GUIDE "guide:CI/CD"

static const struct rule_row rows[] = {
	PIPELINE_ROW("workflow-uses-unpinned", "Action that its owner can change", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_pins,
		     ALIASES("zizmor:unpinned-uses", "kics:Unpinned Actions Full Length Commit SHA"),
		     "A tag or branch can be moved to other code, which then runs with the workflow's secrets. Pin the full commit hash and name the version in a comment.",
		     EXAMPLE_JOB("      - uses: docker/login-action@v3\n"), GOOD, GUIDE, "cwe:CWE-829"),
	PIPELINE_ROW("workflow-uses-compromised", "Mutable version of an action that was compromised", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_compromised, NULL,
		     "Tags of this action were moved to code that stole secrets. Pin the hash of a commit that was looked at.",
		     EXAMPLE_JOB("      - uses: aquasecurity/trivy-action@master\n"), GOOD, GUIDE, "cwe:CWE-829"),
	PIPELINE_ROW("workflow-image-unpinned", "Job's image without a digest", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_images, ALIASES("zizmor:unpinned-images"),
		     "The tag may stand for another image tomorrow. Pin the image by its sha256 digest.",
		     EXAMPLE_FILE "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container: node:latest\n    steps:\n      - run: make\n", GOOD, GUIDE, "cwe:CWE-829"),
	PIPELINE_ROW("workflow-checkout-credentials", "Checkout that leaves its token", SEVERITY_LOW, LIKELY, RULE_FIX_UNSAFE, check_checkout, ALIASES("zizmor:artipacked"),
		     "The token stays in .git/config for later steps and uploaded artifacts. Set persist-credentials: false unless a step pushes.",
		     EXAMPLE_JOB(CHECKOUT), GOOD, "cwe:CWE-522"),
	PIPELINE_ROW("workflow-pull-request-checkout", "Strangers' code beside secrets", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_pwn_request,
		     ALIASES("semgrep:pull-request-target-code-checkout", "semgrep:workflow-run-target-code-checkout"),
		     "These events run with secrets and a writing token; code of the pull request that is built there has both. Use pull_request, or do not check out its code.",
		     EXAMPLE_FILE "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n",
		     GOOD, "cwe:CWE-913"),
	PIPELINE_ROW("workflow-trigger-dangerous", "Trigger with secrets for strangers", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_triggers, ALIASES("zizmor:dangerous-triggers"),
		     "Everything that the workflow takes from the event is a stranger's. Use pull_request where that will do.",
		     EXAMPLE_FILE "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n", GOOD, "cwe:CWE-913"),
	PIPELINE_ROW("workflow-permissions-excessive", "Token that may more than it must", SEVERITY_MEDIUM, LIKELY, RULE_FIX_UNSAFE, check_permissions, ALIASES("zizmor:excessive-permissions"),
		     "Whoever gets a step to run his code has the token. Set permissions: {} for the workflow, and for each job what it needs.",
		     EXAMPLE_FILE "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n", GOOD, GUIDE, "cwe:CWE-250"),
	PIPELINE_ROW("workflow-permissions-undocumented", "Permission without a reason", SEVERITY_NEGLIGIBLE, PERHAPS, RULE_FIX_NONE, check_undocumented, ALIASES("zizmor:undocumented-permissions"),
		     "A comment behind a permission tells the next reader whether it is still needed.",
		     EXAMPLE_FILE "on: push\npermissions:\n  packages: write\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n", GOOD, NULL),
	PIPELINE_ROW("workflow-permissions-invalid", "Permission that does not exist", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_scopes, ALIASES("actionlint:permissions"),
		     "GitHub refuses the workflow or passes over the entry. Use the documented scopes with read, write or none.",
		     EXAMPLE_FILE "on: push\npermissions:\n  content: read\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n", GOOD, NULL),
	PIPELINE_ROW("workflow-secrets-inherit", "All secrets handed on", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_inherit, ALIASES("zizmor:secrets-inherit"),
		     "The called workflow gets secrets that it does not need. Name the ones it does.",
		     EXAMPLE_FILE "on: push\npermissions: {}\njobs:\n  a:\n    uses: octo/repo/.github/workflows/x.yml@" EXAMPLE_SHA "\n    secrets: inherit\n", GOOD, "cwe:CWE-272"),
	PIPELINE_ROW("workflow-container-password", "Registry password in the workflow", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_credentials,
		     ALIASES("zizmor:hardcoded-container-credentials", "actionlint:credentials"),
		     "Everybody who reads the repository has the password. Put it into a secret, and change it.",
		     EXAMPLE_FILE "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container:\n      image: example.com/app\n      credentials:\n        username: me\n        password: hunter2\n    steps:\n      - run: make\n", GOOD, "cwe:CWE-798"),
	PIPELINE_ROW("workflow-insecure-commands", "Insecure commands switched on", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_insecure, ALIASES("zizmor:insecure-commands", "kics:Unsecured Commands"),
		     "Any text that a step prints can then set variables and PATH of the next. Write to $GITHUB_ENV and $GITHUB_PATH.",
		     EXAMPLE_JOB("      - run: make\n        env:\n          ACTIONS_ALLOW_UNSECURE_COMMANDS: true\n"), GOOD, "cwe:CWE-77"),
	PIPELINE_ROW("workflow-runner-self-hosted", "Runner of one's own", SEVERITY_NEGLIGIBLE, PERHAPS, RULE_FIX_NONE, check_runner, ALIASES("zizmor:self-hosted-runner"),
		     "A runner that is not thrown away after each job carries what one job leaves to the next. Use ephemeral runners, never for pull requests of strangers.",
		     EXAMPLE_FILE "on: push\njobs:\n  a:\n    runs-on: [self-hosted, linux]\n    steps:\n      - run: make\n", GOOD, NULL),
	PIPELINE_ROW("workflow-unnamed", "Workflow or job without a name", SEVERITY_NEGLIGIBLE, PERHAPS, RULE_FIX_NONE, check_anonymous, ALIASES("zizmor:anonymous-definition"),
		     "A name is what logs and checks show.", GOOD, EXAMPLE_FILE "name: ci\non: push\npermissions: {}\njobs:\n  a:\n    name: build\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n", NULL),
	PIPELINE_ROW("workflow-misfeature", "Feature that is better not used", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_misfeature, ALIASES("zizmor:misfeature"),
		     "Use a POSIX shell or PowerShell, and a lock file for packages.", EXAMPLE_JOB("      - run: echo hi\n        shell: cmd\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-action-superfluous", "Action for what the runner has", SEVERITY_NEGLIGIBLE, PERHAPS, RULE_FIX_NONE, check_superfluous, ALIASES("zizmor:superfluous-actions"),
		     "Each action is code that must be trusted. gh, rustup and the like are on the runner.",
		     EXAMPLE_JOB("      - uses: softprops/action-gh-release@" EXAMPLE_SHA "\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-tool-unpinned", "Tool of any version", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_tools, ALIASES("zizmor:unpinned-tools"),
		     "The action is pinned, but what it downloads is not. Set its version.", EXAMPLE_JOB("      - uses: aquasecurity/setup-trivy@" EXAMPLE_SHA "\n"), GOOD, "cwe:CWE-829"),
	PIPELINE_ROW("workflow-app-token", "App token too strong", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_app, ALIASES("zizmor:github-app"),
		     "Give the token the permissions and repositories that it needs, and let it be revoked at the job's end.",
		     EXAMPLE_JOB("      - uses: actions/create-github-app-token@" EXAMPLE_SHA "\n        with:\n          skip-token-revoke: true\n"), GOOD, "cwe:CWE-272"),
	PIPELINE_ROW("workflow-dependabot-cooldown", "Updates on their first day", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_dependabot, ALIASES("zizmor:dependabot-cooldown"),
		     "Malicious versions are mostly found within days. Set cooldown: default-days to at least 7.",
		     "=== .github/dependabot.yml\nversion: 2\nupdates:\n  - package-ecosystem: docker\n    directory: /\n    schedule:\n      interval: daily\n",
		     "=== .github/dependabot.yml\nversion: 2\nupdates:\n  - package-ecosystem: docker\n    directory: /\n    schedule:\n      interval: daily\n    cooldown:\n      default-days: 7\n", NULL),
	PIPELINE_ROW("workflow-dependabot-execution", "Updates that run packages' code", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_dependabot_execution, ALIASES("zizmor:dependabot-execution"),
		     "Code of a malicious version runs with the registries' credentials. Take insecure-external-code-execution out.",
		     "=== .github/dependabot.yml\nversion: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    insecure-external-code-execution: allow\n",
		     "=== .github/dependabot.yml\nversion: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n", NULL),
};

const struct rule_table workflow_rules = { RULE_WORKFLOW, rows, ARRAY_LEN(rows) };
