/*
 * Every limit on untrusted input, in one place.  Reaching one is a gap of the
 * scan or a clear error, never a crash.  Units are bytes unless said.
 */
#ifndef BULWARK_BASE_LIMITS_H
#define BULWARK_BASE_LIMITS_H

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* Paths and text */
#define LIMIT_PATH            ((size_t)4096)
#define LIMIT_LINK_DEPTH      40               /* symbolic links followed, as in Linux */
#define LIMIT_NAME            ((size_t)1024)   /* package name, version, architecture */

/* Generic formats */
#define LIMIT_JSON_DEPTH      256
#define LIMIT_YAML_DEPTH      128
#define LIMIT_YAML_NODES      2000000
#define LIMIT_TOML_DEPTH      128
#define LIMIT_XML_DEPTH       256
#define LIMIT_NODES           4000000          /* values of one JSON or TOML text */
#define LIMIT_DOCUMENT        (256 * MIB)      /* one JSON, YAML or TOML text */

/* Configuration */
#define LIMIT_CONFIG          (16 * MIB)       /* one file */
#define LIMIT_CONFIG_NODES    500000           /* values of one YAML text, aliases expanded */
#define LIMIT_EXPANSION       (16 * MIB)       /* made by the variables of one Dockerfile */
#define LIMIT_EXPANSION_DEPTH 64               /* ${a:-${b:-...}} */
#define LIMIT_VARIABLES       1024             /* of a Dockerfile, looked through for one name */
#define LIMIT_VARIABLE        (64 * KIB)       /* the value of one of them, expanded */
#define LIMIT_ONBUILD_DEPTH   8
#define LIMIT_PROBLEMS        1000             /* told of one project */
#define LIMIT_COMPOSE_FILES   256              /* of one project, by extends and include too */
#define LIMIT_COMPOSE_DEPTH   32               /* of extends, include, nested variables */
#define LIMIT_COMPOSE_VALUES  1000000          /* copied while a project is put together */
#define LIMIT_CONFIG_TEXT     (64 * MIB)       /* made by putting in variables, in all */
#define LIMIT_LINT_ENTRIES    ((size_t)2000000)    /* files and directories of one run */

/* Images */
#define LIMIT_MANIFEST        (8 * MIB)        /* manifest, index or config blob */
#define LIMIT_LAYERS          1024
#define LIMIT_TAR_ENTRIES     ((uint64_t)20000000) /* per layer */
#define LIMIT_TAR_META        (1 * MIB)        /* one pax header or GNU long name */
#define LIMIT_SPARSE_RUNS     ((size_t)262144)     /* pieces of one sparse file */
#define LIMIT_LAYER_BYTES     ((uint64_t)1 << 40)  /* uncompressed */
#define LIMIT_RATIO           1200             /* uncompressed : compressed, past LIMIT_RATIO_FLOOR */
#define LIMIT_RATIO_FLOOR     ((uint64_t)64 << 20)
#define LIMIT_LINKS           ((size_t)1000000)    /* symbolic and hard links per image */
#define LIMIT_LINK_BYTES      (48 * MIB)

/* Inventory */
#define LIMIT_KEEP            (256 * MIB)      /* one file that a row asked for */
#define LIMIT_PACKAGES        ((size_t)2000000)    /* per target */
#define LIMIT_LINE            (1 * MIB)

/* Archives that hold packages, and those within them; together, for one file */
#define LIMIT_ARCHIVE_DEPTH   16               /* archives within one another, the outermost included */
#define LIMIT_ARCHIVE_ENTRIES ((uint64_t)2000000)
#define LIMIT_ARCHIVE_RATIO   100              /* inflated : read, past LIMIT_ARCHIVE_FLOOR */
#define LIMIT_ARCHIVE_FLOOR   ((uint64_t)256 << 20)

/* Workers */
#define LIMIT_RECORD          (64 * MIB)       /* one answer */
#define LIMIT_WORKER_MEMORY   ((size_t)4 * GIB)    /* address space */

/* Advisories */
#define LIMIT_OSV_RECORD      (64 * MIB)
#define LIMIT_OSV_RECORDS     ((size_t)4000000)
#define LIMIT_ZIP_ENTRIES     ((size_t)4000000)
#define LIMIT_INDEX           ((uint64_t)4 << 30)
#define LIMIT_DOWNLOAD        ((uint64_t)4 << 30)
#define LIMIT_FEED            (2 * GIB)        /* one file of a feed, inflated */

#endif
