/* The options that make up the policy, and reading it: files first, then the command line. */
#ifndef BULWARK_CLI_POLICY_OPTIONS_H
#define BULWARK_CLI_POLICY_OPTIONS_H

#include "cli/command.h"
#include "model/policy.h"

/* What the command line said; empty or negative: nothing. */
struct policy_config {
	struct slice_list severity;
	struct slice fail_on;
	int64_t exit_code;
	bool ignore_unfixed;
	bool strict;
	struct slice config_file;
	struct slice ignore_file;
	struct slice_list skip_dirs, skip_files;
	struct slice sort, epss;
	struct slice_list ignore_status;
	int64_t exit_on_eol;
	bool only_kev, fail_on_kev;
	struct slice_list vex;
};

#define SEVERITY_WORDS "unknown", "negligible", "low", "medium", "high", "critical"

/* Rows for a configuration type that holds a `struct policy_config policy`. */
#define POLICY_OPTIONS(type)                                                                            \
	{ .name = "severity", .letter = 's', .kind = OPTION_LIST, .argument = "LEVELS",                 \
	  .help = "show and gate on these severities only, separated by commas",                       \
	  .fallback = "all", .offset = offsetof(type, policy.severity) },                               \
	{ .name = "ignore-unfixed", .kind = OPTION_FLAG,                                                \
	  .help = "leave out what has no fixed version yet",                                            \
	  .offset = offsetof(type, policy.ignore_unfixed) },                                            \
	{ .name = "fail-on", .kind = OPTION_TEXT, .argument = "LEVEL",                                  \
	  .help = "exit with 1 when a finding is at or above this severity", .fallback = "high",        \
	  .values = policy_levels, .offset = offsetof(type, policy.fail_on) },                          \
	{ .name = "exit-code", .kind = OPTION_NUMBER, .argument = "N",                                  \
	  .help = "exit with this instead of 1; 0: findings never change the exit code",                \
	  .fallback = "1", .maximum = 255, .offset = offsetof(type, policy.exit_code) },                \
	{ .name = "strict", .kind = OPTION_FLAG,                                                        \
	  .help = "one unreadable file makes the result incomplete (exit code 3)",                      \
	  .offset = offsetof(type, policy.strict) },                                                    \
	{ .name = "config", .letter = 'c', .kind = OPTION_TEXT, .argument = "FILE",                     \
	  .help = "the policy", .fallback = "bulwark.yaml where there is one",                          \
	  .offset = offsetof(type, policy.config_file) },                                               \
	{ .name = "ignorefile", .kind = OPTION_TEXT, .argument = "FILE",                                \
	  .help = "ids to ignore, a line each", .fallback = ".trivyignore where there is one",          \
	  .offset = offsetof(type, policy.ignore_file) },                                               \
	POLICY_SKIP_OPTIONS(type)

/* Rows of commands that find vulnerabilities. */
#define RISK_OPTIONS(type)                                                                              \
	{ .name = "sort", .kind = OPTION_TEXT, .argument = "ORDER",                                     \
	  .help = "order of the findings: worst severity first, or highest risk",                      \
	  .fallback = "severity", .values = sort_orders, .offset = offsetof(type, policy.sort) },       \
	{ .name = "epss", .kind = OPTION_TEXT, .argument = "MIN",                                       \
	  .help = "show and gate on vulnerabilities with this EPSS probability or more (0 to 1)",       \
	  .offset = offsetof(type, policy.epss) },                                                      \
	{ .name = "only-kev", .kind = OPTION_FLAG,                                                      \
	  .help = "show and gate on vulnerabilities that are known to be exploited only",               \
	  .offset = offsetof(type, policy.only_kev) },                                                  \
	{ .name = "fail-on-kev", .kind = OPTION_FLAG,                                                   \
	  .help = "exit with 1 when something is known to be exploited, whatever its severity",         \
	  .offset = offsetof(type, policy.fail_on_kev) },                                               \
	{ .name = "ignore-status", .kind = OPTION_LIST, .argument = "STATUSES",                         \
	  .help = "leave out what the distribution's security team calls no-dsa, postponed, ignored, "  \
		  "unimportant, end-of-life or undetermined, separated by commas",                      \
	  .offset = offsetof(type, policy.ignore_status) },                                             \
	{ .name = "vex", .kind = OPTION_LIST, .argument = "FILES",                                      \
	  .help = "statements on vulnerabilities, separated by commas: OpenVEX, CSAF 2.0 or CycloneDX", \
	  .offset = offsetof(type, policy.vex) },                                                       \
	{ .name = "exit-on-eol", .kind = OPTION_NUMBER, .argument = "N",                                \
	  .help = "exit with this when the distribution's support has ended",                           \
	  .maximum = 255, .offset = offsetof(type, policy.exit_on_eol) }

#define POLICY_SKIP_OPTIONS(type)                                                                       \
	{ .name = "skip-dirs", .kind = OPTION_LIST, .argument = "GLOBS",                                \
	  .help = "leave out directories, separated by commas",                                        \
	  .offset = offsetof(type, policy.skip_dirs) },                                                 \
	{ .name = "skip-files", .kind = OPTION_LIST, .argument = "GLOBS",                               \
	  .help = "leave out files, separated by commas",                                               \
	  .offset = offsetof(type, policy.skip_files) }

/* Rows of commands that judge configuration: linters' words count, and the gate is lower. */
#define LINT_POLICY_OPTIONS(type)                                                                       \
	{ .name = "severity", .letter = 's', .kind = OPTION_LIST, .argument = "LEVELS",                 \
	  .help = "show and gate on these severities only, separated by commas",                       \
	  .fallback = "all", .offset = offsetof(type, policy.severity) },                               \
	{ .name = "fail-on", .kind = OPTION_TEXT, .argument = "LEVEL",                                  \
	  .help = "exit with 1 when a finding is at or above this severity", .fallback = "medium",      \
	  .values = lint_levels, .offset = offsetof(type, policy.fail_on) },                            \
	{ .name = "exit-code", .kind = OPTION_NUMBER, .argument = "N",                                  \
	  .help = "exit with this instead of 1; 0: findings never change the exit code",                \
	  .fallback = "1", .maximum = 255, .offset = offsetof(type, policy.exit_code) },                \
	{ .name = "strict", .kind = OPTION_FLAG,                                                        \
	  .help = "one unreadable file makes the result incomplete (exit code 3)",                      \
	  .offset = offsetof(type, policy.strict) },                                                    \
	{ .name = "config", .letter = 'c', .kind = OPTION_TEXT, .argument = "FILE",                     \
	  .help = "the policy", .fallback = "bulwark.yaml where there is one",                          \
	  .offset = offsetof(type, policy.config_file) },                                               \
	{ .name = "ignorefile", .kind = OPTION_TEXT, .argument = "FILE",                                \
	  .help = "ids to ignore, a line each", .fallback = ".trivyignore where there is one",          \
	  .offset = offsetof(type, policy.ignore_file) },                                               \
	POLICY_SKIP_OPTIONS(type)

extern const char *const policy_levels[]; /* severities and "never" */
extern const char *const sort_orders[];
extern const char *const lint_levels[];   /* linters' words as well */

void policy_config_init(struct policy_config *c);
bool policy_load(struct policy *p, const struct policy_config *c, struct arena *a, struct error *err);
/* The same with another threshold where neither the policy nor the command line names one. */
bool policy_load_from(struct policy *p, enum severity fail_on, const struct policy_config *c, struct arena *a,
		      struct error *err);

#endif
