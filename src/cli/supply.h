/*
 * Where a scan's advisories come from: the mirror named by --advisories, and
 * the distribution's own archive.
 */
#ifndef BULWARK_CLI_SUPPLY_H
#define BULWARK_CLI_SUPPLY_H

#include "cli/session.h"
#include "docker/registry.h"
#include "scan/scan.h"

struct supply_config {
	struct slice mirror;  /* --advisories */
	struct slice archive; /* --archive */
};

#define SUPPLY_OPTIONS(type)                                                                            \
	{ .name = "advisories", .kind = OPTION_TEXT, .argument = "DIR-or-URL",                          \
	  .help = "bring the advisories from this mirror of the OSV bucket for this scan",              \
	  .offset = offsetof(type, supply.mirror) },                                                    \
	{ .name = "archive", .kind = OPTION_TEXT, .argument = "DIR-or-URL",                             \
	  .help = "the distribution's security archive, for releases without advisories; its signed InRelease must verify", \
	  .fallback = "apt's lists on this machine", .offset = offsetof(type, supply.archive) }

struct supply {
	const struct supply_config *config;
	struct session *session;
	const char *index_path; /* changed by supply_begin when a mirror is named */
	const char *fallback;   /* the index without that mirror */
	struct slice mirror;    /* as the update takes it: an absolute path, a URL, or oci://REF */
	struct registry_options registry; /* of an index out of a registry */
};

/*
 * With a mirror, the index of that mirror in the cache directory is the one to
 * use; it has only the ecosystems that scans with this mirror needed.
 */
bool supply_begin(struct supply *s, struct arena *a, struct error *err);
/*
 * A mirror as options name it: a path is made absolute, so that it means the
 * same wherever the program is started; ERR_USAGE for a URL of another kind.
 */
bool supply_mirror(struct slice written, struct arena *a, struct slice *ret, struct error *err);
/* struct scan_options.prepare and .archive; context is a struct supply. */
bool supply_advisories(void *context, struct run *run, const struct slice_list *ecosystems,
		       const char **index_path, struct error *err);
void supply_archive(void *context, struct run *run, const struct target_result *target,
		    struct report *report, struct match_list *ret);

#endif
