/* The records that have changed, one by one, where that is cheaper than the whole zip. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/delta.h"
#include "advisory/update_internal.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/wire.h"
#include "confine/confine.h"

/* What a record costs, as bytes of a zip: mostly the time that a request takes. */
#define RECORD_COST ((uint64_t)128 * KIB)
/* However large the zip is: a burst of requests is no way to treat a mirror. */
#define RECORDS_MAX 2000
#define DELTA_MAX   (256 * MIB)
#define LIST_MAX    (512 * MIB)

struct delta_work {
	struct updater *u;
	struct slice ecosystem;
	struct slice csv, kept;
	struct delta_plan plan;
	bool planned;
	struct error failure;
};

/* ---------------------------------------------------------------- comparing */

enum { ANSWER_WANTED, ANSWER_GONE };

static bool compare(void *argument, struct worker_output *out, struct error *err)
{
	struct delta_work *w = argument;
	struct delta_plan plan;
	struct arena arena;
	struct buf b;

	arena_init(&arena, 0);
	buf_init(&b, LIMIT_RECORD - 1);
	bool ok = delta_compare(w->csv, w->kept, &arena, &plan, err);
	if (ok && plan.wanted.count <= RECORDS_MAX && plan.gone.count <= RECORDS_MAX) {
		vec_each (e, &plan.wanted) {
			wire_put_slice(&b, e->id);
			wire_put_u64(&b, (uint64_t)e->stamp);
		}
		ok = worker_send(out, ANSWER_WANTED, buf_slice(&b));
		buf_clear(&b);
		vec_each (id, &plan.gone)
			wire_put_slice(&b, *id);
		ok = ok && worker_send(out, ANSWER_GONE, buf_slice(&b));
	}
	buf_release(&b);
	arena_release(&arena);
	return ok;
}

static bool take_answer(void *context, size_t job, uint32_t type, struct slice record,
			struct error *err)
{
	struct delta_work *w = context;
	struct cursor c;

	(void)job;
	cursor_init(&c, record);
	while (!c.failed && cursor_left(&c)) {
		struct slice id = wire_copy_slice(&c, w->u->arena);

		if (type == ANSWER_WANTED)
			*vec_add(w->u->arena, &w->plan.wanted) =
				(struct delta_entry){.id = id, .stamp = (int64_t)wire_get_u64(&c)};
		else
			*vec_add(w->u->arena, &w->plan.gone) = id;
		if (!delta_sound_id(id) || w->plan.wanted.count > RECORDS_MAX ||
		    w->plan.gone.count > RECORDS_MAX)
			c.failed = true;
	}
	w->planned = w->planned || type == ANSWER_GONE;
	return !c.failed || error_set(err, ERR_WORKER, "the comparison's answer is malformed");
}

static void end_compare(void *context, size_t job, const struct error *err)
{
	struct delta_work *w = context;

	(void)job;
	if (err)
		w->failure = *err;
}

/* In a worker: what is compared came from the web.  Not planned: take the zip. */
static void make_plan(struct delta_work *w)
{
	const struct worker_events events = {take_answer, end_compare, w};
	const struct confine_spec spec = {.tree_fd = -1};
	const struct worker_job job = {.run = compare, .job = w, .name = w->ecosystem};
	struct confine *confine = confine_new(&spec, &w->failure);

	if (confine)
		confine_run(confine, w->u->run, &job, 1, &events);
	confine_free(confine);
	w->planned = w->planned && !w->failure.code;
}

/* --------------------------------------------------------------- what is kept */

struct slice update_sound_delta(const struct updater *u, struct slice ecosystem)
{
	struct slice path = update_path(u, ecosystem, "delta"), bytes;
	struct slice zip = delta_identity(update_path(u, ecosystem, "all.zip").data, u->arena);
	struct delta delta;

	if (!io_read_file(AT_FDCWD, path.data, DELTA_MAX, u->arena, &bytes, NULL) ||
	    !delta_read(bytes, u->arena, &delta, NULL) || !slice_eq(delta.base, zip))
		return SLICE_EMPTY;
	return path;
}

/* The list of kept records, where it is that of the files that lie there. */
static bool read_kept(struct delta_work *w)
{
	const struct updater *u = w->u;
	struct slice line, delta = update_sound_delta(u, w->ecosystem);
	struct slice wanted = arena_printf(
		u->arena, "%.*s %.*s",
		SLICE_ARG(delta_identity(update_path(u, w->ecosystem, "all.zip").data, u->arena)),
		SLICE_ARG(slice_empty(delta) ? SLICE("-") : delta_identity(delta.data, u->arena)));

	return io_read_file(AT_FDCWD, update_path(u, w->ecosystem, "kept").data, LIST_MAX, u->arena,
			    &w->kept, NULL) &&
	       slice_next_line(&w->kept, &line) && slice_eq(line, wanted);
}

/* ------------------------------------------------------------------ bringing */

static bool fetch_file(struct delta_work *w, struct slice file, struct slice path,
		       const struct mirror_validators *known, struct mirror_answer *answer,
		       struct slice *ret, struct error *err)
{
	struct updater *u = w->u;
	struct error *outer = u->err;

