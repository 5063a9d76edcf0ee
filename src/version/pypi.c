/*
 * PyPI: PEP 440, with the spellings that it normalises.
 *
 *   [v][EPOCH!]N(.N)*[{a|b|rc}N][.postN][.devN][+LOCAL]
 *
 * What PEP 440 refuses is below everything that it takes, in the order of
 * pypi_legacy.c.
 */
#include "base/cleanup.h"
#include "version/digits.h"
#include "version/schemes.h"

struct pypi_version {
	struct slice epoch;
	struct slice release;
	char pre;              /* 'a', 'b', 'r'; 0: none */
	bool post;
	bool dev;
	struct slice pre_number;
	struct slice post_number;
	struct slice dev_number;
	struct slice local;    /* empty: none */
};

struct spelling {
	struct slice word;
	char phase;
};

/* A longer word stands before each that it begins with. */
static const struct spelling pre_words[] = {
	{ SLICE_INIT("alpha"), 'a' }, { SLICE_INIT("a"), 'a' },  { SLICE_INIT("beta"), 'b' },
	{ SLICE_INIT("b"), 'b' },     { SLICE_INIT("rc"), 'r' }, { SLICE_INIT("c"), 'r' },
	{ SLICE_INIT("preview"), 'r' }, { SLICE_INIT("pre"), 'r' },
};
static const struct spelling post_words[] = {
	{ SLICE_INIT("post"), 'p' }, { SLICE_INIT("rev"), 'p' }, { SLICE_INIT("r"), 'p' },
};
static const struct spelling dev_words[] = {
	{ SLICE_INIT("dev"), 'd' },
};

static void skip_mark(struct slice *rest)
{
	if (rest->len > 0 && memchr("-_.", rest->data[0], 3))
		*rest = slice_from(*rest, 1);
}

/* [-_.]?WORD[-_.]?[0-9]*, as one of the words; 0 and nothing taken when there is none. */
static char take_phase(struct slice *rest, const struct spelling *words, size_t count,
		       struct slice *ret_number)
{
	struct slice at = *rest;

	skip_mark(&at);
	for (size_t i = 0; i < count; i++) {
		if (!slice_eq_nocase(slice_first(at, words[i].word.len), words[i].word))
			continue;
		*rest = slice_from(at, words[i].word.len);
		skip_mark(rest);
		*ret_number = digits_take(rest);
		return words[i].phase;
	}
	return 0;
}

static bool take_release(struct slice *rest, struct slice *ret)
{
	struct slice start = *rest;

	if (digits_take(rest).len == 0)
		return false;
	while (rest->len > 1 && rest->data[0] == '.' && ascii_digit(rest->data[1])) {
		*rest = slice_from(*rest, 1);
		digits_take(rest);
	}
	*ret = slice_first(start, start.len - rest->len);
	return true;
}

static bool take_post(struct slice *rest, struct slice *ret_number)
{
	if (rest->len > 1 && rest->data[0] == '-' && ascii_digit(rest->data[1])) {
		*rest = slice_from(*rest, 1);
		*ret_number = digits_take(rest);
		return true;
	}
	return take_phase(rest, post_words, ARRAY_LEN(post_words), ret_number) != 0;
}

/* Letters and digits, in members that one of "-_." parts. */
static bool local_valid(struct slice s)
{
	bool member = false;

	for (size_t i = 0; i < s.len; i++) {
		if (ascii_alnum(s.data[i]))
			member = true;
		else if (member && memchr("-_.", s.data[i], 3))
			member = false;
		else
			return false;
	}
	return member;
}

static bool parse(struct slice v, struct pypi_version *ret)
{
	*ret = (struct pypi_version){ 0 };
	v = slice_trim(v);
	if (v.len > 0 && (v.data[0] == 'v' || v.data[0] == 'V'))
		v = slice_from(v, 1);
	struct slice after = v;
	struct slice digits = digits_take(&after);

	if (digits.len > 0 && slice_cut_prefix(&after, SLICE("!"))) {
		ret->epoch = digits;
		v = after;
	}
	if (!take_release(&v, &ret->release))
		return false;
	ret->pre = take_phase(&v, pre_words, ARRAY_LEN(pre_words), &ret->pre_number);
	ret->post = take_post(&v, &ret->post_number);
	ret->dev = take_phase(&v, dev_words, ARRAY_LEN(dev_words), &ret->dev_number) != 0;
	if (slice_cut_prefix(&v, SLICE("+"))) {
		ret->local = v;
		return local_valid(v);
	}
	return v.len == 0;
}

static int compare_release(struct slice a, struct slice b)
{
	int order = 0;

	while (order == 0 && (a.len > 0 || b.len > 0)) {
		order = digits_compare(digits_take(&a), digits_take(&b));
		a = slice_from(a, 1);
		b = slice_from(b, 1);
	}
	return order;
}

/* A development release of no pre- or post-release is before the first pre-release. */
static int pre_rank(const struct pypi_version *v)
{
	if (v->pre)
		return v->pre;
	return v->dev && !v->post ? 0 : 'z';
}

static struct slice take_member(struct slice *rest)
{
	size_t n = 0;

	while (n < rest->len && ascii_alnum(rest->data[n]))
		n++;
	struct slice member = slice_first(*rest, n);
	*rest = slice_from(*rest, n + 1);
	return member;
}

static int compare_local(struct slice a, struct slice b)
{
	int order = 0;

	while (order == 0 && a.len > 0 && b.len > 0) {
		struct slice x = take_member(&a);
		struct slice y = take_member(&b);
		bool number_x = digits_only(x);
		bool number_y = digits_only(y);

		if (number_x != number_y)
			return number_x ? 1 : -1;
		order = number_x ? digits_compare(x, y) : lower_compare(x, y);
	}
	return order ? order : int_compare(a.len > 0, b.len > 0);
}

static int compare_parsed(const struct pypi_version *a, const struct pypi_version *b)
{
	int order = digits_compare(a->epoch, b->epoch);

	if (order == 0)
		order = compare_release(a->release, b->release);
	if (order == 0)
		order = int_compare(pre_rank(a), pre_rank(b));
	if (order == 0)
		order = digits_compare(a->pre_number, b->pre_number);
	if (order == 0)
		order = int_compare(a->post, b->post);
	if (order == 0)
		order = digits_compare(a->post_number, b->post_number);
	if (order == 0)
		order = int_compare(b->dev, a->dev);
	if (order == 0)
		order = digits_compare(a->dev_number, b->dev_number);
	return order ? order : compare_local(a->local, b->local);
}

int pypi_compare(struct slice a, struct slice b)
{
	struct pypi_version x, y;
	bool valid_a = parse(a, &x);
	bool valid_b = parse(b, &y);

	if (valid_a != valid_b)
		return valid_a ? 1 : -1;
	return valid_a ? compare_parsed(&x, &y) : pypi_legacy_compare(a, b);
}

bool pypi_valid(struct slice v)
{
	struct pypi_version parsed;

	return parse(v, &parsed);
}
