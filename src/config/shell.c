#include "config/shell.h"

#include "base/buf.h"
#include "base/cleanup.h"

/* Groups, substitutions and here-documents within each other. */
#define NESTING_MAX 64
#define PENDING_MAX 16
#define PROBLEMS_MAX 16

struct here_document {
	size_t command, redirection;
	bool dashed;
};

struct parser {
	struct slice text;
	size_t at, end;          /* end: where this (sub)script stops */
	uint32_t source;
	uint64_t base;
	bool dockerfile;
	char escape;
	struct arena *arena;
	struct shell_script *script;
	unsigned nesting, depth, loop, substitution;
	size_t parent, pipeline;
	bool condition;
	struct slice function;
	struct here_document pending[PENDING_MAX];
	size_t pending_count;
};

static void parse_list(struct parser *p, char terminator);

static struct span span_of(const struct parser *p, size_t from, size_t to)
{
	return (struct span){ p->source, p->base + from, to > from ? to - from : 0 };
}

static void problem(struct parser *p, size_t from, const char *what)
{
	if (p->script->problems.count < PROBLEMS_MAX)
		*vec_add(p->arena, &p->script->problems) =
			(struct shell_problem){ span_of(p, from, p->at), what };
}

static char peek_at(const struct parser *p, size_t n)
{
	return p->at + n < p->end ? p->text.data[p->at + n] : '\0';
}

static char peek(const struct parser *p)
{
	return peek_at(p, 0);
}

static bool more(const struct parser *p)
{
	return p->at < p->end;
}

static bool looking_at(const struct parser *p, const char *what)
{
	size_t len = strlen(what);

	return p->end - p->at >= len && memcmp(p->text.data + p->at, what, len) == 0;
}

/* Length of an escaped line break at `at`: the escape, blanks where a Dockerfile allows them, the break. */
static size_t continuation_length(const struct parser *p, size_t at)
{
	size_t i = at;

	if (i >= p->end || p->text.data[i] != p->escape)
		return 0;
	i++;
	while (p->dockerfile && i < p->end && (p->text.data[i] == ' ' || p->text.data[i] == '\t'))
		i++;
	if (i < p->end && p->text.data[i] == '\r')
		i++;
	return i < p->end && p->text.data[i] == '\n' ? i + 1 - at : 0;
}

/* In a Dockerfile, lines behind a continued one that are empty or comments are not there. */
static void skip_dead_lines(struct parser *p)
{
	while (p->dockerfile && more(p)) {
		size_t i = p->at;

		while (i < p->end && (p->text.data[i] == ' ' || p->text.data[i] == '\t' ||
				      p->text.data[i] == '\r'))
			i++;
		if (i < p->end && p->text.data[i] == '#') {
			while (i < p->end && p->text.data[i] != '\n')
				i++;
		} else if (i >= p->end || p->text.data[i] != '\n') {
			return;
		}
		p->at = i < p->end ? i + 1 : i;
	}
}

static bool skip_continuation(struct parser *p)
{
	size_t length = continuation_length(p, p->at);

	if (length == 0)
		return false;
	p->at += length;
	skip_dead_lines(p);
	return true;
}

static void skip_blanks(struct parser *p)
{
	while (more(p)) {
		char c = peek(p);

		if (c == ' ' || c == '\t' || c == '\r')
			p->at++;
		else if (c == '#') /* only reached where a word could start */
			while (more(p) && peek(p) != '\n')
				p->at++;
		else if (!skip_continuation(p))
			return;
	}
}

/* --- words --- */

struct word_builder {
	struct buf value;
	bool quoted, expands, glob;
};

static void parse_substitution(struct parser *p, char terminator)
{
	unsigned depth = p->depth, loop = p->loop;
	size_t parent = p->parent, pipeline = p->pipeline;
	bool condition = p->condition;

	p->parent = p->script->commands.count ? p->script->commands.count - 1 : 0;
	p->depth = 0;
	p->condition = false;
	p->substitution++;
	parse_list(p, terminator);
	p->substitution--;
	p->depth = depth;
	p->loop = loop;
	p->parent = parent;
	p->pipeline = pipeline;
	p->condition = condition;
}

