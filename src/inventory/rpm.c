/*
 * RPM's package database, in any of its three formats, at the places where
 * distributions have it: var/lib/rpm, usr/lib/sysimage/rpm (SUSE, Fedora since
 * 36) and usr/share/rpm (image-based Fedora).
 *
 * A package's version is written as rpm's tools and advisories do it,
 * "epoch:version-release", an epoch of zero left away; records of advisories that
 * write it compare equal.
 *
 * Sources: rpm's macros file (%_dbpath and %_db_backend); SQLite, "WAL File
 * Format" (sqlite.org/walformat.html).
 */
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "inventory/program.h"
#include "inventory/program_filter.h"
#include "inventory/rows.h"
#include "inventory/rpm_capabilities.h"
#include "inventory/rpm_database.h"

#define WAL_FRAME_HEAD 24u

/* Of one database; what is installed together of the largest distributions are some 20,000
 * packages. */
#define MAX_PACKAGES	((size_t)1 << 16)
#define MAX_OWNED	((size_t)1 << 16) /* programs among the packages' files */
#define MAX_DIRECTORIES ((size_t)1 << 18) /* of one package */

static const char *const database_paths[] = {
	"var/lib/rpm/rpmdb.sqlite",
	"var/lib/rpm/Packages.db",
	"var/lib/rpm/Packages",
	"usr/lib/sysimage/rpm/rpmdb.sqlite",
	"usr/lib/sysimage/rpm/Packages.db",
	"usr/lib/sysimage/rpm/Packages",
	"usr/share/rpm/rpmdb.sqlite",
	"usr/share/rpm/Packages.db",
	"usr/share/rpm/Packages",
	NULL,
};

static const char *const wal_paths[] = {
	"var/lib/rpm/rpmdb.sqlite-wal",
	"usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
	"usr/share/rpm/rpmdb.sqlite-wal",
	NULL,
};

static bool is_one_of(struct slice path, const char *const *paths)
{
	/* Asked of every file of a target: nearly all of them end here. */
	if (!slice_starts(path, SLICE("var/lib/rpm/")) && !slice_starts(path, SLICE("usr/")))
		return false;
	for (; *paths; paths++)
		if (slice_eq(path, slice_from_cstr(*paths)))
			return true;
	return false;
}

static bool matches(struct slice path)
{
	return is_one_of(path, database_paths);
}

static bool matches_wal(struct slice path)
{
	return is_one_of(path, wal_paths);
}

/* ---------------------------------------------------------------- packages */

struct reader {
	struct rpm_sink sink;
	struct inventory_output *out;
	struct rpm_capabilities capabilities;
	struct program_filter programs;
	struct arena scratch; /* of one header */
	size_t owned;	      /* entries of the output that are no packages */
	size_t packages;
};

static void damage(struct rpm_sink *sink, const struct error *why)
{
	struct reader *r = (struct reader *)sink;

	inventory_partial(r->out, why->offset < 0 ? 0 : (uint64_t)why->offset, "%s", why->message);
}

static struct slice with_epoch(uint32_t epoch, struct slice version, struct arena *a)
{
	return epoch ? arena_printf(a, "%u:%.*s", epoch, SLICE_ARG(version))
		     : arena_copy(a, version);
}

/* "name:stream:version:context:arch": the first two name what can be chosen. */
static struct slice module_stream(struct slice label)
{
	size_t name = slice_find_byte(label, ':');

	if (name == label.len)
		return label;
	return slice_first(label, name + 1 + slice_find_byte(slice_from(label, name + 1), ':'));
}

/*
 * "name-version-release.src.rpm" does not tell the epoch; it is taken to be the
 * binary package's, unless settle_sources knows better.
 */
static void set_source(struct package *p, const struct rpm_header *h, struct arena *a)
{
	struct slice name, version;

	p->source_name = p->name;
	p->source_version = p->version;
	if (!package_source_rpm(h->source, &name, &version) || !inventory_sound(h->source))
		return;
	p->source_name = arena_copy(a, name);
	p->source_version = with_epoch(h->epoch, version, a);
}

static bool sound_or_empty(struct slice text)
{
	return slice_empty(text) || inventory_sound(text);
}

