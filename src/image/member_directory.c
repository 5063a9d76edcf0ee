#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "image/beneath.h"
#include "image/member.h"

int member_directory_open(int fd, struct slice name, uint64_t *ret_size, struct error *err)
{
	char path[LIMIT_PATH];
	struct stat st;

	if (name.len >= sizeof(path)) {
		error_set(err, ERR_LIMIT, "a file name is too long");
		return -1;
	}
	memcpy(path, name.data, name.len);
	path[name.len] = '\0';
	CLEANUP_FD int file = beneath_open(fd, path, O_RDONLY | O_NONBLOCK, BENEATH_FOLLOW);
	if (file < 0 || fstat(file, &st) < 0) {
		if (errno == ENOENT)
			error_set(err, ERR_NOT_FOUND, "the layout has no file %s", path);
		else
			error_set_errno(err, errno, "%s", path);
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		error_set(err, ERR_FORMAT, "%s is no regular file", path);
		return -1;
	}
	*ret_size = (uint64_t)st.st_size;
	return TAKE_FD(file);
}

static bool directory_find(struct member_source *s, struct slice name, struct member *ret,
			   struct error *err)
{
	struct member_directory *d = (struct member_directory *)s;
	CLEANUP_FD int file = member_directory_open(d->fd, name, &ret->size, err);

	ret->offset = 0;
	return file >= 0;
}

static bool directory_read(struct member_source *s, struct slice name, struct arena *a,
			   struct slice *ret, struct error *err)
{
	struct member_directory *d = (struct member_directory *)s;
	uint64_t size;
	CLEANUP_FD int file = member_directory_open(d->fd, name, &size, err);

	if (file < 0)
		return false;
	if (size > LIMIT_MANIFEST)
		return error_set(err, ERR_LIMIT, "%.*s has more than %zu bytes", SLICE_ARG(name),
				 LIMIT_MANIFEST);
	char *bytes = arena_alloc(a, (size_t)size + 1);
	ssize_t got = io_read_full(file, bytes, (size_t)size);
	if (got < 0)
		return error_set_errno(err, errno, "%.*s", SLICE_ARG(name));
	*ret = slice_new(bytes, (size_t)got);
	return true;
}

void member_directory_init(struct member_directory *d, int fd)
{
	*d = (struct member_directory){.source = {directory_find, directory_read}, .fd = fd};
}
