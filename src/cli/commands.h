/* The commands, one file each. */
#ifndef BULWARK_CLI_COMMANDS_H
#define BULWARK_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command command_scan;
extern const struct command command_sbom;
extern const struct command command_sbom_diff;
extern const struct command command_lint;
extern const struct command command_harden;
extern const struct command command_rules;
extern const struct command command_explain;
extern const struct command command_db_update;
extern const struct command command_db_status;
extern const struct command command_db_build;
extern const struct command command_db_feeds;
extern const struct command command_db_show;
extern const struct command command_debug_versions;
extern const struct command command_debug_cvss;
extern const struct command command_debug_purl;
extern const struct command command_debug_dockerfile;
extern const struct command command_debug_shell_words;
extern const struct command command_debug_dockerignore;
extern const struct command command_completions;
extern const struct command command_help;

#endif
