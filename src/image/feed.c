#include "image/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/wire.h"

#define PIPE_SIZE (1 << 20)
#define FRAME_MAX ((uint32_t)1 << 30)
#define HEAD	  sizeof(uint32_t)

/* ---- the fetcher ---- */

struct pipe_sink {
	struct http_sink sink;
	int fd;
};

static bool put_frame(int fd, uint32_t type, struct slice bytes)
{
	return io_write_full(fd, &type, HEAD) && io_write_full(fd, bytes.data, bytes.len);
}

static bool pipe_write(struct http_sink *s, struct slice bytes, struct error *err)
{
	struct pipe_sink *p = (struct pipe_sink *)s;

	return slice_empty(bytes) || put_frame(p->fd, (uint32_t)bytes.len, bytes) ||
	       error_set_errno(err, errno, "the worker takes no more");
}

static void put_error(int fd, const struct error *err)
{
	struct buf b;

	buf_init(&b, 2 * ERROR_MESSAGE_MAX);
	wire_put_u32(&b, (uint32_t)err->code);
	wire_put_slice(&b, slice_from_cstr(err->message));
	put_frame(fd, FEED_ERROR, buf_slice(&b));
	buf_release(&b);
}

static _Noreturn void be_fetcher(struct run *run, feed_function *function, void *context, int fd,
				 pid_t broker)
{
	struct pipe_sink sink = { .sink = { .write = pipe_write }, .fd = STDERR_FILENO + 1 };
	struct error err = ERROR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != broker)
		_exit(1);
	/* It holds credentials: no core file, no looking on. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	if (fd != sink.fd && dup2(fd, sink.fd) < 0)
		_exit(1);
	/* Connections and other workers' pipes are the broker's. */
	syscall(SYS_close_range, sink.fd + 1, ~0u, 0);
	run->progress = NULL;
	if (function(context, &sink.sink, &err))
		put_frame(sink.fd, 0, SLICE_EMPTY);
	else
		put_error(sink.fd, &err);
	_exit(0);
}

bool feed_start(struct feed *f, struct run *run, feed_function *function, void *context,
		int *ret_fd, struct error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "pipe");
	fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE);
	pid_t broker = getpid(), pid = fork();
	if (pid == 0) {
		close(fds[0]);
		be_fetcher(run, function, context, fds[1], broker);
	}
	int saved = errno;
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return error_set_errno(err, saved, "fork");
	}
	f->pid = pid;
	*ret_fd = fds[0];
	return true;
}

void feed_stop(struct feed *f)
{
	if (!f->pid)
		return;
	kill(f->pid, SIGKILL);
	while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
		;
	f->pid = 0;
}

/* ---- the worker ---- */

/* At least `want` bytes in the buffer, which has room for them. */
static bool fill(struct stream_feed *s, size_t want, struct error *err)
{
	if (s->held - s->at >= want)
		return true;
	memmove(s->buffer, s->buffer + s->at, s->held - s->at);
	s->held -= s->at;
	s->at = 0;
	while (s->held < want) {
		ssize_t n = read(s->fd, s->buffer + s->held, STREAM_PIECE - s->held);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, errno, "reading what is fetched");
		if (n == 0)
			return error_set(err, ERR_NETWORK, "the process that fetches it has died");
		s->held += (size_t)n;
	}
	return true;
}

static bool take_error(struct stream_feed *s, struct error *err)
{
	struct cursor c;

	if (!fill(s, 2 * HEAD, err))
		return false;
	cursor_init(&c, slice_new(s->buffer + s->at, 2 * HEAD));
	uint32_t code = wire_get_u32(&c), len = wire_get_u32(&c);
	if (code == ERR_NONE || code > ERR_INTERNAL || len > ERROR_MESSAGE_MAX ||
	    !fill(s, 2 * HEAD + len, err))
		return error_set(err, ERR_NETWORK, "fetching it failed");
	return error_set(err, (enum error_code)code, "%.*s", (int)len, s->buffer + s->at + 2 * HEAD);
}

static bool next_frame(struct stream_feed *s, struct error *err)
{
	if (!fill(s, HEAD, err))
		return false;
	memcpy(&s->left, s->buffer + s->at, HEAD);
	s->at += HEAD;
	if (s->left == FEED_ERROR)
		return take_error(s, err);
	s->ended = s->left == 0;
	return s->left <= FRAME_MAX || error_set(err, ERR_INTERNAL, "a frame is too large");
}

static bool feed_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct stream_feed *s = (struct stream_feed *)stream;

	*ret = SLICE_EMPTY;
	if (!s->buffer)
		s->buffer = mem_alloc(STREAM_PIECE);
	if (s->left == 0 && !s->ended && !next_frame(s, err))
		return false;
	if (s->ended)
		return true;
	if (!fill(s, 1, err))
		return false;
	size_t len = s->held - s->at;
	if (len > s->left)
		len = s->left;
	*ret = slice_new(s->buffer + s->at, len);
	s->at += len;
	s->left -= (uint32_t)len;
	return true;
}

static void feed_release(struct stream *stream)
{
	struct stream_feed *s = (struct stream_feed *)stream;

	free(s->buffer);
	s->buffer = NULL;
}

void stream_feed_init(struct stream_feed *s, int fd)
{
	*s = (struct stream_feed){
		.stream = { .next = feed_next, .release = feed_release },
		.fd = fd,
	};
}
