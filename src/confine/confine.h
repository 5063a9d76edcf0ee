/*
 * What a process gives up before it reads untrusted bytes: descriptors,
 * resources, privileges, the file system (Landlock) and system calls
 * (seccomp).  What the kernel does not offer is left out and told, so that
 * the caller can report a degraded confinement.
 * Sources: landlock(7), seccomp(2), prctl(2), getrlimit(2), capabilities(7).
 */
#ifndef BULWARK_CONFINE_CONFINE_H
#define BULWARK_CONFINE_CONFINE_H

#include "base/error.h"
#include "base/slice.h"

/* Tests name here what shall be treated as missing from the kernel. */
enum confine_disable {
	CONFINE_NO_LANDLOCK = 1 << 0,
	CONFINE_NO_SECCOMP = 1 << 1,
};

struct confine_spec {
	/*
	 * A directory beneath which files and directories may be opened for
	 * reading, -1: nothing can be opened.  Without Landlock the tree is no
	 * boundary for reading; openat2 then fails with ENOSYS, since seccomp
	 * cannot look into its argument.
	 */
	int tree_fd;
	const int *fds;       /* descriptors that stay open besides; they belong to the caller */
	size_t fd_count;
	size_t memory;        /* bytes of address space beyond what is mapped at the start; 0: LIMIT_WORKER_MEMORY */
	uint64_t cpu_seconds; /* 0: no limit */
	bool require;         /* fail where Landlock or seccomp is missing */
	unsigned disable;     /* enum confine_disable bits */
};

#define CONFINE_SPEC_INIT { .tree_fd = -1 }

/* What holds. */
struct confine_status {
	bool no_new_privileges;
	bool capabilities; /* none left, but reading past permissions in a tree that was readable before */
	bool landlock;
	bool seccomp;
	int landlock_abi;  /* 0: none */
};

/* True when all of it holds. */
bool confine_complete(const struct confine_status *s);
/* Narrows *s to what holds in both. */
void confine_status_join(struct confine_status *s, const struct confine_status *other);
/* "Landlock and seccomp": what is missing, for people; empty when nothing is. Static text. */
struct slice confine_missing(const struct confine_status *s);

/*
 * The seccomp programs and what the kernel can do, found out once; building
 * the programs takes milliseconds, installing one takes microseconds.
 */
struct confine_kit;
struct confine_kit *confine_kit_new(void) __attribute__((returns_nonnull));
void confine_kit_free(struct confine_kit *k);

/*
 * Confines the calling process for good.  All descriptors are closed but
 * output_fd (-1: none), spec->tree_fd and spec->fds; 0, 1 and 2 become
 * /dev/null unless named (standard error stays in sanitizer builds).
 * False: the process must end, being neither free nor confined.
 */
bool confine_self(const struct confine_kit *k, const struct confine_spec *spec, int output_fd,
		  struct confine_status *ret, struct error *err);

/*
 * Zeroed memory that is shared with processes forked later, for large answers.
 * A worker may write there until it is reaped: read it after its end only,
 * and as untrusted input.
 */
struct confine_shared {
	void *data;
	size_t size;
};
bool confine_shared_new(struct confine_shared *s, size_t size, struct error *err);
void confine_shared_release(struct confine_shared *s);

#endif
