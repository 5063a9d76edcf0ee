/*
 * The run: the context that everything gets handed.  No globals: clock,
 * limits of the user, cancellation, threads and sinks are all here.
 */
#ifndef BULWARK_MODEL_RUN_H
#define BULWARK_MODEL_RUN_H

#include <signal.h>

#include "base/arena.h"
#include "model/gap.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING };

struct run {
	struct arena *arena;        /* lives as long as the run's results */
	int64_t now;                /* --now, SOURCE_DATE_EPOCH or the clock; seconds UTC */
	int64_t deadline_ms;        /* CLOCK_MONOTONIC milliseconds, 0: none */
	volatile sig_atomic_t *cancelled; /* set by the signal handler; may be NULL */
	unsigned threads;           /* workers at once, at least 1 */
	bool offline;
	struct gap_list gaps;
	void (*log)(void *context, enum log_level level, struct slice message); /* may be NULL */
	void (*progress)(void *context, const char *what, uint64_t done, uint64_t total); /* may be NULL */
	void *context;
};

void run_init(struct run *r, struct arena *a);
void run_log(struct run *r, enum log_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* True when the deadline has passed or the run was cancelled; err says which. */
bool run_interrupted(const struct run *r, struct error *err);
int64_t run_monotonic_ms(void);
/* gap_add to the run's list. */
void run_gap(struct run *r, enum gap_kind kind, enum gap_reason reason, struct slice subject,
	     const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
