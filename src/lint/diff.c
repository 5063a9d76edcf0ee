#include "lint/diff.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/vec.h"

#define CONTEXT 3
/* Texts that differ in more places than this are written as one replacement. */
#define COST_MAX 4000

/* One line of the result: kept, taken away or added. */
struct step {
	char mark; /* ' ', '-', '+' */
	struct slice line;
};
struct step_list VEC_OF(struct step);

static void split(struct arena *a, struct slice text, struct slice_list *ret)
{
	while (text.len) {
		size_t end = slice_find_byte(text, '\n');

		end += end < text.len;
		*vec_add(a, ret) = slice_first(text, end);
		text = slice_from(text, end);
	}
}

/* Myers, "An O(ND) Difference Algorithm", greedy forward search; the furthest points of each round are kept. */
struct search {
	const struct slice *a, *b;
	int n, m;
	struct arena *arena;
	int **rounds;
	int cost;
};

static int *row_at(int *row, int cost, int k)
{
	return &row[k + cost + 1];
}

static bool search(struct search *s)
{
	int limit = s->n + s->m < COST_MAX ? s->n + s->m : COST_MAX;
	int *v = arena_new_array(s->arena, int, (size_t)limit * 2 + 3);

	s->rounds = arena_new_array(s->arena, int *, (size_t)limit + 1);
	for (int d = 0; d <= limit; d++) {
		int *kept = arena_new_array(s->arena, int, (size_t)d * 2 + 3);

		for (int k = -d; k <= d; k++)
			*row_at(kept, d, k) = *row_at(v, limit, k);
		s->rounds[d] = kept;
		for (int k = -d; k <= d; k += 2) {
			bool down = k == -d || (k != d && *row_at(v, limit, k - 1) < *row_at(v, limit, k + 1));
			int x = down ? *row_at(v, limit, k + 1) : *row_at(v, limit, k - 1) + 1;

			while (x < s->n && x - k < s->m && slice_eq(s->a[x], s->b[x - k]))
				x++;
			*row_at(v, limit, k) = x;
			if (x >= s->n && x - k >= s->m) {
				s->cost = d;
				return true;
			}
		}
	}
	return false;
}

static void put(struct search *s, struct step_list *steps, char mark, struct slice line)
{
	*vec_add(s->arena, steps) = (struct step){ mark, line };
}

/* Back from the end over the rounds; steps come out last first. */
static void trace(struct search *s, struct step_list *steps)
{
	int x = s->n, y = s->m;

	for (int d = s->cost; d > 0; d--) {
		int *v = s->rounds[d];
		int k = x - y;
		bool down = k == -d || (k != d && *row_at(v, d, k - 1) < *row_at(v, d, k + 1));
		int from_k = down ? k + 1 : k - 1;
		int from_x = *row_at(v, d, from_k), from_y = from_x - from_k;
		int start_x = down ? from_x : from_x + 1, start_y = start_x - k;

		for (; x > start_x && y > start_y; x--, y--)
			put(s, steps, ' ', s->a[x - 1]);
		if (down)
			put(s, steps, '+', s->b[from_y]);
		else
			put(s, steps, '-', s->a[from_x]);
		x = from_x;
		y = from_y;
	}
	for (; x > 0; x--)
		put(s, steps, ' ', s->a[x - 1]);
}

static void replace_all(struct search *s, struct step_list *steps)
{
	for (int i = s->m; i-- > 0;)
		put(s, steps, '+', s->b[i]);
	for (int i = s->n; i-- > 0;)
		put(s, steps, '-', s->a[i]);
}

static void add_line(struct buf *out, const struct step *step, bool colour)
{
	struct slice line = step->line;
	bool ended = slice_cut_suffix(&line, SLICE("\n"));
	const char *start = !colour || step->mark == ' ' ? "" : step->mark == '+' ? "\033[32m" : "\033[31m";

	buf_add_slice(out, slice_from_cstr(start));
	buf_add_byte(out, step->mark);
	if (colour)
		text_add_safe(out, line);
	else
		buf_add_slice(out, line);
	if (*start)
		buf_add_lit(out, "\033[0m");
	buf_add_byte(out, '\n');
	if (!ended)
		buf_add_lit(out, "\\ No newline at end of file\n");
}

/* One hunk: steps [from, to); old and new: lines before it. */
static void add_hunk(struct buf *out, const struct step_list *steps, size_t from, size_t to, size_t old,
		     size_t new, bool colour)
{
	size_t old_count = 0, new_count = 0;

	for (size_t i = from; i < to; i++) {
		old_count += steps->items[i].mark != '+';
		new_count += steps->items[i].mark != '-';
	}
	buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", old_count ? old + 1 : old, old_count, new_count ? new + 1 : new,
		   new_count);
	for (size_t i = from; i < to; i++)
		add_line(out, &steps->items[i], colour);
}

/* The end of a hunk that holds the change at `i`: where more than two contexts of kept lines follow. */
static size_t hunk_end(const struct step_list *steps, size_t i)
{
	size_t kept = 0, last = i;

	for (; i < steps->count && kept <= 2 * CONTEXT; i++) {
		kept = steps->items[i].mark == ' ' ? kept + 1 : 0;
		if (kept == 0)
			last = i + 1;
	}
	return last + CONTEXT < steps->count ? last + CONTEXT : steps->count;
}

static void add_hunks(struct buf *out, const struct step_list *steps, bool colour)
{
	size_t old = 0, new = 0, done = 0;

	for (size_t i = 0; i < steps->count; i++) {
		if (steps->items[i].mark == ' ')
			continue;
		size_t from = i - done > CONTEXT ? i - CONTEXT : done, to = hunk_end(steps, i);
		for (; done < from; done++)
			old++, new++;
		add_hunk(out, steps, from, to, old, new, colour);
		for (; done < to; done++) {
			old += steps->items[done].mark != '+';
			new += steps->items[done].mark != '-';
		}
		i = to - 1;
	}
}

void diff_unified(struct slice path, struct slice before, struct slice after, bool colour, struct buf *out)
{
	struct slice_list a = { 0 }, b = { 0 };
	struct step_list reversed = { 0 }, steps = { 0 };
	struct arena arena;

	if (slice_eq(before, after))
		return;
	arena_init(&arena, 0);
	split(&arena, before, &a);
	split(&arena, after, &b);
	struct search s = { .a = a.items, .b = b.items, .n = (int)a.count, .m = (int)b.count, .arena = &arena };
	if (search(&s))
		trace(&s, &reversed);
	else
		replace_all(&s, &reversed);
	for (size_t i = reversed.count; i-- > 0;)
		*vec_add(&arena, &steps) = reversed.items[i];
	buf_add_lit(out, "--- a/");
	text_add_safe(out, path);
	buf_add_lit(out, "\n+++ b/");
	text_add_safe(out, path);
	buf_add_byte(out, '\n');
	add_hunks(out, &steps, colour);
	arena_release(&arena);
}
