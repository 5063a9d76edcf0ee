#include "image/keep.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "image/path.h"

/* A buffer or arena that grew beyond this for one file is given back after it. */
#define RETAIN (8 * MIB)
/* sieve_wants is promised as much of a longer file. */
#define FIRST_BYTES ((size_t)64)

void keeper_init(struct keeper *k, const struct keep_options *options, struct record_sink *sink)
{
	*k = (struct keeper){.options = options, .sink = sink};
	arena_init(&k->arena, 0);
	buf_init(&k->file, LIMIT_KEEP);
	map_init(&k->wanted);
	if (!options->wanted)
		return;
	const struct keep_wanted_list *wanted = options->wanted;

	k->wanted_next = mem_alloc_zero(wanted->count + 1, sizeof(*k->wanted_next));
	for (size_t i = 0; i < wanted->count; i++) {
		uint64_t *first = map_put(&k->wanted, wanted->items[i].path, NULL);

		k->wanted_next[i] = (uint32_t)*first;
		*first = i + 1;
		k->any_directory |= wanted->items[i].directory;
	}
}

void keeper_release(struct keeper *k)
{
	arena_release(&k->arena);
	buf_release(&k->file);
	map_release(&k->wanted);
	free(k->wanted_next);
}

static uint32_t row_number(const struct inventory_row *row)
{
	uint32_t i = 0;

	while (inventory_rows[i] != row)
		i++;
	return i;
}

bool keep_skips_dir(const struct keep_options *options, struct slice path)
{
	for (size_t i = 0; i < options->skip_dirs.count; i++)
		if (text_glob(options->skip_dirs.items[i], path))
			return true;
	return false;
}

static bool skipped(const struct keep_options *options, struct slice path)
{
	for (size_t i = 0; i < options->skip_files.count; i++)
		if (text_glob(options->skip_files.items[i], path))
			return true;
	if (options->skip_dirs.count == 0)
		return false;
	for (struct slice dir = path_parent(path); !slice_empty(dir); dir = path_parent(dir))
		if (keep_skips_dir(options, dir))
			return true;
	return false;
}

/* What is installed below node_modules came with lock files that nobody installs from. */
static bool in_node_modules(struct slice path)
{
	return slice_starts(path, SLICE("node_modules/")) ||
	       slice_find(path, SLICE("/node_modules/")) < path.len;
}

static const struct inventory_row *match_path(const struct keep_options *options, struct slice path)
{
	const struct inventory_row *row = inventory_match_path(options->scope, path);

	if (!row || skipped(options, path))
		return NULL;
	if (package_origin_row(row->origin)->lock_file && in_node_modules(path))
		return NULL;
	return row;
}

static bool may_be_program(const struct inventory_file *file)
{
	return file->size >= FIRST_BYTES && ((file->mode & 0111) || file->size >= KEEP_SIEVE_SIZE);
}

/* The number + 1 of the first want that names the file or its directory. */
static size_t first_wanted(const struct keeper *k, struct slice path)
{
	uint64_t *number = map_get(&k->wanted, path);

	return number ? (size_t)*number : 0;
}

bool keeper_looks(const struct keeper *k, const struct inventory_file *file)
{
	if (k->options->wanted)
		return first_wanted(k, file->path) ||
		       (k->any_directory && first_wanted(k, path_parent(file->path)));
	return may_be_program(file) || match_path(k->options, file->path);
}

/* The row of a program, by its first bytes. */
static const struct inventory_row *match_bytes(const struct keep_options *options,
					       const struct inventory_file *file,
					       struct slice first)
{
	if (!(file->mode & 0111) && !slice_starts(first, SLICE("\177ELF")))
		return NULL;
	const struct inventory_row *row = inventory_match_bytes(options->scope, file, first);
	return row && !skipped(options, file->path) ? row : NULL;
}

bool keeper_looks_further(const struct keeper *k, const struct inventory_file *file,
			  struct slice first)
{
	if (k->options->wanted || match_path(k->options, file->path))
		return keeper_looks(k, file);
	return may_be_program(file) && match_bytes(k->options, file, first);
}

static void forget(struct keeper *k)
{
	if (k->arena.used == 0 && k->file.len == 0)
		return;
	if (k->arena.used > RETAIN)
		arena_release(&k->arena);
	else
		arena_clear(&k->arena);
	if (k->file.alloc > RETAIN)
		buf_release(&k->file);
	buf_clear(&k->file);
}

/* The file's bytes into k->file; stops behind `max`. */
static bool read_whole(struct keeper *k, struct stream *bytes, size_t max, struct error *err)
{
	struct slice piece;

	if (!record_flush(k->sink, err))
		return false;
	do {
		if (!stream_next(bytes, &piece, err))
			return false;
		if (piece.len > max - k->file.len)
			return error_set(err, ERR_LIMIT, "larger than %zu bytes", max);
		buf_add_slice(&k->file, piece);
	} while (!slice_empty(piece));
	return true;
}

