#include "image/work.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/wire.h"
#include "format/inflate.h"
#include "image/documents.h"
#include "image/feed.h"
#include "image/layer.h"
#include "image/tree.h"
#include "image/window.h"

/* Records are small; a frame of the pool's protocol holds as many as fit. */
#define BATCH ((size_t)64 * 1024)

enum frame_type { FRAME_OUTLINE = 1, FRAME_RECORDS, FRAME_WANTED };

/* ---- in the worker ---- */

struct batch_sink {
	struct record_sink sink;
	struct worker_output *out;
	struct buf batch; /* records, each behind its 32-bit length */
};

static bool batch_flush(struct record_sink *sink, struct error *err)
{
	struct batch_sink *s = (struct batch_sink *)sink;
	bool ok = s->batch.len == 0 || worker_send(s->out, FRAME_RECORDS, buf_slice(&s->batch));

	buf_clear(&s->batch);
	return ok || error_set(err, ERR_WORKER, "the answer cannot be sent");
}

static bool batch_put(struct record_sink *sink, struct slice record, struct error *err)
{
	struct batch_sink *s = (struct batch_sink *)sink;

	if (s->batch.len + record.len > BATCH && !batch_flush(sink, err))
		return false;
	wire_put_slice(&s->batch, record);
	if (s->batch.overflow)
		return error_set(err, ERR_LIMIT, "a record is too large");
	return true;
}

static void batch_init(struct batch_sink *s, struct worker_output *out)
{
	*s = (struct batch_sink){.out = out};
	record_sink_init(&s->sink, batch_put);
	s->sink.flush = batch_flush;
	buf_init(&s->batch, LIMIT_RECORD);
}

struct outline_work {
	const struct work *work;
	const struct outline_options *options;
	struct feed feed; /* of an archive that is a stream */
	int fed;
};

/* A document that is missing is asked for, and the work begun again when it is there. */
static bool run_remote(const struct outline_work *o, struct worker_output *out,
		       struct arena *arena, struct outline *outline, bool *ret_asked,
		       struct error *err)
{
	struct member_remote source;
	struct buf wanted;

	member_remote_init(&source, o->work->remote);
	*ret_asked = false;
	if (outline_remote(&source, o->options, arena, outline, err))
		return true;
	if (slice_empty(source.wanted))
		return false;
	buf_init(&wanted, LIMIT_PATH);
	wire_put_u8(&wanted, source.wanted_blob);
	wire_put_slice(&wanted, source.wanted);
	*ret_asked = worker_send(out, FRAME_WANTED, buf_slice(&wanted));
	buf_release(&wanted);
	return *ret_asked || error_set(err, ERR_WORKER, "the answer cannot be sent");
}

static bool run_stream(const struct outline_work *o, struct arena *arena, struct outline *outline,
		       struct error *err)
{
	struct stream_feed feed;

	stream_feed_init(&feed, o->fed);
	bool ok = outline_stream(&feed.stream, o->options, arena, outline, err);
	stream_release(&feed.stream);
	return ok;
}

static bool run_outline(void *job, struct worker_output *out, struct error *err)
{
	const struct outline_work *o = job;
	const struct work *w = o->work;
	struct outline outline;
	struct arena arena;
	struct buf record;
	bool ok, asked = false;

	arena_init(&arena, 0);
	buf_init(&record, LIMIT_RECORD);
	if (w->stream)
		ok = run_stream(o, &arena, &outline, err);
	else if (w->remote)
		ok = run_remote(o, out, &arena, &outline, &asked, err);
	else if (w->directory)
		ok = outline_layout(w->fd, o->options, &arena, &outline, err);
	else
		ok = outline_file(w->fd, w->size, o->options, &arena, &outline, err);
	if (ok && !asked) {
		outline_encode(&outline, &record);
		ok = worker_send(out, FRAME_OUTLINE, buf_slice(&record)) ||
		     error_set(err, ERR_LIMIT, "the image's documents are too large");
	}
	return ok;
}

