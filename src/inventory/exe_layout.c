#include "inventory/exe_layout.h"

#include "base/cursor.h"
#include "base/limits.h"

#define HEAD_MAX (64 * KIB)
#define HEAD_FIRST (4 * KIB)

#define ELF_HEADER 64
#define ELF_LOAD 1
#define ELF_WRITE 2u
#define ELF_EXECUTABLE 2
#define ELF_SHARED 3

#define PE_HEADERS_AT 0x3c
#define PE_SECTION 40
#define PE_UNINITIALISED 0x80u
#define PE_WRITE 0x80000000u

#define MACHO_SEGMENT_32 1
#define MACHO_SEGMENT_64 0x19
#define MACHO_WRITE 2u

static uint64_t get(struct cursor *c, size_t size, bool big)
{
	switch (size) {
	case 2: return big ? cursor_u16be(c) : cursor_u16le(c);
	case 4: return big ? cursor_u32be(c) : cursor_u32le(c);
	default: return big ? cursor_u64be(c) : cursor_u64le(c);
	}
}

static uint64_t get_at(struct slice head, size_t offset, size_t size, bool big)
{
	struct cursor c;

	cursor_init(&c, head);
	cursor_seek(&c, offset);
	return get(&c, size, big);
}

static void add_segment(struct exe_layout *l, struct exe_segment s)
{
	if (l->count < EXE_SEGMENTS_MAX && s.file_size && s.offset + s.file_size >= s.offset &&
	    s.address + s.file_size >= s.address)
		l->segments[l->count++] = s;
}

/* True when head is long enough; else says how much it should be. */
static bool reaches(struct slice head, uint64_t need, size_t *ret_need)
{
	*ret_need = need > SIZE_MAX ? SIZE_MAX : (size_t)need;
	return head.len >= need;
}

/* ------------------------------------------------------------------- ELF */

static bool elf_known(struct slice head)
{
	if (head.len < ELF_HEADER || !slice_starts(head, SLICE("\177ELF")) || head.data[4] < 1 ||
	    head.data[4] > 2 || head.data[5] < 1 || head.data[5] > 2)
		return false;
	uint64_t type = get_at(head, 16, 2, head.data[5] == 2);

	return type == ELF_EXECUTABLE || type == ELF_SHARED;
}

static void elf_segment(struct cursor *c, struct exe_layout *l)
{
	bool big = l->big_endian, wide = l->pointer_size == 8;
	size_t word = l->pointer_size;
	struct exe_segment s = { 0 };
	uint64_t type = get(c, 4, big), flags = wide ? get(c, 4, big) : 0;

	s.offset = get(c, word, big);
	s.address = get(c, word, big);
	get(c, word, big);
	s.file_size = get(c, word, big);
	get(c, word, big);
	if (!wide)
		flags = get(c, 4, big);
	s.writable = flags & ELF_WRITE;
	if (!c->failed && type == ELF_LOAD)
		add_segment(l, s);
}

static enum exe_answer elf_read(struct slice head, struct exe_layout *l, size_t *ret_need)
{
	bool wide = head.data[4] == 2, big = head.data[5] == 2;
	uint64_t table = get_at(head, wide ? 32 : 28, wide ? 8 : 4, big);
	uint64_t size = get_at(head, wide ? 54 : 42, 2, big), count = get_at(head, wide ? 56 : 44, 2, big);

	l->pointer_size = wide ? 8 : 4;
	l->big_endian = big;
	if (count == 0 || size != (wide ? 56u : 32u) || table > UINT32_MAX)
		return EXE_NONE;
	if (!reaches(head, table + size * count, ret_need))
		return EXE_MORE;
	for (uint64_t i = 0; i < count; i++) {
		struct cursor c;

		cursor_init(&c, head);
		cursor_seek(&c, (size_t)(table + i * size));
		elf_segment(&c, l);
	}
	return EXE_READ;
}

/* -------------------------------------------------------------------- PE */

static void pe_section(struct slice row, uint64_t base, struct exe_layout *l)
{
	uint64_t flags = get_at(row, 36, 4, false);

	if (!(flags & PE_UNINITIALISED))
		add_segment(l, (struct exe_segment){
			.offset = get_at(row, 20, 4, false),
			.file_size = get_at(row, 16, 4, false),
			.address = base + get_at(row, 12, 4, false),
			.writable = flags & PE_WRITE,
		});
}

static enum exe_answer pe_read(struct slice head, struct exe_layout *l, size_t *ret_need)
{
	uint64_t at = get_at(head, PE_HEADERS_AT, 4, false);

	if (!reaches(head, at + 24 + 32, ret_need))
		return EXE_MORE;
	struct slice coff = slice_from(head, (size_t)at);
	if (!slice_cut_prefix(&coff, SLICE("PE\0\0")))
		return EXE_NONE;
	uint64_t sections = get_at(coff, 2, 2, false), optional = get_at(coff, 16, 2, false);
	uint64_t magic = get_at(coff, 20, 2, false);