static bool send(struct keeper *k, const struct inventory_row *row, struct slice path,
		 struct slice as, struct inventory_output *out, const struct error *failure,
		 struct error *err)
{
	struct record_file file = {
		.row = row_number(row),
		.path = path,
		.as = as,
		.error = *failure,
		.partial = out->partial,
		.has_os = out->os.id.len > 0 || out->os.pretty_name.len > 0 || out->os.facts.len > 0,
		.os = out->os,
	};

	return record_put_file(k->sink, &file, &out->packages, err);
}

static bool parse_and_send(struct keeper *k, const struct inventory_row *row, struct slice path,
			   struct slice as, struct error *err)
{
	struct inventory_output out = {.arena = &k->arena, .os.layer = -1};
	struct inventory_input in = {.path = as, .size = k->file.len, .bytes = buf_slice(&k->file)};
	struct error failure = ERROR_INIT;

	if (row->parse && !row->parse(&in, &out, &failure) && failure.code == ERR_NONE)
		error_set(&failure, ERR_FORMAT, "cannot be read");
	return send(k, row, path, as, &out, &failure, err);
}

/* A file too large for its row is known to be there, and not read. */
static bool send_too_large(struct keeper *k, const struct inventory_row *row, struct slice path,
			   struct slice as, uint64_t size, struct error *err)
{
	struct inventory_output out = {.arena = &k->arena};
	struct error failure = ERROR_INIT;

	error_set(&failure, ERR_LIMIT, "%llu bytes, more than the %zu that are read of such a file",
		  (unsigned long long)size, row->max_size);
	return send(k, row, path, as, &out, &failure, err);
}

static bool send_unsupported(struct keeper *k, const struct inventory_row *row, struct slice path,
			     struct error *err)
{
	struct inventory_output out = {.arena = &k->arena};
	struct error failure = ERROR_INIT;

	error_set(&failure, ERR_UNSUPPORTED, "%s", row->unsupported);
	return send(k, row, path, path, &out, &failure, err);
}

static bool keep_whole(struct keeper *k, const struct inventory_row *row,
		       const struct inventory_file *file, struct stream *bytes, struct error *err)
{
	if (row->unsupported)
		return send_unsupported(k, row, file->path, err);
	if (file->size > row->max_size || file->size > LIMIT_KEEP)
		return send_too_large(k, row, file->path, file->path, file->size, err);
	return read_whole(k, bytes, LIMIT_KEEP, err) &&
	       parse_and_send(k, row, file->path, file->path, err);
}

static struct slice wanted_as(struct keeper *k, const struct keep_wanted *w, struct slice path)
{
	struct slice parts[] = {w->as, path_base(path)};

	return w->directory ? arena_join(&k->arena, parts, 2, SLICE("/")) : w->as;
}

/* Every want of the path; the same bytes may be wanted under several names. */
static bool send_wanted(struct keeper *k, size_t number, bool directory,
			const struct inventory_file *file, bool *kept, struct error *err)
{
	for (; number; number = k->wanted_next[number - 1]) {
		const struct keep_wanted *w = &k->options->wanted->items[number - 1];
		const struct inventory_row *row = inventory_rows[w->row];
		struct slice as = wanted_as(k, w, file->path);
		bool ok;

		if (w->directory != directory || (directory && row->matches && !row->matches(as)))
			continue;
		*kept = true;
		if (file->size > row->max_size || file->size > LIMIT_KEEP)
			ok = send_too_large(k, row, file->path, as, file->size, err);
		else
			ok = parse_and_send(k, row, file->path, as, err);
		if (!ok)
			return false;
	}
	return true;
}

static bool send_sieved(struct keeper *k, const struct inventory_row *row, struct slice path,
			struct slice as, struct inventory_output *out, const struct error *failure,
			bool *kept, struct error *err)
{
	if (out->want_whole) {
		*kept = true;
		return record_put_need(k->sink, path, path, row_number(row), err);
	}
	if (out->packages.count == 0 && out->partial.code == ERR_NONE && failure->code == ERR_NONE)
		return true;
	*kept = true;
	return send(k, row, path, as, out, failure, err);
}

/* Shows the row what starts with `piece`. */
static bool feed_and_send(struct keeper *k, const struct inventory_row *row,
			  const struct inventory_file *file, struct slice path, struct slice piece,
			  struct stream *bytes, bool *kept, struct error *err)
{
	struct inventory_output out = {.arena = &k->arena, .os.layer = -1};
	struct error failure = ERROR_INIT;

