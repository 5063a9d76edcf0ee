#include "inventory/exe_section.h"

#include "base/cursor.h"

#define ELF_NOBITS 8
#define ELF_INDEX_ELSEWHERE 0xffff
#define PE_HEADERS_AT 0x3c
#define PE_SECTION 40
#define MACHO_SEGMENT_32 1
#define MACHO_SEGMENT_64 0x19
#define MACHO_NAME 16
#define FAT_HEADER 8
#define FAT_ARCH 20
#define FAT_ARCHS_MAX 20

static uint64_t get(struct slice bytes, uint64_t offset, size_t size, bool big)
{
	struct cursor c;

	cursor_init(&c, bytes);
	if (offset > bytes.len || !cursor_seek(&c, (size_t)offset))
		return 0;
	switch (size) {
	case 2: return big ? cursor_u16be(&c) : cursor_u16le(&c);
	case 4: return big ? cursor_u32be(&c) : cursor_u32le(&c);
	default: return big ? cursor_u64be(&c) : cursor_u64le(&c);
	}
}

/* These bytes of the file; false: not all of them are in the part. */
static bool part_of(const struct exe_part *p, uint64_t offset, uint64_t size, struct slice *ret)
{
	if (offset < p->start || offset - p->start > p->bytes.len ||
	    size > p->bytes.len - (offset - p->start))
		return false;
	*ret = slice_first(slice_from(p->bytes, (size_t)(offset - p->start)), (size_t)size);
	return true;
}

/* A name in a field that zeros fill up. */
static bool field_is(struct slice field, struct slice name)
{
	return slice_eq(slice_first(field, slice_find_byte(field, '\0')), name);
}

/* ------------------------------------------------------------------- ELF */

struct elf_table {
	bool wide, big;
	struct slice rows;
	size_t row; /* size of one */
};

static struct exe_section elf_section(const struct elf_table *t, uint64_t number)
{
	struct slice row = slice_from(t->rows, (size_t)number * t->row);

	return (struct exe_section){
		.offset = get(row, t->wide ? 24 : 16, t->wide ? 8 : 4, t->big),
		.size = get(row, t->wide ? 32 : 20, t->wide ? 8 : 4, t->big),
	};
}

/* The table's rows and the section that holds their names; both may stand in the first row. */
static enum exe_found elf_table(struct slice head, const struct exe_part *tail, struct elf_table *t,
				uint64_t *ret_names)
{
	uint64_t at = get(head, t->wide ? 40 : 32, t->wide ? 8 : 4, t->big);
	uint64_t size = get(head, t->wide ? 58 : 46, 2, t->big);
	uint64_t count = get(head, t->wide ? 60 : 48, 2, t->big);
	uint64_t names = get(head, t->wide ? 62 : 50, 2, t->big);

	t->row = t->wide ? 64 : 40;
	if (at == 0 || size != t->row)
		return EXE_SECTION_NONE;
	if (!part_of(tail, at, t->row, &t->rows))
		return EXE_SECTION_ELSEWHERE;
	if (count == 0)
		count = elf_section(t, 0).size;
	if (names == ELF_INDEX_ELSEWHERE)
		names = get(t->rows, t->wide ? 40 : 24, 4, t->big);
	if (count > UINT32_MAX || names >= count)
		return EXE_SECTION_NONE;
	if (!part_of(tail, at, count * t->row, &t->rows))
		return EXE_SECTION_ELSEWHERE;
	*ret_names = names;
	return EXE_SECTION_FOUND;
}

static enum exe_found elf_find(struct slice head, const struct exe_part *tail, struct slice name,
			       struct exe_section *ret)
{
	struct elf_table t = { .wide = head.data[4] == 2, .big = head.data[5] == 2 };
	struct slice names;
	uint64_t number;
	enum exe_found answer = elf_table(head, tail, &t, &number);

	if (answer != EXE_SECTION_FOUND)
		return answer;
	const struct exe_section held = elf_section(&t, number);
	if (!part_of(tail, held.offset, held.size, &names))
		return EXE_SECTION_ELSEWHERE;
	for (uint64_t i = 0; i < t.rows.len / t.row; i++) {
		struct slice row = slice_from(t.rows, (size_t)i * t.row);
		/* One byte more than the name, so that a longer one is none. */
		struct slice field = slice_first(slice_from(names, get(row, 0, 4, t.big)), name.len + 1);

		if (get(row, 4, 4, t.big) == ELF_NOBITS || field.len <= name.len || !field_is(field, name))
			continue;
		*ret = elf_section(&t, i);
		return EXE_SECTION_FOUND;
	}
	return EXE_SECTION_NONE;
}

