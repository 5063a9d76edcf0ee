/*
 * Characters as the Go programs see them that read these files: unicode.IsSpace,
 * IsLetter and IsDigit, strings.TrimSpace, strconv.Quote (go.dev/pkg, Unicode 15.0).
 */
#ifndef BULWARK_CONFIG_DOCKER_RUNES_H
#define BULWARK_CONFIG_DOCKER_RUNES_H

#include "base/text.h"

bool rune_space(uint32_t rune);
bool rune_letter(uint32_t rune);
bool rune_digit(uint32_t rune);
/* Seen as it is within quotes; a space counts, other separators do not. */
bool rune_printable(uint32_t rune);

/* slice_from, but the end of the slice stays a place in its text. */
static inline struct slice slice_behind(struct slice s, size_t n)
{
	n = n < s.len ? n : s.len;
	return slice_new(s.data + n, s.len - n);
}

struct slice rune_trim_left(struct slice s);
struct slice rune_trim_right(struct slice s);

static inline struct slice rune_trim(struct slice s)
{
	return rune_trim_right(rune_trim_left(s));
}

/* unicode.IsSpace of a byte taken for a code point, as some readers do it. */
static inline bool byte_space(char c)
{
	return ascii_space(c) || c == '\x85' || c == '\xa0';
}

/* As strconv.Quote writes it. */
void rune_add_quoted(struct buf *b, struct slice s);

#endif
