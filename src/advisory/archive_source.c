#include "advisory/archive_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "advisory/archive_gpgv.h"
#include "advisory/mirror.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "format/digest.h"
#include "net/http.h"

#define RELEASE_MAX (16 * MIB)
#define INDEX_MAX LIMIT_DOCUMENT
#define LISTS_MAX 65536
#define INDEXES_MAX 64

static struct slice digest_text(struct slice bytes, struct arena *a)
{
	char text[DIGEST_TEXT_MAX];
	struct digest digest;

	digest_of(bytes, DIGEST_SHA256, &digest);
	return arena_copy(a, slice_from_cstr(digest_format(&digest, text)));
}

static bool is_wanted(const struct archive_release *r, const struct archive_wanted *wanted)
{
	return slice_eq_nocase(r->origin, wanted->origin) &&
	       (slice_eq(r->codename, wanted->suite) || slice_eq(r->suite, wanted->suite));
}

/* -------------------------------------------------------------- apt's lists */

static bool list_names(const char *directory, struct arena *a, struct slice_list *ret,
		       struct error *err)
{
	DIR *d = opendir(directory);
	struct dirent *entry;

	if (!d) {
		error_set_errno(err, errno, "%s", directory);
		if (errno == ENOENT && err)
			err->code = ERR_NOT_FOUND;
		return false;
	}
	while ((entry = readdir(d)) && ret->count < LISTS_MAX)
		if (entry->d_name[0] != '.')
			*vec_add(a, ret) = arena_copy(a, slice_from_cstr(entry->d_name));
	closedir(d);
	return true;
}

static bool read_list(const char *directory, struct slice name, size_t max, struct arena *a,
		      struct slice *ret, struct error *err)
{
	return io_read_file(AT_FDCWD, arena_printf(a, "%s/%.*s", directory, SLICE_ARG(name)).data,
			    max, a, ret, err);
}

/* "<component>_binary-<architecture>_Packages" and what an ending says of the compression. */
static bool is_index(struct slice rest, struct slice architecture)
{
	struct slice mark = SLICE("_binary-");
	size_t at = slice_find(rest, mark);

	if (at == rest.len || slice_find_byte(slice_first(rest, at), '_') < at)
		return false;
	rest = slice_from(rest, at + mark.len);
	return slice_cut_prefix(&rest, architecture) &&
	       slice_cut_prefix(&rest, SLICE("_Packages")) &&
	       (slice_empty(rest) || rest.data[0] == '.');
}

static bool add_lists(struct arena *a, const char *lists, const struct slice_list *names,
		      struct slice prefix, const struct archive_wanted *wanted,
		      struct archive_source *ret, struct error *err)
{
	vec_each(name, names) {
		struct slice rest = *name;

		if (!slice_cut_prefix(&rest, prefix))
			continue;
		vec_each(architecture, &wanted->architectures) {
			if (!is_index(rest, *architecture) || ret->indexes.count >= INDEXES_MAX)
				continue;
			struct archive_index *index = vec_add(a, &ret->indexes);

			index->name = arena_printf(a, "%s/%.*s", lists, SLICE_ARG(*name));
			index->architecture = *architecture;
			if (!read_list(lists, *name, INDEX_MAX, a, &index->bytes, err))
				return false;
		}
	}
	return true;
}

/* Of several sources of one suite the newest counts. */
bool archive_from_lists(struct run *run, const char *lists, const struct archive_wanted *wanted,
			struct archive_source *ret, struct error *err)
{
	struct arena *a = run->arena;
	struct slice_list names = { 0 };
	bool found = false;

	if (!list_names(lists, a, &names, err))
		return false;
	vec_each(name, &names) {
		struct slice prefix = *name, text;
		struct archive_source source = { 0 };

		if (!slice_cut_suffix(&prefix, SLICE("InRelease")) ||
		    !slice_ends(prefix, SLICE("-security_")) ||
		    !read_list(lists, *name, RELEASE_MAX, a, &text, NULL) ||
		    !archive_release_parse(archive_signed_text(text), &source.release, NULL) ||
		    !is_wanted(&source.release, wanted) ||
		    (found && source.release.date <= ret->release.date))
			continue;
		source.name = arena_printf(a, "%s/%.*s", lists, SLICE_ARG(*name));
		source.digest = digest_text(text, a);
		if (!add_lists(a, lists, &names, prefix, wanted, &source, err))
			return false;
		if (source.indexes.count) {
			*ret = source;
			found = true;
		}
	}
	return found || error_set(err, ERR_NOT_FOUND, "%s has no package index of %.*s", lists,
				  SLICE_ARG(wanted->suite));
}

/* ------------------------------------------------------------------- mirror */

static struct slice address_of(struct slice mirror, struct slice path, struct arena *a)
{
	while (slice_cut_suffix(&mirror, SLICE("/")))
		;
	return arena_printf(a, "%.*s/%.*s", SLICE_ARG(mirror), SLICE_ARG(path));
}

