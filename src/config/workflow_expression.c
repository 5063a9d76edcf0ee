#include "config/workflow_expression.h"

#include "base/buf.h"

#define DEPTH_MAX 64

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_STRING, TOKEN_OPERATOR, TOKEN_BAD };

struct parser {
	struct slice text;
	struct arena *arena;
	struct expression_error *err;
	size_t at;            /* behind the current token */
	size_t start;         /* of it */
	size_t end;           /* of the one before */
	enum token_kind kind;
	struct slice token;
	unsigned depth;
};

static bool name_start(char c) { return ascii_alpha(c) || c == '_'; }
static bool name_part(char c) { return ascii_alnum(c) || c == '_' || c == '-'; }

static void *fail(struct parser *p, size_t offset, const char *what)
{
	if (!p->err->what)
		*p->err = (struct expression_error){ offset, what };
	p->kind = TOKEN_BAD;
	return NULL;
}

static char peek(const struct parser *p, size_t n)
{
	return p->at + n < p->text.len ? p->text.data[p->at + n] : 0;
}

static void read_string(struct parser *p)
{
	bool doubled = false;
	size_t from = ++p->at, n = 0;
	char *copy;

	for (;; p->at++) {
		if (p->at >= p->text.len) {
			fail(p, p->start, "a string without its closing quote");
			return;
		}
		if (p->text.data[p->at] == '\'') {
			if (peek(p, 1) != '\'')
				break;
			doubled = true;
			p->at++;
		}
	}
	p->kind = TOKEN_STRING;
	p->token = slice_first(slice_from(p->text, from), p->at - from);
	p->at++;
	if (!doubled)
		return;
	copy = arena_alloc(p->arena, p->token.len);
	for (size_t i = 0; i < p->token.len; i++) {
		copy[n++] = p->token.data[i];
		i += p->token.data[i] == '\'';
	}
	p->token = slice_new(copy, n);
}

static void read_number(struct parser *p)
{
	bool hex = p->text.data[p->at] == '0' && peek(p, 1) == 'x';

	p->at += hex ? 2 : 1;
	while (ascii_alnum(peek(p, 0)) || peek(p, 0) == '.' ||
	       ((peek(p, 0) == '-' || peek(p, 0) == '+') && ascii_tolower(p->text.data[p->at - 1]) == 'e'))
		p->at++;
	p->kind = TOKEN_NUMBER;
}

static void read_operator(struct parser *p)
{
	static const char doubles[][3] = { "&&", "||", "==", "!=", "<=", ">=" };
	char c = p->text.data[p->at];

	p->kind = TOKEN_OPERATOR;
	for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++)
		if (c == doubles[i][0] && peek(p, 1) == doubles[i][1]) {
			p->at += 2;
			return;
		}
	p->at++;
	if (!strchr("!<>()[].,*", c))
		fail(p, p->start, c == '"' ? "strings stand in single quotes" : "a character that no expression has");
}

static void advance(struct parser *p)
{
	p->end = p->at;
	while (p->at < p->text.len && ascii_space(p->text.data[p->at]))
		p->at++;
	p->start = p->at;
	p->token = SLICE_EMPTY;
	if (p->err->what)
		return;
	if (p->at >= p->text.len) {
		p->kind = TOKEN_END;
		return;
	}
	char c = p->text.data[p->at];
	if (c == '\'') {
		read_string(p);
		return;
	}
	if (name_start(c)) {
		while (name_part(peek(p, 0)))
			p->at++;
		p->kind = TOKEN_NAME;
	} else if (ascii_digit(c) || ((c == '-' || c == '.' || c == '+') && ascii_digit(peek(p, 1)) && c != '.')) {
		read_number(p);
	} else {
		read_operator(p);
	}
	p->token = slice_first(slice_from(p->text, p->start), p->at - p->start);
}

static bool is_operator(const struct parser *p, const char *text)
{
	return p->kind == TOKEN_OPERATOR && slice_eq(p->token, slice_from_cstr(text));
}

static struct expression *make(struct parser *p, enum expression_kind kind, struct slice text, size_t offset)
{
	struct expression *e = arena_new(p->arena, struct expression);

	*e = (struct expression){ .kind = kind, .text = text, .offset = offset };
	return e;
}

/* It reaches to the end of the token before the current one. */
static struct expression *finish(const struct parser *p, struct expression *e)
{
	e->length = p->end - e->offset;
	return e;
}

static struct expression *parse_or(struct parser *p);

