#include "format/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/mem.h"

static bool file_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct stream_file *s = (struct stream_file *)stream;
	size_t want = s->left < STREAM_PIECE ? (size_t)s->left : STREAM_PIECE;

	*ret = SLICE_EMPTY;
	if (!want)
		return true;
	if (!s->buffer)
		s->buffer = mem_alloc(STREAM_PIECE);
	ssize_t got = io_pread_full(s->fd, s->buffer, want, (off_t)s->offset);
	if (got < 0)
		return error_set_errno(err, errno, "cannot read");
	/* A file that shrinks below what its owner measured must not look complete. */
	if ((size_t)got < want)
		return error_set_at(err, ERR_FORMAT, s->offset + (uint64_t)got,
				    "the file ends where more bytes should stand");
	s->offset += (uint64_t)got;
	s->left -= (uint64_t)got;
	*ret = slice_new(s->buffer, (size_t)got);
	return true;
}

static void file_release(struct stream *stream)
{
	struct stream_file *s = (struct stream_file *)stream;

	free(s->buffer);
	s->buffer = NULL;
}

void stream_file_init(struct stream_file *s, int fd, uint64_t offset, uint64_t length)
{
	*s = (struct stream_file){
		.stream = { .next = file_next, .release = file_release },
		.fd = fd,
		.offset = offset,
		.left = length,
	};
}

static bool memory_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct stream_memory *s = (struct stream_memory *)stream;

	(void)err;
	*ret = s->bytes;
	s->bytes = SLICE_EMPTY;
	return true;
}

void stream_memory_init(struct stream_memory *s, struct slice bytes)
{
	*s = (struct stream_memory){ .stream = { .next = memory_next }, .bytes = bytes };
}
