/*
 * The text of a YAML scalar as a source of its own: a script in a block scalar
 * is dedented, a quoted one unescaped, and yet what is found in it is to be
 * shown where it stands in the file.
 */
#ifndef BULWARK_CONFIG_YAML_TEXT_H
#define BULWARK_CONFIG_YAML_TEXT_H

#include "config/value.h"

/*
 * Adds a source over v->text, derived from v->span, whose pieces are lines of
 * block scalars and runs of bytes of the other styles.  The text must not have
 * been interpolated.  SOURCE_NONE when the value is no scalar or its span lies
 * outside of `file`, the text of its source.
 */
uint32_t yaml_text_source(struct source_table *sources, struct slice file, const struct value *v);

#endif
