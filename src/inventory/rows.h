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
extern const struct inventory_row inventory_rpm_manifest;   /* var/lib/rpmmanifest/ of distroless images */
extern const struct inventory_row inventory_chisel;         /* var/lib/chisel/manifest.wall */
extern const struct inventory_row inventory_pacman;         /* var/lib/pacman/local/x/desc */
extern const struct inventory_row inventory_pacman_files;   /* which programs its packages own */
extern const struct inventory_row inventory_opkg_status;
extern const struct inventory_row inventory_opkg_control;   /* opkg/info/x.control */
extern const struct inventory_row inventory_opkg_list;      /* which programs its packages own */
extern const struct inventory_row inventory_portage;        /* var/db/pkg/x/x/PF */
extern const struct inventory_row inventory_portage_contents; /* which programs its packages own */
extern const struct inventory_row inventory_executable;     /* Go and Rust programs, known programs */
extern const struct inventory_row inventory_program_file;   /* scripts and data files of known programs */
extern const struct inventory_row inventory_dpkg_list;      /* which programs dpkg's packages own */
extern const struct inventory_row inventory_java_archive;   /* jar, war, ear and relatives */
extern const struct inventory_row inventory_maven_pom;      /* pom.xml of projects, see maven_pom_settle */
extern const struct inventory_row inventory_gradle_lock;    /* gradle.lockfile */
extern const struct inventory_row inventory_gradle_verification; /* gradle/verification-metadata.xml */
extern const struct inventory_row inventory_gradle_catalog; /* *.versions.toml */
extern const struct inventory_row inventory_sbt_lock;       /* build.sbt.lock */
extern const struct inventory_row inventory_node_package;   /* node_modules package.json */
extern const struct inventory_row inventory_npm_lock;       /* package-lock.json, npm-shrinkwrap.json */
extern const struct inventory_row inventory_yarn_lock;
extern const struct inventory_row inventory_pnpm_lock;
extern const struct inventory_row inventory_python_package; /* wheels and eggs */
extern const struct inventory_row inventory_python_archive; /* wheels and zipped eggs as files */
extern const struct inventory_row inventory_requirements;
extern const struct inventory_row inventory_poetry_lock;
extern const struct inventory_row inventory_pipfile_lock;
extern const struct inventory_row inventory_pdm_lock;
extern const struct inventory_row inventory_uv_lock;
extern const struct inventory_row inventory_sbom;           /* CycloneDX and SPDX, as the target */
extern const struct inventory_row inventory_cargo_lock;
extern const struct inventory_row inventory_hex_lock; /* mix.lock, rebar.lock, manifest.toml of Gleam */
extern const struct inventory_row inventory_pub_lock; /* pubspec.lock */
extern const struct inventory_row inventory_bun_lock;
extern const struct inventory_row inventory_pylock;
extern const struct inventory_row inventory_swift_resolved; /* Package.resolved */
extern const struct inventory_row inventory_podfile_lock; /* Podfile.lock */
extern const struct inventory_row inventory_conan_lock;
extern const struct inventory_row inventory_julia_manifest;
extern const struct inventory_row inventory_renv_lock;
extern const struct inventory_row inventory_r_package; /* installed DESCRIPTION */
extern const struct inventory_row inventory_haskell_lock; /* stack.yaml.lock, cabal.project.freeze */
extern const struct inventory_row inventory_opam; /* installed in an opam switch */
extern const struct inventory_row inventory_bitnami; /* .spdx-*.spdx of Bitnami's images */
extern const struct inventory_row inventory_go_mod;
extern const struct inventory_row inventory_go_sum;         /* of modules of old releases, see go_mod_settle */
extern const struct inventory_row inventory_gem;            /* installed *.gemspec */
extern const struct inventory_row inventory_bundler_lock;
extern const struct inventory_row inventory_composer_installed;
extern const struct inventory_row inventory_composer_lock;
extern const struct inventory_row inventory_dotnet_deps;    /* *.deps.json */
extern const struct inventory_row inventory_nuget_lock;     /* packages.lock.json */
extern const struct inventory_row inventory_nuget_config;   /* packages.config */
extern const struct inventory_row inventory_nuget_props;    /* Directory.Packages.props */
extern const struct inventory_row inventory_conda;          /* conda-meta */
extern const struct inventory_row inventory_conda_environment;

/* Fills in what descriptors of Maven inherit from one another, and takes their own packages out. */
void maven_pom_settle(struct package_list *packages, struct arena *a);

/* What a go.sum names counts where the go.mod beside it leaves it out, which those before Go 1.17 do. */
void go_mod_settle(struct package_list *packages);

extern const struct inventory_row inventory_ubuntu_pro;     /* facts: var/lib/ubuntu-advantage/status.json */
extern const struct inventory_row inventory_content_sets;   /* facts: root/buildinfo/content_manifests/ */

/* A package of opkg's status file does not count again by its control file. */
void opkg_settle(struct package_list *packages);

/* npm does not look at a package-lock.json beside an npm-shrinkwrap.json. */
void npm_lock_settle(struct package_list *packages);

/* The last component of a path. */
static inline struct slice inventory_base_name(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_from(path, slash + 1) : path;
}

#endif
