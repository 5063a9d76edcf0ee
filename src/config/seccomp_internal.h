/* Shared by the files of config/seccomp_profile.h; no other file includes it. */
#ifndef BULWARK_CONFIG_SECCOMP_INTERNAL_H
#define BULWARK_CONFIG_SECCOMP_INTERNAL_H

#include "config/seccomp_profile.h"

/* Empty conditions always hold. */
struct seccomp_default_row {
	struct slice name;
	struct slice cap;         /* needed */
	struct slice without_cap; /* holds only without it */
	struct slice arches;      /* "amd64,x32" */
	struct slice not_arches;
	unsigned kernel_major, kernel_minor;
	bool by_argument;
};

extern const struct seccomp_default_row seccomp_default_rows[]; /* sorted by name */
extern const size_t seccomp_default_row_count;
extern const struct slice seccomp_other_syscalls[];
extern const size_t seccomp_other_syscall_count;

#endif
