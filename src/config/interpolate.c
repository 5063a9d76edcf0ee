#include "config/interpolate.h"

#include "base/buf.h"
#include "base/limits.h"

struct expander {
	const struct env_lookup *lookup;
	bool list;
	struct arena *arena;
	struct interpolation *ret;
};

static bool expand(struct expander *x, struct slice template, size_t base, unsigned depth,
		   struct buf *out);

static bool fail(struct expander *x, struct slice name, struct slice what)
{
	if (slice_empty(x->ret->problem)) {
		x->ret->problem = arena_copy(x->arena, what);
		x->ret->problem_name = name;
	}
	return false;
}

static size_t name_length(struct slice s)
{
	size_t n = 0;

	while (n < s.len &&
	       (ascii_alpha(s.data[n]) || s.data[n] == '_' || (n && ascii_digit(s.data[n]))))
		n++;
	return n;
}

static bool find(const struct expander *x, struct slice name, struct slice *ret)
{
	*ret = SLICE_EMPTY;
	return x->lookup && x->lookup->find && x->lookup->find(x->lookup->context, name, ret);
}

static struct slice take_operator(struct slice rest)
{
	static const struct slice operators[] = {
		SLICE_INIT(":-"), SLICE_INIT(":?"), SLICE_INIT(":+"),
		SLICE_INIT("-"),  SLICE_INIT("?"),  SLICE_INIT("+"),
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (slice_starts(rest, operators[i]))
			return operators[i];
	return SLICE_EMPTY;
}

/* The brace that closes the one at the start of `s`; s.len: none. */
static size_t closing_brace(struct slice s)
{
	unsigned open = 0;

	for (size_t i = 0; i < s.len; i++) {
		open += s.data[i] == '{';
		if (s.data[i] == '}' && --open == 0)
			return i;
	}
	return s.len;
}

static void note(struct expander *x, const struct template_variable *v)
{
	if (x->list)
		*vec_add(x->arena, &x->ret->variables) = *v;
}

static bool put_argument(struct expander *x, const struct template_variable *v, unsigned depth,
			 struct buf *out)
{
	size_t before = v->offset + 2 + v->name.len + v->operator.len;

	if (depth == 0)
		return fail(x, v->name, SLICE("variables are nested too deeply"));
	return expand(x, v->argument, before, depth - 1, out);
}

/* ${NAME:?message}: the message may hold variables itself. */
static bool missing(struct expander *x, const struct template_variable *v, unsigned depth)
{
	struct buf message;

	buf_init(&message, LIMIT_LINE);
	buf_printf(&message, "the required variable %.*s has no value", SLICE_ARG(v->name));
	if (!slice_empty(v->argument)) {
		buf_add_lit(&message, ": ");
		put_argument(x, v, depth, &message);
	}
	fail(x, v->name, buf_slice(&message));
	buf_release(&message);
	return false;
}

static bool put_variable(struct expander *x, struct template_variable *v, unsigned depth,
			 struct buf *out)
{
	struct slice value;
	bool colon = v->operator.len == 2;
	char kind = v->operator.len ? v->operator.data[colon] : 0;

	v->set = find(x, v->name, &value);
	v->required = kind == '?';
	v->has_default = kind == '-';
	note(x, v);
	bool counts = v->set && (!colon || value.len);
	if (kind == '+')
		return !counts || put_argument(x, v, depth, out);
	if (counts || (v->set && !kind))
		return buf_add_slice(out, value) || fail(x, v->name, SLICE("the text is too long"));
	if (kind == '?')
		return missing(x, v, depth);
	if (kind == '-') {
		x->ret->from_default = true;
		return put_argument(x, v, depth, out);
	}
	x->ret->unset = true;
	return true;
}

/* At a ${; returns its length, 0 when it is malformed. */
static size_t read_braced(struct slice s, struct template_variable *v)
{
	struct slice rest = slice_from(s, 2);
	size_t end = closing_brace(slice_from(s, 1)) + 1, n = name_length(rest);

	if (end >= s.len || n == 0 || n + 2 > end)
		return 0;
	v->name = slice_first(rest, n);
	rest = slice_first(slice_from(rest, n), end - 2 - n);
	v->operator= take_operator(rest);
	if (!slice_empty(rest) && slice_empty(v->operator))
		return 0;
	v->argument = slice_from(rest, v->operator.len);
	return end + 1;
}

static bool expand(struct expander *x, struct slice template, size_t base, unsigned depth,
		   struct buf *out)
{
	size_t at = 0;

	while (at < template.len) {
		struct slice rest = slice_from(template, at);
		struct template_variable v = {.offset = base + at};
		size_t dollar = slice_find_byte(rest, '$');

		buf_add_slice(out, slice_first(rest, dollar));
		at += dollar;
		rest = slice_from(rest, dollar);
		v.offset += dollar;
		if (slice_empty(rest))
			break;
		size_t n = name_length(slice_from(rest, 1));
		if (slice_starts(rest, SLICE("$$"))) {
			buf_add_byte(out, '$');
			at += 2;
			continue;
		}
		if (slice_starts(rest, SLICE("${"))) {
			n = read_braced(rest, &v);
			if (!n)
				return fail(x, SLICE_EMPTY,
					    SLICE("a ${ that is not closed or holds no name"));
		} else if (n) {
			v.name = slice_first(slice_from(rest, 1), n++);
		} else {
			buf_add_byte(out, '$');
			at++;
			continue;
		}
		v.length = n;
		if (!put_variable(x, &v, depth, out))
			return false;
		at += n;
	}
	return !out->overflow || fail(x, SLICE_EMPTY, SLICE("the text is too long"));
}

bool interpolate(struct slice template, const struct env_lookup *lookup, bool list_variables,
		 struct arena *a, struct interpolation *ret)
{
	struct expander x = {lookup, list_variables, a, ret};
	struct buf out;

	*ret = (struct interpolation){.text = template};
	if (slice_find_byte(template, '$') == template.len)
		return true;
	buf_init(&out, LIMIT_LINE);
	ret->changed = true;
	bool ok = expand(&x, template, 0, LIMIT_COMPOSE_DEPTH, &out);
	if (ok)
		ret->text = arena_copy(a, buf_slice(&out));
	buf_release(&out);
	return ok;
}
