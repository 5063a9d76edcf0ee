#include "lint/harden.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "lint/internal.h"

#define ROUNDS_MAX 20

struct original {
	struct slice path, text;
};

struct harden {
	struct run *run;
	const struct harden_options *options;
	struct policy *policy;
	struct harden_result *result;
	struct lint_file_list files;
	struct lint_tree_list trees;
	struct VEC_OF(struct original) originals;
	struct map refused; /* fingerprints of findings whose fix did not parse */
	struct report report;
};

/* Each round has gaps of its own: only the last one's count. */
static bool judge(struct harden *h, struct error *err)
{
	struct gap_list kept = h->run->gaps;
	bool ok = lint_judge(h->run, &h->options->lint, h->policy, &h->files, &h->trees, &h->report, err);

	h->run->gaps = kept;
	return ok;
}

static struct slice fingerprint_key(const struct assessment *x)
{
	return slice_new(x->fingerprint.bytes, FINGERPRINT_SIZE);
}

/* The fix to make, or NULL: the first that is allowed. */
static const struct fix *fix_of(struct harden *h, const struct assessment *x)
{
	if (x->status != STATUS_FAIL || !policy_shows(h->policy, x) || map_get(&h->refused, fingerprint_key(x)))
		return NULL;
	vec_each(fix, &x->fixes)
		if (!fix->unsafe || h->options->allow_unsafe)
			return fix;
	return NULL;
}

static bool overlap(const struct edit *a, const struct edit *b)
{
	uint64_t a_end = a->span.offset + a->span.length, b_end = b->span.offset + b->span.length;

	if (a->span.source != b->span.source)
		return false;
	/* Two insertions at one place would depend on their order. */
	return a->span.offset == b->span.offset || (a->span.offset < b_end && b->span.offset < a_end) ||
	       a_end == b->span.offset || b_end == a->span.offset;
}

struct chosen {
	const struct assessment *finding;
	const struct fix *fix;
};
struct chosen_list VEC_OF(struct chosen);

static bool collides(const struct fix *fix, const struct chosen_list *chosen)
{
	vec_each(c, chosen)
		vec_each(a, &c->fix->edits)
			vec_each(b, &fix->edits)
				if (overlap(a, b))
					return true;
	return false;
}

static void choose(struct harden *h, struct chosen_list *ret)
{
	vec_each(x, &h->report.assessments) {
		const struct fix *fix = fix_of(h, x);

		if (fix && fix->edits.count && !collides(fix, ret))
			*vec_add(h->run->arena, ret) = (struct chosen){ x, fix };
	}
}

/* Edits of the chosen fixes in one source, applied. False: nothing to do there, or they do not go together. */
static bool apply(struct harden *h, const struct chosen_list *chosen, const struct lint_file *f, struct slice *ret)
{
	struct edit_list edits = { 0 };
	struct error err = ERROR_INIT;
	struct buf out;

	vec_each(c, chosen)
		vec_each(e, &c->fix->edits)
			if (e->span.source == f->source)
				*vec_add(h->run->arena, &edits) = *e;
	if (edits.count == 0 || !edit_list_prepare(&edits, f->text.len, &err))
		return false;
	buf_init(&out, LIMIT_CONFIG);
	bool ok = edit_apply(&edits, f->text, &out);
	if (ok)
		*ret = arena_copy(h->run->arena, buf_slice(&out));
	buf_release(&out);
	return ok;
}

static void note_change(struct harden *h, const struct chosen *c, bool refused)
{
	struct harden_change *change = vec_add(h->run->arena, &h->result->changes);

	*change = (struct harden_change){
		.rule = c->finding->rule, .title = c->fix->title, .path = c->finding->path,
		.unsafe = c->fix->unsafe, .refused = refused,
		.line = source_position(h->report.sources, c->fix->edits.items[0].span).line,
	};
}

/* Findings that say that a file cannot be read as what it is, by path. */
static size_t broken(const struct report *r, struct slice path)
{
	size_t count = 0;

	vec_each(x, &r->assessments)
		count += slice_eq(x->path, path) && slice_ends(x->rule->id, SLICE("-syntax"));
	return count;
}

static bool touches(const struct chosen *c, uint32_t source)
{
	vec_each(e, &c->fix->edits)
		if (e->span.source == source)
			return true;
	return false;
}

/* After a round: files that parse worse than before get their old text back. */
static bool check_round(struct harden *h, const struct chosen_list *chosen, const struct slice *texts,
			const struct report *before, struct error *err)
{
	bool reverted = false;

	vec_each(f, &h->files) {
		size_t n = (size_t)(f - h->files.items);

		if (slice_eq(texts[n], f->text) || broken(&h->report, f->path) <= broken(before, f->path))
			continue;
		reverted = true;
		f->text = texts[n];
		vec_each(c, chosen)
			if (slice_eq(c->finding->path, f->path) || touches(c, f->source)) {
				map_put(&h->refused, fingerprint_key(c->finding), NULL);
				note_change(h, c, true);
			}
	}
	return !reverted || judge(h, err);
}

