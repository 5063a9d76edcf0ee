#include "format/zip_stream.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "format/zip_records.h"

#define OUT_PIECE (128 * KIB)
#define DESCRIPTOR_MAX 24
/* A descriptor and a signature that is not complete. */
#define TAIL_MAX (DESCRIPTOR_MAX + 3)
#define QUEUE_MAX 64
/* Longer end records than any writer's own. */
#define END64_MAX (64 * KIB)

enum state {
	AT_RECORD,     /* a header, or what else starts with a signature */
	IN_STORED,     /* wanted, of known length */
	IN_DEFLATED,   /* wanted */
	IN_SKIPPED,    /* not wanted, of known length */
	IN_SEARCHED,   /* until a descriptor tells that the entry has ended */
	IN_JUNK,       /* until the next signature */
	IN_DESCRIPTOR, /* behind deflated data */
};

/* What a header says of an entry, and where it stands or should stand. */
struct mark {
	uint64_t hash, offset;
};
struct mark_list VEC_OF(struct mark);

struct zip_stream {
	struct arena *arena;
	const struct zip_stream_user *user;
	void *context;
	struct zip_budget *budget;

	enum state state;
	uint64_t position;       /* in the stream */
	char *hold;              /* the record being gathered; a local header until its entry ends */
	size_t hold_len, hold_alloc;
	char tail[TAIL_MAX];     /* the last bytes of what is searched, or a descriptor */
	size_t tail_len;
	char queue[QUEUE_MAX];   /* bytes that are to be looked at again, before the next piece */
	size_t queue_len;

	struct zip_entry entry; /* the one that is read */
	uint64_t data, seen;     /* where its data start, and how many of them have passed */
	uint64_t given;          /* how many bytes of a stored one were shown */
	uint64_t made;           /* how many bytes of it there are */
	uint32_t crc;
	bool open, wanted;       /* its end is to be told; its bytes are */
	struct inflate_state *inflate;
	char *out;

	struct mark_list local, strays; /* strays: of the directory, not in the order of the entries */
	uint64_t central, directory;    /* entries of the directory that were read, where it starts */
	struct zip_end end64;
	bool any, base_known, has_end64, ended, stopped;
	uint64_t base;                  /* what an offset of the directory lacks */
	struct error err;
};

static bool fail(struct zip_stream *z, enum error_code code, uint64_t offset, const char *what)
{
	if (z->err.code == ERR_NONE)
		error_set_at(&z->err, code, offset, "malformed ZIP archive: %s", what);
	return false;
}

/* What is wrong with the archive and keeps nothing from being read. */
static void complain(struct zip_stream *z, uint64_t offset, const char *what)
{
	fail(z, ERR_FORMAT, offset, what);
}

struct zip_stream *zip_stream_new(struct arena *a, const struct zip_stream_user *user,
				  struct zip_budget *budget)
{
	struct zip_stream *z = arena_new(a, struct zip_stream);

	*z = (struct zip_stream){ .arena = a, .user = user, .budget = budget };
	return z;
}

void zip_stream_begin(struct zip_stream *z, void *context)
{
	struct zip_stream fresh = {
		.arena = z->arena, .user = z->user, .budget = z->budget, .context = context,
		.hold = z->hold, .hold_alloc = z->hold_alloc,
		.inflate = z->inflate, .out = z->out,
		.local = z->local, .strays = z->strays, .err = ERROR_INIT,
	};

	fresh.local.count = fresh.strays.count = 0;
	*z = fresh;
}

/* ---------------------------------------------------------------- gathering */

static void put_back(struct zip_stream *z, const void *bytes, size_t len)
{
	memcpy(z->queue, bytes, len);
	z->queue_len = len;
	z->position -= len;
}

static struct slice take(struct zip_stream *z, struct slice *piece, uint64_t most)
{
	struct slice part = slice_first(*piece, most < piece->len ? (size_t)most : piece->len);

	*piece = slice_from(*piece, part.len);
	z->position += part.len;
	return part;
}

