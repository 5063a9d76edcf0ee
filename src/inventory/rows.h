/* The rows of the inventory, one file each; inventory.c lists them in the order in which they are asked. */
#ifndef BULWARK_INVENTORY_ROWS_H
#define BULWARK_INVENTORY_ROWS_H

#include "inventory/inventory.h"

extern const struct inventory_row inventory_os_release;     /* etc/os-release, usr/lib/os-release and relatives */
extern const struct inventory_row inventory_dpkg_status;    /* var/lib/dpkg/status */
extern const struct inventory_row inventory_dpkg_status_d;  /* var/lib/dpkg/status.d/ of distroless images */
extern const struct inventory_row inventory_apk_installed;  /* lib/apk/db/installed, usr/lib/apk/db/installed */
extern const struct inventory_row inventory_rpm;            /* rpmdb.sqlite, Packages.db, Packages */
extern const struct inventory_row inventory_rpm_wal;        /* rpmdb.sqlite-wal: whether it holds anything */
extern const struct inventory_row inventory_pacman;         /* known to be there, not read */
extern const struct inventory_row inventory_executable;     /* Go and Rust programs */
extern const struct inventory_row inventory_node_package;   /* node_modules package.json */
extern const struct inventory_row inventory_npm_lock;       /* package-lock.json, npm-shrinkwrap.json */
extern const struct inventory_row inventory_yarn_lock;
extern const struct inventory_row inventory_pnpm_lock;
extern const struct inventory_row inventory_python_package; /* wheels and eggs */
extern const struct inventory_row inventory_requirements;
extern const struct inventory_row inventory_poetry_lock;
extern const struct inventory_row inventory_pipfile_lock;
extern const struct inventory_row inventory_pdm_lock;
extern const struct inventory_row inventory_uv_lock;
extern const struct inventory_row inventory_cargo_lock;
extern const struct inventory_row inventory_go_mod;
extern const struct inventory_row inventory_go_sum;         /* of modules of old releases, see go_mod_settle */

/* What a go.sum names counts where the go.mod beside it leaves it out, which those before Go 1.17 do. */
void go_mod_settle(struct package_list *packages);

/* The last component of a path. */
static inline struct slice inventory_base_name(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_from(path, slash + 1) : path;
}

#endif
