#include "config/sudoers.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"

#define ALIAS_DEPTH 16
/* Elements that one line may stand for, aliases expanded. */
#define ELEMENTS_MAX 10000

struct reader {
	struct slice text;
	uint32_t source;
	struct arena *arena;
	struct sudoers_file *file;
	struct map aliases; /* name -> struct slice_list */
	size_t expanded;    /* of the line that is being read */
};

static struct span span_at(const struct reader *r, size_t from, size_t to)
{
	return (struct span){r->source, from, to - from};
}

static void tell(struct reader *r, struct span at, const char *what)
{
	problem_add(&r->file->problems, PROBLEM_SYNTAX, at, "%s", what);
}

/* ---- lines ---- */

/*
 * A logical line: a backslash in front of a line break joins two.  The joined
 * text is as long as the written one (the two bytes become blanks), so that
 * places in it are places in the file.
 */
static struct slice take_line(struct reader *r, size_t *at)
{
	size_t start = *at, end;
	bool joined, any = false;

	do {
		end = *at + slice_find_byte(slice_from(r->text, *at), '\n');
		joined = end > *at && end < r->text.len && r->text.data[end - 1] == '\\';
		any |= joined;
		*at = end < r->text.len ? end + 1 : end;
	} while (joined && *at < r->text.len);
	struct slice line = slice_first(slice_from(r->text, start), end - start);
	if (!any)
		return line;
	char *copy = arena_cstr(r->arena, line);
	for (size_t i = 0; i + 1 < line.len; i++)
		if (copy[i] == '\\' && copy[i + 1] == '\n')
			copy[i] = copy[i + 1] = ' ';
	return slice_new(copy, line.len);
}

/* A # begins a comment unless a number follows it (#1000) or a backslash stands before it. */
static struct slice without_comment(struct slice line)
{
	char quote = 0;

	for (size_t i = 0; i < line.len; i++) {
		char c = line.data[i], next = i + 1 < line.len ? line.data[i + 1] : 0;

		if (c == '\\')
			i++;
		else if (c == '"')
			quote = quote ? 0 : c;
		else if (c == '#' && !quote && !ascii_digit(next) &&
			 !(next == '-' && i + 2 < line.len && ascii_digit(line.data[i + 2])))
			return slice_first(line, i);
	}
	return line;
}

/* The next piece up to an unquoted separator; parentheses hold together. */
static bool next_piece(struct slice *rest, char separator, struct slice *piece)
{
	bool quote = false;
	size_t i = 0;

	if (slice_empty(*rest))
		return false;
	for (; i < rest->len; i++) {
		char c = rest->data[i];

		if (c == '\\')
			i++;
		else if (c == '"')
			quote = !quote;
		else if (c == separator && !quote)
			break;
	}
	*piece = slice_trim(slice_first(*rest, i));
	*rest = slice_from(*rest, i + 1);
	return true;
}

/* ---- aliases ---- */

static bool is_alias_name(struct slice s)
{
	if (slice_empty(s) || !ascii_upper(s.data[0]) || slice_is(s, "ALL"))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_upper(s.data[i]) && !ascii_digit(s.data[i]) && s.data[i] != '_')
			return false;
	return true;
}

static void expand(struct reader *r, struct slice element, struct slice_list *ret, unsigned depth)
{
	const struct slice_list *alias =
		is_alias_name(element) ? map_get_ptr(&r->aliases, element) : NULL;

	/* Aliases count as well: some stand for nothing. */
	if (r->expanded++ >= ELEMENTS_MAX)
		return;
	if (!alias || !depth) {
		*vec_add(r->arena, ret) = element;
		return;
	}
	for (size_t i = 0; i < alias->count && r->expanded < ELEMENTS_MAX; i++)
		expand(r, alias->items[i], ret, depth - 1);
}

