/* TOML 1.0.  Dates and times are NODE_STRING with their text; floats and integers NODE_NUMBER. */
#ifndef BULWARK_FORMAT_TOML_H
#define BULWARK_FORMAT_TOML_H

#include "format/node.h"

bool toml_parse(struct slice text, struct arena *a, struct node **ret, struct error *err);

#endif
