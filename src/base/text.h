/* UTF-8, terminal-safe output, patterns. */
#ifndef BULWARK_BASE_TEXT_H
#define BULWARK_BASE_TEXT_H

#include "base/buf.h"

/* Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates. */
bool text_valid_utf8(struct slice s);
/* Decodes one scalar value; returns its length, 0 at the end, and U+FFFD with length 1 for a bad byte. */
size_t text_decode_utf8(struct slice s, uint32_t *ret_rune);
bool text_add_utf8(struct buf *b, uint32_t rune);

/* Control characters, bidirectional overrides, and what else is not seen but does something. */
bool text_unsafe_rune(uint32_t rune);
/*
 * Appends untrusted text so that it can do nothing to a terminal or a log:
 * control characters (C0, DEL, C1), bidirectional overrides and invalid bytes
 * are written as \xNN or \u{NNNN}.  Line breaks are escaped as well.
 */
void text_add_safe(struct buf *b, struct slice s);

/* Columns that a terminal needs for the text (wide characters count two, combining ones none). */
size_t text_width(struct slice s);

/*
 * Glob over '/'-separated paths: `*` and `?` stay within a component, `**`
 * crosses them, `[...]` is a class.  Linear in practice and bounded in the
 * worst case (no recursion on `*`).
 */
bool text_glob(struct slice pattern, struct slice path);

/* "a/b/../c" -> "a/c", no leading or trailing '/', "." for the empty path never: the root is "". */
bool text_normalize_path(struct buf *b, struct slice path);

#endif
