/* BuildKit's tables envVarTest and wordsTest, line by line. */
#include "base/map.h"
#include "base/text.h"
#include "config/docker_words.h"

struct environment {
	struct map unix_names, windows_names; /* the latter in lower case */
	struct arena *arena;
	bool windows; /* names without case */
};

static struct slice lower(struct arena *a, struct slice name)
{
	char *copy = arena_cstr(a, name);

	for (size_t i = 0; i < name.len; i++)
		copy[i] = ascii_tolower(copy[i]);
	return slice_new(copy, name.len);
}

static bool get(void *context, struct slice name, struct slice *ret)
{
	const struct environment *e = context;
	const struct slice *value = e->windows
					    ? map_get_ptr(&e->windows_names, lower(e->arena, name))
					    : map_get_ptr(&e->unix_names, name);

	if (value)
		*ret = *value;
	return value != NULL;
}

static void set(struct environment *e, struct slice assignment)
{
	size_t equals = slice_find_byte(assignment, '=');
	struct slice name = slice_trim(slice_first(assignment, equals));
	struct slice *value = arena_new(e->arena, struct slice);

	*value = slice_from(assignment, equals + 1);
	map_put_ptr(&e->unix_names, name, value);
	map_put_ptr(&e->windows_names, lower(e->arena, name), value);
}

/* "a,b c": the words joined; "error" for a refusal. */
static struct slice answer(struct environment *e, struct slice text, bool split)
{
	struct docker_words_options options = {
		.escape = '\\', .split = split, .get = get, .context = e};
	struct docker_words_result result;
	struct slice_list words = {0};

	if (!docker_words(text, &options, e->arena, &result, NULL))
		return SLICE("error");
	if (!split)
		return result.text;
	vec_each(w, &result.words)
		*vec_add(e->arena, &words) = w->text;
	return arena_join(e->arena, words.items, words.count, SLICE(","));
}

static bool platform_prefix(struct slice line)
{
	return line.len >= 2 && line.data[1] == '|' && memchr("AUW", line.data[0], 3);
}

/* Says whether the line's expectation holds; lines without one are answered. */
static bool check(struct environment *e, struct slice line, size_t *agree, struct buf *out)
{
	struct slice text, expected, given;
	bool split = !platform_prefix(line), asked = true;

	e->windows = !split && line.data[0] == 'W';
	if (!split)
		line = slice_from(line, 2);
	asked = slice_split(line, '|', &text, &expected);
	given = answer(e, slice_trim(text), split && asked);
	e->windows = false;
	if (!asked) {
		text_add_safe(out, given);
		buf_add_byte(out, '\n');
		return true;
	}
	if (slice_eq(given, slice_trim(expected))) {
		*agree += 1;
		return true;
	}
	text_add_safe(out, line);
	buf_add_lit(out, " but: ");
	text_add_safe(out, given);
	buf_add_byte(out, '\n');
	return false;
}

size_t docker_words_check(struct slice text, struct arena *a, struct buf *out)
{
	struct environment e = {.arena = a};
	size_t agree = 0, differ = 0;
	struct slice line;
	bool asked = false;

	map_init(&e.unix_names);
	map_init(&e.windows_names);
	while (slice_next_line(&text, &line)) {
		if (slice_cut_prefix(&line, SLICE("ENV "))) {
			set(&e, line);
		} else if (!slice_empty(slice_trim(line)) && line.data[0] != '#') {
			asked |= slice_find_byte(line, '|') < line.len;
			differ += !check(&e, line, &agree, out);
		}
	}
	map_release(&e.unix_names);
	map_release(&e.windows_names);
	if (asked)
		buf_printf(out, "%zu agree, %zu differ\n", agree, differ);
	return differ;
}
