/* Dependency specifiers of Python packages: PEP 508, with PEP 440's version specifiers. */
#ifndef BULWARK_INVENTORY_PYTHON_REQUIREMENT_H
#define BULWARK_INVENTORY_PYTHON_REQUIREMENT_H

#include "base/slice.h"

struct python_requirement {
	struct slice name;
	struct slice extras;     /* between the brackets */
	struct slice specifiers; /* ">=1, <2" without parentheses */
	struct slice url;        /* behind '@' */
	struct slice marker;     /* behind ';' */
};

/* All parts trimmed; false where the text is no such specifier. */
bool python_requirement_parse(struct slice text, struct python_requirement *ret);
/* The version that the specifiers pin ("==1.0", "===1.0", no wildcard), else empty. */
struct slice python_pinned(struct slice specifiers);
/* PEP 508, "Names". */
bool python_name_sound(struct slice name);
/* Name and version of "name-1.0-py3-none-any.whl" in a path or URL; false where it is no wheel. */
bool python_wheel_name(struct slice url, struct slice *name, struct slice *version);

#endif