	if (!record_flush(k->sink, err))
		return false;
	struct inventory_sieve *state = row->sieve_begin(&k->arena, file);

	while (!slice_empty(piece) && row->sieve_feed(state, piece))
		if (!stream_next(bytes, &piece, err))
			return false;
	if (!row->sieve_finish(state, &out, &failure) && failure.code == ERR_NONE)
		error_set(&failure, ERR_FORMAT, "cannot be read");
	return send_sieved(k, row, path, file->path, &out, &failure, kept, err);
}

static bool stream_row(struct keeper *k, const struct inventory_row *row,
		       const struct inventory_file *file, struct slice path, struct stream *bytes,
		       bool *kept, struct error *err)
{
	struct slice piece;

	return stream_next(bytes, &piece, err) &&
	       feed_and_send(k, row, file, path, piece, bytes, kept, err);
}

/* The only want of the path when it is of a row that reads streams, else NULL. */
static const struct keep_wanted *streamed_want(const struct keeper *k, struct slice path)
{
	size_t n = first_wanted(k, path);
	const struct keep_wanted *w = n ? &k->options->wanted->items[n - 1] : NULL;

	return w && !w->directory && !k->wanted_next[n - 1] && inventory_streams(inventory_rows[w->row])
		       ? w : NULL;
}

/* The bytes pass once: what is wanted under several names is read whole. */
static bool keep_wanted(struct keeper *k, const struct inventory_file *file, struct stream *bytes,
			bool *kept, struct error *err)
{
	const struct keep_wanted *streamed = streamed_want(k, file->path);

	if (streamed) {
		struct inventory_file as = *file;

		as.path = streamed->as;
		return stream_row(k, inventory_rows[streamed->row], &as, file->path, bytes, kept, err);
	}
	if (file->size <= LIMIT_KEEP && !read_whole(k, bytes, LIMIT_KEEP, err))
		return false;
	return send_wanted(k, first_wanted(k, file->path), false, file, kept, err) &&
	       send_wanted(k, first_wanted(k, path_parent(file->path)), true, file, kept, err);
}

/* The first piece, put together where the stream's own is too short to judge by. */
static bool first_piece(struct keeper *k, struct stream *bytes, struct slice *ret,
			struct error *err)
{
	struct slice piece;

	if (!stream_next(bytes, &piece, err))
		return false;
	*ret = piece;
	if (piece.len >= FIRST_BYTES || slice_empty(piece))
		return true;
	do {
		buf_add_slice(&k->file, piece);
		if (k->file.len < FIRST_BYTES && !stream_next(bytes, &piece, err))
			return false;
	} while (k->file.len < FIRST_BYTES && !slice_empty(piece));
	*ret = buf_slice(&k->file);
	return true;
}

static bool sieve(struct keeper *k, const struct inventory_file *file, struct stream *bytes,
		  bool *kept, struct error *err)
{
	struct slice piece;

	if (!first_piece(k, bytes, &piece, err))
		return false;
	const struct inventory_row *row = match_bytes(k->options, file, piece);
	if (!row)
		return true;
	k->program = row_number(row) + 1;
	return feed_and_send(k, row, file, file->path, piece, bytes, kept, err);
}

bool keeper_file(struct keeper *k, const struct inventory_file *file, struct stream *bytes,
		 bool *ret_kept, struct error *err)
{
	const struct inventory_row *row;
	bool ok = true;

	*ret_kept = false;
	k->program = 0;
	if (k->options->wanted) {
		ok = !keeper_looks(k, file) || keep_wanted(k, file, bytes, ret_kept, err);
	} else if ((row = match_path(k->options, file->path)) != NULL) {
		*ret_kept = true;
		ok = inventory_streams(row) && !row->unsupported
			     ? stream_row(k, row, file, file->path, bytes, ret_kept, err)
			     : keep_whole(k, row, file, bytes, err);
	} else if (may_be_program(file)) {
		ok = sieve(k, file, bytes, ret_kept, err);
	}
	forget(k);
	return ok;
}

bool keeper_link(struct keeper *k, struct slice path, struct slice target, bool *ret_kept,
		 struct error *err)
{
	*ret_kept = false;
	if (k->options->wanted) {
		for (size_t n = first_wanted(k, path); n; n = k->wanted_next[n - 1]) {
			*ret_kept = true;
			if (!record_put_need(k->sink, path, target,
					     k->options->wanted->items[n - 1].row, err))
				return false;
		}
		return true;
	}
	const struct inventory_row *row = match_path(k->options, path);
	if (!row)
		return true;
	*ret_kept = true;
	return record_put_need(k->sink, path, target, row_number(row), err);
}
