/* `help` and `completions`: what is made from the tables, on standard output. */
#include <stdio.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "model/report.h"

static int print(struct buf *out)
{
	int code = EXIT_NONE;

	if (out->overflow || fwrite(out->data, 1, out->len, stdout) != out->len || fflush(stdout) != 0) {
		cli_message("cannot write the answer");
		code = EXIT_INCOMPLETE;
	}
	buf_release(out);
	return code;
}

struct help_config {
	struct slice form;
};

static const char *const help_forms[] = { "text", "man", "reference", NULL };

static const struct option_row help_options[] = {
	{ .name = "form", .kind = OPTION_TEXT, .argument = "FORM", .help = "how it is written",
	  .fallback = "text", .values = help_forms, .offset = offsetof(struct help_config, form) },
	{ 0 },
};

static const struct option_row *const help_groups[] = { help_options, NULL };

static void help_defaults(void *config)
{
	((struct help_config *)config)->form = SLICE("text");
}

static int run_help(struct invocation *in)
{
	const struct help_config *config = in->config;
	enum help_form form = slice_is(config->form, "man") ? HELP_MAN :
			      slice_is(config->form, "reference") ? HELP_REFERENCE : HELP_TEXT;
	char *words[4];
	int count = 0, used;
	struct buf out;

	for (size_t i = 0; i < in->arguments.count; i++)
		words[count++] = arena_cstr(in->arena, in->arguments.items[i]);
	const struct command *command = count ? command_find(count, words, &used) : NULL;
	if (count && (!command || used < count)) {
		cli_message("no command of that name; `bulwark --help` lists them");
		return EXIT_USAGE;
	}
	buf_init(&out, 4 * MIB);
	if (command)
		help_command(form, command, &out);
	else if (form == HELP_REFERENCE)
		help_reference(&out);
	else
		help_program(form, &out);
	return print(&out);
}

const struct command command_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.operands_max = 3,
	.summary = "Print a command's help, manual page or the reference",
	.description = "Without a command it prints the program's own page.\n\n"
		       "The forms man and reference are what `make install` and `make reference` use.",
	.options = help_groups,
	.config_size = sizeof(struct help_config),
	.defaults = help_defaults,
	.run = run_help,
};

static const struct option_row *const no_options[] = { NULL };

static int run_completions(struct invocation *in)
{
	struct slice shell = in->arguments.items[0];
	enum help_form form = HELP_BASH;
	struct buf out;

	if (slice_is(shell, "zsh")) {
		form = HELP_ZSH;
	} else if (slice_is(shell, "fish")) {
		form = HELP_FISH;
	} else if (!slice_is(shell, "bash")) {
		cli_message("completions takes bash, zsh or fish, not \"%.*s\"", SLICE_ARG(shell));
		return EXIT_USAGE;
	}
	buf_init(&out, 4 * MIB);
	help_completions(form, &out);
	return print(&out);
}

const struct command command_completions = {
	.name = "completions",
	.operands = "bash|zsh|fish",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Print a shell's completions",
	.description = "The completions know every command, option and value of this version.",
	.options = no_options,
	.run = run_completions,
};
