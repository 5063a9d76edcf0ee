#include "lint/lint.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/wire.h"
#include "confine/confine.h"
#include "lint/internal.h"

enum record_type { RECORD_FINDING = 1 };

/* Files that are judged together, consecutive in the list when sorted by project. */
struct group {
	size_t first, end; /* in order[] */
	size_t bytes;
};
struct group_list VEC_OF(struct group);

struct lint {
	struct run *run;
	const struct lint_options *options;
	struct policy *policy;
	struct report *report;
	struct source_table *sources;
	size_t own_sources; /* the broker's: what workers add lies behind */
	struct lint_file_list files;
	struct lint_tree_list trees;
	struct group_list groups;
	struct VEC_OF(struct job) jobs;
};

/* Some groups for one worker: a process for each would cost more than it does. */
struct job {
	struct lint *lint;
	size_t first, end; /* groups */
};

/* --- in the worker --- */

static bool read_document(void *context, struct slice path, struct arena *a, struct slice *ret, struct error *err)
{
	const struct project *p = context;
	const struct document *d = project_document(p, path);

	(void)a;
	if (!d)
		return error_set(err, ERR_NOT_FOUND, "%.*s is not among the files", SLICE_ARG(path));
	*ret = d->text;
	return true;
}

/* Sources that a reader added for files that the broker knows already go back to theirs. */
static struct span own_span(const struct lint *l, struct span s)
{
	if (s.source < l->own_sources)
		return s;
	const struct source *added = source_get(l->sources, s.source);
	for (uint32_t i = 1; added && i < l->own_sources; i++)
		if (slice_eq(l->sources->sources.items[i].name, added->name)) {
			s.source = i;
			return s;
		}
	return (struct span){ 0 };
}

static void own_spans(const struct lint *l, struct assessment *x)
{
	vec_each(s, &x->spans)
		*s = own_span(l, *s);
	vec_each(fix, &x->fixes)
		vec_each(edit, &fix->edits)
			edit->span = own_span(l, edit->span);
}

static bool send_findings(struct lint *l, struct assessment_list *list, struct worker_output *out)
{
	CLEANUP(buf_release) struct buf b;

	buf_init(&b, LIMIT_RECORD);
	vec_each(x, list) {
		if (!lint_selected(&l->options->rules, x->rule))
			continue;
		own_spans(l, x);
		buf_clear(&b);
		rule_encode(x, &b);
		if (!b.overflow && !worker_send(out, RECORD_FINDING, buf_slice(&b)))
			return false;
	}
	return true;
}

static bool judge_group(struct lint *l, const struct group *g, struct worker_output *out)
{
	struct arena arena;
	struct assessment_list findings = { 0 };
	const struct lint_file *head = &l->files.items[g->first];
	const struct lint_tree *tree = &l->trees.items[head->tree];
	struct source_table sources = *l->sources;

	arena_init(&arena, 0);
	/* A table of its own to add to: the arrays of the broker's stay as they are. */
	sources.arena = &arena;
	sources.sources.alloc = sources.sources.count;
	struct project p = {
		.arena = &arena, .sources = &sources, .policy = l->policy, .now = l->run->now,
		.paths = tree->paths, .whole = tree->whole, .facts = l->options->facts,
	};
	p.files = (struct config_files){ read_document, &p };
	for (size_t i = g->first; i < g->end; i++) {
		const struct lint_file *f = &l->files.items[i];

		project_add(&p, f->kind, f->path, f->text, f->source);
	}
	project_judge(&p, &findings);
	struct source_table *kept = l->sources;
	l->sources = &sources;
	bool ok = send_findings(l, &findings, out);
	l->sources = kept;
	arena_release(&arena);
	return ok;
}

static bool work(void *context, struct worker_output *out, struct error *err)
{
	struct job *job = context;

	for (size_t i = job->first; i < job->end; i++)
		if (!judge_group(job->lint, &job->lint->groups.items[i], out))
			return error_set(err, ERR_WORKER, "the findings could not be handed back");
	return true;
}

/* --- in the broker --- */

static bool on_record(void *context, size_t job, uint32_t type, struct slice record, struct error *err)
{
	struct lint *l = context;
	struct cursor c;
	struct assessment x;

	cursor_init(&c, record);
	(void)job;
	if (type != RECORD_FINDING || !rule_decode(&c, lint_rule, l->sources, l->run->arena, &x))
		return error_set(err, ERR_WORKER, "a worker sent a finding that is none");
	*vec_add(l->run->arena, &l->report->assessments) = x;
	return true;
}

