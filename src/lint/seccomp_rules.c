/* Seccomp profiles: can anything start under them, and what do they let through? */
#include <stdlib.h>

#include "base/cleanup.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

static const struct seccomp_profile *profile_of(const struct rule_context *c)
{
	return rule_document(c)->seccomp;
}

static const struct seccomp_situation usual = { .arch = SLICE_INIT("amd64"), .default_caps = true };

/* Where to speak of the profile as a whole. */
static struct span head_of(const struct seccomp_profile *p)
{
	struct span at = p->default_value ? p->default_value->key_span : p->doc.root->span;

	if (!p->default_value)
		at.length = 1;
	return at;
}

static void tell(struct rule_context *c, const struct problem *p)
{
	struct assessment *x = rule_fail(c, p->span, "%.*s%s%.*s%s%.*s%s", SLICE_ARG(p->message),
					 slice_empty(p->name) ? "" : ": ", SLICE_ARG(slice_first(p->name, 60)),
					 slice_empty(p->suggestion) ? "" : " (", SLICE_ARG(p->suggestion),
					 slice_empty(p->suggestion) ? "" : "?)");
	if (p->other.source != SOURCE_NONE)
		rule_also_at(c, x, p->other);
}

static void check_syntax(struct rule_context *c)
{
	vec_each(p, &profile_of(c)->problems.list)
		if (p->kind == PROBLEM_SYNTAX || p->kind == PROBLEM_LIMIT)
			tell(c, p);
}

static void check_comment(struct rule_context *c)
{
	vec_each(p, &profile_of(c)->problems.list) {
		if (p->kind != PROBLEM_COMMENT)
			continue;
		struct assessment *x = rule_fail(c, p->span, "JSON has no comments: Docker refuses the profile");
		rule_edit(c, rule_fix(c, x, false, "Take the comment out"), p->span, SLICE_EMPTY);
	}
}

static void check_invalid(struct rule_context *c)
{
	vec_each(p, &profile_of(c)->problems.list)
		if (p->kind == PROBLEM_TYPE || p->kind == PROBLEM_VALUE || p->kind == PROBLEM_MISSING ||
		    p->kind == PROBLEM_CONFLICT)
			tell(c, p);
}

static void check_key(struct rule_context *c)
{
	vec_each(p, &profile_of(c)->problems.list)
		if (p->kind == PROBLEM_UNKNOWN_KEY || p->kind == PROBLEM_DUPLICATE)
			tell(c, p);
}

static void check_unknown(struct rule_context *c)
{
	vec_each(p, &profile_of(c)->problems.list)
		if (p->kind == PROBLEM_UNDEFINED)
			tell(c, p);
}

static bool judged(const struct seccomp_profile *p)
{
	return value_is(p->doc.root, NODE_MAP) && p->default_action != SECCOMP_UNKNOWN;
}

