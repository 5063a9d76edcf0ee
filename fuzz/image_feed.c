/* Frames of a fetcher, as its worker reads them: in order, to an end or an error, never beyond. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "image/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("feed", MFD_CLOEXEC);
	struct error err = ERROR_INIT;
	struct stream_feed s;
	struct slice piece;
	uint64_t total = 0, sum = 0;
	bool ok;

	if (fd < 0 || !io_write_full(fd, data, size) || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	stream_feed_init(&s, fd);
	while ((ok = stream_next(&s.stream, &piece, &err)) && !slice_empty(piece)) {
		total += piece.len;
		/* Read through, for the sanitizers. */
		for (size_t i = 0; i < piece.len; i++)
			sum += (uint8_t)piece.data[i];
	}
	if (total > size || sum > total * UINT8_MAX || (!ok && err.code == ERR_NONE))
		abort();
	/* The end stays the end. */
	if (ok && (!stream_next(&s.stream, &piece, &err) || !slice_empty(piece)))
		abort();
	stream_release(&s.stream);
	close(fd);
	return 0;
}
