/* Holds packages against an archive and prints what came of it; test_archive.py drives it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisory/archive.h"
#include "base/timestamp.h"

static void read_packages(struct run *run, const struct os_release *os, struct slice release,
			  struct report *report)
{
	char name[256], architecture[64], version[256];

	while (scanf("%255s %63s %255s", name, architecture, version) == 3)
		*vec_add(run->arena, &report->packages) = (struct package){
			.origin = ORIGIN_DPKG,
			.ecosystem = os_release_ecosystem(os),
			.release = release,
			.name = arena_copy(run->arena, slice_from_cstr(name)),
			.version = arena_copy(run->arena, slice_from_cstr(version)),
			.architecture = arena_copy(run->arena, slice_from_cstr(architecture)),
			.layer = -1,
		};
}

static void print_all(const struct report *report, const struct run *run,
		      const struct match_list *matches)
{
	char date[TIMESTAMP_TEXT_MAX];

	vec_each(m, matches)
		printf("match %.*s %.*s %.*s -> %.*s | %.*s%s\n", SLICE_ARG(m->package->name),
		       SLICE_ARG(m->package->architecture), SLICE_ARG(m->package->version),
		       SLICE_ARG(m->fixed_versions.items[0]), SLICE_ARG(m->explanation),
		       m->vulnerability || m->status != MATCH_FIXED ? " WRONG" : "");
	vec_each(p, &report->advisories)
		printf("source %s %.*s %.*s %s %llu %s\n", advisory_source_name(p->source),
		       SLICE_ARG(p->name), SLICE_ARG(p->digest), timestamp_format(p->newest, date),
		       (unsigned long long)p->records, p->used ? "used" : "unused");
	vec_each(g, &run->gaps)
		printf("gap %s %s %.*s\n", gap_kind_name(g->kind), gap_reason_name(g->reason),
		       SLICE_ARG(g->message));
}

/* archivecheck ID VERSION CODENAME NOW COVERED LISTS KEYRINGS [MIRROR] */
int main(int argc, char **argv)
{
	struct match_list matches = { 0 };
	struct report report = { 0 };
	struct arena arena;
	struct run run;

	if (argc < 8)
		return 2;
	arena_init(&arena, 0);
	run_init(&run, &arena);
	const struct os_release os = {
		.id = slice_from_cstr(argv[1]), .version_id = slice_from_cstr(argv[2]),
		.codename = slice_from_cstr(argv[3]),
	};
	const struct archive_options options = {
		.lists = argv[6],
		.keyrings = argv[7],
		.mirror = slice_from_cstr(argc > 8 ? argv[8] : ""),
	};
	if (!timestamp_parse(slice_from_cstr(argv[4]), &run.now))
		return 2;
	if (*argv[5])
		*vec_add(&arena, &report.coverage) = (struct coverage_row){
			.ecosystem = slice_from_cstr(argv[5]), .covered = true};
	read_packages(&run, &os, os_release_suffix(&os, &arena), &report);
	archive_match(&run, &options, &os, &report, &matches);
	print_all(&report, &run, &matches);
	arena_release(&arena);
	return 0;
}