/* Plain http will do here: what comes is held against a signature. */
static bool fetch_to(struct run *run, struct slice mirror, struct slice path, size_t max, int fd,
		     struct error *err)
{
	const struct mirror_validators none = { SLICE_EMPTY, SLICE_EMPTY };
	const struct http_request request = {
		.url = address_of(mirror, path, run->arena),
		.max_bytes = max,
		.allow_plain = true,
		.what = "bringing package indexes",
	};
	struct http_response response;
	struct mirror_answer answer;

	if (http_is_url(mirror))
		return http_download(run, &request, fd, &response, err);
	return mirror_directory.fetch(mirror, run, path, &none, fd, &answer, err);
}

static bool fetch(struct run *run, struct slice mirror, struct slice path, size_t max,
		  struct slice *ret, struct error *err)
{
	CLEANUP_FD int fd = memfd_create("archive", MFD_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return error_set_errno(err, errno, "memfd_create");
	if (!fetch_to(run, mirror, path, max, fd, err))
		return false;
	if (fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "%.*s", SLICE_ARG(path));
	if ((uint64_t)st.st_size > max)
		return error_set(err, ERR_LIMIT, "%.*s is larger than %zu bytes",
				 SLICE_ARG(address_of(mirror, path, run->arena)), max);
	char *bytes = arena_alloc(run->arena, (size_t)st.st_size);
	if (io_pread_full(fd, bytes, (size_t)st.st_size, 0) != st.st_size)
		return error_set_errno(err, errno, "%.*s", SLICE_ARG(path));
	*ret = slice_new(bytes, (size_t)st.st_size);
	return true;
}

/* The distribution's own keys only: one distribution's key says nothing of another's archive. */
static bool find_keyrings(struct run *run, const char *directory,
			  const struct archive_wanted *wanted, struct slice_list *ret,
			  struct error *err)
{
	struct slice prefix =
		arena_printf(run->arena, "%.*s-archive-keyring", SLICE_ARG(wanted->id));
	struct slice_list names = { 0 };

	if (list_names(directory, run->arena, &names, NULL))
		vec_each(name, &names)
			if (slice_starts(*name, prefix) && slice_ends(*name, SLICE(".gpg")))
				*vec_add(run->arena, ret) = arena_printf(
					run->arena, "%s/%.*s", directory, SLICE_ARG(*name));
	return ret->count ||
	       error_set(err, ERR_DIGEST, "there is no keyring %s/%.*s.gpg to verify it with",
			 directory, SLICE_ARG(prefix));
}

/*
 * One clear-signed message and nothing else: text in front of, between or
 * behind signed messages would be read as if it were signed.
 */
static bool is_one_message(struct slice text)
{
	static const struct slice marks[] = {
		SLICE_INIT("-----BEGIN PGP SIGNED MESSAGE-----"),
		SLICE_INIT("-----BEGIN PGP SIGNATURE-----"),
		SLICE_INIT("-----END PGP SIGNATURE-----"),
	};

	if (!slice_starts(text, marks[0]))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t at = slice_find(text, marks[i]);

		if (at == text.len)
			return false;
		text = slice_from(text, at + marks[i].len);
		if (slice_find(text, SLICE("-----BEGIN PGP SIGNED")) < text.len)
			return false;
	}
	return slice_empty(slice_trim(text));
}

static bool read_release(struct run *run, const struct archive_options *options,
			 const struct archive_wanted *wanted, struct slice path,
			 struct archive_source *ret, struct error *err)
{
	struct slice message, text;
	struct slice_list keyrings = { 0 };
	char until[TIMESTAMP_TEXT_MAX];

	if (!fetch(run, options->mirror, path, RELEASE_MAX, &message, err))
		return false;
	ret->name = http_shown(address_of(options->mirror, path, run->arena), run->arena);
	ret->digest = digest_text(message, run->arena);
	bool ok = is_one_message(message) ||
		  error_set(err, ERR_DIGEST, "it is no signed release file");
	ok = ok && find_keyrings(run, options->keyrings, wanted, &keyrings, err) &&
	     gpgv_verify(run, message, &keyrings, &text, err) &&
	     archive_release_parse(text, &ret->release, err);
	if (!ok)
		return error_wrap(err, "%.*s", SLICE_ARG(ret->name));
	const struct archive_release *r = &ret->release;
	if (!is_wanted(r, wanted))
		return error_set(err, ERR_DIGEST, "%.*s is %.*s of %.*s, not %.*s of %.*s",
				 SLICE_ARG(ret->name),
				 SLICE_ARG(slice_empty(r->codename) ? r->suite : r->codename),
				 SLICE_ARG(r->origin), SLICE_ARG(wanted->suite),
				 SLICE_ARG(wanted->origin));
	if (r->valid_until != TIMESTAMP_NONE && r->valid_until < run->now)
		return error_set(err, ERR_DIGEST,
				 "%.*s was valid until %s: the mirror may hold updates back",
				 SLICE_ARG(ret->name), timestamp_format(r->valid_until, until));
	return true;
}

