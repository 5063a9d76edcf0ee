/*
 * Workers: forked processes that are confined (confine.h) before they read a
 * byte of untrusted input, and answer with length-prefixed records over a
 * pipe.  A worker that crashes, lies or hangs is an error of its job.
 *
 *	struct worker_pool pool;
 *	worker_pool_init(&pool, run->threads);
 *	pool.deadline_ms = run->deadline_ms;
 *	pool.cancelled = run->cancelled;
 *	worker_pool_run(&pool, jobs, count, &handlers, &err);
 *	if (!confine_complete(&pool.status)) ...
 *	worker_pool_release(&pool);
 */
#ifndef BULWARK_CONFINE_WORKER_H
#define BULWARK_CONFINE_WORKER_H

#include <signal.h>

#include "confine/confine.h"

struct worker_output;

/*
 * Runs in the worker.  It sees the memory of the broker as it was at the fork;
 * what it changes is gone with it.  False with err: the job failed.
 */
typedef bool worker_function(void *argument, struct worker_output *out, struct error *err);

/*
 * Sends a record of at most LIMIT_RECORD bytes.  Types from WORKER_TYPES on
 * are taken.  False: the broker is gone, or the record is too long.
 */
#define WORKER_TYPES 0xffffff00u
bool worker_put(struct worker_output *out, uint32_t type, struct slice record, struct error *err);

struct worker_job {
	worker_function *function;
	void *argument;
	struct confine_spec spec;
};

/* Called in the broker, in its one thread.  False with err stops the whole run. */
struct worker_handlers {
	void *context;
	/* Records of one job come in the order they were put, those of several jobs mixed. */
	bool (*on_record)(void *context, size_t job, uint32_t type, struct slice record,
			  struct error *err);
	/*
	 * Once for each job, the last that is heard of it.  `failure` NULL: its
	 * function returned true.  Else what it returned, or ERR_WORKER when the
	 * worker died or broke the protocol.  May be NULL.
	 */
	bool (*on_end)(void *context, size_t job, const struct error *failure, struct error *err);
};

struct worker_pool {
	unsigned workers;                 /* at once, at least 1 */
	int64_t deadline_ms;              /* CLOCK_MONOTONIC milliseconds, 0: none */
	volatile sig_atomic_t *cancelled; /* may be NULL */
	struct confine_status status;     /* what held in every worker so far */
	uint64_t started;                 /* workers so far; 0: the status says what the kernel offers */
	struct confine_kit *kit;
};

void worker_pool_init(struct worker_pool *p, unsigned workers);
void worker_pool_release(struct worker_pool *p);

/*
 * Runs the jobs, started in their order, and returns when all have ended.
 * False: the deadline (ERR_TIMEOUT), cancellation (ERR_CANCELLED), a handler's
 * error, or no process could be started (ERR_IO); every worker is then ended
 * and reaped, and of the rest of the jobs nothing is heard.
 */
bool worker_pool_run(struct worker_pool *p, const struct worker_job *jobs, size_t count,
		     const struct worker_handlers *handlers, struct error *err);

#endif
