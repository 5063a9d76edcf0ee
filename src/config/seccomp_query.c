/* What a profile lets through, beside what a start needs and what Docker's default has. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "config/seccomp_internal.h"

/* ---- situations ---- */

static bool has_cap(const struct seccomp_situation *s, struct slice cap)
{
	/* moby, daemon/pkg/oci/caps: what every container has that asks for nothing. */
	static const struct slice defaults[] = {
		SLICE_INIT("CAP_AUDIT_WRITE"),	SLICE_INIT("CAP_CHOWN"),
		SLICE_INIT("CAP_DAC_OVERRIDE"), SLICE_INIT("CAP_FOWNER"),
		SLICE_INIT("CAP_FSETID"),	SLICE_INIT("CAP_KILL"),
		SLICE_INIT("CAP_MKNOD"),	SLICE_INIT("CAP_NET_BIND_SERVICE"),
		SLICE_INIT("CAP_NET_RAW"),	SLICE_INIT("CAP_SETFCAP"),
		SLICE_INIT("CAP_SETGID"),	SLICE_INIT("CAP_SETPCAP"),
		SLICE_INIT("CAP_SETUID"),	SLICE_INIT("CAP_SYS_CHROOT"),
	};

	for (size_t i = 0; s->default_caps && i < ARRAY_LEN(defaults); i++)
		if (slice_eq(defaults[i], cap))
			return true;
	for (size_t i = 0; i < s->cap_count; i++)
		if (slice_eq(s->caps[i], cap))
			return true;
	return false;
}

static bool kernel_reaches(const struct seccomp_situation *s, unsigned major, unsigned minor)
{
	return !s->kernel_major || s->kernel_major > major ||
	       (s->kernel_major == major && s->kernel_minor >= minor);
}

static bool kernel_text_reaches(const struct seccomp_situation *s, struct slice text)
{
	struct slice major, minor;
	uint64_t a = 0, b = 0;

	slice_split(text, '.', &major, &minor);
	slice_to_u64(major, &a);
	slice_to_u64(minor, &b);
	return a > 1000 || b > 1000 ? false : kernel_reaches(s, (unsigned)a, (unsigned)b);
}

static bool arch_in(struct slice arches, struct slice arch)
{
	struct slice one;

	while (slice_next(&arches, ',', &one))
		if (slice_eq(one, arch))
			return true;
	return false;
}

static bool list_holds(const struct slice_list *list, struct slice text)
{
	vec_each(it, list)
		if (slice_eq(*it, text))
			return true;
	return false;
}

/* All of what it includes is there and none of what it excludes, as in moby. */
static bool applies(const struct seccomp_rule *r, const struct seccomp_situation *s)
{
	if (r->includes.arches.count && !list_holds(&r->includes.arches, s->arch))
		return false;
	if (list_holds(&r->excludes.arches, s->arch))
		return false;
	vec_each(it, &r->includes.caps)
		if (!has_cap(s, *it))
			return false;
	vec_each(it, &r->excludes.caps)
		if (has_cap(s, *it))
			return false;
	if (r->includes.min_kernel.len && !kernel_text_reaches(s, r->includes.min_kernel))
		return false;
	return !r->excludes.min_kernel.len || !kernel_text_reaches(s, r->excludes.min_kernel);
}

/* ---- questions ---- */

enum seccomp_answer seccomp_ask(const struct seccomp_profile *p, const struct seccomp_situation *s,
				struct slice syscall, const struct seccomp_rule **ret_rule)
{
	const struct seccomp_rule *some = NULL, *all = NULL;
	bool fallback = seccomp_action_lets(p->default_action);

	vec_each(r, &p->rules) {
		if (!list_holds(&r->names, syscall) || !applies(r, s))
			continue;
		if (!r->args.count && !all)
			all = r;
		else if (r->args.count && seccomp_action_lets(r->action) != fallback)
			some = r;
	}
	/* A rule for every argument makes those for some of them void. */
	if (ret_rule)
		*ret_rule = all ? all : some;
	if (all)
		return seccomp_action_lets(all->action) ? SECCOMP_ALWAYS : SECCOMP_NEVER;
	if (some)
		return SECCOMP_SOMETIMES;
	return fallback ? SECCOMP_ALWAYS : SECCOMP_NEVER;
}

static int by_name(const void *name, const void *row)
{
	return slice_cmp(*(const struct slice *)name,
			 ((const struct seccomp_default_row *)row)->name);
}

static const struct seccomp_default_row *first_row(struct slice syscall)
{
	const struct seccomp_default_row *row = bsearch(
		&syscall, seccomp_default_rows, seccomp_default_row_count, sizeof(*row), by_name);

	while (row && row > seccomp_default_rows && slice_eq(row[-1].name, syscall))
		row--;
	return row;
}

enum seccomp_answer seccomp_default_allows(const struct seccomp_situation *s, struct slice syscall)
{
	const struct seccomp_default_row *end = seccomp_default_rows + seccomp_default_row_count;
	enum seccomp_answer answer = SECCOMP_NEVER;

	for (const struct seccomp_default_row *r = first_row(syscall);
	     r && r < end && slice_eq(r->name, syscall); r++) {
		if ((r->cap.len && !has_cap(s, r->cap)) ||
		    (r->without_cap.len && has_cap(s, r->without_cap)) ||
		    (r->arches.len && !arch_in(r->arches, s->arch)) ||
		    (r->not_arches.len && arch_in(r->not_arches, s->arch)) ||
		    (r->kernel_major && !kernel_reaches(s, r->kernel_major, r->kernel_minor)))
			continue;
		if (!r->by_argument)
			return SECCOMP_ALWAYS;
		answer = SECCOMP_SOMETIMES;
	}
	return answer;
}

