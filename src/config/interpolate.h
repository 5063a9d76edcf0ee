/*
 * ${NAME} in Compose files (the Compose specification, "Interpolation"):
 * $NAME, ${NAME}, :- - :? ? :+ + with nested defaults, $$ for a dollar.
 */
#ifndef BULWARK_CONFIG_INTERPOLATE_H
#define BULWARK_CONFIG_INTERPOLATE_H

#include "config/env_file.h"

/* One variable in a template. */
struct template_variable {
	struct slice name;
	struct slice operator; /* ":-", "?", ... or empty */
	struct slice argument; /* default, message or replacement, as written */
	size_t offset; /* of the $ in the template */
	size_t length;
	bool set, required, has_default;
};
struct template_variable_list VEC_OF(struct template_variable);

struct interpolation {
	struct slice text; /* the result */
	bool changed; /* it held a $ */
	bool unset; /* a variable without value and default, which gave "" */
	bool from_default;
	struct slice
		problem; /* what is wrong with the template, or which required one is missing */
	struct slice problem_name; /* the variable of it; empty: syntax */
	struct template_variable_list
		variables; /* also nested ones; only where told to list them */
};

/* False: ret->problem is set, and text is the template as it was. */
bool interpolate(struct slice template, const struct env_lookup *lookup, bool list_variables,
		 struct arena *a, struct interpolation *ret);

#endif
