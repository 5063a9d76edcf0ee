#include "model/span.h"

#include "base/text.h"

/* A derived source may itself be derived from; deeper chains are a mistake of ours. */
#define DERIVATION_DEPTH 16

/* Texts beyond the first bound have their line breaks counted once, by the block. */
#define LONG_TEXT ((size_t)64 << 10)
#define LINE_BLOCK ((size_t)4 << 10)

static uint64_t count_newlines(struct slice text)
{
	uint64_t n = 0;

	for (const char *at = text.data, *end = at + text.len; (at = memchr(at, '\n', (size_t)(end - at))); at++)
		n++;
	return n;
}

static const uint64_t *count_blocks(struct arena *a, struct slice text)
{
	uint64_t *before;

	if (text.len < LONG_TEXT)
		return NULL;
	before = arena_new_array(a, uint64_t, text.len / LINE_BLOCK + 1);
	for (size_t i = 1; i <= text.len / LINE_BLOCK; i++)
		before[i] = before[i - 1] +
			    count_newlines(slice_first(slice_from(text, (i - 1) * LINE_BLOCK), LINE_BLOCK));
	return before;
}

void source_table_init(struct source_table *t, struct arena *a)
{
	*t = (struct source_table){ .arena = a };
	*vec_add(a, &t->sources) = (struct source){ .layer = -1 };
}

uint32_t source_add(struct source_table *t, struct slice name, struct slice bytes, int32_t layer)
{
	const uint64_t *newlines = count_blocks(t->arena, bytes);

	*vec_add(t->arena, &t->sources) =
		(struct source){ .name = name, .bytes = bytes, .layer = layer, .newlines = newlines };
	return (uint32_t)(t->sources.count - 1);
}

void source_add_piece(struct source_table *t, uint32_t source, struct source_piece piece)
{
	if (source < t->sources.count)
		*vec_add(t->arena, &t->sources.items[source].pieces) = piece;
}

const struct source *source_get(const struct source_table *t, uint32_t number)
{
	return number < t->sources.count ? &t->sources.items[number] : NULL;
}

/* The last piece that starts at or before the offset. */
static const struct source_piece *find_piece(const struct source *s, uint64_t offset)
{
	size_t low = 0, high = s->pieces.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->pieces.items[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &s->pieces.items[low - 1] : NULL;
}

struct span source_origin(const struct source_table *t, struct span s)
{
	for (int depth = 0; depth < DERIVATION_DEPTH; depth++) {
		const struct source *source = source_get(t, s.source);

		if (!source || source->pieces.count == 0)
			break;
		const struct source_piece *piece = find_piece(source, s.offset);
		if (!piece)
			return (struct span){ .source = SOURCE_NONE };
		uint64_t into = s.offset - piece->offset, left = 0;
		if (into > piece->origin.length)
			into = piece->origin.length;
		left = piece->origin.length - into;
		s = (struct span){ piece->origin.source, piece->origin.offset + into,
				   s.length < left ? s.length : left };
	}
	return s;
}

static struct position position_at(const struct source *s, uint64_t offset)
{
	struct position p = { 0 };

	if (!s || s->bytes.len == 0 || offset > s->bytes.len)
		return p;
	struct slice before = slice_first(s->bytes, (size_t)offset);
	size_t newline = slice_rfind_byte(before, '\n');
	struct slice line = newline == before.len ? before : slice_from(before, newline + 1);

	size_t block = s->newlines ? (size_t)offset / LINE_BLOCK : 0;
	p.line = 1 + (s->newlines ? s->newlines[block] : 0) + count_newlines(slice_from(before, block * LINE_BLOCK));
	p.column = line.len + 1;
	p.column_utf16 = 1;
	while (!slice_empty(line)) {
		uint32_t rune;

		line = slice_from(line, text_decode_utf8(line, &rune));
		p.column_utf16 += rune > 0xffff ? 2 : 1;
	}
	return p;
}

struct position source_position(const struct source_table *t, struct span s)
{
	return position_at(source_get(t, s.source), s.offset);
}

struct position source_end_position(const struct source_table *t, struct span s)
{
	return position_at(source_get(t, s.source), s.offset + s.length);
}
