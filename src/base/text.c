#include "base/text.h"

#include <wchar.h>

size_t text_decode_utf8(struct slice s, uint32_t *ret)
{
	const uint8_t *p = (const uint8_t *)s.data;

	*ret = 0xfffd;
	if (s.len == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	static const uint32_t minimum[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > s.len)
		return 1;
	uint32_t rune = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		rune = rune << 6 | (p[i] & 0x3f);
	}
	if (rune < minimum[n] || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return 1;
	*ret = rune;
	return n;
}

bool text_valid_utf8(struct slice s)
{
	while (!slice_empty(s)) {
		uint32_t rune;
		size_t n = text_decode_utf8(s, &rune);

		if (n == 1 && (uint8_t)s.data[0] >= 0x80)
			return false;
		s = slice_from(s, n);
	}
	return true;
}

bool text_add_utf8(struct buf *b, uint32_t rune)
{
	char out[4];
	size_t n = 0;

	if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		rune = 0xfffd;
	if (rune < 0x80) {
		out[n++] = (char)rune;
	} else {
		int more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
		static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };

		out[n++] = (char)(lead[more] | (rune >> (6 * more)));
		while (more-- > 0)
			out[n++] = (char)(0x80 | ((rune >> (6 * more)) & 0x3f));
	}
	return buf_add(b, out, n);
}

bool text_unsafe_rune(uint32_t r)
{
	return r < 0x20 || (r >= 0x7f && r < 0xa0) || r == 0x061c || r == 0x200e || r == 0x200f ||
	       (r >= 0x2028 && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) || r == 0xfeff ||
	       (r >= 0xe0000 && r <= 0xe007f);
}

void text_add_safe(struct buf *b, struct slice s)
{
	while (!slice_empty(s)) {
		uint32_t rune;
		size_t n = text_decode_utf8(s, &rune);
		bool bad_byte = n == 1 && (uint8_t)s.data[0] >= 0x80;

		if (bad_byte || (text_unsafe_rune(rune) && rune < 0x100))
			buf_printf(b, "\\x%02x", bad_byte ? (uint8_t)s.data[0] : rune);
		else if (text_unsafe_rune(rune))
			buf_printf(b, "\\u{%x}", rune);
		else
			buf_add(b, s.data, n);
		s = slice_from(s, n);
	}
}

/* Wide and combining ranges that names and paths really hold (UAX #11, general category Mn). */
static size_t rune_width(uint32_t r)
{
	if ((r >= 0x300 && r <= 0x36f) || (r >= 0x200b && r <= 0x200f) || (r >= 0x20d0 && r <= 0x20ff) ||
	    (r >= 0xfe00 && r <= 0xfe0f))
		return 0;
	if ((r >= 0x1100 && r <= 0x115f) || (r >= 0x2e80 && r <= 0x303e) || (r >= 0x3041 && r <= 0xa4cf) ||
	    (r >= 0xac00 && r <= 0xd7a3) || (r >= 0xf900 && r <= 0xfaff) || (r >= 0xfe30 && r <= 0xfe6f) ||
	    (r >= 0xff00 && r <= 0xff60) || (r >= 0xffe0 && r <= 0xffe6) || (r >= 0x1f300 && r <= 0x1f64f) ||
	    (r >= 0x1f900 && r <= 0x1f9ff) || (r >= 0x20000 && r <= 0x3fffd))
		return 2;
	return 1;
}

size_t text_width(struct slice s)
{
	size_t width = 0;

	while (!slice_empty(s)) {
		uint32_t rune;

		s = slice_from(s, text_decode_utf8(s, &rune));
		width += rune_width(rune);
	}
	return width;
}

/*
 * Matches the class whose '[' stands before pattern[*i] and moves *i behind
 * it.  False for "no match" or no closing bracket.
 */
static bool match_class(struct slice pattern, size_t *i, char c)
{
	size_t at = *i;
	bool negate = at < pattern.len && (pattern.data[at] == '!' || pattern.data[at] == '^');
	bool matched = false, first = true;

	at += negate;
	for (; at < pattern.len && (pattern.data[at] != ']' || first); at++, first = false) {
		char low = pattern.data[at], high = low;

		if (at + 2 < pattern.len && pattern.data[at + 1] == '-' && pattern.data[at + 2] != ']') {
			high = pattern.data[at + 2];
			at += 2;
		}
		matched |= c >= low && c <= high;
	}
	if (at >= pattern.len)
		return false;
	*i = at + 1;
	return matched != negate && c != '/';
}

/*
 * One place to come back to for each kind of star: the last `*` and the last
 * `**`; of a whole component of stars only where a component starts.
 */
struct star {
	bool set, whole;
	size_t pattern, path;
};

/* Moves the twin star's end on; false: there is no further place. */
static bool twin_advance(struct star *twin, struct slice path)
{
	if (!twin->set)
		return false;
	if (twin->whole)
		twin->path += slice_find_byte(slice_from(path, twin->path), '/');
	return ++twin->path <= path.len;
}

bool text_glob(struct slice pattern, struct slice path)
{
	struct star single = { 0 }, twin = { 0 };
	size_t i = 0, j = 0;

	for (;;) {
		if (i < pattern.len && pattern.data[i] == '*') {
			bool deep = i + 1 < pattern.len && pattern.data[i + 1] == '*';

			if (deep) {
				i += 2;
				/* A whole component of stars also stands for none. */
				bool component = i < pattern.len && pattern.data[i] == '/' &&
						 (i < 3 || pattern.data[i - 3] == '/');
				i += component;
				twin = (struct star){ true, component, i, j };
				single.set = false;
			} else {
				single = (struct star){ true, false, ++i, j };
			}
			continue;
		}
		if (j == path.len) {
			if (i == pattern.len)
				return true;
			/* More path cannot help: only an earlier end of a star could, and those are longer. */
			return false;
		}
		size_t next = i + 1;
		bool match = i < pattern.len &&
			     (pattern.data[i] == '?' ? path.data[j] != '/'
			      : pattern.data[i] == '[' ? match_class(pattern, &next, path.data[j])
						       : pattern.data[i] == path.data[j]);
		if (match) {
			i = next;
			j++;
		} else if (single.set && path.data[single.path] != '/') {
			i = single.pattern;
			j = ++single.path;
		} else if (twin_advance(&twin, path)) {
			single.set = false;
			i = twin.pattern;
			j = twin.path;
		} else {
			return false;
		}
	}
}

bool text_normalize_path(struct buf *b, struct slice path)
{
	size_t start = b->len;
	struct slice part;

	while (slice_next(&path, '/', &part)) {
		if (slice_empty(part) || slice_is(part, "."))
			continue;
		if (slice_is(part, "..")) {
			while (b->len > start && b->data[--b->len] != '/')
				;
			continue;
		}
		if (b->len > start)
			buf_add_byte(b, '/');
		buf_add_slice(b, part);
	}
	return !b->overflow;
}
