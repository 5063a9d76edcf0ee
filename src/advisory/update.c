#include "advisory/update.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "advisory/index.h"
#include "advisory/index_build.h"
#include "advisory/update_internal.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"

#define LIST_MAX (1 * MIB)

struct slice update_path(const struct updater *u, struct slice name, const char *file)
{
	if (slice_empty(name))
		return arena_printf(u->arena, "%.*s/%s", SLICE_ARG(u->folder), file);
	return arena_printf(u->arena, "%.*s/%.*s/%s", SLICE_ARG(u->folder), SLICE_ARG(name), file);
}

static struct slice zip_path(const struct updater *u, struct slice ecosystem)
{
	if (u->in_place)
		return arena_printf(u->arena, "%s/%.*s/all.zip",
				    mirror_directory_path(u->mirror, u->arena),
				    SLICE_ARG(ecosystem));
	return update_path(u, ecosystem, "all.zip");
}

/* Where the file of a row lies once it has taken its place. */
static struct slice row_path(const struct updater *u, const struct state_row *row)
{
	if (!row->feed)
		return zip_path(u, row->name);
	return slice_empty(row->path) ? update_path(u, SLICE_EMPTY, arena_cstr(u->arena, row->name))
				      : row->path;
}

static struct slice fresh_path(const struct updater *u, struct slice path)
{
	return arena_printf(u->arena, "%.*s.new", SLICE_ARG(path));
}

/* -------------------------------------------------------------- ecosystems */

static void add_ecosystem(struct updater *u, struct slice_list *list, struct slice name)
{
	name = slice_first(name, slice_find_byte(name, ':'));
	vec_each (known, list)
		if (slice_eq(*known, name))
			return;
	if (update_is_ecosystem(name))
		*vec_add(u->arena, list) = name;
	else
		*vec_add(u->arena, &u->result->missing) = name;
}

