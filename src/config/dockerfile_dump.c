/* The tree in BuildKit's notation (parser.Node.Dump). */
#include "config/dockerfile_internal.h"

static void add_quoted(struct buf *out, struct slice text)
{
	buf_add_byte(out, ' ');
	rune_add_quoted(out, text);
}

static void add_flags(struct buf *out, const struct dockerfile_flag_list *flags)
{
	if (flags->count == 0)
		return;
	buf_add_lit(out, " [");
	vec_each (flag, flags) {
		if (flag != flags->items)
			buf_add_byte(out, ' ');
		rune_add_quoted(out, flag->text);
	}
	buf_add_byte(out, ']');
}

static void add_pairs(struct buf *out, const struct dockerfile_pair_list *pairs)
{
	vec_each (pair, pairs) {
		add_quoted(out, pair->key.text);
		add_quoted(out, pair->value.text);
		add_quoted(out, pair->legacy ? SLICE_EMPTY : SLICE("="));
	}
}

/* Lower case; what is no instruction may be anything, and is made harmless for a terminal. */
static void add_name(struct buf *out, struct slice name)
{
	buf_add_byte(out, '(');
	while (name.len) {
		uint32_t rune;
		size_t width = text_decode_utf8(name, &rune);
		char c = ascii_tolower(name.data[0]);

		if (rune == 0xfffd)
			text_add_utf8(out, rune);
		else
			text_add_safe(out, width > 1 ? slice_first(name, width) : slice_new(&c, 1));
		name = slice_from(name, width);
	}
}

/* Without the brackets that follow: an ONBUILD's close behind its child's. */
static void add_instruction(struct buf *out, const struct dockerfile_instruction *in)
{
	add_name(out, in->name.text);
	add_flags(out, &in->flags);
	if (in->keyword == DOCKERFILE_UNKNOWN) {
		/* Its arguments are not kept; without a name the space goes as well. */
		buf_printf(out, "%s\"\"", in->name.text.len || in->flags.count ? " " : "");
	} else if (in->keyword == DOCKERFILE_ARG || in->form != DOCKERFILE_FORM_PAIRS) {
		vec_each (word, &in->words)
			add_quoted(out, word->text);
	} else {
		add_pairs(out, &in->pairs);
	}
}

void dockerfile_dump(const struct dockerfile *d, struct buf *out)
{
	vec_each (it, &d->instructions) {
		size_t depth = 1;

		add_instruction(out, *it);
		for (const struct dockerfile_instruction *in = (*it)->child; in; in = in->child) {
			buf_add_byte(out, ' ');
			add_instruction(out, in);
			depth++;
		}
		while (depth--)
			buf_add_byte(out, ')');
		buf_add_byte(out, '\n');
	}
}