static bool add_package(struct reader *r, const struct rpm_header *h, uint64_t offset,
			uint64_t length)
{
	struct arena *a = r->out->arena;

	if (++r->packages > MAX_PACKAGES) {
		inventory_partial(r->out, offset, "the database has more than %zu packages",
				  MAX_PACKAGES);
		return false;
	}
	if (!inventory_sound(h->name) || !inventory_sound(h->version) ||
	    !inventory_sound(h->release) || h->version.len + h->release.len > LIMIT_NAME - 12 ||
	    !sound_or_empty(h->arch) || !sound_or_empty(h->module)) {
		inventory_partial(r->out, offset,
				  "a header has no usable name, version and release");
		return false;
	}
	struct slice parts[] = {h->version, h->release};
	struct slice version = arena_join(a, parts, 2, SLICE("-"));
	struct package *p = inventory_add(r->out, ORIGIN_RPM, arena_copy(a, h->name),
					  with_epoch(h->epoch, version, a));
	p->architecture = arena_copy(a, h->arch);
	p->module_stream = arena_copy(a, module_stream(h->module));
	p->maintainer = arena_copy(a, slice_first(h->vendor, LIMIT_NAME));
	p->license = arena_copy(a, slice_first(h->license, LIMIT_PATH));
	p->offset = offset;
	p->length = length;
	set_source(p, h, a);
	rpm_capabilities_add(&r->capabilities, h, (uint32_t)(p - r->out->packages.items));
	return true;
}

static struct slice without_epoch(struct slice version, struct slice *ret_epoch)
{
	struct slice rest;

	*ret_epoch = SLICE_EMPTY;
	if (!slice_split(version, ':', ret_epoch, &rest)) {
		*ret_epoch = SLICE_EMPTY;
		return version;
	}
	return rest;
}

/*
 * Packages of one source may have versions and epochs of their own: perl-Errno
 * 1.30-9 is of perl 4:5.32.1-9.  Those whose version is the source's have its
 * epoch.
 */
static void settle_sources(struct package *packages, size_t count)
{
	struct slice epoch, source_epoch, version;
	struct arena keys;
	struct map epochs;

	arena_init(&keys, 0);
	map_init(&epochs);
	for (int pass = 0; pass < 2; pass++)
		for (struct package *p = packages; p < packages + count; p++) {
			if (p->flags & PACKAGE_OWNS)
				continue;
			version = without_epoch(p->source_version, &source_epoch);
			bool same = slice_eq(version, without_epoch(p->version, &epoch));
			struct slice parts[] = {p->source_name, version};
			struct slice key = arena_join(&keys, parts, 2, SLICE("\n"));
			const struct package *of = pass ? map_get_ptr(&epochs, key) : NULL;

			if (pass == 0 && same)
				map_put_ptr(&epochs, key, p);
			else if (of && !same)
				p->source_version = of->version;
		}
	map_release(&epochs);
	arena_release(&keys);
}

/* Paths of the package's files; the programs among them are not found once more by their bytes. */
static void add_files(struct reader *r, const struct rpm_header *h)
{
	struct rpm_strings directories = h->directories, files = h->files;
	struct slice_list dirs = {0};
	char path[LIMIT_PATH];
	struct slice name;
	struct cursor c;

	arena_clear(&r->scratch);
	while (dirs.count < MAX_DIRECTORIES && rpm_strings_next(&directories, &name))
		*vec_add(&r->scratch, &dirs) = name;
	cursor_init(&c, h->directory_of);
	while (r->owned < MAX_OWNED && rpm_strings_next(&files, &name)) {
		uint32_t number = cursor_u32be(&c);
		size_t before = r->out->packages.count;

		if (!program_filter_passes(&r->programs, name))
			continue;
		if (c.failed || number >= dirs.count ||
		    dirs.items[number].len + name.len > sizeof(path))
			continue;
		struct slice dir = dirs.items[number];
		memcpy(path, dir.data, dir.len);
		memcpy(path + dir.len, name.data, name.len);
		program_owned(r->out, slice_new(path, dir.len + name.len));
		r->owned += r->out->packages.count - before;
	}
}

/* The keys that rpm trusts are kept like packages. */
static void header(struct rpm_sink *sink, struct slice blob, uint64_t offset, uint64_t length)
{
	struct reader *r = (struct reader *)sink;
	struct error why = ERROR_INIT;
	struct rpm_header h;

	if (!rpm_header_read(blob, &h, &why))
		inventory_partial(r->out, offset, "%s", why.message);
	else if (!slice_is(h.name, "gpg-pubkey") && add_package(r, &h, offset, length))
		add_files(r, &h);
}

static bool read_any(struct slice file, struct rpm_sink *sink, struct error *err)
{
	if (slice_empty(file))
		return error_set(err, ERR_FORMAT, "the database is empty");
	if (rpm_sqlite_is(file))
		return rpm_sqlite_read(file, sink, err);
	if (rpm_ndb_is(file))
		return rpm_ndb_read(file, sink, err);
	if (rpm_bdb_is(file))
		return rpm_bdb_read(file, sink, err);
	return error_set_at(
		err, ERR_FORMAT, 0,
		"this is no database of rpm: neither SQLite, nor ndb, nor a Berkeley DB hash");
}

