/* What the tables of rules over Dockerfiles share. */
#ifndef BULWARK_LINT_DOCKERFILE_RULES_H
#define BULWARK_LINT_DOCKERFILE_RULES_H

#include "lint/dockerfile_view.h"

/* Instructions of one kind in order, those of ONBUILD left out; `break` leaves one instruction only. */
#define each_instruction(it, c, k)                                                                     \
	vec_each(p_##it, &rule_dockerfile(c)->file->instructions)                                      \
		for (const struct dockerfile_instruction *it = (*p_##it)->keyword == (k) ? *p_##it : NULL; \
		     it; it = NULL)

/*
 * A finding about a piece of an instruction.  The peers report the line on
 * which the instruction starts: a piece on a later line becomes a second span.
 */
#define fail_in(c, in, at, ...) \
	place_in((c), rule_fail((c), first_line((c), (in), (at)), __VA_ARGS__), (in), (at))
struct span first_line(const struct rule_context *c, const struct dockerfile_instruction *in, struct span at);
struct assessment *place_in(struct rule_context *c, struct assessment *x, const struct dockerfile_instruction *in,
			    struct span at) __attribute__((returns_nonnull));

/*
 * How far BuildKit gets before it refuses the file: its warnings about what
 * comes later are never seen.
 */
bool buildkit_reads(const struct rule_context *c, const struct dockerfile_instruction *in); /* parses it */
bool buildkit_plans(const struct rule_context *c); /* knows all stages */
bool buildkit_builds(const struct rule_context *c, const struct dockerfile_instruction *in); /* carries it out */

/* Is it the final stage, or does a FROM lead from it to this one? */
bool stage_ends_up(const struct dockerfile *d, const struct dockerfile_stage *s);

/* "a|b|c" holds the word. */
bool word_in(struct slice word, const char *list);
bool text_has(struct slice text, const char *part);
/* Without quotation marks of either kind around it. */
struct slice unquoted(struct slice s);
struct slice lowered(struct arena *a, struct slice s);
/* '$' somewhere. */
bool has_variable(struct slice s);
/* "C:" at the start. */
bool drive_path(struct slice s);
/* What follows the last '/' (or, with `windows`, '\'). */
struct slice last_component(struct slice path, bool windows);

/* Takes the whole lines of an instruction out. */
void remove_instruction(struct rule_context *c, struct fix *fix, const struct dockerfile_instruction *in);
/* A '#' behind an instruction's words that looks like a comment and is none; false: there is none. */
bool inline_comment(const struct rule_context *c, const struct dockerfile_instruction *in, struct span *ret);

/* "$NAME" or "${NAME}" with no modifier: the name, else empty. */
struct slice plain_variable(struct slice text);

/* Facts of a base image, NULL: none at hand. */
const struct image_facts *base_facts(const struct rule_context *c, struct slice reference);
/* The image at the root of a stage's chain of FROMs; NULL: the chain does not end. */
const struct dockerfile_stage *root_stage(const struct dockerfile *d, const struct dockerfile_stage *s);

#endif
