#include "advisory/archive_gpgv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"

#define STATUS_FD 3
#define KEYRINGS_MAX 32
#define POLL_MS 100

enum { TEXT, STATUS, PIPES };

struct gpgv {
	pid_t pid;
	int fds[PIPES]; /* our ends, -1: closed */
	struct buf bytes[PIPES];
};

/* A copy of its own: nobody can change the message between its reading and its verification. */
static int open_message(struct slice message, struct error *err)
{
	CLEANUP_FD int fd = memfd_create("message", MFD_CLOEXEC);

	if (fd < 0 || !io_write_full(fd, message.data, message.len) ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		error_set_errno(err, errno, "handing a message to gpgv");
		return -1;
	}
	return TAKE_FD(fd);
}

static size_t fill_arguments(const struct slice_list *keyrings, struct arena *a, char **arguments)
{
	static const char *const fixed[] = {
		GPGV_PROGRAM, "--quiet", "--status-fd", "3", "--weak-digest", "SHA1", "--output", "-",
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		arguments[n++] = arena_cstr(a, slice_from_cstr(fixed[i]));
	for (size_t i = 0; i < keyrings->count && i < KEYRINGS_MAX; i++) {
		arguments[n++] = arena_cstr(a, SLICE("--keyring"));
		arguments[n++] = arena_cstr(a, keyrings->items[i]);
	}
	arguments[n] = NULL;
	return n;
}

static int spawn(char **arguments, int message, const int pipes[PIPES], pid_t *ret)
{
	char locale[] = "LC_ALL=C", path[] = "PATH=/usr/bin:/bin",
	     *environment[] = { locale, path, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn_file_actions_adddup2(&actions, message, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, pipes[TEXT], STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
						      O_WRONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, pipes[STATUS], STATUS_FD);
	if (rc == 0)
		rc = posix_spawn(ret, GPGV_PROGRAM, &actions, &attributes, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

static bool start(struct gpgv *g, struct slice message, const struct slice_list *keyrings,
		  struct arena *a, struct error *err)
{
	char *arguments[2 * KEYRINGS_MAX + 16];
	int ends[PIPES], pipe_fds[2];
	CLEANUP_FD int in = open_message(message, err);

	if (in < 0)
		return false;
	for (size_t i = 0; i < PIPES; i++) {
		if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
			if (i)
				close(ends[0]);
			return error_set_errno(err, errno, "starting gpgv");
		}
		g->fds[i] = pipe_fds[0];
		ends[i] = pipe_fds[1];
	}
	fill_arguments(keyrings, a, arguments);
	int rc = spawn(arguments, in, ends, &g->pid);
	for (size_t i = 0; i < PIPES; i++)
		close(ends[i]);
	if (rc == 0)
		return true;
	g->pid = 0;
	error_set_errno(err, rc, "starting %s", GPGV_PROGRAM);
	if (rc == ENOENT && err)
		err->code = ERR_NOT_FOUND;
	return false;
}

static bool read_pipe(struct gpgv *g, size_t i, struct error *err)
{
	char *room = buf_reserve(&g->bytes[i], 65536);

	if (!room)
		return error_set(err, ERR_LIMIT, "gpgv says more than %zu bytes", g->bytes[i].cap);
	ssize_t n = read(g->fds[i], room, 65536);
	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0)
		return error_set_errno(err, errno, "reading from gpgv");
	buf_commit(&g->bytes[i], (size_t)n);
	if (n == 0) {
		close(g->fds[i]);
		g->fds[i] = -1;
	}
	return true;
}

/* Until both pipes are closed. */
static bool converse(struct gpgv *g, struct run *run, struct error *err)
{
	int64_t end = run_monotonic_ms() + GPGV_TIMEOUT_MS;

	while (g->fds[TEXT] >= 0 || g->fds[STATUS] >= 0) {
		struct pollfd polls[PIPES] = {
			{ .fd = g->fds[TEXT], .events = POLLIN },
			{ .fd = g->fds[STATUS], .events = POLLIN },
		};

		if (run_interrupted(run, err))
			return false;
		if (run_monotonic_ms() >= end)
			return error_set(err, ERR_TIMEOUT, "gpgv takes more than %d s",
					 GPGV_TIMEOUT_MS / 1000);
		if (poll(polls, PIPES, POLL_MS) < 0 && errno != EINTR)
			return error_set_errno(err, errno, "reading from gpgv");
		for (size_t i = 0; i < PIPES; i++)
			if (g->fds[i] >= 0 && polls[i].revents && !read_pipe(g, i, err))
				return false;
	}
	return true;
}

static bool finish(struct gpgv *g, bool ok, struct error *err)
{
	int status = 0;

	if (!ok)
		kill(g->pid, SIGKILL);
	while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ok && WIFSIGNALED(status))
		return error_set(err, ERR_INTERNAL, "gpgv died of signal %d", WTERMSIG(status));
	return ok;
}

/* At least one signature that is good and valid, and none that is bad. */
static bool judge(struct slice status, struct error *err)
{
	bool good = false, valid = false, bad = false, expired = false;
	struct slice line, unknown = SLICE_EMPTY;

	while (slice_next_line(&status, &line)) {
		if (!slice_cut_prefix(&line, SLICE("[GNUPG:] ")))
			continue;
		good |= slice_starts(line, SLICE("GOODSIG "));
		valid |= slice_starts(line, SLICE("VALIDSIG "));
		bad |= slice_starts(line, SLICE("BADSIG "));
		expired |= slice_starts(line, SLICE("EXPKEYSIG ")) ||
			   slice_starts(line, SLICE("REVKEYSIG ")) ||
			   slice_starts(line, SLICE("EXPSIG "));
		if (slice_cut_prefix(&line, SLICE("NO_PUBKEY ")))
			unknown = line;
	}
	if (bad)
		return error_set(err, ERR_DIGEST, "the signature is bad");
	if (good && valid)
		return true;
	if (expired)
		return error_set(err, ERR_DIGEST,
				 "the signature or its key has expired or is revoked");
	if (!slice_empty(unknown))
		return error_set(err, ERR_DIGEST,
				 "signed by the key %.*s, which is not in the keyring",
				 SLICE_ARG(unknown));
	return error_set(err, ERR_DIGEST, "there is no signature");
}

bool gpgv_verify(struct run *run, struct slice message, const struct slice_list *keyrings,
		 struct slice *ret, struct error *err)
{
	struct gpgv g = { .fds = { -1, -1 } };
	bool ok;

	buf_init(&g.bytes[TEXT], LIMIT_DOCUMENT);
	buf_init(&g.bytes[STATUS], MIB);
	ok = start(&g, message, keyrings, run->arena, err);
	if (ok)
		ok = finish(&g, converse(&g, run, err), err);
	ok = ok && judge(buf_slice(&g.bytes[STATUS]), err);
	if (ok)
		*ret = arena_copy(run->arena, buf_slice(&g.bytes[TEXT]));
	for (size_t i = 0; i < PIPES; i++) {
		if (g.fds[i] >= 0)
			close(g.fds[i]);
		buf_release(&g.bytes[i]);
	}
	return ok;
}