/* One job of a pass. */
struct layers_work {
	const struct work *work;
	uint32_t *numbers; /* of its layers, by offset */
	size_t count;
	const struct union_wanted *wanted; /* of the second pass, also other layers'; NULL: first */
	size_t wanted_count;
	struct collect_job collect; /* the broker's side */
	struct slice name;
	struct feed feed; /* of a remote layer */
	int fed;	  /* what its worker reads from */
};

/* What is wanted of one layer. */
static struct keep_wanted_list wanted_of(const struct layers_work *l, uint32_t number,
					 struct arena *a)
{
	struct keep_wanted_list list = {0};

	for (size_t i = 0; i < l->wanted_count; i++) {
		const struct union_wanted *w = &l->wanted[i];

		if (w->layer == number)
			*vec_add(a, &list) = (struct keep_wanted){.path = w->path,
								  .as = w->as,
								  .row = w->row,
								  .directory = w->directory};
	}
	return list;
}

static bool read_layer(const struct layers_work *l, uint32_t number, struct stream *stored,
		       struct record_sink *sink, struct error *err)
{
	const struct work *w = l->work;
	struct layer_job job = {.number = number,
				.key = w->key,
				.keep = w->keep,
				.name = w->collection.layers[number].name,
				.table = number > 0};
	struct keep_wanted_list wanted;
	struct arena arena;

	if (w->outline.has_image) {
		const struct image_layer *layer = &w->outline.image.layers.items[number];

		job.digest = layer->digest;
		job.diff_id = layer->diff_id;
		job.whiteouts = true;
		job.verify = w->remote != NULL;
	}
	arena_init(&arena, 0);
	if (l->wanted) {
		wanted = wanted_of(l, number, &arena);
		job.keep.wanted = &wanted;
	}
	bool ok = layer_read(&job, stored, sink, err);
	arena_release(&arena);
	return ok;
}

/* Layers that can be read where they lie. */
static bool read_stored(const struct layers_work *l, uint32_t number, struct record_sink *sink,
			struct error *err)
{
	const struct work *w = l->work;
	uint64_t offset = 0, size = w->size;
	CLEANUP_FD int blob = -1;
	struct stream_file file;

	if (w->outline.has_image) {
		const struct image_layer *layer = &w->outline.image.layers.items[number];

		offset = layer->offset;
		size = layer->size;
		if (w->directory) {
			blob = member_directory_open(w->fd, layer->name, &size, err);
			if (blob < 0)
				return false;
		}
	}
	stream_file_init(&file, w->directory ? blob : w->fd, offset, size);
	bool ok = read_layer(l, number, &file.stream, sink, err);
	stream_release(&file.stream);
	return ok;
}

/* Layers that are met on the way through an archive, in their order there. */
static bool read_windows(const struct layers_work *l, struct stream *archive,
			 struct record_sink *sink, struct error *err)
{
	const struct work *w = l->work;
	struct window window;
	bool ok = true;

	window_init(&window, archive);
	for (size_t i = 0; ok && i < l->count; i++) {
		const struct image_layer *layer = &w->outline.image.layers.items[l->numbers[i]];

		ok = window_open(&window, layer->offset, layer->size, err) &&
		     read_layer(l, l->numbers[i], &window.stream, sink, err);
	}
	return ok;
}

/* An archive that is compressed as a whole is inflated from its start. */
static bool read_compressed(const struct layers_work *l, struct record_sink *sink,
			    struct error *err)
{
	struct stream_inflate inflate;
	struct stream_file file;

	stream_file_init(&file, l->work->fd, 0, l->work->size);
	stream_inflate_init(&inflate, &file.stream);
	bool ok = read_windows(l, &inflate.stream, sink, err);
	stream_release(&inflate.stream);
	stream_release(&file.stream);
	return ok;
}

static bool read_streamed(const struct layers_work *l, struct record_sink *sink,
			  struct error *err)
{
	struct stream_feed feed;

	stream_feed_init(&feed, l->fed);
	bool ok = read_windows(l, &feed.stream, sink, err);
	stream_release(&feed.stream);
	return ok;
}

/* A layer that its fetcher brings. */
static bool read_fed(const struct layers_work *l, struct record_sink *sink, struct error *err)
{
	struct stream_feed feed;

	stream_feed_init(&feed, l->fed);
	bool ok = read_layer(l, l->numbers[0], &feed.stream, sink, err);
	stream_release(&feed.stream);
	return ok;
}

