/*
 * Streams of bytes, pulled piece by piece; filters stand on one another:
 * file -> digest -> inflate -> digest -> tar.  A piece belongs to the stream
 * and lives until the next call.
 */
#ifndef BULWARK_FORMAT_STREAM_H
#define BULWARK_FORMAT_STREAM_H

#include "base/error.h"
#include "base/slice.h"

struct stream {
	/* The next piece, never empty but at the end; false on error. */
	bool (*next)(struct stream *s, struct slice *ret, struct error *err);
	void (*release)(struct stream *s); /* may be NULL; does not release what it reads from */
};

static inline bool stream_next(struct stream *s, struct slice *ret, struct error *err)
{
	return s->next(s, ret, err);
}

static inline void stream_release(struct stream *s)
{
	if (s && s->release)
		s->release(s);
}

/* `length` bytes of a descriptor from `offset` on, by pread; the descriptor stays the caller's. */
#define STREAM_PIECE ((size_t)256 * 1024)
struct stream_file {
	struct stream stream;
	int fd;
	uint64_t offset, left;
	char *buffer; /* STREAM_PIECE bytes */
};
void stream_file_init(struct stream_file *s, int fd, uint64_t offset, uint64_t length);

/* Bytes in memory. */
struct stream_memory {
	struct stream stream;
	struct slice bytes;
};
void stream_memory_init(struct stream_memory *s, struct slice bytes);

#endif
