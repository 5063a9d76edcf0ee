#include "image/collect.h"

#include "base/limits.h"
#include "base/mem.h"
#include "image/path.h"

#include <stdlib.h>

/* Entries of all layers above the lowest whose hashes are held: 192 MB at most. */
#define TABLE_ITEMS_MAX ((size_t)24000000)
#define FILES_MAX	((size_t)2000000)
/* Of one worker, which itself tells of few. */
#define GAPS_MAX 10000
/* Files that cannot be read whose reasons are kept. */
#define REASONS_MAX 10000

void collection_init(struct collection *c, struct run *run, size_t layers, bool image)
{
	*c = (struct collection){.run = run, .count = layers, .image = image};
	arena_init(&c->arena, 0);
	c->layers = mem_alloc_zero(layers + 1, sizeof(*c->layers));
	for (size_t i = 0; i < layers; i++) {
		union_layer_init(&c->layers[i].layer);
		c->layers[i].layer.has_table = i > 0;
	}
}

void collection_release(struct collection *c)
{
	for (size_t i = 0; i < c->count; i++)
		union_layer_release(&c->layers[i].layer);
	free(c->layers);
	arena_release(&c->arena);
}

void collection_finish(struct collection *c)
{
	for (size_t i = 0; i < c->count; i++)
		table_finish(&c->layers[i].layer.table);
}

void collect_gap(struct collection *c, enum gap_kind kind, enum gap_reason reason,
		 struct slice subject, uint32_t layer, int64_t offset, const char *message)
{
	run_gap(c->run, kind, reason, subject, "%s", message);
	struct gap *gap = &c->run->gaps.items[c->run->gaps.count - 1];

	gap->offset = offset;
	if (c->image)
		gap->layer = (int32_t)layer;
}

/* A limit of the whole image: said once. */
static void over(struct collection *c, bool *flag, const struct collect_job *job,
		 const char *message)
{
	if (!*flag)
		collect_gap(c, GAP_BLOCKING, GAP_REASON_LIMIT, job->at->name, job->at_number, -1,
			    message);
	*flag = true;
}

static bool take_layer(struct collection *c, struct collect_job *job, uint32_t number,
		       struct error *err)
{
	for (size_t i = 0; i < job->number_count; i++)
		if (job->numbers[i] == number) {
			job->at = &c->layers[number];
			job->at_number = number;
			job->file = 0;
			return true;
		}
	return error_set(err, ERR_WORKER, "a worker spoke of layer %u, which it was not given",
			 number);
}

static struct collected_file *keep_file_facts(struct collection *c, const struct record_file *f,
					      uint32_t *ret_number)
{
	struct collected_file *file = vec_add(&c->arena, &c->files);

	*ret_number = (uint32_t)c->files.count - 1;
	*file = (struct collected_file){
		.row = f->row,
		.error = f->error.code,
		.partial = f->partial.code,
		.error_offset = f->error.offset,
		.partial_offset = f->partial.offset,
	};
	bool full = c->reasons >= REASONS_MAX;
	if (f->error.code != ERR_NONE || f->partial.code != ERR_NONE)
		c->reasons++;
	file->error_message = file->partial_message = SLICE("cannot be read");
	if (f->error.code != ERR_NONE && !full)
		file->error_message = arena_copy(&c->arena, slice_from_cstr(f->error.message));
	if (f->partial.code != ERR_NONE && !full)
		file->partial_message = arena_copy(&c->arena, slice_from_cstr(f->partial.message));
	if (f->has_os) {
		file->os = arena_new(&c->arena, struct os_release);
		*file->os = f->os;
	}
	return file;
}

static void place_file(struct collection *c, uint32_t layer, struct slice path, struct slice as,
		       uint32_t row, uint32_t number)
{
	path = arena_copy(&c->arena, path);
	union_layer_add(&c->layers[layer].layer, &c->arena,
			(struct union_item){
				.type = RECORD_FILE,
				.path = path,
				.as = slice_eq(as, path) ? path : arena_copy(&c->arena, as),
				.row = row,
				.file = number,
			});
}

/* Whether an answer of the second pass is one to this want. */
static bool answers(const struct union_wanted *w, uint32_t layer, struct slice path,
		    struct slice as, uint32_t row)
{
	if (w->layer != layer || w->row != row)
		return false;
	if (w->directory)
		return slice_eq(path_parent(path), w->path);
	return slice_eq(path, w->path) && (slice_empty(as) || slice_eq(as, w->as));
}

static bool take_file(struct collection *c, struct collect_job *job, const struct record_file *f,
		      struct error *err)
{
	uint32_t number;
	bool asked = false;

	job->file = 0;
	if (c->files.count >= FILES_MAX) {
		over(c, &c->packages_full, job, "more files tell of packages than are kept");
		return true;
	}
	keep_file_facts(c, f, &number);
	job->file = number + 1;
	if (!job->wanted) {
		place_file(c, job->at_number, f->path, f->as, f->row, number);
		return true;
	}
	for (size_t i = 0; i < job->wanted_count; i++) {
		const struct union_wanted *w = &job->wanted[i];

		if (!answers(w, job->at_number, f->path, f->as, f->row))
			continue;
		asked = true;
		place_file(c, w->origin_layer,
			   slice_empty(w->origin_path) ? f->path : w->origin_path, f->as, f->row,
			   number);
	}
	return asked || error_set(err, ERR_WORKER, "a worker told of a file that nobody asked for");
}

