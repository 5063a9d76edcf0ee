/*
 * Fenced code blocks of Markdown (CommonMark 0.31, section 4.5).  A block's
 * text is a derived source: indentation of the fence and the prompts of
 * terminal sessions are left out, and every line maps to its place.
 */
#include "base/buf.h"
#include "lint/internal.h"
#include "lint/recognise.h"

#define BLOCKS_MAX 10000

struct fence {
	char mark;
	size_t length, indent;
	struct slice language;
};

static size_t blanks(struct slice line)
{
	size_t i = 0;

	while (i < line.len && line.data[i] == ' ')
		i++;
	return i;
}

/* Fences stand behind list items and quotes as well: any indentation will do. */
static bool opens_fence(struct slice line, struct fence *ret)
{
	size_t indent = blanks(line), i;

	line = slice_from(line, indent);
	if (line.len < 3 || (line.data[0] != '`' && line.data[0] != '~'))
		return false;
	for (i = 0; i < line.len && line.data[i] == line.data[0]; i++)
		;
	struct slice info = slice_trim(slice_from(line, i));
	if (i < 3 || (line.data[0] == '`' && slice_find_byte(info, '`') < info.len))
		return false;
	size_t end = 0;
	while (end < info.len && !ascii_space(info.data[end]) && info.data[end] != '{' && info.data[end] != ',' &&
	       info.data[end] != ':')
		end++;
	*ret = (struct fence){ line.data[0], i, indent, slice_first(info, end) };
	return true;
}

static bool closes_fence(struct slice line, const struct fence *f)
{
	size_t i;

	line = slice_trim(line);
	for (i = 0; i < line.len && line.data[i] == f->mark; i++)
		;
	return i >= f->length && i == line.len;
}

struct block {
	struct buf text;
	struct source_piece_list pieces;
	bool session; /* console: only lines behind a prompt are commands */
};

static void add_line(struct block *b, struct arena *a, uint32_t source, uint64_t offset, struct slice line,
		     size_t indent)
{
	size_t cut = blanks(line) < indent ? blanks(line) : indent;
	struct slice text = slice_from(line, cut);

	if (slice_starts(text, SLICE("$ "))) {
		text = slice_from(text, 2);
		cut += 2;
	} else if (b->session) {
		text = SLICE_EMPTY;
	}
	*vec_add(a, &b->pieces) = (struct source_piece){
		.offset = b->text.len, .length = text.len + 1,
		.origin = { source, offset + cut, text.len + 1 },
	};
	buf_add_slice(&b->text, text);
	buf_add_byte(&b->text, '\n');
}

static void finish_block(struct project *p, struct document *markdown, struct block *b, const struct fence *f,
			 size_t number)
{
	struct slice text = arena_copy(p->arena, buf_slice(&b->text));
	enum document_kind kind = recognise_block(f->language, text);

	if (kind == DOCUMENT_NONE)
		return;
	uint32_t source = source_add(p->sources, markdown->path, text, -1);
	vec_each(piece, &b->pieces)
		source_add_piece(p->sources, source, *piece);
	struct document *d = project_add(p, kind, markdown->path, text, source);
	d->holder = markdown;
	d->excerpt = true;
	d->block = arena_printf(p->arena, "block %zu", number);
}

static bool is_session(struct slice language, struct slice first)
{
	return slice_eq_nocase(language, SLICE("console")) || slice_starts(slice_trim(first), SLICE("$ "));
}

void markdown_blocks(struct project *p, struct document *markdown)
{
	struct slice rest = markdown->text, line;
	struct fence fence = { 0 };
	struct block block = { 0 };
	size_t number = 0;
	bool inside = false, first = false;

	buf_init(&block.text, markdown->text.len + 1);
	while (slice_next_line(&rest, &line)) {
		uint64_t offset = (uint64_t)(line.data - markdown->text.data);

		if (!inside) {
			inside = first = opens_fence(line, &fence);
			buf_clear(&block.text);
			block.pieces = (struct source_piece_list){ 0 };
		} else if (closes_fence(line, &fence)) {
			if (++number <= BLOCKS_MAX)
				finish_block(p, markdown, &block, &fence, number);
			inside = false;
		} else {
			if (first)
				block.session = is_session(fence.language, line);
			first = false;
			add_line(&block, p->arena, markdown->source, offset, line, fence.indent);
		}
	}
	buf_release(&block.text);
}
