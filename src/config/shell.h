/*
 * Shell scripts, read for their commands without running anything: POSIX sh
 * with what bash adds, in the text of a Dockerfile's RUN, a workflow's `run`,
 * a Compose command, a script file.
 *
 * What comes out is flat: every simple command in the order of the text, those
 * inside of groups, loops, conditions, functions and substitutions included,
 * each knowing what joins it to the one before.  Expansions stay as written.
 * A script that is no shell gives the commands up to there and a problem.
 *
 * Source: POSIX.1-2017, Shell Command Language (XCU 2); bash(1).
 */
#ifndef BULWARK_CONFIG_SHELL_H
#define BULWARK_CONFIG_SHELL_H

#include "model/span.h"

struct shell_word {
	struct span span;
	struct slice text;    /* as written */
	struct slice value;   /* without quotes, escapes and continuations; expansions as written */
	bool quoted;          /* some of it stands in quotes */
	bool expands;         /* a parameter, command or arithmetic expansion happens in it */
	bool glob;            /* an unquoted * ? or [ */
};
struct shell_word_list VEC_OF(struct shell_word);

struct shell_assignment {
	struct slice name;
	struct shell_word value; /* behind the '=' */
	struct span span;        /* of the whole */
};

struct shell_redirection {
	struct slice op;          /* ">", ">>", "<", "<<", "<<<", "2>", "&>" ... */
	struct shell_word target; /* of a here-document: its delimiter */
	struct span body;         /* of a here-document */
};

/* What stands between a command and the one before it on its level. */
enum shell_join {
	SHELL_FIRST,      /* nothing: first of the script, group, branch or substitution */
	SHELL_SEQUENCE,   /* ; or a line break */
	SHELL_AND,        /* && */
	SHELL_OR,         /* || */
	SHELL_PIPE,       /* | or |& */
	SHELL_BACKGROUND, /* & */
};

struct shell_command {
	struct span span;                 /* from the first to the last of its parts */
	enum shell_join join;
	bool piped;                       /* its output goes into the next of its level */
	bool negated;                     /* behind '!' */
	bool condition;                   /* of if, elif, while, until */
	bool loop;                        /* inside of for, while or until */
	unsigned depth;                   /* groups, subshells, branches around it */
	unsigned substitution;            /* 0: none; else how deep in $( ) or backticks */
	size_t parent;                    /* of substitutions: number of the command that they stand in */
	size_t pipeline;                  /* commands with the same number are one pipeline */
	struct slice function;            /* body of that function; empty: none */
	struct VEC_OF(struct shell_assignment) assignments;
	struct shell_word_list words;     /* the first one is the program; none: assignments or redirections only */
	struct VEC_OF(struct shell_redirection) redirections;
};

struct shell_problem {
	struct span span;
	const char *what;
};

struct shell_script {
	struct VEC_OF(struct shell_command) commands;
	struct VEC_OF(struct shell_problem) problems;
	struct slice interpreter; /* of a #! line, as written; empty: none */
};

struct shell_options {
	/*
	 * A Dockerfile's instruction: lines that are continued may be followed by
	 * comment lines and empty ones, which count as nothing, and `escape`
	 * continues a line.
	 */
	bool dockerfile;
	char escape;         /* 0: backslash */
};

/*
 * Reads `text`, which stands at `offset` of the source.  Always gives what it
 * could read; time and memory are linear in the text, nesting is limited.
 */
void shell_parse(struct slice text, uint32_t source, uint64_t offset, const struct shell_options *options,
		 struct arena *a, struct shell_script *ret);

/* The last part of the program's path: "curl" of /usr/bin/curl; empty: no program, or one that expands. */
struct slice shell_program(const struct shell_command *c);
/*
 * The command behind wrappers that run it: sudo, env, exec, command, nohup,
 * time, nice, timeout, xargs, eatmydata and their options are passed over.
 * Gives the number of its first word; words.count when there is none.
 */
size_t shell_program_word(const struct shell_command *c);
/* Has it the option ("-y" also within "-qy", "--yes" also as "--yes=...")? NULL: no. */
const struct shell_word *shell_option(const struct shell_command *c, const char *name);

#endif
