/*
 * RubyGems: runs of digits and of letters, '-' standing for ".pre."; missing
 * segments are zero, a word is below every number, and zeros before the first
 * word do not count ("1.0.a" = "1.a").
 *
 * Gem::Version refuses other bytes; here they only separate.  White space
 * around a version is dropped, and the empty version is "0".
 */
#include "version/digits.h"
#include "version/schemes.h"

struct walk {
	struct slice text;
	size_t at;
	size_t kept_until; /* zeros before this offset precede a number, so they count */
	bool worded;       /* a word has been seen: zeros count from here on */
};

enum segment_kind {
	SEGMENT_WORD,
	SEGMENT_NUMBER,
	SEGMENT_END,
};

static enum segment_kind scan(struct slice text, size_t *at, struct slice *ret)
{
	size_t start = *at;

	while (start < text.len && !ascii_alnum(text.data[start]) && text.data[start] != '-')
		start++;
	*ret = SLICE_EMPTY;
	*at = start;
	if (start == text.len)
		return SEGMENT_END;
	if (text.data[start] == '-') {
		*at = start + 1;
		*ret = SLICE("pre");
		return SEGMENT_WORD;
	}
	bool digit = ascii_digit(text.data[start]);
	size_t end = start + 1;

	while (end < text.len && ascii_alnum(text.data[end]) &&
	       ascii_digit(text.data[end]) == digit)
		end++;
	*at = end;
	*ret = slice_from(slice_first(text, end), start);
	return digit ? SEGMENT_NUMBER : SEGMENT_WORD;
}

static enum segment_kind next_segment(struct walk *w, struct slice *ret)
{
	enum segment_kind kind = scan(w->text, &w->at, ret);

	if (kind == SEGMENT_NUMBER && !w->worded && w->at > w->kept_until && digits_zero(*ret)) {
		struct slice zero = *ret;
		size_t after = w->at;
		size_t next = w->at;

		do
			kind = scan(w->text, &next, ret);
		while (kind == SEGMENT_NUMBER && digits_zero(*ret));
		if (kind == SEGMENT_NUMBER) {
			w->kept_until = next;
			w->at = after;
			*ret = zero;
		} else {
			w->at = next;
		}
	}
	if (kind == SEGMENT_WORD)
		w->worded = true;
	return kind;
}

int rubygems_compare(struct slice a, struct slice b)
{
	struct walk x = { .text = slice_trim(a) };
	struct walk y = { .text = slice_trim(b) };

	for (;;) {
		enum segment_kind kind_a = next_segment(&x, &a);
		enum segment_kind kind_b = next_segment(&y, &b);
		int order;

		if (kind_a == SEGMENT_END && kind_b == SEGMENT_END)
			return 0;
		/* Behind the end stand zeros without number. */
		if (kind_a == SEGMENT_WORD && kind_b == SEGMENT_WORD)
			order = slice_cmp(a, b);
		else if (kind_a == SEGMENT_WORD || kind_b == SEGMENT_WORD)
			order = kind_a == SEGMENT_WORD ? -1 : 1;
		else
			order = digits_compare(a, b);
		if (order != 0)
			return order;
	}
}

/* [0-9]+(\.[0-9A-Za-z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)? */
bool rubygems_valid(struct slice v)
{
	bool dotted = false; /* the first member is a number */
	bool dashed = false;
	bool fresh = true;   /* a member must begin here */

	v = slice_trim(v);
	for (size_t i = 0; i < v.len; i++) {
		char c = v.data[i];

		if (i == 0 && !ascii_digit(c))
			return false;
		if (ascii_alpha(c) && !dashed && !dotted)
			return false;
		if (ascii_alnum(c) || (c == '-' && dashed)) {
			fresh = false;
		} else if ((c == '.' || c == '-') && !fresh) {
			dashed = dashed || c == '-';
			dotted = true;
			fresh = true;
		} else {
			return false;
		}
	}
	return v.len == 0 || !fresh;
}
