/*
 * Package databases that are known by their paths and not read yet.  That one
 * is there must be said: without it its packages would count as none.
 *
 * Source: pacman(8), --dbpath.
 */
#include "inventory/rows.h"

/* Every database of pacman since version 4.2 has this file. */
static bool matches_pacman(struct slice path)
{
	return slice_is(path, "var/lib/pacman/local/ALPM_DB_VERSION");
}

const struct inventory_row inventory_pacman = {
	.name = "pacman",
	.origin = ORIGIN_NONE,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.matches = matches_pacman,
	.unsupported = "pacman's package database is not read yet; the packages in it are not known",
};
