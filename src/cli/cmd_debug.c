/* `debug`: the program's judgement of versions, vectors and purls, line by line on standard input. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "cli/commands.h"
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
