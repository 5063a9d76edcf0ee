/*
 * Packagist: PHP's version_compare behind Composer's optional "v".
 *
 * Elements are what stands between '.', '-', '_', '+' and each change between
 * digits and other bytes.  They rank
 *
 *   any other word < dev < alpha, a < beta, b < RC, rc < nothing, # < number < pl, p
 *
 * a word by how it begins, in either case since Composer lower-cases stability
 * words first.  PHP takes '#' for equal to every number, which no order can;
 * here it is what PHP makes of a missing element.  An empty element at the end
 * ("1.2.") is below everything.
 */
#include "base/cleanup.h"
#include "version/digits.h"
#include "version/schemes.h"

enum element_rank {
	RANK_EMPTY = -2,
	RANK_UNKNOWN,
	RANK_DEV,
	RANK_ALPHA,
	RANK_BETA,
	RANK_CANDIDATE,
	RANK_NONE,
	RANK_NUMBER,
	RANK_PATCH,
};

static const struct {
	struct slice prefix;
	enum element_rank rank;
} words[] = {
	{ SLICE_INIT("dev"), RANK_DEV }, { SLICE_INIT("a"), RANK_ALPHA },
	{ SLICE_INIT("b"), RANK_BETA },  { SLICE_INIT("rc"), RANK_CANDIDATE },
	{ SLICE_INIT("#"), RANK_NONE },  { SLICE_INIT("p"), RANK_PATCH },
};

struct walk {
	struct slice text;
	size_t at;
	bool done;
};

struct element {
	enum element_rank rank;
	struct slice text;
};

enum step {
	STEP_KEEP,     /* belongs to the element before it */
	STEP_SPLIT,    /* begins an element */
	STEP_SEPARATE, /* stands between elements */
};

static bool is_mark(char c)
{
	return c == '-' || c == '_' || c == '+';
}

static enum step step(char last, char c)
{
	if (is_mark(c))
		return STEP_SEPARATE;
	if (ascii_digit(last) ? !ascii_digit(c) && c != '.'
			      : last != '.' && !is_mark(last) && ascii_digit(c))
		return STEP_SPLIT;
	return ascii_alnum(c) ? STEP_KEEP : STEP_SEPARATE;
}

static enum element_rank rank_of(struct slice text)
{
	if (ascii_digit(text.data[0]))
		return RANK_NUMBER;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_eq_nocase(slice_first(text, words[i].prefix.len), words[i].prefix))
			return words[i].rank;
	return RANK_UNKNOWN;
}

static struct walk walk_new(struct slice v)
{
	if (v.len > 1 && ascii_tolower(v.data[0]) == 'v' && ascii_digit(v.data[1]))
		v = slice_from(v, 1);
	return (struct walk){ .text = v };
}

static struct element next_element(struct walk *w)
{
	const char *data = w->text.data;
	size_t len = w->text.len;
	size_t start = w->at;
	size_t end = start + 1;

	if (w->done)
		return (struct element){ .rank = RANK_NONE };
	if (start == len) {
		w->done = true;
		return (struct element){ .rank = RANK_EMPTY };
	}
	while (end < len && step(data[end - 1], data[end]) == STEP_KEEP)
		end++;
	w->at = end;
	w->done = end == len;
	while (w->at < len && step(data[w->at - 1], data[w->at]) == STEP_SEPARATE)
		w->at++;
	struct slice text = slice_from(slice_first(w->text, end), start);

	return (struct element){ rank_of(text), text };
}

int packagist_compare(struct slice a, struct slice b)
{
	struct walk x = walk_new(a);
	struct walk y = walk_new(b);
	int order = 0;

	while (order == 0 && (!x.done || !y.done)) {
		struct element s = next_element(&x);
		struct element t = next_element(&y);

		order = int_compare((int)s.rank, (int)t.rank);
		if (order == 0 && s.rank == RANK_NUMBER)
			order = digits_compare(s.text, t.text);
	}
	return order;
}

/* v?NUMBER(.NUMBER)* with stability words behind it, or a branch "dev-NAME". */
bool packagist_valid(struct slice v)
{
	struct walk w = walk_new(v);

	if (slice_starts(v, SLICE("dev-")))
		return v.len > 4;
	struct element e = next_element(&w);

	if (e.rank != RANK_NUMBER)
		return false;
	while (!w.done) {
		e = next_element(&w);
		if (e.rank <= RANK_UNKNOWN)
			return false;
	}
	return true;
}