static bool gather(struct zip_stream *z, struct slice *piece, size_t need)
{
	if (need > z->hold_alloc) {
		size_t alloc = need < 4 * KIB ? 4 * KIB : 2 * need;
		char *grown = arena_alloc(z->arena, alloc);

		if (z->hold_len)
			memcpy(grown, z->hold, z->hold_len);
		z->hold = grown;
		z->hold_alloc = alloc;
	}
	struct slice part = take(z, piece, need - z->hold_len);
	if (part.len)
		memcpy(z->hold + z->hold_len, part.data, part.len);
	z->hold_len += part.len;
	return z->hold_len == need;
}

/* ------------------------------------------------------------------ entries */

static uint64_t fold(const struct zip_entry *r)
{
	const uint64_t parts[] = { hash_table(r->name), r->size, r->compressed,
				   (uint64_t)r->crc << 16 | r->method };

	return hash_table(slice_new(parts, sizeof(parts)));
}

static void next_record(struct zip_stream *z)
{
	z->state = AT_RECORD;
	z->hold_len = 0;
}

static void entry_end(struct zip_stream *z, const struct error *failure)
{
	if (z->open)
		z->user->end(z->context, z->position, failure);
	z->open = z->wanted = false;
}

static void entry_failed(struct zip_stream *z, enum error_code code, const char *what)
{
	struct error failure = ERROR_INIT;

	error_set_at(&failure, code, z->entry.header, "%s", what);
	entry_end(z, &failure);
}

/* The entry has passed, with the sizes and the checksum that it has. */
static void entry_passed(struct zip_stream *z)
{
	*vec_add(z->arena, &z->local) = (struct mark){ fold(&z->entry), z->entry.header };
	next_record(z);
}

static void show(struct zip_stream *z, struct slice piece)
{
	z->made += piece.len;
	z->crc = crc32_gzip_refl(z->crc, (const unsigned char *)piece.data, piece.len);
	if (z->wanted && piece.len)
		z->wanted = z->user->bytes(z->context, piece);
}

static void check_wanted(struct zip_stream *z)
{
	if (!z->open)
		return;
	if (z->made != z->entry.size || z->crc != z->entry.crc)
		entry_failed(z, ERR_FORMAT, "an entry's length or checksum does not match");
	else
		entry_end(z, NULL);
}

static void skip_entry(struct zip_stream *z)
{
	z->state = z->entry.flags & ZIP_FLAG_DESCRIPTOR ? IN_SEARCHED : IN_SKIPPED;
	z->tail_len = 0;
	z->any = false;
	if (z->state == IN_SKIPPED && z->seen == z->entry.compressed)
		entry_passed(z);
}

static void start_inflate(struct zip_stream *z)
{
	if (!z->inflate) {
		z->inflate = arena_alloc(z->arena, sizeof(*z->inflate));
		z->out = arena_alloc(z->arena, OUT_PIECE);
	}
	isal_inflate_init(z->inflate);
	z->state = IN_DEFLATED;
}

static void start_data(struct zip_stream *z)
{
	bool descriptor = z->entry.flags & ZIP_FLAG_DESCRIPTOR;

	if (z->open && z->entry.flags & ZIP_FLAGS_ENCRYPTED)
		entry_failed(z, ERR_UNSUPPORTED, "an encrypted entry");
	else if (z->open && z->entry.method != ZIP_STORED && z->entry.method != ZIP_DEFLATED)
		entry_failed(z, ERR_UNSUPPORTED, "a compression method that is not supported");
	if (!z->open) {
		skip_entry(z);
	} else if (z->entry.method == ZIP_DEFLATED) {
		start_inflate(z);
	} else if (descriptor) {
		skip_entry(z);
	} else {
		z->state = IN_STORED;
		if (z->entry.compressed == 0) {
			check_wanted(z);
			entry_passed(z);
		}
	}
}

/* Of each a mark is kept until the archive ends. */
static bool count_entry(struct zip_stream *z)
{
	if (++z->budget->entries <= LIMIT_ARCHIVE_ENTRIES)
		return true;
	error_set_at(&z->err, ERR_LIMIT, z->position, "more than %llu entries",
		     (unsigned long long)LIMIT_ARCHIVE_ENTRIES);
	return false;
}

