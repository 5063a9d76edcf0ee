/*
 * The one tree that the JSON, YAML and TOML readers make.  Every node knows
 * where it stands in the text it was read from, so that a finding can point
 * there.  Nodes and decoded text live in the reader's arena; a text without
 * escapes points into the input, which must outlive the tree.
 */
#ifndef BULWARK_FORMAT_NODE_H
#define BULWARK_FORMAT_NODE_H

#include "base/arena.h"
#include "base/error.h"

enum node_type {
	NODE_NULL,
	NODE_BOOL,
	NODE_NUMBER, /* text holds the number as written */
	NODE_STRING, /* text holds the decoded string; TOML dates as well */
	NODE_LIST,
	NODE_MAP,
};

struct node {
	enum node_type type;
	bool truth;           /* of NODE_BOOL */
	bool quoted;          /* the scalar was written with quotes */
	uint32_t offset;      /* bytes from the start of the text */
	uint32_t length;
	uint32_t key_offset;  /* of the key, for members of a map */
	uint32_t count;       /* members */
	struct slice key;     /* decoded, for members of a map */
	struct slice text;    /* of scalars */
	struct node *first;   /* members in the order of the text */
	struct node *last;
	struct node *next;    /* sibling */
};

#define node_each(it, parent)                                                               \
	for (const struct node *it = (parent) && ((parent)->type == NODE_LIST ||           \
						  (parent)->type == NODE_MAP)              \
					     ? (parent)->first : NULL; it; it = it->next)

/*
 * A member of a map by key (the last one where a key stands twice), else NULL; NULL and scalars
 * have none.
 */
const struct node *node_get(const struct node *map, struct slice key);
/* node_get along a path of literal keys: node_path(n, "a", "b", NULL). */
const struct node *node_path(const struct node *map, ...) __attribute__((sentinel));
/* The text of a string (or number) node, else the empty slice; NULL is fine. */
struct slice node_text(const struct node *n);
/* node_text of a member. */
struct slice node_get_text(const struct node *map, struct slice key);
/* True for a NODE_BOOL that is true. */
bool node_truth(const struct node *n);
bool node_is(const struct node *n, enum node_type type);

/* For readers: nodes out of an arena by the chunk, zeroed. */
struct node_pool {
	struct arena *arena;
	struct node *next;
	size_t left;
	size_t size; /* of the last chunk */
};

struct node *node_new(struct node_pool *pool) __attribute__((returns_nonnull));
/* As the last member; the child is in no tree yet. */
void node_append(struct node *parent, struct node *child);
/* Sets the error with "line L, column C: what" (from 1, columns in bytes) and the offset. */
bool node_error(struct error *err, enum error_code code, struct slice text, size_t offset,
		const char *what);

#endif
