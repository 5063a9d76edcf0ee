#include "format/tar.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/tar_internal.h"

void tar_init(struct tar *t, struct stream *below)
{
	*t = (struct tar){ .below = below, .state = mem_alloc_zero(1, sizeof(*t->state)) };
	buf_init(&t->state->records, LIMIT_TAR_META);
	buf_init(&t->state->long_name, LIMIT_TAR_META);
	buf_init(&t->state->long_link, LIMIT_TAR_META);
	buf_init(&t->state->path, LIMIT_TAR_META);
}

void tar_release(struct tar *t)
{
	struct tar_state *s = t->state;

	if (!s)
		return;
	buf_release(&s->records);
	buf_release(&s->long_name);
	buf_release(&s->long_link);
	buf_release(&s->path);
	tar_map_release(&s->map);
	free(s->zeros);
	free(s);
	t->state = NULL;
}

/* Makes the piece at hand not empty, but at the end of the bytes. */
static bool refill(struct tar *t, struct error *err)
{
	struct tar_state *s = t->state;

	return s->piece.len || stream_next(t->below, &s->piece, err);
}

/* At most `max` bytes of the piece at hand. */
static struct slice take(struct tar_state *s, uint64_t max)
{
	struct slice part = slice_first(s->piece, max < SIZE_MAX ? (size_t)max : SIZE_MAX);

	s->piece = slice_from(s->piece, part.len);
	s->offset += part.len;
	return part;
}

static bool ends_early(const struct tar *t, struct error *err)
{
	return error_set_at(err, ERR_FORMAT, t->state->offset,
			    "the tar archive ends within an entry");
}

bool tar_block(struct tar *t, struct slice *ret, struct error *err)
{
	struct tar_state *s = t->state;
	size_t have = 0;

	*ret = SLICE_EMPTY;
	if (!refill(t, err))
		return false;
	if (s->piece.len >= TAR_BLOCK_BYTES) {
		*ret = take(s, TAR_BLOCK_BYTES);
		return true;
	}
	while (have < TAR_BLOCK_BYTES) {
		if (!refill(t, err))
			return false;
		struct slice part = take(s, TAR_BLOCK_BYTES - have);
		if (slice_empty(part))
			return !have || ends_early(t, err);
		memcpy(s->block + have, part.data, part.len);
		have += part.len;
	}
	*ret = slice_new(s->block, TAR_BLOCK_BYTES);
	return true;
}

bool tar_stored(struct tar *t, uint64_t max, struct slice *ret, struct error *err)
{
	struct tar_state *s = t->state;

	if (!refill(t, err))
		return false;
	*ret = take(s, max < s->left ? max : s->left);
	s->left -= ret->len;
	return ret->len || ends_early(t, err);
}

bool tar_stored_block(struct tar *t, struct slice *ret, struct error *err)
{
	if (t->state->left < TAR_BLOCK_BYTES)
		return error_set_at(err, ERR_FORMAT, t->state->header_offset,
				    "sparse file: its map is longer than its data");
	if (!tar_block(t, ret, err))
		return false;
	t->state->left -= TAR_BLOCK_BYTES;
	return !slice_empty(*ret) || ends_early(t, err);
}

static bool skip_data(struct tar *t, struct error *err)
{
	struct tar_state *s = t->state;
	struct slice ignored;

	while (s->left)
		if (!tar_stored(t, UINT64_MAX, &ignored, err))
			return false;
	return true;
}

/* An archive may end without the last entry's padding, but not within it. */
static bool skip_padding(struct tar *t, struct error *err)
{
	struct tar_state *s = t->state;
	uint64_t whole = s->padding;

	while (s->padding) {
		if (!refill(t, err))
			return false;
		struct slice part = take(s, s->padding);
		if (slice_empty(part)) {
			bool none = s->padding == whole;

			s->padding = 0;
			return none || ends_early(t, err);
		}
		s->padding -= part.len;
	}
	return true;
}

static void set_data(struct tar_state *s, uint64_t size)
{
	s->left = size;
	s->padding = -size % TAR_BLOCK_BYTES;
	s->run = 0;
	s->place = 0;
}

/* The data of an entry that announces another one. */
static bool read_meta(struct tar *t, const struct tar_header *h, struct buf *b, struct error *err)
{
	struct tar_state *s = t->state;
	struct slice part;

	buf_clear(b);
	if (h->size > LIMIT_TAR_META)
		return error_set_at(err, ERR_LIMIT, s->header_offset,
				    "a tar header or long name of more than %zu bytes",
				    LIMIT_TAR_META);
	set_data(s, h->size);
	while (s->left) {
		if (!tar_stored(t, UINT64_MAX, &part, err))
			return false;
		buf_add_slice(b, part);
	}
	return skip_padding(t, err);
}