static bool start_entry(struct zip_stream *z)
{
	if (!zip_read_local(slice_new(z->hold, z->hold_len), &z->entry))
		return fail(z, ERR_FORMAT, z->position - z->hold_len, "a zip64 field is too short");
	if (!count_entry(z))
		return false;
	z->entry.header = z->position - z->hold_len;
	z->data = z->position;
	z->seen = z->given = z->made = 0;
	z->crc = 0;
	struct zip_stream_entry e = { z->entry.name, z->entry.header, z->entry.flags, z->entry.method };
	z->open = z->wanted = z->user->begin(z->context, &e);
	start_data(z);
	return true;
}

static void pass_stored(struct zip_stream *z, struct slice *piece)
{
	struct slice part = take(z, piece, z->entry.compressed - z->seen);

	z->seen += part.len;
	if (z->state == IN_STORED)
		show(z, part);
	if (z->seen < z->entry.compressed)
		return;
	if (z->state == IN_STORED)
		check_wanted(z);
	entry_passed(z);
}

/* ----------------------------------------------------------------- deflated */

static bool count_inflated(struct zip_stream *z, size_t bytes)
{
	struct zip_budget *b = z->budget;

	b->inflated += bytes;
	if (b->inflated <= LIMIT_ARCHIVE_FLOOR || b->inflated / LIMIT_ARCHIVE_RATIO <= b->read)
		return true;
	error_set_at(&z->err, ERR_LIMIT, z->position, "its entries inflate to more than %d times its size",
		     LIMIT_ARCHIVE_RATIO);
	return false;
}

/* The decoder has read ahead by whole bytes, some of them perhaps of an earlier piece. */
static void deflate_ended(struct zip_stream *z)
{
	struct inflate_state *s = z->inflate;
	uint64_t ahead = s->read_in >> (s->read_in_length % 8);
	size_t len = (size_t)s->read_in_length / 8;

	z->seen -= len;
	if (z->entry.flags & ZIP_FLAG_DESCRIPTOR) {
		put_back(z, &ahead, len);
		z->tail_len = 0;
		z->state = IN_DESCRIPTOR;
	} else if (z->seen < z->entry.compressed) {
		entry_failed(z, ERR_FORMAT, "bytes stand behind an entry's deflate data");
		z->seen += len;
		skip_entry(z);
	} else {
		check_wanted(z);
		entry_passed(z);
	}
}

/* Without a length the entry's end is not known: the next record is looked for where the data broke. */
static void deflate_broken(struct zip_stream *z)
{
	entry_failed(z, ERR_FORMAT, "malformed deflate data");
	if (z->entry.flags & ZIP_FLAG_DESCRIPTOR) {
		complain(z, z->entry.header, "where an entry ends cannot be told");
		z->state = IN_JUNK;
		z->any = true;
		z->tail_len = 0;
		z->seen = 0;
	} else {
		skip_entry(z);
	}
}

/* Lends the decoder a part of the piece and takes back what it did not read. */
static int inflate_once(struct zip_stream *z, struct slice *piece, size_t *ret_out)
{
	bool descriptor = z->entry.flags & ZIP_FLAG_DESCRIPTOR;
	uint64_t most = descriptor ? MIB : z->entry.compressed - z->seen;
	struct slice part = slice_first(*piece, most < MIB ? (size_t)most : MIB);
	struct inflate_state *s = z->inflate;

	s->next_in = (uint8_t *)(uintptr_t)part.data;
	s->avail_in = (uint32_t)part.len;
	s->next_out = (uint8_t *)z->out;
	s->avail_out = OUT_PIECE;
	int code = isal_inflate(s);
	z->seen += part.len - s->avail_in;
	take(z, piece, part.len - s->avail_in);
	*ret_out = OUT_PIECE - s->avail_out;
	return code;
}