bool exe_elf_tail(struct slice first, const struct exe_layout *l, uint64_t size, uint64_t *ret)
{
	bool wide = first.data[4] == 2, big = first.data[5] == 2;
	uint64_t table = get(first, wide ? 40 : 32, wide ? 8 : 4, big);

	*ret = 0;
	for (size_t i = 0; i < l->count; i++) {
		uint64_t end = l->segments[i].offset + l->segments[i].file_size;

		/* Files of debugging symbols alone have segments that reach out of them. */
		if (end > *ret && end <= size)
			*ret = end;
	}
	return table > 0 && table < size;
}

/* -------------------------------------------------------------------- PE */

static enum exe_found pe_find(struct slice head, struct slice name, struct exe_section *ret)
{
	uint64_t at = get(head, PE_HEADERS_AT, 4, false);
	struct slice coff = slice_from(head, (size_t)at);

	if (!slice_cut_prefix(&coff, SLICE("PE\0\0")) || coff.len < 20)
		return EXE_SECTION_NONE;
	uint64_t count = get(coff, 2, 2, false);
	struct slice rows = slice_from(coff, 20 + (size_t)get(coff, 16, 2, false));
	for (; count && rows.len >= PE_SECTION; count--, rows = slice_from(rows, PE_SECTION)) {
		uint64_t used = get(rows, 8, 4, false), stored = get(rows, 16, 4, false);

		if (!field_is(slice_first(rows, 8), name))
			continue;
		*ret = (struct exe_section){
			.offset = get(rows, 20, 4, false),
			.size = used && used < stored ? used : stored,
		};
		return EXE_SECTION_FOUND;
	}
	return count ? EXE_SECTION_ELSEWHERE : EXE_SECTION_NONE;
}

/* ---------------------------------------------------------------- Mach-O */

static bool macho_segment(struct slice command, bool wide, struct slice name, struct exe_section *ret)
{
	uint64_t count = get(command, wide ? 64 : 48, 4, false);
	size_t size = wide ? 80 : 68;
	struct slice rows = slice_from(command, wide ? 72 : 56);

	for (; count && rows.len >= size; count--, rows = slice_from(rows, size)) {
		if (!field_is(slice_first(rows, MACHO_NAME), name))
			continue;
		*ret = (struct exe_section){
			.offset = get(rows, wide ? 48 : 40, 4, false),
			.size = get(rows, wide ? 40 : 36, wide ? 8 : 4, false),
		};
		return true;
	}
	return false;
}

static enum exe_found macho_find(struct slice head, struct slice name, struct exe_section *ret)
{
	bool wide = (uint8_t)head.data[0] == 0xcf;
	uint64_t count = get(head, 16, 4, false);
	size_t size = (size_t)get(head, 20, 4, false), at = wide ? 32 : 28;
	struct slice rest = slice_first(slice_from(head, at), size);

	for (; count && rest.len >= 8; count--) {
		size_t length = (size_t)get(rest, 4, 4, false);

		if (length < 8)
			break;
		if (get(rest, 0, 4, false) == (wide ? MACHO_SEGMENT_64 : MACHO_SEGMENT_32) &&
		    macho_segment(slice_first(rest, length), wide, name, ret))
			return EXE_SECTION_FOUND;
		rest = slice_from(rest, length);
	}
	return head.len - at < size ? EXE_SECTION_ELSEWHERE : EXE_SECTION_NONE;
}

static bool is_macho(struct slice head)
{
	return head.len >= 32 && (slice_starts(head, SLICE("\xce\xfa\xed\xfe")) ||
				  slice_starts(head, SLICE("\xcf\xfa\xed\xfe")));
}

bool exe_is_fat(struct slice first)
{
	return exe_known(first) && slice_starts(first, SLICE("\xca\xfe\xba\xbe"));
}

/* Programs for several machines in one file; they are of the same source, so the first one tells. */
static enum exe_found fat_find(struct slice head, struct slice name, struct exe_section *ret)
{
	uint64_t count = get(head, 4, 4, true);

	for (uint64_t i = 0; i < count && i < FAT_ARCHS_MAX; i++) {
		uint64_t offset = get(head, FAT_HEADER + i * FAT_ARCH + 8, 4, true);
		struct slice one = slice_from(head, (size_t)offset);

		if (!is_macho(one))
			return EXE_SECTION_ELSEWHERE;
		enum exe_found answer = macho_find(one, name, ret);
		if (answer == EXE_SECTION_FOUND)
			ret->offset += offset;
		if (answer != EXE_SECTION_NONE)
			return answer;
	}
	return EXE_SECTION_NONE;
}

/* ------------------------------------------------------------------------ */

enum exe_found exe_section_find(struct slice head, const struct exe_part *tail, struct slice name,
				struct exe_section *ret)
{
	if (!exe_known(head))
		return EXE_SECTION_NONE;
	if (slice_starts(head, SLICE("\177ELF")))
		return elf_find(head, tail, name, ret);
	if (slice_starts(head, SLICE("MZ")))
		return pe_find(head, name, ret);
	return exe_is_fat(head)	 ? fat_find(head, name, ret) :
	       is_macho(head) ? macho_find(head, name, ret) : EXE_SECTION_NONE;
}
