/* Workflows: what steps run, publish, cache and scan. */
#include "base/cleanup.h"
#include "lint/workflow_rules.h"

static bool path_is(struct slice path, const char *list)
{
	return word_in(path, list);
}

/* Text that whoever opens an issue or a pull request writes. */
static bool untrusted(struct slice p)
{
	if (path_is(p, "github.head_ref|github.event.issue.title|github.event.issue.body|github.event.pull_request.title|"
		       "github.event.pull_request.body|github.event.pull_request.head.ref|github.event.pull_request.head.label|"
		       "github.event.pull_request.head.repo.default_branch|github.event.comment.body|github.event.review.body|"
		       "github.event.review_comment.body|github.event.discussion.title|github.event.discussion.body|"
		       "github.event.head_commit.message|github.event.head_commit.author.email|github.event.head_commit.author.name|"
		       "github.event.workflow_run.head_branch|github.event.workflow_run.head_commit.message|"
		       "github.event.workflow_run.head_commit.author.email|github.event.workflow_run.head_commit.author.name|"
		       "github.event.*.body|github.event.*.title|github.event.*.message|github.event.*.head_branch|github.event.*.head.ref"))
		return true;
	if (slice_cut_prefix(&p, SLICE("github.event.pages.")))
		return slice_ends(p, SLICE(".page_name"));
	return slice_cut_prefix(&p, SLICE("github.event.commits.")) &&
	       (slice_ends(p, SLICE(".message")) || slice_ends(p, SLICE(".author.email")) || slice_ends(p, SLICE(".author.name")));
}

/* Numbers, hashes and names that GitHub makes: no text of anybody. */
static bool harmless(struct slice p)
{
	if (slice_starts(p, SLICE("runner.")) || slice_starts(p, SLICE("secrets.")) || slice_starts(p, SLICE("strategy.")) ||
	    slice_starts(p, SLICE("vars.")) || slice_starts(p, SLICE("job.")))
		return !slice_starts(p, SLICE("vars."));
	if (slice_starts(p, SLICE("steps.")) && (slice_ends(p, SLICE(".outcome")) || slice_ends(p, SLICE(".conclusion"))))
		return true;
	if (slice_starts(p, SLICE("github.event.")) &&
	    (slice_ends(p, SLICE(".number")) || slice_ends(p, SLICE(".id")) || slice_ends(p, SLICE(".sha")) || slice_ends(p, SLICE("_sha")) ||
	     slice_ends(p, SLICE(".html_url")) || slice_ends(p, SLICE(".node_id")) || slice_ends(p, SLICE("repository.full_name")) ||
	     slice_ends(p, SLICE(".created_at")) || slice_ends(p, SLICE(".draft")) || slice_ends(p, SLICE(".merged"))))
		return true;
	return path_is(p, "github.sha|github.run_id|github.run_number|github.run_attempt|github.token|github.repository|github.workspace|"
			  "github.repository_owner|github.event_name|github.server_url|github.api_url|github.graphql_url|github.action_path|"
			  "github.actor_id|github.repository_id|github.repository_owner_id|github.workflow_sha|github.job|github.event.number|github.event.before|"
			  "github.event.after|github.event.action|github.action|github.ref_protected|github.ref_type|github.workflow|github.retention_days|"
			  "github.env|github.path|github.secret_source|github.base_ref|github.event.pull_request.base.ref");
}

/* Does the matrix hold fixed texts alone? */
static bool fixed_matrix(const struct workflow_job *j, struct slice path)
{
	const struct value *matrix = j ? value_at(j->strategy, "matrix") : NULL;
	struct slice name, rest;
	bool found = false;

	slice_cut_prefix(&path, SLICE("matrix."));
	slice_split(path, '.', &name, &rest);
	if (!value_is(matrix, NODE_MAP))
		return false;
	value_each(axis, matrix) {
		if (is_computed(axis))
			return false;
		if (slice_eq_nocase(axis->key, name) || slice_is(axis->key, "include")) {
			found = true;
			value_each(it, axis) {
				if (is_computed(it))
					return false;
				if (it->type == NODE_MAP)
					value_each(v, it)
						if (slice_eq_nocase(v->key, name) && is_computed(v))
							return false;
			}
		}
	}
	return found;
}

