/*
 * Commands and options are rows.  Help, manual pages, shell completions and
 * the reference page are made from these tables and from nothing else.
 *
 * To add a command: write cmd_<name>.c with a `const struct command`, name it
 * in the table of main.c.
 */
#ifndef BULWARK_CLI_COMMAND_H
#define BULWARK_CLI_COMMAND_H

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* struct slice */
	OPTION_LIST,   /* struct slice_list; commas separate, repeating adds */
	OPTION_NUMBER, /* int64_t within [minimum, maximum] */
	OPTION_CUSTOM, /* set() */
};

struct option_row {
	const char *name;           /* "fail-on" */
	char letter;                /* 's', or 0 */
	enum option_kind kind;
	const char *argument;       /* "LEVEL"; NULL for flags */
	const char *help;           /* one sentence, no full stop */
	const char *fallback;       /* default as shown; NULL: none */
	const char *const *values;  /* what completions offer and what is accepted; NULL: anything */
	size_t offset;              /* of the field in the command's configuration */
	int64_t minimum, maximum;   /* of OPTION_NUMBER */
	bool (*set)(void *config, struct slice value, struct arena *a, struct error *err);
};

struct command;

/* What a command gets. */
struct invocation {
	const struct command *command;
	struct arena *arena;
	void *config;                 /* command->config_size bytes, filled from the options */
	struct slice_list arguments;  /* operands */
};

struct command {
	const char *name;             /* "db update" */
	const char *operands;         /* "TARGET"; NULL: none */
	size_t operands_min, operands_max;
	const char *summary;          /* one line */
	const char *description;      /* paragraphs, separated by an empty line */
	const char *const *examples;  /* command lines, NULL-terminated; may be NULL */
	const struct option_row *const *options; /* groups of rows; each ends with a row without name; NULL ends */
	size_t config_size;
	void (*defaults)(void *config);
	int (*run)(struct invocation *in); /* exit code (model/report.h) */
};

extern const struct command *const commands[]; /* NULL-terminated, in the order of the help */

/*
 * Reads argv (behind the command's words) into in->config and in->arguments.
 * ERR_USAGE names the option and, where one is near, what may have been meant.
 */
bool options_parse(struct invocation *in, int argc, char **argv, struct error *err);

/* The command whose words argv starts with; *ret_words says how many. NULL: none. */
const struct command *command_find(int argc, char **argv, int *ret_words);
/* The command whose name is nearest to the word, or NULL when none is near. */
const char *command_nearest(const char *word);

/* Helpers for cmd_*.c, which alone print. */
void cli_error(const struct error *err);
void cli_message(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
