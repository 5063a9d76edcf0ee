#include "advisory/archive.h"

#include "advisory/advisory.h"
#include "advisory/archive_packages.h"
#include "advisory/archive_source.h"
#include "advisory/names.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/timestamp.h"
#include "base/wire.h"
#include "confine/confine.h"
#include "format/digest.h"
#include "version/version.h"

#define ARCHITECTURES_MAX 8

enum answer_type {
	ANSWER_VERSIONS, /* number and version of each name that the index has */
	ANSWER_STANZAS,
};

struct archive_job {
	const struct archive_index *index;
	const struct map *names;
	size_t name_count;
};

struct archive_work {
	struct run *run;
	struct report *report;
	struct archive_wanted wanted;
	struct archive_source source;
	struct map names;                 /* installed package names, to numbers */
	struct archive_version *versions; /* [architecture][name] */
	struct archive_job *jobs;
	uint64_t stanzas;
	size_t read;                      /* indexes that could be */
};

/* ----------------------------------------------------------- what is wanted */

static bool takes_part(const struct package *p)
{
	return p->origin == ORIGIN_DPKG && !(p->flags & PACKAGE_NOT_INSTALLED) && p->ecosystem &&
	       p->ecosystem->scheme == VERSION_DEBIAN;
}

static bool is_covered(const struct package *p, const struct report *report, struct arena *a)
{
	struct names_keys keys;

	names_keys(p->ecosystem, p->release, false, a, &keys);
	vec_each(row, &report->coverage)
		if (row->covered && keys.count && slice_eq(row->ecosystem, keys.items[0]))
			return true;
	return false;
}

/* Codename and architecture come from the target and become parts of file names. */
static bool is_word(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_lower(s.data[i]) && !ascii_digit(s.data[i]) && s.data[i] != '-')
			return false;
	return s.len > 0 && s.len <= 32 && s.data[0] != '-';
}

static void add_architecture(struct archive_work *w, struct slice architecture)
{
	if (!is_word(architecture) || slice_is(architecture, "all") ||
	    w->wanted.architectures.count >= ARCHITECTURES_MAX)
		return;
	vec_each(known, &w->wanted.architectures)
		if (slice_eq(*known, architecture))
			return;
	*vec_add(w->run->arena, &w->wanted.architectures) = architecture;
}

static void collect_packages(struct archive_work *w)
{
	const struct package_list *packages = &w->report->packages;
	const struct ecosystem *seen = NULL;
	struct slice release = SLICE_EMPTY;
	bool covered = false;

	vec_each(p, packages) {
		bool is_new;

		if (!takes_part(p))
			continue;
		if (seen != p->ecosystem || !slice_eq(release, p->release)) {
			covered = is_covered(p, w->report, w->run->arena);
			seen = p->ecosystem;
			release = p->release;
		}
		if (covered)
			continue;
		w->wanted.origin = p->ecosystem->osv;
		w->wanted.id = p->ecosystem->os_id;
		add_architecture(w, p->architecture);
		uint64_t number = w->names.count;
		uint64_t *value = map_put(&w->names, p->name, &is_new);
		if (is_new)
			*value = number;
	}
	if (w->report->image)
		add_architecture(w, w->report->image->architecture);
}

/* ------------------------------------------------------------ the worker */

static bool read_index(void *argument, struct worker_output *out, struct error *err)
{
	const struct archive_job *job = argument;
	struct archive_version *versions;
	uint64_t stanzas;
	struct arena a;
	struct buf b;
	bool sent = true;

	arena_init(&a, 0);
	buf_init(&b, LIMIT_LINE);
	versions = arena_new_array(&a, struct archive_version, job->name_count);
	if (!archive_packages_read(job->index->bytes, job->names, &a, versions, &stanzas, err))
		return false;
	for (size_t i = 0; i < job->name_count && sent; i++) {
		if (slice_empty(versions[i].version))
			continue;
		wire_put_u64(&b, i);
		wire_put_slice(&b, versions[i].version);
		if (b.len > LIMIT_LINE / 2) {
			sent = worker_send(out, ANSWER_VERSIONS, buf_slice(&b));
			buf_clear(&b);
		}
	}
	sent = sent && worker_send(out, ANSWER_VERSIONS, buf_slice(&b));
	buf_clear(&b);
	wire_put_u64(&b, stanzas);
	sent = sent && worker_send(out, ANSWER_STANZAS, buf_slice(&b));
	buf_release(&b);
	arena_release(&a);
	return sent || error_set(err, ERR_WORKER, "the versions were not taken");
}

