#include "advisory/update.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "advisory/index.h"
#include "advisory/index_build.h"
#include "advisory/mirror.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/map.h"

#define STATE_MAX     (1 * MIB)
#define ECOSYSTEM_MAX 64

/* What the last update brought: a line of tab-separated fields for each file. */
struct state_row {
	struct slice ecosystem;
	struct mirror_validators validators;
	bool fresh; /* brought by this run: takes its place once the index is made of it */
};

struct state_list VEC_OF(struct state_row);

struct state {
	struct slice digest; /* of the index that was made of it */
	struct slice mirror;
	struct state_list rows;
};

struct updater {
	struct run *run;
	struct arena *arena;
	const struct update_options *options;
	struct update_result *result;
	struct slice mirror;
	const struct mirror_kind *kind;
	bool in_place;	     /* the mirror's files are read where they lie */
	struct slice folder; /* of what was brought */
	struct state old;
	struct state_list rows;
	bool changed;
	struct error *err;
};

/* ------------------------------------------------------------------- state */

static struct slice state_path(const struct updater *u)
{
	return arena_printf(u->arena, "%.*s/state", SLICE_ARG(u->folder));
}

static struct slice zip_path(const struct updater *u, struct slice ecosystem)
{
	if (u->in_place)
		return arena_printf(u->arena, "%s/%.*s/all.zip",
				    mirror_directory_path(u->mirror, u->arena),
				    SLICE_ARG(ecosystem));
	return arena_printf(u->arena, "%.*s/%.*s/all.zip", SLICE_ARG(u->folder),
			    SLICE_ARG(ecosystem));
}

static struct slice fresh_path(const struct updater *u, struct slice ecosystem)
{
	return arena_printf(u->arena, "%.*s.new", SLICE_ARG(zip_path(u, ecosystem)));
}

/* A name that is one path component and nothing strange. */
static bool is_ecosystem(struct slice name)
{
	if (slice_empty(name) || name.len > ECOSYSTEM_MAX || name.data[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] == '/' || (uint8_t)name.data[i] < ' ' || name.data[i] == 127)
			return false;
	return true;
}

/* A state that cannot be read only means that everything is brought anew. */
static void read_state(struct updater *u)
{
	struct slice text, line, fields[3];

	if (!io_read_file(AT_FDCWD, state_path(u).data, STATE_MAX, u->arena, &text, NULL) ||
	    !slice_next_line(&text, &u->old.digest) || !slice_next_line(&text, &u->old.mirror))
		return;
	while (slice_next_line(&text, &line)) {
		for (size_t i = 0; i < ARRAY_LEN(fields); i++)
			if (!slice_next(&line, '\t', &fields[i]))
				fields[i] = SLICE_EMPTY;
		if (is_ecosystem(fields[0]))
			*vec_add(u->arena, &u->old.rows) =
				(struct state_row){ fields[0], { fields[1], fields[2] }, false };
	}
	if (!slice_eq(u->old.mirror, u->mirror))
		u->old = (struct state){ 0 };
}

static const struct state_row *find_row(const struct state_list *rows, struct slice ecosystem)
{
	vec_each(row, rows)
		if (slice_eq(row->ecosystem, ecosystem))
			return row;
	return NULL;
}

/* Validators come from a server: what would break the lines is not kept. */
static struct slice plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.data[i] < ' ')
			return SLICE_EMPTY;
	return s;
}

static bool write_state(struct updater *u, struct slice digest)
{
	struct buf b;

	buf_init(&b, STATE_MAX);
	buf_printf(&b, "%.*s\n%.*s\n", SLICE_ARG(digest), SLICE_ARG(u->mirror));
	vec_each(row, &u->rows)
		buf_printf(&b, "%.*s\t%.*s\t%.*s\n", SLICE_ARG(row->ecosystem),
			   SLICE_ARG(plain(row->validators.etag)),
			   SLICE_ARG(plain(row->validators.last_modified)));
	bool ok = io_write_file_atomic(state_path(u).data, buf_slice(&b), 0644, u->err);
	buf_release(&b);
	return ok;
}

/* -------------------------------------------------------------- ecosystems */

static void add_ecosystem(struct updater *u, struct slice_list *list, struct slice name)
{
	name = slice_first(name, slice_find_byte(name, ':'));
	vec_each(known, list)
		if (slice_eq(*known, name))
			return;
	if (is_ecosystem(name))
		*vec_add(u->arena, list) = name;
	else
		*vec_add(u->arena, &u->result->missing) = name;
}

/* A scratch file in the folder of what was brought. */
static int open_part(struct updater *u, struct slice path)
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
	vec_each(file, &files)
		add_ecosystem(u, ret, file->ecosystem);
	return true;
}

