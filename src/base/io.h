/* Whole reads and writes over descriptors, and files of bounded size. */
#ifndef BULWARK_BASE_IO_H
#define BULWARK_BASE_IO_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

/* Reads until len bytes or the end of file; -1 with errno on error. */
ssize_t io_read_full(int fd, void *data, size_t len);
ssize_t io_pread_full(int fd, void *data, size_t len, off_t offset);
/* Writes everything or returns false with errno. */
bool io_write_full(int fd, const void *data, size_t len);

/*
 * The whole regular file into the arena.  More than max bytes is ERR_LIMIT; a
 * missing file is ERR_NOT_FOUND.  dirfd may be AT_FDCWD.
 */
bool io_read_file(int dirfd, const char *path, size_t max, struct arena *a, struct slice *ret,
		  struct error *err);

/*
 * Replaces `path` by rename, after fsync of the new bytes, so that a reader
 * sees the old or the new file and never a part.  The temporary name is in
 * the same directory.
 */
bool io_write_file_atomic(const char *path, struct slice data, unsigned mode, struct error *err);

/* mkdir -p with mode 0755. */
bool io_make_dirs(const char *path, struct error *err);

#endif