static void read_aliases(struct reader *r, struct slice rest, struct span at)
{
	struct slice definition;

	while (next_piece(&rest, ':', &definition)) {
		struct slice name, members, member;
		struct slice_list *list = arena_new(r->arena, struct slice_list);

		if (!slice_split(definition, '=', &name, &members)) {
			tell(r, at, "an alias without an equals sign");
			continue;
		}
		while (next_piece(&members, ',', &member))
			if (!slice_empty(member))
				*vec_add(r->arena, list) = member;
		map_put_ptr(&r->aliases, slice_trim(name), list);
	}
}

static void find_aliases(struct reader *r)
{
	static const struct slice kinds[] = {
		SLICE_INIT("User_Alias"), SLICE_INIT("Runas_Alias"), SLICE_INIT("Host_Alias"),
		SLICE_INIT("Cmnd_Alias"), SLICE_INIT("Cmd_Alias"),
	};

	for (size_t at = 0; at < r->text.len;) {
		size_t start = at;
		struct slice line = slice_trim(without_comment(take_line(r, &at)));

		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (slice_starts(line, kinds[i]))
				read_aliases(r, slice_from(line, kinds[i].len),
					     span_at(r, start, at));
	}
}

/* ---- user specifications ---- */

static struct slice unescaped(struct reader *r, struct slice s)
{
	struct buf out;

	if (slice_find_byte(s, '\\') == s.len && slice_find_byte(s, '"') == s.len)
		return s;
	buf_init(&out, LIMIT_CONFIG);
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '"')
			continue;
		i += s.data[i] == '\\' && i + 1 < s.len;
		buf_add_byte(&out, s.data[i]);
	}
	struct slice text = arena_copy(r->arena, buf_slice(&out));
	buf_release(&out);
	return text;
}

static bool take_tag(struct slice *s, struct sudoers_command *c)
{
	static const char *const tags[] = {
		"NOPASSWD",  "PASSWD",	    "NOEXEC",	  "EXEC",	  "SETENV", "NOSETENV",
		"LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT", "FOLLOW", "NOFOLLOW",
		"MAIL",	     "NOMAIL",	    "INTERCEPT",  "NOINTERCEPT",
	};

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		struct slice rest = *s;

		if (!slice_cut_prefix(&rest, slice_from_cstr(tags[i])))
			continue;
		rest = slice_trim(rest);
		if (!slice_cut_prefix(&rest, SLICE(":")))
			continue;
		if (i < 2)
			c->nopasswd = i == 0;
		else if (i < 4)
			c->noexec = i == 2;
		else if (i < 6)
			c->setenv = i == 4;
		*s = slice_trim(rest);
		return true;
	}
	return false;
}

/* Tags and the user carry over to the commands behind. */
static void read_commands(struct reader *r, struct slice list, size_t at, struct slice line,
			  const char *base, struct sudoers_entry *e)
{
	struct sudoers_command c = {0};
	struct slice piece;

	while (next_piece(&list, ',', &piece)) {
		struct slice_list names = {0};

		if (slice_empty(piece))
			continue;
		if (piece.data[0] == '(') {
			size_t close = slice_find_byte(piece, ')');
			struct slice own = slice_from(line, (size_t)(piece.data - base) + 1);
			c.run_as = slice_trim(slice_first(own, close ? close - 1 : 0));
			piece = slice_trim(slice_from(piece, close + 1));
		}
		while (take_tag(&piece, &c))
			;
		c.negated = slice_cut_prefix(&piece, SLICE("!"));
		if (slice_empty(piece))
			continue;
		size_t offset = at + (size_t)(piece.data - base);
		c.span = span_at(r, offset, offset + piece.len);
		expand(r, piece, &names, ALIAS_DEPTH);
		vec_each(it, &names) {
			struct sudoers_command one = c;
			struct slice name = *it;

			one.negated ^= slice_cut_prefix(&name, SLICE("!"));
			one.command = unescaped(r, name);
			*vec_add(r->arena, &e->commands) = one;
		}
	}
}

/* (a, b) holds commas that are not those of the list; they are masked for the split. */
static struct slice mask_run_as(struct reader *r, struct slice s)
{
	bool inside = false;