/* All that the mirror has, by its own list. */
static bool list_mirror(struct updater *u, struct slice_list *ret)
{
	struct slice path = arena_printf(u->arena, "%.*s/ecosystems.txt", SLICE_ARG(u->folder)),
		     text, line;
	const struct mirror_validators none = { SLICE_EMPTY, SLICE_EMPTY };
	CLEANUP_FD int fd = open_part(u, path);
	struct mirror_answer answer;

	if (fd < 0 ||
	    !u->kind->fetch(u->mirror, u->run, SLICE("ecosystems.txt"), &none, fd, &answer, u->err))
		return false;
	if (!io_read_file(AT_FDCWD, path.data, STATE_MAX, u->arena, &text, u->err))
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
	struct slice path = fresh_path(u, ecosystem);

	if (u->in_place)
		return u->kind->fetch(u->mirror, u->run, file, known, -1, ret, u->err);
	if (!io_make_dirs(
		    arena_printf(u->arena, "%.*s/%.*s", SLICE_ARG(u->folder), SLICE_ARG(ecosystem))
			    .data,
		    u->err))
		return false;
	CLEANUP_FD int fd = open_part(u, path);
	if (fd < 0)
		return false;
	bool ok = u->kind->fetch(u->mirror, u->run, file, known, fd, ret, u->err);
	if (!ok || ret->not_modified)
		unlink(path.data);
	return ok;
}

static bool update_one(struct updater *u, struct slice ecosystem)
{
	const struct state_row *old = find_row(&u->old.rows, ecosystem);
	struct mirror_validators known = { SLICE_EMPTY, SLICE_EMPTY };
	struct error why = ERROR_INIT, *outer = u->err;
	struct mirror_answer answer;

	if (old && access(zip_path(u, ecosystem).data, R_OK) == 0)
		known = old->validators;
	u->err = &why;
	bool ok = bring(u, ecosystem, &known, &answer);
	u->err = outer;
	if (!ok && why.code == ERR_NOT_FOUND) {
		*vec_add(u->arena, &u->result->missing) = ecosystem;
		return true;
	}
	if (!ok) {
		if (u->err)
			*u->err = why;
		return error_wrap(u->err, "bringing the advisories of %.*s", SLICE_ARG(ecosystem));
	}
	u->changed = u->changed || !answer.not_modified;
	*vec_add(u->arena, &u->rows) =
		(struct state_row){ ecosystem, answer.not_modified ? known : answer.validators,
				    !answer.not_modified && !u->in_place };
	*vec_add(u->arena, &u->result->rows) =
		(struct update_row){ ecosystem, !answer.not_modified, answer.bytes };
	return true;
}

static bool bring_all(struct updater *u)
{
	struct slice_list wanted = { 0 };

	vec_each(name, &u->options->ecosystems)
		add_ecosystem(u, &wanted, *name);
	if (!u->options->ecosystems.count &&
	    !(u->in_place ? list_directory(u, &wanted) : list_mirror(u, &wanted)))
		return false;
	vec_each(name, &wanted) {
		if (run_interrupted(u->run, u->err) || !update_one(u, *name))
			return false;
		if (u->run->progress)
			u->run->progress(u->run->context, "bringing advisories",
					 (uint64_t)(name - wanted.items) + 1, wanted.count);
	}
	if (!u->rows.count)
		return error_set(u->err, ERR_NOT_FOUND,
				 "%.*s has no advisories of what was asked for",
				 SLICE_ARG(u->mirror));
	/* What earlier updates brought and this one did not ask for stays in the index. */
	vec_each(old, &u->old.rows)
		if (!find_row(&u->rows, old->ecosystem) &&
		    access(zip_path(u, old->ecosystem).data, R_OK) == 0)
			*vec_add(u->arena, &u->rows) = *old;
	return true;
}

/* ------------------------------------------------------------------- build */

static bool same_rows(const struct updater *u)
{
	if (u->rows.count != u->old.rows.count)
		return false;
	vec_each(row, &u->rows)
		if (!find_row(&u->old.rows, row->ecosystem))
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

static int compare_rows(const void *a, const void *b)
{
	return slice_cmp(((const struct state_row *)a)->ecosystem,
			 ((const struct state_row *)b)->ecosystem);
}

/* A broken download never takes the place of what served before. */
static bool keep_fresh(struct updater *u)
{
	vec_each(row, &u->rows)
		if (row->fresh && rename(fresh_path(u, row->ecosystem).data,
					 zip_path(u, row->ecosystem).data) < 0)
			return error_set_errno(u->err, errno, "keeping %.*s",
					       SLICE_ARG(zip_path(u, row->ecosystem)));
	return true;
}

static bool build(struct updater *u)
{
	struct index_file_list files = { 0 };

	qsort(u->rows.items, u->rows.count, sizeof(*u->rows.items), compare_rows);
	if (!u->changed && !u->options->force && same_rows(u) && !slice_empty(u->old.digest) &&
	    slice_eq(index_in_place(u), u->old.digest))
		return true;
	vec_each(row, &u->rows)
		*vec_add(u->arena, &files) = (struct index_file){
			.ecosystem = row->ecosystem,
			.path = row->fresh ? fresh_path(u, row->ecosystem)
					   : zip_path(u, row->ecosystem),
			.name = arena_printf(u->arena, "%.*s/all.zip", SLICE_ARG(row->ecosystem)),
		};
	if (!index_build_locked(u->run, &files, u->options->output, u->err))
		return false;
	u->result->built = true;
	return keep_fresh(u) && write_state(u, index_in_place(u));
}

static bool update_locked(struct updater *u)
{
	read_state(u);
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

	*ret = (struct update_result){ 0 };
	u.kind = mirror_kind_of(u.mirror);
	u.in_place = u.kind == &mirror_directory;
	if (!io_make_dirs(u.folder.data, err))
		return false;
	CLEANUP_FD int lock = index_lock(run, options->output, err);
	return lock >= 0 && update_locked(&u);
}
