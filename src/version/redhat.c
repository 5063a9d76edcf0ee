/*
 * RPM: [EPOCH:]VERSION[-RELEASE], each part in runs of digits and letters;
 * other bytes only separate.  At a difference '~' is the lowest, then the end,
 * then '^', then letters, then digits.
 *
 * Only digits before the first colon are an epoch; none is zero.  A version
 * without a release is below the same one with any.
 */
#include "version/digits.h"
#include "version/schemes.h"

struct redhat_version {
	struct slice epoch;
	struct slice version;
	struct slice release;
	bool released;
};

static struct redhat_version parse(struct slice v)
{
	struct redhat_version ret = { SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY, false };
	struct slice rest = v;
	struct slice epoch = digits_take(&rest);

	if (slice_starts(rest, SLICE(":"))) {
		ret.epoch = epoch;
		v = slice_from(rest, 1);
	}
	size_t dash = slice_rfind_byte(v, '-');

	ret.released = dash < v.len;
	ret.version = slice_first(v, dash);
	ret.release = slice_from(v, dash + 1);
	return ret;
}

enum segment_kind {
	SEGMENT_TILDE,
	SEGMENT_END,
	SEGMENT_CARET,
	SEGMENT_LETTERS,
	SEGMENT_DIGITS,
};

static enum segment_kind next_segment(struct slice *s, struct slice *text)
{
	size_t n = 0;

	while (n < s->len && !ascii_alnum(s->data[n]) && s->data[n] != '~' && s->data[n] != '^')
		n++;
	*s = slice_from(*s, n);
	*text = SLICE_EMPTY;
	if (s->len == 0)
		return SEGMENT_END;
	if (ascii_digit(s->data[0])) {
		*text = digits_take(s);
		return SEGMENT_DIGITS;
	}
	n = 0;
	while (n < s->len && ascii_alpha(s->data[n]))
		n++;
	*text = slice_first(*s, n);
	if (n > 0) {
		*s = slice_from(*s, n);
		return SEGMENT_LETTERS;
	}
	enum segment_kind kind = s->data[0] == '~' ? SEGMENT_TILDE : SEGMENT_CARET;

	*s = slice_from(*s, 1);
	return kind;
}

static int compare_part(struct slice a, struct slice b)
{
	for (;;) {
		struct slice x, y;
		enum segment_kind kind_a = next_segment(&a, &x);
		enum segment_kind kind_b = next_segment(&b, &y);

		if (kind_a != kind_b)
			return int_compare((int)kind_a, (int)kind_b);
		if (kind_a == SEGMENT_END)
			return 0;
		int order = kind_a == SEGMENT_DIGITS ? digits_compare(x, y) : slice_cmp(x, y);

		if (order != 0)
			return order;
	}
}

int redhat_compare(struct slice a, struct slice b)
{
	struct redhat_version x = parse(a);
	struct redhat_version y = parse(b);
	int order = digits_compare(x.epoch, y.epoch);

	if (order == 0)
		order = compare_part(x.version, y.version);
	if (order == 0)
		order = int_compare(x.released, y.released);
	return order ? order : compare_part(x.release, y.release);
}

static bool made_of_rpm_bytes(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.data[i]) && !memchr("._+~^", s.data[i], 5))
			return false;
	return s.len > 0;
}

bool redhat_valid(struct slice v)
{
	struct redhat_version r = parse(v);

	return made_of_rpm_bytes(r.version) && (!r.released || made_of_rpm_bytes(r.release));
}
