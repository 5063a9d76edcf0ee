/* Targets that lie here: archives, layouts, root file systems, directories, files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/digest.h"
#include "image/path.h"
#include "image/source.h"
#include "image/tree.h"

/* What the name means, before anything is opened. */
struct named {
	enum path_kind prefix;
	struct slice path;
	struct slice tag;
};

static int open_path(struct slice path, struct arena *a)
{
	return open(arena_cstr(a, path), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* "image.tar:name:tag" names one of an archive's images, where no such file is. */
static int open_named(struct named *n, struct arena *a)
{
	int fd = open_path(n->path, a);
	size_t colon = slice_find_byte(n->path, ':');

	if (fd >= 0 || errno != ENOENT || colon == n->path.len)
		return fd;
	struct slice path = slice_first(n->path, colon), tag = slice_from(n->path, colon + 1);
	int named = open_path(path, a);
	if (named < 0) {
		errno = ENOENT;
		return -1;
	}
	n->path = path;
	n->tag = tag;
	return named;
}

static bool is_layout(int fd)
{
	struct stat st;

	return fstatat(fd, "oci-layout", &st, 0) == 0 || fstatat(fd, "index.json", &st, 0) == 0;
}

/* What can be told without reading a byte: a directory's kind goes by the names in it. */
static bool set_up(struct work *w, const struct named *n, const struct target_options *options,
		   struct outline_options *outline, struct error *err)
{
	static const enum outline_hint hints[] = {
		[PATH_NONE] = OUTLINE_ANY,	  [PATH_ARCHIVE] = OUTLINE_DOCKER,
		[PATH_OCI] = OUTLINE_OCI,	  [PATH_FS] = OUTLINE_ROOTFS,
		[PATH_DIRECTORY] = OUTLINE_ANY, [PATH_FILE] = OUTLINE_FILE,
	};
	struct stat st;

	if (fstat(w->fd, &st) < 0)
		return error_set_errno(err, errno, "%.*s", SLICE_ARG(n->path));
	w->directory = S_ISDIR(st.st_mode);
	w->size = (uint64_t)st.st_size;
	w->mode = st.st_mode;
	if (!w->directory && !S_ISREG(st.st_mode))
		return error_set(err, ERR_UNSUPPORTED, "%.*s is neither a file nor a directory",
				 SLICE_ARG(n->path));
	if (w->directory && (n->prefix == PATH_FILE || n->prefix == PATH_ARCHIVE))
		return error_set(err, ERR_USAGE, "%.*s is a directory", SLICE_ARG(n->path));
	if (!w->directory && n->prefix == PATH_DIRECTORY)
		return error_set(err, ERR_USAGE, "%.*s is no directory", SLICE_ARG(n->path));
	outline->hint = hints[n->prefix];
	outline->tag = n->tag;
	return work_options(w, options, outline, err);
}

static bool find_outline(struct work *w, const struct named *n,
			 const struct outline_options *options, struct error *err)
{
	if (!w->directory || n->prefix == PATH_OCI)
		return work_outline(w, options, err);
	if (n->prefix == PATH_NONE && is_layout(w->fd))
		return work_outline(w, options, err);
	bool rootfs = n->prefix != PATH_DIRECTORY && tree_is_rootfs(w->fd);
	w->outline.kind = rootfs ? TARGET_ROOTFS : TARGET_DIRECTORY;
	return true;
}

static bool read_opened(struct work *w, const struct named *n, const struct target_options *options,
			struct target_result *ret, struct error *err)
{
	struct outline_options outline = {0};
	struct confine_spec spec = {.tree_fd = -1};

	if (!set_up(w, n, options, &outline, err))
		return false;
	if (w->directory)
		spec.tree_fd = w->fd;
	digest_prepare();
	w->confine = confine_new(&spec, err);
	if (!w->confine)
		return false;
	ret->confined = confine_features(w->confine) == CONFINE_ALL;
	bool ok = find_outline(w, n, &outline, err);
	if (ok) {
		confine_report(w->confine, w->run);
		work_assemble(w, ret);
	}
	confine_free(w->confine);
	return ok;
}

/* "FILE" or "FILE:TAG", where FILE is there. */
bool source_is_path(struct slice name)
{
	struct arena a;
	struct stat st;

	arena_init(&a, 0);
	bool there = lstat(arena_cstr(&a, name), &st) == 0 || errno != ENOENT;
	size_t colon = slice_find_byte(name, ':');
	if (!there && colon && colon < name.len)
		there = stat(arena_cstr(&a, slice_first(name, colon)), &st) == 0 &&
			S_ISREG(st.st_mode);
	arena_release(&a);
	return there;
}

bool source_read_path(struct run *run, const struct target_options *options, struct slice name,
		      enum path_kind kind, struct target_result *ret, struct error *err)
{
	struct work w = {.run = run, .name = options->name, .fd = -1};
	struct named n = {.prefix = kind, .path = name};
	struct buf path;

	CLEANUP_FD int fd = open_named(&n, run->arena);
	if (fd < 0) {
		int os_errno = errno;

		error_set_errno(err, os_errno, "%.*s", SLICE_ARG(n.path));
		if (err && os_errno == ENOENT)
			err->code = ERR_NOT_FOUND;
		return false;
	}
	buf_init(&path, LIMIT_PATH);
	w.fd = fd;
	w.path = path_normalize(&path, n.path) ? buf_slice(&path) : path_base(n.path);
	bool ok = read_opened(&w, &n, options, ret, err);
	buf_release(&path);
	return ok;
}
