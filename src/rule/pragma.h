/*
 * Comments that switch rules off where they stand: our own and those that the
 * peers' users have in their files already.
 *
 *	# bulwark: ignore=ID[,ID...] -- reason (until YYYY-MM-DD)
 *	# bulwark: ignore-file=ID[,ID...] -- reason (until YYYY-MM-DD)
 *	# hadolint ignore=DL3006,SC2086     # hadolint global ignore=DL3006     # hadolint stage ignore=DL3006
 *	# check=skip=JSONArgsRecommended;error=true   (the file: at its head; else the next instruction)
 *	#checkov:skip=CKV_DOCKER_3:reason
 *	# trivy:ignore:DS-0002[:exp:YYYY-MM-DD]
 *	# kics-scan ignore-line | ignore-block | ignore | disable=<query id,...>
 *	# dclint disable [rules] | disable-line [rules] | disable-file
 *	# zizmor: ignore[rule,...]
 *	# shellcheck disable=SC2086   # nosemgrep: rule
 *
 * A comment alone on its line holds for the unit behind it (an instruction; in
 * YAML and others the next line that is no comment), one behind code for its
 * line.  A peer's id switches off the rules that name it as an alias; our own
 * pragma takes rule ids and aliases.
 */
#ifndef BULWARK_RULE_PRAGMA_H
#define BULWARK_RULE_PRAGMA_H

#include "rule/rule.h"

/* A piece of a document that a comment before it speaks for. Sorted by offset. */
struct pragma_unit {
	uint64_t offset, length;
};
struct pragma_unit_list VEC_OF(struct pragma_unit);

struct pragma {
	struct slice peer;       /* "bulwark", "hadolint", "buildkit", ... */
	struct slice_list ids;   /* empty: all of this peer's */
	struct slice reason;
	int64_t until;           /* first instant at which it no longer counts; TIMESTAMP_NONE: never */
	struct span span;        /* of the comment */
	uint64_t from, to;       /* bytes of the source that it speaks for */
	bool used;
};
struct pragma_list VEC_OF(struct pragma);

/* Reads the pragmas of a source's text; `units` may be NULL. */
void pragma_read(const struct source_table *sources, uint32_t source, const struct pragma_unit_list *units,
		 struct arena *a, struct pragma_list *ret);
/* Sets suppressed_by on findings from number `first` on whose main span lies in a pragma's reach. */
void pragma_apply(struct pragma_list *pragmas, struct assessment_list *list, size_t first, int64_t now,
		  struct arena *a);

/* Rules about pragmas themselves: without a reason, expired, naming no rule. Subject: struct pragma_list. */
extern const struct rule_table pragma_rules;
/* How pragma_rules know which ids there are; set in the context's surroundings: a rule_finder by id or alias. */
struct pragma_surroundings {
	bool (*known)(struct slice peer, struct slice id);
};

#endif
