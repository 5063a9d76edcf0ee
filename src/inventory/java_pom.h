/* Maven's descriptor, pom.xml (Maven POM reference), as far as it tells of packages. */
#ifndef BULWARK_INVENTORY_JAVA_POM_H
#define BULWARK_INVENTORY_JAVA_POM_H

#include "base/error.h"
#include "base/vec.h"
#include "inventory/java_text.h"

struct pom_property {
	struct slice key, value;
};
struct pom_property_list VEC_OF(struct pom_property);

/* Texts as written, ${...} and all. */
struct pom_dependency {
	struct slice group, artifact, version, scope, type, classifier;
	bool optional;
	bool by_profile; /* of a profile that is not active by default */
	uint64_t offset, length;
};
struct pom_dependency_list VEC_OF(struct pom_dependency);

struct pom {
	struct java_coordinates own, parent;
	struct slice parent_path;            /* <relativePath>; empty: not told */
	bool no_parent_path;                 /* told to be empty: the parent is not looked for beside it */
	struct pom_property_list properties;
	struct pom_dependency_list dependencies, managed;
	uint64_t offset, length;             /* of the <project> */
};

/* False: the text is no descriptor.  Texts are in the arena. */
bool pom_read(struct slice text, struct arena *a, struct pom *ret, struct error *err);

/* Where the values of ${...} come from; NULL data: not known. */
struct pom_scope {
	void *context;
	struct slice (*value)(void *context, struct slice key);
};
/*
 * Fills ${...} in, also within values, up to a depth; the answer is in the
 * arena.  False: something is not known (or refers to itself); *ret is the text
 * as it was.
 */
bool pom_interpolate(struct slice text, const struct pom_scope *scope, struct arena *a, struct slice *ret);

/*
 * The project's own group, artifact and version, with its own properties filled
 * in and what it inherits taken from its <parent>; copied into the arena.
 * False: not all three are told.
 */
bool java_pom_coordinates(struct slice text, struct arena *a, struct java_coordinates *ret);

#endif
