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
	ANSWER_FACTS,	/* feed_fact_encode'd */
	ANSWER_KEPT,	/* lines of the list of kept records */
	ANSWER_SUMMARY, /* digest, bytes, broken, first error, date */
};

struct build_file {
	const struct index_file *file;
	struct slice bytes;	 /* mapped */
	struct slice delta;	 /* mapped; empty: none */
	struct slice_list parts; /* of a feed, mapped */
	struct buf records, facts, kept;
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
	*ret = (struct index_file_list){0};
	if (!wanted || !wanted->count) {
		if (!list_all(directory, a, ret, err))
			return false;
	} else {
		vec_each (e, wanted)
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

bool index_list_feeds(const char *directory, struct arena *a, struct index_file_list *ret,
		      struct error *err)
{
	for (size_t i = 0; i < feed_row_count; i++) {
		struct slice_list paths;

		if (!feed_find_files(&feed_rows[i], directory, a, &paths, err))
			return false;
		if (paths.count)
			*vec_add(a, ret) = (struct index_file){
				.ecosystem = feed_rows[i].covers,
				.name = feed_rows[i].name,
				.feed = &feed_rows[i],
				.paths = paths,
			};
	}
	return true;
}

/* ------------------------------------------------------- in the worker: zips */

static bool put_records(void *context, struct slice records, struct error *err)
{
	return slice_empty(records) || worker_send(context, ANSWER_RECORDS, records) ||
	       error_set(err, ERR_WORKER, "the records were not taken");
}

static bool put_summary(struct worker_output *out, const struct digest *digest, uint64_t bytes,
			uint32_t broken, const struct error *first, int64_t dated,
			struct error *err)
{
	char text[DIGEST_TEXT_MAX];
	struct buf b;

	buf_init(&b, LIMIT_LINE);
	wire_put_slice(&b, slice_from_cstr(digest_format(digest, text)));
	wire_put_u64(&b, bytes);
	wire_put_u32(&b, broken);
	wire_put_slice(&b, slice_from_cstr(first->message));
	wire_put_u64(&b, (uint64_t)dated);
	bool ok = worker_send(out, ANSWER_SUMMARY, buf_slice(&b));
	buf_release(&b);
	return ok || error_set(err, ERR_WORKER, "the summary was not taken");
}

static bool put_kept(struct worker_output *out, struct slice kept, struct error *err)
{
	while (!slice_empty(kept)) {
		struct slice piece = slice_first(kept, LIMIT_RECORD / 2);

		if (!worker_send(out, ANSWER_KEPT, piece))
			return error_set(err, ERR_WORKER, "the list of records was not taken");
		kept = slice_from(kept, piece.len);
	}
	return true;
}

static bool read_zip(const struct build_file *file, struct worker_output *out, struct error *err)
{
	struct zip_records_summary summary;
	struct delta over = {0};
	struct arena arena;
	struct buf kept;

	arena_init(&arena, 0);
	buf_init(&kept, LIMIT_INDEX);
	bool ok = (slice_empty(file->delta) || delta_read(file->delta, &arena, &over, err)) &&
		  zip_records_read(file->bytes, &over, put_records, out, &kept, &summary, err) &&
		  (slice_empty(file->file->kept) || put_kept(out, buf_slice(&kept), err)) &&
		  put_summary(out, &summary.digest, summary.bytes, summary.broken, &summary.first,
			      TIMESTAMP_NONE, err);
	buf_release(&kept);
	arena_release(&arena);
	return ok;
}

/* ------------------------------------------------------ in the worker: feeds */

struct feed_output {
	struct worker_output *out;
	struct buf facts, records;
};

static bool flush_answers(struct worker_output *out, struct buf *b, uint32_t type, size_t least,
			  struct error *err)
{
	if (b->overflow)
		return error_set(err, ERR_LIMIT, "an entry is too large");
	if (b->len < least || !b->len)
		return true;
	if (!worker_send(out, type, buf_slice(b)))
		return error_set(err, ERR_WORKER, "the facts were not taken");
	buf_clear(b);
	return true;
}

static bool take_fact(void *context, const struct feed_fact *fact, struct error *err)
{
	struct feed_output *o = context;

	feed_fact_encode(fact, &o->facts);
	return flush_answers(o->out, &o->facts, ANSWER_FACTS, MIB, err);
}

static bool take_record(void *context, const struct osv_record *record, struct error *err)
{
	struct feed_output *o = context;

	osv_encode(record, &o->records);
	return flush_answers(o->out, &o->records, ANSWER_RECORDS, MIB, err);
}

static struct slice file_stem(struct slice path)
{
	struct slice name = slice_from(path, slice_rfind_byte(path, '/') + 1);

	return slice_first(name, slice_find_byte(name, '.'));
}

/* A file that cannot be read is told, and takes nothing from the others. */
static void read_part(const struct build_file *file, size_t number, const struct feed_sink *sink,
		      struct feed_summary *summary)
{
	struct slice path = file->file->paths.items[number];
	struct feed_summary part = {.dated = TIMESTAMP_NONE, .first = ERROR_INIT};
	struct error why = ERROR_INIT;

	if (!feed_read(file->file->feed, file->parts.items[number], file_stem(path), sink, &part,
		       &why))
		feed_broken(&part, &why);
	if (part.broken && !summary->broken) {
		summary->first = part.first;
		error_wrap(&summary->first, "%.*s", SLICE_ARG(path));
	}
	summary->broken += part.broken;
	if (part.dated > summary->dated)
		summary->dated = part.dated;
}

static bool read_feed(const struct build_file *file, struct worker_output *out, struct error *err)
{
	struct feed_output o = {.out = out};
	const struct feed_sink sink = {take_fact, take_record, &o};
	struct feed_summary summary = {.dated = TIMESTAMP_NONE, .first = ERROR_INIT};
	struct digest_context context;
	struct digest digest;
	uint64_t bytes = 0;

	buf_init(&o.facts, LIMIT_RECORD - 1);
	buf_init(&o.records, LIMIT_RECORD - 1);
	digest_begin(&context, DIGEST_SHA256);
	for (size_t i = 0; i < file->parts.count; i++) {
		digest_update(&context, file->parts.items[i]);
		bytes += file->parts.items[i].len;
		read_part(file, i, &sink, &summary);
	}
	digest_end(&context, &digest);
	bool ok = flush_answers(out, &o.facts, ANSWER_FACTS, 0, err) &&
		  flush_answers(out, &o.records, ANSWER_RECORDS, 0, err) &&
		  put_summary(out, &digest, bytes, summary.broken, &summary.first, summary.dated,
			      err);
	buf_release(&o.facts);
	buf_release(&o.records);
	return ok;
}

static bool read_one(void *argument, struct worker_output *out, struct error *err)
{
	const struct build_file *file = argument;

	return file->file->feed ? read_feed(file, out, err) : read_zip(file, out, err);
}

/* ----------------------------------------------------------------- the broker */

static bool take_summary(struct index_work *w, size_t number, struct slice record,
			 struct error *err)
{
	struct index_input *input = &w->inputs.items[number];
	struct digest digest;
	struct cursor c;

	cursor_init(&c, record);
	input->digest = wire_copy_slice(&c, &w->arena);
	input->bytes = wire_get_u64(&c);
	input->broken = wire_get_u32(&c);
	input->first_error = wire_copy_slice(&c, &w->arena);
	input->dated = (int64_t)wire_get_u64(&c);
	if (c.failed || !digest_parse(input->digest, &digest, NULL))
		return error_set(err, ERR_WORKER, "%.*s: the reader's answer is malformed",
				 SLICE_ARG(input->name));
	return true;
}

static bool on_record(void *context, size_t job, uint32_t type, struct slice record,
		      struct error *err)
{
	struct index_work *w = context;
	struct build_file *file = &w->files[job];
	struct buf *const bufs[] = {
		[ANSWER_RECORDS] = &file->records,
		[ANSWER_FACTS] = &file->facts,
		[ANSWER_KEPT] = &file->kept,
	};

	if (type == ANSWER_SUMMARY)
		return take_summary(w, job, record, err);
	if (type >= ARRAY_LEN(bufs) || !buf_add_slice(bufs[type], record))
		return error_set(err, ERR_WORKER,
				 "%.*s: the reader's answer is malformed or too large",
				 SLICE_ARG(w->inputs.items[job].name));
	return true;
}

/* A feed whose reader died: its facts are missing, and the index tells so. */
static void lose_feed(struct index_work *w, size_t job, const struct error *err)
{
	struct index_input *input = &w->inputs.items[job];

	input->broken++;
	input->first_error = arena_copy(&w->arena, slice_from_cstr(err->message));
	buf_clear(&w->files[job].facts);
	buf_clear(&w->files[job].records);
}

static void on_end(void *context, size_t job, const struct error *err)
{
	struct index_work *w = context;
	const struct index_file *file = w->files[job].file;

	if (err && file->feed && err->code != ERR_CANCELLED && err->code != ERR_TIMEOUT) {
		lose_feed(w, job, err);
	} else if (err && !w->failure.code) {
		w->failure = *err;
		error_wrap(&w->failure, "reading %.*s",
			   SLICE_ARG(file->feed ? file->name : file->path));
	}
	w->done++;
	if (w->run->progress)
		w->run->progress(w->run->context, "reading advisories", w->done, w->count);
}

static bool map_path(struct slice path, struct slice *ret, struct error *err)
{
	CLEANUP_FD int fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "opening %.*s", SLICE_ARG(path));
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return error_set(err, ERR_FORMAT, "%.*s: not a file with something in it",
				 SLICE_ARG(path));
	if ((uint64_t)st.st_size > LIMIT_DOWNLOAD)
		return error_set(err, ERR_LIMIT, "%.*s is larger than %llu bytes", SLICE_ARG(path),
				 (unsigned long long)LIMIT_DOWNLOAD);
	void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return error_set_errno(err, errno, "mapping %.*s", SLICE_ARG(path));
	*ret = slice_new(data, (size_t)st.st_size);
	return true;
}

static bool map_file(struct index_work *w, struct build_file *ret, struct error *err)
{
	const struct index_file *file = ret->file;

	vec_each (path, &file->paths)
		if (!map_path(*path, vec_add(&w->arena, &ret->parts), err))
			return false;
	if (file->feed)
		return true;
	return map_path(file->path, &ret->bytes, err) &&
	       (slice_empty(file->delta) || map_path(file->delta, &ret->delta, err));
}

static void unmap(struct slice bytes)
{
	/* The mapping came from mmap, which has no const. */
	if (bytes.len)
		munmap((void *)(uintptr_t)bytes.data, bytes.len);
}

static void release_file(struct build_file *file)
{
	buf_release(&file->records);
	buf_release(&file->facts);
	buf_release(&file->kept);
	unmap(file->bytes);
	unmap(file->delta);
	vec_each (part, &file->parts)
		unmap(*part);
}

static bool map_files(struct index_work *w, const struct index_file_list *files, struct error *err)
{
	w->count = files->count;
	w->files = arena_new_array(&w->arena, struct build_file, files->count);
	for (size_t i = 0; i < files->count; i++) {
		const struct index_file *file = &files->items[i];

		w->files[i].file = file;
		buf_init(&w->files[i].records, LIMIT_INDEX);
		buf_init(&w->files[i].facts, LIMIT_INDEX);
		buf_init(&w->files[i].kept, LIMIT_INDEX);
		*vec_add(&w->arena, &w->inputs) = (struct index_input){
			.ecosystem = file->ecosystem,
			.name = file->name,
			.feed = file->feed,
			.dated = TIMESTAMP_NONE,
		};
	}
	for (size_t i = 0; i < files->count; i++)
		if (!map_file(w, &w->files[i], err))
			return false;
	return true;
}

static bool read_files(struct index_work *w, struct error *err)
{
	const struct worker_events events = {on_record, on_end, w};
	const struct confine_spec spec = {.tree_fd = -1};
	struct worker_job *jobs = arena_new_array(&w->arena, struct worker_job, w->count);

	for (size_t i = 0; i < w->count; i++)
		jobs[i] = (struct worker_job){
			.run = read_one, .job = &w->files[i], .name = w->files[i].file->name};
	digest_prepare();
	struct confine *confine = confine_new(&spec, err);
	if (!confine)
		return false;
	confine_report(confine, w->run);
	confine_run(confine, w->run, jobs, w->count, &events);
	confine_free(confine);
	for (size_t i = 0; i < w->count; i++) {
		w->inputs.items[i].records = buf_slice(&w->files[i].records);
		w->inputs.items[i].facts = buf_slice(&w->files[i].facts);
	}
	if (w->failure.code && err)
		*err = w->failure;
	return !w->failure.code;
}

/* The lists are written before the index: one without the other only costs a download. */
static bool write_kept(struct index_work *w, struct error *err)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct index_file *file = w->files[i].file;
		struct buf text;