static bool run_layers(void *job, struct worker_output *out, struct error *err)
{
	const struct layers_work *l = job;
	const struct work *w = l->work;
	struct tree_job tree = {.fd = w->fd, .name = w->name, .keep = w->keep};
	struct batch_sink sink;
	bool ok;

	batch_init(&sink, out);
	if (w->stream)
		ok = read_streamed(l, &sink.sink, err);
	else if (w->remote)
		ok = read_fed(l, &sink.sink, err);
	else if (w->outline.kind == TARGET_FILE)
		ok = tree_read_file(&tree, w->size, w->mode, w->path, &sink.sink, err);
	else if (!w->outline.has_image && !w->outline.archive)
		ok = tree_read(&tree, &sink.sink, err);
	else if (w->outline.has_image && w->outline.compressed)
		ok = read_compressed(l, &sink.sink, err);
	else
		ok = read_stored(l, l->numbers[0], &sink.sink, err);
	/* What was read before an error stands. */
	return batch_flush(&sink.sink, ok ? err : NULL) && ok;
}

/* ---- in the broker ---- */

static void job_fd(const struct work *w, struct worker_job *job)
{
	if (w->directory || w->remote || w->stream)
		return;
	job->fds[0] = w->fd;
	job->fd_count = 1;
}

struct outline_answer {
	struct work *work;
	bool came;
	bool asked, blob;
	struct slice wanted; /* digest of a missing document */
	struct error err;
};

static bool take_wanted(struct outline_answer *answer, struct slice record, struct error *err)
{
	struct arena *a = answer->work->run->arena;
	struct cursor c;

	cursor_init(&c, record);
	answer->blob = wire_get_u8(&c) != 0;
	answer->wanted = document_name_digest(wire_get_slice(&c), a);
	answer->asked = true;
	return (!c.failed && !slice_empty(answer->wanted)) ||
	       error_set(err, ERR_WORKER, "a worker asks for what has no digest");
}

static bool on_outline(void *context, size_t job, uint32_t type, struct slice record,
		       struct error *err)
{
	struct outline_answer *answer = context;

	(void)job;
	if (type == FRAME_WANTED && answer->work->remote && !answer->came && !answer->asked)
		return take_wanted(answer, record, err);
	if (type != FRAME_OUTLINE || answer->came || answer->asked)
		return error_set(err, ERR_WORKER,
				 "a worker answered with a record of no known type");
	answer->came = true;
	return outline_decode(record, answer->work->run->arena, &answer->work->outline, err);
}

static void on_outline_end(void *context, size_t job, const struct error *err)
{
	struct outline_answer *answer = context;

	(void)job;
	if (err)
		answer->err = *err;
	else if (!answer->came && !answer->asked)
		error_set(&answer->err, ERR_WORKER, "a worker ended without an answer");
}

static bool bring(struct work *w, const struct outline_answer *answer, struct error *err)
{
	struct arena *a = w->run->arena;
	struct slice bytes, name;

	if (!w->remote->document(w->remote, answer->wanted, answer->blob, &bytes, err) ||
	    !document_blob_name(answer->wanted, a, &name, err))
		return false;
	remote_add(w->remote, a, name, bytes);
	return true;
}

static bool feed_outline(void *job, int *ret_fd, struct error *err)
{
	struct outline_work *o = job;
	const struct work *w = o->work;

	if (!feed_start(&o->feed, w->run, w->stream, w->stream_context, ret_fd, err))
		return false;
	o->fed = *ret_fd;
	return true;
}