/* What was found before the place where reading ended stands. */
static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct reader r = {.sink = {header, damage}, .out = out};
	struct error why = ERROR_INIT;
	size_t before = out->packages.count;

	rpm_capabilities_init(&r.capabilities);
	program_filter_init(&r.programs);
	arena_init(&r.scratch, 0);
	bool ok = read_any(in->bytes, &r.sink, &why);
	if (!ok && out->packages.count > before) {
		damage(&r.sink, &why);
		ok = true;
	} else if (!ok && out->partial.code != ERR_NONE) {
		/* The first thing that was wrong says more than that nothing was found. */
		why = out->partial;
		error_clear(&out->partial);
	}
	if (out->packages.count > before) {
		settle_sources(out->packages.items + before, out->packages.count - before);
		rpm_capabilities_resolve(&r.capabilities, out->packages.items, out->arena);
	}
	rpm_capabilities_release(&r.capabilities);
	arena_release(&r.scratch);
	if (!ok && err)
		*err = why;
	return ok;
}

/* --------------------------------------------------------------------- WAL */

/* Checksum of the WAL format: over pairs of words in the byte order of the magic number. */
struct wal_sum {
	bool big;
	uint32_t a, b;
};

static void wal_add(struct wal_sum *s, struct slice bytes)
{
	struct cursor c;

	cursor_init(&c, bytes);
	while (cursor_left(&c) >= 8) {
		s->a += (s->big ? cursor_u32be(&c) : cursor_u32le(&c)) + s->b;
		s->b += (s->big ? cursor_u32be(&c) : cursor_u32le(&c)) + s->a;
	}
}

static bool wal_next(struct cursor *c, uint32_t page_size, const uint32_t salt[static 2],
		     struct wal_sum *sum, bool *ret_commit)
{
	struct slice frame = cursor_slice(c, WAL_FRAME_HEAD + (size_t)page_size);
	struct cursor head;

	cursor_init(&head, frame);
	cursor_skip(&head, 4);		      /* page */
	uint32_t pages = cursor_u32be(&head); /* of the database behind it, 0: no commit */
	uint32_t salt1 = cursor_u32be(&head), salt2 = cursor_u32be(&head);
	uint32_t a = cursor_u32be(&head), b = cursor_u32be(&head);
	if (c->failed || salt1 != salt[0] || salt2 != salt[1])
		return false;
	wal_add(sum, slice_first(frame, 8));
	wal_add(sum, slice_from(frame, WAL_FRAME_HEAD));
	*ret_commit = pages && sum->a == a && sum->b == b;
	return sum->a == a && sum->b == b;
}

/* Whether the log holds a transaction that SQLite would take for committed. */
static bool wal_has_commit(struct slice file)
{
	struct wal_sum sum = {0};
	uint32_t salt[2];
	bool commit = false;
	struct cursor c;

	cursor_init(&c, file);
	uint32_t magic = cursor_u32be(&c);
	cursor_skip(&c, 4); /* format version */
	uint32_t page_size = cursor_u32be(&c);
	cursor_skip(&c, 4); /* number of checkpoints */
	salt[0] = cursor_u32be(&c);
	salt[1] = cursor_u32be(&c);
	uint32_t a = cursor_u32be(&c), b = cursor_u32be(&c);
	if (c.failed || (magic & ~1u) != 0x377f0682 || page_size < 512 || page_size > 65536)
		return false;
	sum.big = magic & 1;
	wal_add(&sum, slice_first(file, 24));
	if (sum.a != a || sum.b != b)
		return false;
	while (!commit && wal_next(&c, page_size, salt, &sum, &commit))
		;
	return commit;
}

static bool parse_wal(const struct inventory_input *in, struct inventory_output *out,
		      struct error *err)
{
	(void)out;
	if (!wal_has_commit(in->bytes))
		return true;
	return error_set(err, ERR_UNSUPPORTED,
			 "rpm's database has changes that were not written back into rpmdb.sqlite; "
			 "the packages "
			 "of that file may be outdated");
}

const struct inventory_row inventory_rpm = {
	.name = "rpm",
	.origin = ORIGIN_RPM,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = LIMIT_KEEP,
	.matches = matches,
	.parse = parse,
	.fixed_paths = database_paths,
};

const struct inventory_row inventory_rpm_wal = {
	.name = "rpm-wal",
	.origin = ORIGIN_NONE,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = LIMIT_KEEP,
	.matches = matches_wal,
	.parse = parse_wal,
	.fixed_paths = wal_paths,
};
