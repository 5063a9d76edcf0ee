/* Everything that is written from the command and option tables. */
#ifndef BULWARK_CLI_HELP_H
#define BULWARK_CLI_HELP_H

#include "base/buf.h"
#include "cli/command.h"

enum help_form {
	HELP_TEXT,      /* `bulwark scan --help`, at most 80 columns */
	HELP_MAN,       /* roff, man(7) */
	HELP_REFERENCE, /* Markdown */
	HELP_BASH,
	HELP_ZSH,
	HELP_FISH,
};

/* The program's own page: commands and exit codes. */
void help_program(enum help_form form, struct buf *out);
/* One command's page; HELP_TEXT, HELP_MAN or HELP_REFERENCE. */
void help_command(enum help_form form, const struct command *command, struct buf *out);
/* A shell's completions for everything. */
void help_completions(enum help_form form, struct buf *out);
/* The reference page: program and all commands. */
void help_reference(struct buf *out);

#endif