	if ((magic != 0x10b && magic != 0x20b) || sections == 0)
		return EXE_NONE;
	uint64_t table = at + 24 + optional;
	if (!reaches(head, table + sections * PE_SECTION, ret_need))
		return EXE_MORE;
	l->pointer_size = magic == 0x20b ? 8 : 4;
	uint64_t base = magic == 0x20b ? get_at(coff, 20 + 24, 8, false) : get_at(coff, 20 + 28, 4, false);
	for (uint64_t i = 0; i < sections; i++)
		pe_section(slice_first(slice_from(head, (size_t)(table + i * PE_SECTION)), PE_SECTION), base, l);
	return EXE_READ;
}

/* ----------------------------------------------------------------- Mach-O */

/* A file of several architectures starts as a Java class does, whose next number is far larger. */
static bool macho_fat(struct slice head)
{
	return slice_starts(head, SLICE("\xca\xfe\xba\xbe")) && get_at(head, 4, 4, true) < 20;
}

static bool macho_thin(struct slice head)
{
	return slice_starts(head, SLICE("\xce\xfa\xed\xfe")) || slice_starts(head, SLICE("\xcf\xfa\xed\xfe"));
}

static void macho_segment(struct slice command, struct exe_layout *l)
{
	size_t word = l->pointer_size;
	struct cursor c;
	struct exe_segment s = { 0 };

	cursor_init(&c, command);
	cursor_skip(&c, 24);
	s.address = get(&c, word, false);
	get(&c, word, false);
	s.offset = get(&c, word, false);
	s.file_size = get(&c, word, false);
	get(&c, 4, false);
	s.writable = get(&c, 4, false) & MACHO_WRITE;
	if (!c.failed)
		add_segment(l, s);
}

static enum exe_answer macho_read(struct slice head, struct exe_layout *l, size_t *ret_need)
{
	bool wide = (uint8_t)head.data[0] == 0xcf;
	size_t at = wide ? 32 : 28;
	uint64_t count = get_at(head, 16, 4, false), size = get_at(head, 20, 4, false);

	if (!reaches(head, at + size, ret_need))
		return EXE_MORE;
	l->pointer_size = wide ? 8 : 4;
	for (struct slice rest = slice_first(slice_from(head, at), (size_t)size); count && rest.len >= 8; count--) {
		uint64_t kind = get_at(rest, 0, 4, false), length = get_at(rest, 4, 4, false);

		if (length < 8)
			break;
		if (kind == (wide ? MACHO_SEGMENT_64 : MACHO_SEGMENT_32))
			macho_segment(slice_first(rest, (size_t)length), l);
		rest = slice_from(rest, (size_t)length);
	}
	return EXE_READ;
}

/* ------------------------------------------------------------------------ */

bool exe_known(struct slice first)
{
	return elf_known(first) || slice_starts(first, SLICE("MZ")) || macho_thin(first) || macho_fat(first);
}

enum exe_answer exe_layout_read(struct slice head, struct exe_layout *l, size_t *ret_need)
{
	memset(l, 0, sizeof(*l));
	if (!reaches(head, ELF_HEADER, ret_need))
		return EXE_MORE;
	if (elf_known(head))
		return elf_read(head, l, ret_need);
	if (slice_starts(head, SLICE("MZ")))
		return pe_read(head, l, ret_need);
	return macho_thin(head) ? macho_read(head, l, ret_need) : EXE_NONE;
}

/* Appends what is missing up to need; false: the piece has nothing more. */
static bool head_append(struct exe_head *h, struct arena *a, size_t need, struct slice *piece)
{
	size_t missing = need - h->len, take = missing < piece->len ? missing : piece->len;

	if (take == 0)
		return false;
	if (h->len + take > h->alloc) {
		h->alloc = need < HEAD_FIRST ? HEAD_FIRST : HEAD_MAX;
		char *larger = arena_alloc(a, h->alloc);

		if (h->len)
			memcpy(larger, h->bytes, h->len);
		h->bytes = larger;
	}
	memcpy(h->bytes + h->len, piece->data, take);
	h->len += take;
	*piece = slice_from(*piece, take);
	return true;
}

void exe_head_feed(struct exe_head *h, struct arena *a, struct slice piece)
{
	struct slice head = h->len ? slice_new(h->bytes, h->len) : piece;
	enum exe_answer answer;
	size_t need = 0;

	while ((answer = exe_layout_read(head, &h->layout, &need)) == EXE_MORE && need <= HEAD_MAX) {
		if (!head_append(h, a, need, &piece)) {
			h->layout.count = 0;
			return;
		}
		head = slice_new(h->bytes, h->len);
	}
	h->done = true;
	if (answer != EXE_READ)
		h->layout.count = 0;
}

bool exe_in_writable(const struct exe_layout *l, uint64_t offset, uint64_t length)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct exe_segment *s = &l->segments[i];

		if (s->writable && offset >= s->offset && length <= s->file_size &&
		    offset - s->offset <= s->file_size - length)
			return true;
	}
	return false;
}

bool exe_file_offset(const struct exe_layout *l, uint64_t address, uint64_t length, uint64_t *ret)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct exe_segment *s = &l->segments[i];

		if (address < s->address || length > s->file_size ||
		    address - s->address > s->file_size - length)
			continue;
		*ret = s->offset + (address - s->address);
		return true;
	}
	return false;
}
