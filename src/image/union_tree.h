/*
 * The union's tree of paths of interest: directories that lead to kept files,
 * links and probed paths.  Nodes are numbered; 0 is the root.  Nodes are
 * never taken out, what they hold is cleared.
 */
#ifndef BULWARK_IMAGE_UNION_TREE_H
#define BULWARK_IMAGE_UNION_TREE_H

#include "base/arena.h"
#include "image/path.h"

struct union_item;

enum node_kind {
	NODE_PLAIN, /* a directory, or nothing any more */
	NODE_LINK,
	NODE_FILE,
};

#define NODE_ABSENT UINT32_MAX

struct union_node {
	struct slice name;
	uint64_t hash; /* of the whole path */
	const struct union_item *item;
	uint32_t parent, child, sibling; /* NODE_ABSENT: none */
	uint32_t layer;
	uint32_t live;	       /* links and files at and below it */
	uint32_t probe;	       /* row + 1 whose fixed path this is, 0: none */
	uint32_t probes_below; /* at and below it */
	enum node_kind kind;
	bool probe_directory;
};

struct union_tree {
	const struct path_key *key;
	struct union_node *nodes; /* heap; moves when nodes are made */
	uint32_t count, alloc;
	uint32_t *slots; /* by hash: node + 1 */
	size_t slot_count;
	struct arena names;
	struct buf rest; /* of the path being resolved */
};

void tree_init(struct union_tree *t, const struct path_key *key);
void tree_release(struct union_tree *t);

uint32_t tree_by_hash(const struct union_tree *t, uint64_t hash);
enum tree_missing {
	TREE_LOOK,  /* missing nodes are NODE_ABSENT */
	TREE_NAME,  /* they are made, and hold nothing */
	TREE_PLACE, /* they are made, and files in the way give way to directories */
};

/*
 * Follows a path from the root, through links inside the root (the last
 * component's only with `follow_last`).  NODE_ABSENT: not there, a loop, or
 * more than LIMIT_LINK_DEPTH links.
 */
uint32_t tree_resolve(struct union_tree *t, struct slice path, bool follow_last,
		      enum tree_missing missing);
/* Where a link's node leads. */
uint32_t tree_follow(struct union_tree *t, uint32_t link);

void tree_set(struct union_tree *t, uint32_t node, enum node_kind kind, uint32_t layer,
	      const struct union_item *item);
void tree_probe(struct union_tree *t, uint32_t node, uint32_t row, bool directory);
void tree_clear_own(struct union_tree *t, uint32_t node);
/* Everything below the node, and with `self` the node's own. */
void tree_clear(struct union_tree *t, uint32_t node, bool self);

struct slice tree_path(const struct union_tree *t, uint32_t node, struct arena *a);
/* The path from the node `top` on, which lies above. */
struct slice tree_path_below(const struct union_tree *t, uint32_t top, uint32_t node,
			     struct arena *a);

#endif
