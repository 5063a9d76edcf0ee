/* Shared by the files of config/compose.h; no other file includes it. */
#ifndef BULWARK_CONFIG_COMPOSE_INTERNAL_H
#define BULWARK_CONFIG_COMPOSE_INTERNAL_H

#include "base/map.h"
#include "config/compose.h"

/* ---- compose_schema.c: which keys there are, and of which types their values may be ---- */

enum schema_type {
	WANT_TEXT = 1,   /* a string; numbers and bools where the specification converts them */
	WANT_NUMBER = 2,
	WANT_BOOL = 4,
	WANT_LIST = 8,
	WANT_MAP = 16,
	WANT_NULL = 32,
};

struct schema_key;

struct schema {
	const struct schema_key *keys;
	size_t count;
	const struct schema *each; /* of members of any name; NULL: none but the keys' */
	unsigned each_want;        /* types of those; 0: any */
};

struct schema_key {
	struct slice name;
	unsigned want;
	const struct schema *map;  /* of its value, where that is a map; NULL: not looked into */
	const struct schema *item; /* of the maps in its value, where that is a list */
	unsigned item_want;        /* types of a list's items; 0: any */
	enum compose_honour honour;
};

extern const struct schema compose_schema;
/* Tells unknown keys and wrong types of the merged tree. */
void compose_schema_check(const struct value *root, struct problem_list *problems);

/* ---- compose_merge.c ---- */

struct merger {
	struct arena *arena;
	struct problem_list *problems;
	size_t copied;         /* against LIMIT_COMPOSE_VALUES */
	bool full;
};

/* Keys from the root on; deeper ones than matter are not kept. */
#define COMPOSE_PATH_MAX 8
struct compose_path {
	struct slice keys[COMPOSE_PATH_MAX];
	unsigned depth;
};

struct compose_path compose_path_next(struct compose_path p, struct slice key);
/* The base with the other on top of it; both stay as they are. */
struct value *compose_merge(struct merger *m, const struct value *base, const struct value *over,
			    struct compose_path path);
/* Room for so many values more? */
bool merger_take(struct merger *m, size_t count, struct span at);

/* ---- compose_model.c, compose_check.c ---- */

struct compose_reader {
	struct compose_project *project;
	const struct compose_options *options;
	const struct config_files *files;
	struct source_table *sources;
	struct arena *arena;
	const struct env_lookup *lookup;
	struct map env_texts;  /* path -> source and 1, 0: cannot be read */
};

void compose_read_model(struct compose_reader *r);
void compose_read_service(struct compose_reader *r, const struct value *v, bool job);
/* `path` as it is written in a value, seen from the project directory. */
struct slice compose_resolve(const struct compose_reader *r, const struct value *at,
			     struct slice path);
struct problem *compose_problem(struct compose_reader *r, enum problem_kind kind,
				const struct value *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5), returns_nonnull));
void compose_check(struct compose_reader *r);

/* compose_pairs.c */
void compose_read_pairs(struct compose_reader *r, const struct value *v,
			struct compose_pair_list *ret);
void compose_read_texts(struct compose_reader *r, const struct value *v,
			struct compose_text_list *ret);
void compose_read_env_files(struct compose_reader *r, const struct value *v,
			    struct compose_service *s);

#endif
