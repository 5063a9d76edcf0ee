#include "config/regex_chars.h"

#define GROUPS_MAX 100

struct group {
	size_t open, close; /* of the text between the parentheses */
	struct slice name;
	bool captures;
};

/* Behind a character class that starts at `at`. */
static size_t class_end(struct slice p, size_t at)
{
	size_t i = at + 1;

	i += i < p.len && p.data[i] == '^';
	i += i < p.len && p.data[i] == ']';
	while (i < p.len && p.data[i] != ']')
		i += p.data[i] == '\\' ? 2 : 1;
	return i < p.len ? i + 1 : p.len;
}

/* "(?<name>", "(?P<name>", "(?'name'", "(?:", "(?=": what stands behind the parenthesis. */
static void read_group_head(struct slice p, struct group *g)
{
	struct slice rest = slice_from(p, g->open);

	g->captures = true;
	if (!slice_starts(rest, SLICE("?")))
		return;
	size_t skip = slice_starts(rest, SLICE("?P<")) ? 3 : slice_starts(rest, SLICE("?<")) || slice_starts(rest, SLICE("?'")) ? 2 : 0;
	char after = skip && rest.len > skip ? rest.data[skip] : '\0';
	g->captures = skip && after != '=' && after != '!';
	if (!g->captures) {
		size_t colon = slice_find_byte(rest, ':');

		g->open += colon < rest.len && colon < 8 ? colon + 1 : 2;
		return;
	}
	size_t end = skip;
	while (end < rest.len && rest.data[end] != '>' && rest.data[end] != '\'')
		end++;
	g->name = slice_first(slice_from(rest, skip), end - skip);
	g->open += end < rest.len ? end + 1 : end;
}

static size_t find_groups(struct slice p, struct group groups[static GROUPS_MAX])
{
	size_t stack[GROUPS_MAX], depth = 0, count = 0;

	for (size_t i = 0; i < p.len;) {
		if (p.data[i] == '\\') {
			i += 2;
		} else if (p.data[i] == '[') {
			i = class_end(p, i);
		} else if (p.data[i] == '(' && count < GROUPS_MAX) {
			groups[count] = (struct group){ .open = i + 1, .close = p.len };
			read_group_head(p, &groups[count]);
			stack[depth++] = count++;
			i++;
		} else {
			if (p.data[i] == ')' && depth)
				groups[stack[--depth]].close = i;
			i++;
		}
	}
	return count;
}

bool regex_group(struct slice pattern, int number, struct slice name, struct slice *ret)
{
	struct group groups[GROUPS_MAX];
	size_t count = find_groups(pattern, groups);
	int seen = 0;

	if (number == 0) {
		*ret = pattern;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (!groups[i].captures)
			continue;
		seen++;
		if (number > 0 ? seen != number : !slice_eq(groups[i].name, name) || slice_empty(name))
			continue;
		size_t open = groups[i].open, close = groups[i].close < open ? open : groups[i].close;
		*ret = slice_first(slice_from(pattern, open), close - open);
		return true;
	}
	return false;
}

static bool word_char(char c)
{
	return ascii_alnum(c) || c == '_';
}

/* \w \W \d \D \s \S and friends; any other escape stands for itself. */
static bool escape_matches(char kind, char c)
{
	switch (kind) {
	case 'w': return word_char(c);
	case 'W': return !word_char(c);
	case 'd': return ascii_digit(c);
	case 'D': return !ascii_digit(c);
	case 's': return ascii_space(c);
	case 'S': return !ascii_space(c);
	case 'N': return c != '\n';
	case 'R': case 'v': return c == '\n' || c == '\r';
	case 'n': return c == '\n';
	case 'r': return c == '\r';
	case 't': return c == '\t';
	case 'b': case 'B': case 'A': case 'z': case 'Z': case 'G': return false;
	default: return kind == c;
	}
}

static bool class_matches(struct slice p, size_t at, size_t end, char c)
{
	size_t i = at + 1;
	bool negated = i < end && p.data[i] == '^', found = false;

	for (i += negated; i + 1 < end; i++) {
		if (p.data[i] == '\\' && i + 2 < end) {
			found |= escape_matches(p.data[++i], c);
		} else if (i + 3 < end && p.data[i + 1] == '-') {
			found |= c >= p.data[i] && c <= p.data[i + 2];
			i += 2;
		} else {
			found |= p.data[i] == c;
		}
	}
	return found != negated;
}

bool regex_can_contain(struct slice p, char c)
{
	for (size_t i = 0; i < p.len;) {
		if (p.data[i] == '\\' && i + 1 < p.len) {
			if (escape_matches(p.data[i + 1], c))
				return true;
			i += 2;
		} else if (p.data[i] == '[') {
			size_t end = class_end(p, i);

			if (class_matches(p, i, end, c))
				return true;
			i = end;
		} else if (p.data[i] == '.') {
			if (c != '\n')
				return true;
			i++;
		} else if (strchr("()|*+?^$", p.data[i]) != NULL) {
			i++;
		} else if (p.data[i] == '{') {
			i += slice_find_byte(slice_from(p, i), '}') + 1;
		} else if (p.data[i++] == c) {
			return true;
		}
	}
	return false;
}

bool regex_must_start(struct slice p, char c)
{
	while (slice_cut_prefix(&p, SLICE("^")) || slice_cut_prefix(&p, SLICE("(?:")) || slice_cut_prefix(&p, SLICE("(")))
		;
	slice_cut_prefix(&p, SLICE("\\"));
	bool optional = p.len > 1 && strchr("?*{", p.data[1]) != NULL;
	return p.len && p.data[0] == c && !optional && slice_find_byte(p, '|') == p.len;
}

bool regex_must_contain(struct slice p, char c)
{
	size_t depth = 0;

	if (slice_find_byte(p, '|') < p.len)
		return false;
	for (size_t i = 0; i < p.len; i++) {
		if (p.data[i] == '[') {
			i = class_end(p, i) - 1;
		} else if (p.data[i] == '(') {
			depth++;
		} else if (p.data[i] == ')') {
			depth -= depth > 0;
		} else if (p.data[i] == '\\' && i + 1 < p.len) {
			i++;
			if (p.data[i] == c && depth == 0 && !(i + 1 < p.len && strchr("?*{", p.data[i + 1])))
				return true;
		} else if (p.data[i] == c && depth == 0 && !(i + 1 < p.len && strchr("?*{", p.data[i + 1]))) {
			return true;
		}
	}
	return false;
}
