#include "format/toml_scalar.h"

static bool digit_of_base(char c, unsigned base)
{
	c = ascii_tolower(c);
	if (ascii_digit(c))
		return (unsigned)(c - '0') < base;
	return base == 16 && c >= 'a' && c <= 'f';
}

/* Digits with single underscores between them, cut off the front. */
static bool take_digits(struct slice *s, unsigned base)
{
	size_t n = 0;

	while (n < s->len) {
		bool underscore = s->data[n] == '_' && n > 0;

		if (n + underscore >= s->len || !digit_of_base(s->data[n + underscore], base))
			break;
		n += 1u + underscore;
	}
	*s = slice_from(*s, n);
	return n > 0;
}

static bool take_byte(struct slice *s, char c)
{
	if (slice_empty(*s) || s->data[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

static bool sound_based(struct slice s, unsigned base)
{
	s = slice_from(s, 2);
	return take_digits(&s, base) && slice_empty(s);
}

bool toml_sound_number(struct slice s)
{
	if (slice_starts(s, SLICE("0x")))
		return sound_based(s, 16);
	if (slice_starts(s, SLICE("0o")))
		return sound_based(s, 8);
	if (slice_starts(s, SLICE("0b")))
		return sound_based(s, 2);
	if (!take_byte(&s, '+'))
		take_byte(&s, '-');
	if (slice_is(s, "inf") || slice_is(s, "nan"))
		return true;
	if (slice_starts(s, SLICE("0")))
		s = slice_from(s, 1);
	else if (!take_digits(&s, 10))
		return false;
	if (take_byte(&s, '.') && !take_digits(&s, 10))
		return false;
	if (take_byte(&s, 'e') || take_byte(&s, 'E')) {
		if (!take_byte(&s, '+'))
			take_byte(&s, '-');
		if (!take_digits(&s, 10))
			return false;
	}
	return slice_empty(s);
}

/* Exactly n digits and the value they have. */
static bool take_fixed(struct slice *s, size_t n, uint64_t *ret)
{
	if (!slice_to_u64(slice_first(*s, n), ret) || s->len < n)
		return false;
	*s = slice_from(*s, n);
	return true;
}

static bool take_date(struct slice *s)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t year, month, day;

	if (!take_fixed(s, 4, &year) || !take_byte(s, '-') || !take_fixed(s, 2, &month) ||
	    !take_byte(s, '-') || !take_fixed(s, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month != 2 || day < 29 || leap;
}

static bool take_time(struct slice *s)
{
	uint64_t hour, minute, second;

	if (!take_fixed(s, 2, &hour) || !take_byte(s, ':') || !take_fixed(s, 2, &minute) ||
	    !take_byte(s, ':') || !take_fixed(s, 2, &second))
		return false;
	if (take_byte(s, '.')) {
		size_t n = 0;

		while (n < s->len && ascii_digit(s->data[n]))
			n++;
		if (n == 0)
			return false;
		*s = slice_from(*s, n);
	}
	return hour < 24 && minute < 60 && second <= 60;
}

static bool take_offset(struct slice *s)
{
	uint64_t hour, minute;

	if (take_byte(s, 'Z') || take_byte(s, 'z'))
		return true;
	return (take_byte(s, '+') || take_byte(s, '-')) && take_fixed(s, 2, &hour) &&
	       take_byte(s, ':') && take_fixed(s, 2, &minute) && hour < 24 && minute < 60;
}

bool toml_sound_datetime(struct slice s)
{
	if (s.len > 2 && s.data[2] == ':')
		return take_time(&s) && slice_empty(s);
	if (!take_date(&s))
		return false;
	if (slice_empty(s))
		return true;
	if (!take_byte(&s, 'T') && !take_byte(&s, 't') && !take_byte(&s, ' '))
		return false;
	return take_time(&s) && (slice_empty(s) || take_offset(&s)) && slice_empty(s);
}

bool toml_looks_like_datetime(struct slice s)
{
	return (s.len > 4 && ascii_digit(s.data[0]) && ascii_digit(s.data[1]) &&
		ascii_digit(s.data[2]) && ascii_digit(s.data[3]) && s.data[4] == '-') ||
	       (s.len > 2 && ascii_digit(s.data[0]) && ascii_digit(s.data[1]) && s.data[2] == ':');
}
