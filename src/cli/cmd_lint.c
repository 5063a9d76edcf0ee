/* `lint`: what is wrong with configuration files. */
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/policy_options.h"
#include "cli/reporting.h"
#include "lint/lint.h"

struct lint_config {
	struct session_config session;
	struct policy_config policy;
	struct slice format;
	struct slice type;
	struct slice run_line;
	struct slice stdin_name;
	struct slice_list rules;
	bool shellcheck;
};

static const char *const formats[] = {
	"table", "json", "sarif", "junit", "checkstyle", "gitlab-codequality", "github", "markdown", NULL,
};

static const char *const types[] = {
	"dockerfile", "dockerignore", "compose", "daemon", "seccomp", "apparmor", "nginx", "unit", "defaults",
	"sudoers", "shell", "workflow", "gitlab", "env", "markdown", NULL,
};

static const struct option_row lint_options[] = {
	{ .name = "format", .letter = 'f', .kind = OPTION_TEXT, .argument = "FORMAT",
	  .help = "how the report is written", .fallback = "table", .values = formats,
	  .offset = offsetof(struct lint_config, format) },
	{ .name = "type", .letter = 't', .kind = OPTION_TEXT, .argument = "TYPE",
	  .help = "what the named files are", .fallback = "found out by name and content", .values = types,
	  .offset = offsetof(struct lint_config, type) },
	{ .name = "run", .kind = OPTION_TEXT, .argument = "COMMAND",
	  .help = "judge a command line such as \"docker run ...\"",
	  .offset = offsetof(struct lint_config, run_line) },
	{ .name = "rule", .letter = 'r', .kind = OPTION_LIST, .argument = "IDS",
	  .help = "these rules only, by their ids or the peers'", .fallback = "all that are on",
	  .offset = offsetof(struct lint_config, rules) },
	{ .name = "stdin-name", .kind = OPTION_TEXT, .argument = "PATH",
	  .help = "the name of the file that `-` stands for", .fallback = "-",
	  .offset = offsetof(struct lint_config, stdin_name) },
	LINT_POLICY_OPTIONS(struct lint_config),
	{ 0 },
};

static const struct option_row *const lint_groups[] = { lint_options, session_options, NULL };

static void lint_defaults(void *config)
{
	struct lint_config *c = config;

	session_config_init(&c->session);
	policy_config_init(&c->policy);
	c->format = SLICE("table");
	c->stdin_name = SLICE("-");
}

static bool read_stdin(struct arena *a, struct slice *ret, struct error *err)
{
	struct buf b;
	ssize_t got;

	buf_init(&b, LIMIT_CONFIG);
	for (;;) {
		char *place = buf_reserve(&b, 64 * KIB);

		if (!place) {
			buf_release(&b);
			return error_set(err, ERR_LIMIT, "standard input is larger than %zu bytes", (size_t)LIMIT_CONFIG);
		}
		got = io_read_full(STDIN_FILENO, place, 64 * KIB);
		if (got <= 0)
			break;
		buf_commit(&b, (size_t)got);
	}
	*ret = arena_copy(a, buf_slice(&b));
	buf_release(&b);
	return got == 0 || error_set(err, ERR_IO, "standard input cannot be read");
}

static bool read_operands(const struct invocation *in, struct lint_options *options, struct error *err)
{
	const struct lint_config *config = in->config;

	vec_each(argument, &in->arguments) {
		struct lint_text *t;

		if (!slice_is(*argument, "-")) {
			*vec_add(in->arena, &options->paths) = *argument;
			continue;
		}
		t = vec_add(in->arena, &options->texts);
		t->name = config->stdin_name;
		if (!read_stdin(in->arena, &t->text, err))
			return false;
	}
	if (!slice_empty(config->run_line))
		*vec_add(in->arena, &options->texts) = (struct lint_text){
			.name = SLICE("--run"), .text = config->run_line, .kind = DOCUMENT_COMMAND,
		};
	if (options->paths.count + options->texts.count == 0)
		*vec_add(in->arena, &options->paths) = SLICE(".");
	return true;
}

static bool check_rules(const struct slice_list *rules, struct error *err)
{
	vec_each(id, rules)
		if (!lint_rule_by_any_id(*id))
			return error_set(err, ERR_USAGE, "there is no rule \"%.*s\"; `bulwark rules` lists them",
					 SLICE_ARG(*id));
	return true;
}

static bool lint_and_report(struct invocation *in, struct session *s, int *ret_code, struct error *err)
{
	const struct lint_config *config = in->config;
	struct lint_options options = { .rules = config->rules, .shellcheck = config->shellcheck };
	struct policy policy;
	struct report report;

	policy_init(&policy);
	if (!policy_load_from(&policy, SEVERITY_MEDIUM, &config->policy, in->arena, err) ||
	    !check_rules(&config->rules, err) || !read_operands(in, &options, err))
		return false;
	if (!slice_empty(config->type))
		document_kind_by_name(config->type, &options.kind);
	bool ok = lint_run(&s->run, &options, &policy, &report, err);
	session_end_progress(s);
	if (!ok)
		return false;
	*ret_code = report.exit_code;
	return reporting_write(s, config->format, &report, err);
}

static int run_lint(struct invocation *in)
{
	const struct lint_config *config = in->config;
	struct error err = ERROR_INIT;
	struct session session;
	int code = EXIT_INCOMPLETE;

	if (session_begin(&session, &config->session, in->arena, &err) && lint_and_report(in, &session, &code, &err))
		return code;
	session_end_progress(&session);
	cli_error(&err);
	return err.code == ERR_USAGE ? EXIT_USAGE : EXIT_INCOMPLETE;
}

static const char *const lint_examples[] = {
	"bulwark lint",
	"bulwark lint --format sarif --output lint.sarif Dockerfile compose.yaml",
	"bulwark lint --run \"docker run --privileged -v /:/host alpine\"",
	"bulwark lint --rule DL3006,docker-socket deploy/",
	NULL,
};

const struct command command_lint = {
	.name = "lint",
	.operands = "PATH...",
	.operands_min = 0,
	.operands_max = 100000,
	.summary = "Judge Dockerfiles, Compose files, daemon.json, nginx.conf, pipelines and what else configures containers",
	.description = "Each PATH is a file or a directory, which is walked; `-` is standard input; without one it is the current directory. Files are recognised by name and content. Fenced blocks of Markdown files are judged as what they are.\n\n"
		       "A comment `# bulwark: ignore=ID -- reason (until YYYY-MM-DD)` switches a rule off where it stands; hadolint's, BuildKit's, Trivy's, Checkov's, KICS', dclint's and zizmor's comments work as well.\n\n"
		       "The exit code is 0 when nothing is at or above the threshold (--fail-on, medium), 1 when something is, and 3 when something could not be looked at.",
	.examples = lint_examples,
	.options = lint_groups,
	.config_size = sizeof(struct lint_config),
	.defaults = lint_defaults,
	.run = run_lint,
};
