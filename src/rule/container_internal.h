/* Shared by the tables of container rules. */
#ifndef BULWARK_RULE_CONTAINER_INTERNAL_H
#define BULWARK_RULE_CONTAINER_INTERNAL_H

#include "rule/container.h"

/* The place of a value, or of the container where it has none. */
static inline struct span place_of(const struct container_settings *s, struct span at)
{
	return at.source == SOURCE_NONE ? s->anchor : at;
}

/* Does this query of KICS fire on the container as a whole? */
bool kics_fires(const struct container_settings *s, const char *id);
/* A finding about what is absent: its discriminator is not the text around it. */
struct assessment *fail_absent(struct rule_context *c, const struct rule_row *row, const char *what,
			       const char *message) __attribute__((returns_nonnull));
/* "docker stack deploy" and `service create` have no such setting. */
static inline bool in_swarm(const struct container_settings *s)
{
	return s->origin == CONTAINER_STACK || s->origin == CONTAINER_SERVICE;
}

void offer_add(struct rule_context *c, struct assessment *x, bool is_unsafe, const char *key, const char *item);
void offer_set(struct rule_context *c, struct assessment *x, bool is_unsafe, const char *key, const char *value);
void offer_replace(struct rule_context *c, struct assessment *x, bool is_unsafe, const void *place,
		   struct span at, struct slice text);

/* "a|b|c" holds the word. */
bool one_of(struct slice word, const char *list);
struct slice lower_case(struct arena *a, struct slice s);

#endif