static bool pass_deflated(struct zip_stream *z, struct slice *piece)
{
	bool descriptor = z->entry.flags & ZIP_FLAG_DESCRIPTOR;
	size_t out;

	do {
		const struct slice had = *piece;
		int code = inflate_once(z, piece, &out);

		if (!count_inflated(z, out))
			return false;
		show(z, slice_new(z->out, out));
		/* Never seen to stand still; but it must not hang the scan. */
		if (code < 0 || (had.len == piece->len && !out)) {
			if (!descriptor && z->seen == z->entry.compressed)
				break;
			z->position -= had.len - piece->len;
			z->seen -= had.len - piece->len;
			*piece = had;
			deflate_broken(z);
			return true;
		}
		if (z->inflate->block_state == ISAL_BLOCK_FINISH) {
			deflate_ended(z);
			return true;
		}
	} while (out == OUT_PIECE);
	if (!descriptor && z->seen == z->entry.compressed) {
		entry_failed(z, ERR_FORMAT, "an entry's deflate data end too early");
		entry_passed(z);
	}
	return true;
}

/* -------------------------------------------------------------- descriptors */

struct descriptor {
	uint32_t crc;
	uint64_t compressed, size;
	size_t len;
};

/* The four forms: with and without a signature, of 32 and 64 bits; all end at `end`. */
static bool read_descriptor(const char *end, size_t before, unsigned form, struct descriptor *d)
{
	bool wide = form & 1, sign = form & 2;
	struct cursor c;

	d->len = (sign ? 4u : 0u) + 4 + (wide ? 16u : 8u);
	if (before < d->len)
		return false;
	cursor_init(&c, slice_new(end - d->len, d->len));
	if (sign && cursor_u32le(&c) != ZIP_DESCRIPTOR_SIGNATURE)
		return false;
	d->crc = cursor_u32le(&c);
	d->compressed = wide ? cursor_u64le(&c) : cursor_u32le(&c);
	d->size = wide ? cursor_u64le(&c) : cursor_u32le(&c);
	return true;
}

static void take_descriptor(struct zip_stream *z, const struct descriptor *d)
{
	z->entry.crc = d->crc;
	z->entry.compressed = d->compressed;
	z->entry.size = d->size;
}

static void pass_descriptor(struct zip_stream *z, struct slice *piece)
{
	struct slice part = take(z, piece, DESCRIPTOR_MAX - z->tail_len);
	struct descriptor d;

	memcpy(z->tail + z->tail_len, part.data, part.len);
	z->tail_len += part.len;
	if (z->tail_len < DESCRIPTOR_MAX)
		return;
	for (unsigned form = 4; form-- > 0;) {
		static const size_t lengths[] = { 12, 20, 16, 24 };

		if (!read_descriptor(z->tail + lengths[form], DESCRIPTOR_MAX, form, &d) ||
		    d.compressed != z->seen || d.size != z->made || d.crc != z->crc)
			continue;
		put_back(z, z->tail + d.len, DESCRIPTOR_MAX - d.len);
		take_descriptor(z, &d);
		check_wanted(z);
		entry_passed(z);
		return;
	}
	entry_failed(z, ERR_FORMAT, "no data descriptor that fits stands behind an entry");
	complain(z, z->entry.header, "where an entry ends cannot be told");
	put_back(z, z->tail, DESCRIPTOR_MAX);
	next_record(z);
}

/* ---------------------------------------------------------------- searching */

static bool is_record(const char *p, bool any)
{
	return (p[2] == 3 && p[3] == 4) || (p[2] == 1 && p[3] == 2) ||
	       (any && ((p[2] == 5 && p[3] == 6) || (p[2] == 6 && (p[3] == 6 || p[3] == 7))));
}

/* The bytes of a stored entry up to `upto` of its data; the window starts at `start` of them. */
static void give(struct zip_stream *z, const char *window, uint64_t start, uint64_t upto)
{
	if (!z->open || z->given >= upto)
		return;
	show(z, slice_new(window + (z->given - start), (size_t)(upto - z->given)));
	z->given = upto;
}

/* Does an entry end with a descriptor in front of `at`, which is `seen` bytes behind its start? */
static bool ends_here(struct zip_stream *z, const char *window, uint64_t start, size_t at)
{
	uint64_t seen = start + at;
	struct descriptor d;

	for (unsigned form = 4; form-- > 0;) {
		if (!read_descriptor(window + at, at, form, &d) || d.compressed != seen - d.len)
			continue;
		if (z->entry.method == ZIP_STORED && d.size != d.compressed)
			continue;
		if (z->open) {
			/* What stands before is data in any case, so no byte is summed twice. */
			give(z, window, start, d.compressed);
			if (z->given != d.compressed || z->crc != d.crc)
				continue;
		}
		take_descriptor(z, &d);
		return true;
	}
	return false;
}

