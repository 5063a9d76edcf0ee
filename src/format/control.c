#include "format/control.h"

void control_init(struct control_reader *r, struct slice text, bool folding)
{
	*r = (struct control_reader){ .text = text, .folding = folding };
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		r->off = 3;
}

/* The line at the reader's place without its end; *ret_next is where the one behind it starts. */
static struct slice peek_line(const struct control_reader *r, size_t *ret_next)
{
	struct slice rest = slice_from(r->text, r->off), line = rest;
	size_t len = slice_find_byte(rest, '\n');

	*ret_next = len < rest.len ? r->off + len + 1 : r->text.len;
	line.len = len;
	slice_cut_suffix(&line, SLICE("\r"));
	return line;
}

static bool continues(const struct control_reader *r, size_t off)
{
	return r->folding && off < r->text.len &&
	       (r->text.data[off] == ' ' || r->text.data[off] == '\t');
}

/*
 * A line and what continues it, and moves behind; the empty slice (and no move) at an empty
 * line.
 */
static struct slice take_folded_line(struct control_reader *r)
{
	size_t start = r->off, next;
	struct slice line = peek_line(r, &next);

	if (slice_empty(line))
		return SLICE_EMPTY;
	size_t end = start + line.len;
	for (r->off = next; continues(r, r->off); r->off = next)
		end = r->off + peek_line(r, &next).len;
	return slice_new(r->text.data + start, end - start);
}

static bool sound_key(struct slice key)
{
	for (size_t i = 0; i < key.len; i++)
		if ((uint8_t)key.data[i] <= ' ' || key.data[i] == 0x7f)
			return false;
	return !slice_empty(key);
}

bool control_field(struct control_reader *r, struct control_field *ret, size_t *ret_bad)
{
	while (r->off < r->text.len) {
		size_t start = r->off;
		struct slice line = take_folded_line(r), key, value;

		if (slice_empty(line))
			return false;
		if (r->folding && line.data[0] == '#')
			continue;
		/*
		 * The key ends on the first line, or a folded line's text would be taken for
		 * one.
		 */
		bool colon = slice_split(line, ':', &key, &value);
		while (key.len && (key.data[key.len - 1] == ' ' || key.data[key.len - 1] == '\t'))
			key.len--;
		if (!colon || !sound_key(key)) {
			if (ret_bad)
				++*ret_bad;
			continue;
		}
		value = slice_trim(value);
		/* An empty value has a place as well: callers count offsets from it. */
		if (slice_empty(value))
			value = slice_new(line.data + line.len, 0);
		*ret = (struct control_field){ .key = key, .value = value, .offset = start };
		return true;
	}
	return false;
}

bool control_stanza(struct control_reader *r)
{
	while (r->off < r->text.len) {
		size_t next;
		bool empty = slice_empty(peek_line(r, &next));

		if (empty)
			r->inside = false;
		else if (!r->inside)
			break;
		r->off = next;
	}
	r->inside = true;
	return r->off < r->text.len;
}
