#include "lint/nginx_variables.h"

#include "base/cleanup.h"
#include "config/regex_chars.h"

#define SET_DEPTH 8

static struct nginx_value value_at(const struct nginx_directive *at, struct slice text, unsigned depth);

/* Variables that nginx decodes or takes from the client, and what can be in them. */
static const struct {
	struct slice name;
	bool newline, dot, slash;
} known[] = {
	{ SLICE_INIT("uri"), true, true, true },
	{ SLICE_INIT("document_uri"), true, true, true },
	{ SLICE_INIT("request_uri"), false, true, true },
	{ SLICE_INIT("request_filename"), true, true, true },
	{ SLICE_INIT("fastcgi_script_name"), true, true, true },
	{ SLICE_INIT("fastcgi_path_info"), true, true, true },
	{ SLICE_INIT("host"), false, true, false },
	{ SLICE_INIT("args"), false, true, false },
	{ SLICE_INIT("query_string"), false, true, false },
	{ SLICE_INIT("http_host"), false, true, false },
	{ SLICE_INIT("remote_user"), false, true, false },
};

/* Constant for a client: what the server itself says. */
static bool is_servers_own(struct slice name)
{
	static const char *const names[] = { "scheme", "server_name", "server_port", "server_addr", "remote_addr",
					     "remote_port", "request_method", "hostname", "nginx_version", "pid", "msec",
					     "request_id", "status", "time_iso8601", "time_local", "is_args", "https",
					     "proxy_add_x_forwarded_for", "proxy_host", "realip_remote_addr", "binary_remote_addr" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_eq(name, slice_from_cstr(names[i])))
			return true;
	return false;
}

static struct nginx_value of_pattern(struct slice group)
{
	return (struct nginx_value){
		.has_variable = true,
		.newline = regex_can_contain(group, '\n'),
		.dot = regex_can_contain(group, '.'),
		.slash = regex_must_contain(group, '/'),
		.starts_slash = regex_must_start(group, '/'),
	};
}

/* The pattern of a location, if or server_name; empty: none. */
static struct slice pattern_of(const struct nginx_directive *d)
{
	for (size_t i = 0; i < d->words.count; i++) {
		struct slice word = d->words.items[i].value;

		if (slice_is(d->name, "server_name")) {
			if (slice_starts(word, SLICE("~")))
				return slice_from(word, 1);
			continue;
		}
		slice_cut_prefix(&word, SLICE("("));
		if (slice_is(word, "~") || slice_is(word, "~*") || slice_is(word, "!~") || slice_is(word, "!~*")) {
			struct slice next = i + 1 < d->words.count ? d->words.items[i + 1].value : SLICE_EMPTY;

			if (slice_is(d->name, "if"))
				slice_cut_suffix(&next, SLICE(")"));
			return next;
		}
	}
	return SLICE_EMPTY;
}

/* rewrite's own groups hold neither blanks nor line breaks: the request line is split at them. */
static bool from_rewrite(const struct nginx_directive *d, int number, struct slice name, struct nginx_value *ret)
{
	struct slice group;

	if (!slice_is(d->name, "rewrite") || !regex_group(nginx_word(d, 0), number, name, &group) || number == 0)
		return false;
	*ret = of_pattern(group);
	ret->newline = false;
	return true;
}

static bool captured(const struct nginx_directive *at, int number, struct slice name, struct nginx_value *ret)
{
	struct slice group;

	if (from_rewrite(at, number, name, ret))
		return true;
	for (const struct nginx_directive *level = at->parent; level; level = level->parent) {
		bool matches = slice_is(level->name, "location") || slice_is(level->name, "if");

		nginx_each(d, level) {
			if (d == at)
				break;
			if (slice_is(d->name, "rewrite") && from_rewrite(d, number, name, ret))
				return true;
			if (slice_is(d->name, "server_name") && !slice_empty(pattern_of(d)) &&
			    regex_group(pattern_of(d), number, name, &group)) {
				*ret = of_pattern(group);
				return true;
			}
		}
		if (matches && !slice_empty(pattern_of(level)) && regex_group(pattern_of(level), number, name, &group)) {
			*ret = of_pattern(group);
			return true;
		}
	}
	return false;
}

/* The nearest `set $name value` before the directive, on its level or around it. */
static const struct nginx_directive *setting(const struct nginx_directive *at, struct slice name)
{
	const struct nginx_directive *from = at;

	for (const struct nginx_directive *level = at->parent; level; from = level, level = level->parent) {
		const struct nginx_directive *found = NULL;

		nginx_each(d, level) {
			struct slice target = nginx_word(d, 0);

			if (d == from)
				break;
			if (slice_is(d->name, "set") && slice_cut_prefix(&target, SLICE("$")) && slice_eq(target, name))
				found = d;
		}
		if (found)
			return found;
	}
	return NULL;
}

static struct nginx_value variable(const struct nginx_directive *at, struct slice name, unsigned depth)
{
	struct nginx_value v = { .has_variable = true };
	uint64_t number;

	if (name.len == 1 && slice_to_u64(name, &number)) {
		captured(at, (int)number, SLICE_EMPTY, &v);
		return v;
	}
	const struct nginx_directive *set = depth ? setting(at, name) : NULL;
	if (set)
		return value_at(set, nginx_word(set, 1), depth - 1);
	if (captured(at, -1, name, &v) || is_servers_own(name))
		return v;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_eq(known[i].name, name))
			return (struct nginx_value){ .has_variable = true, .newline = known[i].newline,
						     .dot = known[i].dot, .slash = known[i].slash,
						     .starts_slash = known[i].slash };
	/* $arg_x, $http_x, $cookie_x come from the client, without line breaks. */
	v.dot = slice_starts(name, SLICE("arg_")) || slice_starts(name, SLICE("http_")) || slice_starts(name, SLICE("cookie_"));
	return v;
}

static size_t name_length(struct slice s)
{
	size_t i = 0;

	if (s.len && ascii_digit(s.data[0]))
		return 1;
	while (i < s.len && (ascii_alnum(s.data[i]) || s.data[i] == '_'))
		i++;
	return i;
}

static struct nginx_value value_at(const struct nginx_directive *at, struct slice text, unsigned depth)
{
	struct nginx_value all = { .starts_slash = slice_starts(text, SLICE("/")) };

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '$') {
			all.slash |= text.data[i] == '/';
			continue;
		}
		bool braces = i + 1 < text.len && text.data[i + 1] == '{';
		struct slice name = slice_from(text, i + 1 + braces);

		name = slice_first(name, name_length(name));
		if (slice_empty(name))
			continue;
		struct nginx_value v = variable(at, name, depth);
		all.has_variable |= v.has_variable;
		all.newline |= v.newline;
		all.dot |= v.dot;
		all.slash |= v.slash;
		all.starts_slash |= i == 0 && v.starts_slash;
		i += name.len + 2 * (size_t)braces;
	}
	return all;
}

struct nginx_value nginx_value_of(const struct nginx_directive *at, struct slice text)
{
	return value_at(at, text, SET_DEPTH);
}