/* The first place from `from` on where a record starts; len: none. */
static size_t search(struct zip_stream *z, const char *window, size_t len, uint64_t start, size_t from)
{
	while (from + 4 <= len) {
		const char *p = memchr(window + from, 'P', len - 3 - from);

		if (!p)
			return len;
		from = (size_t)(p - window);
		if (p[1] == 'K' && is_record(p, z->any) && (z->any || ends_here(z, window, start, from)))
			return from;
		from++;
	}
	return len;
}

static void searched(struct zip_stream *z)
{
	if (z->any) {
		next_record(z);
		return;
	}
	check_wanted(z);
	entry_passed(z);
}

static void keep_tail(struct zip_stream *z, const char *bytes, size_t len)
{
	memmove(z->tail, bytes, len);
	z->tail_len = len;
}

/* The seam between the bytes that are kept and the piece.  True: the record was found. */
static bool search_seam(struct zip_stream *z, struct slice *piece)
{
	char seam[2 * TAIL_MAX];
	size_t old = z->tail_len, more = piece->len < TAIL_MAX ? piece->len : TAIL_MAX, len = old + more;
	uint64_t start = z->seen - old;

	memcpy(seam, z->tail, old);
	memcpy(seam + old, piece->data, more);
	size_t at = search(z, seam, len, start, 0);
	if (at < len) {
		if (at < old) {
			put_back(z, seam + at, old - at);
		} else {
			z->seen += at - old;
			take(z, piece, at - old);
		}
		return true;
	}
	if (more == TAIL_MAX) {
		give(z, seam, start, z->seen);
	} else {
		size_t keep = len < TAIL_MAX ? len : TAIL_MAX;

		give(z, seam, start, start + len - keep);
		keep_tail(z, seam + len - keep, keep);
		z->seen += more;
		take(z, piece, more);
	}
	return false;
}

static void pass_searched(struct zip_stream *z, struct slice *piece)
{
	if (search_seam(z, piece)) {
		searched(z);
		return;
	}
	if (slice_empty(*piece))
		return;
	size_t at = search(z, piece->data, piece->len, z->seen, DESCRIPTOR_MAX);
	if (at < piece->len) {
		z->seen += at;
		take(z, piece, at);
		searched(z);
		return;
	}
	give(z, piece->data, z->seen, z->seen + piece->len - TAIL_MAX);
	keep_tail(z, piece->data + piece->len - TAIL_MAX, TAIL_MAX);
	z->seen += piece->len;
	take(z, piece, piece->len);
}

/* What is no record, but its last bytes may be the first of one. */
static void start_junk(struct zip_stream *z)
{
	/* Some writers fill up a last block. */
	if (z->ended && slice_eq(slice_new(z->hold, 4), SLICE("\0\0\0\0"))) {
		next_record(z);
		return;
	}
	if (z->ended)
		complain(z, z->position - 4, "bytes stand behind its end");
	z->state = IN_JUNK;
	z->any = true;
	z->seen = 3;
	keep_tail(z, z->hold + 1, 3);
}

/* ---------------------------------------------------------------- directory */

static bool take_central(struct zip_stream *z)
{
	struct zip_entry r;
	uint64_t number = z->central++, at = z->position - z->hold_len;

	if (!zip_read_central(slice_new(z->hold, z->hold_len), &r))
		return fail(z, ERR_FORMAT, at, "a zip64 field is too short");
	if (number == 0)
		z->directory = at;
	const struct mark mark = { fold(&r), r.header };
	struct mark *same = number < z->local.count ? &z->local.items[number] : NULL;
	if (same && same->hash == mark.hash && !z->base_known) {
		z->base = same->offset - mark.offset;
		z->base_known = true;
	}
	if (same && same->hash == mark.hash && same->offset - mark.offset == z->base) {
		same->hash = same->offset = UINT64_MAX;
	} else if (!count_entry(z)) {
		return false;
	} else {
		*vec_add(z->arena, &z->strays) = mark;
	}
	next_record(z);
	return true;
}

