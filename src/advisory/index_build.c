#include "advisory/index_build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "advisory/index_layout.h"
#include "advisory/zip_records.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/wire.h"
#include "confine/confine.h"
#include "format/digest.h"

enum answer_type {
	ANSWER_RECORDS, /* osv_encode'd */
	ANSWER_SUMMARY, /* digest, broken, first error */
};

struct build_file {
	const struct index_file *file;
	struct slice bytes; /* mapped */
	struct buf records;
};

struct index_work {
	struct run *run;
	const char *output;
	struct arena arena;
	struct build_file *files;
	size_t count, done;
	struct index_input_list inputs;
	struct error failure; /* of the first file that could not be read */
};

/* ----------------------------------------------------------------- listing */

static int compare_files(const void *a, const void *b)
{
	return slice_cmp(((const struct index_file *)a)->name,
			 ((const struct index_file *)b)->name);
}

static bool add_file(const char *directory, struct slice ecosystem, struct arena *a,
		     struct index_file_list *ret)
{
	struct slice path = arena_printf(a, "%s/%.*s/all.zip", directory, SLICE_ARG(ecosystem));

	if (access(path.data, F_OK) < 0)
		return false;
	*vec_add(a, ret) = (struct index_file){
		.ecosystem = arena_copy(a, ecosystem),
		.path = path,
		.name = arena_printf(a, "%.*s/all.zip", SLICE_ARG(ecosystem)),
	};
	return true;
}

static bool list_all(const char *directory, struct arena *a, struct index_file_list *ret,
		     struct error *err)
{
	DIR *d = opendir(directory);
	struct dirent *entry;

	if (!d)
		return error_set_errno(err, errno, "reading the directory %s", directory);
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.')
			add_file(directory, slice_from_cstr(entry->d_name), a, ret);
	closedir(d);
	return true;
}

bool index_list_directory(const char *directory, const struct slice_list *wanted, struct arena *a,
			  struct index_file_list *ret, struct slice_list *missing,
			  struct error *err)
{
	*ret = (struct index_file_list){ 0 };
	if (!wanted || !wanted->count) {
		if (!list_all(directory, a, ret, err))
			return false;
	} else {
		vec_each(e, wanted)
			if (slice_find_byte(*e, '/') < e->len || slice_starts(*e, SLICE(".")) ||
			    !add_file(directory, *e, a, ret))
				*vec_add(a, missing) = *e;
	}
	if (!ret->count)
		return error_set(err, ERR_NOT_FOUND, "%s holds no <Ecosystem>/all.zip%s", directory,
				 wanted && wanted->count ? " of those asked for" : "");
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_files);
	return true;
}

/* ----------------------------------------------------------------- reading */

static bool put_records(void *context, struct slice records, struct error *err)
{
	return slice_empty(records) || worker_send(context, ANSWER_RECORDS, records) ||
	       error_set(err, ERR_WORKER, "the records were not taken");
}

/* In the worker. */
static bool read_zip(void *argument, struct worker_output *out, struct error *err)
{
	const struct build_file *file = argument;
	struct zip_records_summary summary;
	char text[DIGEST_TEXT_MAX];
	struct digest digest;
	struct buf b;

	if (!zip_records_read(file->bytes, put_records, out, &summary, err))
		return false;
	digest_of(file->bytes, DIGEST_SHA256, &digest);
	buf_init(&b, LIMIT_LINE);
	wire_put_slice(&b, slice_from_cstr(digest_format(&digest, text)));
	wire_put_u32(&b, summary.broken);
	wire_put_slice(&b, slice_from_cstr(summary.first.message));
	bool ok = worker_send(out, ANSWER_SUMMARY, buf_slice(&b));
	buf_release(&b);
	return ok || error_set(err, ERR_WORKER, "the summary was not taken");
}

static bool take_summary(struct index_work *w, size_t number, struct slice record,
			 struct error *err)
{
	struct index_input *input = &w->inputs.items[number];
	struct digest digest;
	struct cursor c;

	cursor_init(&c, record);
	input->digest = wire_copy_slice(&c, &w->arena);
	input->broken = wire_get_u32(&c);
	input->first_error = wire_copy_slice(&c, &w->arena);
	if (c.failed || !digest_parse(input->digest, &digest, NULL))
		return error_set(err, ERR_WORKER, "%.*s: the reader's answer is malformed",
				 SLICE_ARG(input->name));
	return true;
}

static bool on_record(void *context, size_t job, uint32_t type, struct slice record,
		      struct error *err)
{
	struct index_work *w = context;

	if (type == ANSWER_SUMMARY)
		return take_summary(w, job, record, err);
	if (type != ANSWER_RECORDS || !buf_add_slice(&w->files[job].records, record))
		return error_set(err, ERR_WORKER,
				 "%.*s: the reader's answer is malformed or too large",
				 SLICE_ARG(w->inputs.items[job].name));
	return true;
}

static void on_end(void *context, size_t job, const struct error *err)
{
	struct index_work *w = context;

	if (err && !w->failure.code) {
		w->failure = *err;
		error_wrap(&w->failure, "reading %.*s", SLICE_ARG(w->files[job].file->path));
	}
	w->done++;
	if (w->run->progress)
		w->run->progress(w->run->context, "reading advisories", w->done, w->count);
}