static bool read_global(struct tar *t, const struct tar_header *h, struct error *err)
{
	struct tar_state *s = t->state;
	struct tar_map map = { 0 };
	struct buf text;
	struct tar_pax pax;

	/* Go forgets what waits for its entry here, others do not: a name could be hidden from one of them. */
	if (s->has_records || s->has_long_name || s->has_long_link)
		return error_set_at(err, ERR_UNSUPPORTED, s->header_offset,
				    "a global pax header between an entry and what announces it");
	buf_init(&text, LIMIT_TAR_META);
	bool ok = read_meta(t, h, &text, err) &&
		  tar_pax_read(buf_slice(&text), s->header_offset + TAR_BLOCK_BYTES, &pax, &map, err);
	if (ok && (pax.path.len || pax.link.len || pax.size.len || pax.sparse_key))
		ok = error_set_at(err, ERR_UNSUPPORTED, s->header_offset,
				  "a global pax header sets paths or sizes");
	tar_map_release(&map);
	buf_release(&text);
	return ok;
}

static bool read_records(struct tar *t, const struct tar_header *h, struct error *err)
{
	struct tar_state *s = t->state;

	s->has_records = true;
	return read_meta(t, h, &s->records, err) &&
	       tar_pax_read(buf_slice(&s->records), s->header_offset + TAR_BLOCK_BYTES, &s->pax, &s->map,
			    err);
}

/* Reads what announces an entry; *ret_is false when it is the entry itself. */
static bool read_announcement(struct tar *t, const struct tar_header *h, bool *ret_is,
			      struct error *err)
{
	struct tar_state *s = t->state;

	*ret_is = true;
	switch (h->flag) {
	case 'x': return read_records(t, h, err);
	case 'g': return read_global(t, h, err);
	case 'L': s->has_long_name = true; return read_meta(t, h, &s->long_name, err);
	case 'K': s->has_long_link = true; return read_meta(t, h, &s->long_link, err);
	default: *ret_is = false; return true;
	}
}

static struct slice until_nul(const struct buf *b)
{
	struct slice s = buf_slice(b);

	return slice_first(s, slice_find_byte(s, '\0'));
}

/* What the header block says must be copied: its piece goes when more is read. */
static void set_names(struct tar *t, const struct tar_header *h)
{
	struct tar_state *s = t->state;
	struct tar_entry *e = &t->entry;
	struct slice long_name = until_nul(&s->long_name), long_link = until_nul(&s->long_link);

	buf_clear(&s->path);
	buf_add_slice(&s->path, h->prefix);
	if (!slice_empty(h->prefix))
		buf_add_byte(&s->path, '/');
	buf_add_slice(&s->path, h->name);
	size_t path_len = s->path.len;
	buf_add_slice(&s->path, h->link);
	e->path = slice_first(buf_slice(&s->path), path_len);
	e->link = slice_from(buf_slice(&s->path), path_len);
	if (!slice_empty(s->pax.path))
		e->path = s->pax.path;
	if (!slice_empty(s->pax.link))
		e->link = s->pax.link;
	if (s->has_long_name && !slice_empty(long_name))
		e->path = long_name;
	if (s->has_long_link && !slice_empty(long_link))
		e->link = long_link;
}

static enum tar_type type_of(char flag, struct slice path)
{
	switch (flag) {
	case '\0': return slice_ends(path, SLICE("/")) ? TAR_DIRECTORY : TAR_FILE; /* v7 */
	case '0':
	case '7':
	case 'S': return TAR_FILE;
	case '1': return TAR_HARDLINK;
	case '2': return TAR_SYMLINK;
	case '3': return TAR_CHARACTER;
	case '4': return TAR_BLOCK;
	case '5': return TAR_DIRECTORY;
	case '6': return TAR_FIFO;
	default: return TAR_OTHER;
	}
}

/* Seconds, maybe with a sign and a fraction; the whole seconds downwards count. */
static int64_t pax_time(struct slice text, int64_t otherwise)
{
	struct slice whole, fraction;
	uint64_t seconds;
	bool negative = slice_cut_prefix(&text, SLICE("-"));

	slice_split(text, '.', &whole, &fraction);
	if (!slice_to_u64(whole, &seconds) || seconds >= INT64_MAX)
		return otherwise;
	if (!negative)
		return (int64_t)seconds;
	for (size_t i = 0; i < fraction.len; i++)
		if (fraction.data[i] != '0')
			return -(int64_t)seconds - 1;
	return -(int64_t)seconds;
}