static bool fixed_env(const struct rule_context *c, const struct workflow_expression *x, struct slice path)
{
	const struct value *places[] = { x->step ? x->step->env : NULL, x->job ? x->job->env : NULL, rule_workflow(c)->env };

	slice_cut_prefix(&path, SLICE("env."));
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (value_is(places[i], NODE_MAP))
			value_each(it, places[i])
				if (slice_eq_nocase(it->key, path))
					return !is_computed(it);
	return false;
}

enum danger { DANGER_NONE, DANGER_ODD, DANGER_SOME, DANGER_TEXT };

struct flow {
	enum danger danger;
	const struct expression *at;
	struct slice path;
};

static void worse(struct flow *f, enum danger d, const struct expression *at, struct slice path)
{
	if (d > f->danger)
		*f = (struct flow){ d, at, path };
}

static void judge_path(struct rule_context *c, const struct workflow_expression *x, const struct expression *e, struct flow *f)
{
	struct slice p = expression_path(e, c->arena);

	if (slice_empty(p)) {
		worse(f, DANGER_SOME, e, p);
		return;
	}
	if (untrusted(p) || slice_starts(p, SLICE("github.event.authors.")))
		worse(f, DANGER_TEXT, e, p);
	else if (harmless(p) || (slice_starts(p, SLICE("matrix.")) && fixed_matrix(x->job, p)) ||
		 (slice_starts(p, SLICE("env.")) && fixed_env(c, x, p)))
		return;
	else if (slice_starts(p, SLICE("needs.")) || slice_starts(p, SLICE("env.")) || slice_starts(p, SLICE("vars.")) ||
		 path_is(p, "github.actor|github.triggering_actor"))
		worse(f, DANGER_ODD, e, p);
	else
		worse(f, DANGER_SOME, e, p);
}

/* What of the expression's parts can become its text? */
static void judge_flow(struct rule_context *c, const struct workflow_expression *x, const struct expression *e, struct flow *f)
{
	switch (e->kind) {
	case EXPRESSION_CONTEXT:
	case EXPRESSION_PROPERTY:
	case EXPRESSION_INDEX:
	case EXPRESSION_STAR: judge_path(c, x, e, f); return;
	case EXPRESSION_BINARY:
		if (slice_is(e->text, "||"))
			judge_flow(c, x, e->left, f);
		if (slice_is(e->text, "||") || slice_is(e->text, "&&"))
			judge_flow(c, x, e->right, f);
		return;
	case EXPRESSION_CALL:
		if (slice_eq_nocase(e->text, SLICE("toJSON")) || slice_eq_nocase(e->text, SLICE("fromJSON")) ||
		    slice_eq_nocase(e->text, SLICE("format")) || slice_eq_nocase(e->text, SLICE("join")))
			for (const struct expression *a = e->first; a; a = a->next)
				judge_flow(c, x, a, f);
		return;
	case EXPRESSION_NULL:
	case EXPRESSION_BOOL:
	case EXPRESSION_NUMBER:
	case EXPRESSION_STRING:
	case EXPRESSION_NOT: return;
	}
}

/* Does the scalar become code of the step? */
static bool is_script(const struct workflow_expression *x)
{
	static const struct { const char *name, *input; } sinks[] = {
		{ "actions/github-script", "script" }, { "amadevus/pwsh-script", "script" }, { "mikefarah/yq", "cmd" },
		{ "azure/powershell", "inlinescript" }, { "azure/cli", "inlinescript" }, { "appleboy/ssh-action", "script" },
		{ "cypress-io/github-action", "command" }, { "nick-fields/retry", "command" }, { "jannekem/run-python-script-action", "script" },
		{ "addnab/docker-run-action", "run" }, { "docker/bake-action", "set" }, { "gautamkrishnar/keepalive-workflow", "commit_message" },
	};

	if (!x->step)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(sinks); i++)
		if (workflow_uses_is(&x->step->uses, sinks[i].name) && workflow_input(x->step, sinks[i].input) == x->value)
			return true;
	return x->value == x->step->run;
}

