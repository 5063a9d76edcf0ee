#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/mem.h"

ssize_t io_read_full(int fd, void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

ssize_t io_pread_full(int fd, void *data, size_t len, off_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)data + done, len - done, offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

bool io_write_full(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool io_read_file(int dirfd, const char *path, size_t max, struct arena *a, struct slice *ret,
		  struct error *err)
{
	struct stat st;
	CLEANUP_FD int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		error_set_errno(err, errno, "%s", path);
		if (errno == ENOENT && err)
			err->code = ERR_NOT_FOUND;
		return false;
	}
	if (fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_IO, "%s: not a regular file", path);
	/* One byte more than allowed tells a file that is too large, or grows. */
	size_t room = st.st_size >= 0 && (uint64_t)st.st_size < max ? (size_t)st.st_size : max;
	if (st.st_size == 0)
		room = max < 65536 ? max : 65536; /* as in /proc */
	char *data = arena_alloc(a, room + 1);
	ssize_t n = io_read_full(fd, data, room + 1);

	if (n < 0)
		return error_set_errno(err, errno, "%s", path);
	if ((size_t)n > room)
		return error_set(err, ERR_LIMIT, "%s: larger than %zu bytes", path, room);
	data[n] = '\0';
	*ret = slice_new(data, (size_t)n);
	return true;
}

static bool sync_directory_of(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	CLEANUP_FREE char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path))
				       : strdup(".");
	if (!dir)
		mem_exhausted();
	CLEANUP_FD int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return error_set_errno(err, errno, "%s", dir);
	return true;
}

bool io_write_file_atomic(const char *path, struct slice data, unsigned mode, struct error *err)
{
	char temporary[PATH_MAX];
	int n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return error_set(err, ERR_LIMIT, "%s: path too long", path);
	CLEANUP_FD int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, errno, "%s", path);
	if (!io_write_full(fd, data.data, data.len) || fchmod(fd, (mode_t)mode) < 0 ||
	    fsync(fd) < 0 || rename(temporary, path) < 0) {
		int saved = errno;

		unlink(temporary);
		return error_set_errno(err, saved, "writing %s", path);
	}
	return sync_directory_of(path, err);
}

bool io_make_dirs(const char *path, struct error *err)
{
	struct stat st;
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(part))
		return error_set(err, ERR_LIMIT, "%s: path too long", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return error_set_errno(err, errno, "creating %s", part);
	}
	if (stat(path, &st) < 0)
		return error_set_errno(err, errno, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return error_set_errno(err, ENOTDIR, "%s", path);
	return true;
}
