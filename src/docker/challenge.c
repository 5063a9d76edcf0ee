#include "docker/challenge.h"

#define CHALLENGES_MAX 16

static bool is_token_char(char c)
{
	return ascii_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static void skip(struct slice *s, const char *set)
{
	while (s->len && s->data[0] && strchr(set, s->data[0]))
		*s = slice_from(*s, 1);
}

static struct slice take_token(struct slice *s)
{
	size_t n = 0;

	while (n < s->len && is_token_char(s->data[n]))
		n++;
	struct slice token = slice_first(*s, n);
	*s = slice_from(*s, n);
	return token;
}

/* Without its quotes and escapes; false: it does not end. */
static bool take_quoted(struct slice *s, struct arena *a, struct slice *ret)
{
	char *text = arena_alloc(a, s->len + 1);
	size_t n = 0;

	for (size_t i = 1; i < s->len; i++) {
		char c = s->data[i];

		if (c == '"') {
			*ret = slice_new(text, n);
			*s = slice_from(*s, i + 1);
			return true;
		}
		if (c == '\\' && ++i < s->len)
			c = s->data[i];
		text[n++] = c;
	}
	return false;
}

static void set_parameter(struct challenge *c, struct slice name, struct slice value)
{
	if (slice_eq_nocase(name, SLICE("realm")))
		c->realm = value;
	else if (slice_eq_nocase(name, SLICE("service")))
		c->service = value;
	else if (slice_eq_nocase(name, SLICE("scope")))
		c->scope = value;
	else if (slice_eq_nocase(name, SLICE("error")))
		c->error = value;
}

static enum challenge_scheme scheme_of(struct slice name)
{
	if (slice_eq_nocase(name, SLICE("Basic")))
		return CHALLENGE_BASIC;
	return slice_eq_nocase(name, SLICE("Bearer")) ? CHALLENGE_BEARER : CHALLENGE_OTHER;
}

/* "name = value" belongs to the last scheme, a name alone is a new one. */
static bool take_item(struct slice *rest, struct arena *a, struct challenge_list *ret)
{
	struct slice name = take_token(rest), value;

	if (slice_empty(name))
		return false;
	struct slice behind = *rest;
	skip(&behind, " \t");
	bool equals = slice_cut_prefix(&behind, SLICE("="));
	if (!equals) {
		if (ret->count >= CHALLENGES_MAX)
			return false;
		*vec_add(a, ret) = (struct challenge){ .scheme = scheme_of(name) };
		return true;
	}
	/* "token68" may end in "=": it is no parameter that means anything here. */
	skip(&behind, "= \t");
	*rest = behind;
	if (slice_starts(*rest, SLICE("\""))) {
		if (!take_quoted(rest, a, &value))
			return false;
	} else {
		value = arena_copy(a, take_token(rest));
	}
	if (ret->count)
		set_parameter(&ret->items[ret->count - 1], name, value);
	return true;
}

void challenge_parse(struct slice value, struct arena *a, struct challenge_list *ret)
{
	struct slice rest = value;

	for (;;) {
		skip(&rest, ", \t");
		if (slice_empty(rest) || !take_item(&rest, a, ret))
			return;
	}
}
