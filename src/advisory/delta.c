#include "advisory/delta.h"

#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/wire.h"

#define MAGIC SLICE("bulwark delta 1\n")

bool delta_sound_id(struct slice id)
{
	if (slice_empty(id) || id.len > 200 || id.data[0] == '.')
		return false;
	for (size_t i = 0; i < id.len; i++)
		if ((uint8_t)id.data[i] <= ' ' || (uint8_t)id.data[i] >= 127 || id.data[i] == '/')
			return false;
	return true;
}

/* ---------------------------------------------------------------- the file */

void delta_write(const struct delta *d, struct buf *b)
{
	buf_add_slice(b, MAGIC);
	wire_put_slice(b, d->base);
	vec_each (e, &d->entries) {
		wire_put_slice(b, e->id);
		wire_put_u64(b, (uint64_t)e->stamp);
		wire_put_slice(b, e->bytes);
	}
}

bool delta_read(struct slice bytes, struct arena *a, struct delta *ret, struct error *err)
{
	struct cursor c;

	*ret = (struct delta){0};
	if (!slice_cut_prefix(&bytes, MAGIC))
		return error_set(err, ERR_FORMAT, "not a file of brought records");
	cursor_init(&c, bytes);
	ret->base = wire_get_slice(&c);
	while (!c.failed && cursor_left(&c)) {
		struct delta_entry e = {.id = wire_get_slice(&c)};

		e.stamp = (int64_t)wire_get_u64(&c);
		e.bytes = wire_get_slice(&c);
		if (!c.failed && delta_sound_id(e.id))
			*vec_add(a, &ret->entries) = e;
		else
			c.failed = true;
	}
	return !c.failed || error_set(err, ERR_FORMAT, "the file of brought records is damaged");
}

struct slice delta_identity(const char *path, struct arena *a)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return SLICE("-");
	return arena_printf(a, "%llu.%lld.%09ld", (unsigned long long)st.st_size,
			    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* --------------------------------------------------------------- comparison */

void delta_kept_line(struct buf *b, struct slice id, int64_t stamp)
{
	if (delta_sound_id(id))
		buf_printf(b, "%.*s\t%lld\n", SLICE_ARG(id), (long long)stamp);
}

static bool read_stamp(struct slice s, int64_t *ret)
{
	bool negative = slice_cut_prefix(&s, SLICE("-"));
	uint64_t n;

	if (!slice_to_u64(s, &n))
		return false;
	*ret = negative ? (n > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)n) : (int64_t)n;
	return negative || n <= (uint64_t)INT64_MAX;
}

/* id -> stamp */
static bool read_kept(struct slice kept, struct map *map, struct error *err)
{
	struct slice line, id, rest;
	int64_t stamp;

	while (slice_next_line(&kept, &line)) {
		if (!slice_split(line, '\t', &id, &rest) || !read_stamp(rest, &stamp))
			return error_set(err, ERR_FORMAT, "the list of kept records is damaged");
		*map_put(map, id, NULL) = (uint64_t)stamp;
	}
	return true;
}

static bool compare_lines(struct slice csv, struct map *map, struct map *seen, struct arena *a,
			  struct delta_plan *ret, struct error *err)
{
	struct slice line, time, id;

	for (size_t number = 1; slice_next_line(&csv, &line); number++) {
		int64_t stamp;
		bool is_new;

		if (slice_empty(line))
			continue;
		if (!slice_split(line, ',', &time, &id) || !timestamp_parse(time, &stamp) ||
		    !delta_sound_id(id))
			return error_set(err, ERR_FORMAT,
					 "line %zu: a time and a record's id are wanted", number);
		map_put(seen, id, &is_new);
		const uint64_t *known = map_get(map, id);
		if (is_new && (!known || (int64_t)*known < stamp))
			*vec_add(a, &ret->wanted) = (struct delta_entry){.id = id, .stamp = stamp};
	}
	return true;
}

bool delta_compare(struct slice csv, struct slice kept, struct arena *a, struct delta_plan *ret,
		   struct error *err)
{
	struct map map, seen;

	*ret = (struct delta_plan){0};
	map_init(&map);
	map_init(&seen);
	bool ok = read_kept(kept, &map, err) && compare_lines(csv, &map, &seen, a, ret, err);
	ret->kept = map.live;
	if (ok && !seen.live)
		ok = error_set(err, ERR_FORMAT, "it names no record");
	for (size_t i = 0; ok && i < map.count; i++)
		if (!map_get(&seen, map.entries[i].key))
			*vec_add(a, &ret->gone) = map.entries[i].key;
	map_release(&map);
	map_release(&seen);
	return ok;
}
