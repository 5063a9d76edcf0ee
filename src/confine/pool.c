/* The pool: forks workers, reads their records, and outlives whatever they do. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/wire.h"
#include "confine/internal.h"

enum {
	TYPE_END = WORKER_TYPE_RESERVED,
	TYPE_ERROR,
};

#define FRAME_HEAD 8
#define PIPE_SIZE (1 << 20)
#define READ_SIZE ((size_t)256 * 1024)
#define POLL_MS 100
#define BUFFER_KEPT (4 * READ_SIZE)

struct worker_output {
	int fd;
};

/* --- the worker's side --- */

static bool send_frame(int fd, uint32_t type, struct slice record)
{
	uint32_t head[2] = { type, (uint32_t)record.len };

	return io_write_full(fd, head, sizeof(head)) && io_write_full(fd, record.data, record.len);
}

bool worker_send(struct worker_output *out, uint32_t type, struct slice record)
{
	return record.len <= LIMIT_RECORD && type < WORKER_TYPE_RESERVED && send_frame(out->fd, type, record);
}

static void send_error(int fd, const struct error *err)
{
	struct buf b;

	buf_init(&b, 2 * ERROR_MESSAGE_MAX);
	wire_put_u32(&b, (uint32_t)err->code);
	wire_put_u32(&b, (uint32_t)err->os_errno);
	wire_put_u64(&b, (uint64_t)err->offset);
	wire_put_slice(&b, slice_from_cstr(err->message));
	send_frame(fd, TYPE_ERROR, buf_slice(&b));
	buf_release(&b);
}

/* Standard descriptors become /dev/null, but those that serve as something else. */
static void leave_terminal(const struct confine *c, const int *keep, size_t count)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		bool named = fd == STDERR_FILENO && CONFINE_SANITIZED;

		for (size_t i = 0; i < count; i++)
			named |= keep[i] == fd;
		if (!named)
			dup2(c->null_fd, fd);
	}
}