/* How indexes may be stored, the smallest first. */
static const struct slice endings[] = { SLICE_INIT(".xz"), SLICE_INIT(".gz"), SLICE_INIT("") };

struct candidate {
	struct slice directory;    /* "main/binary-amd64" */
	struct slice architecture;
	struct archive_file files[ARRAY_LEN(endings)]; /* path empty: not offered */
};

struct candidate_list VEC_OF(struct candidate);

static void add_candidate(struct arena *a, const struct archive_file *file,
			  struct slice architecture, struct candidate_list *list)
{
	struct slice ending = file->path, component;
	struct candidate *c = NULL;

	if (!slice_split(file->path, '/', &component, &ending) ||
	    !slice_cut_prefix(&ending, SLICE("binary-")) ||
	    !slice_cut_prefix(&ending, architecture) ||
	    !slice_cut_prefix(&ending, SLICE("/Packages")) || slice_is(component, "..") ||
	    slice_is(component, "."))
		return;
	struct slice directory = slice_first(file->path, slice_rfind_byte(file->path, '/'));
	vec_each(known, list)
		if (slice_eq(known->directory, directory))
			c = known;
	if (!c && list->count < INDEXES_MAX) {
		c = vec_add(a, list);
		c->directory = directory;
		c->architecture = architecture;
	}
	for (size_t i = 0; c && i < ARRAY_LEN(endings); i++)
		if (slice_eq(ending, endings[i]))
			c->files[i] = *file;
}

static bool fetch_index(struct run *run, const struct archive_options *options, struct slice suite,
			const struct archive_file *file, struct slice *ret, struct error *err)
{
	struct slice path =
		arena_printf(run->arena, "%.*s/%.*s", SLICE_ARG(suite), SLICE_ARG(file->path));
	struct slice digest;

	if (file->size > INDEX_MAX)
		return error_set(err, ERR_LIMIT, "%.*s is larger than %zu bytes",
				 SLICE_ARG(file->path), INDEX_MAX);
	if (!fetch(run, options->mirror, path, INDEX_MAX, ret, err))
		return false;
	digest = digest_text(*ret, run->arena);
	if (ret->len == file->size && slice_cut_prefix(&digest, SLICE("sha256:")) &&
	    slice_eq(digest, file->sha256))
		return true;
	return error_set(
		err, ERR_DIGEST, "%.*s is not what the signed release file says",
		SLICE_ARG(http_shown(address_of(options->mirror, path, run->arena), run->arena)));
}

/* Release files also list forms that are not on the server. */
static bool add_index(struct run *run, const struct archive_options *options, struct slice suite,
		      const struct candidate *c, struct archive_source *ret, struct error *err)
{
	struct archive_index index = { .architecture = c->architecture };

	error_set(err, ERR_NOT_FOUND, "no package index");
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		if (slice_empty(c->files[i].path))
			continue;
		index.name = c->files[i].path;
		if (fetch_index(run, options, suite, &c->files[i], &index.bytes, err)) {
			*vec_add(run->arena, &ret->indexes) = index;
			return true;
		}
		if (err->code != ERR_NOT_FOUND)
			return false;
	}
	return false;
}

bool archive_from_mirror(struct run *run, const struct archive_options *options,
			 const struct archive_wanted *wanted, struct archive_source *ret,
			 struct error *err)
{
	struct slice suite = arena_printf(run->arena, "dists/%.*s", SLICE_ARG(wanted->suite)),
		     hashes;
	struct slice path = arena_printf(run->arena, "%.*s/InRelease", SLICE_ARG(suite));
	struct candidate_list candidates = { 0 };
	struct archive_file file;

	*ret = (struct archive_source){ 0 };
	if (!read_release(run, options, wanted, path, ret, err))
		return false;
	for (hashes = ret->release.hashes; archive_release_file(&hashes, &file);)
		vec_each(architecture, &wanted->architectures)
			add_candidate(run->arena, &file, *architecture, &candidates);
	vec_each(c, &candidates) {
		struct error why = ERROR_INIT;

		if (add_index(run, options, suite, c, ret, &why))
			continue;
		if (why.code != ERR_NOT_FOUND) {
			*err = why;
			return false;
		}
		/* A mirror need not hold every component. */
		run_gap(run, GAP_NOTE, GAP_REASON_MISSING, c->directory,
			"%.*s names %.*s/Packages, and the mirror has none", SLICE_ARG(ret->name),
			SLICE_ARG(c->directory));
	}
	return ret->indexes.count ||
	       error_set(err, ERR_NOT_FOUND,
			 "%.*s: no package index for this target's architecture",
			 SLICE_ARG(ret->name));
}
