#include "inventory/go_buildinfo.h"

#include "base/cursor.h"
#include "base/limits.h"
#include "inventory/exe_layout.h"

#define BLOCK 16           /* the header stands at multiples of it */
#define HEADER 32
#define MAGIC_LEN 14
#define FLAG_BIG_ENDIAN 1
#define FLAG_INLINE 2
#define VERSION_MAX 256
#define VARINT_MAX 10
#define FRAME 16           /* bytes before and behind the module list */
#define WINDOW_FIRST (4 * KIB)
#define WINDOW_MAX (16 * MIB)
#define POINTERS_MAX 16

/* Taken apart, so that this program does not hold the magic itself. */
static bool is_magic(const char *p)
{
	return p[0] == '\xff' && memcmp(p + 1, " Go build", 9) == 0 && memcmp(p + 10, "inf:", 4) == 0;
}

/* A header of the old format. */
struct pointers {
	uint64_t version, modules;
	bool writable;
};

struct go_scanner {
	struct arena *arena;
	uint64_t size, at;      /* of the file; bytes that were fed */
	struct exe_head head;
	/* The block that is not complete yet. */
	char carry[BLOCK];
	/*
	 * From a magic on, bytes are kept: window[start] is the header that is
	 * looked at, and when window_len reaches need it can be decoded further.
	 */
	bool open;
	char *window;
	size_t window_len, window_alloc, start, need;
	uint64_t window_offset; /* in the file, a multiple of BLOCK */
	struct pointers pointers[POINTERS_MAX];
	size_t pointer_count;
	bool found, found_elsewhere, ended, broken, pointers_tried;
	struct go_buildinfo info, elsewhere;
};

struct go_scanner *go_scanner_new(struct arena *a, uint64_t file_size)
{
	struct go_scanner *s = arena_new(a, struct go_scanner);

	s->arena = a;
	s->size = file_size;
	return s;
}

static void grow(struct arena *a, char **data, size_t used, size_t *alloc, size_t want, size_t max)
{
	size_t next = *alloc ? *alloc : WINDOW_FIRST;

	if (want <= *alloc)
		return;
	while (next < want)
		next *= 2;
	if (next > max)
		next = max;
	char *larger = arena_alloc(a, next);
	if (used)
		memcpy(larger, *data, used);
	*data = larger;
	*alloc = next;
}

/* ---------------------------------------------------------------- decoding */

static bool sound_version(struct slice v)
{
	for (size_t i = 0; i < v.len; i++)
		if ((uint8_t)v.data[i] < ' ' || (uint8_t)v.data[i] > '~')
			return false;
	return v.len <= VERSION_MAX && (slice_starts(v, SLICE("go")) || slice_starts(v, SLICE("devel ")));
}

/* As Go does: a list that does not end with a line in front of its frame is none. */
static struct go_text unframe(struct go_text t)
{
	if (t.text.len < 2 * FRAME + 1 || t.text.data[t.text.len - FRAME - 1] != '\n')
		return (struct go_text){ SLICE_EMPTY, t.offset };
	return (struct go_text){ slice_new(t.text.data + FRAME, t.text.len - 2 * FRAME), t.offset + FRAME };
}

enum decoded { DECODED, UNDECODED, UNDECODED_CUT, NEEDS_MORE };

/* A length and its text; *need is set, from the start of the cursor's bytes, where they do not hold it. */
static enum decoded take_text(struct cursor *c, size_t max, struct slice *ret, size_t *need)
{
	size_t before = c->off;
	uint64_t len = cursor_uleb128(c);

	if (c->failed) {
		*need = c->len + 1;
		return c->len - before < VARINT_MAX ? NEEDS_MORE : UNDECODED;
	}
	if (len > max)
		return UNDECODED;
	*need = c->off + (size_t)len;
	if (cursor_left(c) < len)
		return NEEDS_MORE;
	*ret = cursor_slice(c, (size_t)len);
	return DECODED;
}

/* bytes: from the header on. */
static enum decoded decode_inline(struct slice bytes, uint64_t offset, struct go_buildinfo *ret, size_t *need)
{
	struct cursor c;