static bool map_file(const struct index_file *file, struct build_file *ret, struct error *err)
{
	CLEANUP_FD int fd = open(file->path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "opening %.*s", SLICE_ARG(file->path));
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return error_set(err, ERR_FORMAT, "%.*s: not a zip archive", SLICE_ARG(file->path));
	if ((uint64_t)st.st_size > LIMIT_DOWNLOAD)
		return error_set(err, ERR_LIMIT, "%.*s is larger than %llu bytes",
				 SLICE_ARG(file->path), (unsigned long long)LIMIT_DOWNLOAD);
	void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return error_set_errno(err, errno, "mapping %.*s", SLICE_ARG(file->path));
	ret->bytes = slice_new(data, (size_t)st.st_size);
	return true;
}

static bool map_files(struct index_work *w, const struct index_file_list *files, struct error *err)
{
	w->count = files->count;
	w->files = arena_new_array(&w->arena, struct build_file, files->count);
	for (size_t i = 0; i < files->count; i++) {
		const struct index_file *file = &files->items[i];

		w->files[i].file = file;
		buf_init(&w->files[i].records, LIMIT_INDEX);
		*vec_add(&w->arena, &w->inputs) = (struct index_input){
			.ecosystem = file->ecosystem,
			.name = file->name,
		};
		if (!map_file(file, &w->files[i], err))
			return false;
		w->inputs.items[i].bytes = w->files[i].bytes.len;
	}
	return true;
}

static bool read_files(struct index_work *w, struct error *err)
{
	const struct worker_events events = { on_record, on_end, w };
	const struct confine_spec spec = { .tree_fd = -1 };
	struct worker_job *jobs = arena_new_array(&w->arena, struct worker_job, w->count);

	for (size_t i = 0; i < w->count; i++)
		jobs[i] = (struct worker_job){ .run = read_zip,
					       .job = &w->files[i],
					       .name = w->files[i].file->name };
	digest_prepare();
	struct confine *confine = confine_new(&spec, err);
	if (!confine)
		return false;
	confine_report(confine, w->run);
	confine_run(confine, w->run, jobs, w->count, &events);
	confine_free(confine);
	for (size_t i = 0; i < w->count; i++)
		w->inputs.items[i].records = buf_slice(&w->files[i].records);
	if (w->failure.code && err)
		*err = w->failure;
	return !w->failure.code;
}

/* ----------------------------------------------------------------- writing */

int index_lock(const struct run *run, const char *output, struct error *err)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	char path[LIMIT_PATH];

	if (snprintf(path, sizeof(path), "%s.lock", output) >= (int)sizeof(path)) {
		error_set(err, ERR_USAGE, "the path of the advisory index is too long");
		return -1;
	}
	CLEANUP_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		error_set_errno(err, errno, "opening the lock %s", path);
		return -1;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			error_set_errno(err, errno, "locking %s", path);
			return -1;
		}
		if (run_interrupted(run, err)) {
			error_wrap(err, "waiting for another writer of %s", output);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return TAKE_FD(fd);
}

/*
 * By rename from a fixed name, which the lock makes ours: what a killed writer
 * left there is in nobody's way.
 */
static bool replace_file(const char *path, struct slice bytes, struct error *err)
{
	char part[LIMIT_PATH];

	if (snprintf(part, sizeof(part), "%s.new", path) >= (int)sizeof(part))
		return error_set(err, ERR_USAGE, "the path of the advisory index is too long");
	if (unlink(part) < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "removing %s", part);
	CLEANUP_FD int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return error_set_errno(err, errno, "creating %s", part);
	if (!io_write_full(fd, bytes.data, bytes.len) || fsync(fd) < 0 || rename(part, path) < 0) {
		int saved = errno;

		unlink(part);
		return error_set_errno(err, saved, "writing %s", path);
	}
	return true;
}

static bool write_index(struct index_work *w, struct error *err)
{
	struct buf bytes;

	buf_init(&bytes, LIMIT_INDEX);
	if (w->run->progress)
		w->run->progress(w->run->context, "laying out the index", w->count, w->count);
	bool ok = index_layout(&w->inputs, w->run->now, &bytes, err) &&
		  replace_file(w->output, buf_slice(&bytes), err);
	buf_release(&bytes);
	return ok;
}

bool index_build_locked(struct run *run, const struct index_file_list *files, const char *output,
			struct error *err)
{
	struct index_work w = { .run = run, .output = output };

	arena_init(&w.arena, 0);
	bool ok = map_files(&w, files, err) && read_files(&w, err) && write_index(&w, err);
	for (size_t i = 0; i < w.count; i++) {
		buf_release(&w.files[i].records);
		if (w.files[i].bytes.len)
			munmap((void *)(uintptr_t)w.files[i].bytes.data, w.files[i].bytes.len);
	}
	arena_release(&w.arena);
	return ok;
}

bool index_build(struct run *run, const struct index_file_list *files, const char *output,
		 struct error *err)
{
	CLEANUP_FD int lock = index_lock(run, output, err);

	return lock >= 0 && index_build_locked(run, files, output, err);
}
