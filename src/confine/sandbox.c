/* What a worker gives up, in the order in which it can. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "confine/internal.h"

/* Of kernels newer than the headers built with: ABI 3 to 6 (Linux 6.2, 6.4, 6.10, 6.12). */
#define ACCESS_FS_TRUNCATE  (1ULL << 14)
#define ACCESS_FS_IOCTL_DEV (1ULL << 15)
#define ACCESS_NET_ALL      3ULL
#define SCOPE_ALL           3ULL

struct ruleset_attribute {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

static uint64_t fs_rights(int abi)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* ABI 1: the first thirteen */

	if (abi >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		rights |= ACCESS_FS_TRUNCATE;
	if (abi >= 5)
		rights |= ACCESS_FS_IOCTL_DEV;
	return rights;
}

static bool enter_landlock(const struct confine *c)
{
	struct ruleset_attribute attribute = { .handled_access_fs = fs_rights(c->landlock_abi) };
	size_t size = sizeof(attribute.handled_access_fs);

	if (c->landlock_abi >= 4) {
		attribute.handled_access_net = ACCESS_NET_ALL;
		size = 2 * sizeof(uint64_t);
	}
	if (c->landlock_abi >= 6) {
		attribute.scoped = SCOPE_ALL;
		size = sizeof(attribute);
	}
	CLEANUP_FD int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attribute, size, 0);
	if (ruleset < 0)
		return false;
	if (c->spec.tree_fd >= 0) {
		struct landlock_path_beneath_attr beneath = {
			.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
			.parent_fd = c->spec.tree_fd,
		};

		if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
			return false;
	}
	return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

static void limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit l = { value, value }, old;

	/* Never above what the caller's own hard limit is. */
	if (getrlimit(resource, &old) == 0 && old.rlim_max != RLIM_INFINITY && old.rlim_max < value)
		l.rlim_cur = l.rlim_max = old.rlim_max;
	setrlimit(resource, &l);
}

/* Bytes of address space in use: what the broker has mapped counts against the worker as well. */
static size_t mapped(void)
{
	CLEANUP_FILE FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages;

	return f && fscanf(f, "%lu", &pages) == 1 ? pages * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* Best effort each: seccomp and Landlock are what a worker is really held by. */
static void set_limits(const struct confine *c)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, c->spec.tree_fd >= 0 ? 512 : 64);
	limit(RLIMIT_STACK, 16 * MIB);
	/* The sanitizers and valgrind reserve terabytes of address space. */
	if (!CONFINE_SANITIZED && !c->emulated)
		limit(RLIMIT_AS, mapped() + (c->spec.memory ? c->spec.memory : LIMIT_WORKER_MEMORY));
}

/*
 * As root, a worker with a directory keeps the one capability that lets it read
 * what it is to read; in a container that is often the wider of the two.  One
 * that the broker has not got must not be asked for: then none would be dropped.
 */
static void drop_capabilities(bool tree)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct held[2] = { 0 }, data[2] = { 0 };

	for (unsigned long cap = 0; cap <= CAP_LAST_CAP; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (tree && syscall(SYS_capget, &header, held) == 0) {
		uint32_t search = 1u << CAP_DAC_READ_SEARCH, override = 1u << CAP_DAC_OVERRIDE;
		uint32_t effective = held[0].effective & held[0].permitted;

		data[0].effective = effective & search ? search : effective & override;
		data[0].permitted = data[0].effective;
	}
	syscall(SYS_capset, &header, data);
}

/*
 * The allow list lets tgkill pass so that abort ends with its own signal; this
 * filter in front of it narrows the call to the worker itself.  It is written
 * here since the number of the process is known only now.
 */
static bool signal_itself_only(void)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { ARRAY_LEN(program), program };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

unsigned confine_enter(const struct confine *c, struct error *err)
{
	unsigned wanted = CONFINE_ALL & ~c->spec.disable, held = 0;

	set_limits(c);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		error_set_errno(err, errno, "PR_SET_DUMPABLE");
	drop_capabilities(c->spec.tree_fd >= 0);
	if ((wanted & CONFINE_NO_NEW_PRIVILEGES) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		held |= CONFINE_NO_NEW_PRIVILEGES;
	if (c->emulated)
		return held;
	if ((wanted & CONFINE_LANDLOCK) && c->landlock_abi > 0 && enter_landlock(c))
		held |= CONFINE_LANDLOCK;
	if ((wanted & CONFINE_SECCOMP) && c->filter.len && (held & CONFINE_NO_NEW_PRIVILEGES) &&
	    signal_itself_only() && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &c->filter) == 0)
		held |= CONFINE_SECCOMP;
	return held;
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Kernels before 5.9, and valgrind, know no close_range. */
static void close_between(unsigned first, unsigned last)
{
	struct rlimit l;

	if (syscall(SYS_close_range, first, last, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur > 1 << 20)
		l.rlim_cur = 1 << 20;
	for (unsigned fd = first; fd <= last && fd < l.rlim_cur; fd++)
		close((int)fd);
}

void confine_close_others(const int *keep, size_t count)
{
	int sorted[WORKER_FDS_MAX + 8];
	size_t n = 0;
	unsigned next = 0;

	for (size_t i = 0; i < count && n < ARRAY_LEN(sorted); i++)
		if (keep[i] >= 0)
			sorted[n++] = keep[i];
	qsort(sorted, n, sizeof(sorted[0]), by_number);
	for (size_t i = 0; i < n; i++) {
		unsigned fd = (unsigned)sorted[i];

		if (fd > next)
			close_between(next, fd - 1);
		next = fd + 1;
	}
	close_between(next, ~0u);
}