static bool set_size(struct tar *t, uint64_t size, struct error *err)
{
	struct tar_state *s = t->state;
	struct tar_entry *e = &t->entry;

	if (!slice_empty(s->pax.size) && (!slice_to_u64(s->pax.size, &size) || size > INT64_MAX))
		return error_set_at(err, ERR_FORMAT, s->header_offset, "a pax size is malformed");
	if (e->type != TAR_FILE && e->type != TAR_OTHER)
		size = 0;
	if (size > LIMIT_LAYER_BYTES)
		return error_set_at(err, ERR_LIMIT, s->header_offset,
				    "a tar entry of more than %llu bytes",
				    (unsigned long long)LIMIT_LAYER_BYTES);
	e->size = e->stored = size;
	e->offset = s->offset;
	set_data(s, size);
	return true;
}

static bool read_entry(struct tar *t, const struct tar_header *h, struct slice block,
		       struct error *err)
{
	struct tar_state *s = t->state;

	if (++t->entries > LIMIT_TAR_ENTRIES)
		return error_set_at(err, ERR_LIMIT, s->header_offset, "more than %llu tar entries",
				    (unsigned long long)LIMIT_TAR_ENTRIES);
	t->entry = (struct tar_entry){ .mode = h->mode, .mtime = pax_time(s->pax.mtime, h->mtime) };
	set_names(t, h);
	t->entry.type = type_of(h->flag, t->entry.path);
	if (!set_size(t, h->size, err))
		return false;
	return h->flag == 'S' ? tar_sparse_gnu(t, block, err) : tar_sparse_pax(t, err);
}

/* Two zero blocks end the archive, and so does one that nothing follows. */
static bool read_end(struct tar *t, struct error *err)
{
	struct slice block;

	if (!tar_block(t, &block, err))
		return false;
	if (!slice_empty(block) && !tar_block_is_zero(block))
		return error_set_at(err, ERR_FORMAT, t->state->offset - TAR_BLOCK_BYTES,
				    "a single zero block between tar entries");
	return true;
}

/* The next header block and its place; *ret_end at the archive's end. */
static bool read_header(struct tar *t, struct slice *ret, bool *ret_end, struct error *err)
{
	struct tar_state *s = t->state;

	*ret_end = true;
	if (!tar_block(t, ret, err))
		return false;
	s->header_offset = s->offset - ret->len;
	if (slice_empty(*ret))
		return true;
	*ret_end = tar_block_is_zero(*ret);
	return !*ret_end || read_end(t, err);
}

static void forget_announcements(struct tar_state *s)
{
	s->has_records = s->has_long_name = s->has_long_link = false;
	s->pax = (struct tar_pax){ 0 };
	s->map.count = 0;
}

bool tar_next(struct tar *t, const struct tar_entry **ret, struct error *err)
{
	struct tar_state *s = t->state;
	bool end, announcement;
	struct tar_header h;
	struct slice block;

	*ret = NULL;
	if (s->ended)
		return true;
	if (!skip_data(t, err) || !skip_padding(t, err))
		return false;
	forget_announcements(s);
	for (;;) {
		if (!read_header(t, &block, &end, err))
			return false;
		if (end)
			break;
		if (!tar_header_read(block, s->header_offset, &h, err) ||
		    !read_announcement(t, &h, &announcement, err))
			return false;
		if (announcement)
			continue;
		if (!read_entry(t, &h, block, err))
			return false;
		*ret = &t->entry;
		return true;
	}
	if (s->has_records || s->has_long_name || s->has_long_link)
		return error_set_at(err, ERR_FORMAT, s->header_offset,
				    "the tar archive ends before an announced entry");
	s->ended = true;
	return true;
}

bool tar_data(struct tar *t, struct slice *ret, struct error *err)
{
	if (t->entry.sparse)
		return tar_sparse_data(t, ret, err);
	*ret = SLICE_EMPTY;
	return !t->state->left || tar_stored(t, UINT64_MAX, ret, err);
}

bool tar_drain(struct tar *t, struct error *err)
{
	struct tar_state *s = t->state;

	do {
		s->offset += s->piece.len;
		if (!stream_next(t->below, &s->piece, err))
			return false;
	} while (s->piece.len);
	s->ended = true;
	return true;
}
