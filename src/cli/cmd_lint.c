/* `lint`: what is wrong with configuration files. */
#include "cli/commands.h"
#include "cli/lint_input.h"
#include "cli/policy_options.h"
#include "cli/reporting.h"
#include "lint/lint.h"

struct lint_config {
	struct session_config session;
	struct policy_config policy;
	struct slice format;
	struct lint_input_config input;
	bool shellcheck;
};

static const char *const formats[] = {
	"table", "json", "sarif", "junit", "checkstyle", "gitlab-codequality", "github",
	"markdown", "html", "csv", NULL,
};

static const struct option_row lint_options[] = {
	{ .name = "format", .letter = 'f', .kind = OPTION_TEXT, .argument = "FORMAT",
	  .help = "how the report is written", .fallback = "table", .values = formats,
	  .offset = offsetof(struct lint_config, format) },
	LINT_INPUT_OPTIONS(struct lint_config),
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
	lint_input_init(&c->input);
}

static bool lint_and_report(struct invocation *in, struct session *s, int *ret_code, struct error *err)
{
	const struct lint_config *config = in->config;
	struct lint_options options = { .shellcheck = config->shellcheck };
	struct policy policy;
	struct report report;

	if (!policy_load_from(&policy, SEVERITY_MEDIUM, &config->policy, in->arena, err) ||
	    !lint_input_read(&config->input, in, &options, err))
		return false;
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
	"bulwark lint --rule DL3006,container-docker-socket deploy/",
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
