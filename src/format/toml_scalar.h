/* The grammar of TOML's bare scalars, apart from the reader: pure checks of a token. */
#ifndef BULWARK_FORMAT_TOML_SCALAR_H
#define BULWARK_FORMAT_TOML_SCALAR_H

#include "base/slice.h"

/* TOML 1.0, "Integer" and "Float". */
bool toml_sound_number(struct slice s);
/*
 * TOML 1.0, "Offset Date-Time" to "Local Time"; the ranges of RFC 3339 section 5.7, leap
 * seconds included.
 */
bool toml_sound_datetime(struct slice s);
/* Whether the token starts as a date or a time does, and so can be nothing else. */
bool toml_looks_like_datetime(struct slice s);

#endif
