/*
 * A slice is a view of bytes: pointer and length, never owned, never
 * NUL-terminated.  Everything inside the program passes text this way;
 * NUL-terminated strings exist only at system calls.
 */
#ifndef BULWARK_BASE_SLICE_H
#define BULWARK_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *data;
	size_t len;
};

/* A slice over a string literal (the literal concatenation rejects pointers). */
#define SLICE(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })
#define SLICE_INIT(literal) { "" literal, sizeof(literal) - 1 }
#define SLICE_EMPTY ((struct slice){ "", 0 })

/* The two arguments of "%.*s"; lengths beyond INT_MAX are cut. */
#define SLICE_ARG(s) ((s).len > 0x7fffffff ? 0x7fffffff : (int)(s).len), ((s).data ? (s).data : "")

static inline struct slice slice_new(const void *data, size_t len)
{
	return (struct slice){ data, len };
}

/* From a NUL-terminated string; NULL gives the empty slice. */
static inline struct slice slice_from_cstr(const char *s)
{
	return s ? (struct slice){ s, strlen(s) } : SLICE_EMPTY;
}

static inline bool slice_empty(struct slice s)
{
	return s.len == 0;
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#define slice_is(s, literal) slice_eq((s), SLICE(literal))

/* Byte order, shorter first on a tie: the order of every sorted output. */
int slice_cmp(struct slice a, struct slice b);
/* ASCII case-insensitive equality. */
bool slice_eq_nocase(struct slice a, struct slice b);

bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
/* If s starts (ends) with the given text, cut it off and say true. */
bool slice_cut_prefix(struct slice *s, struct slice prefix);
bool slice_cut_suffix(struct slice *s, struct slice suffix);

/* Index of the first (last) such byte, or s.len when there is none. */
size_t slice_find_byte(struct slice s, char c);
size_t slice_rfind_byte(struct slice s, char c);
/* Index of the first occurrence of needle, or s.len when there is none. */
size_t slice_find(struct slice s, struct slice needle);

/* s without its first n bytes; n beyond the end gives the empty slice. */
struct slice slice_from(struct slice s, size_t n);
/* The first n bytes of s; n beyond the end gives all of it. */
struct slice slice_first(struct slice s, size_t n);

/* Without leading and trailing ASCII white space. */
struct slice slice_trim(struct slice s);

/*
 * Splits at the first `sep`: *head is what stands before it, *rest what
 * stands behind it.  Without a separator *head is all, *rest empty, and the
 * answer false.
 */
bool slice_split(struct slice s, char sep, struct slice *head, struct slice *rest);

/*
 * Takes the next field of *rest up to `sep` (the separator is consumed).
 * False when *rest is used up.  A trailing separator yields no empty last
 * field; that suits lines.
 */
bool slice_next(struct slice *rest, char sep, struct slice *field);

/* The next line without its end ("\n" or "\r\n"); false when used up. */
bool slice_next_line(struct slice *rest, struct slice *line);

/* Decimal digits only, no sign, no space; false on anything else or overflow. */
bool slice_to_u64(struct slice s, uint64_t *ret);

static inline bool ascii_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool ascii_lower(char c) { return c >= 'a' && c <= 'z'; }
static inline bool ascii_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool ascii_alpha(char c) { return ascii_lower(c) || ascii_upper(c); }
static inline bool ascii_alnum(char c) { return ascii_alpha(c) || ascii_digit(c); }
static inline bool ascii_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}
static inline char ascii_tolower(char c) { return ascii_upper(c) ? (char)(c + 32) : c; }

#endif