/* ------------------------------------------------------------ the broker */

static void keep_version(struct archive_work *w, size_t row, uint64_t number, struct slice version)
{
	struct archive_version *v = &w->versions[row * w->names.count + number];

	if (slice_empty(v->version) || version_compare(VERSION_DEBIAN, v->version, version) < 0)
		v->version = arena_copy(w->run->arena, version);
}

static size_t architecture_row(const struct archive_work *w, struct slice architecture)
{
	size_t row = 0;

	while (row < w->wanted.architectures.count &&
	       !slice_eq(w->wanted.architectures.items[row], architecture))
		row++;
	return row;
}

static bool on_record(void *context, size_t job, uint32_t type, struct slice record,
		      struct error *err)
{
	struct archive_work *w = context;
	size_t row = architecture_row(w, w->jobs[job].index->architecture);
	struct cursor c;

	cursor_init(&c, record);
	if (type == ANSWER_STANZAS)
		w->stanzas += wire_get_u64(&c);
	while (type == ANSWER_VERSIONS && cursor_left(&c) && !c.failed) {
		uint64_t number = wire_get_u64(&c);
		struct slice version = wire_get_slice(&c);

		if (!c.failed && number < w->names.count && version_valid(VERSION_DEBIAN, version))
			keep_version(w, row, number, version);
	}
	if (type > ANSWER_STANZAS || c.failed)
		return error_set(err, ERR_WORKER, "%.*s: the reader's answer is malformed",
				 SLICE_ARG(w->jobs[job].index->name));
	return true;
}

static void on_end(void *context, size_t job, const struct error *err)
{
	struct archive_work *w = context;

	struct slice name = w->jobs[job].index->name;

	if (err)
		run_gap(w->run, GAP_NOTE, gap_reason_of_error(err->code), name, "%.*s: %s",
			SLICE_ARG(name), err->message);
	else
		w->read++;
}

static bool read_indexes(struct archive_work *w, struct error *err)
{
	const struct worker_events events = { on_record, on_end, w };
	const struct confine_spec spec = { .tree_fd = -1 };
	size_t count = w->source.indexes.count;
	struct worker_job *jobs = arena_new_array(w->run->arena, struct worker_job, count);

	w->jobs = arena_new_array(w->run->arena, struct archive_job, count);
	w->versions = arena_new_array(w->run->arena, struct archive_version,
				      w->names.count * w->wanted.architectures.count);
	for (size_t i = 0; i < count; i++) {
		w->jobs[i] = (struct archive_job){ &w->source.indexes.items[i], &w->names,
						   w->names.count };
		jobs[i] = (struct worker_job){ .run = read_index, .job = &w->jobs[i],
					       .name = w->source.indexes.items[i].name };
	}
	digest_prepare();
	struct confine *confine = confine_new(&spec, err);
	if (!confine)
		return false;
	confine_report(confine, w->run);
	confine_run(confine, w->run, jobs, count, &events);
	confine_free(confine);
	return w->read > 0 || error_set(err, ERR_FORMAT, "no package index of %.*s is readable",
					SLICE_ARG(w->source.name));
}

/* ----------------------------------------------------------------- verdicts */

/* A package for all architectures may be replaced by one of any, and the other way round. */
static struct slice available(const struct archive_work *w, const struct package *p)
{
	const uint64_t *number = map_get(&w->names, p->name);
	size_t rows = w->wanted.architectures.count, only = architecture_row(w, p->architecture);
	struct slice best = SLICE_EMPTY;

	if (only == rows && !slice_is(p->architecture, "all"))
		return SLICE_EMPTY;
	for (size_t row = 0; number && row < rows; row++) {
		struct slice version = w->versions[row * w->names.count + *number].version;

		if ((only < rows && row != only) || slice_empty(version))
			continue;
		if (slice_empty(best) || version_compare(VERSION_DEBIAN, best, version) < 0)
			best = version;
	}
	return best;
}

