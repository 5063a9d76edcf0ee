#include "cli/supply.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "advisory/archive.h"
#include "advisory/artifact.h"
#include "advisory/mirror.h"
#include "advisory/update.h"
#include "format/digest.h"
#include "net/http.h"

#define HASH_DIGITS 16

bool supply_mirror(struct slice written, struct arena *a, struct slice *ret, struct error *err)
{
	char path[PATH_MAX];

	while (written.len > 1 && slice_ends(written, SLICE("/")))
		written.len--;
	*ret = written;
	if (http_is_url(written) || artifact_is_address(written))
		return true;
	if (!slice_starts(written, SLICE("file://")) &&
	    slice_find(written, SLICE("://")) < written.len)
		return error_set(
			err, ERR_USAGE,
			"--advisories takes a directory, a file URL, an https URL, or oci://REF, not \"%.*s\"",
			SLICE_ARG(written));
	const char *directory = mirror_directory_path(written, a);
	*ret = arena_copy(a, slice_from_cstr(realpath(directory, path) ? path : directory));
	return true;
}

/* One index for each mirror: what two mirrors tell is not mixed. */
static const char *mirror_index(struct slice mirror, struct arena *a)
{
	char text[DIGEST_TEXT_MAX];
	struct digest digest;

	digest_of(mirror, DIGEST_SHA256, &digest);
	struct slice hash = slice_from_cstr(digest_format(&digest, text));
	slice_cut_prefix(&hash, SLICE("sha256:"));
	return arena_printf(a, "%.*s/mirrors/%.*s.bwdb", SLICE_ARG(session_cache_dir(a)),
			    SLICE_ARG(slice_first(hash, HASH_DIGITS))).data;
}

bool supply_begin(struct supply *s, struct arena *a, struct error *err)
{
	s->fallback = s->index_path;
	if (slice_empty(s->config->mirror))
		return true;
	if (!supply_mirror(s->config->mirror, a, &s->mirror, err))
		return false;
	s->index_path = mirror_index(s->mirror, a);
	return true;
}

/* The index to go on with, and what to say of it. */
static bool fall_back(const struct supply *s, struct run *run, const char **index_path,
		      struct error *err)
{
	struct slice mirror = http_shown(s->mirror, run->arena);
	const char *with = "the advisories built into the program";

	if (access(s->index_path, R_OK) == 0) {
		with = "what was brought from there before";
	} else {
		*index_path = s->fallback;
		if (access(s->fallback, R_OK) == 0)
			with = arena_printf(run->arena, "the index %s", s->fallback).data;
	}
	error_set(err, err->code,
		  "the advisories of %.*s could not be brought, so the scan goes on with %s (%s)",
		  SLICE_ARG(mirror), with, err->message);
	run_log(run, LOG_WARNING, "%s", err->message);
	return false;
}

bool supply_advisories(void *context, struct run *run, const struct slice_list *names,
		       const char **index_path, struct error *err)
{
	const struct supply *s = context;
	const struct update_options options = {
		.mirror = s->mirror, .output = s->index_path, .ecosystems = *names,
	};
	struct update_result result;

	if (slice_empty(s->mirror))
		return true;
	if (artifact_is_address(s->mirror)) {
		struct artifact_result pulled;

		return artifact_pull(run, s->mirror, &s->registry, s->index_path, &pulled, err) ||
		       fall_back(s, run, index_path, err);
	}
	if (!names->count) {
		/* Nothing to bring; and an update without names would bring everything. */
		if (access(s->index_path, R_OK) < 0)
			*index_path = s->fallback;
		return true;
	}
	return advisory_update(run, &options, &result, err) || fall_back(s, run, index_path, err);
}

void supply_archive(void *context, struct run *run, const struct target_result *target,
		    struct report *report, struct match_list *ret)
{
	const struct supply *s = context;
	const struct archive_options options = { .mirror = s->config->archive };

	archive_match(run, &options, &target->os, report, ret);
}
