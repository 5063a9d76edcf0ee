#include "model/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void run_init(struct run *r, struct arena *a)
{
	*r = (struct run){ .arena = a, .threads = 1 };
}

void run_log(struct run *r, enum log_level level, const char *fmt, ...)
{
	char text[ERROR_MESSAGE_MAX];
	va_list args;

	if (!r->log)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	r->log(r->context, level, slice_from_cstr(text));
}

int64_t run_monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool run_interrupted(const struct run *r, struct error *err)
{
	if (r->cancelled && *r->cancelled) {
		error_set(err, ERR_CANCELLED, "interrupted");
		return true;
	}
	if (r->deadline_ms && run_monotonic_ms() >= r->deadline_ms) {
		error_set(err, ERR_TIMEOUT, "the time limit was reached");
		return true;
	}
	return false;
}

void run_gap(struct run *r, enum gap_kind kind, enum gap_reason reason, struct slice subject,
	     const char *fmt, ...)
{
	char text[ERROR_MESSAGE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	gap_add(&r->gaps, r->arena, kind, reason, subject, "%s", text);
}
