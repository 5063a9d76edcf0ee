/* Feeds: from the mirror's extra/, or from their public addresses where the mirror is OSV's bucket.
 */
#include <fcntl.h>
#include <unistd.h>

#include "advisory/update_internal.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "net/http.h"

static bool is_listed(const struct slice_list *list, struct slice name)
{
	vec_each (item, list)
		if (slice_eq_nocase(*item, name))
			return true;
	return false;
}

static bool is_named(const struct updater *u, const struct feed_row *row)
{
	return is_listed(&u->options->feeds, row->name) ||
	       is_listed(&u->options->feeds, SLICE("all"));
}

static bool is_wanted(const struct updater *u, const struct feed_row *row)
{
	if (u->options->feeds.count)
		return is_named(u, row);
	return !row->on_request &&
	       (slice_empty(row->ecosystem) || is_listed(&u->wanted, row->ecosystem));
}

/* "extra/epss/epss_scores-*.csv.gz" -> "extra/epss/epss_scores-current.csv.gz" */
static struct slice web_name(const struct updater *u, const struct feed_file *file)
{
	struct slice path = slice_from_cstr(file->path);
	size_t star = slice_find_byte(path, '*');

	if (star == path.len)
		return path;
	return arena_printf(u->arena, "%.*scurrent%.*s", SLICE_ARG(slice_first(path, star)),
			    SLICE_ARG(slice_from(path, star + 1)));
}

static bool fetch(struct updater *u, const struct feed_file *file, struct slice name,
		  const struct mirror_validators *known, int fd, struct mirror_answer *ret,
		  struct error *err)
{
	if (!slice_is(u->mirror, MIRROR_DEFAULT))
		return u->kind->fetch(u->mirror, u->run, name, known, fd, ret, err);
	if (!file->url)
		return error_set(err, ERR_NOT_FOUND, "it has no public address");
	struct slice url = slice_from_cstr(file->url);
	size_t slash = slice_rfind_byte(url, '/');
	return mirror_http.fetch(slice_first(url, slash), u->run, slice_from(url, slash + 1), known,
				 fd, ret, err);
}

static bool bring_file(struct updater *u, const struct feed_file *file, struct state_row *row,
		       struct mirror_answer *answer, struct error *err)
{
	const struct state_row *old = update_find_row(&u->old.rows, row->name);
	struct slice path = update_path(u, SLICE_EMPTY, arena_cstr(u->arena, row->name));
	struct slice part = arena_printf(u->arena, "%.*s.new", SLICE_ARG(path));
	struct slice folder = slice_first(path, slice_rfind_byte(path, '/'));
	struct mirror_validators known = {SLICE_EMPTY, SLICE_EMPTY};
	struct error *outer = u->err;

	if (old && access(path.data, R_OK) == 0)
		known = old->validators;
	if (!io_make_dirs(arena_cstr(u->arena, folder), err))
		return false;
	u->err = err;
	CLEANUP_FD int fd = update_open_part(u, part);
	u->err = outer;
	if (fd < 0)
		return false;
	bool ok = fetch(u, file, row->name, &known, fd, answer, err);
	if (!ok || answer->not_modified)
		unlink(part.data);
	row->fresh = ok && !answer->not_modified;
	if (ok)
		row->validators = answer->not_modified ? known : answer->validators;
	return ok;
}

/* What was there before stays where it cannot be brought anew. */
static void tell_failure(struct updater *u, const struct feed_row *row, const struct error *why)
{
	struct slice message =
		arena_printf(u->arena, "%.*s: %s", SLICE_ARG(row->name), why->message);

	*vec_add(u->arena, &u->result->failed_feeds) = message;
	run_log(u->run, LOG_WARNING, "the feed %.*s could not be brought: %s", SLICE_ARG(row->name),
		why->message);
}

static bool bring_feed(struct updater *u, const struct feed_row *feed)
{
	struct error why = ERROR_INIT;
	bool any = false, changed = false;
	uint64_t bytes = 0;

	for (size_t i = 0; i < feed->file_count; i++) {
		struct state_row row = {.name = web_name(u, &feed->files[i]), .feed = feed};
		struct mirror_answer answer;
		struct error err = ERROR_INIT;

		if (run_interrupted(u->run, u->err))
			return false;
		if (!bring_file(u, &feed->files[i], &row, &answer, &err)) {
			if (err.code != ERR_NOT_FOUND && !why.code)
				why = err;
			continue;
		}
		any = true;
		changed = changed || row.fresh;
		bytes += answer.bytes;
		*vec_add(u->arena, &u->rows) = row;
	}
	u->changed = u->changed || changed;
	if (why.code)
		tell_failure(u, feed, &why);
	if (any)
		*vec_add(u->arena, &u->result->rows) = (struct update_row){
			.ecosystem = feed->name, .changed = changed, .bytes = bytes};
	else if (!why.code && is_listed(&u->options->feeds, feed->name))
		*vec_add(u->arena, &u->result->missing) = feed->name;
	return true;
}

/* A mirror on this machine: whatever is there, where it lies. */
static bool list_feed(struct updater *u, const struct feed_row *feed)
{
	const char *directory = mirror_directory_path(u->mirror, u->arena);
	struct slice_list paths;

	if (!feed_find_files(feed, directory, u->arena, &paths, u->err))
		return false;
	vec_each (path, &paths) {
		struct slice name = slice_from(*path, strlen(directory) + 1);
		const struct state_row *old = update_find_row(&u->old.rows, name);
		const struct mirror_validators none = {SLICE_EMPTY, SLICE_EMPTY};
		struct mirror_answer answer;

		if (!u->kind->fetch(u->mirror, u->run, name, old ? &old->validators : &none, -1,
				    &answer, u->err))
			return false;
		u->changed = u->changed || !answer.not_modified;
		*vec_add(u->arena, &u->rows) = (struct state_row){
			.name = name,
			.validators = answer.validators,
			.feed = feed,
			.path = *path,
		};
	}
	return true;
}

bool update_feeds(struct updater *u)
{
	for (size_t i = 0; i < feed_row_count; i++) {
		const struct feed_row *feed = &feed_rows[i];
		bool wanted = u->in_place ? !u->options->feeds.count || is_named(u, feed)
					  : is_wanted(u, feed);

		if (wanted && !(u->in_place ? list_feed(u, feed) : bring_feed(u, feed)))
			return false;
	}
	return true;
}