static void on_end(void *context, size_t number, const struct error *err)
{
	struct lint *l = context;
	const struct job *job = &l->jobs.items[number];

	if (!err)
		return;
	for (size_t g = job->first; g < job->end; g++)
		for (size_t i = l->groups.items[g].first; i < l->groups.items[g].end; i++)
			run_gap(l->run, GAP_BLOCKING, gap_reason_of_error(err->code), l->files.items[i].path,
				"not judged: %s", err->message);
}

static int order_by_project(const void *a, const void *b)
{
	const struct lint_file *x = a, *y = b;
	int order = (x->tree > y->tree) - (x->tree < y->tree);

	if (order == 0)
		order = slice_cmp(x->project, y->project);
	return order ? order : slice_cmp(x->path, y->path);
}

static void make_groups(struct lint *l)
{
	if (l->files.count)
		qsort(l->files.items, l->files.count, sizeof(*l->files.items), order_by_project);
	for (size_t i = 0; i < l->files.count; i++) {
		struct lint_file *f = &l->files.items[i];
		struct group *last = l->groups.count ? &l->groups.items[l->groups.count - 1] : NULL;
		const struct lint_file *before = i ? f - 1 : NULL;

		if (!before || before->tree != f->tree || !slice_eq(before->project, f->project)) {
			last = vec_add(l->run->arena, &l->groups);
			last->first = i;
		}
		last->end = i + 1;
		last->bytes += f->text.len;
	}
}

/* A few jobs for each thread, so that one large project does not keep the others waiting. */
static void make_jobs(struct lint *l)
{
	size_t total = 0, share, filled = 0;
	unsigned threads = l->run->threads ? l->run->threads : 1;

	vec_each(g, &l->groups)
		total += g->bytes + 1;
	share = total / ((size_t)threads * (threads > 1 ? 4 : 1)) + 1;
	for (size_t i = 0; i < l->groups.count; i++) {
		if (filled == 0)
			*vec_add(l->run->arena, &l->jobs) = (struct job){ l, i, i };
		l->jobs.items[l->jobs.count - 1].end = i + 1;
		filled += l->groups.items[i].bytes + 1;
		if (filled >= share)
			filled = 0;
	}
}

static bool run_jobs(struct lint *l, struct error *err)
{
	const struct confine_spec spec = { .tree_fd = -1 };
	const struct worker_events events = { on_record, on_end, l };
	struct confine *confine = confine_new(&spec, err);

	if (!confine)
		return false;
	confine_report(confine, l->run);
	struct worker_job *jobs = arena_new_array(l->run->arena, struct worker_job, l->jobs.count + 1);
	for (size_t i = 0; i < l->jobs.count; i++)
		jobs[i] = (struct worker_job){ .run = work, .job = &l->jobs.items[i], .name = SLICE("lint") };
	confine_run(confine, l->run, jobs, l->jobs.count, &events);
	confine_free(confine);
	return true;
}

static void add_sources(struct lint *l)
{
	/* Again with every round of harden: texts have changed. */
	l->sources = arena_new(l->run->arena, struct source_table);
	source_table_init(l->sources, l->run->arena);
	vec_each(f, &l->files)
		f->source = source_add(l->sources, f->path, f->text, -1);
	l->own_sources = l->sources->sources.count;
}

static struct slice target_name(const struct lint *l)
{
	const struct lint_options *o = l->options;

	if (o->paths.count + o->texts.count == 1)
		return o->paths.count ? o->paths.items[0] : o->texts.items[0].name;
	return arena_printf(l->run->arena, "%zu paths", o->paths.count + o->texts.count);
}

bool lint_judge(struct run *run, const struct lint_options *options, struct policy *policy,
		struct lint_file_list *files, const struct lint_tree_list *trees, struct report *ret,
		struct error *err)
{
	struct lint l = {
		.run = run, .options = options, .policy = policy, .report = ret, .files = *files, .trees = *trees,
	};

	*ret = (struct report){
		.tool_version = SLICE(BULWARK_VERSION),
		.created = run->now,
		.target = target_name(&l),
		.kind = TARGET_CONFIGURATION,
		.policy = policy,
	};
	make_groups(&l);
	add_sources(&l);
	make_jobs(&l);
	ret->sources = l.sources;
	ret->files_judged = l.files.count;
	if (!run_jobs(&l, err))
		return false;
	ret->gaps = run->gaps;
	report_finish(ret, run->arena);
	return true;
}

bool lint_run(struct run *run, const struct lint_options *options, struct policy *policy,
	      struct report *ret, struct error *err)
{
	struct lint_file_list files = { 0 };
	struct lint_tree_list trees = { 0 };

	return lint_walk(run, options, policy, &files, &trees, err) &&
	       lint_judge(run, options, policy, &files, &trees, ret, err);
}
