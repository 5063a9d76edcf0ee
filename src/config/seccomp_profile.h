/*
 * Seccomp profiles as Docker reads them (moby/profiles, seccomp.Seccomp) and as
 * runc turns them into a filter.  Two questions are answered without running
 * anything: can a process start under it, and what does it allow beyond
 * Docker's default profile.
 */
#ifndef BULWARK_CONFIG_SECCOMP_PROFILE_H
#define BULWARK_CONFIG_SECCOMP_PROFILE_H

#include "config/json_doc.h"

enum seccomp_action {
	SECCOMP_ALLOW,
	SECCOMP_ERRNO,
	SECCOMP_KILL_THREAD,
	SECCOMP_KILL_PROCESS,
	SECCOMP_TRAP,
	SECCOMP_TRACE,
	SECCOMP_LOG,
	SECCOMP_NOTIFY,
	SECCOMP_UNKNOWN,
};
struct slice seccomp_action_name(enum seccomp_action action); /* "SCMP_ACT_ALLOW" */
/* Does the call go through? ALLOW and LOG. */
bool seccomp_action_lets(enum seccomp_action action);

struct seccomp_argument {
	const struct value *at;
	uint64_t index, value, value_two;
	struct slice op; /* "SCMP_CMP_EQ" */
};

struct seccomp_condition { /* includes or excludes */
	struct slice_list caps, arches;
	struct slice min_kernel;
};

struct seccomp_rule {
	const struct value *at;
	struct slice_list names;
	struct value_list name_values; /* beside names, for spans */
	enum seccomp_action action;
	const struct value *action_value;
	struct VEC_OF(struct seccomp_argument) args;
	struct seccomp_condition includes, excludes;
	struct slice comment;
	int64_t errno_ret; /* -1: not given */
};

struct seccomp_profile {
	struct json_doc doc;
	enum seccomp_action default_action;
	const struct value *default_value;
	int64_t default_errno; /* -1: not given */
	struct slice_list architectures; /* SCMP_ARCH_*, of `architectures` or all of `archMap` */
	bool has_arch_map, has_architectures;
	struct slice_list flags;
	struct VEC_OF(struct seccomp_rule) rules;
	struct problem_list problems;
};

/* Under what circumstances a profile is asked. */
struct seccomp_situation {
	struct slice arch; /* "amd64", "arm64": Docker's names */
	const struct slice *caps; /* "CAP_SYS_ADMIN" */
	size_t cap_count;
	bool default_caps; /* Docker's own fourteen as well */
	unsigned kernel_major, kernel_minor; /* 0: new enough for all */
};

/* Does the text look like one: a map with defaultAction. */
bool seccomp_recognise(const struct value *root);
void seccomp_profile_read(struct slice text, uint32_t source, struct arena *a,
			  struct seccomp_profile *ret);

/* How one call fares. Rules with arguments count as letting it through for some of them. */
enum seccomp_answer { SECCOMP_NEVER, SECCOMP_SOMETIMES, SECCOMP_ALWAYS };
enum seccomp_answer seccomp_ask(const struct seccomp_profile *p, const struct seccomp_situation *s,
				struct slice syscall, const struct seccomp_rule **ret_rule);

struct seccomp_missing {
	struct slice syscall;
	struct slice why; /* "runc waits on its exec fifo", "the loader maps libraries" */
	bool fatal; /* without it nothing starts; else most programs fail */
};
struct seccomp_missing_list VEC_OF(struct seccomp_missing);

/*
 * What a dynamically linked program's start needs and the profile denies; the
 * alternatives (fstat or newfstatat, mmap or mmap2...) count as one.  Empty:
 * it can start.
 */
void seccomp_start_check(const struct seccomp_profile *p, const struct seccomp_situation *s,
			 struct arena *a, struct seccomp_missing_list *ret);
/* Calls that it lets through and Docker's default profile does not in the same situation. */
void seccomp_beyond_default(const struct seccomp_profile *p, const struct seccomp_situation *s,
			    struct arena *a, struct slice_list *ret);
/* Is it in Docker's default list: without conditions, or with the situation's capabilities. */
enum seccomp_answer seccomp_default_allows(const struct seccomp_situation *s, struct slice syscall);
/* Is there a system call of that name, on any architecture that Docker has? */
bool seccomp_syscall_exists(struct slice name);

#endif