static bool parse_arguments(struct parser *p, struct expression *call)
{
	struct expression **tail = &call->first;

	advance(p);
	while (!is_operator(p, ")")) {
		struct expression *argument = parse_or(p);

		if (!argument)
			return false;
		*tail = argument;
		tail = &argument->next;
		call->count++;
		if (is_operator(p, ","))
			advance(p);
		else if (!is_operator(p, ")"))
			return fail(p, p->start, "a call without its closing parenthesis");
	}
	advance(p);
	return true;
}

static struct expression *parse_name(struct parser *p)
{
	struct slice name = p->token;
	struct expression *e = make(p, EXPRESSION_CONTEXT, name, p->start);

	advance(p);
	if (is_operator(p, "(")) {
		e->kind = EXPRESSION_CALL;
		return parse_arguments(p, e) ? finish(p, e) : NULL;
	}
	if (slice_is(name, "true") || slice_is(name, "false"))
		e->kind = EXPRESSION_BOOL;
	else if (slice_is(name, "null"))
		e->kind = EXPRESSION_NULL;
	else if (slice_is(name, "NaN") || slice_is(name, "Infinity"))
		e->kind = EXPRESSION_NUMBER;
	return finish(p, e);
}

static struct expression *parse_primary(struct parser *p)
{
	struct expression *e;
	size_t start = p->start;

	if (p->kind == TOKEN_NAME)
		return parse_name(p);
	if (p->kind == TOKEN_STRING || p->kind == TOKEN_NUMBER) {
		e = make(p, p->kind == TOKEN_STRING ? EXPRESSION_STRING : EXPRESSION_NUMBER, p->token, start);
		advance(p);
		return finish(p, e);
	}
	if (!is_operator(p, "("))
		return fail(p, start, p->kind == TOKEN_END ? "it ends where a value is wanted" : "a value is wanted here");
	advance(p);
	e = parse_or(p);
	if (!e)
		return NULL;
	if (!is_operator(p, ")"))
		return fail(p, p->start, "a parenthesis that is not closed");
	advance(p);
	e->grouped = true;
	return e;
}

static struct expression *parse_bracket(struct parser *p, struct expression *of)
{
	struct expression *e = make(p, EXPRESSION_INDEX, SLICE_EMPTY, of->offset);

	e->left = of;
	advance(p);
	if (is_operator(p, "*")) {
		e->kind = EXPRESSION_STAR;
		advance(p);
	} else {
		e->right = parse_or(p);
		if (!e->right)
			return NULL;
		if (e->right->kind == EXPRESSION_STRING) {
			e->kind = EXPRESSION_PROPERTY;
			e->bracketed = true;
			e->text = e->right->text;
		}
	}
	if (!is_operator(p, "]"))
		return fail(p, p->start, "a bracket that is not closed");
	advance(p);
	return finish(p, e);
}

static struct expression *parse_postfix(struct parser *p)
{
	struct expression *e = parse_primary(p);
	unsigned parts = 0;

	while (e && (is_operator(p, ".") || is_operator(p, "["))) {
		if (++parts > DEPTH_MAX)
			return fail(p, p->start, "too many parts");
		if (is_operator(p, "[")) {
			e = parse_bracket(p, e);
			continue;
		}
		struct expression *left = e;
		advance(p);
		if (p->kind != TOKEN_NAME && !is_operator(p, "*"))
			return fail(p, p->start, "a name is wanted behind the dot");
		e = make(p, p->kind == TOKEN_NAME ? EXPRESSION_PROPERTY : EXPRESSION_STAR, p->token, left->offset);
		e->left = left;
		advance(p);
		finish(p, e);
	}
	return e;
}

static struct expression *parse_not(struct parser *p)
{
	struct expression *e;

	if (++p->depth > DEPTH_MAX)
		return fail(p, p->start, "nested too deeply");
	if (is_operator(p, "!")) {
		e = make(p, EXPRESSION_NOT, SLICE_EMPTY, p->start);
		advance(p);
		e->left = parse_not(p);
		e = e->left ? finish(p, e) : NULL;
	} else {
		e = parse_postfix(p);
	}
	p->depth--;
	return e;
}

static unsigned level_of(const struct parser *p)
{
	if (p->kind != TOKEN_OPERATOR)
		return 0;
	if (is_operator(p, "||"))
		return 1;
	if (is_operator(p, "&&"))
		return 2;
	if (is_operator(p, "==") || is_operator(p, "!="))
		return 3;
	return p->token.len && strchr("<>", p->token.data[0]) ? 4 : 0;
}