static int by_slice(const void *name, const void *other)
{
	return slice_cmp(*(const struct slice *)name, *(const struct slice *)other);
}

bool seccomp_syscall_exists(struct slice name)
{
	return first_row(name) || bsearch(&name, seccomp_other_syscalls,
					  seccomp_other_syscall_count, sizeof(name), by_slice);
}

/*
 * What runc itself calls once the filter is loaded (libcontainer,
 * standard_init_linux.go: without no-new-privileges the filter is there before
 * privileges are dropped), and what the dynamic loader calls before main().
 * What is fatal of the loader's was tried by denying each call in turn to a
 * program that is linked with glibc 2.36.  Alternatives are parted by '|'.
 */
static const struct {
	const char *calls, *arches;
	bool fatal;
	struct slice why;
} needs[] = {
	{"execve", "", true, SLICE_INIT("runc starts the program with it")},
	{"futex", "", true, SLICE_INIT("runc's threads wait with it")},
	{"openat", "", true, SLICE_INIT("runc opens its exec fifo, the loader libraries")},
	{"read", "", true, SLICE_INIT("the loader reads libraries")},
	{"write", "", true, SLICE_INIT("runc tells its parent that it is ready")},
	{"close", "", true, SLICE_INIT("runc and the loader close what they opened")},
	{"mmap|mmap2", "", true, SLICE_INIT("the loader maps libraries")},
	{"mprotect", "", true, SLICE_INIT("the loader protects what it relocated")},
	{"fstat|newfstatat|fstat64", "", true,
	 SLICE_INIT("the loader asks for a library's size")},
	{"arch_prctl", "amd64", true, SLICE_INIT("the C library sets up thread-local storage")},
	{"exit_group", "", false, SLICE_INIT("a program ends with it")},
	{"capset", "", true, SLICE_INIT("runc sets the capabilities")},
	{"prctl", "", true, SLICE_INIT("runc keeps and drops capabilities")},
	{"setuid|setresuid|setuid32", "", true, SLICE_INIT("runc changes to the user")},
	{"setgid|setresgid|setgid32", "", true, SLICE_INIT("runc changes to the group")},
	{"setgroups|setgroups32", "", true, SLICE_INIT("runc sets the groups")},
	{"getdents64|close_range", "", true, SLICE_INIT("runc closes inherited descriptors")},
	{"fcntl|fcntl64", "", true, SLICE_INIT("runc marks descriptors close-on-exec")},
	{"chdir|fchdir", "", true, SLICE_INIT("runc goes to the working directory")},
	{"rt_sigreturn", "", true, SLICE_INIT("every signal handler returns by it")},
	{"brk", "", false, SLICE_INIT("the C library's memory")},
	{"munmap", "", false, SLICE_INIT("the loader unmaps its cache")},
	{"set_tid_address", "", false, SLICE_INIT("the C library's threads")},
	{"set_robust_list", "", false, SLICE_INIT("the C library's mutexes")},
	{"rt_sigaction", "", false, SLICE_INIT("signal handlers")},
	{"rt_sigprocmask", "", false, SLICE_INIT("signal masks")},
	{"getrandom", "", false, SLICE_INIT("the C library's hash seed")},
	{"prlimit64|getrlimit|ugetrlimit", "", false, SLICE_INIT("the size of the stack")},
	{"pread64", "", true, SLICE_INIT("the loader reads program headers")},
	{"access|faccessat|faccessat2", "", false, SLICE_INIT("the loader looks for preloads")},
	{"clone|clone3|fork|vfork", "", false, SLICE_INIT("a program that starts another")},
	{"wait4|waitid|waitpid", "", false, SLICE_INIT("a shell that waits for its programs")},
};

void seccomp_start_check(const struct seccomp_profile *p, const struct seccomp_situation *s,
			 struct arena *a, struct seccomp_missing_list *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		struct slice rest = slice_from_cstr(needs[i].calls), call;
		bool found =
			needs[i].arches[0] && !arch_in(slice_from_cstr(needs[i].arches), s->arch);

		while (!found && slice_next(&rest, '|', &call))
			found = seccomp_ask(p, s, call, NULL) != SECCOMP_NEVER;
		if (found)
			continue;
		rest = slice_from_cstr(needs[i].calls);
		*vec_add(a, ret) = (struct seccomp_missing){
			.syscall = slice_first(rest, slice_find_byte(rest, '|')),
			.why = needs[i].why,
			.fatal = needs[i].fatal,
		};
	}
}

/* Names of the profile's rules, or all there are where its default lets calls through. */
static void add_beyond(const struct seccomp_profile *p, const struct seccomp_situation *s,
		       struct map *seen, struct slice name, struct arena *a, struct slice_list *ret)
{
	bool fresh;

	map_put(seen, name, &fresh);
	if (!fresh || !seccomp_syscall_exists(name))
		return;
	enum seccomp_answer own = seccomp_ask(p, s, name, NULL);
	if (own > seccomp_default_allows(s, name))
		*vec_add(a, ret) = name;
}

void seccomp_beyond_default(const struct seccomp_profile *p, const struct seccomp_situation *s,
			    struct arena *a, struct slice_list *ret)
{
	struct map seen;

	map_init(&seen);
	vec_each(r, &p->rules)
		vec_each(name, &r->names)
			add_beyond(p, s, &seen, *name, a, ret);
	if (seccomp_action_lets(p->default_action)) {
		for (size_t i = 0; i < seccomp_default_row_count; i++)
			add_beyond(p, s, &seen, seccomp_default_rows[i].name, a, ret);
		for (size_t i = 0; i < seccomp_other_syscall_count; i++)
			add_beyond(p, s, &seen, seccomp_other_syscalls[i], a, ret);
	}
	map_release(&seen);
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), by_slice);
}
