/*
 * Maven: numbers and qualifiers; '.' continues a list, '-' and each change
 * between digits and other bytes open a list within it.  Null members (0 and
 * the names of a release) at the end of a list do not count, "1.0-x" = "1-x".
 *
 * A list never goes on behind the list within it, so a version is one row of
 * tokens, and versions are compared token by token.  Qualifiers rank
 *
 *   alpha < beta < milestone < rc < snapshot < release < sp < all others
 *
 * Maven compares what is longer than the other version with a null of its own
 * kind, and has qualifier < list < number otherwise.  Taken literally that
 * runs in circles: 1.sp < 1-alpha < 1 < 1.sp.  Here a token that is null or a
 * list ranks by the first member behind it that is not null, so that what is
 * below the release stays below it: the classes of `enum token_class`.  The
 * two agree wherever Maven's order is one.
 *
 * ".x" and "-x" differ ("1.x" < "1-x") as in Maven to 3.8, whose advisories
 * and tables are sorted so.
 */
#include "base/cleanup.h"
#include "version/digits.h"
#include "version/schemes.h"

enum token_class {
	CLASS_QUALIFIER_BELOW, /* pre-releases */
	CLASS_NAMED_BELOW,     /* a name of the release, a pre-release behind it */
	CLASS_LIST_BELOW,
	CLASS_ZERO_BELOW,
	CLASS_END,
	CLASS_NAMED_ABOVE,
	CLASS_QUALIFIER_ABOVE, /* sp and all others */
	CLASS_LIST_ABOVE,
	CLASS_NUMBER,          /* a zero too, when what follows is above the release */
};

enum {
	RANK_RELEASE = 5,
	RANK_OTHER = 7,
};

static const struct {
	struct slice name;
	int rank;
} qualifiers[] = {
	{ SLICE_INIT("alpha"), 0 },
	{ SLICE_INIT("beta"), 1 },
	{ SLICE_INIT("milestone"), 2 },
	{ SLICE_INIT("rc"), 3 },
	{ SLICE_INIT("cr"), 3 },
	{ SLICE_INIT("snapshot"), 4 },
	{ SLICE_INIT("ga"), RANK_RELEASE },
	{ SLICE_INIT("final"), RANK_RELEASE },
	{ SLICE_INIT("release"), RANK_RELEASE },
	{ SLICE_INIT("sp"), 6 },
};

struct member {
	struct slice text;   /* empty: an empty member, which is zero */
	bool number;
	int rank;            /* of a qualifier */
	bool opens;          /* a list begins behind it */
	size_t next;         /* offset behind its separator */
};

struct walk {
	struct slice text;
	size_t at;
	size_t end;          /* behind the last member that is not null */
	bool opens;          /* a list begins at `at` */
	size_t kept_until;   /* nulls before this offset stand between other members */
	size_t sign_until;   /* `sign` is that of every token up to this offset */
	int sign;
};

struct token {
	enum token_class class;
	struct slice text;
	int rank;
};

static int qualifier_rank(struct slice text, bool before_digit)
{
	if (text.len == 1 && before_digit) {
		char c = ascii_tolower(text.data[0]);

		if (c == 'a' || c == 'b')
			return c - 'a';
		if (c == 'm')
			return 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(qualifiers); i++)
		if (slice_eq_nocase(text, qualifiers[i].name))
			return qualifiers[i].rank;
	return RANK_OTHER;
}

static bool is_separator(char c)
{
	return c == '.' || c == '-';
}

static struct member member_at(struct slice v, size_t at)
{
	struct member m = { .number = at >= v.len || is_separator(v.data[at]) ||
				      ascii_digit(v.data[at]) };
	size_t end = at;

	while (end < v.len && !is_separator(v.data[end]) && ascii_digit(v.data[end]) == m.number)
		end++;
	m.text = slice_from(slice_first(v, end), at);
	m.next = end;
	if (end < v.len) {
		m.opens = v.data[end] != '.';
		m.next += is_separator(v.data[end]);
	}
	if (!m.number)
		m.rank = qualifier_rank(m.text, end < v.len && ascii_digit(v.data[end]));
	return m;
}

static bool member_null(const struct member *m)
{
	return m->number ? digits_zero(m->text) : m->rank == RANK_RELEASE;
}

static struct walk walk_new(struct slice v)
{
	struct walk w = { .text = v };
	size_t at = 0;

	while (at < v.len) {
		struct member m = member_at(v, at);

		if (!member_null(&m))
			w.end = at + m.text.len;
		at = m.next;
	}
	return w;
}

/* Leaves out nulls at `at` that end their list; the lists then fall into one. */
static struct member skip_nulls(struct walk *w)
{
	struct member m = member_at(w->text, w->at);
	struct member first = m;
	size_t at = w->at;

	while (at >= w->kept_until && member_null(&m)) {
		at = m.next;
		if (m.opens) {
			w->at = at;
			w->opens = true;
		}
		m = member_at(w->text, at);
		if (w->at == at)
			first = m;
	}
	if (at > w->kept_until)
		w->kept_until = at;
	return first;
}

/* How the rest compares with nothing: by its first member that is not null. */
static int sign(struct walk *w)
{
	size_t at = w->at;

	if (w->at < w->sign_until)
		return w->sign;
	struct member m = member_at(w->text, at);

	while (member_null(&m) && at < w->end) {
		at = m.next;
		m = member_at(w->text, at);
	}
	w->sign_until = at + 1;
	w->sign = m.number || m.rank > RANK_RELEASE ? 1 : -1;
	return w->sign;
}

static struct token next_token(struct walk *w)
{
	if (w->at >= w->end)
		return (struct token){ .class = CLASS_END };
	struct member m = skip_nulls(w);
	bool above = sign(w) > 0;

	if (w->opens) {
		w->opens = false;
		return (struct token){ .class = above ? CLASS_LIST_ABOVE : CLASS_LIST_BELOW };
	}
	struct token t = { .text = m.text, .rank = m.rank };

	if (m.number)
		t.class = above ? CLASS_NUMBER : CLASS_ZERO_BELOW;
	else if (m.rank == RANK_RELEASE)
		t.class = above ? CLASS_NAMED_ABOVE : CLASS_NAMED_BELOW;
	else
		t.class = above ? CLASS_QUALIFIER_ABOVE : CLASS_QUALIFIER_BELOW;
	w->at = m.next;
	w->opens = m.opens;
	return t;
}

static int compare_tokens(const struct token *a, const struct token *b)
{
	if (a->class != b->class)
		return int_compare((int)a->class, (int)b->class);
	if (a->class == CLASS_NUMBER)
		return digits_compare(a->text, b->text);
	if (a->class != CLASS_QUALIFIER_ABOVE && a->class != CLASS_QUALIFIER_BELOW)
		return 0;
	if (a->rank != b->rank || a->rank != RANK_OTHER)
		return int_compare(a->rank, b->rank);
	return lower_compare(a->text, b->text);
}

int maven_compare(struct slice a, struct slice b)
{
	struct walk x = walk_new(a);
	struct walk y = walk_new(b);

	for (;;) {
		struct token s = next_token(&x);
		struct token t = next_token(&y);
		int order = compare_tokens(&s, &t);

		if (order != 0 || s.class == CLASS_END)
			return order;
	}
}

/* Maven takes any string for a version. */
bool maven_valid(struct slice v)
{
	return v.len > 0;
}
