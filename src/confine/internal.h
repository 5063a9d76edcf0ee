/* Between the files of this room. */
#ifndef BULWARK_CONFINE_INTERNAL_H
#define BULWARK_CONFINE_INTERNAL_H

#include <linux/filter.h>
#include <sys/types.h>

#include "confine/confine.h"

#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED 0
#endif

struct confine {
	struct confine_spec spec;
	unsigned features;
	int landlock_abi;          /* 0: none */
	struct sock_fprog filter;  /* seccomp program */
	int null_fd;               /* /dev/null, for the standard descriptors of workers */
	bool emulated;             /* under valgrind, whose own system calls a filter would stop */
};

/* sandbox.c: runs in the child; returns the features that hold, with err where a wanted one failed. */
unsigned confine_enter(const struct confine *c, struct error *err);
/* sandbox.c: closes every descriptor but these (any order, -1 is passed over). */
void confine_close_others(const int *keep, size_t count);
/* filter.c: the allow list as a program, freed by the caller; `landlock`: it will hold as well. */
bool confine_make_filter(bool tree, bool landlock, struct sock_fprog *ret, struct error *err);

#endif
