/*
 * Expressions of GitHub's workflows: `${{ github.event.issue.title }}`.
 *
 * Source: GitHub Docs, "Evaluate expressions in workflows and actions" and
 * "Contexts reference".
 */
#ifndef BULWARK_CONFIG_WORKFLOW_EXPRESSION_H
#define BULWARK_CONFIG_WORKFLOW_EXPRESSION_H

#include "base/arena.h"
#include "base/vec.h"

enum expression_kind {
	EXPRESSION_NULL,
	EXPRESSION_BOOL,
	EXPRESSION_NUMBER,
	EXPRESSION_STRING,   /* text: without quotes, '' resolved */
	EXPRESSION_CONTEXT,  /* text: github, env, ... as written */
	EXPRESSION_PROPERTY, /* left.text, and left['text'] */
	EXPRESSION_INDEX,    /* left[right] */
	EXPRESSION_STAR,     /* left.* and left[*] */
	EXPRESSION_CALL,     /* text(arguments from `first`) */
	EXPRESSION_NOT,      /* !left */
	EXPRESSION_BINARY,   /* left text right; text: && || == != < <= > >= */
};

struct expression {
	enum expression_kind kind;
	bool bracketed;           /* a property in brackets */
	bool grouped;             /* in parentheses */
	struct slice text;
	size_t offset, length;    /* in the text that was parsed */
	struct expression *left, *right;
	struct expression *first; /* arguments */
	struct expression *next;  /* the argument behind this one */
	size_t count;             /* arguments */
};

struct expression_error {
	size_t offset;            /* in the text */
	const char *what;         /* NULL: none */
};

/* Of what stands between the braces. NULL and *err where it is none; nesting is limited. */
struct expression *expression_parse(struct slice text, struct arena *a, struct expression_error *err);

/*
 * Finds the next ${{ ... }} at or behind *at in the text; *inner is what stands
 * between the braces, *at is set behind it.  False: none left.  Without its
 * closing braces *inner reaches to the end and *closed is false.
 */
bool expression_next(struct slice text, size_t *at, struct slice *inner, bool *closed);

/* The path of contexts and properties in lower case ("github.event.*.title"; computed indices
 * are "*"), empty: it is no such thing. */
struct slice expression_path(const struct expression *e, struct arena *a);
/* Calls visit for it and everything in it, outer ones first. */
void expression_walk(const struct expression *e, void (*visit)(void *context, const struct expression *e), void *context);
/* Made of literals and functions of literals alone. */
bool expression_constant(const struct expression *e);

#endif
