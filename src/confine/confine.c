#include "confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "confine/internal.h"

/* Exit status of the trial child: its features above this. */
#define TRIAL_BASE 64

static int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* valgrind runs its client in its own process: a filter would stop valgrind. */
static bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

/* Which features really hold here, found out by a child that takes them all on. */
static bool try_out(struct confine *c, struct error *err)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return error_set_errno(err, errno, "fork");
	if (pid == 0)
		_exit(TRIAL_BASE + (int)confine_enter(c, NULL));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set_errno(err, errno, "waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) >= TRIAL_BASE &&
	    WEXITSTATUS(status) <= TRIAL_BASE + CONFINE_ALL)
		c->features = (unsigned)WEXITSTATUS(status) - TRIAL_BASE;
	return true;
}

/* The filter depends on whether Landlock holds, and only a trial tells. */
static bool prepare(struct confine *c, struct error *err)
{
	bool tree = c->spec.tree_fd >= 0;
	bool landlock = c->landlock_abi > 0 && !(c->spec.disable & CONFINE_LANDLOCK);

	/* Without a filter seccomp does not hold, which the trial finds. */
	if (!c->emulated)
		confine_make_filter(tree, landlock, &c->filter, NULL);
	if (!try_out(c, err))
		return false;
	if (c->emulated || !tree || !landlock || (c->features & CONFINE_LANDLOCK))
		return true;
	free(c->filter.filter);
	confine_make_filter(tree, false, &c->filter, NULL);
	return try_out(c, err);
}

struct confine *confine_new(const struct confine_spec *spec, struct error *err)
{
	struct confine *c = mem_alloc_zero(1, sizeof(*c));

	c->spec = *spec;
	c->emulated = under_valgrind();
	c->landlock_abi = c->emulated ? 0 : landlock_abi();
	c->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (c->null_fd < 0) {
		error_set_errno(err, errno, "/dev/null");
	} else if (!prepare(c, err)) {
		error_wrap(err, "preparing confined workers");
	} else if (spec->require && c->features != CONFINE_ALL) {
		error_set(err, ERR_UNSUPPORTED, "this kernel cannot confine workers completely");
	} else {
		return c;
	}
	confine_free(c);
	return NULL;
}

void confine_free(struct confine *c)
{
	if (!c)
		return;
	free(c->filter.filter);
	if (c->null_fd >= 0)
		close(c->null_fd);
	free(c);
}

unsigned confine_features(const struct confine *c)
{
	return c->features;
}

void confine_report(const struct confine *c, struct run *run)
{
	static const struct {
		enum confine_feature feature;
		const char *name;
	} rows[] = {
		{ CONFINE_NO_NEW_PRIVILEGES, "no-new-privileges" },
		{ CONFINE_LANDLOCK, "Landlock" },
		{ CONFINE_SECCOMP, "seccomp" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!(c->features & rows[i].feature))
			run_gap(run, GAP_NOTE, GAP_REASON_CONFINEMENT, SLICE("workers"),
				"untrusted input was read without %s: %s", rows[i].name,
				c->emulated ? "the program runs under valgrind"
					    : "this kernel or its container does not give it");
}

void *confine_shared_new(size_t size)
{
	/* NORESERVE: an upper bound may be asked for, and only what is written costs memory. */
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void confine_shared_free(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}
