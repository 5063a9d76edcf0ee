#include "lint/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "lint/recognise.h"

#define DEPTH_MAX 64

struct walk {
	struct run *run;
	const struct lint_options *options;
	const struct policy *policy;
	struct lint_file_list *files;
	struct lint_tree *tree;
	size_t tree_number;
	size_t entries;
};

/* Directories in which nothing of the project's own lies. */
static bool is_foreign(struct slice name)
{
	static const char *const names[] = { ".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_eq(name, slice_from_cstr(names[i])))
			return true;
	return false;
}

static bool matches_any(const struct slice_list *globs, struct slice path)
{
	vec_each(glob, globs)
		if (text_glob(*glob, path))
			return true;
	return false;
}

/* Without "./" and doubled slashes: the same file has the same name whoever calls it. */
static struct slice shown_path(struct arena *a, struct slice path)
{
	struct buf b;
	bool absolute = path.len && path.data[0] == '/';
	bool up = slice_starts(path, SLICE("../")) || slice_is(path, "..");

	if (up)
		return path;
	buf_init(&b, LIMIT_PATH);
	if (absolute)
		buf_add_byte(&b, '/');
	struct buf rest;
	buf_init(&rest, LIMIT_PATH);
	bool ok = text_normalize_path(&rest, path) && buf_add_slice(&b, buf_slice(&rest));
	struct slice shown = ok ? arena_copy(a, buf_slice(&b)) : path;
	buf_release(&rest);
	buf_release(&b);
	return shown;
}

static struct slice join(struct arena *a, struct slice directory, struct slice name)
{
	if (slice_empty(directory))
		return arena_copy(a, name);
	bool slash = directory.data[directory.len - 1] == '/';
	return arena_printf(a, "%.*s%s%.*s", SLICE_ARG(directory), slash ? "" : "/", SLICE_ARG(name));
}

static void add_file(struct walk *w, struct slice path, struct slice text, bool named, enum document_kind kind)
{
	if (kind == DOCUMENT_NONE)
		kind = recognise(path, text, named);
	if (kind == DOCUMENT_NONE && named)
		run_gap(w->run, GAP_LOCAL, GAP_REASON_UNSUPPORTED, path,
			"this is no file that lint knows; --type says what it is");
	if (kind == DOCUMENT_NONE)
		return;
	struct lint_file *f = vec_add(w->run->arena, w->files);
	*f = (struct lint_file){ .path = path, .text = text, .kind = kind, .tree = w->tree_number };
}

static void read_file(struct walk *w, int dirfd, const char *name, struct slice path, bool named)
{
	struct error err = ERROR_INIT;
	struct slice text;

	if (!recognise_path(path, named))
		return;
	if (!io_read_file(dirfd, name, LIMIT_CONFIG, w->run->arena, &text, &err)) {
		run_gap(w->run, GAP_LOCAL, gap_reason_of_error(err.code), path, "%s", err.message);
		return;
	}
	add_file(w, path, text, named, w->options->kind);
}

static int order_slices(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Names in order, so that results do not depend on the file system. */
static bool list_directory(int fd, struct arena *a, struct slice_list *names)
{
	DIR *dir = fdopendir(dup(fd));

	if (!dir)
		return false;
	for (struct dirent *e; (e = readdir(dir));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			*vec_add(a, names) = arena_copy(a, slice_from_cstr(e->d_name));
	closedir(dir);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), order_slices);
	return true;
}

static void walk_directory(struct walk *w, int fd, struct slice path, unsigned depth);

static void walk_entry(struct walk *w, int fd, struct slice name, struct slice path, unsigned depth)
{
	const char *text = arena_cstr(w->run->arena, name);
	struct stat st;

	if (fstatat(fd, text, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		if (is_foreign(name) || matches_any(&w->policy->skip_dirs, path))
			return;
		CLEANUP(cleanup_fd) int child = openat(fd, text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		*vec_add(w->run->arena, &w->tree->paths) = join(w->run->arena, path, SLICE_EMPTY);
		if (child >= 0)
			walk_directory(w, child, path, depth + 1);
		else
			run_gap(w->run, GAP_LOCAL, GAP_REASON_UNREADABLE, path, "%s", strerror(errno));
	} else {
		*vec_add(w->run->arena, &w->tree->paths) = path;
		if (S_ISREG(st.st_mode) && !matches_any(&w->policy->skip_files, path))
			read_file(w, fd, text, path, false);
	}
}

static void walk_directory(struct walk *w, int fd, struct slice path, unsigned depth)
{
	struct slice_list names = { 0 };

	if (depth > DEPTH_MAX || !list_directory(fd, w->run->arena, &names)) {
		run_gap(w->run, GAP_LOCAL, depth > DEPTH_MAX ? GAP_REASON_LIMIT : GAP_REASON_UNREADABLE, path,
			depth > DEPTH_MAX ? "directories are nested too deep" : "this directory cannot be read");
		w->tree->whole = false;
		return;
	}
	vec_each(name, &names) {
		if (++w->entries > LIMIT_LINT_ENTRIES) {
			if (w->tree->whole)
				run_gap(w->run, GAP_LOCAL, GAP_REASON_LIMIT, path,
					"the tree holds too many files; the rest was not looked at");
			w->tree->whole = false;
			return;
		}
		walk_entry(w, fd, *name, join(w->run->arena, path, *name), depth);
	}
}

/* Everything before the last '/'; "" for the current directory. */
static struct slice directory_of(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_first(path, slash) : SLICE_EMPTY;
}

/* Names beside a single file, so that "is there a .dockerignore?" has an answer. */
static void list_neighbours(struct walk *w, struct slice directory)
{
	const char *name = slice_empty(directory) ? "." : arena_cstr(w->run->arena, directory);
	CLEANUP(cleanup_fd) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct slice_list names = { 0 };

	if (fd < 0 || !list_directory(fd, w->run->arena, &names))
		return;
	vec_each(n, &names)
		*vec_add(w->run->arena, &w->tree->paths) = join(w->run->arena, directory, *n);
}

static bool walk_path(struct walk *w, struct slice named, struct error *err)
{
	struct slice path = shown_path(w->run->arena, named);
	const char *name = slice_empty(path) ? "." : arena_cstr(w->run->arena, path);
	struct stat st;

	if (stat(name, &st) != 0)
		return error_set_errno(err, errno, "%.*s", SLICE_ARG(named));
	if (S_ISDIR(st.st_mode)) {
		CLEANUP(cleanup_fd) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return error_set_errno(err, errno, "%.*s", SLICE_ARG(named));
		w->tree->root = path;
		w->tree->whole = true;
		walk_directory(w, fd, path, 0);
	} else {
		w->tree->root = directory_of(path);
		list_neighbours(w, w->tree->root);
		read_file(w, AT_FDCWD, name, path, true);
	}
	if (w->tree->paths.count)
		qsort(w->tree->paths.items, w->tree->paths.count, sizeof(struct slice), order_slices);
	return true;
}

static void walk_texts(struct walk *w)
{
	vec_each(t, &w->options->texts)
		add_file(w, t->name, t->text, true, t->kind == DOCUMENT_NONE ? w->options->kind : t->kind);
}

static int order_files(const void *a, const void *b)
{
	const struct lint_file *x = a, *y = b;
	int order = slice_cmp(x->path, y->path);

	return order ? order : (x->tree > y->tree) - (x->tree < y->tree);
}

/* A file that was named twice is judged once. */
static void sort_files(struct lint_file_list *files)
{
	size_t kept = 0;

	if (files->count == 0)
		return;
	qsort(files->items, files->count, sizeof(*files->items), order_files);
	for (size_t i = 1; i < files->count; i++)
		if (!slice_eq(files->items[kept].path, files->items[i].path))
			files->items[++kept] = files->items[i];
	files->count = kept + 1;
}

/* The highest directory between the tree's root and the file that has a Compose file. */
static struct slice project_of(const struct lint_file *f, const struct lint_tree *tree, const struct map *compose)
{
	struct slice best = directory_of(f->path), directory = best;
	bool host = f->kind == DOCUMENT_DAEMON_JSON || f->kind == DOCUMENT_UNIT || f->kind == DOCUMENT_DEFAULTS;

	if (host)
		return tree->root;
	for (;;) {
		if (map_get(compose, directory))
			best = directory;
		if (slice_empty(directory) || slice_eq(directory, tree->root))
			return best;
		directory = directory_of(directory);
	}
}

static void group_files(struct lint_file_list *files, const struct lint_tree_list *trees)
{
	CLEANUP(map_release) struct map compose;

	map_init(&compose);
	vec_each(f, files)
		if (f->kind == DOCUMENT_COMPOSE)
			map_put(&compose, directory_of(f->path), NULL);
	vec_each(f, files)
		f->project = project_of(f, &trees->items[f->tree], &compose);
}

bool lint_walk(struct run *run, const struct lint_options *options, const struct policy *policy,
	       struct lint_file_list *files, struct lint_tree_list *trees, struct error *err)
{
	struct walk w = { .run = run, .options = options, .policy = policy, .files = files };
	size_t found = options->texts.count;

	vec_each(path, &options->paths) {
		struct error why = ERROR_INIT;

		w.tree_number = trees->count;
		w.tree = vec_add(run->arena, trees);
		if (walk_path(&w, *path, &why)) {
			found++;
		} else {
			run_gap(run, GAP_BLOCKING, GAP_REASON_MISSING, *path, "%s", why.message);
			*err = why;
		}
	}
	if (found == 0)
		return options->paths.count ? false : error_set(err, ERR_USAGE, "nothing to lint");
	w.tree_number = trees->count;
	w.tree = vec_add(run->arena, trees);
	walk_texts(&w);
	sort_files(files);
	group_files(files, trees);
	return true;
}