static void check_start(struct rule_context *c)
{
	const struct seccomp_profile *p = profile_of(c);
	struct seccomp_missing_list missing = { 0 };
	struct slice names = SLICE_EMPTY, why = SLICE_EMPTY;
	size_t fatal = 0;

	if (!judged(p))
		return;
	seccomp_start_check(p, &usual, c->arena, &missing);
	vec_each(m, &missing) {
		if (!m->fatal)
			continue;
		if (fatal++ == 0)
			why = m->why;
		if (fatal <= 8)
			names = arena_printf(c->arena, "%.*s%s%.*s", SLICE_ARG(names), fatal > 1 ? ", " : "", SLICE_ARG(m->syscall));
	}
	if (fatal)
		rule_fail(c, head_of(p), "nothing can start under it: it denies %.*s%s (%.*s)", SLICE_ARG(names),
			  fatal > 8 ? " and more" : "", SLICE_ARG(why));
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static bool in_list(const struct slice_list *list, struct slice name)
{
	return list->count && bsearch(&name, list->items, list->count, sizeof(name), by_name);
}

static void check_beyond(struct rule_context *c)
{
	const struct seccomp_profile *p = profile_of(c);
	struct slice_list beyond = { 0 };

	if (!judged(p) || seccomp_action_lets(p->default_action))
		return;
	seccomp_beyond_default(p, &usual, c->arena, &beyond);
	vec_each(rule, &p->rules) {
		if (!seccomp_action_lets(rule->action))
			continue;
		for (size_t i = 0; beyond.count && i < rule->names.count; i++)
			if (in_list(&beyond, rule->names.items[i]))
				rule_fail(c, rule->name_values.items[i]->span, "%.*s is let through, which Docker's own profile denies",
					  SLICE_ARG(slice_first(rule->names.items[i], 60)));
	}
}

static void check_default(struct rule_context *c)
{
	const struct seccomp_profile *p = profile_of(c);

	if (judged(p) && seccomp_action_lets(p->default_action))
		rule_fail(c, p->default_value->span, "all that no rule names is let through%s",
			  p->default_action == SECCOMP_LOG ? ", and written to the log" : "");
}

static void check_architectures(struct rule_context *c)
{
	const struct seccomp_profile *p = profile_of(c);

	if (judged(p) && !p->has_architectures && !p->has_arch_map && !seccomp_action_lets(p->default_action))
		rule_fail(c, head_of(p), "neither architectures nor archMap: programs of the 32-bit architecture are killed, and the file is for one machine only");
}

static void check_errno(struct rule_context *c)
{
	const struct seccomp_profile *p = profile_of(c);

	if (judged(p) && p->default_action == SECCOMP_ERRNO && p->default_errno < 0)
		rule_fail(c, p->default_value->span, "calls that it does not know fail with EPERM: the C library then does not try the older call, as it would for ENOSYS");
}

/* An older call that the C library no longer makes, and the one that it makes. */
static void check_older(struct rule_context *c)
{
	static const struct {
		struct slice older, newer;
	} rows[] = {
		{ SLICE_INIT("open"), SLICE_INIT("openat") },	      { SLICE_INIT("access"), SLICE_INIT("faccessat2") },
		{ SLICE_INIT("stat"), SLICE_INIT("newfstatat") },     { SLICE_INIT("fork"), SLICE_INIT("clone") },
		{ SLICE_INIT("getdents"), SLICE_INIT("getdents64") }, { SLICE_INIT("epoll_wait"), SLICE_INIT("epoll_pwait") },
		{ SLICE_INIT("unlink"), SLICE_INIT("unlinkat") },     { SLICE_INIT("mkdir"), SLICE_INIT("mkdirat") },
		{ SLICE_INIT("rename"), SLICE_INIT("renameat2") },    { SLICE_INIT("accept"), SLICE_INIT("accept4") },
		{ SLICE_INIT("pipe"), SLICE_INIT("pipe2") },	      { SLICE_INIT("dup2"), SLICE_INIT("dup3") },
	};
	const struct seccomp_profile *p = profile_of(c);

	if (!judged(p) || seccomp_action_lets(p->default_action))
		return;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct seccomp_rule *rule = NULL;

		if (seccomp_ask(p, &usual, rows[i].older, &rule) != SECCOMP_ALWAYS || !rule ||
		    seccomp_ask(p, &usual, rows[i].newer, NULL) != SECCOMP_NEVER)
			continue;
		for (size_t k = 0; k < rule->names.count; k++)
			if (slice_eq(rule->names.items[k], rows[i].older)) {
				rule_fail(c, rule->name_values.items[k]->span, "%.*s without %.*s, which programs call in its place",
					  SLICE_ARG(rows[i].older), SLICE_ARG(rows[i].newer));
				break;
			}
	}
}

