/*
 * AppArmor profiles as text (apparmor.d(5)): profiles, their flags, and rules
 * by kind, without resolving includes or variables.  Whether the kernel would
 * enforce it is not asked.
 */
#ifndef BULWARK_CONFIG_APPARMOR_H
#define BULWARK_CONFIG_APPARMOR_H

#include "config/problem.h"

enum apparmor_kind {
	APPARMOR_FILE,
	APPARMOR_CAPABILITY,
	APPARMOR_NETWORK,
	APPARMOR_MOUNT,
	APPARMOR_REMOUNT,
	APPARMOR_UMOUNT,
	APPARMOR_PIVOT_ROOT,
	APPARMOR_PTRACE,
	APPARMOR_SIGNAL,
	APPARMOR_DBUS,
	APPARMOR_UNIX,
	APPARMOR_RLIMIT,
	APPARMOR_CHANGE_PROFILE,
	APPARMOR_INCLUDE,
	APPARMOR_ABI,
	APPARMOR_VARIABLE,
	APPARMOR_USERNS,
	APPARMOR_IO_URING,
	APPARMOR_MQUEUE,
	APPARMOR_ALL,
	APPARMOR_LINK,
	APPARMOR_ALIAS,
	APPARMOR_OTHER,
};

struct apparmor_rule {
	enum apparmor_kind kind;
	bool deny, audit, owner;
	struct slice path; /* of file rules; the include's name */
	struct slice permissions; /* "rwklx", "ix" ... of file rules */
	struct slice_list
		words; /* of the others, behind the keyword; empty: everything of the kind */
	struct span span; /* without the closing comma */
};

struct apparmor_profile {
	struct slice name; /* or the path it attaches to */
	struct slice attachment;
	struct slice_list flags; /* "complain", "unconfined", "attach_disconnected"... */
	struct VEC_OF(struct apparmor_rule) rules;
	int32_t parent; /* number of the profile that it is a child of, -1: none */
	bool hat;
	struct span span; /* of its header */
};

struct apparmor_file {
	struct VEC_OF(struct apparmor_profile) profiles;
	struct VEC_OF(
		struct apparmor_rule) preamble; /* includes, variables, abi outside of profiles */
	struct problem_list problems;
};

bool apparmor_recognise(struct slice text);
void apparmor_read(struct slice text, uint32_t source, struct arena *a, struct apparmor_file *ret);

#endif