static void skip_balanced(struct parser *p, char open, char close)
{
	size_t level = 1;

	while (more(p) && level) {
		char c = peek(p);

		if (c == '\\' && p->at + 1 < p->end)
			p->at++;
		else if (c == open)
			level++;
		else if (c == close)
			level--;
		p->at++;
	}
}

/* Of backticks: up to the next one that is not escaped. */
static size_t backtick_end(const struct parser *p, size_t at)
{
	while (at < p->end && p->text.data[at] != '`')
		at += p->text.data[at] == '\\' ? 2 : 1;
	return at < p->end ? at : p->end;
}

static void read_backticks(struct parser *p)
{
	size_t start = p->at, close = backtick_end(p, start + 1), end = p->end;

	p->at = start + 1;
	if (p->nesting < NESTING_MAX) {
		p->end = close;
		parse_substitution(p, '\0');
		p->end = end;
	}
	if (close == end)
		problem(p, start, "a backtick that is not closed");
	p->at = close < end ? close + 1 : end;
}

static void read_parameter(struct parser *p);

/* Behind "$(": a command, or arithmetic. */
static void read_command_substitution(struct parser *p)
{
	size_t start = p->at;

	p->at += 2;
	if (peek(p) == '(') {
		skip_balanced(p, '(', ')');
	} else if (p->nesting < NESTING_MAX) {
		parse_substitution(p, ')');
		if (peek(p) == ')')
			p->at++;
		else
			problem(p, start, "a substitution that is not closed");
	} else {
		p->at = p->end;
		problem(p, start, "substitutions nested too deep");
	}
}

/* Inside of ${ }: the closing brace, over quotes and further expansions. */
static void read_braces(struct parser *p)
{
	size_t start = p->at;

	p->nesting++;
	p->at += 2;
	while (more(p) && peek(p) != '}') {
		char c = peek(p);

		if (c == '\\' && p->at + 1 < p->end)
			p->at += 2;
		else if (c == '$' && p->nesting < NESTING_MAX)
			read_parameter(p);
		else
			p->at++;
	}
	p->nesting--;
	if (more(p))
		p->at++;
	else
		problem(p, start, "an expansion that is not closed");
}

/* An expansion; a lone '$' is itself. */
static void read_parameter(struct parser *p)
{
	char c = peek_at(p, 1);

	if (c == '(') {
		read_command_substitution(p);
	} else if (c == '{') {
		read_braces(p);
	} else if (ascii_alpha(c) || c == '_') {
		p->at += 2;
		while (ascii_alnum(peek(p)) || peek(p) == '_')
			p->at++;
	} else if (ascii_digit(c) || (c && strchr("@*#?$!-", c))) {
		p->at += 2;
	} else {
		p->at++;
	}
}

static void add_expansion(struct parser *p, struct word_builder *w)
{
	size_t start = p->at;

	if (peek(p) == '`')
		read_backticks(p);
	else
		read_parameter(p);
	w->expands |= p->at - start > 1;
	buf_add(&w->value, p->text.data + start, p->at - start);
}

static void read_single_quotes(struct parser *p, struct word_builder *w)
{
	size_t start = p->at++;

	w->quoted = true;
	while (more(p) && peek(p) != '\'') {
		/* The Dockerfile joins lines before a shell sees them. */
		if (p->dockerfile && skip_continuation(p))
			continue;
		buf_add_byte(&w->value, p->text.data[p->at++]);
	}
	if (more(p))
		p->at++;
	else
		problem(p, start, "a quote that is not closed");
}

static void read_double_quotes(struct parser *p, struct word_builder *w)
{
	size_t start = p->at++;

	w->quoted = true;
	while (more(p) && peek(p) != '"') {
		char c = peek(p), next = peek_at(p, 1);

		if (skip_continuation(p))
			continue;
		if (c == '$' || c == '`') {
			add_expansion(p, w);
		} else {
			if (c == '\\' && next && strchr("$`\"\\", next))
				p->at++;
			buf_add_byte(&w->value, p->text.data[p->at++]);
		}
	}
	if (more(p))
		p->at++;
	else
		problem(p, start, "a quote that is not closed");
}

