/* `harden`: configuration files rewritten by the fixes of lint's findings. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/lint_input.h"
#include "cli/policy_options.h"
#include "cli/session.h"
#include "lint/diff.h"
#include "lint/harden.h"
#include "lint/override.h"

struct harden_config {
	struct session_config session;
	struct policy_config policy;
	struct lint_input_config input;
	bool write, check, allow_unsafe;
	struct slice service;
};

static const struct option_row harden_options[] = {
	{ .name = "write", .letter = 'w', .kind = OPTION_FLAG, .help = "change the files; without it the diff is shown",
	  .offset = offsetof(struct harden_config, write) },
	{ .name = "check", .kind = OPTION_FLAG, .help = "exit with 1 when something would be changed",
	  .offset = offsetof(struct harden_config, check) },
	{ .name = "unsafe", .kind = OPTION_FLAG, .help = "make fixes that change behaviour as well",
	  .offset = offsetof(struct harden_config, allow_unsafe) },
	{ .name = "compose", .kind = OPTION_TEXT, .argument = "SERVICE",
	  .help = "print a Compose override file with the hardened settings of that service",
	  .offset = offsetof(struct harden_config, service) },
	LINT_INPUT_OPTIONS(struct harden_config),
	LINT_POLICY_OPTIONS(struct harden_config),
	{ 0 },
};

static const struct option_row *const harden_groups[] = { harden_options, session_options, NULL };

static void harden_defaults(void *config)
{
	struct harden_config *c = config;

	session_config_init(&c->session);
	policy_config_init(&c->policy);
	lint_input_init(&c->input);
}

/* A command line comes out as one, changed or not; files as a diff. */
static void add_output(const struct harden_result *r, const struct harden_config *config, bool colour, struct buf *out)
{
	if (config->input.run_line.len && r->files.count == 0) {
		buf_add_slice(out, config->input.run_line);
		buf_add_byte(out, '\n');
	}
	vec_each(f, &r->files) {
		if (f->kind == DOCUMENT_COMMAND) {
			buf_add_slice(out, f->after);
			buf_add_byte(out, '\n');
		} else {
			diff_unified(f->path, f->before, f->after, colour, out);
		}
	}
}

static void add_summary(const struct harden_result *r, const struct harden_config *config, struct buf *out)
{
	size_t made = 0, refused = 0;

	vec_each(c, &r->changes) {
		text_add_safe(out, c->path);
		buf_printf(out, ":%llu: %s", (unsigned long long)c->line, c->refused ? "left as it is: " : "");
		text_add_safe(out, c->title);
		buf_printf(out, " (%.*s%s)\n", SLICE_ARG(c->rule->id), c->unsafe ? ", changes behaviour" : "");
		made += !c->refused;
		refused += c->refused;
	}
	buf_printf(out, "%zu fix%s in %zu file%s%s", made, made == 1 ? "" : "es", r->files.count,
		   r->files.count == 1 ? "" : "s", config->write ? ", written" : "");
	if (refused)
		buf_printf(out, "; %zu left out, since the file would not parse", refused);
	if (r->withheld)
		buf_printf(out, "; %zu more change behaviour: --unsafe makes them", r->withheld);
	buf_add_byte(out, '\n');
}

static void add_gaps(const struct session *s, struct buf *out)
{
	vec_each(g, &s->run.gaps) {
		if (g->kind == GAP_NOTE)
			continue;
		buf_printf(out, "%s: ", g->kind == GAP_BLOCKING ? "INCOMPLETE" : "gap");
		text_add_safe(out, g->subject);
		buf_add_lit(out, ": ");
		text_add_safe(out, g->message);
		buf_add_byte(out, '\n');
	}
}

static bool write_results(struct session *s, const struct harden_config *config, const struct harden_result *r,
			  struct error *err)
{
	const char *no_color = getenv("NO_COLOR");
	struct buf out, summary;

	buf_init(&out, GIB);
	buf_init(&summary, 64 * MIB);
	bool made = true;
	if (config->service.len)
		made = harden_override(&s->run, r, config->service, &out, err);
	else if (!config->write)
		add_output(r, config, session_columns(s) > 0 && !(no_color && *no_color), &out);
	add_summary(r, config, &summary);
	add_gaps(s, &summary);
	bool ok = made && (config->write ? harden_write(r, err) : session_write(s, buf_slice(&out), err));
	if (ok && !config->session.quiet)
		fwrite(summary.data, 1, summary.len, stderr);
	buf_release(&summary);
	buf_release(&out);
	return ok;
}

static bool harden(struct invocation *in, struct session *s, int *ret_code, struct error *err)
{
	const struct harden_config *config = in->config;
	struct harden_options options = { .allow_unsafe = config->allow_unsafe };
	struct harden_result result;
	struct policy policy;

	if (config->service.len && (config->write || config->input.run_line.len || in->arguments.count != 1))
		return error_set(err, ERR_USAGE, "--compose takes one Compose file, and neither --write nor --run");
	if (!policy_load_from(&policy, SEVERITY_MEDIUM, &config->policy, in->arena, err) ||
	    !lint_input_read(&config->input, in, &options.lint, err))
		return false;
	bool ok = harden_run(&s->run, &options, &policy, &result, err);
	session_end_progress(s);
	if (!ok || !write_results(s, config, &result, err))
		return false;
	*ret_code = !result.after.complete ? EXIT_INCOMPLETE :
		    config->check && result.files.count ? EXIT_FINDINGS : EXIT_NONE;
	return true;
}

static int run_harden(struct invocation *in)
{
	const struct harden_config *config = in->config;
	struct error err = ERROR_INIT;
	struct session session;
	int code = EXIT_INCOMPLETE;

	if (session_begin(&session, &config->session, in->arena, &err) && harden(in, &session, &code, &err))
		return code;
	session_end_progress(&session);
	cli_error(&err);
	return err.code == ERR_USAGE ? EXIT_USAGE : EXIT_INCOMPLETE;
}

static const char *const harden_examples[] = {
	"bulwark harden Dockerfile compose.yaml",
	"bulwark harden --write .",
	"bulwark harden --unsafe --run \"docker run -d nginx:1.27\"",
	"bulwark harden --unsafe --compose web compose.yaml > compose.override.yaml",
	NULL,
};

const struct command command_harden = {
	.name = "harden",
	.operands = "PATH...",
	.operands_min = 0,
	.operands_max = 100000,
	.summary = "Rewrite configuration files by the fixes of lint's findings",
	.description = "Shows a diff; --write changes the files, each at once and only when the result parses. Comments, order and formatting stay as they are elsewhere. Fixes that change behaviour are made with --unsafe only. A second run changes nothing.\n\n"
		       "PATH is as for `bulwark lint`.",
	.examples = harden_examples,
	.options = harden_groups,
	.config_size = sizeof(struct harden_config),
	.defaults = harden_defaults,
	.run = run_harden,
};
