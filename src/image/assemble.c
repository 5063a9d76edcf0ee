/* From layers to an answer: passes over them, their union, packages, the operating system. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "image/path.h"
#include "image/source.h"
#include "image/trace.h"

/* Links may lead to links whose bytes stand elsewhere again; more rounds than that are not sound
 * images, and what is still asked for then is told as unresolved. */
#define ROUNDS_MAX 4
/* Application files that cannot be read, told one by one; the rest is counted. */
#define FILE_GAPS_MAX 1000

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

bool work_options(struct work *w, const struct target_options *options,
		  struct outline_options *outline, struct error *err)
{
	outline->platform_given = !slice_empty(options->platform);
	add_globs(&options->skip_dirs, w->run->arena, &w->keep.skip_dirs);
	add_globs(&options->skip_files, w->run->arena, &w->keep.skip_files);
	return platform_parse(options->platform, w->run->arena, &outline->platform, err);
}

static void choose_scope(struct work *w)
{
	switch (w->outline.kind) {
	case TARGET_DOCKER_ARCHIVE:
	case TARGET_OCI_LAYOUT:
	case TARGET_REGISTRY:
	case TARGET_DAEMON:
	case TARGET_ROOTFS:
		w->keep.scope = INVENTORY_IMAGE;
		break;
	case TARGET_DIRECTORY:
	case TARGET_CONFIGURATION: /* lint's; never read here */
		w->keep.scope = INVENTORY_DIRECTORY;
		break;
	case TARGET_FILE:
		w->keep.scope = INVENTORY_IMAGE | INVENTORY_DIRECTORY | INVENTORY_FILE;
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
		.facts = ret->os.facts,
	};
}

#define FACTS_MAX (64 * KIB)

/* Of several files, each line once. */
static void add_facts(struct work *w, const struct os_release *os, struct target_result *ret)
{
	struct slice rest = os->facts, line;

	while (slice_next(&rest, '\n', &line))
		if (ret->os.facts.len < FACTS_MAX && !os_release_fact(&ret->os, SLICE_EMPTY, line))
			ret->os.facts = arena_printf(w->run->arena, "%.*s%.*s\n",
						     SLICE_ARG(ret->os.facts), SLICE_ARG(line));
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
		if (f->os)
			add_facts(w, f->os, ret);
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
	inventory_settle(&ret->packages, w->run->arena);
	if (ret->packages.count)
		qsort(ret->packages.items, ret->packages.count, sizeof(*ret->packages.items),
		      compare_packages);
	inventory_apply_os(&ret->packages, &ret->os, a);
	note_no_database(w, ret);
}

void work_assemble(struct work *w, struct target_result *ret)
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
