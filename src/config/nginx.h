/*
 * nginx's configuration (nginx.org, "Beginner's guide", "Configuration file
 * syntax"): directives with arguments, blocks, comments, quoting.  Fragments
 * are read as they are: a directive may stand anywhere.  Includes are not
 * followed.
 */
#ifndef BULWARK_CONFIG_NGINX_H
#define BULWARK_CONFIG_NGINX_H

#include "config/problem.h"

struct nginx_word {
	struct slice value;  /* without quotes and escapes of quotes */
	struct span span;    /* as written, quotes included */
	bool quoted;
};
struct nginx_word_list VEC_OF(struct nginx_word);

struct nginx_directive {
	struct slice name;             /* lower case */
	struct nginx_word_list words;  /* arguments */
	struct span span;              /* to its semicolon, or to the brace that opens its block */
	struct span name_span;
	struct span block;             /* between the braces; of those without a block length 0 and source SOURCE_NONE */
	const struct nginx_directive *parent; /* NULL: top level */
	struct nginx_directive *first, *last, *next;
	bool has_block;
};

struct nginx_config {
	struct nginx_directive root;   /* children are the top level's directives */
	struct problem_list problems;
};

void nginx_read(struct slice text, uint32_t source, struct arena *a, struct nginx_config *ret);

#define nginx_each(it, parent) \
	for (const struct nginx_directive *it = (parent)->first; it; it = it->next)

/* In the order of the text: the first one below `root`, then what follows `d`; NULL at the end. */
const struct nginx_directive *nginx_next(const struct nginx_directive *root, const struct nginx_directive *d);
#define nginx_each_deep(it, root) \
	for (const struct nginx_directive *it = nginx_next((root), (root)); it; it = nginx_next((root), it))

/* The last child of that name, NULL: none. */
const struct nginx_directive *nginx_child(const struct nginx_directive *parent, struct slice name);
/* The directive in force at `at`: its own level's, else that of the levels around it. */
const struct nginx_directive *nginx_in_force(const struct nginx_directive *at, struct slice name);
/* The innermost block of that name around the directive, NULL: none. */
const struct nginx_directive *nginx_around(const struct nginx_directive *d, struct slice name);
/* Argument number n, or the empty slice. */
struct slice nginx_word(const struct nginx_directive *d, size_t n);

#endif