		if (slice_empty(file->kept))
			continue;
		buf_init(&text, LIMIT_INDEX);
		buf_printf(&text, "%.*s %.*s\n",
			   SLICE_ARG(delta_identity(file->path.data, &w->arena)),
			   SLICE_ARG(slice_empty(file->delta)
					     ? SLICE("-")
					     : delta_identity(file->delta.data, &w->arena)));
		buf_add_slice(&text, buf_slice(&w->files[i].kept));
		bool ok = io_write_file_atomic(file->kept.data, buf_slice(&text), 0644, err);
		buf_release(&text);
		if (!ok)
			return false;
	}
	return true;
}

/* ----------------------------------------------------------------- writing */

int index_lock(const struct run *run, const char *output, struct error *err)
{
	const struct timespec pause = {.tv_nsec = 50000000};
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
	struct index_work w = {.run = run, .output = output};

	arena_init(&w.arena, 0);
	bool ok = map_files(&w, files, err) && read_files(&w, err) && write_kept(&w, err) &&
		  write_index(&w, err);
	for (size_t i = 0; i < w.count; i++)
		release_file(&w.files[i]);
	arena_release(&w.arena);
	return ok;
}

bool index_build(struct run *run, const struct index_file_list *files, const char *output,
		 struct error *err)
{
	CLEANUP_FD int lock = index_lock(run, output, err);

	return lock >= 0 && index_build_locked(run, files, output, err);
}
