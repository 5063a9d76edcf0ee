#include "version/semver_parts.h"

static struct slice take_numbers(struct slice *v)
{
	size_t n = 0;

	while (n < v->len && ascii_digit(v->data[n])) {
		while (n < v->len && ascii_digit(v->data[n]))
			n++;
		if (n + 1 < v->len && v->data[n] == '.' && ascii_digit(v->data[n + 1]))
			n++;
	}
	struct slice numbers = slice_first(*v, n);
	*v = slice_from(*v, n);
	return numbers;
}

static struct slice without_prefix(struct slice v)
{
	while (v.len > 0 && (v.data[0] == '=' || ascii_space(v.data[0])))
		v = slice_from(v, 1);
	if (v.len > 1 && (v.data[0] == 'v' || v.data[0] == 'V') && ascii_digit(v.data[1]))
		v = slice_from(v, 1);
	return v;
}

struct semver_parts semver_parts_of(struct slice v)
{
	struct semver_parts ret = { .text = v };
	struct slice rest = without_prefix(slice_trim(v));

	ret.numbers = take_numbers(&rest);
	ret.numbered = ret.numbers.len > 0;
	size_t plus = slice_find_byte(rest, '+');

	ret.build = slice_from(rest, plus + 1);
	ret.prerelease = slice_first(rest, plus);
	ret.glued = ret.prerelease.len > 0 && ascii_alpha(ret.prerelease.data[0]);
	if (!slice_cut_prefix(&ret.prerelease, SLICE("-")))
		slice_cut_prefix(&ret.prerelease, SLICE("."));
	return ret;
}

int semver_compare_numbers(const struct semver_parts *a, const struct semver_parts *b)
{
	struct slice x = a->numbers;
	struct slice y = b->numbers;
	int order = int_compare(a->numbered, b->numbered);

	if (order == 0 && !a->numbered)
		return slice_cmp(a->text, b->text);
	while (order == 0 && (x.len > 0 || y.len > 0)) {
		order = digits_compare(digits_take(&x), digits_take(&y));
		x = slice_from(x, 1);
		y = slice_from(y, 1);
	}
	return order;
}

struct identifiers {
	struct slice rest;
	enum semver_identifiers mode;
	bool more;
};

static bool next_identifier(struct identifiers *w, struct slice *ret)
{
	size_t n = 0;

	if (!w->more)
		return false;
	while (n < w->rest.len && w->rest.data[n] != '.') {
		if (w->mode == SEMVER_SPLIT && n > 0 &&
		    ascii_digit(w->rest.data[n]) != ascii_digit(w->rest.data[n - 1]))
			break;
		n++;
	}
	*ret = slice_first(w->rest, n);
	w->more = n < w->rest.len;
	w->rest = slice_from(w->rest, n);
	slice_cut_prefix(&w->rest, SLICE("."));
	return true;
}

static char to_upper(char c)
{
	return ascii_lower(c) ? (char)(c - 32) : c;
}

/* By upper-cased letters, as .NET's OrdinalIgnoreCase has it: '_' is behind them. */
static int compare_nocase(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		int order = int_compare((uint8_t)to_upper(a.data[i]), (uint8_t)to_upper(b.data[i]));

		if (order != 0)
			return order;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static int compare_identifier(struct slice a, struct slice b, bool nocase)
{
	bool number_a = digits_only(a);
	bool number_b = digits_only(b);

	if (number_a != number_b)
		return number_a ? -1 : 1;
	if (number_a)
		return digits_compare(a, b);
	return nocase ? compare_nocase(a, b) : slice_cmp(a, b);
}

int semver_compare_identifiers(struct slice a, enum semver_identifiers a_mode, struct slice b,
			       enum semver_identifiers b_mode)
{
	struct identifiers x = { .rest = a, .mode = a_mode, .more = a.len > 0 };
	struct identifiers y = { .rest = b, .mode = b_mode, .more = b.len > 0 };
	int order = 0;

	while (order == 0) {
		bool have_a = next_identifier(&x, &a);
		bool have_b = next_identifier(&y, &b);

		if (!have_a || !have_b)
			return int_compare(have_a, have_b);
		order = compare_identifier(a, b, a_mode == SEMVER_NOCASE);
	}
	return order;
}

int semver_compare_precedence(const struct semver_parts *a, enum semver_identifiers a_mode,
			      const struct semver_parts *b, enum semver_identifiers b_mode)
{
	int order = semver_compare_numbers(a, b);

	if (order != 0 || !a->numbered)
		return order;
	if (a->prerelease.len == 0 || b->prerelease.len == 0)
		return int_compare(a->prerelease.len == 0, b->prerelease.len == 0);
	return semver_compare_identifiers(a->prerelease, a_mode, b->prerelease, b_mode);
}

static bool identifiers_valid(struct slice s)
{
	struct identifiers w = { .rest = s, .more = true };
	struct slice id;

	while (next_identifier(&w, &id)) {
		if (id.len == 0)
			return false;
		for (size_t i = 0; i < id.len; i++)
			if (!ascii_alnum(id.data[i]) && id.data[i] != '-')
				return false;
	}
	/* "a." ends in an identifier that is empty. */
	return !slice_ends(s, SLICE("."));
}

bool semver_parts_valid(const struct semver_parts *p, size_t least, size_t most)
{
	struct slice numbers = p->numbers;
	struct slice rest = without_prefix(p->text);
	size_t count = 0;

	for (; numbers.len > 0; count++) {
		digits_take(&numbers);
		numbers = slice_from(numbers, 1);
	}
	if (count < least || count > most)
		return false;
	rest = slice_from(rest, p->numbers.len);
	if (slice_cut_prefix(&rest, SLICE("-"))) {
		if (!identifiers_valid(p->prerelease))
			return false;
		rest = slice_from(rest, p->prerelease.len);
	}
	return rest.len == 0 ||
	       (slice_starts(rest, SLICE("+")) && identifiers_valid(slice_from(rest, 1)));
}
