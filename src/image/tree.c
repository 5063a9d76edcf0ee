#include "image/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "image/beneath.h"
#include "image/path.h"

/* Refusals told one by one; the rest is counted. */
#define REFUSALS_TOLD 100
/* As much of a file is enough to know whether a row wants it. */
#define FIRST_BYTES 512
/* Paths of directories that wait for their turn. */
#define PENDING_MAX (256 * MIB)

struct inode {
	dev_t dev;
	ino_t ino;
};
struct inode_list VEC_OF(struct inode);

struct tree {
	const struct tree_job *job;
	struct record_sink *sink;
	struct keeper keeper;
	struct buf pending; /* paths of directories, each followed by its length */
	struct buf path;    /* of the entry */
	struct arena arena;
	struct inode_list kept; /* files of rows with fixed paths */
	dev_t root_device;
	struct statfs root_fs;
	uint64_t refused;
	bool full;
	struct record_end end;
};

/* statfs(2) types of file systems that hold no files of anybody's. */
static bool is_pseudo(const struct statfs *fs)
{
	static const unsigned long magics[] = {
		0x9fa0,	    /* proc */
		0x62656572, /* sysfs */
		0x1cd1,	    /* devpts */
		0x27e0eb,   /* cgroup */
		0x63677270, /* cgroup2 */
		0x64626720, /* debugfs */
		0x74726163, /* tracefs */
		0x73636673, /* securityfs */
		0xf97cff8c, /* selinuxfs */
		0xcafe4a11, /* bpf */
		0x6165676c, /* pstore */
		0x19800202, /* mqueue */
		0x958458f6, /* hugetlbfs */
		0x62656570, /* configfs */
		0x65735543, /* fusectl */
		0x42494e4d, /* binfmt_misc */
		0xde5e81e4, /* efivarfs */
		0x0187,	    /* autofs */
		0x6e736673, /* nsfs */
		0x67596969, /* rpc_pipefs */
		0x09041934, /* anonymous inodes */
	};

	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if ((unsigned long)fs->f_type == magics[i])
			return true;
	return false;
}