/* $'...': escapes stay as written but for quotes and backslashes. */
static void read_ansi_quotes(struct parser *p, struct word_builder *w)
{
	p->at += 2;
	w->quoted = true;
	while (more(p) && peek(p) != '\'') {
		if (peek(p) == '\\' && p->at + 1 < p->end)
			p->at++;
		buf_add_byte(&w->value, p->text.data[p->at++]);
	}
	p->at += more(p);
}

static bool ends_word(const struct parser *p)
{
	char c = peek(p);

	return !more(p) || strchr(" \t\r\n;&|<>()", c) != NULL;
}

static void read_piece(struct parser *p, struct word_builder *w)
{
	char c = peek(p);

	if (c == '\'') {
		read_single_quotes(p, w);
	} else if (c == '"') {
		read_double_quotes(p, w);
	} else if (c == '$' && peek_at(p, 1) == '\'') {
		read_ansi_quotes(p, w);
	} else if (c == '$' || c == '`') {
		add_expansion(p, w);
	} else if (c == '\\') {
		w->quoted = true;
		p->at++;
		if (more(p))
			buf_add_byte(&w->value, p->text.data[p->at++]);
	} else {
		w->glob |= c == '*' || c == '?' || c == '[';
		buf_add_byte(&w->value, c);
		p->at++;
	}
}

/* <( ) and >( ) stand where a word stands. */
static bool process_substitution(const struct parser *p)
{
	return (peek(p) == '<' || peek(p) == '>') && peek_at(p, 1) == '(';
}

/* Bytes that stand for themselves: most words are made of nothing else. */
static bool is_plain(char c)
{
	return ascii_alnum(c) || c == '-' || c == '_' || c == '.' || c == '/' || c == '=' || c == ':' ||
	       c == ',' || c == '+' || c == '@' || c == '%' || c == '~';
}

static bool read_plain_word(struct parser *p, struct shell_word *ret)
{
	size_t start = p->at, i = start;

	while (i < p->end && is_plain(p->text.data[i]))
		i++;
	if (i == start || (i < p->end && strchr(" \t\r\n;&|<>()", p->text.data[i]) == NULL))
		return false;
	p->at = i;
	ret->text = ret->value = slice_new(p->text.data + start, i - start);
	ret->span = span_of(p, start, i);
	return true;
}

static void read_word(struct parser *p, struct shell_word *ret)
{
	size_t start = p->at;
	struct word_builder w = { 0 };

	if (read_plain_word(p, ret))
		return;
	buf_init(&w.value, p->end - start + 1);
	if (process_substitution(p)) {
		read_command_substitution(p);
		w.expands = true;
		buf_add(&w.value, p->text.data + start, p->at - start);
	}
	while (!ends_word(p))
		if (!skip_continuation(p))
			read_piece(p, &w);
	ret->text = slice_new(p->text.data + start, p->at - start);
	ret->value = arena_copy(p->arena, buf_slice(&w.value));
	ret->span = span_of(p, start, p->at);
	ret->quoted = w.quoted;
	ret->expands = w.expands;
	ret->glob = w.glob;
	buf_release(&w.value);
}

/* --- redirections and here-documents --- */

/* Length of a redirection's operator at the parser's place, 0: none. */
static size_t redirection_length(const struct parser *p)
{
	static const char *const operators[] = { "&>>", "<<<", "<<-", "&>", "<<", ">>", "<&", ">&", "<>",
						 ">|", "<", ">" };
	size_t digits = 0;

	while (ascii_digit(peek_at(p, digits)))
		digits++;
	struct parser ahead = *p;
	ahead.at += digits;
	if (process_substitution(&ahead))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (looking_at(&ahead, operators[i]) && !(digits && operators[i][0] == '&'))
			return digits + strlen(operators[i]);
	return 0;
}

static bool is_here_document(struct slice op)
{
	return slice_ends(op, SLICE("<<")) || slice_ends(op, SLICE("<<-"));
}

