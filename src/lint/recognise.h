/* What kind of document a file is, by its name and by what stands in it. */
#ifndef BULWARK_LINT_RECOGNISE_H
#define BULWARK_LINT_RECOGNISE_H

#include "lint/document.h"

/* Worth reading, by its path alone? `named`: the user named the file itself. */
bool recognise_path(struct slice path, bool named);
/*
 * DOCUMENT_NONE: nothing that is judged here.  The text may be hostile: looking
 * is linear and parses nothing.  With `named` (the user named the file) weaker
 * signs count.
 */
enum document_kind recognise(struct slice path, struct slice text, bool named);
/* By the language of a fenced block ("dockerfile", "yaml", "bash"...) and its text. */
enum document_kind recognise_block(struct slice language, struct slice text);

#endif