static bool kics_trigger(const struct workflow *w)
{
	static const char *const events[] = { "pull_request_target", "issues", "issue_comment", "discussion", "discussion_comment", "workflow_run", "author" };

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (workflow_has_trigger(w, events[i]))
			return true;
	return false;
}

static void check_injection(struct rule_context *c)
{
	each_expression(x, c) {
		struct flow f = { 0 };

		if (!x->root || !is_script(x))
			continue;
		judge_flow(c, x, x->root, &f);
		if (f.danger == DANGER_NONE)
			continue;
		bool run = x->value == x->step->run, script = workflow_uses_is(&x->step->uses, "actions/github-script");
		bool text = f.danger == DANGER_TEXT, kics = text && kics_trigger(rule_workflow(c));
		bool input = slice_starts(f.path, SLICE("inputs.")) || slice_starts(f.path, SLICE("github.event.inputs."));
		struct assessment *a = rule_fail(c, workflow_expression_span(x, f.at), "%.*s is put into the script as code%s",
						 SLICE_ARG(slice_empty(f.path) ? x->text : f.path), text ? ", and strangers write it" : "");
		a->severity = text ? SEVERITY_HIGH : f.danger == DANGER_SOME ? SEVERITY_MEDIUM : SEVERITY_LOW;
		a->confidence = text ? CONFIDENCE_HIGH : f.danger == DANGER_SOME ? CONFIDENCE_MEDIUM : CONFIDENCE_LOW;
		rule_alias(c, a, "zizmor:template-injection");
		rule_alias_if(c, a, text && (run || script) && !slice_starts(f.path, SLICE("github.event.authors.")), "actionlint:expression");
		rule_alias_if(c, a, kics && run, "kics:Run Block Injection");
		rule_alias_if(c, a, kics && script, "kics:Script Block Injection");
		rule_alias_if(c, a, run && (text || input), "semgrep:run-shell-injection");
		rule_alias_if(c, a, script && (text || input), "semgrep:github-script-injection");
	}
}

/* --- scripts --- */

#define each_command(k, s) if ((s)->script) vec_each(k, &(s)->script->commands)

static struct slice word_at(const struct shell_command *k, size_t n)
{
	return n < k->words.count ? k->words.items[n].value : SLICE_EMPTY;
}

static void check_github_env(struct rule_context *c)
{
	const struct workflow *w = rule_workflow(c);

	if (!workflow_has_trigger(w, "pull_request_target") && !workflow_has_trigger(w, "workflow_run") && w->kind != WORKFLOW_ACTION)
		return;
	each_step(s, c)
		each_command(k, s) {
			bool expands = false, writes = false;

			vec_each(word, &k->words) {
				expands |= word->expands;
				writes |= slice_is(word_at(k, 0), "tee") && (text_has(word->value, "GITHUB_ENV") || text_has(word->value, "GITHUB_PATH"));
			}
			expands |= writes || !word_in(word_at(k, 0), "echo|printf");
			vec_each(r, &k->redirections)
				writes |= text_has(r->target.text, "GITHUB_ENV") || text_has(r->target.text, "GITHUB_PATH");
			if (writes && expands)
				rule_alias(c, rule_fail(c, k->span, "a stranger's text may set variables or PATH of the steps behind"), "zizmor:github-env");
		}
}

