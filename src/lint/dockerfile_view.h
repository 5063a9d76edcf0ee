/*
 * A Dockerfile as its rules look at it: the parse, and the commands that its
 * instructions run.
 */
#ifndef BULWARK_LINT_DOCKERFILE_VIEW_H
#define BULWARK_LINT_DOCKERFILE_VIEW_H

#include "lint/document.h"
#include "model/image_facts.h"

/* An instruction that runs something: RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD; ONBUILD's child counts too. */
struct dockerfile_run {
	const struct dockerfile_instruction *in; /* ONBUILD: the child */
	const struct dockerfile_stage *stage;    /* NULL before the first FROM */
	struct shell_script script; /* of the shell form, of heredocs that are scripts, or the one command of the exec form */
	bool exec_form;
	bool heredoc;
	bool posix;           /* the SHELL in force is sh, bash, ash, dash, zsh, ksh: else the script is empty */
	struct slice shell;   /* "/bin/sh" unless SHELL says otherwise */
	bool pipefail;        /* the SHELL in force, or the script before its first pipe, sets it */
};

struct dockerfile_run_list VEC_OF(struct dockerfile_run);

struct dockerfile_view {
	const struct document *document;
	const struct dockerfile *file;
	struct dockerfile_run_list runs; /* in order */
	bool parses;         /* BuildKit's parser gets through */
	size_t refused_from; /* index of the first instruction that BuildKit refuses then, SIZE_MAX: none */
};

struct dockerfile_view *dockerfile_view_new(const struct document *d, struct arena *a)
	__attribute__((returns_nonnull));

/* Of rules of RULE_DOCKERFILE. */
static inline const struct dockerfile_view *rule_dockerfile(const struct rule_context *c)
{
	return rule_document(c)->dockerfile;
}

/* Instructions in order, ONBUILD's children in place of their parents. */
#define dockerfile_each(it, d)                                                                          \
	for (size_t n_##it = 0; n_##it < (d)->instructions.count; n_##it++)                            \
		for (const struct dockerfile_instruction *it = dockerfile_inner((d)->instructions.items[n_##it]); \
		     it; it = NULL)

/* The innermost child of ONBUILD, or the instruction itself. */
const struct dockerfile_instruction *dockerfile_inner(const struct dockerfile_instruction *in);

/* Commands of RUN instructions: `it` is a struct shell_command of `run`. */
#define run_each_command(it, run) vec_each(it, &(run)->script.commands)

/*
 * A package manager's command line taken apart: "apt-get -y install a b=1" has
 * the subcommand "install", operands a and b=1.  Options that take the next
 * word as their value are known for the managers of the table in
 * dockerfile_view.c.
 */
struct tool_call {
	const struct shell_command *command;
	struct slice program;                 /* "apt-get" */
	struct slice subcommand;              /* first operand; empty: none */
	const struct shell_word *subcommand_word;
	struct shell_word_list operands;      /* behind the subcommand */
	struct shell_word_list options;       /* all that start with '-' */
};

/* False: the program is not `program` (a name, or several separated by '|'). */
bool tool_call(const struct shell_command *c, const char *program, struct arena *a, struct tool_call *ret);
/* Has it the option, before or behind the subcommand? As shell_option. */
const struct shell_word *tool_option(const struct tool_call *t, const char *name);
/* The text of an option's value: "--a=b" and "--a b" both give b. Empty: no such option. */
struct slice tool_option_value(const struct tool_call *t, const char *name);

#endif