/* The broker's handlers mean nothing here; a crash must end the worker. */
static void own_signals(void)
{
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	/* The broker decides; what a terminal sends reaches the whole group. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static _Noreturn void be_worker(const struct confine *c, const struct worker_job *job, int fed, int fd,
				pid_t broker)
{
	int keep[WORKER_FDS_MAX + 6] = { fd, c->spec.tree_fd, fed };
	static const int standard[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	struct worker_output out = { fd };
	struct error err = ERROR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != broker)
		_exit(1);
	own_signals();
	memcpy(keep + 3, job->fds, job->fd_count * sizeof(job->fds[0]));
	leave_terminal(c, keep, 3 + job->fd_count);
	memcpy(keep + 3 + job->fd_count, standard, sizeof(standard));
	confine_close_others(keep, 6 + job->fd_count);
	unsigned held = confine_enter(c, &err);
	if (held != c->features) {
		error_set(&err, ERR_WORKER, "a worker could not be confined");
		send_error(fd, &err);
		_exit(1);
	}
	error_clear(&err);
	if (job->run(job->job, &out, &err)) {
		send_frame(fd, TYPE_END, SLICE_EMPTY);
	} else {
		if (err.code == ERR_NONE)
			error_set(&err, ERR_INTERNAL, "a worker failed without saying why");
		send_error(fd, &err);
	}
	_exit(0);
}

/* --- the broker's side --- */

struct worker {
	size_t job;
	pid_t pid; /* 0: free place */
	int fd;
	struct buf bytes;
	size_t taken; /* bytes of the buffer that are dealt with */
	bool ended;   /* its last frame came, or it was stopped */
	struct error err;
};

struct pool {
	const struct confine *confine;
	struct run *run;
	const struct worker_job *jobs;
	const struct worker_events *events;
	struct worker *workers;
	struct pollfd *polls;
	size_t places, running;
};

static void finish_job(struct pool *p, size_t job, const struct error *err)
{
	if (err->code == ERR_NONE) {
		p->events->on_end(p->events->context, job, NULL);
		return;
	}
	p->events->on_end(p->events->context, job, err);
}

static void describe_death(const struct worker_job *job, int status, struct error *err)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		error_set(err, ERR_WORKER, "%.*s: the worker was stopped at a forbidden system call",
			  SLICE_ARG(job->name));
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		error_set(err, ERR_WORKER, "%.*s: the worker was killed: the machine is out of memory, or "
			  "it hid from its work", SLICE_ARG(job->name));
	else if (WIFSIGNALED(status))
		error_set(err, ERR_WORKER, "%.*s: the worker died of SIG%s", SLICE_ARG(job->name),
			  sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
	else
		error_set(err, ERR_WORKER, "%.*s: the worker ended early with status %d",
			  SLICE_ARG(job->name), WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void reap(struct pool *p, struct worker *w)
{
	int status = 0;

	close(w->fd);
	/*
	 * One that has closed its pipe has nothing left to do, and must not be
	 * waited for.  On one that is dying already the signal has no effect.
	 */
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!w->ended)
		describe_death(&p->jobs[w->job], status, &w->err);
	finish_job(p, w->job, &w->err);
	buf_clear(&w->bytes);
	if (w->bytes.alloc > BUFFER_KEPT)
		buf_release(&w->bytes);
	w->pid = 0;
	p->running--;
}

static void start(struct pool *p, size_t job)
{
	struct worker *w = p->workers;
	struct error err = ERROR_INIT;
	CLEANUP_FD int fed = -1;
	int fds[2];

	while (w->pid)
		w++;
	if (p->jobs[job].feed && !p->jobs[job].feed(p->jobs[job].job, &fed, &err)) {
		finish_job(p, job, &err);
		return;
	}
	if (pipe2(fds, O_CLOEXEC) < 0) {
		error_set_errno(&err, errno, "%.*s: pipe", SLICE_ARG(p->jobs[job].name));
		finish_job(p, job, &err);
		return;
	}
	fcntl(fds[0], F_SETPIPE_SZ, PIPE_SIZE); /* fewer switches; a smaller pipe works too */
	pid_t broker = getpid(), pid = fork();
	if (pid == 0)
		be_worker(p->confine, &p->jobs[job], fed, fds[1], broker);
	int saved = errno;
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		error_set_errno(&err, saved, "%.*s: fork", SLICE_ARG(p->jobs[job].name));
		finish_job(p, job, &err);
		return;
	}
	w->job = job;
	w->pid = pid;
	w->fd = fds[0];
	w->taken = 0;
	w->ended = false;
	w->err = (struct error)ERROR_INIT;
	p->running++;
}

static void stop(struct worker *w)
{
	w->ended = true;
	kill(w->pid, SIGKILL);
}

static void take_error(struct worker *w, struct slice record)
{
	struct cursor c;

	cursor_init(&c, record);
	uint32_t code = wire_get_u32(&c), os_errno = wire_get_u32(&c);
	int64_t offset = (int64_t)wire_get_u64(&c);
	struct slice message = wire_get_slice(&c);
	if (c.failed || code == ERR_NONE || code > ERR_INTERNAL) {
		error_set(&w->err, ERR_WORKER, "the worker's error makes no sense");
		return;
	}
	error_set(&w->err, (enum error_code)code, "%.*s", SLICE_ARG(message));
	w->err.os_errno = (int)os_errno;
	w->err.offset = offset < -1 ? -1 : offset;
}

static void take_frame(struct pool *p, struct worker *w, uint32_t type, struct slice record)
{
	struct error err = ERROR_INIT;

	if (type == TYPE_END) {
		w->ended = true;
	} else if (type == TYPE_ERROR) {
		take_error(w, record);
		w->ended = true;
	} else if (type > TYPE_ERROR ||
		   !p->events->on_record(p->events->context, w->job, type, record, &err)) {
		if (err.code == ERR_NONE)
			error_set(&err, ERR_WORKER, "%.*s: the worker's answer makes no sense",
				  SLICE_ARG(p->jobs[w->job].name));
		w->err = err;
		stop(w);
	}
}

/* Every whole frame in the buffer. */
static void take_frames(struct pool *p, struct worker *w)
{
	while (!w->ended && w->bytes.len - w->taken >= FRAME_HEAD) {
		uint32_t head[2];

		memcpy(head, w->bytes.data + w->taken, sizeof(head));
		if (head[1] > LIMIT_RECORD) {
			error_set(&w->err, ERR_WORKER, "%.*s: the worker announced a record of %u bytes",
				  SLICE_ARG(p->jobs[w->job].name), head[1]);
			stop(w);
			return;
		}
		if (w->bytes.len - w->taken - FRAME_HEAD < head[1])
			break;
		struct slice record = slice_new(w->bytes.data + w->taken + FRAME_HEAD, head[1]);
		w->taken += FRAME_HEAD + head[1];
		take_frame(p, w, head[0], record);
	}
	/* What is left of a frame moves to the front. */
	size_t rest = w->bytes.len - w->taken;
	if (w->taken && rest)
		memmove(w->bytes.data, w->bytes.data + w->taken, rest);
	w->bytes.len = rest;
	w->taken = 0;
}

/* False: the worker has closed its pipe. */
static bool read_worker(struct pool *p, struct worker *w)
{
	char *room = buf_reserve(&w->bytes, READ_SIZE);

	if (!room) {
		error_set(&w->err, ERR_WORKER, "%.*s: the worker's record is too large",
			  SLICE_ARG(p->jobs[w->job].name));
		stop(w);
		return false;
	}
	ssize_t n = read(w->fd, room, READ_SIZE);
	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	buf_commit(&w->bytes, (size_t)n);
	take_frames(p, w);
	return !w->ended;
}

static void poll_workers(struct pool *p)
{
	nfds_t count = 0;

	for (size_t i = 0; i < p->places; i++) {
		if (!p->workers[i].pid)
			continue;
		p->polls[count++] = (struct pollfd){ .fd = p->workers[i].fd, .events = POLLIN };
	}
	if (poll(p->polls, count, POLL_MS) <= 0)
		return;
	for (nfds_t k = 0; k < count; k++) {
		if (!p->polls[k].revents)
			continue;
		for (size_t i = 0; i < p->places; i++) {
			struct worker *w = &p->workers[i];

			if (w->pid && w->fd == p->polls[k].fd) {
				if (!read_worker(p, w))
					reap(p, w);
				break;
			}
		}
	}
}

static void stop_all(struct pool *p, const struct error *why)
{
	for (size_t i = 0; i < p->places; i++) {
		struct worker *w = &p->workers[i];

		if (!w->pid)
			continue;
		w->err = *why;
		stop(w);
		reap(p, w);
	}
}

void confine_run(struct confine *c, struct run *run, const struct worker_job *jobs, size_t count,
		 const struct worker_events *events)
{
	struct pool p = { .confine = c, .run = run, .jobs = jobs, .events = events };
	struct error why = ERROR_INIT;
	size_t next = 0;

	p.places = run->threads ? run->threads : 1;
	if (p.places > count)
		p.places = count;
	p.workers = mem_alloc_zero(p.places, sizeof(*p.workers));
	p.polls = mem_alloc_zero(p.places, sizeof(*p.polls));
	for (size_t i = 0; i < p.places; i++)
		buf_init(&p.workers[i].bytes, LIMIT_RECORD + FRAME_HEAD + READ_SIZE);
	while ((next < count || p.running) && !run_interrupted(run, &why)) {
		while (next < count && p.running < p.places)
			start(&p, next++);
		if (p.running)
			poll_workers(&p);
	}
	stop_all(&p, &why);
	for (; next < count; next++)
		finish_job(&p, next, &why);
	for (size_t i = 0; i < p.places; i++)
		buf_release(&p.workers[i].bytes);
	free(p.workers);
	free(p.polls);
}
