/*
 * Package databases that are known by their paths and not read yet.  That one
 * is there must be said: without it its packages would count as none.
 *
 * Sources: rpm's macros file (%_dbpath and %_db_backend); pacman(8), --dbpath.
 */
#include "base/cleanup.h"
#include "inventory/rows.h"

static const struct slice rpm_directories[] = {
	SLICE_INIT("var/lib/rpm/"),
	SLICE_INIT("usr/lib/sysimage/rpm/"),
	SLICE_INIT("usr/share/rpm/"),
};
static const struct slice rpm_files[] = {
	SLICE_INIT("rpmdb.sqlite"),
	SLICE_INIT("Packages.db"),
	SLICE_INIT("Packages"),
};

static bool matches_rpm(struct slice path)
{
	for (size_t i = 0; i < ARRAY_LEN(rpm_directories); i++) {
		struct slice name = path;

		if (!slice_cut_prefix(&name, rpm_directories[i]))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(rpm_files); k++)
			if (slice_eq(name, rpm_files[k]))
				return true;
	}
	return false;
}

/* Every database of pacman since version 4.2 has this file. */
static bool matches_pacman(struct slice path)
{
	return slice_is(path, "var/lib/pacman/local/ALPM_DB_VERSION");
}

const struct inventory_row inventory_rpm = {
	.name = "rpm",
	.origin = ORIGIN_RPM,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.matches = matches_rpm,
	.unsupported = "RPM's package database is not read yet; the packages in it are not known",
};

const struct inventory_row inventory_pacman = {
	.name = "pacman",
	.origin = ORIGIN_NONE,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.matches = matches_pacman,
	.unsupported = "pacman's package database is not read yet; the packages in it are not known",
};
