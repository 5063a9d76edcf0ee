/*
 * The tree of a configuration file, whatever its format: what format/node.h
 * gives, and besides that how each value is written and in which file it
 * stands, which survives the merging of several files.  YAML comes from
 * config/yaml_doc.h, JSON from config/json_doc.h.
 */
#ifndef BULWARK_CONFIG_VALUE_H
#define BULWARK_CONFIG_VALUE_H

#include "format/node.h"
#include "model/span.h"

enum value_style {
	VALUE_PLAIN, /* scalars */
	VALUE_SINGLE_QUOTED,
	VALUE_DOUBLE_QUOTED,
	VALUE_LITERAL, /* | */
	VALUE_FOLDED, /* > */
	VALUE_BLOCK, /* maps and lists by indentation */
	VALUE_FLOW, /* {...} and [...]; all of JSON */
};

/* How a value came to stand in its map. */
enum value_way {
	VALUE_WRITTEN,       /* it is written there */
	VALUE_ALIAS,         /* an alias is written there: `via` */
	VALUE_MERGED,        /* by a merge key: `via` is what stands behind the << */
	VALUE_EXTENDED,      /* by `extends` or another file of the project: `via`, if it is known */
};

struct value {
	enum node_type type;
	enum value_style style;
	enum value_way way;
	bool truth;              /* of NODE_BOOL */
	bool shadow;             /* no member: its key stands again further down, or it is a merge key */
	bool in_flow;            /* stands inside of brackets */
	bool interpolated;       /* text was made from `raw` by putting in variables */
	bool unset;              /* one of them had neither a value nor a default */
	bool from_default;       /* one of them had only its default */
	struct slice text;       /* of scalars: decoded, with variables put in */
	struct slice raw;        /* of scalars: decoded, as in the file */
	struct slice tag;        /* resolved: "!reset", "tag:yaml.org,2002:str"; mostly empty */
	struct slice anchor;     /* without the & */
	struct slice key;        /* decoded, for members of a map */
	struct span span;        /* of the value where it is written: behind an alias, the anchored text */
	struct span key_span;    /* of the key with its quotes; source SOURCE_NONE: no member */
	struct span via;         /* see value_way; else SOURCE_NONE */
	uint32_t count;          /* members, without shadows */
	struct value *first;     /* members in order; shared between an anchor and its aliases */
	struct value *last;
	struct value *next;      /* sibling */
};

struct value_list VEC_OF(struct value *);

/* From the one given on, the first that is no shadow. */
static inline const struct value *value_real(const struct value *v)
{
	while (v && v->shadow)
		v = v->next;
	return v;
}

/* Members, without shadows; NULL and scalars have none. */
#define value_each(it, parent)                                                                     \
	for (const struct value *it = (parent) ? value_real((parent)->first) : NULL; it;           \
	     it = value_real(it->next))

static inline bool value_is(const struct value *v, enum node_type type)
{
	return v && v->type == type;
}

static inline bool value_scalar(const struct value *v)
{
	return v && v->type != NODE_LIST && v->type != NODE_MAP;
}

/* The member that counts (the last of duplicates), or NULL. Linear: not for many keys of a large
 * map. */
const struct value *value_get(const struct value *map, struct slice key);
#define value_at(map, key) value_get((map), SLICE(key))
/* value_get along literal keys: value_path(v, "deploy", "resources", NULL). */
const struct value *value_path(const struct value *map, ...) __attribute__((sentinel));
/* Text of a string, number or bool; empty for null, maps, lists and NULL. */
struct slice value_text(const struct value *v);
/* A bool, or a text that says one ("true", "yes", "on", "1" and the opposites). False when neither.
 */
bool value_to_bool(const struct value *v, bool *ret);
/* value_to_bool that is true when it is one. */
bool value_truth(const struct value *v);
/* Non-negative whole number, written as number or text; false otherwise. */
bool value_to_u64(const struct value *v, uint64_t *ret);
/* From the key (where there is one) to the end of the value. */
struct span value_member_span(const struct value *v);
/* Equal types, texts and members in order; keys too. Bounded by the size of the smaller tree. */
bool value_same(const struct value *a, const struct value *b);

/* --- making trees, for edits and merges; spans are SOURCE_NONE --- */
struct value *value_new(struct arena *a, enum node_type type) __attribute__((returns_nonnull));
struct value *value_new_text(struct arena *a, struct slice text) __attribute__((returns_nonnull));
/* As the last member; `member` is in no tree. The key is the member's own. */
void value_append(struct value *parent, struct value *member);
/* A shallow copy without sibling, for another tree. */
struct value *value_share(struct arena *a, const struct value *v) __attribute__((returns_nonnull));

#endif