/* Other machines' files, and containers' views of files that lie elsewhere in the tree already. */
static const char *foreign_name(const struct statfs *fs)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} rows[] = {
		{0x6969, "NFS"},      {0xff534d42, "CIFS"}, {0xfe534d42, "SMB"},
		{0x01021997, "9p"},   {0x00c36400, "Ceph"}, {0x794c7630, "overlay"},
		{0x65735546, "FUSE"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((unsigned long)fs->f_type == rows[i].magic)
			return rows[i].name;
	return NULL;
}

__attribute__((format(printf, 6, 7))) static bool put_gap(struct tree *t, enum gap_kind kind,
							  enum gap_reason reason,
							  struct slice subject, struct error *err,
							  const char *fmt, ...)
{
	char text[ERROR_MESSAGE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	struct gap gap = {.kind = kind,
			  .reason = reason,
			  .offset = -1,
			  .subject = slice_empty(subject) ? t->job->name : subject,
			  .message = slice_from_cstr(text)};
	return record_put_gap(t->sink, &gap, err);
}

/* Whether a distribution's database is expected at the path, or somewhere below it. */
static bool holds_database(const struct tree *t, struct slice path)
{
	for (size_t i = 0; i < inventory_row_count; i++) {
		const struct inventory_row *row = inventory_rows[i];
		const char *const *fixed = row->fixed_paths;

		if (!row->os_database || !(row->scopes & t->job->keep.scope))
			continue;
		if (row->matches(path))
			return true;
		for (; fixed && *fixed; fixed++) {
			struct slice rest = slice_from_cstr(*fixed);

			if (slice_cut_prefix(&rest, path) &&
			    (slice_empty(path) || slice_starts(rest, SLICE("/"))))
				return true;
		}
	}
	return false;
}

static bool put_refusal(struct tree *t, struct slice path, int os_errno, struct error *err)
{
	bool blocking = holds_database(t, path);
	char text[128];

	if (os_errno == ENOENT) /* gone since the directory was read */
		return true;
	if (!blocking && t->refused++ >= REFUSALS_TOLD)
		return true;
	return put_gap(t, blocking ? GAP_BLOCKING : GAP_LOCAL, GAP_REASON_UNREADABLE, path, err,
		       "%s", strerror_r(os_errno, text, sizeof(text)));
}

/* The directory's path and the name into t->path; false: too long. */
static bool join(struct tree *t, struct slice dir, const char *name)
{
	buf_clear(&t->path);
	buf_add_slice(&t->path, dir);
	if (!slice_empty(dir))
		buf_add_byte(&t->path, '/');
	buf_add_slice(&t->path, slice_from_cstr(name));
	return !t->path.overflow;
}

static void push(struct tree *t, struct slice path)
{
	uint32_t len = (uint32_t)path.len;

	if (!buf_reserve(&t->pending, path.len + sizeof(len) + 1)) {
		t->full = true;
		return;
	}
	buf_add_slice(&t->pending, path);
	buf_add_byte(&t->pending, '\0');
	buf_add(&t->pending, &len, sizeof(len));
}

/* The last directory pushed; its text stands until the next push. */
static bool pop(struct tree *t, struct slice *ret)
{
	uint32_t len;

	if (t->pending.len == 0)
		return false;
	memcpy(&len, t->pending.data + t->pending.len - sizeof(len), sizeof(len));
	t->pending.len -= sizeof(len) + 1 + len;
	*ret = slice_new(t->pending.data + t->pending.len, len);
	return true;
}

static bool is_kept(const struct tree *t, const struct stat *st)
{
	for (size_t i = 0; i < t->kept.count; i++)
		if (t->kept.items[i].dev == st->st_dev && t->kept.items[i].ino == st->st_ino)
			return true;
	return false;
}

static void remember(struct tree *t, struct slice path, const struct stat *st)
{
	const struct inventory_row *row = inventory_match_path(t->job->keep.scope, path);

	if (row && row->fixed_paths)
		*vec_add(&t->arena, &t->kept) = (struct inode){st->st_dev, st->st_ino};
}

/* A file that cannot be read to its end is a gap of its own, not the walk's end. */
static bool read_open_file(struct tree *t, int fd, const struct stat *st, struct slice path,
			   struct error *err)
{
	struct inventory_file file = {
		.path = path, .size = (uint64_t)st->st_size, .mode = st->st_mode};
	struct stream_file bytes;
	struct error why = ERROR_INIT;
	bool kept;

	stream_file_init(&bytes, fd, 0, file.size);
	bool ok = keeper_file(&t->keeper, &file, &bytes.stream, &kept, &why);
	stream_release(&bytes.stream);
	if (kept)
		remember(t, path, st);
	if (ok)
		return true;
	const struct inventory_row *row = inventory_match_path(t->job->keep.scope, path);
	return put_gap(t, row && row->os_database ? GAP_BLOCKING : GAP_LOCAL,
		       gap_reason_of_error(why.code), path, err, "%s", why.message);
}

static bool visit_file(struct tree *t, int dir, const char *name, const struct stat *st,
		       struct error *err)
{
	struct slice path = buf_slice(&t->path);
	struct inventory_file file = {
		.path = path, .size = (uint64_t)st->st_size, .mode = st->st_mode};
	struct stat opened;
	char first[FIRST_BYTES];

	t->end.files++;
	t->end.bytes += file.size;
	if (!keeper_looks(&t->keeper, &file))
		return true;
	CLEANUP_FD int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &opened) < 0)
		return put_refusal(t, path, errno, err);
	if (!S_ISREG(opened.st_mode))
		return true;
	ssize_t got = io_pread_full(fd, first, sizeof(first), 0);
	if (got >= 0 && !keeper_looks_further(&t->keeper, &file, slice_new(first, (size_t)got)))
		return true;
	return read_open_file(t, fd, &opened, path, err);
}

/* Version control keeps no installed thing. */
static bool skips(const struct tree *t, struct slice path, const char *name)
{
	if (!(t->job->keep.scope & INVENTORY_IMAGE) &&
	    (!strcmp(name, ".git") || !strcmp(name, ".hg") || !strcmp(name, ".svn")))
		return true;
	return keep_skips_dir(&t->job->keep, path);
}

static bool visit(struct tree *t, int dir, struct slice parent, const struct dirent *d,
		  struct error *err)
{
	struct stat st;

