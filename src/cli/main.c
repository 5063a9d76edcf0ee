/* bulwark: finds the command, reads its options, runs it. */
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/docker_plugin.h"
#include "cli/help.h"
#include "model/report.h"

const struct command *const commands[] = {
	&command_scan,
	&command_sbom,
	&command_sbom_diff,
	&command_lint,
	&command_harden,
	&command_rules,
	&command_explain,
	&command_db_update,
	&command_db_status,
	&command_db_build,
	&command_db_feeds,
	&command_db_show,
	&command_debug_versions,
	&command_debug_cvss,
	&command_debug_purl,
	&command_debug_dockerfile,
	&command_debug_shell_words,
	&command_debug_dockerignore,
	&command_completions,
	&command_help,
	NULL,
};

void cli_message(const char *fmt, ...)
{
	char text[ERROR_MESSAGE_MAX];
	va_list args;
	struct buf safe;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* Messages carry names out of images: they must not reach the terminal raw. */
	buf_init(&safe, 8 * ERROR_MESSAGE_MAX);
	text_add_safe(&safe, slice_from_cstr(text));
	fprintf(stderr, "bulwark: %.*s\n", SLICE_ARG(buf_slice(&safe)));
	buf_release(&safe);
}

void cli_error(const struct error *err)
{
	if (err->offset >= 0)
		cli_message("%s (at byte %lld)", err->message, (long long)err->offset);
	else
		cli_message("%s", err->message);
}

static int print_help(const struct command *command)
{
	struct buf out;

	buf_init(&out, MIB);
	if (command)
		help_command(HELP_TEXT, command, &out);
	else
		help_program(HELP_TEXT, &out);
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	return fflush(stdout) == 0 ? EXIT_NONE : EXIT_INCOMPLETE;
}

static int unknown_command(const char *word)
{
	const char *near = command_nearest(word);

	if (near)
		cli_message("unknown command \"%s\"; did you mean \"%s\"?", word, near);
	else
		cli_message("unknown command \"%s\"; `bulwark --help` lists them", word);
	return EXIT_USAGE;
}

static bool asks_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct arena arena;
	struct error err = ERROR_INIT;
	int code = EXIT_USAGE;

	arena_init(&arena, 0);
	struct invocation in = {
		.command = command,
		.arena = &arena,
		.config = arena_alloc(&arena, command->config_size),
	};
	if (command->defaults)
		command->defaults(in.config);
	if (options_parse(&in, argc, argv, &err)) {
		code = command->run(&in);
	} else {
		cli_error(&err);
		fprintf(stderr, "Try `bulwark %s --help`.\n", command->name);
	}
	arena_release(&arena);
	return code;
}

/* EXIT_NONE: argv is now what `bulwark` would have got; *ret_done: there is nothing left to do. */
static int begin_as_plugin(int *argc, char **argv, bool *ret_done)
{
	struct error err = ERROR_INIT;
	const char *metadata = docker_plugin_metadata(*argc, argv);

	*ret_done = true;
	if (metadata) {
		puts(metadata);
		return fflush(stdout) == 0 ? EXIT_NONE : EXIT_INCOMPLETE;
	}
	if (!docker_plugin_words(argc, argv, &err)) {
		cli_error(&err);
		return EXIT_USAGE;
	}
	*ret_done = false;
	return EXIT_NONE;
}

int main(int argc, char **argv)
{
	int words;
	bool done = false;

	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	int code = docker_plugin_called(argv[0]) ? begin_as_plugin(&argc, argv, &done) : EXIT_NONE;
	if (done)
		return code;
	if (argc < 2) {
		print_help(NULL);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("bulwark " BULWARK_VERSION);
		return fflush(stdout) == 0 ? EXIT_NONE : EXIT_INCOMPLETE;
	}
	const struct command *command = command_find(argc - 1, argv + 1, &words);
	if (command && asks_help(argc - 1 - words, argv + 1 + words))
		return print_help(command);
	if (command)
		return run_command(command, argc - 1 - words, argv + 1 + words);
	if (asks_help(1, argv + 1))
		return print_help(NULL);
	return unknown_command(argv[1]);
}
