/*
 * Inventory: which packages a target holds.  One file and one row for each
 * ecosystem's way to tell; to add one is to add a row to inventory.c.
 *
 * The image engine walks layers or a directory and asks, for each regular
 * file, what the rows want of it.  Parsing happens in the confined worker,
 * right when the file's bytes are at hand; what comes out is packages.
 */
#ifndef BULWARK_INVENTORY_INVENTORY_H
#define BULWARK_INVENTORY_INVENTORY_H

#include "base/error.h"
#include "model/gap.h"
#include "model/os_release.h"
#include "model/package.h"

/* Where the walk is: rows for lock files count in directories only, rows for installed packages everywhere. */
enum inventory_scope {
	INVENTORY_IMAGE = 1,     /* image or root file system */
	INVENTORY_DIRECTORY = 2, /* project directory or single file */
	INVENTORY_FILE = 4,      /* single file: what is a target by itself only */
};

enum inventory_want {
	WANT_NOTHING,
	WANT_WHOLE,  /* the whole file, at most the row's max_size */
	WANT_SIEVE,  /* bytes are shown to row->sieve_* piece by piece */
};

/* What is known of a file before its bytes are. */
struct inventory_file {
	struct slice path; /* normalised, no leading slash; where the file stands in the target */
	uint64_t size;
	uint32_t mode;
};

/* What a parser gives back. */
struct inventory_output {
	struct arena *arena;
	struct package_list packages;
	struct os_release os;      /* id or pretty_name set by the os-release row, facts by others */
	/*
	 * Some entry of the file could not be read and was passed over; the rest
	 * stands.  First one only.  A whole file that cannot be read is the
	 * parser's error.
	 */
	struct error partial;      /* code ERR_NONE: none */
	bool want_whole;           /* a sieve asks to be shown the whole file in a second pass */
};

/* A file whose bytes are at hand. */
struct inventory_input {
	struct slice path;
	uint64_t size;
	struct slice bytes;
};

struct inventory_sieve; /* a row's own state */

struct inventory_row {
	const char *name;            /* "dpkg-status" */
	enum package_origin origin;  /* ORIGIN_NONE for os-release */
	unsigned scopes;             /* enum inventory_scope bits */
	bool os_database;            /* broken means a blocking gap, else a local one */
	size_t max_size;             /* larger is a gap */
	/* Why such files cannot be read; they are a gap, and nothing is parsed.  NULL: they are read. */
	const char *unsupported;
	/* By path alone; called for every file of a target, so it must be cheap. */
	bool (*matches)(struct slice path);
	/* The bytes that such a path may end with, so that most rows need not be asked.  NULL: any. */
	const char *ends;
	/*
	 * Packages of the file into out.  The engine sets path and layer of each
	 * package afterwards; a parser sets origin, name, version, source_*,
	 * flags, offset and length, and, for what lies within an archive, the path
	 * there, which then follows the file's behind "!/".  False: the file cannot
	 * be read at all.
	 */
	bool (*parse)(const struct inventory_input *in, struct inventory_output *out, struct error *err);
	/*
	 * For rows that know a file by its first bytes (executables): wants says
	 * whether a file of this mode, size and first piece (at least 64 bytes or
	 * the whole file) is of interest; then every piece is fed, the first too,
	 * and finish gives packages or sets want_whole.  All three or none, but for
	 * rows with `matches` that read their files as streams, whatever their
	 * size: they have no sieve_wants, and cannot want the whole file.
	 */
	bool (*sieve_wants)(const struct inventory_file *file, struct slice first);
	struct inventory_sieve *(*sieve_begin)(struct arena *a, const struct inventory_file *file);
	/* False: nothing more needs to be fed. */
	bool (*sieve_feed)(struct inventory_sieve *s, struct slice piece);
	bool (*sieve_finish)(struct inventory_sieve *s, struct inventory_output *out, struct error *err);
	/*
	 * Paths at which the file is expected even when a link leads there: exact
	 * paths ("var/lib/dpkg/status") or, with a trailing '/', directories.
	 * NULL-terminated; may be NULL.  The image engine resolves them over the
	 * union of the layers and reads what they lead to as if it stood there.
	 */
	const char *const *fixed_paths;
};

extern const struct inventory_row *const inventory_rows[];
extern const size_t inventory_row_count;

/* The first row that wants the file by its path in this scope; NULL: none. */
const struct inventory_row *inventory_match_path(unsigned scope, struct slice path);
/* The first sieve row that wants it by its first bytes; NULL: none. */
const struct inventory_row *inventory_match_bytes(unsigned scope, const struct inventory_file *file,
						  struct slice first);

/* Whether the row is shown every file that it knows by its path piece by piece. */
static inline bool inventory_streams(const struct inventory_row *row)
{
	return row->matches && row->sieve_begin && !row->sieve_wants;
}

/* Adds an empty package with the row's origin to the output. */
struct package *inventory_add(struct inventory_output *out, enum package_origin origin,
			      struct slice name, struct slice version);
/* Can it be a package's name or version?  Of bounded length, UTF-8, neither blanks nor control characters. */
bool inventory_sound(struct slice text);
/* Remembers the first entry that could not be read. */
void inventory_partial(struct inventory_output *out, uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * After the union: takes out what another file of the same folder says is not
 * needed, fills in what another file of the tree tells.
 */
void inventory_settle(struct package_list *packages, struct arena *a);
/* After the union: applies os-release to the OS packages: ecosystem, release, distro. */
void inventory_apply_os(struct package_list *packages, const struct os_release *os, struct arena *a);

#endif