static void take_end(struct zip_stream *z)
{
	struct zip_end e = { 0 };
	uint64_t at = z->position - z->hold_len;

	zip_read_end(slice_new(z->hold, z->hold_len), &e);
	if (z->ended)
		complain(z, at, "another archive stands behind it");
	/* Each value stands in the zip64 record when it does not fit here, and only then. */
	if (z->has_end64) {
		e.count = e.count == UINT16_MAX ? z->end64.count : e.count;
		e.size = e.size == UINT32_MAX ? z->end64.size : e.size;
		e.offset = e.offset == UINT32_MAX ? z->end64.offset : e.offset;
	}
	uint64_t base = (z->central ? z->directory : at) - e.offset;

	if (!z->base_known)
		z->base = base;
	z->base_known = true;
	if (e.disk || e.directory_disk) {
		if (z->err.code == ERR_NONE)
			error_set_at(&z->err, ERR_UNSUPPORTED, at, "ZIP archive of several disks");
	} else if (e.count != z->central) {
		complain(z, at, "its central directory has another number of entries than it says");
	} else if (z->central && base != z->base) {
		complain(z, at, "its central directory stands elsewhere than it says");
	}
	z->ended = true;
	next_record(z);
}

/* How many bytes the record that starts in z->hold needs, as far as it is known; 0: it is none. */
static size_t record_length(const struct zip_stream *z)
{
	struct cursor c;

	cursor_init(&c, slice_new(z->hold, z->hold_len));
	if (z->hold_len < 4)
		return 4;
	switch (cursor_u32le(&c)) {
	case ZIP_LOCAL_SIGNATURE:
		return zip_local_length(slice_new(z->hold, z->hold_len));
	case ZIP_CENTRAL_SIGNATURE:
		return zip_central_length(slice_new(z->hold, z->hold_len));
	case ZIP_LOCATOR64_SIGNATURE:
		return ZIP_LOCATOR64_BYTES;
	case ZIP_END64_SIGNATURE: {
		if (z->hold_len < 12)
			return 12;
		uint64_t size = cursor_u64le(&c);
		return size < ZIP_END64_BYTES - 12 || size > END64_MAX ? 0 : 12 + (size_t)size;
	}
	case ZIP_END_SIGNATURE:
		if (z->hold_len < ZIP_END_BYTES)
			return ZIP_END_BYTES;
		cursor_seek(&c, ZIP_END_BYTES - 2);
		return ZIP_END_BYTES + (size_t)cursor_u16le(&c);
	default:
		return 0;
	}
}

static bool take_record(struct zip_stream *z)
{
	struct cursor c;

	cursor_init(&c, slice_new(z->hold, z->hold_len));
	switch (cursor_u32le(&c)) {
	case ZIP_LOCAL_SIGNATURE:
		return start_entry(z);
	case ZIP_CENTRAL_SIGNATURE:
		return take_central(z);
	case ZIP_END64_SIGNATURE:
		zip_read_end64(slice_new(z->hold, z->hold_len), &z->end64);
		z->has_end64 = true;
		next_record(z);
		return true;
	case ZIP_LOCATOR64_SIGNATURE:
		next_record(z);
		return true;
	default:
		take_end(z);
		return true;
	}
}

static bool pass_record(struct zip_stream *z, struct slice *piece)
{
	for (;;) {
		size_t need = record_length(z);

		if (need == 0 && z->hold_len > 4)
			/* An end record that lies about its length: what follows may still be found. */
			complain(z, z->position, "a zip64 end record with an impossible length");
		if (need == 0) {
			start_junk(z);
			return true;
		}
		if (z->hold_len == need)
			return take_record(z);
		if (!gather(z, piece, need))
			return true;
	}
}