static bool adhoc(const struct shell_command *k, size_t n)
{
	struct slice program = word_at(k, n), verb = word_at(k, n + 1);
	bool python = word_in(program, "pip|pip3");
	bool known = (slice_is(program, "gem") && word_in(verb, "install|i")) || (slice_is(program, "npm") && word_in(verb, "install|i|add|in")) ||
		     (word_in(program, "yarn|pnpm|bun") && slice_is(verb, "add")) || (python && slice_is(verb, "install")) ||
		     (slice_is(program, "cargo") && slice_is(verb, "install"));

	for (size_t i = n + 2; known && i < k->words.count; i++) {
		struct slice word = word_at(k, i);

		if (word_in(word, "-r|--requirement|-e|--editable|-c|--constraint|--path|--prefix|-C|--require-hashes"))
			return false;
		if (!slice_starts(word, SLICE("-")) && !slice_starts(word, SLICE(".")) && !slice_starts(word, SLICE("/")) && !text_has(word, "/dist"))
			return true;
	}
	return false;
}

static void check_adhoc(struct rule_context *c)
{
	each_step(s, c)
		each_command(k, s) {
			size_t n = shell_program_word(k);

			if (adhoc(k, n))
				rule_alias(c, rule_fail(c, k->span, "packages without a lock file: what they need is of any version"), "zizmor:adhoc-packages");
		}
}

static bool may_identify(const struct workflow *w, const struct workflow_step *s)
{
	const struct value *p = s->job && s->job->permissions ? s->job->permissions : w->permissions;

	return says(p, "write-all") || (value_is(p, NODE_MAP) && says(value_at(p, "id-token"), "write"));
}

static bool publishes(const struct shell_command *k, size_t n)
{
	struct slice program = word_at(k, n), verb = word_at(k, n + 1);

	if (word_in(program, "bunx|npx|pipx|uvx|uv") || slice_starts(program, SLICE("python"))) {
		for (size_t i = n + 1; i < k->words.count; i++)
			if (word_in(word_at(k, i), "npm|twine|uv") || slice_starts(word_at(k, i), SLICE("twine=="))) {
				program = slice_first(word_at(k, i), slice_find_byte(word_at(k, i), '='));
				verb = word_at(k, i + 1);
				break;
			}
	}
	for (size_t i = n; i < k->words.count; i++)
		if (slice_is(word_at(k, i), "--dry-run") || slice_is(word_at(k, i), "-n"))
			return false;
	if (slice_is(program, "yarn") && slice_is(verb, "npm"))
		verb = word_at(k, n + 2);
	return (word_in(program, "npm|yarn|pnpm|bun|cargo|uv|poetry|hatch|pdm|flit") && slice_is(verb, "publish")) ||
	       (slice_is(program, "twine") && slice_is(verb, "upload")) || (slice_is(program, "gem") && slice_is(verb, "push")) ||
	       (slice_is(program, "nuget") && slice_is(verb, "push")) ||
	       (slice_is(program, "dotnet") && slice_is(verb, "nuget") && slice_is(word_at(k, n + 2), "push"));
}

static void check_publishing(struct rule_context *c)
{
	each_step(s, c) {
		const struct value *password = workflow_input(s, "password"), *url = workflow_input(s, "repository-url");
		struct slice text;

		if (!url)
			url = workflow_input(s, "repository_url");
		text = value_text(url);
		if (workflow_uses_is(&s->uses, "pypa/gh-action-pypi-publish") && password &&
		    (!url || text_has(text, "upload.pypi.org") || text_has(text, "test.pypi.org")))
			rule_alias(c, rule_fail(c, password->key_span, "a long-lived password publishes to PyPI"), "zizmor:use-trusted-publishing");
		if (workflow_uses_is(&s->uses, "rubygems/release-gem") && says(workflow_input(s, "setup-trusted-publisher"), "false"))
			rule_alias(c, rule_fail(c, s->uses.value->span, "a long-lived password publishes to RubyGems"), "zizmor:use-trusted-publishing");
		if (!may_identify(rule_workflow(c), s))
			each_command(k, s)
				if (publishes(k, shell_program_word(k)))
					rule_alias(c, rule_fail(c, k->span, "a long-lived token publishes the package"), "zizmor:use-trusted-publishing");
	}
}

/* --- caches --- */

enum cache_default { CACHE_ALWAYS, CACHE_ON, CACHE_ASKED, CACHE_NAMED };

