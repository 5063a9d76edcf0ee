#include "inventory/python_requirement.h"

#include "inventory/rows.h"

static bool name_byte(char c)
{
	return ascii_alnum(c) || c == '-' || c == '_' || c == '.';
}

bool python_name_sound(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!name_byte(name.data[i]))
			return false;
	return !slice_empty(name) && ascii_alnum(name.data[0]) &&
	       ascii_alnum(name.data[name.len - 1]);
}

static bool take_bracketed(struct slice *s, char open, char close, struct slice *ret)
{
	if (slice_empty(*s) || s->data[0] != open)
		return true;
	size_t end = slice_find_byte(*s, close);
	*ret = slice_trim(slice_first(slice_from(*s, 1), end - 1));
	if (end == s->len)
		return false;
	*s = slice_trim(slice_from(*s, end + 1));
	return true;
}

static bool one_of(char c, struct slice set)
{
	return slice_find_byte(set, c) < set.len;
}

/* What PEP 440's versions are made of; pip puts variables in before it reads a line. */
static bool sound_version(struct slice version)
{
	bool variable = slice_find(version, SLICE("${")) < version.len;

	for (size_t i = 0; i < version.len; i++)
		if (!ascii_alnum(version.data[i]) && !one_of(version.data[i], SLICE(".!+_-*")) &&
		    !(variable && one_of(version.data[i], SLICE("${}"))))
			return false;
	return !slice_empty(version);
}

static bool cut_operator(struct slice *s)
{
	static const struct slice operators[] = {
		SLICE_INIT("==="), SLICE_INIT("=="), SLICE_INIT("~="), SLICE_INIT("!="),
		SLICE_INIT("<="), SLICE_INIT(">="), SLICE_INIT("<"), SLICE_INIT(">"),
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (slice_cut_prefix(s, operators[i]))
			return true;
	return false;
}

/* PEP 440, "Version specifiers": each has an operator and a version. */
static bool sound_specifiers(struct slice list)
{
	struct slice one;

	while (slice_next(&list, ',', &one)) {
		one = slice_trim(one);
		if (!slice_empty(one) && (!cut_operator(&one) || !sound_version(slice_trim(one))))
			return false;
	}
	return true;
}

bool python_requirement_parse(struct slice text, struct python_requirement *ret)
{
	struct slice rest = slice_trim(text);
	size_t end = 0;

	*ret = (struct python_requirement){ 0 };
	while (end < rest.len && name_byte(rest.data[end]))
		end++;
	ret->name = slice_first(rest, end);
	rest = slice_trim(slice_from(rest, end));
	if (!python_name_sound(ret->name) || !take_bracketed(&rest, '[', ']', &ret->extras))
		return false;
	if (slice_cut_prefix(&rest, SLICE("@"))) {
		/* A marker stands behind a blank, since a URL may hold a semicolon. */
		size_t marker = slice_find(rest, SLICE(" ;"));

		ret->url = slice_trim(slice_first(rest, marker));
		ret->marker = slice_trim(slice_from(rest, marker + 2));
		return !slice_empty(ret->url);
	}
	slice_split(rest, ';', &rest, &ret->marker);
	ret->marker = slice_trim(ret->marker);
	rest = ret->specifiers = slice_trim(rest);
	if (!take_bracketed(&rest, '(', ')', &ret->specifiers))
		return false;
	return sound_specifiers(ret->specifiers) &&
	       (slice_empty(rest) || rest.data == ret->specifiers.data);
}

struct slice python_pinned(struct slice specifiers)
{
	struct slice one;

	while (slice_next(&specifiers, ',', &one)) {
		one = slice_trim(one);
		if (!slice_cut_prefix(&one, SLICE("===")) && !slice_cut_prefix(&one, SLICE("==")))
			continue;
		one = slice_trim(one);
		if (!slice_empty(one) && slice_find_byte(one, '*') == one.len)
			return one;
	}
	return SLICE_EMPTY;
}

bool python_wheel_name(struct slice url, struct slice *name, struct slice *version)
{
	url = slice_first(url, slice_find_byte(url, '#'));
	url = slice_first(url, slice_find_byte(url, '?'));
	struct slice file = inventory_base_name(url);
	if (!slice_cut_suffix(&file, SLICE(".whl")) || !slice_split(file, '-', name, &file))
		return false;
	return slice_split(file, '-', version, &file) && python_name_sound(*name) &&
	       !slice_empty(*version);
}