/* True with *ret_done when nothing is left to do. */
static bool round_of_fixes(struct harden *h, bool *ret_done, struct error *err)
{
	struct chosen_list chosen = { 0 };
	struct report before = h->report;
	struct slice *texts = arena_new_array(h->run->arena, struct slice, h->files.count + 1);
	size_t changed = 0;

	choose(h, &chosen);
	vec_each(f, &h->files) {
		size_t n = (size_t)(f - h->files.items);

		texts[n] = f->text;
		changed += apply(h, &chosen, f, &f->text) && !slice_eq(texts[n], f->text);
	}
	*ret_done = changed == 0;
	if (changed == 0)
		return true;
	size_t first = h->result->changes.count;
	vec_each(c, &chosen)
		note_change(h, c, false);
	if (!judge(h, err) || !check_round(h, &chosen, texts, &before, err))
		return false;
	/* What was refused is told once, as refused. */
	for (size_t i = first; i < first + chosen.count; i++)
		if (map_get(&h->refused, fingerprint_key(chosen.items[i - first].finding)))
			h->result->changes.items[i].rule = NULL;
	return true;
}

static void drop_refused(struct harden_result *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->changes.count; i++)
		if (r->changes.items[i].rule)
			r->changes.items[kept++] = r->changes.items[i];
	r->changes.count = kept;
}

/* Findings over tags say which reference they mean; who resolves it is not the worker. */
static void add_pins(struct harden *h)
{
	vec_each(x, &h->report.assessments) {
		struct slice digest;

		if (!h->options->resolve || x->spans.count == 0)
			continue;
		vec_each(e, &x->evidence) {
			if (!slice_is(e->key, "pin") || !h->options->resolve(h->options->context, h->run, e->value, &digest))
				continue;
			struct span at = x->spans.items[0];
			struct fix *fix = vec_add(h->run->arena, &x->fixes);
			fix->title = arena_printf(h->run->arena, "Pin %.*s to its digest", SLICE_ARG(e->value));
			at.offset += at.length;
			at.length = 0;
			*vec_add(h->run->arena, &fix->edits) = (struct edit){
				at, arena_printf(h->run->arena, "@%.*s", SLICE_ARG(digest)),
			};
		}
	}
}

static void count_withheld(struct harden *h)
{
	vec_each(x, &h->report.assessments)
		if (policy_shows(h->policy, x) && x->fixes.count && !fix_of(h, x) &&
		    !map_get(&h->refused, fingerprint_key(x)))
			h->result->withheld++;
}

static struct slice original_of(const struct harden *h, struct slice path)
{
	vec_each(o, &h->originals)
		if (slice_eq(o->path, path))
			return o->text;
	return SLICE_EMPTY;
}

static bool is_text(const struct harden *h, struct slice path)
{
	vec_each(t, &h->options->lint.texts)
		if (slice_eq(t->name, path))
			return true;
	return false;
}

static void collect(struct harden *h)
{
	vec_each(f, &h->files) {
		struct slice before = original_of(h, f->path);

		if (slice_eq(before, f->text))
			continue;
		*vec_add(h->run->arena, &h->result->files) = (struct harden_file){
			.path = f->path, .before = before, .after = f->text, .kind = f->kind,
			.on_disk = !is_text(h, f->path),
		};
	}
	h->result->after = h->report;
}

static bool run_rounds(struct harden *h, struct error *err)
{
	bool done = false;

	if (!judge(h, err))
		return false;
	h->result->before = h->report;
	for (int i = 0; i < ROUNDS_MAX && !done; i++) {
		add_pins(h);
		if (!round_of_fixes(h, &done, err))
			return false;
	}
	return done || error_set(err, ERR_INTERNAL, "fixes undo one another: no end after %d rounds", ROUNDS_MAX);
}

bool harden_run(struct run *run, const struct harden_options *options, struct policy *policy,
		struct harden_result *ret, struct error *err)
{
	struct harden h = { .run = run, .options = options, .policy = policy, .result = ret };

	*ret = (struct harden_result){ 0 };
	if (!lint_walk(run, &options->lint, policy, &h.files, &h.trees, err))
		return false;
	vec_each(f, &h.files)
		*vec_add(run->arena, &h.originals) = (struct original){ f->path, f->text };
	map_init(&h.refused);
	bool ok = run_rounds(&h, err);
	if (ok) {
		drop_refused(ret);
		count_withheld(&h);
		collect(&h);
	}
	map_release(&h.refused);
	return ok;
}

bool harden_write(const struct harden_result *result, struct error *err)
{
	vec_each(f, &result->files) {
		CLEANUP(cleanup_free) char *path = mem_alloc(f->path.len + 1);
		struct stat st;

		memcpy(path, f->path.data, f->path.len);
		path[f->path.len] = '\0';
		if (!f->on_disk)
			continue;
		if (lstat(path, &st) != 0)
			return error_set_errno(err, errno, "%s", path);
		if (!S_ISREG(st.st_mode))
			return error_set(err, ERR_UNSUPPORTED, "%s is no regular file; it is left as it is", path);
		if (!io_write_file_atomic(path, f->after, st.st_mode & 07777, err))
			return false;
	}
	return true;
}
