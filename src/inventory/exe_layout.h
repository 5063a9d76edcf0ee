/*
 * Where an executable's bytes go in memory, as far as finding data in it needs.
 *
 * Sources: System V ABI, "ELF Header" and "Program Header"; Microsoft PE
 * Format, "COFF File Header", "Optional Header" and "Section Table"; Mach-O's
 * <mach-o/loader.h>.
 */
#ifndef BULWARK_INVENTORY_EXE_LAYOUT_H
#define BULWARK_INVENTORY_EXE_LAYOUT_H

#include "base/arena.h"

/* Sound programs have a handful; what a file has beyond is not looked at. */
#define EXE_SEGMENTS_MAX 64

struct exe_segment {
	uint64_t offset, file_size; /* in the file */
	uint64_t address;
	bool writable;
};

struct exe_layout {
	unsigned pointer_size; /* 4 or 8 */
	bool big_endian;
	struct exe_segment segments[EXE_SEGMENTS_MAX];
	size_t count;
};

enum exe_answer {
	EXE_READ,
	EXE_MORE, /* the file's first *ret_need bytes are needed */
	EXE_NONE, /* no executable of a known kind, or one whose headers lie */
};

/* By the magic alone: ELF programs and libraries, PE, Mach-O of one or several architectures. */
bool exe_known(struct slice first);
/* head: the file's first bytes. */
enum exe_answer exe_layout_read(struct slice head, struct exe_layout *ret, size_t *ret_need);

/* The layout read from the file's first bytes as they come in pieces of any size. */
struct exe_head {
	struct exe_layout layout; /* without segments until it is read, and where it cannot be */
	bool done;
	char *bytes;              /* the pieces so far, where the first one was too short */
	size_t len, alloc;
};

/* Each piece from the file's first on, until done. */
void exe_head_feed(struct exe_head *h, struct arena *a, struct slice piece);

/* Do these bytes of the file stand in a writable segment? */
bool exe_in_writable(const struct exe_layout *l, uint64_t offset, uint64_t length);
/* Where in the file the bytes at an address are; false: not in the file, or not all of them. */
bool exe_file_offset(const struct exe_layout *l, uint64_t address, uint64_t length, uint64_t *ret);

#endif
