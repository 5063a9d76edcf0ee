/*
 * A fetcher: a process of the broker's side, with network, that feeds a
 * confined worker through a pipe, so that nothing that comes from elsewhere
 * lies in a file on the way.  Frames: a 32-bit length and that many bytes;
 * length 0: the end; FEED_ERROR: an error follows and is the last.
 */
#ifndef BULWARK_IMAGE_FEED_H
#define BULWARK_IMAGE_FEED_H

#include <sys/types.h>

#include "format/stream.h"
#include "model/run.h"
#include "net/exchange.h"

#define FEED_ERROR 0xffffffffu

struct feed {
	pid_t pid; /* 0: none runs */
};

/* Runs in the fetcher: everything goes to the sink, which cannot restart. */
typedef bool feed_function(void *context, struct http_sink *sink, struct error *err);

/* Forks; *ret_fd is what the worker reads from.  The fetcher ends with the broker. */
bool feed_start(struct feed *f, struct run *run, feed_function *function, void *context,
		int *ret_fd, struct error *err);
/* Ends it, whatever it does, and waits for it. */
void feed_stop(struct feed *f);

/* The worker's side: the bytes, then the end or the fetcher's error. */
struct stream_feed {
	struct stream stream;
	int fd;
	char *buffer;
	size_t at, held; /* of the buffer */
	uint32_t left;	 /* of the frame */
	bool ended;
};
void stream_feed_init(struct stream_feed *s, int fd);

#endif
