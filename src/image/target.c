#include "image/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/digest.h"
#include "image/path.h"
#include "image/trace.h"
#include "image/tree.h"
#include "image/work.h"

/* Links may lead to links whose bytes stand elsewhere again; more rounds than that are not sound
 * images, and what is still asked for then is told as unresolved. */
#define ROUNDS_MAX 4
/* Application files that cannot be read, told one by one; the rest is counted. */
#define FILE_GAPS_MAX 1000

enum prefix_kind {
	PREFIX_NONE,
	PREFIX_ARCHIVE,
	PREFIX_OCI,
	PREFIX_FS,
	PREFIX_DIRECTORY,
	PREFIX_FILE
};

static const struct prefix_row {
	struct slice text;
	enum prefix_kind kind;
	const char *unsupported; /* what it would name */
} prefixes[] = {
	{SLICE_INIT("archive://"), PREFIX_ARCHIVE, NULL},
	{SLICE_INIT("oci-dir://"), PREFIX_OCI, NULL},
	{SLICE_INIT("fs://"), PREFIX_FS, NULL},
	{SLICE_INIT("dir://"), PREFIX_DIRECTORY, NULL},
	{SLICE_INIT("file://"), PREFIX_FILE, NULL},
	{SLICE_INIT("image://"), PREFIX_NONE, "images of a registry or daemon"},
	{SLICE_INIT("local://"), PREFIX_NONE, "images of a daemon's store"},
	{SLICE_INIT("registry://"), PREFIX_NONE, "images of a registry"},
	{SLICE_INIT("sbom://"), PREFIX_NONE, "SBOMs as input"},
};

/* What the name means, before anything is opened. */
struct named {
	enum prefix_kind prefix;
	struct slice path;
	struct slice tag;
};

static bool cut_prefix(struct slice name, struct named *ret, struct error *err)
{
	*ret = (struct named){.path = name};
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		const struct prefix_row *row = &prefixes[i];

		if (!slice_cut_prefix(&ret->path, row->text))
			continue;
		if (row->unsupported)
			return error_set(err, ERR_UNSUPPORTED,
					 "%.*s: %s are not supported yet; "
					 "`docker save` writes an archive that is",
					 SLICE_ARG(name), row->unsupported);
		ret->prefix = row->kind;
		break;
	}
	if (slice_empty(ret->path))
		return error_set(err, ERR_USAGE, "the target has no name");
	if (slice_is(ret->path, "-"))
		return error_set(err, ERR_UNSUPPORTED,
				 "targets on standard input are not supported yet");
	return true;
}

/* "nginx", "nginx:1.25", "ghcr.io/a/b@sha256:...": what an image reference is made of. */
static bool looks_like_reference(struct slice name)
{
	if (slice_empty(name) || !ascii_alnum(name.data[0]) || slice_ends(name, SLICE("/")) ||
	    slice_ends(name, SLICE(".tar")) || slice_ends(name, SLICE("gz")))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_alnum(name.data[i]) && !strchr("._-/:@", name.data[i]))
			return false;
	return true;
}