static void read_redirection(struct parser *p, size_t command, size_t length)
{
	struct slice op = slice_new(p->text.data + p->at, length);
	struct shell_word target = { 0 };

	p->at += length;
	skip_blanks(p);
	read_word(p, &target);
	struct shell_command *c = &p->script->commands.items[command];
	struct shell_redirection *r = vec_add(p->arena, &c->redirections);
	r->op = op;
	r->target = target;
	if (is_here_document(op) && p->pending_count < PENDING_MAX)
		p->pending[p->pending_count++] = (struct here_document){
			command, c->redirections.count - 1, slice_ends(op, SLICE("-"))
		};
}

/* Behind a line's end: the bodies of the here-documents that the line began. */
static void read_here_documents(struct parser *p)
{
	for (size_t i = 0; i < p->pending_count; i++) {
		const struct here_document *h = &p->pending[i];
		struct shell_redirection *r =
			&p->script->commands.items[h->command].redirections.items[h->redirection];
		size_t start = p->at, stop = p->end;

		while (more(p)) {
			struct slice rest = slice_new(p->text.data + p->at, p->end - p->at);
			size_t length = slice_find_byte(rest, '\n');
			struct slice line = slice_first(rest, length);

			slice_cut_suffix(&line, SLICE("\r"));
			while (h->dashed && line.len && line.data[0] == '\t')
				line = slice_from(line, 1);
			stop = p->at;
			p->at += length < rest.len ? length + 1 : length;
			if (slice_eq(line, r->target.value))
				break;
			stop = p->at;
		}
		r->body = span_of(p, start, stop);
	}
	p->pending_count = 0;
}

static void read_newline(struct parser *p)
{
	p->at++;
	if (p->pending_count)
		read_here_documents(p);
}

/* --- commands --- */

static size_t begin_command(struct parser *p, enum shell_join join, bool negated)
{
	struct shell_command *c = vec_add(p->arena, &p->script->commands);

	c->join = join;
	c->negated = negated;
	c->condition = p->condition;
	c->loop = p->loop > 0;
	c->depth = p->depth;
	c->substitution = p->substitution;
	c->parent = p->parent;
	c->pipeline = p->pipeline;
	c->function = p->function;
	return p->script->commands.count - 1;
}

static size_t assignment_name(struct slice word)
{
	size_t i = 0;

	if (word.len == 0 || !(ascii_alpha(word.data[0]) || word.data[0] == '_'))
		return 0;
	while (i < word.len && (ascii_alnum(word.data[i]) || word.data[i] == '_'))
		i++;
	if (i < word.len && word.data[i] == '+')
		return i + 1 < word.len && word.data[i + 1] == '=' ? i : 0;
	return i < word.len && word.data[i] == '=' ? i : 0;
}

static bool add_assignment(struct parser *p, size_t command, const struct shell_word *word)
{
	size_t name = assignment_name(word->text);
	struct shell_command *c = &p->script->commands.items[command];

	if (name == 0 || c->words.count)
		return false;
	size_t skip = slice_find_byte(word->text, '=') + 1;
	struct shell_assignment *x = vec_add(p->arena, &c->assignments);

	x->name = slice_first(word->text, name);
	x->span = word->span;
	x->value = *word;
	x->value.text = slice_from(word->text, skip);
	x->value.value = slice_from(word->value, skip);
	x->value.span.offset += skip;
	x->value.span.length -= skip;
	return true;
}

static void extend(struct shell_command *c, struct span s)
{
	if (c->span.length == 0)
		c->span = s;
	else
		c->span.length = s.offset + s.length - c->span.offset;
}

/* One word, redirection or assignment of the command; false: it ends here. */
static bool read_part(struct parser *p, size_t command)
{
	struct shell_word word = { 0 };
	size_t start, length;

	skip_blanks(p);
	start = p->at;
	length = redirection_length(p);
	if (length) {
		read_redirection(p, command, length);
	} else if (ends_word(p) && !process_substitution(p)) {
		return false;
	} else {
		read_word(p, &word);
		if (p->at == start)
			return false;
		if (!add_assignment(p, command, &word))
			*vec_add(p->arena, &p->script->commands.items[command].words) = word;
	}
	extend(&p->script->commands.items[command], span_of(p, start, p->at));
	return true;
}

