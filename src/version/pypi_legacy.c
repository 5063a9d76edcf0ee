/*
 * Version strings that PEP 440 refuses, in the order that setuptools'
 * parse_version had and `packaging` kept as LegacyVersion up to 21.3.
 *
 * A version is a row of parts: numbers padded to eight digits, words and
 * whatever else stands between them with '*' put before, and "*final" at the
 * end.  A word below "*final" takes the dashes ("*final-") just before it
 * away; each word takes the zeros just before it away.  Parts and rows then
 * compare as strings and tuples do.
 */
#include "base/cleanup.h"
#include "version/digits.h"
#include "version/schemes.h"

#define PADDING 8

struct part {
	bool end;            /* behind "*final" */
	bool number;
	struct slice text;
};

struct walk {
	struct slice text;
	size_t at;
	bool last;           /* "*final" has been read */
	bool waiting;        /* `next` is read, the dashes and zeros before it are not */
	struct part next;
	size_t dashes;
	size_t zeros;        /* stand behind the dashes */
	struct slice zero;   /* one of them */
};

static const struct {
	struct slice word;
	struct slice part;
} replaced[] = {
	{ SLICE_INIT("pre"), SLICE_INIT("c") },
	{ SLICE_INIT("preview"), SLICE_INIT("c") },
	{ SLICE_INIT("rc"), SLICE_INIT("c") },
	{ SLICE_INIT("dev"), SLICE_INIT("@") },
	{ SLICE_INIT("-"), SLICE_INIT("final-") },
};

enum byte_kind {
	BYTE_OTHER,
	BYTE_DIGIT,
	BYTE_LETTER,
	BYTE_MARK,
};

static enum byte_kind kind_of(char c)
{
	if (ascii_digit(c))
		return BYTE_DIGIT;
	if (ascii_alpha(c))
		return BYTE_LETTER;
	return c == '.' || c == '-' ? BYTE_MARK : BYTE_OTHER;
}

static struct part read_part(struct walk *w)
{
	const char *data = w->text.data;

	while (w->at < w->text.len && data[w->at] == '.')
		w->at++;
	if (w->at == w->text.len) {
		struct part end = { .end = w->last, .text = SLICE("final") };

		w->last = true;
		return end;
	}
	size_t start = w->at++;
	enum byte_kind kind = kind_of(data[start]);

	while (kind != BYTE_MARK && w->at < w->text.len && kind_of(data[w->at]) == kind)
		w->at++;
	struct slice text = slice_new(data + start, w->at - start);

	for (size_t i = 0; i < ARRAY_LEN(replaced); i++)
		if (slice_eq_nocase(text, replaced[i].word))
			return (struct part){ .text = replaced[i].part };
	return (struct part){ .number = kind == BYTE_DIGIT, .text = text };
}

static struct part next_part(struct walk *w)
{
	while (!w->waiting) {
		struct part p = read_part(w);

		if (!p.end && p.number && p.text.len <= PADDING && digits_zero(p.text)) {
			w->zeros++;
			w->zero = p.text;
			continue;
		}
		bool word = !p.end && !p.number;

		if (word && w->zeros == 0 && lower_compare(p.text, SLICE("final")) < 0)
			w->dashes = 0;
		if (word)
			w->zeros = 0;
		if (word && slice_is(p.text, "final-")) {
			w->dashes++;
			continue;
		}
		w->next = p;
		w->waiting = true;
	}
	if (w->dashes > 0) {
		w->dashes--;
		return (struct part){ .text = SLICE("final-") };
	}
	if (w->zeros > 0) {
		w->zeros--;
		return (struct part){ .number = true, .text = w->zero };
	}
	w->waiting = false;
	return w->next;
}

/* Byte i of a number with zeros put before it up to PADDING digits. */
static char padded(struct slice s, size_t i)
{
	size_t padding = s.len < PADDING ? PADDING - s.len : 0;

	return i < padding ? '0' : s.data[i - padding];
}

static int compare_numbers(struct slice a, struct slice b)
{
	size_t len_a = a.len < PADDING ? PADDING : a.len;
	size_t len_b = b.len < PADDING ? PADDING : b.len;

	for (size_t i = 0; i < len_a && i < len_b; i++)
		if (padded(a, i) != padded(b, i))
			return int_compare(padded(a, i), padded(b, i));
	return (len_a > len_b) - (len_a < len_b);
}

static int compare_parts(const struct part *a, const struct part *b)
{
	if (a->end || b->end)
		return int_compare(b->end, a->end);
	if (a->number != b->number)
		return a->number ? 1 : -1;
	return a->number ? compare_numbers(a->text, b->text) : lower_compare(a->text, b->text);
}

int pypi_legacy_compare(struct slice a, struct slice b)
{
	struct walk x = { .text = a };
	struct walk y = { .text = b };

	for (;;) {
		struct part p = next_part(&x);
		struct part q = next_part(&y);
		int order = compare_parts(&p, &q);

		if (order != 0 || p.end)
			return order;
	}
}
