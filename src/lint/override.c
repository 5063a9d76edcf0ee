#include "lint/override.h"

#include "base/limits.h"
#include "config/doc_edit.h"
#include "confine/confine.h"
#include "config/yaml_doc.h"

enum record_type { RECORD_TEXT = 1 };

struct override {
	struct run *run;
	const struct harden_file *file;
	struct slice service;
	struct buf *out;
	struct error *err;
	bool done;
};

/* --- in the worker --- */

static const struct value *service_of(struct slice text, struct slice name, struct arena *a)
{
	struct yaml_doc *doc = arena_new(a, struct yaml_doc);
	struct problem_list problems;

	problem_list_init(&problems, a);
	yaml_doc_read(text, 1, a, doc, &problems);
	const struct value *root = yaml_doc_root(doc);
	return value_is(root, NODE_MAP) ? value_get(value_at(root, "services"), name) : NULL;
}

static void add_member(struct buf *out, const struct value *v, bool replaces)
{
	bool collection = !value_scalar(v) && v->count;

	buf_add_lit(out, "    ");
	yaml_write_string(out, v->key);
	buf_add_byte(out, ':');
	if (replaces && !value_scalar(v))
		buf_add_lit(out, " !override");
	if (collection)
		buf_add_lit(out, "\n      ");
	else
		buf_add_byte(out, ' ');
	yaml_write_block(out, v, 6, 2);
	buf_add_byte(out, '\n');
}

static bool write_override(const struct override *o, struct buf *out, struct arena *a, struct error *err)
{
	const struct value *before = service_of(o->file->before, o->service, a);
	const struct value *after = service_of(o->file->after, o->service, a);
	bool any = false;

	if (!value_is(after, NODE_MAP))
		return error_set(err, ERR_NOT_FOUND, "%.*s has no service \"%.*s\"", SLICE_ARG(o->file->path), SLICE_ARG(o->service));
	value_each(v, after) {
		const struct value *old = value_is(before, NODE_MAP) ? value_get(before, v->key) : NULL;

		if (old && value_same(old, v))
			continue;
		if (!any) {
			buf_add_lit(out, "services:\n  ");
			yaml_write_string(out, o->service);
			buf_add_lit(out, ":\n");
		}
		any = true;
		add_member(out, v, old != NULL);
	}
	if (!any)
		buf_add_lit(out, "services: {}\n");
	return true;
}

static bool work(void *context, struct worker_output *worker, struct error *err)
{
	struct arena arena;
	struct buf out;

	arena_init(&arena, 0);
	buf_init(&out, LIMIT_RECORD);
	bool ok = write_override(context, &out, &arena, err);
	if (ok && (out.overflow || !worker_send(worker, RECORD_TEXT, buf_slice(&out))))
		ok = error_set(err, ERR_WORKER, "the override could not be handed back");
	buf_release(&out);
	arena_release(&arena);
	return ok;
}

/* --- in the broker --- */

static bool on_record(void *context, size_t job, uint32_t type, struct slice record, struct error *err)
{
	struct override *o = context;

	(void)job;
	if (type != RECORD_TEXT)
		return error_set(err, ERR_WORKER, "a worker sent a record that is none");
	o->done = buf_add_slice(o->out, record);
	return true;
}

static void on_end(void *context, size_t job, const struct error *err)
{
	struct override *o = context;

	(void)job;
	if (err)
		error_set(o->err, err->code, "%s", err->message);
}

bool harden_override(struct run *run, const struct harden_result *result, struct slice service, struct buf *out,
		     struct error *err)
{
	const struct confine_spec spec = { .tree_fd = -1 };
	struct override o = { .run = run, .service = service, .out = out, .err = err };
	const struct worker_events events = { on_record, on_end, &o };

	vec_each(f, &result->files)
		if (f->kind == DOCUMENT_COMPOSE && !o.file)
			o.file = f;
	if (!o.file) {
		buf_add_lit(out, "services: {}\n");
		return true;
	}
	struct confine *confine = confine_new(&spec, err);
	if (!confine)
		return false;
	struct worker_job job = { .run = work, .job = &o, .name = SLICE("override") };
	confine_run(confine, run, &job, 1, &events);
	confine_free(confine);
	return o.done;
}