static void read_simple(struct parser *p, enum shell_join join, bool negated)
{
	size_t command = begin_command(p, join, negated);

	while (read_part(p, command))
		;
}

/* The word at the parser's place when it is made of letters or is one of { } [[ !. */
static struct slice reserved_at(const struct parser *p)
{
	size_t i = p->at;

	if (looking_at(p, "[["))
		return SLICE("[[");
	if (peek(p) == '{' || peek(p) == '}' || peek(p) == '!')
		i++;
	else
		while (i < p->end && ascii_lower(p->text.data[i]))
			i++;
	if (i < p->end && strchr(" \t\r\n;&|<>()", p->text.data[i]) == NULL &&
	    !continuation_length(p, i))
		return SLICE_EMPTY;
	return slice_new(p->text.data + p->at, i - p->at);
}

/* "[[ a == b ]]": words up to the closing brackets, in which operators mean nothing to us. */
static void read_test(struct parser *p, enum shell_join join, bool negated)
{
	size_t command = begin_command(p, join, negated), start = p->at;

	while (more(p)) {
		struct shell_word word = { 0 };
		size_t before;

		skip_blanks(p);
		before = p->at;
		if (looking_at(p, "]]")) {
			p->at += 2;
			break;
		}
		read_word(p, &word);
		if (p->at == before)
			p->at += more(p);
		else
			*vec_add(p->arena, &p->script->commands.items[command].words) = word;
	}
	p->script->commands.items[command].span = span_of(p, start, p->at);
}

/* "for x in a b" and "select x in a b"; "for ((;;))". */
static void read_loop_head(struct parser *p)
{
	skip_blanks(p);
	if (looking_at(p, "((")) {
		p->at += 1;
		p->at++;
		skip_balanced(p, '(', ')');
		p->at += peek(p) == ')';
		return;
	}
	while (more(p) && peek(p) != '\n' && peek(p) != ';') {
		struct shell_word word = { 0 };
		size_t before = p->at;

		read_word(p, &word);
		if (p->at == before)
			p->at += more(p);
		skip_blanks(p);
	}
}

/* Behind "case": the word, "in". */
static void read_case_head(struct parser *p)
{
	struct shell_word word = { 0 };

	skip_blanks(p);
	read_word(p, &word);
	while (more(p) && (ascii_space(peek(p)) || skip_continuation(p)))
		if (ascii_space(peek(p)))
			p->at++;
	if (slice_is(reserved_at(p), "in"))
		p->at += 2;
}

/* A pattern and its ')'; false at "esac". */
static bool read_case_pattern(struct parser *p)
{
	while (more(p)) {
		skip_blanks(p);
		if (peek(p) != '\n' && peek(p) != ';')
			break;
		p->at++;
	}
	if (!more(p) || slice_is(reserved_at(p), "esac"))
		return false;
	if (peek(p) == '(')
		p->at++;
	while (more(p) && peek(p) != ')') {
		struct shell_word word = { 0 };
		size_t before = p->at;

		skip_blanks(p);
		read_word(p, &word);
		if (p->at == before)
			p->at += more(p);
	}
	p->at += more(p);
	return true;
}

static void read_case(struct parser *p)
{
	read_case_head(p);
	while (read_case_pattern(p) && p->nesting < NESTING_MAX) {
		p->depth++;
		parse_list(p, ';');
		p->depth--;
	}
	if (slice_is(reserved_at(p), "esac"))
		p->at += 4;
}

/* "name()" and "function name": the body is a group that follows as any other. */
static bool read_function_head(struct parser *p)
{
	size_t start = p->at, i;
	bool keyword = slice_is(reserved_at(p), "function");

	if (keyword) {
		p->at += 8;
		skip_blanks(p);
	}
	size_t name = p->at;
	for (i = name; i < p->end && (ascii_alnum(p->text.data[i]) || strchr("_-.:", p->text.data[i])); i++)
		;
	size_t name_end = i;
	while (i < p->end && (p->text.data[i] == ' ' || p->text.data[i] == '\t'))
		i++;
	bool parentheses = i + 1 < p->end && p->text.data[i] == '(' && p->text.data[i + 1] == ')';
	if (name_end == name || (!keyword && !parentheses)) {
		p->at = start;
		return false;
	}
	p->at = parentheses ? i + 2 : name_end;
	p->function = slice_new(p->text.data + name, name_end - name);
	return true;
}

