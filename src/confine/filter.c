/* The system calls of a worker: an allow list, made once and inherited by each fork. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/mem.h"
#include "confine/internal.h"

/* A forbidden call ends the process; a sanitizer's report needs some, so there it only fails. */
#define FORBIDDEN (CONFINE_SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS)

/* Reading what is open, memory, time, and ending. */
static const int always[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(close), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall), SCMP_SYS(fadvise64),
	SCMP_SYS(rseq), SCMP_SYS(tgkill), /* abort; only of itself, see sandbox.c */
	SCMP_SYS(sysinfo),                /* the C library's qsort asks how much memory there is */
};

/* For a worker that has a directory; Landlock says beneath which one. */
static const int with_tree[] = {
	SCMP_SYS(getdents64), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(fstatfs), SCMP_SYS(readlinkat), SCMP_SYS(fcntl), SCMP_SYS(dup),
};

/* What the sanitizers' allocators and checkers call besides. */
static const int sanitizer[] = {
	SCMP_SYS(mprotect), SCMP_SYS(sched_getaffinity), SCMP_SYS(prctl), SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64), SCMP_SYS(getppid), SCMP_SYS(getuid),
};

static int allow_all(scmp_filter_ctx ctx, const int *calls, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	return rc;
}

/*
 * Opening files.  Where nothing may be opened, an attempt to read fails and
 * does not kill: the C library tries on its own, for /etc/localtime say.
 * What openat2 would do stands in memory, where a filter cannot look: only
 * Landlock keeps it from writing.
 */
static int add_opening(scmp_filter_ctx ctx, bool tree, bool landlock)
{
	const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
	int rc = seccomp_rule_add(ctx, tree ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1,
				  SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0));

	if (rc == 0 && tree)
		rc = seccomp_rule_add(ctx, landlock ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS),
				      SCMP_SYS(openat2), 0);
	/* fstat is this call in some C libraries. */
	if (rc == 0 && !tree)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
				      SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
	return rc;
}

static int add_rules(scmp_filter_ctx ctx, bool tree, bool landlock)
{
	int rc = allow_all(ctx, always, ARRAY_LEN(always));

	/* Memory may be mapped, never as a program. */
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0 && !CONFINE_SANITIZED)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0 && tree)
		rc = allow_all(ctx, with_tree, ARRAY_LEN(with_tree));
	if (rc == 0)
		rc = add_opening(ctx, tree, landlock);
	if (rc == 0 && CONFINE_SANITIZED)
		rc = allow_all(ctx, sanitizer, ARRAY_LEN(sanitizer));
	return rc;
}

/* libseccomp writes the program to a descriptor only. */
static bool export_filter(scmp_filter_ctx ctx, struct sock_fprog *ret, struct error *err)
{
	CLEANUP_FD int fd = memfd_create("seccomp", MFD_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, errno, "memfd_create");
	int rc = seccomp_export_bpf(ctx, fd);
	off_t size = rc == 0 ? lseek(fd, 0, SEEK_END) : -1;
	if (rc != 0 || size <= 0 || (size_t)size / sizeof(struct sock_filter) > UINT16_MAX)
		return error_set(err, ERR_INTERNAL, "cannot make the seccomp filter");
	ret->filter = mem_alloc((size_t)size);
	ret->len = (unsigned short)((size_t)size / sizeof(struct sock_filter));
	if (io_pread_full(fd, ret->filter, (size_t)size, 0) != size) {
		free(ret->filter);
		*ret = (struct sock_fprog){ 0 };
		return error_set(err, ERR_INTERNAL, "cannot read the seccomp filter back");
	}
	return true;
}

bool confine_make_filter(bool tree, bool landlock, struct sock_fprog *ret, struct error *err)
{
	scmp_filter_ctx ctx = seccomp_init(FORBIDDEN);

	*ret = (struct sock_fprog){ 0 };
	if (!ctx)
		return error_set(err, ERR_UNSUPPORTED, "seccomp is not available");
	/* A binary tree instead of a list: a few comparisons for each call. */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	int rc = add_rules(ctx, tree, landlock);
	bool ok = rc == 0 ? export_filter(ctx, ret, err)
			  : error_set_errno(err, -rc, "cannot make the seccomp filter");
	seccomp_release(ctx);
	return ok;
}