	u->err = err;
	CLEANUP_FD int fd = update_open_part(u, path);
	u->err = outer;
	if (fd < 0)
		return false;
	bool ok = u->kind->fetch(u->mirror, u->run, file, known, fd, answer, err) &&
		  (answer->not_modified ||
		   io_read_file(AT_FDCWD, path.data, LIST_MAX, u->arena, ret, err));
	unlink(path.data);
	return ok;
}

static bool fetch_csv(struct delta_work *w, const struct state_row *old, struct mirror_answer *ret,
		      struct error *err)
{
	struct slice file =
		arena_printf(w->u->arena, "%.*s/modified_id.csv", SLICE_ARG(w->ecosystem));

	return fetch_file(w, file, update_path(w->u, w->ecosystem, "modified_id.csv"), &old->csv,
			  ret, &w->csv, err);
}

static bool fetch_records(struct delta_work *w, uint64_t *bytes, struct error *err)
{
	const struct mirror_validators none = {SLICE_EMPTY, SLICE_EMPTY};
	struct updater *u = w->u;

	vec_each (e, &w->plan.wanted) {
		struct slice file = arena_printf(u->arena, "%.*s/%.*s.json",
						 SLICE_ARG(w->ecosystem), SLICE_ARG(e->id));
		struct mirror_answer answer;

		if (run_interrupted(u->run, err) ||
		    !fetch_file(w, file, update_path(u, w->ecosystem, "record"), &none, &answer,
				&e->bytes, err))
			return false;
		if (slice_empty(e->bytes))
			return error_set(err, ERR_FORMAT, "%.*s is empty", SLICE_ARG(file));
		*bytes += answer.bytes;
	}
	return true;
}

/* The old delta with what is new in its place; the list of kept ones is the index builder's work.
 */
static bool write_delta(struct delta_work *w, struct error *err)
{
	struct updater *u = w->u;
	struct slice old_path = update_sound_delta(u, w->ecosystem), bytes;
	struct delta old = {0},
		     new = {
			     .base = delta_identity(update_path(u, w->ecosystem, "all.zip").data,
						    u->arena),
		     };
	struct map ids;
	struct buf b;

	map_init(&ids);
	buf_init(&b, DELTA_MAX);
	vec_each (e, &w->plan.wanted)
		map_put(&ids, e->id, NULL);
	vec_each (id, &w->plan.gone)
		map_put(&ids, *id, NULL);
	if (!slice_empty(old_path) &&
	    io_read_file(AT_FDCWD, old_path.data, DELTA_MAX, u->arena, &bytes, NULL) &&
	    delta_read(bytes, u->arena, &old, NULL))
		vec_each (e, &old.entries)
			if (!map_get(&ids, e->id))
				*vec_add(u->arena, &new.entries) = *e;
	vec_each (e, &w->plan.wanted)
		*vec_add(u->arena, &new.entries) = *e;
	vec_each (id, &w->plan.gone)
		*vec_add(u->arena, &new.entries) = (struct delta_entry){
			.id = *id,
			.stamp = TIMESTAMP_NONE,
			.bytes = SLICE_EMPTY,
		};
	delta_write(&new, &b);
	bool ok =
		!b.overflow && io_write_file_atomic(update_path(u, w->ecosystem, "delta.new").data,
						    buf_slice(&b), 0644, err);
	map_release(&ids);
	buf_release(&b);
	return ok;
}

static uint64_t file_size(struct slice path)
{
	struct stat st;

	return slice_empty(path) || stat(path.data, &st) < 0 ? 0 : (uint64_t)st.st_size;
}

/* Deltas pile up until the zip is cheaper than they are together. */
static bool is_cheaper(const struct delta_work *w)
{
	uint64_t zip = file_size(update_path(w->u, w->ecosystem, "all.zip"));
	uint64_t piled = file_size(update_sound_delta(w->u, w->ecosystem));

	return w->plan.wanted.count * RECORD_COST + piled <= zip;
}

enum delta_outcome update_delta(struct updater *u, const struct state_row *old,
				struct state_row *row, uint64_t *ret_bytes, uint64_t *ret_records)
{
	struct delta_work w = {.u = u, .ecosystem = row->name, .failure = ERROR_INIT};
	struct mirror_answer answer;
	struct error why = ERROR_INIT;

	*ret_bytes = *ret_records = 0;
	row->csv = (struct mirror_validators){SLICE_EMPTY, SLICE_EMPTY};
	if (!read_kept(&w))
		return DELTA_NONE;
	if (!fetch_csv(&w, old, &answer, &why))
		return run_interrupted(u->run, u->err) ? DELTA_FAILED : DELTA_NONE;
	row->csv = answer.not_modified ? old->csv : answer.validators;
	if (answer.not_modified)
		return DELTA_UNCHANGED;
	*ret_bytes = answer.bytes;
	make_plan(&w);
	if (w.planned && !w.plan.wanted.count && !w.plan.gone.count)
		return DELTA_UNCHANGED;
	if (w.planned && is_cheaper(&w) && fetch_records(&w, ret_bytes, &why) &&
	    write_delta(&w, &why)) {
		row->fresh_delta = true;
		*ret_records = w.plan.wanted.count + w.plan.gone.count;
		return DELTA_BROUGHT;
	}
	row->csv = (struct mirror_validators){SLICE_EMPTY, SLICE_EMPTY};
	return run_interrupted(u->run, u->err) ? DELTA_FAILED : DELTA_NONE;
}
