/*
 * `debug`: the program's reading of single values and files: versions, vectors and purls line by
 * line on standard input, Dockerfiles and what belongs to them whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/commands.h"
#include "config/docker_words.h"
#include "config/dockerfile.h"
#include "config/dockerignore.h"
#include "model/debug_text.h"
#include "model/report.h"
#include "version/check.h"

static bool read_standard_input(struct buf *text, struct error *err)
{
	for (;;) {
		char *room = buf_reserve(text, 65536);

		if (!room)
			return error_set(err, ERR_LIMIT, "standard input: larger than %zu bytes", text->cap);
		ssize_t n = io_read_full(STDIN_FILENO, room, 65536);
		if (n < 0)
			return error_set_errno(err, errno, "standard input");
		buf_commit(text, (size_t)n);
		if (n < 65536)
			return true;
	}
}

static bool print(struct buf *out, struct error *err)
{
	if (out->overflow)
		return error_set(err, ERR_LIMIT, "the answer is larger than %zu bytes", out->cap);
	return io_write_full(STDOUT_FILENO, out->data, out->len) || error_set_errno(err, errno, "standard output");
}

/* Reads the input, lets `judge` answer, prints; its own answer is the exit code. */
static int filter(int (*judge)(void *context, struct slice text, struct buf *out), void *context)
{
	struct error err = ERROR_INIT;
	struct buf text, out;
	int code = EXIT_INCOMPLETE;

	buf_init(&text, LIMIT_DOCUMENT);
	buf_init(&out, 2 * LIMIT_DOCUMENT);
	if (read_standard_input(&text, &err)) {
		code = judge(context, buf_slice(&text), &out);
		if (!print(&out, &err))
			code = EXIT_INCOMPLETE;
	}
	if (err.code != ERR_NONE)
		cli_error(&err);
	buf_release(&text);
	buf_release(&out);
	return code;
}

static int judge_versions(void *context, struct slice text, struct buf *out)
{
	struct version_check result = version_check_text(*(enum version_scheme *)context, text, out);

	return result.differ ? EXIT_FINDINGS : EXIT_NONE;
}

static int judge_cvss(void *context, struct slice text, struct buf *out)
{
	(void)context;
	debug_cvss(text, out);
	return EXIT_NONE;
}

static int judge_purl(void *context, struct slice text, struct buf *out)
{
	(void)context;
	debug_purl(text, out);
	return EXIT_NONE;
}

static int judge_shell_words(void *context, struct slice text, struct buf *out)
{
	return docker_words_check(text, context, out) ? EXIT_FINDINGS : EXIT_NONE;
}

struct dockerfile_job {
	struct arena *arena;
	const char *name;
};

static int judge_dockerfile(void *context, struct slice text, struct buf *out)
{
	const struct dockerfile_job *job = context;
	const struct dockerfile *d = dockerfile_parse(text, SOURCE_NONE, job->arena);
	const struct dockerfile_problem *p = dockerfile_parse_error(d);

	if (!p) {
		dockerfile_dump(d, out);
		return EXIT_NONE;
	}
	cli_message("%s:%zu: %.*s", job->name, p->line, SLICE_ARG(p->message));
	return EXIT_FINDINGS;
}

/* Each path with what becomes of it. */
static int judge_dockerignore(void *context, struct slice text, struct buf *out)
{
	const struct dockerignore *ignore = context;
	struct slice path;

	while (slice_next_line(&text, &path)) {
		bool hit = dockerignore_match(ignore, path, NULL);

		buf_add_slice(out, hit ? SLICE("hit\t") : SLICE("no_hit\t"));
		text_add_safe(out, path);
		buf_add_byte(out, '\n');
	}
	return EXIT_NONE;
}

/* The same for a file: the operand, or standard input where it is absent or "-". */
static int filter_file(struct invocation *in, const char *path,
		       int (*judge)(void *context, struct slice text, struct buf *out), void *context)
{
	struct error err = ERROR_INIT;
	struct slice text;
	struct buf out;
	int code = EXIT_INCOMPLETE;

	if (!path)
		return filter(judge, context);
	buf_init(&out, 2 * LIMIT_DOCUMENT);
	if (io_read_file(AT_FDCWD, path, LIMIT_CONFIG, in->arena, &text, &err)) {
		code = judge(context, text, &out);
		if (!print(&out, &err))
			code = EXIT_INCOMPLETE;
	}
	if (err.code != ERR_NONE)
		cli_error(&err);
	buf_release(&out);
	return code;
}