	if (slice_find_byte(s, '(') == s.len)
		return s;
	char *copy = arena_cstr(r->arena, s);
	for (size_t i = 0; i < s.len; i++) {
		inside = (inside || copy[i] == '(') && copy[i] != ')';
		if (inside && copy[i] == ',')
			copy[i] = ' ';
	}
	return slice_new(copy, s.len);
}

static void read_list(struct reader *r, struct slice text, struct slice_list *ret)
{
	struct slice piece;

	while (next_piece(&text, ',', &piece))
		if (!slice_empty(piece))
			expand(r, unescaped(r, piece), ret, ALIAS_DEPTH);
}

/* "alice, %docker HOST = ...": the last word in front of the sign is the host's list. */
static size_t host_start(struct slice left)
{
	size_t i = left.len;

	/* Back over "A, B": a blank that no comma stands at. */
	while (i) {
		while (i && !ascii_space(left.data[i - 1]))
			i--;
		size_t gap = i;
		while (gap && ascii_space(left.data[gap - 1]))
			gap--;
		if (!gap || (left.data[gap - 1] != ',' && left.data[i] != ','))
			return i;
		i = gap;
	}
	return 0;
}

static void read_entry(struct reader *r, struct slice line, size_t start, struct span span)
{
	struct slice masked = mask_run_as(r, line);
	struct sudoers_entry e = {.span = span};
	size_t sign = slice_find_byte(masked, '=');

	if (sign == masked.len) {
		tell(r, span, "a line that is no user specification");
		return;
	}
	struct slice left = slice_trim(slice_first(masked, sign));
	size_t host = host_start(left);
	read_list(r, slice_trim(slice_first(left, host)), &e.users);
	read_list(r, slice_from(left, host), &e.hosts);
	read_commands(r, slice_from(masked, sign + 1), start, line, masked.data, &e);
	*vec_add(r->arena, &r->file->entries) = e;
}

static void read_line(struct reader *r, struct slice line, size_t start)
{
	static const struct slice includes[] = {
		SLICE_INIT("@includedir"),
		SLICE_INIT("@include"),
		SLICE_INIT("#includedir"),
		SLICE_INIT("#include"),
	};
	struct slice trimmed = slice_trim(line);
	size_t at = start + (size_t)(trimmed.data - line.data);
	struct span span = span_at(r, at, at + trimmed.len);

	for (size_t i = 0; i < ARRAY_LEN(includes); i++) {
		struct slice rest = trimmed;

		if (slice_cut_prefix(&rest, includes[i]) && !slice_empty(rest) &&
		    ascii_space(rest.data[0])) {
			*vec_add(r->arena, &r->file->includes) =
				(struct sudoers_default){slice_trim(rest), span};
			return;
		}
	}
	trimmed = slice_trim(without_comment(trimmed));
	span.length = trimmed.len;
	if (slice_empty(trimmed) ||
	    slice_find(trimmed, SLICE("_Alias")) < slice_find_byte(trimmed, ' '))
		return;
	if (slice_starts(trimmed, SLICE("Cmd_Alias")))
		return;
	if (slice_cut_prefix(&trimmed, SLICE("Defaults"))) {
		*vec_add(r->arena, &r->file->defaults) =
			(struct sudoers_default){slice_trim(trimmed), span};
		return;
	}
	r->expanded = 0;
	read_entry(r, trimmed, at, span);
}

void sudoers_read(struct slice text, uint32_t source, struct arena *a, struct sudoers_file *ret)
{
	struct reader r = {.text = text, .source = source, .arena = a, .file = ret};

	*ret = (struct sudoers_file){0};
	problem_list_init(&ret->problems, a);
	if (text.len > LIMIT_LINE) {
		problem_add(&ret->problems, PROBLEM_LIMIT, span_at(&r, 0, 0),
			    "a text of more than %zu bytes", LIMIT_LINE);
		return;
	}
	map_init(&r.aliases);
	/* An alias may be defined behind its use. */
	find_aliases(&r);
	for (size_t at = 0; at < text.len;) {
		size_t start = at;
		struct slice line = take_line(&r, &at);

		read_line(&r, line, start);
	}
	map_release(&r.aliases);
}