#define GUIDE "guide:Security Profiles"
#define ENOUGH                                                                                            \
	"\"read\", \"write\", \"openat\", \"close\", \"execve\", \"futex\", \"mmap\", \"mprotect\", "       \
	"\"newfstatat\", \"arch_prctl\", \"exit_group\", \"capset\", \"prctl\", \"setuid\", \"setgid\", "  \
	"\"setgroups\", \"getdents64\", \"fcntl\", \"chdir\", \"rt_sigreturn\", \"pread64\", \"brk\", \"munmap\""
#define PROFILE(more, names)                                                                              \
	"{ \"defaultAction\": \"SCMP_ACT_ERRNO\", " more                                                    \
	"\"syscalls\": [ { \"names\": [" names "], \"action\": \"SCMP_ACT_ALLOW\" } ] }\n"
#define FULL "\"defaultErrnoRet\": 38, \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"], "

static const struct rule_row rows[] = {
	RULE_ROW("seccomp-syntax", "Docker cannot read the profile", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_syntax,
		 "A container with a profile that is no JSON is not created. Mend the place.",
		 "{ \"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [] ]\n", PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-comment", "Comment in a profile", SEVERITY_HIGH, SURE, RULE_FIX_SAFE, check_comment,
		 "JSON has no comments, and no container starts with the file. Rules have a \"comment\" member for it.",
		 "# ours\n" PROFILE(FULL, ENOUGH), PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-invalid", "Profile that Docker refuses", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_invalid,
		 "Names of actions, operators and architectures are those of libseccomp. Correct the value.",
		 "{ \"defaultAction\": \"SCMP_ACT_DENY\", \"syscalls\": [] }\n", PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-key", "Key that nothing reads", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_key,
		 "Docker passes over keys that it does not know, and of two equal ones the last counts. Correct the name.",
		 PROFILE(FULL "\"syscall\": [], ", ENOUGH), PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-syscall-unknown", "Name of no system call", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_unknown,
		 "The rule does nothing for it, and a call that was meant stays denied. Correct the name.",
		 PROFILE(FULL, ENOUGH ", \"raed\""), PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-cannot-start", "No process can start", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_start,
		 "The runtime and the loader need calls of their own before the program runs. Begin with Docker's default profile and take calls away.",
		 PROFILE(FULL, "\"read\", \"write\", \"open\", \"close\""), PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-default-allow", "Everything let through by default", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_default,
		 "A list of what is forbidden misses what is new. Deny by default, and allow what is needed.",
		 "{ \"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [] }\n", PROFILE(FULL, ENOUGH), "cis:5.21", "nist:4.4.3", "cwe:CWE-693", GUIDE),
	RULE_ROW("seccomp-beyond-default", "More than Docker's default", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_beyond,
		 "Docker's profile denies it because exploits begin with it or containers can do without. Leave it out unless the program cannot.",
		 PROFILE(FULL, ENOUGH ", \"kexec_load\""), PROFILE(FULL, ENOUGH), "cis:5.21", "cwe:CWE-693", GUIDE),
	RULE_ROW("seccomp-architectures", "No architectures named", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_architectures,
		 "Without them the filter is for the machine's own architecture only. Name them, or take over archMap.",
		 PROFILE("\"defaultErrnoRet\": 38, ", ENOUGH), PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-errno", "EPERM for unknown calls", SEVERITY_NEGLIGIBLE, SURE, RULE_FIX_NONE, check_errno,
		 "A newer C library tries a newer call first and falls back on ENOSYS only. Set defaultErrnoRet to 38 where calls are allowed by name.",
		 PROFILE("\"architectures\": [\"SCMP_ARCH_X86_64\"], ", ENOUGH), PROFILE(FULL, ENOUGH), GUIDE),
	RULE_ROW("seccomp-older-call", "Older call without its successor", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_older,
		 "The C library makes the newer call, which stays denied. Allow both.",
		 PROFILE(FULL, "\"open\", \"read\""), PROFILE(FULL, ENOUGH ", \"open\""), GUIDE),
};

const struct rule_table seccomp_rules = { RULE_SECCOMP, rows, ARRAY_LEN(rows) };