static void read_group(struct parser *p, char close)
{
	size_t start = p->at++;

	if (p->nesting >= NESTING_MAX) {
		p->at = p->end;
		problem(p, start, "groups nested too deep");
		return;
	}
	p->depth++;
	parse_list(p, close);
	p->depth--;
	if (peek(p) == close)
		p->at++;
	else
		problem(p, start, "a group that is not closed");
}

/*
 * Words that open, divide and close: true when one was read, and a command may
 * follow at once.
 */
static bool read_reserved(struct parser *p, struct slice word)
{
	static const struct {
		struct slice word;
		int depth, loop;
		int condition; /* -1: as it is */
	} rows[] = {
		{ SLICE_INIT("if"), 1, 0, 1 },     { SLICE_INIT("elif"), 0, 0, 1 },
		{ SLICE_INIT("then"), 0, 0, 0 },   { SLICE_INIT("else"), 0, 0, 0 },
		{ SLICE_INIT("fi"), -1, 0, 0 },    { SLICE_INIT("while"), 1, 1, 1 },
		{ SLICE_INIT("until"), 1, 1, 1 },  { SLICE_INIT("do"), 0, 0, 0 },
		{ SLICE_INIT("done"), -1, -1, 0 }, { SLICE_INIT("for"), 1, 1, 0 },
		{ SLICE_INIT("select"), 1, 1, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!slice_eq(rows[i].word, word))
			continue;
		p->at += word.len;
		p->depth = (unsigned)((int)p->depth + rows[i].depth < 0 ? 0 : (int)p->depth + rows[i].depth);
		p->loop = (unsigned)((int)p->loop + rows[i].loop < 0 ? 0 : (int)p->loop + rows[i].loop);
		p->condition = rows[i].condition;
		if (slice_is(word, "for") || slice_is(word, "select"))
			read_loop_head(p);
		return true;
	}
	return false;
}

/* Redirections behind a group belong to it; they are read and passed over. */
static void skip_group_redirections(struct parser *p)
{
	for (;;) {
		struct shell_word target = { 0 };
		size_t before, length;

		skip_blanks(p);
		before = p->at;
		length = redirection_length(p);
		if (length == 0)
			return;
		p->at += length;
		skip_blanks(p);
		read_word(p, &target);
		if (p->at == before)
			return;
	}
}

/* A command of any kind; false: none can start here. */
static bool read_command(struct parser *p, enum shell_join join)
{
	bool negated = false;
	struct slice word;

	for (;;) {
		skip_blanks(p);
		word = reserved_at(p);
		if (slice_is(word, "!")) {
			negated = true;
			p->at++;
		} else if (read_reserved(p, word)) {
			join = SHELL_FIRST;
			if (slice_is(word, "fi") || slice_is(word, "done")) {
				skip_group_redirections(p);
				return true;
			}
		} else {
			break;
		}
		while (more(p) && peek(p) == '\n' && !slice_is(word, "!"))
			read_newline(p);
	}
	if (looking_at(p, "((")) {
		p->at += 2;
		skip_balanced(p, '(', ')');
		p->at += peek(p) == ')';
	} else if (peek(p) == '(' || slice_is(word, "{")) {
		read_group(p, peek(p) == '(' ? ')' : '}');
		skip_group_redirections(p);
	} else if (slice_is(word, "[[")) {
		read_test(p, join, negated);
	} else if (slice_is(word, "case")) {
		p->at += 4;
		read_case(p);
	} else if (slice_is(word, "}") || slice_is(word, "esac") || !more(p) || strchr(");&|\n", peek(p))) {
		return false;
	} else if (read_function_head(p)) {
		while (more(p) && (ascii_space(peek(p))))
			p->at++;
		read_command(p, SHELL_FIRST);
		p->function = SLICE_EMPTY;
	} else {
		read_simple(p, join, negated);
	}
	return true;
}