static bool caches(const struct workflow_step *s)
{
	static const struct { const char *name, *input; enum cache_default usual; const char *off; } rows[] = {
		{ "actions/cache", "lookup-only", CACHE_ALWAYS, "true" }, { "swatinem/rust-cache", "lookup-only", CACHE_ALWAYS, "true" },
		{ "actions/setup-go", "cache", CACHE_ON, "false" }, { "actions/setup-node", "cache", CACHE_NAMED, "" },
		{ "actions/setup-python", "cache", CACHE_NAMED, "" }, { "actions/setup-java", "cache", CACHE_NAMED, "" },
		{ "actions/setup-dotnet", "cache", CACHE_ASKED, "false" }, { "ruby/setup-ruby", "bundler-cache", CACHE_ASKED, "false" },
		{ "astral-sh/setup-uv", "enable-cache", CACHE_ON, "false" }, { "docker/setup-buildx-action", "cache-binary", CACHE_ON, "false" },
		{ "actions-rust-lang/setup-rust-toolchain", "cache", CACHE_ON, "false" }, { "pyo3/maturin-action", "sccache", CACHE_ASKED, "false" },
		{ "gradle/actions/setup-gradle", "cache-disabled", CACHE_ALWAYS, "true" }, { "mlugg/setup-zig", "use-cache", CACHE_ON, "false" },
		{ "oven-sh/setup-bun", "no-cache", CACHE_ALWAYS, "true" }, { "golangci/golangci-lint-action", "skip-cache", CACHE_ALWAYS, "true" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct value *v = workflow_input(s, rows[i].input);
		bool late_uv = slice_is(slice_from_cstr(rows[i].name), "astral-sh/setup-uv") &&
			       (slice_starts(s->uses.comment, SLICE("v1")) || slice_starts(s->uses.ref, SLICE("v1"))) &&
			       s->uses.comment.len + s->uses.ref.len >= 7 && (text_has(s->uses.comment, "v10") || text_has(s->uses.ref, "v10"));

		if (!workflow_uses_is(&s->uses, rows[i].name))
			continue;
		if (rows[i].usual == CACHE_ASKED)
			return says(v, "true");
		if (rows[i].usual == CACHE_NAMED)
			return v && !slice_empty(value_text(v)) && !says(v, "false");
		if (late_uv)
			return v && !says(v, "false") && !says(v, "auto");
		return !says(v, rows[i].off);
	}
	return false;
}

static bool publisher_step(const struct workflow_step *s)
{
	static const char *const names[] = { "pypa/gh-action-pypi-publish", "softprops/action-gh-release", "goreleaser/goreleaser-action",
		"actions/deploy-pages", "rubygems/release-gem", "ncipollo/release-action", "docker/build-push-action", "jamesives/github-pages-deploy-action" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (workflow_uses_is(&s->uses, names[i]))
			return !slice_is(slice_from_cstr(names[i]), "docker/build-push-action") || !says(workflow_input(s, "push"), "false");
	return false;
}

static void check_cache(struct rule_context *c)
{
	const struct workflow *w = rule_workflow(c);
	const struct value *push = workflow_trigger(w, "push");
	bool release = workflow_has_trigger(w, "release") || (value_is(push, NODE_MAP) && value_at(push, "tags"));

	each_job(j, c) {
		bool publisher = release;

		for (size_t i = 0; i < j->step_count; i++)
			publisher |= publisher_step(&w->steps.items[j->first_step + i]);
		for (size_t i = 0; publisher && i < j->step_count; i++) {
			const struct workflow_step *s = &w->steps.items[j->first_step + i];

			if (caches(s))
				rule_alias(c, rule_fail(c, s->uses.value->span, "what is published may be built from a cache that another branch filled"), "zizmor:cache-poisoning");
		}
	}
}

/* --- commands --- */

static void check_deprecated(struct rule_context *c)
{
	static const char *const names[] = { "::set-output name=", "::save-state name=", "::set-env name=", "::add-path::" };

	each_step(s, c)
		for (size_t i = 0; s->run && s->script_source && i < ARRAY_LEN(names); i++) {
			struct slice name = slice_from_cstr(names[i]), text = s->run->text;
			size_t at = slice_find(text, name);

			if (at < text.len)
				rule_alias(c, rule_fail(c, (struct span){ s->script_source, at, name.len }, "the runner no longer takes %s", names[i]), "actionlint:deprecated-commands");
		}
}

static void check_mask(struct rule_context *c)
{
	each_step(s, c) {
		size_t at = s->run ? slice_find(s->run->text, SLICE("::add-mask::$")) : 0;

		if (s->run && s->script_source && at < s->run->text.len)
			rule_alias(c, rule_fail(c, (struct span){ s->script_source, at, 12 }, "the value stands in the log before it is masked, when debug output is on"),
				   "semgrep:unsafe-add-mask-workflow-command");
	}
}

static void check_eval(struct rule_context *c)
{
	each_step(s, c) {
		bool fetched = false;

		each_command(k, s) {
			struct slice program = shell_program(k);

			fetched |= word_in(program, "curl|wget");
			bool pipe = k->join == SHELL_PIPE && word_in(program, "sh|bash|zsh|python|python3|perl") && fetched;
			if (!pipe && !(slice_is(program, "eval") && fetched))
				continue;
			struct assessment *x = rule_fail(c, k->span, "a script from the network runs unread");
			rule_alias_if(c, x, !pipe, "semgrep:curl-eval");
		}
	}
}

static bool is_docker(const struct shell_command *k, size_t n, const char *verb)
{
	return word_in(word_at(k, n), "docker|podman") && (slice_eq(word_at(k, n + 1), slice_from_cstr(verb)) ||
	       (word_in(word_at(k, n + 1), "buildx|image|builder") && slice_eq(word_at(k, n + 2), slice_from_cstr(verb))));
}

static void judge_docker(struct rule_context *c, const struct shell_command *k)
{
	size_t n = shell_program_word(k);
	bool login = is_docker(k, n, "login"), build = is_docker(k, n, "build");

	for (size_t i = n + 1; i < k->words.count && (login || build); i++) {
		struct slice word = word_at(k, i);

		if (login && (word_in(word, "-p|--password") || slice_starts(word, SLICE("--password="))))
			rule_fail(c, k->words.items[i].span, "the password stands in the process list and perhaps in the log: use --password-stdin");
		if (build && (slice_is(word, "--build-arg") || slice_starts(word, SLICE("--build-arg="))) &&
		    (text_has(word, "secrets.") || text_has(word_at(k, i + 1), "secrets.")))
			rule_fail(c, k->words.items[i].span, "a build argument stays in the image's history: use --secret");
	}
	if (is_docker(k, n, "push") && slice_ends(word_at(k, k->words.count - 1), SLICE(":latest")))
		rule_fail(c, k->span, "latest is pushed: what was deployed can no longer be told")->severity = SEVERITY_LOW;
}

static void check_docker(struct rule_context *c)
{
	each_step(s, c) {
		const struct value *args = workflow_uses_is(&s->uses, "docker/build-push-action") ? workflow_input(s, "build-args") : NULL;

		each_command(k, s)
			judge_docker(c, k);
		if (text_has(value_text(args), "secrets."))
			rule_fail(c, args->key_span, "a build argument stays in the image's history: use the input secrets");
	}
}

static void check_privileged(struct rule_context *c)
{
	each_job(j, c)
		if (value_is(j->services, NODE_MAP))
			value_each(it, j->services) {
				const struct value *o = value_is(it, NODE_MAP) ? value_at(it, "options") : NULL;

				if (text_has(value_text(o), "--privileged"))
					rule_fail(c, o->span, "the service is root of the runner");
			}
}

/* --- scanners --- */

static void check_scanner(struct rule_context *c)
{
	each_step(s, c) {
		bool trivy = workflow_uses_is(&s->uses, "aquasecurity/trivy-action");
		const struct value *on_error = value_at(s->at, "continue-on-error");

		if (trivy && (!workflow_input(s, "exit-code") || says(workflow_input(s, "exit-code"), "0")) && !says(workflow_input(s, "format"), "sarif"))
			rule_fail(c, s->uses.value->span, "whatever the scanner finds, the build goes on: exit-code is 0");
		else if ((trivy || workflow_uses_is(&s->uses, "anchore/scan-action") || workflow_uses_is(&s->uses, "snyk/actions")) && says(on_error, "true"))
			rule_fail(c, on_error->key_span, "whatever the scanner finds, the build goes on");
		each_command(k, s) {
			size_t n = shell_program_word(k);
			bool gate = false;

			if (!slice_is(word_at(k, n), "trivy") || !word_in(word_at(k, n + 1), "image|fs|filesystem|repo|config|rootfs"))
				continue;
			for (size_t i = n; i < k->words.count; i++)
				gate |= slice_starts(word_at(k, i), SLICE("--exit-code")) || slice_starts(word_at(k, i), SLICE("--format")) || slice_is(word_at(k, i), "-f");
			if (!gate)
				rule_fail(c, k->span, "whatever trivy finds, it ends with 0: give --exit-code 1 and --severity");
		}
	}
}

static void check_sarif(struct rule_context *c)
{
	const struct workflow *w = rule_workflow(c);

	each_step(s, c) {
		const struct value *p = s->job && s->job->permissions ? s->job->permissions : w->permissions;
		struct slice condition = value_text(s->condition);

		if (!workflow_uses_is(&s->uses, "github/codeql-action/upload-sarif"))
			continue;
		if (word_in(s->uses.ref, "v1|v2"))
			rule_fail(c, s->uses.value->span, "%.*s of upload-sarif no longer works", SLICE_ARG(s->uses.ref));
		if (!text_has(condition, "always()") && !text_has(condition, "cancelled()"))
			rule_fail(c, s->uses.value->span, "after a scanner that failed the build nothing is uploaded: if: always() is missing")->severity = SEVERITY_LOW;
		if (value_is(p, NODE_MAP) && !says(value_at(p, "security-events"), "write"))
			rule_fail(c, s->uses.value->span, "the upload is refused: the job lacks security-events: write");
	}
}

#define ALIASES(...) RULE_LIST(__VA_ARGS__)
#define GOOD EXAMPLE_JOB("      - run: make\n")
#define GUIDE "guide:CI/CD"

static const struct rule_row rows[] = {
	PIPELINE_ROW("workflow-injection", "Text of others in a script", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_injection,
		     ALIASES("zizmor:template-injection", "actionlint:expression", "kics:Run Block Injection", "kics:Script Block Injection",
			     "semgrep:run-shell-injection", "semgrep:github-script-injection"),
		     "An expression is put into the script before the shell reads it: its text becomes commands. Give it to the step by env, and use the variable in quotes.",
		     EXAMPLE_FILE "on: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo \"${{ github.event.issue.title }}\"\n",
		     EXAMPLE_FILE "on: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo \"$TITLE\"\n        env:\n          TITLE: ${{ github.event.issue.title }}\n",
		     "cwe:CWE-94"),
	PIPELINE_ROW("workflow-github-env", "Environment set by a stranger's text", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_github_env, ALIASES("zizmor:github-env"),
		     "A line break in the value sets any variable of the steps behind, LD_PRELOAD too. Write to $GITHUB_OUTPUT.",
		     EXAMPLE_FILE "on: pull_request_target\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo \"A=$TITLE\" >> $GITHUB_ENV\n", GOOD, "cwe:CWE-77"),
	PIPELINE_ROW("workflow-packages-adhoc", "Packages without a lock file", SEVERITY_LOW, PERHAPS, RULE_FIX_NONE, check_adhoc, ALIASES("zizmor:adhoc-packages"),
		     "Dependencies of the package are of any version, today's malicious one too. Install from a lock file.", EXAMPLE_JOB("      - run: npm install left-pad\n"), GOOD, "cwe:CWE-829"),
	PIPELINE_ROW("workflow-publishing-token", "Publishing with a long-lived token", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_publishing, ALIASES("zizmor:use-trusted-publishing"),
		     "A token that leaks publishes for whoever has it. Use trusted publishing: permissions id-token: write and no token.", EXAMPLE_JOB("      - run: twine upload dist/*\n"), GOOD, "cwe:CWE-522"),
	PIPELINE_ROW("workflow-cache-poisoning", "Release built from a cache", SEVERITY_MEDIUM, PERHAPS, RULE_FIX_NONE, check_cache, ALIASES("zizmor:cache-poisoning"),
		     "Caches are shared with workflows that run less trusted code. Build releases without one.",
		     EXAMPLE_FILE "on: release\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/cache@" EXAMPLE_SHA "\n", GOOD, "cwe:CWE-349"),
	PIPELINE_ROW("workflow-command-deprecated", "Command that the runner no longer takes", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_deprecated, ALIASES("actionlint:deprecated-commands"),
		     "It was withdrawn since any output could give it. Write to $GITHUB_OUTPUT, $GITHUB_ENV, $GITHUB_STATE or $GITHUB_PATH.", EXAMPLE_JOB("      - run: echo '::set-output name=a::b'\n"), GOOD, NULL),
	PIPELINE_ROW("workflow-mask-printed", "Secret printed to mask it", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_mask, ALIASES("semgrep:unsafe-add-mask-workflow-command"),
		     "The command itself stands in the log where it is not understood. Hand secrets over by the secrets context.", EXAMPLE_JOB("      - run: echo \"::add-mask::$TOKEN\"\n"), GOOD, "cwe:CWE-532"),
	PIPELINE_ROW("workflow-fetched-script", "Script from the network", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_eval, ALIASES("semgrep:curl-eval"),
		     "Whoever has the server has the runner. Download, check a checksum, then run.", EXAMPLE_JOB("      - run: curl -fsSL https://example.com/i.sh | sh\n"), GOOD, GUIDE, "cwe:CWE-494"),
	PIPELINE_ROW("workflow-docker-command", "Docker command that gives secrets away", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_docker, NULL,
		     "Arguments stand in process lists, logs and the image's history. Use --password-stdin and build secrets; push tags that name the commit.",
		     EXAMPLE_JOB("      - run: docker login -u me -p \"$PASSWORD\"\n"), EXAMPLE_JOB("      - run: echo \"$PASSWORD\" | docker login -u me --password-stdin\n"), GUIDE, "cwe:CWE-522"),
	PIPELINE_ROW("workflow-service-privileged", "Privileged service", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_privileged, NULL,
		     "It can do everything to the runner and what runs on it. Leave --privileged out.",
		     EXAMPLE_FILE "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    services:\n      dind:\n        image: docker:dind\n        options: --privileged\n    steps:\n      - run: make\n", GOOD, GUIDE, "cwe:CWE-250"),
	PIPELINE_ROW("workflow-scanner-toothless", "Scanner that never fails the build", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_scanner, NULL,
		     "Nobody reads a report that stops nothing. Set exit-code: 1 with the severities that count.", EXAMPLE_JOB("      - uses: aquasecurity/trivy-action@" EXAMPLE_SHA "\n"),
		     EXAMPLE_JOB("      - uses: aquasecurity/trivy-action@" EXAMPLE_SHA "\n        with:\n          exit-code: 1\n          severity: CRITICAL,HIGH\n"), GUIDE),
	PIPELINE_ROW("workflow-sarif-upload", "Results that do not arrive", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_sarif, NULL,
		     "Use a supported version of upload-sarif, if: always(), and security-events: write.", EXAMPLE_JOB("      - uses: github/codeql-action/upload-sarif@v2\n"),
		     EXAMPLE_FILE "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    permissions:\n      security-events: write # upload\n    steps:\n      - uses: github/codeql-action/upload-sarif@v3\n        if: always()\n", GUIDE),
};

const struct rule_table workflow_script_rules = { RULE_WORKFLOW, rows, ARRAY_LEN(rows) };
