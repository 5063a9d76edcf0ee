/* Places in the source, and small questions. */
#include "config/dockerfile.h"

/* The piece that holds the byte of the line, or the last one that starts before it. */
static const struct dockerfile_piece *piece_at(const struct dockerfile_instruction *in,
					       size_t offset)
{
	size_t low = 0, high = in->piece_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (in->pieces[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &in->pieces[low - 1] : NULL;
}

struct span dockerfile_line_span(const struct dockerfile_instruction *in, size_t offset,
				 size_t length)
{
	const struct dockerfile_instruction *root = in;
	struct span span = {in->span.source, in->span.offset, 0};

	while (root->parent)
		root = root->parent;
	if (root != in)
		offset += (size_t)(in->line.data - root->line.data);
	const struct dockerfile_piece *first = piece_at(root, offset);
	if (!first)
		return span;
	span.offset = first->source + (offset - first->offset);
	const struct dockerfile_piece *last = length ? piece_at(root, offset + length - 1) : NULL;
	if (last)
		span.length = last->source + (offset + length - last->offset) - span.offset;
	return span;
}

struct span dockerfile_span(const struct dockerfile_instruction *in, struct slice part)
{
	const struct dockerfile_instruction *root = in;

	while (root->parent)
		root = root->parent;
	uintptr_t line = (uintptr_t)root->line.data, at = (uintptr_t)part.data;
	if (at < line || at > line + root->line.len || part.len > root->line.len - (at - line))
		return in->arguments_span;
	return dockerfile_line_span(root, at - line, part.len);
}

const struct dockerfile_directive *dockerfile_directive(const struct dockerfile *d,
							struct slice name)
{
	vec_each (it, &d->directives)
		if (slice_eq_nocase(it->name, name))
			return it;
	return NULL;
}

const struct dockerfile_flag *dockerfile_flag(const struct dockerfile_instruction *in,
					      struct slice name)
{
	vec_each (flag, &in->flags)
		if (slice_eq(flag->name, name))
			return flag;
	return NULL;
}

/* Has the first component of a path the looks of a host name? */
static bool is_registry(struct slice first)
{
	return slice_is(first, "localhost") || slice_find_byte(first, '.') < first.len ||
	       slice_find_byte(first, ':') < first.len;
}

struct dockerfile_reference dockerfile_reference_parse(struct slice text)
{
	struct dockerfile_reference r = {SLICE_EMPTY, text, SLICE_EMPTY, SLICE_EMPTY};
	struct slice first, rest;

	slice_split(text, '@', &r.repository, &r.digest);
	size_t slash = slice_rfind_byte(r.repository, '/');
	size_t behind = slash == r.repository.len ? 0 : slash + 1;
	struct slice last = slice_from(r.repository, behind), name;
	/* `${x:-y}` is no tag. */
	size_t brace = slice_find(last, SLICE("${")), colon = slice_find_byte(last, ':');
	if (brace < colon && colon < last.len) {
		size_t close = slice_rfind_byte(last, '}');
		struct slice tail = close < last.len ? slice_from(last, close) : SLICE_EMPTY;

		colon = slice_find_byte(tail, ':') < tail.len ? close + slice_find_byte(tail, ':')
							      : last.len;
	}
	if (colon < last.len) {
		name = slice_first(last, colon);
		r.tag = slice_from(last, colon + 1);
		r.repository = slice_first(r.repository, behind + name.len);
	}
	if (slice_split(r.repository, '/', &first, &rest) && is_registry(first)) {
		r.registry = first;
		r.repository = rest;
	}
	return r;
}
