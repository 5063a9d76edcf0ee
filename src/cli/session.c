#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "base/timestamp.h"

#define PROGRESS_AFTER_MS 1000
#define TIMEOUT_MS (60 * 60 * 1000) /* so that hostile input cannot keep a pipeline for ever */
#define PROGRESS_EVERY_MS 100

/* "90s", "5m", "1h30m", as Trivy's users write it; a bare number is seconds. */
static bool set_timeout(void *config, struct slice value, struct arena *a, struct error *err)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	struct slice rest = value;
	int64_t total = 0;

	(void)a;
	while (!slice_empty(rest)) {
		size_t digits = 0, letters;
		uint64_t number;
		int64_t scale = 0;

		while (digits < rest.len && ascii_digit(rest.data[digits]))
			digits++;
		for (letters = digits; letters < rest.len && ascii_alpha(rest.data[letters]); letters++)
			;
		struct slice unit = slice_new(rest.data + digits, letters - digits);
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (slice_eq(unit, slice_from_cstr(units[i].unit)) || (slice_empty(unit) && i == 1))
				scale = units[i].ms;
		if (!slice_to_u64(slice_first(rest, digits), &number) || !scale || number > 1000000000)
			return error_set(err, ERR_USAGE, "--timeout takes a time as 90s, 5m or 1h30m, not \"%.*s\"",
					 SLICE_ARG(value));
		total += (int64_t)number * scale;
		rest = slice_from(rest, letters);
	}
	((struct session_config *)config)->timeout_ms = total;
	return true;
}

const struct option_row session_options[] = {
	{ .name = "output", .letter = 'o', .kind = OPTION_TEXT, .argument = "FILE",
	  .help = "write the report there", .fallback = "standard output",
	  .offset = offsetof(struct session_config, output) },
	{ .name = "quiet", .letter = 'q', .kind = OPTION_FLAG,
	  .help = "no progress and no notes", .offset = offsetof(struct session_config, quiet) },
	{ .name = "offline", .kind = OPTION_FLAG,
	  .help = "use no network; what would need it becomes a gap",
	  .offset = offsetof(struct session_config, offline) },
	{ .name = "db", .kind = OPTION_TEXT, .argument = "FILE", .help = "the advisory index",
	  .fallback = "BULWARK_DB, or in the user's cache directory",
	  .offset = offsetof(struct session_config, db) },
	{ .name = "timeout", .kind = OPTION_CUSTOM, .argument = "TIME",
	  .help = "stop after that time, as 90s or 5m, 0: never; what is left becomes a gap",
	  .fallback = "1h", .set = set_timeout },
	{ .name = "threads", .kind = OPTION_NUMBER, .argument = "N", .help = "workers at once",
	  .fallback = "one for each processor", .minimum = 1, .maximum = 256,
	  .offset = offsetof(struct session_config, threads) },
	{ .name = "now", .kind = OPTION_TEXT, .argument = "TIME",
	  .help = "the present time (RFC 3339, a date, or seconds), for reproducible reports",
	  .fallback = "SOURCE_DATE_EPOCH, or the clock", .offset = offsetof(struct session_config, now) },
	{ 0 },
};

void session_config_init(struct session_config *config)
{
	config->timeout_ms = TIMEOUT_MS;
}

/* The handler's one word; everything else reads it through the run. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

static bool read_now(const struct session_config *config, int64_t *ret, struct error *err)
{
	struct slice text = config->now;
	const char *origin = "--now";
	uint64_t seconds;

	if (slice_empty(text)) {
		text = slice_from_cstr(getenv("SOURCE_DATE_EPOCH"));
		origin = "SOURCE_DATE_EPOCH";
	}
	if (slice_empty(text))
		*ret = (int64_t)time(NULL);
	else if (slice_to_u64(text, &seconds) && seconds < (uint64_t)1 << 40)
		*ret = (int64_t)seconds;
	else if (!timestamp_parse(text, ret))
		return error_set(err, ERR_USAGE, "%s: \"%.*s\" is no time", origin, SLICE_ARG(text));
	return true;
}

static void show_progress(void *context, const char *what, uint64_t done, uint64_t total)
{
	struct session *s = context;
	int64_t now = run_monotonic_ms();

	if (!s->terminal || now - s->started_ms < PROGRESS_AFTER_MS || now - s->shown_ms < PROGRESS_EVERY_MS)
		return;
	s->shown_ms = now;
	s->progress_shown = true;
	if (total)
		fprintf(stderr, "\r\033[K%s %llu of %llu", what, (unsigned long long)done, (unsigned long long)total);
	else
		fprintf(stderr, "\r\033[K%s %llu", what, (unsigned long long)done);
	fflush(stderr);
}

static void show_log(void *context, enum log_level level, struct slice message)
{
	struct session *s = context;

	if (s->config->quiet || level == LOG_DEBUG)
		return;
	session_end_progress(s);
	cli_message("%.*s", SLICE_ARG(message));
}

bool session_begin(struct session *s, const struct session_config *config, struct arena *a,
		   struct error *err)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	*s = (struct session){ .config = config, .started_ms = run_monotonic_ms() };
	run_init(&s->run, a);
	if (!read_now(config, &s->run.now, err))
		return false;
	s->terminal = !config->quiet && isatty(STDERR_FILENO);
	s->run.threads = config->threads ? (unsigned)config->threads : processors > 0 ? (unsigned)processors : 1;
	s->run.offline = config->offline;
	s->run.deadline_ms = config->timeout_ms ? s->started_ms + config->timeout_ms : 0;
	s->run.log = show_log;
	s->run.progress = show_progress;
	s->run.context = s;
	s->run.cancelled = &interrupted;
	/* Once: a second interrupt ends the program at once. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return true;
}

void session_end_progress(struct session *s)
{
	if (s->progress_shown)
		fputs("\r\033[K", stderr);
	s->progress_shown = false;
}

struct slice session_cache_dir(struct arena *a)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && cache[0] == '/')
		return arena_printf(a, "%s/bulwark", cache);
	if (home && home[0] == '/')
		return arena_printf(a, "%s/.cache/bulwark", home);
	return SLICE("/var/cache/bulwark");
}

const char *session_index_path(const struct session_config *config, struct arena *a)
{
	const char *named = getenv("BULWARK_DB");

	if (!slice_empty(config->db))
		return arena_cstr(a, config->db);
	if (named && *named)
		return named;
	return arena_printf(a, "%.*s/advisories.bwdb", SLICE_ARG(session_cache_dir(a))).data;
}

/*
 * What is no plain file is written into and not replaced: a device must stay
 * one, and a link's file is meant, as with /dev/stdout.
 */
static bool write_into(const char *path, struct slice bytes, struct error *err)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);

	return (fd >= 0 && io_write_full(fd, bytes.data, bytes.len)) ||
	       error_set_errno(err, errno, "writing %s", path);
}

bool session_write(const struct session *s, struct slice bytes, struct error *err)
{
	char path[4096];
	struct stat st;

	if (slice_empty(s->config->output) || slice_is(s->config->output, "-"))
		return io_write_full(STDOUT_FILENO, bytes.data, bytes.len) ||
		       error_set_errno(err, errno, "standard output");
	if (s->config->output.len >= sizeof(path))
		return error_set(err, ERR_USAGE, "--output: path too long");
	snprintf(path, sizeof(path), "%.*s", SLICE_ARG(s->config->output));
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_into(path, bytes, err);
	return io_write_file_atomic(path, bytes, 0644, err);
}

unsigned session_columns(const struct session *s)
{
	struct winsize size;

	if (!slice_empty(s->config->output) || !isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		return size.ws_col;
	return 80;
}
