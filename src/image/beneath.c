#include "image/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/slice.h"

static int walk(int dir, const char *path, int flags)
{
	CLEANUP_FD int at = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct slice rest = slice_from_cstr(path), name;
	char text[256];

	while (at >= 0 && slice_next(&rest, '/', &name)) {
		if (name.len >= sizeof(text) || slice_is(name, "..")) {
			errno = name.len >= sizeof(text) ? ENAMETOOLONG : EXDEV;
			return -1;
		}
		memcpy(text, name.data, name.len);
		text[name.len] = '\0';
		int more = slice_empty(rest) ? flags : O_RDONLY | O_DIRECTORY;
		int next = openat(at, text, more | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -1;
		close(at);
		at = next;
	}
	return TAKE_FD(at);
}

int beneath_open(int dir, const char *path, int flags, enum beneath_links links)
{
	static const uint64_t resolve[] = {
		[BENEATH_NO_LINKS] = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
		[BENEATH_FOLLOW] = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
		[BENEATH_ROOT] = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC), .resolve = resolve[links]};
	long fd = syscall(SYS_openat2, dir, *path ? path : ".", &how, sizeof(how));

	/* Container engines of before 2020 answer EPERM to a call that they do not know. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return walk(dir, path, flags);
	return (int)fd;
}
