/*
 * Harden: rewrites configuration files by the fixes of lint's findings.
 *
 * Fixes are made in rounds: those of one round do not overlap; then everything
 * is read and judged again, until a round has nothing left to do.  A file whose
 * edited text no longer parses gets its text of the round before back, and the
 * fixes that did it are told as refused.  So the result parses, and a second
 * run changes nothing.
 */
#ifndef BULWARK_LINT_HARDEN_H
#define BULWARK_LINT_HARDEN_H

#include "lint/lint.h"

struct harden_options {
	struct lint_options lint;
	bool allow_unsafe;   /* fixes that change behaviour as well */
	/*
	 * The digest of an image by its reference ("sha256:..."), from a registry or
	 * an image at hand; false: nobody knows. NULL: tags stay.
	 */
	bool (*resolve)(void *context, struct run *run, struct slice reference, struct slice *ret_digest);
	void *context;
};

struct harden_change {
	const struct rule *rule;
	struct slice title;
	struct slice path;
	uint64_t line;      /* in the text of the round in which it was made, from 1 */
	bool unsafe;
	bool refused;       /* the text would not parse afterwards */
};

struct harden_file {
	struct slice path;
	struct slice before, after;
	enum document_kind kind;
	bool on_disk;       /* else standard input or a command line */
};

struct harden_result {
	struct VEC_OF(struct harden_file) files;      /* changed ones, sorted by path */
	struct VEC_OF(struct harden_change) changes;  /* in the order in which they were made */
	struct report before, after;                  /* of the first and the last round */
	size_t withheld;                              /* unsafe fixes that were not allowed */
};

bool harden_run(struct run *run, const struct harden_options *options, struct policy *policy,
		struct harden_result *ret, struct error *err);
/* Writes the changed files atomically, with their modes kept. */
bool harden_write(const struct harden_result *result, struct error *err);

#endif
