/*
 * Reads a target and prints what was found as JSON, for tests that make
 * images: target_json [--platform P] [--threads N] [--offline yes]
 * [--plain-http yes] [--skip-dirs G]
 * [--skip-files G] TARGET.  Exit code 0 also with gaps, 1 when nothing could
 * be read (then {"error": ...}).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "format/json.h"
#include "image/target.h"

static void print_package(struct json_writer *w, const struct package *p, struct arena *a)
{
	json_begin_object(w);
	json_member(w, "name", p->name);
	json_member(w, "version", p->version);
	json_member_opt(w, "source", p->source_name);
	json_member_opt(w, "source_version", p->source_version);
	json_member(w, "path", p->path);
	json_key(w, "layer");
	json_int(w, p->layer);
	json_member_opt(w, "release", p->release);
	json_member_opt(w, "purl", package_purl(p, a));
	json_end_object(w);
}

static void print_gap(struct json_writer *w, const struct gap *g)
{
	json_begin_object(w);
	json_member(w, "kind", slice_from_cstr(gap_kind_name(g->kind)));
	json_member(w, "reason", slice_from_cstr(gap_reason_name(g->reason)));
	json_member(w, "subject", g->subject);
	json_member(w, "message", g->message);
	json_key(w, "layer");
	json_int(w, g->layer);
	json_end_object(w);
}

static void print_layer(struct json_writer *w, const struct image *image, size_t number)
{
	const struct image_layer *l = &image->layers.items[number];

	json_begin_object(w);
	json_member(w, "digest", l->digest);
	json_member(w, "diff_id", l->diff_id);
	json_member(w, "name", l->name);
	json_member(w, "created_by", image_instruction(image, (int32_t)number));
	json_end_object(w);
}

static void print_list(struct json_writer *w, const char *key, const struct slice_list *list)
{
	json_key(w, key);
	json_begin_array(w);
	for (size_t i = 0; i < list->count; i++)
		json_string(w, list->items[i]);
	json_end_array(w);
}

static void print_image(struct json_writer *w, const struct image *image)
{
	json_key(w, "image");
	json_begin_object(w);
	json_member(w, "id", image->config_digest);
	json_member(w, "manifest", image->manifest_digest);
	json_member(w, "os", image->os);
	json_member(w, "architecture", image->architecture);
	json_member_opt(w, "variant", image->variant);
	json_member_opt(w, "user", image->user);
	print_list(w, "tags", &image->tags);
	print_list(w, "env", &image->env);
	json_key(w, "layers");
	json_begin_array(w);
	for (size_t i = 0; i < image->layers.count; i++)
		print_layer(w, image, i);
	json_end_array(w);
	json_end_object(w);
}

static void print_result(struct json_writer *w, const struct target_result *r,
			 const struct run *run)
{
	json_member(w, "kind", slice_from_cstr(target_kind_name(r->kind)));
	if (r->has_image)
		print_image(w, &r->image);
	json_key(w, "os");
	json_begin_object(w);
	json_member(w, "id", r->os.id);
	json_member(w, "version", r->os.version_id);
	json_member(w, "path", r->os.path);
	json_key(w, "layer");
	json_int(w, r->os.layer);
	json_end_object(w);
	json_key(w, "files");
	json_uint(w, r->files);
	json_key(w, "bytes");
	json_uint(w, r->bytes);
	json_key(w, "confined");
	json_bool(w, r->confined);
	json_key(w, "packages");
	json_begin_array(w);
	vec_each (p, &r->packages)
		print_package(w, p, run->arena);
	json_end_array(w);
}

static int compare_gaps(const void *a, const void *b)
{
	return gap_cmp(a, b);
}

static bool set_option(const char *name, const char *value, struct target_options *o,
		       struct run *run)
{
	if (!strcmp(name, "--platform"))
		o->platform = slice_from_cstr(value);
	else if (!strcmp(name, "--threads"))
		run->threads = (unsigned)atoi(value);
	else if (!strcmp(name, "--offline"))
		run->offline = !strcmp(value, "yes");
	else if (!strcmp(name, "--plain-http"))
		o->registry.plain_http = !strcmp(value, "yes");
	else if (!strcmp(name, "--skip-dirs"))
		*vec_add(run->arena, &o->skip_dirs) = slice_from_cstr(value);
	else if (!strcmp(name, "--skip-files"))
		*vec_add(run->arena, &o->skip_files) = slice_from_cstr(value);
	else if (!strcmp(name, "--timeout-ms"))
		run->deadline_ms = run_monotonic_ms() + atoi(value);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct target_options options = {0};
	struct target_result result;
	struct error err = ERROR_INIT;
	struct json_writer w;
	struct arena arena;
	struct buf out;
	struct run run;
	int i = 1;

	arena_init(&arena, 0);
	run_init(&run, &arena);
	run.threads = 2;
	while (i + 1 < argc && set_option(argv[i], argv[i + 1], &options, &run))
		i += 2;
	if (i + 1 != argc)
		return 2;
	options.name = slice_from_cstr(argv[i]);
	buf_init(&out, GIB);
	json_writer_init(&w, &out, 1);
	json_begin_object(&w);
	bool ok = target_read(&run, &options, &result, &err);
	if (ok) {
		print_result(&w, &result, &run);
	} else {
		json_member(&w, "error", slice_from_cstr(err.message));
		json_member(&w, "code", slice_from_cstr(error_code_name(err.code)));
	}
	if (run.gaps.count)
		qsort(run.gaps.items, run.gaps.count, sizeof(*run.gaps.items), compare_gaps);
	json_key(&w, "gaps");
	json_begin_array(&w);
	vec_each (gap, &run.gaps)
		print_gap(&w, gap);
	json_end_array(&w);
	json_end_object(&w);
	buf_add_byte(&out, '\n');
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	arena_release(&arena);
	return ok ? 0 : 1;
}