/* The operator behind a command; false: the list ends. */
static bool read_operator(struct parser *p, char terminator, enum shell_join *join)
{
	skip_blanks(p);
	if (!more(p) || (terminator && terminator != ';' && peek(p) == terminator))
		return false;
	if (looking_at(p, ";;")) {
		if (terminator == ';') {
			p->at += 2;
			p->at += peek(p) == '&';
			return false;
		}
		p->at += 2;
		*join = SHELL_SEQUENCE;
	} else if (looking_at(p, "&&") || looking_at(p, "||")) {
		*join = peek(p) == '&' ? SHELL_AND : SHELL_OR;
		p->at += 2;
	} else if (peek(p) == '|') {
		p->at += peek_at(p, 1) == '&' ? 2 : 1;
		*join = SHELL_PIPE;
	} else if (peek(p) == '&' || peek(p) == ';') {
		*join = peek(p) == '&' ? SHELL_BACKGROUND : SHELL_SEQUENCE;
		p->at++;
	} else if (peek(p) == '\n') {
		read_newline(p);
		*join = SHELL_SEQUENCE;
	} else {
		return false;
	}
	return true;
}

/* What was last added on this level pipes into what comes. */
static void mark_piped(struct parser *p, size_t from)
{
	for (size_t i = p->script->commands.count; i-- > from;) {
		struct shell_command *c = &p->script->commands.items[i];

		if (c->substitution == p->substitution) {
			c->piped = true;
			return;
		}
	}
}

static void after_operator(struct parser *p, size_t before, enum shell_join join)
{
	if (join == SHELL_PIPE)
		mark_piped(p, before);
	else
		p->pipeline = p->script->commands.count + 1;
	/* Line breaks behind an operator join as it does. */
	for (;;) {
		skip_blanks(p);
		if (peek(p) != '\n' || !more(p))
			return;
		read_newline(p);
	}
}

static void parse_list(struct parser *p, char terminator)
{
	enum shell_join join = SHELL_FIRST;
	unsigned depth = p->depth, loop = p->loop;

	p->nesting++;
	p->pipeline = p->script->commands.count + 1;
	after_operator(p, 0, SHELL_FIRST);
	while (more(p)) {
		size_t before = p->script->commands.count, at = p->at;
		bool read = read_command(p, join);

		if (terminator == '}' && slice_is(reserved_at(p), "}"))
			break;
		if (terminator == ';' && slice_is(reserved_at(p), "esac"))
			break;
		if (!read_operator(p, terminator, &join)) {
			bool ended = !more(p) || terminator;

			if (ended || read == false) {
				if (more(p) && !terminator) {
					problem(p, at, "an operator that has no command");
					p->at++;
					continue;
				}
				break;
			}
			join = SHELL_SEQUENCE;
			if (p->at == at)
				p->at++;
			continue;
		}
		after_operator(p, before, join);
	}
	p->nesting--;
	p->depth = depth;
	p->loop = loop;
	p->condition = false;
}

static void read_interpreter(struct parser *p)
{
	if (!looking_at(p, "#!"))
		return;
	struct slice line = slice_from(p->text, 2);
	line = slice_first(line, slice_find_byte(line, '\n'));
	p->script->interpreter = slice_trim(line);
}

/* Commands without any part come of stray operators. */
static void drop_empty(struct shell_script *script)
{
	while (script->commands.count && script->commands.items[script->commands.count - 1].span.length == 0)
		script->commands.count--;
}

void shell_parse(struct slice text, uint32_t source, uint64_t offset, const struct shell_options *options,
		 struct arena *a, struct shell_script *ret)
{
	struct parser p = {
		.text = text, .end = text.len, .source = source, .base = offset,
		.dockerfile = options && options->dockerfile,
		.escape = options && options->escape ? options->escape : '\\',
		.arena = a, .script = ret,
	};

	*ret = (struct shell_script){ 0 };
	read_interpreter(&p);
	skip_dead_lines(&p);
	parse_list(&p, '\0');
	drop_empty(ret);
}
