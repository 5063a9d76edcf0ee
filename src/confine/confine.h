/*
 * Worker processes.  Whatever reads untrusted bytes does it in one: a forked
 * child that gives up everything it does not need before it reads, and answers
 * with length-prefixed records over a pipe.
 *
 * A worker has: the descriptors it was given, memory up to a limit, and, where
 * it is given a directory, read access beneath that directory.  It has no
 * network, cannot write a file, start a program, signal or trace others.
 *
 * Sources: landlock(7), seccomp(2), prctl(2); Linux Documentation/userspace-api.
 */
#ifndef BULWARK_CONFINE_CONFINE_H
#define BULWARK_CONFINE_CONFINE_H

#include "base/slice.h"
#include "model/run.h"

enum confine_feature {
	CONFINE_NO_NEW_PRIVILEGES = 1,
	CONFINE_LANDLOCK = 2,
	CONFINE_SECCOMP = 4,
	CONFINE_ALL = 7,
};

#define WORKER_FDS_MAX 8

struct confine_spec {
	/*
	 * Directory beneath which workers may read, -1: none; stays the caller's.
	 * Without Landlock the tree is no boundary for reading, and openat2 fails
	 * with ENOSYS.
	 */
	int tree_fd;
	size_t memory;    /* address space in bytes, beyond what is mapped at the fork; 0: LIMIT_WORKER_MEMORY */
	unsigned disable; /* enum confine_feature: treated as if the kernel lacked them */
	bool require;     /* ERR_UNSUPPORTED instead of workers without all features */
};

struct confine; /* filters made once, and what this kernel gave */

/* Tries the whole confinement out once in a child. NULL on error. */
struct confine *confine_new(const struct confine_spec *spec, struct error *err);
void confine_free(struct confine *c);
/* enum confine_feature bits that workers really have. */
unsigned confine_features(const struct confine *c);
/* Adds one gap (a note; with `require` nothing runs at all) for what is missing. */
void confine_report(const struct confine *c, struct run *run);

/* --- the worker's side --- */

struct worker_output;

/* Types from 0xffffff00 on are the protocol's own. */
#define WORKER_TYPE_RESERVED 0xffffff00u

/* Sends one record of at most LIMIT_RECORD bytes. False: the broker is gone, or the record too large. */
bool worker_send(struct worker_output *out, uint32_t type, struct slice record);

/* Runs in the child. False with err: the broker's on_end gets the error. */
typedef bool worker_function(void *job, struct worker_output *out, struct error *err);

struct worker_job {
	worker_function *run;
	void *job;                /* the child has its own copy by the fork */
	int fds[WORKER_FDS_MAX];  /* descriptors that stay open in the child, besides the tree's */
	size_t fd_count;
	struct slice name;        /* for messages: "layer 3 of app.tar" */
	/*
	 * Called in the broker right before the fork, so that no more is fed than
	 * works: gives one more descriptor for the child to read from (the job has
	 * to remember it), which the broker closes after the fork.  NULL: none.
	 * False: the job ends with that error.
	 */
	bool (*feed)(void *job, int *ret_fd, struct error *err);
};

/* --- the broker's side --- */

struct worker_events {
	/* One record; it lives until the call returns. False with err: the worker lied and is stopped. */
	bool (*on_record)(void *context, size_t job, uint32_t type, struct slice record, struct error *err);
	/* Once for each job, also for those never started. err NULL: it ended well. */
	void (*on_end)(void *context, size_t job, const struct error *err);
	void *context;
};

/*
 * Runs the jobs, at most run->threads at once, started in their order.
 * Records of one job come in order, those of different jobs in any: results
 * must not depend on that.  A worker that dies gives ERR_WORKER naming the
 * signal; the deadline and cancellation of the run stop what is left.
 */
void confine_run(struct confine *c, struct run *run, const struct worker_job *jobs, size_t count,
		 const struct worker_events *events);

/* Zeroed memory that the broker and workers forked later share; NULL: none to be had. */
void *confine_shared_new(size_t size);
void confine_shared_free(void *p, size_t size);

#endif