	cursor_init(&c, bytes);
	cursor_skip(&c, HEADER);
	enum decoded answer = take_text(&c, VERSION_MAX, &ret->version.text, need);
	if (answer != DECODED)
		return answer;
	if (!sound_version(ret->version.text))
		return UNDECODED;
	ret->version.offset = offset + c.off - ret->version.text.len;
	answer = take_text(&c, WINDOW_MAX - HEADER - VERSION_MAX - 2 * VARINT_MAX, &ret->modules.text, need);
	if (answer != DECODED)
		return answer == UNDECODED ? UNDECODED_CUT : answer;
	ret->modules.offset = offset + c.off - ret->modules.text.len;
	ret->modules = unframe(ret->modules);
	return DECODED;
}

static uint64_t get_pointer(const struct exe_layout *l, struct slice s)
{
	struct cursor c;

	cursor_init(&c, s);
	if (l->pointer_size == 4)
		return l->big_endian ? cursor_u32be(&c) : cursor_u32le(&c);
	return l->big_endian ? cursor_u64be(&c) : cursor_u64le(&c);
}

/* Kept where the header fits the program and its pointer leads into the file. */
static void note_pointers(struct go_scanner *s, struct slice header, bool writable)
{
	const struct exe_layout *l = &s->head.layout;
	bool big = header.data[MAGIC_LEN + 1] & FLAG_BIG_ENDIAN;
	uint64_t ignored;

	if (l->count == 0 || (uint8_t)header.data[MAGIC_LEN] != l->pointer_size || big != l->big_endian ||
	    s->pointer_count == POINTERS_MAX)
		return;
	struct pointers p = {
		.version = get_pointer(l, slice_from(header, BLOCK)),
		.modules = get_pointer(l, slice_from(header, BLOCK + l->pointer_size)),
		.writable = writable,
	};
	if (exe_file_offset(l, p.version, 2 * l->pointer_size, &ignored))
		s->pointers[s->pointer_count++] = p;
}

static struct go_text copy_text(struct arena *a, struct go_text t)
{
	return (struct go_text){ arena_copy(a, t.text), t.offset };
}

static void accept(struct go_scanner *s, const struct go_buildinfo *info, bool writable)
{
	bool *found = writable ? &s->found : &s->found_elsewhere;

	if (*found)
		return;
	*found = true;
	*(writable ? &s->info : &s->elsewhere) = (struct go_buildinfo){
		copy_text(s->arena, info->version), copy_text(s->arena, info->modules),
	};
}

/* What can be made of the header at window[start]; NEEDS_MORE sets *need, counted from there. */
static enum decoded look(struct go_scanner *s, size_t *need)
{
	struct slice bytes = slice_new(s->window + s->start, s->window_len - s->start);
	uint64_t offset = s->window_offset + s->start;
	bool writable = exe_in_writable(&s->head.layout, offset, HEADER);
	struct go_buildinfo info = { 0 };

	*need = HEADER;
	if (bytes.len < HEADER)
		return NEEDS_MORE;
	if (!(bytes.data[MAGIC_LEN + 1] & FLAG_INLINE)) {
		note_pointers(s, bytes, writable);
		return UNDECODED;
	}
	enum decoded answer = decode_inline(bytes, offset, &info, need);
	if (answer == DECODED)
		accept(s, &info, writable);
	/* Behind a sound version: no constant, but build information that cannot be had. */
	if (writable && (answer == UNDECODED_CUT ||
			 (answer == NEEDS_MORE && s->ended && !slice_empty(info.version.text))))
		s->broken = true;
	return answer;
}

/* ------------------------------------------------------------------ window */

static void append(struct go_scanner *s, const char *data, size_t len)
{
	grow(s->arena, &s->window, s->window_len, &s->window_alloc, s->window_len + len, WINDOW_MAX);
	memcpy(s->window + s->window_len, data, len);
	s->window_len += len;
}

/* Makes room for need bytes from start on; false: the window is full of earlier ones. */
static bool make_room(struct go_scanner *s, size_t need)
{
	if (s->start + need > WINDOW_MAX) {
		/* Moving less than was passed since the last time keeps the sum of moves linear. */
		if (s->start < s->window_len - s->start)
			return false;
		s->window_len -= s->start;
		memmove(s->window, s->window + s->start, s->window_len);
		s->window_offset += s->start;
		s->start = 0;
	}
	s->need = s->start + need;
	return true;
}

static bool next_magic(struct go_scanner *s)
{
	for (s->start += BLOCK; s->start + BLOCK <= s->window_len; s->start += BLOCK)
		if (is_magic(s->window + s->start))
			return true;
	return false;
}

