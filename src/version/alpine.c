/*
 * Alpine: NUMBER{.NUMBER}[LETTER]{_SUFFIX[NUMBER]}[~HASH][-rNUMBER].
 *
 * Two versions are compared token by token; at the first difference in kind a
 * pre-release suffix is the lowest, then what is malformed, then the end, and
 * after it the kind that may stand earlier in a version is the greater.
 *
 * A malformed version ranks by the tokens before the fault.  Two that agree so
 * far rank by the bytes from the fault on, except that a broken revision says
 * nothing ("1-rx" and "1--y" are equal), as nothing behind a revision does.
 */
#include "base/cleanup.h"
#include "version/digits.h"
#include "version/schemes.h"

enum token_kind {
	TOKEN_FIRST,
	TOKEN_NUMBER,
	TOKEN_LETTER,
	TOKEN_SUFFIX,
	TOKEN_SUFFIX_NUMBER,
	TOKEN_HASH,
	TOKEN_REVISION,
	TOKEN_END,
	TOKEN_INVALID,
};

struct token {
	enum token_kind kind;
	int suffix; /* rank, below zero for a pre-release */
	struct slice text;
};

static const struct {
	struct slice name;
	int rank;
} suffixes[] = {
	{ SLICE_INIT("alpha"), -4 }, { SLICE_INIT("beta"), -3 }, { SLICE_INIT("pre"), -2 },
	{ SLICE_INIT("rc"), -1 },    { SLICE_INIT("cvs"), 1 },   { SLICE_INIT("svn"), 2 },
	{ SLICE_INIT("git"), 3 },    { SLICE_INIT("hg"), 4 },    { SLICE_INIT("p"), 5 },
};

static struct token number(enum token_kind kind, struct slice fault, struct slice *rest)
{
	struct slice digits = digits_take(rest);

	if (digits.len == 0)
		return (struct token){ .kind = TOKEN_INVALID, .text = fault };
	return (struct token){ .kind = kind, .text = digits };
}

static struct token suffix(struct slice fault, struct slice *rest)
{
	size_t n = 1;

	while (n < rest->len && ascii_lower(rest->data[n]))
		n++;
	struct slice name = slice_from(slice_first(*rest, n), 1);
	*rest = slice_from(*rest, n);
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (slice_eq(name, suffixes[i].name))
			return (struct token){ TOKEN_SUFFIX, suffixes[i].rank, name };
	return (struct token){ .kind = TOKEN_INVALID, .text = fault };
}

static struct token hash(struct slice fault, struct slice *rest)
{
	size_t n = 1;

	while (n < rest->len && (ascii_digit(rest->data[n]) ||
				 (rest->data[n] >= 'a' && rest->data[n] <= 'f')))
		n++;
	struct slice text = slice_from(slice_first(*rest, n), 1);
	*rest = slice_from(*rest, n);
	return (struct token){ .kind = text.len ? TOKEN_HASH : TOKEN_INVALID,
			       .text = text.len ? text : fault };
}

static struct token revision(struct slice fault, struct slice *rest)
{
	if (!slice_cut_prefix(rest, SLICE("-r")))
		return (struct token){ .kind = TOKEN_INVALID, .text = fault };
	/* apk 2 took "-r" at the very end for "-r0", and packages used it. */
	if (rest->len == 0)
		return (struct token){ .kind = TOKEN_REVISION, .text = *rest };
	return number(TOKEN_REVISION, fault, rest);
}

static struct token next_token(enum token_kind before, struct slice *rest)
{
	struct slice fault = *rest;

	if (rest->len == 0)
		return (struct token){ .kind = TOKEN_END };
	char c = rest->data[0];
	if (ascii_lower(c) && before <= TOKEN_NUMBER) {
		*rest = slice_from(*rest, 1);
		return (struct token){ .kind = TOKEN_LETTER, .text = slice_first(fault, 1) };
	}
	if (c == '.' && before <= TOKEN_NUMBER) {
		*rest = slice_from(*rest, 1);
		return number(TOKEN_NUMBER, fault, rest);
	}
	if (ascii_digit(c) && before == TOKEN_SUFFIX)
		return number(TOKEN_SUFFIX_NUMBER, fault, rest);
	if (c == '_' && before <= TOKEN_SUFFIX_NUMBER)
		return suffix(fault, rest);
	if (c == '~' && before < TOKEN_HASH)
		return hash(fault, rest);
	if (c == '-' && before < TOKEN_REVISION)
		return revision(fault, rest);
	/* Behind a revision nothing counts. */
	if (before == TOKEN_REVISION)
		fault = SLICE_EMPTY;
	return (struct token){ .kind = TOKEN_INVALID, .text = fault };
}

static int compare_kinds(const struct token *a, const struct token *b)
{
	bool a_before = a->kind == TOKEN_SUFFIX && a->suffix < 0;
	bool b_before = b->kind == TOKEN_SUFFIX && b->suffix < 0;

	if (a_before != b_before)
		return a_before ? -1 : 1;
	return int_compare((int)b->kind, (int)a->kind);
}

static int compare_faults(struct slice a, struct slice b)
{
	if (slice_starts(a, SLICE("-")))
		a = slice_first(a, 1);
	if (slice_starts(b, SLICE("-")))
		b = slice_first(b, 1);
	return slice_cmp(a, b);
}

static int compare_values(const struct token *a, const struct token *b)
{
	switch (a->kind) {
	case TOKEN_NUMBER:
		/* With a leading zero on either side these are fractions: "1.05" < "1.1". */
		if (a->text.data[0] == '0' || b->text.data[0] == '0')
			return slice_cmp(a->text, b->text);
		return digits_compare(a->text, b->text);
	case TOKEN_FIRST:
	case TOKEN_SUFFIX_NUMBER:
	case TOKEN_REVISION:
		return digits_compare(a->text, b->text);
	case TOKEN_SUFFIX:
		return int_compare(a->suffix, b->suffix);
	case TOKEN_LETTER:
	case TOKEN_HASH:
		return slice_cmp(a->text, b->text);
	case TOKEN_INVALID:
		return compare_faults(a->text, b->text);
	case TOKEN_END:
		break;
	}
	return 0;
}

int alpine_compare(struct slice a, struct slice b)
{
	struct token x = number(TOKEN_FIRST, a, &a);
	struct token y = number(TOKEN_FIRST, b, &b);

	for (;;) {
		if (x.kind != y.kind)
			return compare_kinds(&x, &y);
		int order = compare_values(&x, &y);
		if (order != 0 || x.kind >= TOKEN_END)
			return order;
		x = next_token(x.kind, &a);
		y = next_token(y.kind, &b);
	}
}

bool alpine_valid(struct slice v)
{
	struct token t = number(TOKEN_FIRST, v, &v);

	while (t.kind < TOKEN_END) {
		if (t.kind == TOKEN_REVISION && t.text.len == 0)
			return false;
		t = next_token(t.kind, &v);
	}
	return t.kind == TOKEN_END;
}
