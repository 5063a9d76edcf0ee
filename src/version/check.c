#include "version/check.h"

#include "base/text.h"

struct comparison {
	struct slice a;
	struct slice b;
	int order;
};

static struct slice take_word(struct slice *rest)
{
	size_t n = 0;

	*rest = slice_trim(*rest);
	while (n < rest->len && !ascii_space(rest->data[n]))
		n++;
	struct slice word = slice_first(*rest, n);
	*rest = slice_trim(slice_from(*rest, n));
	return word;
}

static bool parse(struct slice line, struct comparison *ret)
{
	ret->a = take_word(&line);
	struct slice operator = take_word(&line);
	ret->b = take_word(&line);

	if (operator.len != 1 || ret->b.len == 0 || line.len > 0)
		return false;
	switch (operator.data[0]) {
	case '<':
		ret->order = -1;
		return true;
	case '=':
		ret->order = 0;
		return true;
	case '>':
		ret->order = 1;
		return true;
	default:
		return false;
	}
}

static void report_difference(struct buf *out, struct slice line, const struct comparison *c,
			      int ours)
{
	text_add_safe(out, line);
	buf_add_lit(out, ": we say ");
	text_add_safe(out, c->a);
	buf_printf(out, " %c ", "<=>"[ours + 1]);
	text_add_safe(out, c->b);
	buf_add_byte(out, '\n');
}

static void report_malformed(struct buf *out, struct slice line, size_t number)
{
	buf_printf(out, "line %zu: ", number);
	text_add_safe(out, line);
	buf_add_lit(out, ": not of the form A < B, A = B or A > B\n");
}

struct version_check version_check_text(enum version_scheme scheme, struct slice text,
					struct buf *out)
{
	struct version_check ret = { 0, 0 };
	struct slice line;

	for (size_t number = 1; slice_next_line(&text, &line); number++) {
		struct comparison c;

		line = slice_trim(line);
		if (line.len == 0 || slice_starts(line, SLICE("//")) ||
		    slice_starts(line, SLICE("#")))
			continue;
		if (!parse(line, &c)) {
			ret.differ++;
			report_malformed(out, line, number);
			continue;
		}
		int ours = version_compare(scheme, c.a, c.b);

		if (ours == c.order) {
			ret.agree++;
			continue;
		}
		ret.differ++;
		report_difference(out, line, &c, ours);
	}
	buf_printf(out, "%zu agree, %zu differ\n", ret.agree, ret.differ);
	return ret;
}
