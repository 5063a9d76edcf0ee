/*
 * Where an executable's named section stands in its file.
 *
 * Sources: System V ABI, "Section Header"; Microsoft PE Format, "Section
 * Table"; Mach-O's <mach-o/loader.h>, struct section.
 */
#ifndef BULWARK_INVENTORY_EXE_SECTION_H
#define BULWARK_INVENTORY_EXE_SECTION_H

#include "inventory/exe_layout.h"

/* A run of the file's bytes. */
struct exe_part {
	uint64_t start;
	struct slice bytes;
};

struct exe_section {
	uint64_t offset, size; /* in the file */
};

enum exe_found {
	EXE_SECTION_FOUND,
	EXE_SECTION_NONE,
	EXE_SECTION_ELSEWHERE, /* the parts do not hold what it takes to tell */
};

/*
 * head: the file's first bytes, with all headers of PE and Mach-O; tail: of ELF
 * the bytes in which the section table and the sections' names are looked for.
 * The section itself may stand outside of both.
 */
enum exe_found exe_section_find(struct slice head, const struct exe_part *tail, struct slice name,
				struct exe_section *ret);

/*
 * Behind all that an ELF program of this size loads; sections that tools put in
 * stand there.  False: there is no section table.
 */
bool exe_elf_tail(struct slice first, const struct exe_layout *l, uint64_t size, uint64_t *ret);
bool exe_is_fat(struct slice first);

#endif
