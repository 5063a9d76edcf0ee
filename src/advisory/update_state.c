/* What the last update brought, and the validators that the mirror told of it. */
#include <fcntl.h>

#include "advisory/update_internal.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"

#define STATE_MAX     (1 * MIB)
#define ECOSYSTEM_MAX 64
#define FIELDS	      5

bool update_is_ecosystem(struct slice name)
{
	if (slice_empty(name) || name.len > ECOSYSTEM_MAX || name.data[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] == '/' || (uint8_t)name.data[i] < ' ' || name.data[i] == 127)
			return false;
	return true;
}

/* The feed that a name of the state is a file of; NULL: none. */
static const struct feed_row *feed_of(struct slice name)
{
	for (size_t i = 0; i < feed_row_count; i++) {
		for (size_t k = 0; k < feed_rows[i].file_count; k++) {
			struct slice path = slice_from_cstr(feed_rows[i].files[k].path);
			size_t slash = slice_rfind_byte(path, '/');

			if (slice_eq(path, name) ||
			    (slice_find_byte(path, '*') < path.len &&
			     slice_starts(name, slice_first(path, slash + 1)) &&
			     update_is_ecosystem(slice_from(name, slash + 1))))
				return &feed_rows[i];
		}
	}
	return NULL;
}

/* A state that cannot be read only means that everything is brought anew. */
void update_read_state(struct updater *u)
{
	struct slice text, line, fields[FIELDS];

	if (!io_read_file(AT_FDCWD, update_path(u, SLICE_EMPTY, "state").data, STATE_MAX, u->arena,
			  &text, NULL) ||
	    !slice_next_line(&text, &u->old.digest) || !slice_next_line(&text, &u->old.mirror))
		return;
	while (slice_next_line(&text, &line)) {
		for (size_t i = 0; i < FIELDS; i++)
			if (!slice_next(&line, '\t', &fields[i]))
				fields[i] = SLICE_EMPTY;
		const struct feed_row *feed = feed_of(fields[0]);
		if (feed || update_is_ecosystem(fields[0]))
			*vec_add(u->arena, &u->old.rows) = (struct state_row){
				.name = fields[0],
				.validators = {fields[1], fields[2]},
				.csv = {fields[3], fields[4]},
				.feed = feed,
			};
	}
	if (!slice_eq(u->old.mirror, u->mirror))
		u->old = (struct state){0};
}

const struct state_row *update_find_row(const struct state_list *rows, struct slice name)
{
	vec_each (row, rows)
		if (slice_eq(row->name, name))
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

bool update_write_state(struct updater *u, struct slice digest)
{
	struct buf b;

	buf_init(&b, STATE_MAX);
	buf_printf(&b, "%.*s\n%.*s\n", SLICE_ARG(digest), SLICE_ARG(u->mirror));
	vec_each (row, &u->rows)
		buf_printf(&b, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", SLICE_ARG(row->name),
			   SLICE_ARG(plain(row->validators.etag)),
			   SLICE_ARG(plain(row->validators.last_modified)),
			   SLICE_ARG(plain(row->csv.etag)),
			   SLICE_ARG(plain(row->csv.last_modified)));
	bool ok = io_write_file_atomic(update_path(u, SLICE_EMPTY, "state").data, buf_slice(&b),
				       0644, u->err);
	buf_release(&b);
	return ok;
}