static struct expression *parse_binary(struct parser *p, unsigned level)
{
	struct expression *e = level > 4 ? parse_not(p) : parse_binary(p, level + 1);
	unsigned parts = 0;

	while (level <= 4 && e && level_of(p) == level) {
		struct expression *both = make(p, EXPRESSION_BINARY, p->token, e->offset);

		if (++parts > DEPTH_MAX)
			return fail(p, p->start, "too many parts");
		advance(p);
		both->left = e;
		both->right = parse_binary(p, level + 1);
		e = both->right ? finish(p, both) : NULL;
	}
	return e;
}

static struct expression *parse_or(struct parser *p)
{
	struct expression *e;

	if (++p->depth > DEPTH_MAX)
		return fail(p, p->start, "nested too deeply");
	e = parse_binary(p, 1);
	p->depth--;
	return e;
}

struct expression *expression_parse(struct slice text, struct arena *a, struct expression_error *err)
{
	struct parser p = { .text = text, .arena = a, .err = err };
	struct expression *e;

	*err = (struct expression_error){ 0 };
	advance(&p);
	e = parse_or(&p);
	if (e && p.kind != TOKEN_END)
		fail(&p, p.start, "an operator is wanted here");
	return err->what ? NULL : e;
}

bool expression_next(struct slice text, size_t *at, struct slice *inner, bool *closed)
{
	struct slice rest = slice_from(text, *at);
	size_t open = slice_find(rest, SLICE("${{"));
	bool quoted = false;

	if (open >= rest.len)
		return false;
	open += *at + 3;
	for (size_t i = open; i + 1 < text.len; i++) {
		quoted ^= text.data[i] == '\'';
		if (!quoted && text.data[i] == '}' && text.data[i + 1] == '}') {
			*inner = slice_first(slice_from(text, open), i - open);
			*at = i + 2;
			*closed = true;
			return true;
		}
	}
	*inner = slice_from(text, open);
	*at = text.len;
	*closed = false;
	return true;
}

static bool add_path(struct buf *b, const struct expression *e)
{
	if (e->kind == EXPRESSION_CONTEXT)
		return buf_add_slice(b, e->text);
	if (e->kind != EXPRESSION_PROPERTY && e->kind != EXPRESSION_INDEX && e->kind != EXPRESSION_STAR)
		return false;
	if (!add_path(b, e->left))
		return false;
	buf_add_byte(b, '.');
	return e->kind == EXPRESSION_PROPERTY ? buf_add_slice(b, e->text) : buf_add_byte(b, '*');
}

struct slice expression_path(const struct expression *e, struct arena *a)
{
	struct slice ret = SLICE_EMPTY;
	struct buf b;

	buf_init(&b, 4096);
	if (e && add_path(&b, e) && !b.overflow) {
		for (size_t i = 0; i < b.len; i++)
			b.data[i] = ascii_tolower(b.data[i]);
		ret = arena_copy(a, buf_slice(&b));
	}
	buf_release(&b);
	return ret;
}

void expression_walk(const struct expression *e, void (*visit)(void *context, const struct expression *e), void *context)
{
	if (!e)
		return;
	visit(context, e);
	expression_walk(e->left, visit, context);
	expression_walk(e->right, visit, context);
	for (const struct expression *x = e->first; x; x = x->next)
		expression_walk(x, visit, context);
}

bool expression_constant(const struct expression *e)
{
	switch (e->kind) {
	case EXPRESSION_NULL:
	case EXPRESSION_BOOL:
	case EXPRESSION_NUMBER:
	case EXPRESSION_STRING: return true;
	case EXPRESSION_NOT: return expression_constant(e->left);
	case EXPRESSION_BINARY: return expression_constant(e->left) && expression_constant(e->right);
	case EXPRESSION_CALL:
		if (!slice_eq_nocase(e->text, SLICE("format")) && !slice_eq_nocase(e->text, SLICE("contains")) &&
		    !slice_eq_nocase(e->text, SLICE("startsWith")) && !slice_eq_nocase(e->text, SLICE("endsWith")) &&
		    !slice_eq_nocase(e->text, SLICE("join")) && !slice_eq_nocase(e->text, SLICE("toJSON")) &&
		    !slice_eq_nocase(e->text, SLICE("fromJSON")))
			return false;
		for (const struct expression *x = e->first; x; x = x->next)
			if (!expression_constant(x))
				return false;
		return true;
	case EXPRESSION_CONTEXT:
	case EXPRESSION_PROPERTY:
	case EXPRESSION_INDEX:
	case EXPRESSION_STAR: return false;
	}
	return false;
}
