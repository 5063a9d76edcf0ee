/* TOML 1.0.  Dates and times are NODE_STRING with their text; floats and integers NODE_NUMBER. */
#ifndef BULWARK_FORMAT_TOML_H
#define BULWARK_FORMAT_TOML_H

#include "format/node.h"

/* After ERR_FORMAT or ERR_LIMIT *ret is the tree of what stands in front of the error, or NULL. */
bool toml_parse(struct slice text, struct arena *a, struct node **ret, struct error *err);

#endif
