/*
 * .env files as Compose reads them (the Compose specification, "env_file" and
 * "Interpolation"): KEY=value and KEY: value, `export`, comments, single quotes
 * literal, double quotes with escapes, $NAME and ${NAME:-default} out of what
 * stands above and of the surroundings, a name alone takes its value from the
 * surroundings.  format "raw" takes everything behind the = as it is.
 */
#ifndef BULWARK_CONFIG_ENV_FILE_H
#define BULWARK_CONFIG_ENV_FILE_H

#include "config/problem.h"

struct env_entry {
	struct slice name;
	struct slice value; /* expanded */
	struct slice raw; /* as written, without quotes */
	bool inherited; /* a name alone */
	bool set; /* has a value */
	bool quoted;
	struct span span; /* of the whole entry */
	struct span name_span;
	struct span value_span; /* with its quotes */
};
struct env_entry_list VEC_OF(struct env_entry);

/* Values of variables by name; false: not set. */
struct env_lookup {
	bool (*find)(const void *context, struct slice name, struct slice *ret);
	const void *context; /* find NULL: nothing is set */
};

void env_file_read(struct slice text, uint32_t source, bool raw, const struct env_lookup *outer,
		   struct arena *a, struct env_entry_list *ret, struct problem_list *problems);
/* The last entry of the name that has a value, else the last one; NULL: none. */
const struct env_entry *env_find(const struct env_entry_list *entries, struct slice name);

#endif
