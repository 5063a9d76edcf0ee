#include "base/timestamp.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static bool take_number(struct slice *s, size_t digits, int *ret)
{
	uint64_t v;

	if (s->len < digits || !slice_to_u64(slice_first(*s, digits), &v))
		return false;
	*ret = (int)v;
	*s = slice_from(*s, digits);
	return true;
}

/* Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, days_from_civil). */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static bool parse_offset(struct slice s, int64_t *ret)
{
	int hours, minutes;

	if (slice_is(s, "Z") || slice_is(s, "z")) {
		*ret = 0;
		return true;
	}
	if (s.len != 6 || (s.data[0] != '+' && s.data[0] != '-'))
		return false;
	int64_t sign = s.data[0] == '+' ? 1 : -1;
	s = slice_from(s, 1);
	if (!take_number(&s, 2, &hours) || !slice_cut_prefix(&s, SLICE(":")) ||
	    !take_number(&s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool timestamp_parse(struct slice s, int64_t *ret)
{
	static const int month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, hour = 0, minute = 0, second = 0;
	int64_t offset = 0;

	if (!take_number(&s, 4, &year) || !slice_cut_prefix(&s, SLICE("-")) ||
	    !take_number(&s, 2, &month) || !slice_cut_prefix(&s, SLICE("-")) ||
	    !take_number(&s, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > month_days[month - 1])
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (month == 2 && day == 29 && !leap)
		return false;
	if (!slice_empty(s)) {
		if (s.data[0] != 'T' && s.data[0] != 't' && s.data[0] != ' ')
			return false;
		s = slice_from(s, 1);
		if (!take_number(&s, 2, &hour) || !slice_cut_prefix(&s, SLICE(":")) ||
		    !take_number(&s, 2, &minute) || !slice_cut_prefix(&s, SLICE(":")) ||
		    !take_number(&s, 2, &second) || hour > 23 || minute > 59 || second > 60)
			return false;
		if (slice_cut_prefix(&s, SLICE("."))) {
			if (slice_empty(s) || !ascii_digit(s.data[0]))
				return false;
			while (!slice_empty(s) && ascii_digit(s.data[0]))
				s = slice_from(s, 1);
		}
		if (!parse_offset(s, &offset))
			return false;
	}
	*ret = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
	return true;
}

static bool break_down(int64_t t, struct tm *ret)
{
	time_t seconds = (time_t)t;

	return t != TIMESTAMP_NONE && gmtime_r(&seconds, ret);
}

/* Not by strftime, whose years have no leading zeros. */
static const char *put_text(char text[static TIMESTAMP_TEXT_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static const char *put_text(char text[static TIMESTAMP_TEXT_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, TIMESTAMP_TEXT_MAX, fmt, args);
	va_end(args);
	return text;
}

const char *timestamp_format(int64_t t, char text[static TIMESTAMP_TEXT_MAX])
{
	struct tm tm;

	text[0] = '\0';
	if (!break_down(t, &tm))
		return text;
	return put_text(text, "%04lld-%02d-%02dT%02d:%02d:%02dZ", 1900ll + tm.tm_year, tm.tm_mon + 1,
			tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

const char *timestamp_format_date(int64_t t, char text[static TIMESTAMP_TEXT_MAX])
{
	struct tm tm;

	text[0] = '\0';
	if (!break_down(t, &tm))
		return text;
	return put_text(text, "%04lld-%02d-%02d", 1900ll + tm.tm_year, tm.tm_mon + 1, tm.tm_mday);
}