static int open_path(struct slice path, struct arena *a)
{
	return open(arena_cstr(a, path), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* "image.tar:name:tag" names one of an archive's images, where no such file is. */
static int open_named(struct named *n, struct arena *a)
{
	int fd = open_path(n->path, a);
	size_t colon = slice_find_byte(n->path, ':');

	if (fd >= 0 || errno != ENOENT || colon == n->path.len)
		return fd;
	struct slice path = slice_first(n->path, colon), tag = slice_from(n->path, colon + 1);
	int named = open_path(path, a);
	if (named < 0) {
		errno = ENOENT;
		return -1;
	}
	n->path = path;
	n->tag = tag;
	return named;
}

static bool refuse(const struct named *n, struct slice name, int os_errno, struct error *err)
{
	if (os_errno == ENOENT && n->prefix == PREFIX_NONE && looks_like_reference(name))
		return error_set(
			err, ERR_UNSUPPORTED,
			"%.*s: no such file, and images of a registry or "
			"daemon are not supported yet; `docker save` writes an archive that is",
			SLICE_ARG(name));
	error_set_errno(err, os_errno, "%.*s", SLICE_ARG(n->path));
	if (os_errno == ENOENT)
		err->code = ERR_NOT_FOUND;
	return false;
}

static bool is_layout(int fd)
{
	struct stat st;

	return fstatat(fd, "oci-layout", &st, 0) == 0 || fstatat(fd, "index.json", &st, 0) == 0;
}

/* Globs are over paths without slashes in front and behind. */
static void add_globs(const struct slice_list *from, struct arena *a, struct slice_list *ret)
{
	vec_each (it, from) {
		struct slice glob = *it;

		slice_cut_prefix(&glob, SLICE("./"));
		while (slice_cut_prefix(&glob, SLICE("/")) || slice_cut_suffix(&glob, SLICE("/")))
			;
		if (!slice_empty(glob))
			*vec_add(a, ret) = glob;
	}
}

/* What can be told without reading a byte: a directory's kind goes by the names in it. */
static bool set_up(struct work *w, const struct named *n, const struct target_options *options,
		   struct outline_options *outline, struct error *err)
{
	static const enum outline_hint hints[] = {
		[PREFIX_NONE] = OUTLINE_ANY,	  [PREFIX_ARCHIVE] = OUTLINE_DOCKER,
		[PREFIX_OCI] = OUTLINE_OCI,	  [PREFIX_FS] = OUTLINE_ROOTFS,
		[PREFIX_DIRECTORY] = OUTLINE_ANY, [PREFIX_FILE] = OUTLINE_FILE,
	};
	struct stat st;

	if (fstat(w->fd, &st) < 0)
		return error_set_errno(err, errno, "%.*s", SLICE_ARG(n->path));
	w->directory = S_ISDIR(st.st_mode);
	w->size = (uint64_t)st.st_size;
	w->mode = st.st_mode;
	if (!w->directory && !S_ISREG(st.st_mode))
		return error_set(err, ERR_UNSUPPORTED, "%.*s is neither a file nor a directory",
				 SLICE_ARG(n->path));
	if (w->directory && (n->prefix == PREFIX_FILE || n->prefix == PREFIX_ARCHIVE))
		return error_set(err, ERR_USAGE, "%.*s is a directory", SLICE_ARG(n->path));
	if (!w->directory && n->prefix == PREFIX_DIRECTORY)
		return error_set(err, ERR_USAGE, "%.*s is no directory", SLICE_ARG(n->path));
	outline->hint = hints[n->prefix];
	outline->tag = n->tag;
	outline->platform_given = !slice_empty(options->platform);
	add_globs(&options->skip_dirs, w->run->arena, &w->keep.skip_dirs);
	add_globs(&options->skip_files, w->run->arena, &w->keep.skip_files);
	return platform_parse(options->platform, w->run->arena, &outline->platform, err);
}

static bool find_outline(struct work *w, const struct named *n,
			 const struct outline_options *options, struct error *err)
{
	if (!w->directory || n->prefix == PREFIX_OCI)
		return work_outline(w, options, err);
	if (n->prefix == PREFIX_NONE && is_layout(w->fd))
		return work_outline(w, options, err);
	bool rootfs = n->prefix != PREFIX_DIRECTORY && tree_is_rootfs(w->fd);
	w->outline.kind = rootfs ? TARGET_ROOTFS : TARGET_DIRECTORY;
	return true;
}

static void choose_scope(struct work *w)
{
	switch (w->outline.kind) {
	case TARGET_DOCKER_ARCHIVE:
	case TARGET_OCI_LAYOUT:
	case TARGET_ROOTFS:
		w->keep.scope = INVENTORY_IMAGE;
		break;
	case TARGET_DIRECTORY:
	case TARGET_CONFIGURATION: /* lint's; never read here */
		w->keep.scope = INVENTORY_DIRECTORY;
		break;
	case TARGET_FILE:
		w->keep.scope = INVENTORY_IMAGE | INVENTORY_DIRECTORY;
		break;
	}
}

/* Names for messages, and gaps for what is known not to be readable. */
static void name_layers(struct work *w)
{
	struct arena *a = w->run->arena;

	if (!w->outline.has_image) {
		w->collection.layers[0].name = w->name;
		return;
	}
	for (uint32_t i = 0; i < w->collection.count; i++) {
		const struct image_layer *layer = &w->outline.image.layers.items[i];
		const struct outline_layer *fate = &w->outline.layers.items[i];
		struct slice what = !slice_empty(layer->digest)	   ? layer->digest
				    : !slice_empty(layer->diff_id) ? layer->diff_id
								   : layer->name;
		struct slice name = arena_printf(a, "layer %u (%.*s)", i, SLICE_ARG(what));

		w->collection.layers[i].name = name;
		if (!fate->present)
			collect_gap(&w->collection, GAP_BLOCKING, fate->reason, name, i, -1,
				    arena_cstr(a, fate->why));
	}
}

/* Passes until no link leads to bytes that were not read. */
static void unite(struct work *w, struct arena *a, struct union_result *result)
{
	struct union_context context = {
		.key = &w->key, .scope = w->keep.scope, .arena = a, .run = w->run};
	struct union_layer *layers =
		arena_new_array(a, struct union_layer, w->collection.count + 1);
	struct error err = ERROR_INIT;
	struct map asked;
	bool tree = !w->outline.has_image && !w->outline.archive;

	/* A directory's worker follows its links itself. */
	if (tree)
		context.scope = 0;
	map_init(&asked);
	context.asked = &asked;
	for (int round = 0;; round++) {
		context.ask_no_more = round == ROUNDS_MAX;
		for (size_t i = 0; i < w->collection.count; i++)
			layers[i] = w->collection.layers[i].layer;
		if (!union_make(&context, layers, w->collection.count, result, &err)) {
			run_gap(w->run, GAP_BLOCKING, gap_reason_of_error(err.code), w->name, "%s",
				err.message);
			break;
		}
		if (result->wanted.count == 0 || tree || context.ask_no_more)
			break;
		work_second(w, result->wanted.items, result->wanted.count);
	}
	map_release(&asked);
	if (result->links_over)
		run_gap(w->run, GAP_BLOCKING, GAP_REASON_LIMIT, w->name,
			"links lead through one another too often to be followed");
}

static void file_gap(struct work *w, const struct union_visible *v, enum error_code code,
		     int64_t offset, const char *message)
{
	const struct inventory_row *row = inventory_rows[v->item->row];

	if (!row->os_database && w->file_gaps++ >= FILE_GAPS_MAX)
		return;
	collect_gap(&w->collection, row->os_database ? GAP_BLOCKING : GAP_LOCAL,
		    gap_reason_of_error(code), v->display, v->layer, offset, message);
}

static void add_packages(struct work *w, const struct union_visible *v,
			 const struct collected_file *f, struct target_result *ret)
{
	struct arena *a = w->run->arena;
	struct slice path = arena_copy(a, v->display);
	uint32_t left = f->package_count;

	vec_each (bytes, &f->packages) {
		struct cursor c;

		cursor_init(&c, *bytes);
		while (cursor_left(&c) && left) {
			struct package *p = vec_add(a, &ret->packages);

			if (!package_decode(&c, a, p)) {
				ret->packages.count--;
				file_gap(w, v, ERR_WORKER, -1,
					 "a worker answered with a malformed package");
				return;
			}
			p->path = slice_empty(p->path) ? path :
				  arena_printf(a, "%.*s!/%.*s", SLICE_ARG(path), SLICE_ARG(p->path));
			p->layer = w->outline.has_image ? (int32_t)v->layer : -1;
			left--;
		}
	}
}

/* By the row's order of preference, which is that of its fixed paths. */
static size_t os_rank(const struct union_visible *v)
{
	const char *const *fixed = inventory_rows[v->item->row]->fixed_paths;
	size_t rank = 0;

	while (fixed && fixed[rank] && !slice_eq(v->display, slice_from_cstr(fixed[rank])))
		rank++;
	return rank;
}

static void copy_os(struct work *w, const struct union_visible *v, const struct os_release *os,
		    struct target_result *ret)
{
	struct arena *a = w->run->arena;

	ret->os = (struct os_release){
		.id = arena_copy(a, os->id),
		.id_like = arena_copy(a, os->id_like),
		.version_id = arena_copy(a, os->version_id),
		.codename = arena_copy(a, os->codename),
		.pretty_name = arena_copy(a, os->pretty_name),
		.path = arena_copy(a, v->display),
		.layer = w->outline.has_image ? (int32_t)v->layer : -1,
	};
}

static void add_files(struct work *w, const struct union_result *result, struct target_result *ret)
{
	size_t best = SIZE_MAX;

	vec_each (v, &result->files) {
		const struct collected_file *f = &w->collection.files.items[v->item->file];

		if (f->error != ERR_NONE)
			file_gap(w, v, f->error, f->error_offset, f->error_message.data);
		if (f->partial != ERR_NONE)
			file_gap(w, v, f->partial, f->partial_offset, f->partial_message.data);
		size_t before = ret->packages.count;
		add_packages(w, v, f, ret);
		if (ret->has_image && inventory_rows[v->item->row]->os_database)
			trace_packages(&w->collection, v, ret->packages.items + before,
				       ret->packages.count - before);
		if (f->os && !slice_empty(f->os->id) && os_rank(v) < best) {
			best = os_rank(v);
			copy_os(w, v, f->os, ret);
		}
	}
	vec_each (v, &result->unresolved)
		file_gap(w, v, ERR_NOT_FOUND, -1,
			 "it is a link, and the file that it leads to is in no layer");
	if (w->file_gaps > FILE_GAPS_MAX)
		run_gap(w->run, GAP_LOCAL, GAP_REASON_LIMIT, w->name,
			"%zu more files could not be read", w->file_gaps - FILE_GAPS_MAX);
}

static int compare_packages(const void *a, const void *b)
{
	return package_cmp(a, b);
}

/* A distribution's packages lie somewhere: to have found none is not to know that there are none. */
static void note_no_database(struct work *w, const struct target_result *ret)
{
	if (w->keep.scope != INVENTORY_IMAGE || slice_empty(ret->os.id))
		return;
	vec_each (p, &ret->packages)
		if (package_origin_row(p->origin)->os)
			return;
	/* Where something could not be read already, that may be why. */
	vec_each (gap, &w->run->gaps)
		if (gap->kind == GAP_BLOCKING)
			return;
	run_gap(w->run, GAP_BLOCKING, GAP_REASON_MISSING, ret->os.path,
		"this says that %.*s is installed, and no package database that can be read "
		"names a package of it",
		SLICE_ARG(ret->os.id));
}

static void assemble(struct work *w, const struct union_result *result, struct target_result *ret)
{
	struct arena *a = w->run->arena;

	ret->kind = w->outline.kind;
	ret->has_image = w->outline.has_image;
	ret->image = w->outline.image;
	ret->os.layer = -1;
	add_files(w, result, ret);
	for (size_t i = 0; i < w->collection.count; i++) {
		const struct record_end *end = &w->collection.layers[i].end;

		ret->files += end->files;
		ret->bytes += end->bytes;
		if (!ret->has_image)
			continue;
		struct image_layer *layer = &ret->image.layers.items[i];
		if (slice_empty(layer->digest))
			layer->digest = arena_copy(a, end->digest);
		if (slice_empty(layer->diff_id))
			layer->diff_id = arena_copy(a, end->diff_id);
	}
	if (ret->packages.count)
		qsort(ret->packages.items, ret->packages.count, sizeof(*ret->packages.items),
		      compare_packages);
	inventory_apply_os(&ret->packages, &ret->os, a);
	note_no_database(w, ret);
}

static void read_all(struct work *w, struct target_result *ret)
{
	struct union_result result = {0};
	struct arena arena;

	choose_scope(w);
	path_key_draw(&w->key);
	arena_init(&arena, 0);
	collection_init(&w->collection, w->run,
			w->outline.has_image ? w->outline.image.layers.count : 1,
			w->outline.has_image);
	vec_each (gap, &w->outline.gaps)
		*vec_add(w->run->arena, &w->run->gaps) = *gap;
	name_layers(w);
	work_first(w);
	unite(w, &arena, &result);
	assemble(w, &result, ret);
	collection_release(&w->collection);
	arena_release(&arena);
}

static bool read_opened(struct work *w, const struct named *n, const struct target_options *options,
			struct target_result *ret, struct error *err)
{
	struct outline_options outline = {0};
	struct confine_spec spec = {.tree_fd = -1};

	if (!set_up(w, n, options, &outline, err))
		return false;
	if (w->directory)
		spec.tree_fd = w->fd;
	digest_prepare();
	w->confine = confine_new(&spec, err);
	if (!w->confine)
		return false;
	ret->confined = confine_features(w->confine) == CONFINE_ALL;
	bool ok = find_outline(w, n, &outline, err);
	if (ok) {
		confine_report(w->confine, w->run);
		read_all(w, ret);
	}
	confine_free(w->confine);
	return ok;
}

bool target_read(struct run *run, const struct target_options *options, struct target_result *ret,
		 struct error *err)
{
	struct work w = {.run = run, .name = options->name, .fd = -1};
	struct named n;
	struct buf path;

	*ret = (struct target_result){0};
	if (!cut_prefix(options->name, &n, err))
		return false;
	CLEANUP_FD int fd = open_named(&n, run->arena);
	if (fd < 0)
		return refuse(&n, options->name, errno, err);
	buf_init(&path, LIMIT_PATH);
	w.fd = fd;
	w.path = path_normalize(&path, n.path) ? buf_slice(&path) : path_base(n.path);
	bool ok = read_opened(&w, &n, options, ret, err);
	buf_release(&path);
	return ok;
}