static int run_shell_words(struct invocation *in)
{
	return filter(judge_shell_words, in->arena);
}

static int run_dockerfile(struct invocation *in)
{
	const char *path = NULL;

	if (in->arguments.count && !slice_is(in->arguments.items[0], "-"))
		path = arena_cstr(in->arena, in->arguments.items[0]);
	struct dockerfile_job job = { in->arena, path ? path : "standard input" };
	return filter_file(in, path, judge_dockerfile, &job);
}

static int run_dockerignore(struct invocation *in)
{
	const char *path = arena_cstr(in->arena, in->arguments.items[0]);
	const struct dockerignore *ignore;
	struct error err = ERROR_INIT;
	struct slice text;

	if (!io_read_file(AT_FDCWD, path, LIMIT_CONFIG, in->arena, &text, &err)) {
		cli_error(&err);
		return EXIT_INCOMPLETE;
	}
	ignore = dockerignore_parse(text, SOURCE_NONE, in->arena);
	vec_each(p, &ignore->patterns)
		if (p->problem.len)
			cli_message("%s:%zu: %.*s", path, p->line, SLICE_ARG(p->problem));
	int code = filter(judge_dockerignore, (void *)(uintptr_t)ignore);
	return code == EXIT_NONE && ignore->broken ? EXIT_FINDINGS : code;
}

static int run_versions(struct invocation *in)
{
	enum version_scheme scheme = version_scheme_by_name(in->arguments.items[0]);

	if (scheme == VERSION_NONE) {
		cli_message("no version scheme \"%.*s\"; `bulwark debug versions --help` lists them",
			    SLICE_ARG(in->arguments.items[0]));
		return EXIT_USAGE;
	}
	return filter(judge_versions, &scheme);
}

static int run_cvss(struct invocation *in)
{
	(void)in;
	return filter(judge_cvss, NULL);
}

static int run_purl(struct invocation *in)
{
	(void)in;
	return filter(judge_purl, NULL);
}

static const struct option_row *const no_options[] = { NULL };

const struct command command_debug_versions = {
	.name = "debug versions",
	.operands = "SCHEME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Compare versions given on standard input",
	.description = "Reads lines `A < B`, `A = B` and `A > B`, prints those with which the program disagrees, and a last line `N agree, M differ`.\n\n"
		       "Schemes: alpine, cran, debian, go, hackage, maven, nuget, packagist, pub, pypi, redhat, rubygems, semver.",
	.options = no_options,
	.run = run_versions,
};

const struct command command_debug_cvss = {
	.name = "debug cvss",
	.summary = "Score CVSS vectors given on standard input",
	.description = "Reads a vector a line and prints the vector, a tab and its score: the base score for 2.0 and 3.x, for 4.0 the score of all metrics given.",
	.options = no_options,
	.run = run_cvss,
};

const struct command command_debug_purl = {
	.name = "debug purl",
	.summary = "Normalise package URLs given on standard input",
	.description = "Reads a purl a line and prints its canonical form, or `invalid:` and why.",
	.options = no_options,
	.run = run_purl,
};

const struct command command_debug_dockerfile = {
	.name = "debug dockerfile",
	.operands = "[FILE]",
	.operands_max = 1,
	.summary = "Print the parse of a Dockerfile",
	.description = "Prints an s-expression for each instruction, in the notation of BuildKit's own parser tests. Reads standard input without FILE. Where BuildKit's parser refuses the file, the first reason is told and the exit code is 1.",
	.options = no_options,
	.run = run_dockerfile,
};

const struct command command_debug_shell_words = {
	.name = "debug shell-words",
	.summary = "Expand words of a Dockerfile given on standard input",
	.description = "Reads words with variables and quotes, one a line, and prints each expanded as BuildKit does it, or `error`. `ENV NAME=VALUE` sets a variable for the lines that follow.\n\n"
		       "Lines of BuildKit's tables are checked: `A|WORD | RESULT` for one word (`U`: on Unix, `W`: on Windows), `TEXT | WORD,WORD` for a text that is split. Those that differ are printed, and a last line `N agree, M differ`.",
	.options = no_options,
	.run = run_shell_words,
};

const struct command command_debug_dockerignore = {
	.name = "debug dockerignore",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Match paths on standard input against a .dockerignore file",
	.description = "Reads a path a line and prints `hit` (left out of the build context) or `no_hit`, a tab and the path. A pattern that docker build refuses is told on standard error, and the exit code is 1.",
	.options = no_options,
	.run = run_dockerignore,
};
