/* What nginx's variables may hold at a place of the configuration. */
#ifndef BULWARK_LINT_NGINX_VARIABLES_H
#define BULWARK_LINT_NGINX_VARIABLES_H

#include "config/nginx.h"

struct nginx_value {
	bool has_variable;  /* else it is a plain text */
	bool newline;       /* may hold a line break */
	bool dot;           /* may hold a dot out of a variable: a host of the client's choice */
	bool slash;         /* certainly holds a slash */
	bool starts_slash;  /* certainly starts with one */
};

/* Of a text with variables, as an argument of `at`. */
struct nginx_value nginx_value_of(const struct nginx_directive *at, struct slice text);

#endif
