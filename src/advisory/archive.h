/*
 * The distribution's own archive: for a Debian or Ubuntu release that no
 * advisory index covers, the security suite's package index tells which
 * installed packages have an update waiting.  That is less than an advisory
 * (no identifier, no severity) and is never reported as a vulnerability.
 *
 * Sources: apt's lists on this machine, which apt has verified when it brought
 * them; or a mirror that the user names, whose InRelease must be signed by a
 * key of the distribution's keyring on this machine.  Nothing in a target can
 * name a source.
 */
#ifndef BULWARK_ADVISORY_ARCHIVE_H
#define BULWARK_ADVISORY_ARCHIVE_H

#include "model/report.h"
#include "model/run.h"

struct archive_options {
	struct slice mirror;   /* directory, file URL or web address above "dists/"; empty: apt's lists */
	const char *lists;     /* NULL: ARCHIVE_LISTS */
	const char *keyrings;  /* directory of "<id>-archive-keyring*.gpg"; NULL: ARCHIVE_KEYRINGS */
};

#define ARCHIVE_LISTS "/var/lib/apt/lists"
#define ARCHIVE_KEYRINGS "/usr/share/keyrings"

/*
 * Appends to ret a match for each package of report->packages that the suite
 * holds a higher version of: vulnerability NULL, status MATCH_FIXED, that
 * version in fixed_versions, suite, origin and date in explanation.
 *
 * Packages whose release report->coverage shows as covered are left alone, so
 * call it after advisory_match.  Adds a row to report->advisories for the
 * archive that was read.  Gaps of the run: a note when there is nothing to
 * read or it is older than a week; blocking when the named mirror does not
 * verify.
 */
void archive_match(struct run *run, const struct archive_options *options, const struct os_release *os,
		   struct report *report, struct match_list *ret);

#endif