static bool take_packages(struct collection *c, struct collect_job *job, const struct record *r,
			  struct error *err)
{
	if (!job->file) /* of a file beyond the limit */
		return c->packages_full ||
		       error_set(err, ERR_WORKER, "a worker told of packages without a file");
	if (r->count > LIMIT_PACKAGES - c->packages) {
		over(c, &c->packages_full, job, "more packages than are kept");
		return true;
	}
	struct collected_file *file = &c->files.items[job->file - 1];
	c->packages += r->count;
	file->package_count += r->count;
	*vec_add(&c->arena, &file->packages) = arena_copy(&c->arena, r->packages);
	return true;
}

/* Counts a link or whiteout against the image's limit. */
static bool room_for(struct collection *c, struct collect_job *job, size_t bytes)
{
	if (c->links >= LIMIT_LINKS || bytes > LIMIT_LINK_BYTES - c->link_bytes) {
		over(c, &c->links_full, job, "more links and whiteouts than are followed");
		return false;
	}
	c->links++;
	c->link_bytes += bytes;
	return true;
}

static void take_link(struct collection *c, struct collect_job *job, const struct record *r)
{
	if (!job->wanted && room_for(c, job, r->path.len + r->target.len))
		union_layer_add(&job->at->layer, &c->arena,
				(struct union_item){
					.type = r->type,
					.path = arena_copy(&c->arena, r->path),
					.target = arena_copy(&c->arena, r->target),
					.row = r->row,
				});
}

/* The second pass met another hard link where it looked for bytes: the want moves on. */
static void take_need(struct collection *c, struct collect_job *job, const struct record *r)
{
	for (size_t i = 0; i < job->wanted_count; i++) {
		const struct union_wanted *w = &job->wanted[i];

		if (!answers(w, job->at_number, r->path, SLICE_EMPTY, r->row))
			continue;
		union_layer_add(&c->layers[w->origin_layer].layer, &c->arena,
				(struct union_item){
					.type = RECORD_NEED,
					.path = arena_copy(&c->arena, slice_empty(w->origin_path)
									      ? r->path
									      : w->origin_path),
					.target = arena_copy(&c->arena, r->target),
					.row = r->row,
				});
	}
}

static void take_hiding(struct collection *c, struct collect_job *job, const struct record *r)
{
	if (!job->wanted && room_for(c, job, r->path.len))
		*vec_add(&c->arena, &job->at->layer.hidings) = (struct union_hiding){
			.path = arena_copy(&c->arena, r->path),
			.opaque = r->type == RECORD_OPAQUE,
		};
}

static void take_table(struct collection *c, struct collect_job *job, struct slice table)
{
	size_t count = table.len / sizeof(uint64_t);

	if (job->wanted)
		return;
	if (count > TABLE_ITEMS_MAX - c->table_items) {
		over(c, &c->table_full, job, "more entries than can be held against lower layers");
		return;
	}
	c->table_items += count;
	table_append(&job->at->layer.table, table.data, count);
}

static void take_end(struct collection *c, struct collect_job *job, const struct record_end *end)
{
	job->at->ended = true;
	if (job->wanted)
		return;
	job->at->end = *end;
	job->at->end.digest = arena_copy(&c->arena, end->digest);
	job->at->end.diff_id = arena_copy(&c->arena, end->diff_id);
}

static bool take_gap(struct collection *c, struct collect_job *job, const struct gap *gap,
		     struct error *err)
{
	if (job->gaps++ >= GAPS_MAX)
		return error_set(err, ERR_WORKER, "a worker told of too many gaps");
	/* The message ends with a NUL in the arena's copy. */
	struct slice message = arena_copy(&c->arena, gap->message);

	collect_gap(c, gap->kind, gap->reason, gap->subject, job->at_number, gap->offset,
		    message.data);
	return true;
}

static bool take(struct collection *c, struct collect_job *job, const struct record *r,
		 struct error *err)
{
	switch (r->type) {
	case RECORD_LAYER:
		return take_layer(c, job, r->number, err);
	case RECORD_FILE:
		return take_file(c, job, &r->file, err);
	case RECORD_PACKAGES:
		return take_packages(c, job, r, err);
	case RECORD_NEED:
		if (job->wanted)
			take_need(c, job, r);
		else
			take_link(c, job, r);
		return true;
	case RECORD_SYMLINK:
		take_link(c, job, r);
		return true;
	case RECORD_GONE:
		union_layer_gone(&job->at->layer, r->path);
		return true;
	case RECORD_WHITEOUT:
	case RECORD_OPAQUE:
		take_hiding(c, job, r);
		return true;
	case RECORD_TABLE:
		take_table(c, job, r->table);
		return true;
	case RECORD_GAP:
		return take_gap(c, job, &r->gap, err);
	case RECORD_END:
		take_end(c, job, &r->end);
		return true;
	case RECORD_NONE:
	case RECORD_COUNT:
		break;
	}
	return error_set(err, ERR_WORKER, "a worker answered with a record of no known type");
}

bool collect_record(struct collection *c, struct collect_job *job, struct slice record,
		    struct error *err)
{
	struct record r;

	if (!record_decode(record, &c->arena, &r, err))
		return false;
	if (!job->at && r.type != RECORD_LAYER)
		return error_set(err, ERR_WORKER, "a worker answered without naming a layer");
	return take(c, job, &r, err);
}