	if (d->d_type != DT_DIR && d->d_type != DT_REG && d->d_type != DT_UNKNOWN)
		return true;
	if (!join(t, parent, d->d_name))
		return put_gap(t, GAP_LOCAL, GAP_REASON_LIMIT, parent, err,
			       "a path below is longer than %zu bytes", LIMIT_PATH);
	if (d->d_type == DT_DIR) {
		if (!skips(t, buf_slice(&t->path), d->d_name))
			push(t, buf_slice(&t->path));
		return true;
	}
	if (fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return put_refusal(t, buf_slice(&t->path), errno, err);
	if (S_ISDIR(st.st_mode) && !skips(t, buf_slice(&t->path), d->d_name))
		push(t, buf_slice(&t->path));
	return !S_ISREG(st.st_mode) || visit_file(t, dir, d->d_name, &st, err);
}

/* Whether an open directory belongs to the tree; a mount of something else does not. */
static bool belongs(struct tree *t, int fd, struct slice path, bool *ret, struct error *err)
{
	struct stat st;
	struct statfs fs;

	*ret = true;
	if (fstat(fd, &st) < 0 || st.st_dev == t->root_device || fstatfs(fd, &fs) < 0)
		return true;
	const char *foreign = foreign_name(&fs);
	*ret = !is_pseudo(&fs) && !(foreign && fs.f_type != t->root_fs.f_type);
	if (!foreign || *ret)
		return true;
	return put_gap(t, holds_database(t, path) ? GAP_BLOCKING : GAP_NOTE, GAP_REASON_UNSUPPORTED,
		       path, err, "a mounted %s file system is not looked into; scan it by its own path",
		       foreign);
}

static bool read_directory(struct tree *t, struct slice path, struct error *err)
{
	char text[LIMIT_PATH + 1];
	bool inside, ok = true;

	memcpy(text, path.data, path.len);
	text[path.len] = '\0';
	path.data = text;
	CLEANUP_FD int fd =
		beneath_open(t->job->fd, text, O_RDONLY | O_DIRECTORY, BENEATH_NO_LINKS);
	if (fd < 0)
		return put_refusal(t, path, errno, err);
	if (!belongs(t, fd, path, &inside, err))
		return false;
	if (!inside)
		return true;
	DIR *dir = fdopendir(fd);
	if (!dir)
		return put_refusal(t, path, errno, err);
	TAKE_FD(fd);
	for (const struct dirent *d; ok && (d = readdir(dir)) != NULL;) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (++t->end.entries > LIMIT_TAR_ENTRIES)
			t->full = true;
		else
			ok = visit(t, dirfd(dir), path, d, err);
	}
	closedir(dir);
	return ok;
}

/* ---- fixed paths that a link leads elsewhere ---- */

static bool read_fixed_file(struct tree *t, int fd, struct slice path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || is_kept(t, &st))
		return true;
	return read_open_file(t, fd, &st, path, err);
}