bool work_outline(struct work *w, const struct outline_options *options, struct error *err)
{
	struct outline_work outline = {.work = w, .options = options};
	struct worker_job job = {.run = run_outline, .job = &outline, .name = w->name};

	job_fd(w, &job);
	if (w->stream)
		job.feed = feed_outline;
	for (int round = 0; round < REMOTE_DOCUMENTS_MAX; round++) {
		struct outline_answer answer = {.work = w, .err = ERROR_INIT};
		struct worker_events events = {on_outline, on_outline_end, &answer};

		confine_run(w->confine, w->run, &job, 1, &events);
		feed_stop(&outline.feed);
		if (answer.err.code != ERR_NONE) {
			*err = answer.err;
			return error_wrap(err, "%.*s", SLICE_ARG(w->name));
		}
		if (answer.came)
			return true;
		if (!bring(w, &answer, err))
			return error_wrap(err, "%.*s", SLICE_ARG(w->name));
	}
	return error_set(err, ERR_LIMIT, "%.*s: more than %d documents lead to the image",
			 SLICE_ARG(w->name), REMOTE_DOCUMENTS_MAX);
}

struct pass {
	struct work *work;
	struct layers_work *jobs;
	size_t count, done;
};

static bool on_records(void *context, size_t job, uint32_t type, struct slice frame,
		       struct error *err)
{
	struct pass *p = context;
	struct cursor c;

	if (type != FRAME_RECORDS)
		return error_set(err, ERR_WORKER,
				 "a worker answered with a record of no known type");
	cursor_init(&c, frame);
	while (cursor_left(&c)) {
		struct slice record = wire_get_slice(&c);

		if (c.failed)
			return error_set(err, ERR_WORKER,
					 "a worker answered with a malformed frame");
		if (!collect_record(&p->work->collection, &p->jobs[job].collect, record, err))
			return false;
	}
	return true;
}

/* Every layer that the worker did not bring to its end is unread, from where it stopped. */
static void on_layers_end(void *context, size_t number, const struct error *err)
{
	struct pass *p = context;
	struct layers_work *l = &p->jobs[number];
	struct collection *c = &p->work->collection;

	feed_stop(&l->feed);
	p->done++;
	if (p->work->run->progress)
		p->work->run->progress(p->work->run->context, "layers", p->done, p->count);
	for (size_t i = 0; i < l->count; i++) {
		struct collected_layer *layer = &c->layers[l->numbers[i]];

		if (layer->ended)
			continue;
		collect_gap(c, GAP_BLOCKING,
			    err ? gap_reason_of_error(err->code) : GAP_REASON_WORKER, layer->name,
			    l->numbers[i], err ? err->offset : -1,
			    err ? err->message : "a worker ended without an answer");
	}
}

static uint64_t stored_size(const struct layers_work *l)
{
	const struct work *w = l->work;

	return w->outline.has_image ? w->outline.image.layers.items[l->numbers[0]].size : 0;
}

/* The largest first: nobody waits at the end for one that started last. */
static int compare_jobs(const void *a, const void *b)
{
	const struct layers_work *x = a, *y = b;
	uint64_t xs = stored_size(x), ys = stored_size(y);

	if (xs != ys)
		return xs > ys ? -1 : 1;
	return (x->numbers[0] > y->numbers[0]) - (x->numbers[0] < y->numbers[0]);
}

/* In the fetcher. */
static bool fetch_layer(void *context, struct http_sink *sink, struct error *err)
{
	const struct layers_work *l = context;
	const struct work *w = l->work;

	if (w->stream)
		return w->stream(w->stream_context, sink, err);
	return w->remote->layer(w->remote, &w->outline.image.layers.items[l->numbers[0]], sink, err);
}

static bool feed_layer(void *job, int *ret_fd, struct error *err)
{
	struct layers_work *l = job;

	if (!feed_start(&l->feed, l->work->run, fetch_layer, l, ret_fd, err))
		return false;
	l->fed = *ret_fd;
	return true;
}

static void run_pass(struct work *w, struct layers_work *jobs, size_t count)
{
	struct arena arena;
	struct pass pass = {.work = w, .jobs = jobs, .count = count};
	struct worker_events events = {on_records, on_layers_end, &pass};

	if (count == 0)
		return;
	arena_init(&arena, 0);
	qsort(jobs, count, sizeof(*jobs), compare_jobs);
	struct worker_job *workers = arena_new_array(&arena, struct worker_job, count);
	for (size_t i = 0; i < count; i++) {
		struct layers_work *l = &jobs[i];

		for (size_t k = 0; k < l->count; k++)
			w->collection.layers[l->numbers[k]].ended = false;
		l->collect.numbers = l->numbers;
		l->collect.number_count = l->count;
		workers[i] = (struct worker_job){.run = run_layers, .job = l, .name = l->name};
		if (w->remote || w->stream)
			workers[i].feed = feed_layer;
		job_fd(w, &workers[i]);
	}
	confine_run(w->confine, w->run, workers, count, &events);
	arena_release(&arena);
}

