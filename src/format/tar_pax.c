#include "format/tar_internal.h"

/* POSIX.1-2017 pax, "pax Extended Header"; GNU tar manual, "Storing Sparse Files". */
static const struct record_key {
	struct slice name;
	size_t field; /* in struct tar_pax */
	bool sparse;
} record_keys[] = {
#define KEY(text, member) .name = SLICE_INIT(text), .field = offsetof(struct tar_pax, member)
	{ KEY("path", path) },
	{ KEY("linkpath", link) },
	{ KEY("size", size) },
	{ KEY("mtime", mtime) },
	{ KEY("GNU.sparse.name", sparse_name), .sparse = true },
	{ KEY("GNU.sparse.major", sparse_major), .sparse = true },
	{ KEY("GNU.sparse.minor", sparse_minor), .sparse = true },
	{ KEY("GNU.sparse.size", sparse_size), .sparse = true },
	{ KEY("GNU.sparse.realsize", sparse_real_size), .sparse = true },
	{ KEY("GNU.sparse.map", sparse_map), .sparse = true },
	{ KEY("GNU.sparse.numblocks", sparse_count), .sparse = true },
#undef KEY
};

struct pax_reader {
	struct tar_pax *pax;
	struct tar_map *map;
	uint64_t pair_offset;
	bool pair_open;
};

/* Version 0.0 repeats two keys by turns, one pair for each run. */
static bool read_pair(struct pax_reader *r, struct slice key, struct slice value)
{
	uint64_t number;
	bool offset = slice_is(key, "GNU.sparse.offset");

	if (!slice_to_u64(value, &number) || offset == r->pair_open)
		return false;
	r->pax->sparse_pairs = r->pax->sparse_key = true;
	r->pair_open = offset;
	if (offset)
		r->pair_offset = number;
	return offset || tar_map_add(r->map, r->pair_offset, number);
}

static bool put_record(struct pax_reader *r, struct slice key, struct slice value)
{
	if (slice_is(key, "GNU.sparse.offset") || slice_is(key, "GNU.sparse.numbytes"))
		return read_pair(r, key, value);
	for (size_t i = 0; i < sizeof(record_keys) / sizeof(record_keys[0]); i++) {
		if (!slice_eq(key, record_keys[i].name))
			continue;
		if (slice_find_byte(value, '\0') < value.len)
			return false;
		memcpy((char *)r->pax + record_keys[i].field, &value, sizeof(value));
		r->pax->sparse_key |= record_keys[i].sparse;
		return true;
	}
	return true;
}

/* "LEN KEY=VALUE\n", LEN counting all of it. */
static bool next_record(struct slice *text, struct slice *key, struct slice *value)
{
	struct slice digits, rest;
	uint64_t len;

	/* More digits than a sound length can have would be searched again for each record. */
	if (!slice_split(slice_first(*text, 20), ' ', &digits, &rest) ||
	    !slice_to_u64(digits, &len) || len > text->len || len < digits.len + 4 || text->data[len - 1] != '\n')
		return false;
	rest = slice_new(text->data + digits.len + 1, (size_t)len - digits.len - 2);
	*text = slice_from(*text, (size_t)len);
	return slice_split(rest, '=', key, value) && !slice_empty(*key) &&
	       slice_find_byte(*key, '\0') == key->len;
}

bool tar_pax_read(struct slice text, uint64_t offset, struct tar_pax *ret, struct tar_map *map,
		  struct error *err)
{
	struct pax_reader r = { .pax = ret, .map = map };
	const char *start = text.data;
	struct slice key, value;

	*ret = (struct tar_pax){ 0 };
	map->count = 0;
	while (!slice_empty(text)) {
		uint64_t at = offset + (uint64_t)(text.data - start);

		if (!next_record(&text, &key, &value) || !put_record(&r, key, value))
			return error_set_at(err, ERR_FORMAT, at, "malformed pax record");
	}
	return !r.pair_open ||
	       error_set_at(err, ERR_FORMAT, offset, "a pax sparse map ends within a pair");
}