static bool add_matches(struct archive_work *w, struct match_list *ret)
{
	const struct archive_release *r = &w->source.release;
	struct arena *a = w->run->arena;
	char date[TIMESTAMP_TEXT_MAX];
	size_t before = ret->count;
	struct slice explanation =
		arena_printf(a, "%.*s of %.*s, dated %s", SLICE_ARG(w->wanted.suite),
			     SLICE_ARG(r->origin), timestamp_format_date(r->date, date));

	vec_each(p, &w->report->packages) {
		if (!takes_part(p) || !slice_eq(p->ecosystem->osv, w->wanted.origin))
			continue;
		struct slice version = available(w, p);
		if (slice_empty(version) ||
		    version_compare(VERSION_DEBIAN, p->version, version) >= 0)
			continue;
		struct match *m = vec_add(a, ret);

		m->package = p;
		m->status = MATCH_FIXED;
		*vec_add(a, &m->fixed_versions) = version;
		m->explanation = explanation;
	}
	return ret->count > before;
}

static void add_provenance(struct archive_work *w, bool used)
{
	const struct archive_release *r = &w->source.release;
	char date[TIMESTAMP_TEXT_MAX];

	*vec_add(w->run->arena, &w->report->advisories) = (struct advisory_provenance){
		.source = ADVISORY_ARCHIVE,
		.name = w->source.name,
		.digest = w->source.digest,
		.newest = r->date,
		.built = TIMESTAMP_NONE,
		.records = w->stanzas,
		.used = used,
	};
	if (r->date < w->run->now - ADVISORY_STALE_SECONDS)
		run_gap(w->run, GAP_NOTE, GAP_REASON_STALE, w->wanted.suite,
			"the package index of %.*s is of %s: later updates are not known",
			SLICE_ARG(w->wanted.suite), timestamp_format_date(r->date, date));
}

static void report_failure(struct archive_work *w, const struct archive_options *options,
			   const struct error *err)
{
	bool named = !slice_empty(options->mirror);

	if (named && err->code == ERR_DIGEST)
		run_gap(w->run, GAP_BLOCKING, GAP_REASON_DIGEST, w->wanted.suite, "%s",
			err->message);
	else
		run_gap(w->run, GAP_NOTE, GAP_REASON_NO_ADVISORIES, w->wanted.suite,
			"no security archive of %.*s could be read, pending updates are not known: %s",
			SLICE_ARG(w->wanted.suite), err->message);
}

static void match_suite(struct archive_work *w, const struct archive_options *options,
			struct match_list *ret)
{
	struct error err = ERROR_INIT;
	const struct archive_options filled = {
		.mirror = options->mirror,
		.lists = options->lists ? options->lists : ARCHIVE_LISTS,
		.keyrings = options->keyrings ? options->keyrings : ARCHIVE_KEYRINGS,
	};
	bool ok = slice_empty(filled.mirror)
			  ? archive_from_lists(w->run, filled.lists, &w->wanted, &w->source, &err)
			  : archive_from_mirror(w->run, &filled, &w->wanted, &w->source, &err);

	if (ok && read_indexes(w, &err))
		add_provenance(w, add_matches(w, ret));
	else
		report_failure(w, &filled, &err);
}

void archive_match(struct run *run, const struct archive_options *options,
		   const struct os_release *os, struct report *report, struct match_list *ret)
{
	struct archive_work w = { .run = run, .report = report };

	map_init(&w.names);
	collect_packages(&w);
	if (w.names.count && w.wanted.architectures.count) {
		w.wanted.suite = arena_printf(run->arena, "%.*s-security", SLICE_ARG(os->codename));
		if (is_word(os->codename))
			match_suite(&w, options, ret);
		else
			run_gap(run, GAP_NOTE, GAP_REASON_NO_ADVISORIES, SLICE("security archive"),
				"os-release names no codename, so the distribution's security "
				"archive is not known");
	}
	map_release(&w.names);
}
