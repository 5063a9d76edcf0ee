/*
 * What looks for packages in executables.  The bytes of an executable pass by
 * once; executable.c shows them to every probe of its table.
 */
#ifndef BULWARK_INVENTORY_EXE_PROBE_H
#define BULWARK_INVENTORY_EXE_PROBE_H

#include "inventory/inventory.h"

enum exe_probe_need {
	EXE_PROBE_MORE,
	EXE_PROBE_DONE,  /* nothing more needs to be fed to this probe */
	EXE_PROBE_ALONE, /* nor to another one that is not independent: there is no room for its list */
};

struct exe_probe {
	/* State in the arena for one executable. */
	void *(*begin)(struct arena *a, const struct inventory_file *file);
	/* A piece that is the whole file may be judged as such. */
	enum exe_probe_need (*feed)(void *state, struct slice piece);
	/* Packages, or out->want_whole: the file is to be shown in one piece.  False: cannot be read. */
	bool (*finish)(void *state, struct inventory_output *out, struct error *err);
	bool independent; /* looks on whatever another one found */
};

extern const struct exe_probe exe_probe_go;   /* build information of Go programs */
extern const struct exe_probe exe_probe_rust; /* dependency list of cargo-auditable */
extern const struct exe_probe exe_probe_program; /* known programs' versions; behind the others */

#endif