static bool step(struct zip_stream *z, struct slice *piece)
{
	switch (z->state) {
	case AT_RECORD:
		return pass_record(z, piece);
	case IN_STORED:
	case IN_SKIPPED:
		pass_stored(z, piece);
		return true;
	case IN_DEFLATED:
		return pass_deflated(z, piece);
	case IN_SEARCHED:
	case IN_JUNK:
		pass_searched(z, piece);
		return true;
	case IN_DESCRIPTOR:
		pass_descriptor(z, piece);
		return true;
	}
	return true;
}

static bool step_queue(struct zip_stream *z)
{
	char bytes[QUEUE_MAX];
	struct slice rest = slice_new(bytes, z->queue_len);

	memcpy(bytes, z->queue, z->queue_len);
	z->queue_len = 0;
	bool ok = step(z, &rest);
	memcpy(z->queue + z->queue_len, rest.data, rest.len);
	z->queue_len += rest.len;
	return ok;
}

/* A limit was reached, or a record cannot be what it is. */
static bool stopped(struct zip_stream *z)
{
	struct error failure = z->err;

	entry_end(z, &failure);
	z->state = AT_RECORD;
	z->stopped = true;
	return false;
}

bool zip_stream_feed(struct zip_stream *z, struct slice piece)
{
	if (z->stopped)
		return false;
	while (z->queue_len || !slice_empty(piece))
		if (!(z->queue_len ? step_queue(z) : step(z, &piece)))
			return stopped(z);
	return true;
}

/* ---------------------------------------------------------------------- end */

static int compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Both lists without what they have in common; the directory's offsets become the stream's. */
static void cancel(struct mark_list *local, struct mark_list *strays)
{
	size_t i = 0, j = 0, left_local = 0, left_strays = 0;

	qsort(local->items, local->count, sizeof(*local->items), compare_marks);
	qsort(strays->items, strays->count, sizeof(*strays->items), compare_marks);
	while (i < local->count || j < strays->count) {
		int order = i == local->count ? 1 : j == strays->count ? -1 :
			    compare_marks(&local->items[i], &strays->items[j]);

		if (order < 0)
			local->items[left_local++] = local->items[i++];
		else if (order > 0)
			strays->items[left_strays++] = strays->items[j++];
		else
			i++, j++;
	}
	local->count = left_local;
	strays->count = left_strays;
}

static uint64_t lowest(const struct mark_list *list)
{
	uint64_t offset = UINT64_MAX;

	for (size_t i = 0; i < list->count; i++)
		offset = list->items[i].offset < offset ? list->items[i].offset : offset;
	return offset;
}

/* Every entry of the stream must be one of the directory, with the same name, sizes and checksum. */
static void compare_directory(struct zip_stream *z)
{
	size_t kept = 0;

	for (size_t i = 0; i < z->local.count; i++)
		if (z->local.items[i].offset != UINT64_MAX)
			z->local.items[kept++] = z->local.items[i];
	z->local.count = kept;
	for (size_t i = 0; i < z->strays.count; i++)
		z->strays.items[i].offset += z->base;
	if (z->local.count && z->strays.count)
		cancel(&z->local, &z->strays);
	if (z->strays.count)
		complain(z, lowest(&z->strays),
			 "its central directory names an entry that does not stand in it as described");
	if (z->local.count)
		complain(z, lowest(&z->local), "an entry stands in it that its central directory does not name");
}

static bool finished(const struct zip_stream *z)
{
	return z->ended && z->queue_len == 0 &&
	       (z->state == IN_JUNK || (z->state == AT_RECORD && z->hold_len < 4));
}

bool zip_stream_finish(struct zip_stream *z, struct error *err)
{
	bool nothing = z->local.count == 0 && !z->open && z->central == 0 && !z->ended;

	if (z->open)
		entry_failed(z, ERR_FORMAT, "the archive ends within an entry");
	if (z->err.code == ERR_NONE && nothing && (z->state == IN_JUNK || z->position < 4))
		error_set_at(&z->err, ERR_FORMAT, 0, "no ZIP archive");
	else if (z->err.code == ERR_NONE && !finished(z))
		complain(z, z->position, "it ends too early");
	if (z->err.code == ERR_NONE)
		compare_directory(z);
	if (z->err.code != ERR_NONE && err)
		*err = z->err;
	return z->err.code == ERR_NONE;
}