/* Takes what the window holds as far as it goes. */
static void settle(struct go_scanner *s)
{
	do {
		size_t need;

		if (look(s, &need) == NEEDS_MORE && !s->ended && make_room(s, need))
			return;
	} while (!s->found && next_magic(s));
	size_t rest = s->window_len % BLOCK;
	memcpy(s->carry, s->window + s->window_len - rest, rest);
	s->open = false;
}

static void open_window(struct go_scanner *s, uint64_t offset)
{
	s->open = true;
	s->window_len = s->start = 0;
	s->window_offset = offset;
	s->need = HEADER;
}

/* Goes over the piece up to a magic; answers what is left of it. */
static struct slice scan(struct go_scanner *s, struct slice piece)
{
	size_t phase = s->at % BLOCK, i = 0;

	if (phase) {
		size_t take = BLOCK - phase < piece.len ? BLOCK - phase : piece.len;

		memcpy(s->carry + phase, piece.data, take);
		s->at += take;
		if (phase + take == BLOCK && is_magic(s->carry)) {
			open_window(s, s->at - BLOCK);
			append(s, s->carry, BLOCK);
		}
		return slice_from(piece, take);
	}
	while (i + BLOCK <= piece.len && !is_magic(piece.data + i))
		i += BLOCK;
	s->at += i;
	piece = slice_from(piece, i);
	if (piece.len >= BLOCK) {
		open_window(s, s->at);
		return piece;
	}
	if (piece.len)
		memcpy(s->carry, piece.data, piece.len);
	s->at += piece.len;
	return SLICE_EMPTY;
}

/* ------------------------------------------------------------ old pointers */

static bool read_go_string(const struct exe_layout *l, struct slice file, uint64_t address, size_t max,
			   struct go_text *ret)
{
	uint64_t at;

	if (!exe_file_offset(l, address, 2 * l->pointer_size, &at))
		return false;
	struct slice header = slice_first(slice_from(file, (size_t)at), 2 * l->pointer_size);
	if (header.len < 2 * l->pointer_size)
		return false;
	uint64_t data = get_pointer(l, header), len = get_pointer(l, slice_from(header, l->pointer_size));
	if (len > max || !exe_file_offset(l, data, len, &at) || at > file.len || len > file.len - at)
		return false;
	*ret = (struct go_text){ slice_new(file.data + at, (size_t)len), at };
	return true;
}

static void follow_pointers(struct go_scanner *s, struct slice file)
{
	s->pointers_tried = true;
	for (size_t i = 0; i < s->pointer_count; i++) {
		const struct pointers *p = &s->pointers[i];
		struct go_buildinfo info = { 0 };

		if (!read_go_string(&s->head.layout, file, p->version, VERSION_MAX, &info.version) ||
		    !sound_version(info.version.text)) {
			s->broken |= p->writable;
			continue;
		}
		/* A program built without modules has no list. */
		if (read_go_string(&s->head.layout, file, p->modules, WINDOW_MAX, &info.modules))
			info.modules = unframe(info.modules);
		accept(s, &info, p->writable);
	}
}

/* ------------------------------------------------------------------------ */

bool go_scanner_feed(struct go_scanner *s, struct slice piece)
{
	struct slice whole = s->at == 0 && piece.len == s->size ? piece : SLICE_EMPTY;

	if (!s->head.done)
		exe_head_feed(&s->head, s->arena, piece);
	while (!slice_empty(piece) && !s->found) {
		if (!s->open) {
			piece = scan(s, piece);
			continue;
		}
		size_t room = s->need - s->window_len, take = piece.len < room ? piece.len : room;

		append(s, piece.data, take);
		s->at += take;
		piece = slice_from(piece, take);
		if (s->window_len == s->need)
			settle(s);
	}
	if (!slice_empty(whole) && !s->found)
		follow_pointers(s, whole);
	return !s->found;
}

enum go_scan go_scanner_finish(struct go_scanner *s, struct go_buildinfo *ret)
{
	bool pointed = false;

	s->ended = true;
	if (s->open && !s->found)
		settle(s);
	for (size_t i = 0; i < s->pointer_count; i++)
		pointed |= s->pointers[i].writable;
	if (!s->found && s->pointer_count && !s->pointers_tried && (pointed || !s->found_elsewhere))
		return GO_WANT_WHOLE;
	*ret = s->found ? s->info : s->elsewhere;
	if (s->found || s->found_elsewhere)
		return GO_FOUND;
	return s->broken ? GO_BROKEN : GO_NOTHING;
}