int update_open_part(struct updater *u, struct slice path)
{
	int fd = open(path.data, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		error_set_errno(u->err, errno, "creating %.*s", SLICE_ARG(path));
	return fd;
}

static bool list_directory(struct updater *u, struct slice_list *ret)
{
	struct index_file_list files;

	if (!index_list_directory(mirror_directory_path(u->mirror, u->arena), NULL, u->arena,
				  &files, NULL, u->err))
		return false;
	vec_each (file, &files)
		add_ecosystem(u, ret, file->ecosystem);
	return true;
}

/* All that the mirror has, by its own list. */
static bool list_mirror(struct updater *u, struct slice_list *ret)
{
	struct slice path = arena_printf(u->arena, "%.*s/ecosystems.txt", SLICE_ARG(u->folder)),
		     text, line;
	const struct mirror_validators none = {SLICE_EMPTY, SLICE_EMPTY};
	CLEANUP_FD int fd = update_open_part(u, path);
	struct mirror_answer answer;

	if (fd < 0 ||
	    !u->kind->fetch(u->mirror, u->run, SLICE("ecosystems.txt"), &none, fd, &answer, u->err))
		return false;
	if (!io_read_file(AT_FDCWD, path.data, LIST_MAX, u->arena, &text, u->err))
		return false;
	while (slice_next_line(&text, &line))
		if (!slice_empty(slice_trim(line)))
			add_ecosystem(u, ret, slice_trim(line));
	return true;
}

/* -------------------------------------------------------------------- zips */

static bool bring(struct updater *u, struct slice ecosystem, const struct mirror_validators *known,
		  struct mirror_answer *ret)
{
	struct slice file = arena_printf(u->arena, "%.*s/all.zip", SLICE_ARG(ecosystem));
	struct slice path = fresh_path(u, zip_path(u, ecosystem));

	if (u->in_place)
		return u->kind->fetch(u->mirror, u->run, file, known, -1, ret, u->err);
	if (!io_make_dirs(
		    arena_printf(u->arena, "%.*s/%.*s", SLICE_ARG(u->folder), SLICE_ARG(ecosystem))
			    .data,
		    u->err))
		return false;
	CLEANUP_FD int fd = update_open_part(u, path);
	if (fd < 0)
		return false;
	bool ok = u->kind->fetch(u->mirror, u->run, file, known, fd, ret, u->err);
	if (!ok || ret->not_modified)
		unlink(path.data);
	return ok;
}

/* The whole zip, unless the mirror says that it is the one that is here. */
static bool bring_zip(struct updater *u, const struct state_row *old, struct state_row *row,
		      bool *ret_missing)
{
	struct mirror_validators known = {SLICE_EMPTY, SLICE_EMPTY};
	struct error why = ERROR_INIT, *outer = u->err;
	struct mirror_answer answer;

	*ret_missing = false;
	if (old && access(zip_path(u, row->name).data, R_OK) == 0)
		known = old->validators;
	u->err = &why;
	bool ok = bring(u, row->name, &known, &answer);
	u->err = outer;
	if (!ok && why.code == ERR_NOT_FOUND) {
		*ret_missing = true;
		return true;
	}
	if (!ok) {
		if (u->err)
			*u->err = why;
		return error_wrap(u->err, "bringing the advisories of %.*s", SLICE_ARG(row->name));
	}
	row->validators = answer.not_modified ? known : answer.validators;
	row->fresh = !answer.not_modified && !u->in_place;
	*vec_add(u->arena, &u->result->rows) = (struct update_row){
		.ecosystem = row->name,
		.changed = !answer.not_modified,
		.bytes = answer.bytes,
	};
	u->changed = u->changed || !answer.not_modified;
	return true;
}

static bool update_one(struct updater *u, struct slice ecosystem)
{
	const struct state_row *old = update_find_row(&u->old.rows, ecosystem);
	struct state_row row = {.name = ecosystem};
	enum delta_outcome outcome = DELTA_NONE;
	uint64_t bytes = 0, records = 0;
	bool missing = false;

	if (old && !u->in_place && access(zip_path(u, ecosystem).data, R_OK) == 0)
		outcome = update_delta(u, old, &row, &bytes, &records);
	if (outcome == DELTA_FAILED)
		return false;
	if (outcome == DELTA_NONE) {
		if (!bring_zip(u, old, &row, &missing))
			return false;
	} else {
		row.validators = old->validators;
		u->changed = u->changed || outcome == DELTA_BROUGHT;
		*vec_add(u->arena, &u->result->rows) = (struct update_row){
			.ecosystem = ecosystem,
			.changed = outcome == DELTA_BROUGHT,
			.bytes = outcome == DELTA_BROUGHT ? bytes : 0,
			.records = records,
		};
	}
	if (missing)
		*vec_add(u->arena, &u->result->missing) = ecosystem;
	else
		*vec_add(u->arena, &u->rows) = row;
	return true;
}

/* What earlier updates brought and this one did not ask for stays in the index. */
static void keep_old_rows(struct updater *u)
{
	vec_each (old, &u->old.rows) {
		struct state_row row = *old;

		if (update_find_row(&u->rows, old->name))
			continue;
		row.path = row.feed && u->in_place
				   ? arena_printf(u->arena, "%s/%.*s",
						  mirror_directory_path(u->mirror, u->arena),
						  SLICE_ARG(row.name))
				   : SLICE_EMPTY;
		struct slice path = row_path(u, &row);
		if (access(path.data, R_OK) == 0)
			*vec_add(u->arena, &u->rows) = row;
	}
}

static bool bring_all(struct updater *u)
{
	struct slice_list *wanted = &u->wanted;

	vec_each (name, &u->options->ecosystems)
		add_ecosystem(u, wanted, *name);
	if (!u->options->ecosystems.count &&
	    !(u->in_place ? list_directory(u, wanted) : list_mirror(u, wanted)))
		return false;
	vec_each (name, wanted) {
		if (run_interrupted(u->run, u->err) || !update_one(u, *name))
			return false;
		if (u->run->progress)
			u->run->progress(u->run->context, "bringing advisories",
					 (uint64_t)(name - wanted->items) + 1, wanted->count);
	}
	if (!u->rows.count)
		return error_set(u->err, ERR_NOT_FOUND,
				 "%.*s has no advisories of what was asked for",
				 SLICE_ARG(u->mirror));
	if (!update_feeds(u))
		return false;
	keep_old_rows(u);
	return true;
}

/* ------------------------------------------------------------------- build */

static bool same_rows(const struct updater *u)
{
	if (u->rows.count != u->old.rows.count)
		return false;
	vec_each (row, &u->rows)
		if (!update_find_row(&u->old.rows, row->name))
			return false;
	return true;
}

/* The digest of the index that stands; empty when there is none to use. */
static struct slice index_in_place(const struct updater *u)
{
	struct advisory_index index;

	if (!index_open(u->options->output, &index, NULL))
		return SLICE_EMPTY;
	struct slice digest = index_digest(&index, u->arena);
	index_close(&index);
	return digest;
}

static int compare_rows(const void *x, const void *y)
{
	const struct state_row *a = x, *b = y;

	/* Feeds behind the ecosystems, as index_list_feeds has them: by their rows, then by name.
	 */
	if (a->feed != b->feed)
		return !a->feed ? -1 : !b->feed ? 1 : a->feed < b->feed ? -1 : 1;
	return slice_cmp(a->name, b->name);
}

/* A broken download never takes the place of what served before. */
static bool keep_file(struct updater *u, struct slice path)
{
	if (rename(fresh_path(u, path).data, path.data) < 0)
		return error_set_errno(u->err, errno, "keeping %.*s", SLICE_ARG(path));
	return true;
}

static bool keep_fresh(struct updater *u)
{
	vec_each (row, &u->rows) {
		if (row->fresh && !keep_file(u, row_path(u, row)))
			return false;
		if (row->feed || u->in_place)
			continue;
		struct slice delta = update_path(u, row->name, "delta");
		if (row->fresh)
			unlink(delta.data);
		if ((row->fresh_delta && !keep_file(u, delta)) ||
		    !keep_file(u, update_path(u, row->name, "kept")))
			return false;
	}
	return true;
}

static struct index_file ecosystem_file(struct updater *u, const struct state_row *row)
{
	struct index_file file = {
		.ecosystem = row->name,
		.path = row_path(u, row),
		.name = arena_printf(u->arena, "%.*s/all.zip", SLICE_ARG(row->name)),
		.delta = SLICE_EMPTY,
		.kept = SLICE_EMPTY,
	};

	if (u->in_place)
		return file;
	file.kept = fresh_path(u, update_path(u, row->name, "kept"));
	if (row->fresh)
		file.path = fresh_path(u, file.path);
	else if (row->fresh_delta)
		file.delta = fresh_path(u, update_path(u, row->name, "delta"));
	else
		file.delta = update_sound_delta(u, row->name);
	return file;
}

static void list_files(struct updater *u, struct index_file_list *files)
{
	vec_each (row, &u->rows) {
		if (!row->feed) {
			*vec_add(u->arena, files) = ecosystem_file(u, row);
			continue;
		}
		struct index_file *last = files->count ? &files->items[files->count - 1] : NULL;
		struct slice path = row_path(u, row);
		if (!last || last->feed != row->feed) {
			last = vec_add(u->arena, files);
			*last = (struct index_file){
				.ecosystem = row->feed->covers,
				.name = row->feed->name,
				.feed = row->feed,
			};
		}
		*vec_add(u->arena, &last->paths) = row->fresh ? fresh_path(u, path) : path;
	}
}

static bool build(struct updater *u)
{
	struct index_file_list files = {0};

	qsort(u->rows.items, u->rows.count, sizeof(*u->rows.items), compare_rows);
	if (!u->changed && !u->options->force && same_rows(u) && !slice_empty(u->old.digest) &&
	    slice_eq(index_in_place(u), u->old.digest))
		return update_write_state(u, u->old.digest);
	list_files(u, &files);
	if (!index_build_locked(u->run, &files, u->options->output, u->err))
		return false;
	u->result->built = true;
	return keep_fresh(u) && update_write_state(u, index_in_place(u));
}

static bool update_locked(struct updater *u)
{
	update_read_state(u);
	return bring_all(u) && build(u);
}

bool advisory_update(struct run *run, const struct update_options *options,
		     struct update_result *ret, struct error *err)
{
	struct updater u = {
		.run = run,
		.arena = run->arena,
		.options = options,
		.result = ret,
		.err = err,
		.mirror = slice_empty(options->mirror) ? SLICE(MIRROR_DEFAULT) : options->mirror,
		.folder = arena_printf(run->arena, "%s.files", options->output),
	};

	*ret = (struct update_result){0};
	u.kind = mirror_kind_of(u.mirror);
	u.in_place = u.kind == &mirror_directory;
	if (!io_make_dirs(u.folder.data, err))
		return false;
	CLEANUP_FD int lock = index_lock(run, options->output, err);
	return lock >= 0 && update_locked(&u);
}
