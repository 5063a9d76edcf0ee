/*
 * sudoers (sudoers(5)): user specifications with tags and commands, aliases
 * expanded, Defaults and includes noted.  A second list of hosts behind a
 * colon is not taken apart from the command in front of it.
 */
#ifndef BULWARK_CONFIG_SUDOERS_H
#define BULWARK_CONFIG_SUDOERS_H

#include "config/problem.h"

struct sudoers_command {
	struct slice command; /* path with arguments; "ALL"; quotes and escapes taken off */
	bool negated;
	bool nopasswd, noexec, setenv;
	struct slice run_as; /* inside the parentheses; empty: root */
	struct span span;
};

struct sudoers_entry {
	struct slice_list users; /* "alice", "%docker", "#1000", "ALL"; aliases expanded */
	struct slice_list hosts;
	struct VEC_OF(struct sudoers_command) commands; /* aliases expanded */
	struct span span; /* the whole line, continuation lines too */
};

struct sudoers_default {
	struct slice text; /* behind Defaults */
	struct span span;
};

struct sudoers_file {
	struct VEC_OF(struct sudoers_entry) entries;
	struct VEC_OF(struct sudoers_default) defaults;
	struct VEC_OF(struct sudoers_default) includes; /* paths */
	struct problem_list problems;
};

void sudoers_read(struct slice text, uint32_t source, struct arena *a, struct sudoers_file *ret);

#endif