static bool read_fixed_directory(struct tree *t, int fd, struct slice path, struct error *err)
{
	DIR *dir = fdopendir(dup(fd));
	bool ok = true;

	if (!dir)
		return true;
	for (const struct dirent *d; ok && (d = readdir(dir)) != NULL;) {
		CLEANUP_FD int file = openat(dirfd(dir), d->d_name,
					     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

		if (file >= 0 && join(t, path, d->d_name))
			ok = read_fixed_file(t, file, buf_slice(&t->path), err);
	}
	closedir(dir);
	return ok;
}

static bool follow_fixed(struct tree *t, const char *fixed, struct error *err)
{
	struct slice path = slice_from_cstr(fixed);
	bool directory = slice_cut_suffix(&path, SLICE("/"));

	/* Without a link in it the walk has met it. */
	CLEANUP_FD int plain = beneath_open(t->job->fd, fixed, O_PATH, BENEATH_NO_LINKS);
	if (plain >= 0 || (errno != ELOOP && errno != ENOTDIR))
		return true;
	CLEANUP_FD int fd = beneath_open(t->job->fd, fixed, O_RDONLY | O_NONBLOCK, BENEATH_ROOT);
	if (fd < 0)
		return errno == EACCES || errno == EPERM ? put_refusal(t, path, errno, err) : true;
	return directory ? read_fixed_directory(t, fd, path, err)
			 : read_fixed_file(t, fd, path, err);
}

static bool read_fixed(struct tree *t, struct error *err)
{
	for (size_t i = 0; i < inventory_row_count; i++) {
		const char *const *fixed = inventory_rows[i]->fixed_paths;

		if (!(inventory_rows[i]->scopes & t->job->keep.scope))
			continue;
		for (; fixed && *fixed; fixed++)
			if (!follow_fixed(t, *fixed, err))
				return false;
	}
	return true;
}

static bool walk(struct tree *t, struct error *err)
{
	struct stat st;
	struct slice path;

	if (fstat(t->job->fd, &st) == 0)
		t->root_device = st.st_dev;
	fstatfs(t->job->fd, &t->root_fs);
	push(t, SLICE_EMPTY);
	while (!t->full && pop(t, &path))
		if (!read_directory(t, path, err))
			return false;
	if (t->full && !put_gap(t, GAP_BLOCKING, GAP_REASON_LIMIT, SLICE_EMPTY, err,
				"more than %llu entries", (unsigned long long)LIMIT_TAR_ENTRIES))
		return false;
	if (t->refused > REFUSALS_TOLD &&
	    !put_gap(t, GAP_LOCAL, GAP_REASON_UNREADABLE, SLICE_EMPTY, err,
		     "%llu more could not be read",
		     (unsigned long long)(t->refused - REFUSALS_TOLD)))
		return false;
	return read_fixed(t, err);
}

bool tree_read(const struct tree_job *job, struct record_sink *sink, struct error *err)
{
	struct tree t = {.job = job, .sink = sink};

	buf_init(&t.pending, PENDING_MAX);
	buf_init(&t.path, LIMIT_PATH);
	arena_init(&t.arena, 0);
	keeper_init(&t.keeper, &job->keep, sink);
	bool ok = record_put_layer(sink, 0, err) && walk(&t, err) &&
		  record_put_end(sink, &t.end, err);
	keeper_release(&t.keeper);
	arena_release(&t.arena);
	buf_release(&t.path);
	buf_release(&t.pending);
	return ok;
}

/* The shortest tail of the path that a row knows. */
static struct slice known_tail(const struct keep_options *keep, struct slice path)
{
	size_t start = path.len;

	while (start > 0) {
		start--;
		if (start > 0 && path.data[start - 1] != '/')
			continue;
		if (inventory_match_path(keep->scope, slice_from(path, start)))
			return slice_from(path, start);
	}
	return path_base(path);
}

bool tree_read_file(const struct tree_job *job, uint64_t size, uint32_t mode, struct slice path,
		    struct record_sink *sink, struct error *err)
{
	struct tree t = {
		.job = job, .sink = sink, .end = {.entries = 1, .files = 1, .bytes = size}};
	struct inventory_file file = {
		.path = known_tail(&job->keep, path), .size = size, .mode = mode};
	struct stream_file bytes;
	struct error why = ERROR_INIT;
	bool kept;

	keeper_init(&t.keeper, &job->keep, sink);
	stream_file_init(&bytes, job->fd, 0, size);
	bool ok = record_put_layer(sink, 0, err);
	if (ok && !keeper_file(&t.keeper, &file, &bytes.stream, &kept, &why))
		ok = put_gap(&t, GAP_BLOCKING, gap_reason_of_error(why.code), file.path, err, "%s",
			     why.message);
	else if (ok && !kept)
		ok = put_gap(&t, GAP_BLOCKING, GAP_REASON_UNSUPPORTED, file.path, err,
			     "nothing in this file tells what is installed or locked");
	ok = ok && record_put_end(sink, &t.end, err);
	stream_release(&bytes.stream);
	keeper_release(&t.keeper);
	return ok;
}

bool tree_is_rootfs(int fd)
{
	static const char *const markers[] = {
		"etc/os-release",	"usr/lib/os-release",	 "etc/alpine-release",
		"etc/debian_version",	"lib/apk/db/installed",	 "usr/lib/apk/db/installed",
		"var/lib/dpkg/status",	"var/lib/dpkg/status.d", "var/lib/rpm",
		"usr/lib/sysimage/rpm", "var/lib/pacman",
	};
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(markers); i++)
		if (fstatat(fd, markers[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
}
