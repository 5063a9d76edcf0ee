/*
 * The advisory room without the rest of the program, for tests that compare
 * it with something else:
 *
 *	advisory_tool build DIRECTORY INDEX [ECOSYSTEM...]
 *	advisory_tool match INDEX [explain]
 *	advisory_tool update MIRROR INDEX [ECOSYSTEM...]
 *
 * match reads a package a line, tab-separated: ecosystem, release, name,
 * version, source name, source version, module stream; and writes a line for each finding:
 * the package's number from 0, vulnerability, records, range, fixed versions,
 * severity, who said so, "kev", the EPSS probability, the vendor's status.
 * With an ecosystem "os:ID" the release is os-release's VERSION_ID.  The
 * environment's ADVISORY_FACTS are the target's (os_release.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "advisory/advisory.h"
#include "advisory/index_build.h"
#include "advisory/update.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int complain(const struct error *err)
{
	fprintf(stderr, "advisory_tool: %s\n", err->message);
	return 3;
}

static int build(struct run *run, int argc, char **argv)
{
	struct slice_list wanted = { 0 }, missing = { 0 };
	struct index_file_list files;
	struct error err = ERROR_INIT;
	double start = seconds();

	for (int i = 2; i < argc; i++)
		*vec_add(run->arena, &wanted) = slice_from_cstr(argv[i]);
	if (!index_list_directory(argv[0], &wanted, run->arena, &files, &missing, &err) ||
	    !index_list_feeds(argv[0], run->arena, &files, &err) ||
	    !index_build(run, &files, argv[1], &err))
		return complain(&err);
	printf("built in %.2f s\n", seconds() - start);
	return 0;
}

static int update(struct run *run, int argc, char **argv)
{
	struct update_options options = { .mirror = slice_from_cstr(argv[0]), .output = argv[1] };
	struct update_result result;
	struct error err = ERROR_INIT;

	for (int i = 2; i < argc; i++)
		*vec_add(run->arena, &options.ecosystems) = slice_from_cstr(argv[i]);
	if (!advisory_update(run, &options, &result, &err))
		return complain(&err);
	vec_each(row, &result.rows)
		printf("%s %.*s\n", row->changed ? "changed" : "same", SLICE_ARG(row->ecosystem));
	vec_each(name, &result.missing)
		printf("missing %.*s\n", SLICE_ARG(*name));
	printf("%s\n", result.built ? "built" : "stands");
	return 0;
}

static void read_packages(struct arena *a, struct package_list *packages)
{
	static char line[65536];

	while (fgets(line, sizeof(line), stdin)) {
		struct slice rest = arena_copy(a, slice_from_cstr(line)), fields[7];

		slice_cut_suffix(&rest, SLICE("\n"));
		for (size_t i = 0; i < 7; i++)
			if (!slice_next(&rest, '\t', &fields[i]))
				fields[i] = SLICE_EMPTY;
		struct package *p = vec_add(a, packages);
		p->id = (uint32_t)(packages->count - 1);
		p->ecosystem = ecosystem_by_osv(fields[0]);
		p->release = fields[1];
		if (slice_cut_prefix(&fields[0], SLICE("os:"))) {
			const struct os_release os = { .id = fields[0], .version_id = fields[1] };

			p->ecosystem = os_release_ecosystem(&os);
			p->release = os_release_suffix(&os, a);
		}
		p->module_stream = fields[6];
		p->name = fields[2];
		p->version = fields[3];
		p->source_name = fields[4];
		p->source_version = fields[5];
	}
}

static void print_list(const struct slice_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		printf("%s%.*s", i ? "," : "", SLICE_ARG(list->items[i]));
}

static void print_match(const struct match *m)
{
	printf("%u\t%.*s\t", m->package->id, SLICE_ARG(m->vulnerability->id));
	print_list(&m->vulnerability->record_ids);
	printf("\t%.*s\t", SLICE_ARG(m->affected_range));
	print_list(&m->fixed_versions);
	printf("\t%.*s\t%.*s\t%s%s\t%.5f\t%.*s\n",
	       SLICE_ARG(severity_name(m->vulnerability->severity)),
	       SLICE_ARG(m->vulnerability->severity_source),
	       m->vulnerability->known_exploited ? "kev" : "",
	       m->vulnerability->ransomware ? " ransomware" : "", m->vulnerability->epss,
	       SLICE_ARG(vendor_status_name(m->vendor_status)));
}

static int match(struct run *run, int argc, char **argv)
{
	struct advisory_options options = { .index_path = argv[0],
					    .no_baseline = true,
					    .explain = argc > 1 };
	struct package_list packages = { 0 };
	struct match_list matches = { 0 };
	struct report report = { .os.facts = slice_from_cstr(getenv("ADVISORY_FACTS")) };
	struct error err = ERROR_INIT;
	struct advisory_set set;

	read_packages(run->arena, &packages);
	double start = seconds();
	if (!advisory_set_open(&set, &options, &err))
		return complain(&err);
	double opened = seconds();
	advisory_match(&set, &packages, run, &report, &matches);
	fprintf(stderr, "opened in %.3f ms, %zu packages matched in %.3f ms, %zu matches\n",
		1e3 * (opened - start), packages.count, 1e3 * (seconds() - opened), matches.count);
	vec_each(m, &matches)
		if (m->status != MATCH_NOT_AFFECTED)
			print_match(m);
	vec_each(line, &report.explanations)
		printf("# %.*s\n", SLICE_ARG(*line));
	vec_each(g, &run->gaps)
		fprintf(stderr, "%s %s %.*s: %.*s\n", gap_kind_name(g->kind),
			gap_reason_name(g->reason), SLICE_ARG(g->subject), SLICE_ARG(g->message));
	advisory_set_release(&set);
	return 0;
}

int main(int argc, char **argv)
{
	struct arena arena;
	struct run run;
	int status = 2;

	arena_init(&arena, 0);
	run_init(&run, &arena);
	run.now = getenv("SOURCE_DATE_EPOCH") ? atoll(getenv("SOURCE_DATE_EPOCH"))
					      : (int64_t)time(NULL);
	run.threads = 2;
	if (argc >= 4 && strcmp(argv[1], "build") == 0)
		status = build(&run, argc - 2, argv + 2);
	else if (argc >= 3 && strcmp(argv[1], "match") == 0)
		status = match(&run, argc - 2, argv + 2);
	else if (argc >= 4 && strcmp(argv[1], "update") == 0)
		status = update(&run, argc - 2, argv + 2);
	arena_release(&arena);
	return status;
}
