#include "format/json_members.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/json.h"

static bool fail(const struct json_members *m, struct error *err, const char *what)
{
	return node_error(err, ERR_FORMAT, m->text, m->at, what);
}

static void skip_space(struct json_members *m)
{
	while (m->at < m->text.len) {
		char c = m->text.data[m->at];

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return;
		m->at++;
	}
}

/* Behind the string that starts at `at`; the text's length where it does not end. */
static size_t string_end(struct slice text, size_t at)
{
	for (at++; at < text.len; at++) {
		if (text.data[at] == '\\')
			at++;
		else if (text.data[at] == '"')
			return at + 1;
	}
	return text.len;
}

static size_t scalar_end(struct slice text, size_t at)
{
	for (; at < text.len; at++) {
		char c = text.data[at];

		if (c == ',' || c == '}' || c == ']' || ascii_space(c))
			break;
	}
	return at;
}

static bool container_end(struct json_members *m, size_t *ret, struct error *err)
{
	unsigned depth = 0;

	for (size_t at = m->at; at < m->text.len;) {
		char c = m->text.data[at];

		if (c == '"') {
			at = string_end(m->text, at);
			continue;
		}
		at++;
		if (c == '{' || c == '[') {
			/* The list around counts as a level of its own. */
			if (++depth >= LIMIT_JSON_DEPTH)
				return node_error(err, ERR_LIMIT, m->text, at - 1,
						  "nested too deeply");
		} else if ((c == '}' || c == ']') && --depth == 0) {
			*ret = at;
			return true;
		}
	}
	m->at = m->text.len;
	return fail(m, err, "the text ends within a value");
}

static bool read_value(struct json_members *m, struct slice *ret, struct error *err)
{
	size_t start = m->at, end = start;

	if (start >= m->text.len)
		return fail(m, err, "the text ends before a value");
	char c = m->text.data[start];
	if (c == '{' || c == '[') {
		if (!container_end(m, &end, err))
			return false;
	} else {
		end = c == '"' ? string_end(m->text, start) : scalar_end(m->text, start);
	}
	if (end == start)
		return fail(m, err, "a value is missing");
	*ret = slice_new(m->text.data + start, end - start);
	m->at = end;
	return true;
}

static bool read_key(struct json_members *m, struct arena *a, struct slice *ret, struct error *err)
{
	if (m->at >= m->text.len || m->text.data[m->at] != '"')
		return fail(m, err, "a member's name is missing");
	size_t end = string_end(m->text, m->at);
	struct slice written = slice_new(m->text.data + m->at, end - m->at);
	struct node *node;

	if (slice_find_byte(written, '\\') == written.len && written.len >= 2 &&
	    slice_ends(written, SLICE("\""))) {
		*ret = slice_new(written.data + 1, written.len - 2);
	} else {
		if (!json_parse(written, a, &node, err))
			return error_wrap(err, "a member's name");
		*ret = node->text;
	}
	m->at = end;
	skip_space(m);
	if (m->at >= m->text.len || m->text.data[m->at] != ':')
		return fail(m, err, "a colon is missing");
	m->at++;
	skip_space(m);
	return true;
}

bool json_members_begin(struct json_members *m, struct slice text, struct error *err)
{
	*m = (struct json_members){.text = text};
	if (slice_starts(text, SLICE("\xef\xbb\xbf")))
		m->at = 3;
	skip_space(m);
	if (m->at >= text.len || (text.data[m->at] != '{' && text.data[m->at] != '['))
		return fail(m, err, "neither an object nor an array");
	m->object = text.data[m->at++] == '{';
	return true;
}

/* Behind the closing bracket there may be white space only. */
static bool finish(struct json_members *m, bool *ret_more, struct error *err)
{
	m->at++;
	skip_space(m);
	if (m->at < m->text.len)
		return fail(m, err, "something stands behind the end");
	m->ended = true;
	*ret_more = false;
	return true;
}

bool json_members_next(struct json_members *m, struct arena *a, struct slice *ret_key,
		       struct slice *ret_value, bool *ret_more, struct error *err)
{
	*ret_key = *ret_value = SLICE_EMPTY;
	*ret_more = !m->ended;
	if (m->ended)
		return true;
	skip_space(m);
	if (m->at >= m->text.len)
		return fail(m, err, "the text ends within a list of members");
	char c = m->text.data[m->at];
	if (c == (m->object ? '}' : ']'))
		return finish(m, ret_more, err);
	if (m->started) {
		if (c != ',')
			return fail(m, err, "a comma is missing");
		m->at++;
		skip_space(m);
	}
	m->started = true;
	return (!m->object || read_key(m, a, ret_key, err)) && read_value(m, ret_value, err);
}

bool json_member_find(struct slice object, const char *key, struct slice *ret, struct error *err)
{
	struct json_members m;
	struct arena a;
	struct slice name, value;
	bool more, ok;

	*ret = SLICE_EMPTY;
	if (!json_members_begin(&m, object, err))
		return false;
	if (!m.object)
		return fail(&m, err, "not an object");
	arena_init(&a, 0);
	while ((ok = json_members_next(&m, &a, &name, &value, &more, err)) && more)
		if (slice_eq(name, slice_from_cstr(key)))
			*ret = value;
	arena_release(&a);
	return ok;
}
