/* What `lint` and `harden` judge: operands, standard input, a command line. */
#ifndef BULWARK_CLI_LINT_INPUT_H
#define BULWARK_CLI_LINT_INPUT_H

#include "cli/command.h"
#include "lint/lint.h"

struct lint_input_config {
	struct slice type;
	struct slice run_line;
	struct slice stdin_name;
	struct slice_list rules;
};

/* Rows for a configuration type that holds a `struct lint_input_config input`. */
#define LINT_INPUT_OPTIONS(config)                                                                      \
	{ .name = "type", .letter = 't', .kind = OPTION_TEXT, .argument = "TYPE",                       \
	  .help = "what the named files are", .fallback = "found out by name and content",             \
	  .values = lint_types, .offset = offsetof(config, input.type) },                               \
	{ .name = "run", .kind = OPTION_TEXT, .argument = "COMMAND",                                    \
	  .help = "a command line such as \"docker run ...\"",                                          \
	  .offset = offsetof(config, input.run_line) },                                                 \
	{ .name = "rule", .letter = 'r', .kind = OPTION_LIST, .argument = "IDS",                        \
	  .help = "these rules only, by their ids or the peers'", .fallback = "all that are on",        \
	  .offset = offsetof(config, input.rules) },                                                    \
	{ .name = "stdin-name", .kind = OPTION_TEXT, .argument = "PATH",                                \
	  .help = "the name of the file that `-` stands for", .fallback = "-",                          \
	  .offset = offsetof(config, input.stdin_name) }

extern const char *const lint_types[];

void lint_input_init(struct lint_input_config *c);
/* Fills in paths, texts, kind and rules; reads standard input. ERR_USAGE for a rule that is none. */
bool lint_input_read(const struct lint_input_config *c, const struct invocation *in, struct lint_options *ret,
		     struct error *err);

#endif
