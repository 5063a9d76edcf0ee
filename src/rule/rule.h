/*
 * The rule machinery: rows of rules, their evaluation over a document, and the
 * findings that come out.  Rules are pure functions: what they judge is
 * `subject`, everything else that they may know is in the context.
 *
 * To add a rule: a row in its table, a check function, and two fixtures in
 * tests/lint/fixtures/<rule id>/ (bad.* and good.*).
 */
#ifndef BULWARK_RULE_RULE_H
#define BULWARK_RULE_RULE_H

#include "model/assessment.h"
#include "model/policy.h"

/* What a rule judges. */
enum rule_subject {
	RULE_DOCKERFILE,
	RULE_DOCKERIGNORE,
	RULE_COMPOSE,
	RULE_CONTAINER,  /* a container's settings: a Compose service, a `docker run` line, a live container */
	RULE_DAEMON,     /* daemon.json and how dockerd is started */
	RULE_SECCOMP,
	RULE_APPARMOR,
	RULE_NGINX,
	RULE_SYSTEMD,
	RULE_SUDOERS,
	RULE_SHELL,
	RULE_WORKFLOW,   /* GitHub */
	RULE_GITLAB,
	RULE_MARKDOWN,
	RULE_PROJECT,    /* what lies between files */
	RULE_PRAGMA,
	RULE_SUBJECT_COUNT,
};

const char *rule_subject_name(enum rule_subject subject); /* "dockerfile" */

struct rule_context;

struct rule_row {
	struct rule rule;
	void (*check)(struct rule_context *c);
};

/* Rules over one kind of subject; the tables are const and sorted as they are shown. */
struct rule_table {
	enum rule_subject subject;
	const struct rule_row *rows;
	size_t count;
};

struct rule_context {
	struct arena *arena;
	const struct source_table *sources;
	const struct policy *policy;
	int64_t now;
	const void *subject;         /* of the type that the table's rules judge */
	const void *surroundings;    /* what the feature knows beyond it; may be NULL */
	struct slice name;           /* canonical name of the subject: "Dockerfile", "compose.yaml service web" */
	struct assessment_list *out;
	const struct rule_row *row;  /* the one being checked */
};

/* Runs every row that is on; findings go to c->out. */
void rule_evaluate(struct rule_context *c, const struct rule_table *table);
/* Is the rule on under the policy? Rules that are optional are off until it enables them. */
bool rule_enabled(const struct policy *p, const struct rule *rule);

/* --- for check functions --- */

/*
 * A finding of c->row at the span, with the row's severity and confidence, the
 * context's name as subject and the span's text as discriminator.  The row's
 * cis: and nist: references stand in its aliases already.
 */
struct assessment *rule_fail(struct rule_context *c, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), returns_nonnull));
/* The same for another row of the table, for checks that find several things in one pass. */
struct assessment *rule_fail_row(struct rule_context *c, const struct rule_row *row, struct span at,
				 const char *fmt, ...) __attribute__((format(printf, 4, 5), returns_nonnull));
/* The peer's own rule fires here as well; the row must name it. */
void rule_alias(struct rule_context *c, struct assessment *x, const char *alias);
#define rule_alias_if(c, x, condition, alias) do { if (condition) rule_alias((c), (x), (alias)); } while (0)
/* Another place that belongs to the finding. */
void rule_also_at(struct rule_context *c, struct assessment *x, struct span at);
void rule_evidence(struct rule_context *c, struct assessment *x, const char *key, struct slice value);
/* Tells this finding apart when the span's text does not (in place of it). */
void rule_discriminator(struct rule_context *c, struct assessment *x, struct slice text);

/*
 * A way to mend it, told in the imperative ("Pin the digest").  Unsafe ones
 * change behaviour.  Edits are in bytes of the original source: spans of
 * derived sources are taken back to theirs, and where that is not possible the
 * fix is dropped and the answer of rule_edit is false.
 */
struct fix *rule_fix(struct rule_context *c, struct assessment *x, bool is_unsafe, const char *fmt, ...)
	__attribute__((format(printf, 4, 5), returns_nonnull));
bool rule_edit(struct rule_context *c, struct fix *fix, struct span at, struct slice replacement);

/* The text of a span in its own source. */
struct slice rule_text(const struct rule_context *c, struct span s);
/* From the start of `a` to the end of `b`, both in one source. */
struct span span_join(struct span a, struct span b);

/*
 * After all rules over a source ran: takes spans and edits back to sources
 * that a person can open, tells equal findings apart by number, and computes
 * the fingerprints.
 */
void rule_finish(struct assessment_list *list, const struct source_table *sources, struct arena *a);

/* --- between a worker and the broker --- */

/* The row's rule by id, NULL: none. */
typedef const struct rule *rule_finder(struct slice id);

void rule_encode(const struct assessment *x, struct buf *b);
/* Copies into the arena. False: no such record, an unknown rule, or spans outside the sources. */
bool rule_decode(struct cursor *c, rule_finder *find, const struct source_table *sources, struct arena *a,
		 struct assessment *ret);

#endif