static uint32_t *one_number(struct arena *a, uint32_t number)
{
	uint32_t *numbers = arena_new(a, uint32_t);

	*numbers = number;
	return numbers;
}

struct jobs VEC_OF(struct layers_work);

static bool is_present(const struct work *w, uint32_t number)
{
	return !w->outline.has_image || w->outline.layers.items[number].present;
}

/* A job for each layer. */
static void separate_jobs(const struct work *w, const bool *chosen, struct arena *a,
			  struct jobs *jobs)
{
	for (uint32_t i = 0; i < w->collection.count; i++) {
		if (!is_present(w, i) || (chosen && !chosen[i]))
			continue;
		*vec_add(a, jobs) = (struct layers_work){.work = w,
							 .numbers = one_number(a, i),
							 .count = 1,
							 .name = w->collection.layers[i].name};
	}
}

static bool overlaps(const struct work *w, uint32_t a, uint32_t b)
{
	const struct image_layer *x = &w->outline.image.layers.items[a];
	const struct image_layer *y = &w->outline.image.layers.items[b];

	return x->offset < y->offset + y->size && y->offset < x->offset + x->size;
}

static void insert_sorted(const struct work *w, struct layers_work *job, uint32_t number)
{
	const struct image_layer *layers = w->outline.image.layers.items;
	size_t at = job->count++;

	for (; at > 0 && layers[job->numbers[at - 1]].offset > layers[number].offset; at--)
		job->numbers[at] = job->numbers[at - 1];
	job->numbers[at] = number;
}

/*
 * One job for all layers in the order of their bytes; a second one only for
 * layers whose bytes another one has already (the same blob twice).
 */
static void sequential_jobs(const struct work *w, const bool *chosen, struct arena *a,
			    struct jobs *jobs)
{
	for (uint32_t i = 0; i < w->collection.count; i++) {
		struct layers_work *job = NULL;

		if (!is_present(w, i) || (chosen && !chosen[i]))
			continue;
		vec_each (it, jobs) {
			bool free = true;

			for (size_t k = 0; k < it->count; k++)
				free &= !overlaps(w, it->numbers[k], i);
			if (free && !job)
				job = it;
		}
		if (!job) {
			job = vec_add(a, jobs);
			*job = (struct layers_work){.work = w, .name = w->name};
			job->numbers = arena_new_array(a, uint32_t, w->collection.count);
		}
		insert_sorted(w, job, i);
	}
}

static void make_jobs(const struct work *w, const bool *chosen, struct arena *a, struct jobs *jobs)
{
	if (w->outline.has_image && w->outline.compressed)
		sequential_jobs(w, chosen, a, jobs);
	else
		separate_jobs(w, chosen, a, jobs);
}

void work_first(struct work *w)
{
	struct jobs jobs = {0};
	struct arena arena;

	arena_init(&arena, 0);
	make_jobs(w, NULL, &arena, &jobs);
	run_pass(w, jobs.items, jobs.count);
	collection_finish(&w->collection);
	arena_release(&arena);
}

void work_second(struct work *w, const struct union_wanted *wanted, size_t count)
{
	struct jobs jobs = {0};
	struct arena arena;

	arena_init(&arena, 0);
	bool *chosen = arena_new_array(&arena, bool, w->collection.count);
	for (size_t i = 0; i < count; i++)
		chosen[wanted[i].layer] = true;
	make_jobs(w, chosen, &arena, &jobs);
	vec_each (job, &jobs) {
		job->wanted = job->collect.wanted = wanted;
		job->wanted_count = job->collect.wanted_count = count;
	}
	run_pass(w, jobs.items, jobs.count);
	arena_release(&arena);
}
