#include "config/problem.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"

static const char *const kind_names[PROBLEM_KIND_COUNT] = {
	[PROBLEM_SYNTAX] = "syntax",	   [PROBLEM_COMMENT] = "comment",
	[PROBLEM_DUPLICATE] = "duplicate", [PROBLEM_UNKNOWN_KEY] = "unknown-key",
	[PROBLEM_TYPE] = "type",	   [PROBLEM_VALUE] = "value",
	[PROBLEM_MISSING] = "missing",	   [PROBLEM_UNDEFINED] = "undefined",
	[PROBLEM_CONFLICT] = "conflict",   [PROBLEM_OBSOLETE] = "obsolete",
	[PROBLEM_IGNORED] = "ignored",	   [PROBLEM_REJECTED] = "rejected",
	[PROBLEM_UNSET] = "unset",	   [PROBLEM_CYCLE] = "cycle",
	[PROBLEM_FILE] = "file",	   [PROBLEM_LIMIT] = "limit",
};

const char *problem_kind_name(enum problem_kind kind)
{
	return (unsigned)kind < PROBLEM_KIND_COUNT ? kind_names[kind] : "unknown";
}

void problem_list_init(struct problem_list *p, struct arena *a)
{
	*p = (struct problem_list){ .arena = a };
}

/* More would be cut by the terminal as well. */
#define MESSAGE_MAX 512

struct problem *problem_add(struct problem_list *p, enum problem_kind kind, struct span span,
			    const char *fmt, ...)
{
	struct problem *x;
	char message[MESSAGE_MAX];
	va_list args;

	if (p->list.count == LIMIT_PROBLEMS) {
		p->left_out++;
		if (!p->spare)
			p->spare = arena_new(p->arena, struct problem);
		return p->spare;
	}
	x = vec_add(p->arena, &p->list);
	va_start(args, fmt);
	int n = vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	size_t len = n < 0 ? 0 : (size_t)n;
	if (len >= sizeof(message))
		len = sizeof(message) - 1;
	*x = (struct problem){
		.kind = kind,
		.span = span,
		.message = arena_copy(p->arena, slice_new(message, len)),
	};
	return x;
}

/* ---- suggestions ---- */

#define WORD_MAX 40

static char folded(char c)
{
	return c == '_' ? '-' : ascii_tolower(c);
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment distance; both words are at most WORD_MAX long. */
static unsigned distance(struct slice a, struct slice b)
{
	unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *now = rows[2];

	for (unsigned j = 0; j <= b.len; j++) {
		before[j] = 0;
		last[j] = j;
	}
	for (unsigned i = 1; i <= a.len; i++) {
		now[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			char x = folded(a.data[i - 1]), y = folded(b.data[j - 1]);

			now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == folded(b.data[j - 2]) &&
			    y == folded(a.data[i - 2]) && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		unsigned *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.len];
}

struct slice suggest_name(struct slice word, const struct slice *candidates, size_t count)
{
	unsigned allowed = word.len <= 4 ? 1 : word.len <= 8 ? 2 : 3, best = allowed + 1;
	struct slice found = SLICE_EMPTY;

	if (word.len < 2 || word.len > WORD_MAX)
		return found;
	for (size_t i = 0; i < count; i++) {
		struct slice c = candidates[i];

		if (c.len > WORD_MAX || c.len > word.len + allowed || word.len > c.len + allowed)
			continue;
		unsigned d = distance(word, c);
		if (d < best) {
			best = d;
			found = c;
		}
	}
	return found;
}
