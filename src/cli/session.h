/*
 * What the commands share: the run made from options and environment, the
 * policy's files, the output file, progress and interrupts.
 */
#ifndef BULWARK_CLI_SESSION_H
#define BULWARK_CLI_SESSION_H

#include "base/buf.h"
#include "cli/command.h"
#include "model/policy.h"
#include "model/run.h"

/* Stands first in every configuration that uses session_options. */
struct session_config {
	struct slice now;
	int64_t timeout_ms; /* 0: none; session_config_init sets an hour */
	int64_t threads;    /* 0: one for each processor */
	bool quiet;
	bool offline;
	struct slice output;
	struct slice db;
};

extern const struct option_row session_options[];

struct session {
	struct run run;
	const struct session_config *config;
	bool terminal;      /* standard error is one */
	int64_t started_ms, shown_ms;
	bool progress_shown;
};

/* Defaults that are not zero. */
void session_config_init(struct session_config *config);

/* Sets up the run; false with ERR_USAGE. */
bool session_begin(struct session *s, const struct session_config *config, struct arena *a,
		   struct error *err);
/* Takes the progress line off the terminal. */
void session_end_progress(struct session *s);

/* --db, BULWARK_DB, or the cache directory's "advisories.bwdb"; NUL-terminated, in the arena. */
const char *session_index_path(const struct session_config *config, struct arena *a);
/* The program's cache directory, in the arena. */
struct slice session_cache_dir(struct arena *a);

/* Writes to --output (replaced by rename) or standard output. */
bool session_write(const struct session *s, struct slice bytes, struct error *err);
/* Is the report going to a terminal, and how wide is it? 0: none. */
unsigned session_columns(const struct session *s);

#endif
