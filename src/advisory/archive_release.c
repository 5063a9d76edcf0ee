#include "advisory/archive_release.h"

#include "base/cleanup.h"
#include "base/timestamp.h"
#include "format/control.h"

#include <stdio.h>

struct slice archive_signed_text(struct slice text)
{
	static const struct slice begin = SLICE_INIT("-----BEGIN PGP SIGNED MESSAGE-----"),
				  end = SLICE_INIT("-----BEGIN PGP SIGNATURE-----");
	struct slice rest = text, line;

	if (!slice_starts(text, begin))
		return text;
	/* Armor headers, up to the first empty line. */
	while (slice_next_line(&rest, &line) && !slice_empty(line))
		;
	return slice_first(rest, slice_find(rest, end));
}

/* "Sat, 22 Aug 2026 10:12:13 UTC" (RFC 5322, section 3.3; the archive writes UTC only) */
static bool parse_date(struct slice s, int64_t *ret)
{
	static const struct slice months = SLICE_INIT("JanFebMarAprMayJunJulAugSepOctNovDec");
	struct slice day, month, year, clock;
	uint64_t day_number;
	char text[64];

	if (slice_find_byte(s, ',') < s.len)
		s = slice_trim(slice_from(s, slice_find_byte(s, ',') + 1));
	if (!slice_split(s, ' ', &day, &s) || !slice_split(s, ' ', &month, &s) ||
	    !slice_split(s, ' ', &year, &s) || !slice_split(s, ' ', &clock, &s))
		return false;
	size_t at = slice_find(months, month);
	if (month.len != 3 || at % 3 || !slice_to_u64(day, &day_number) || day_number > 31 ||
	    year.len != 4 || clock.len != 8 ||
	    !(slice_is(s, "UTC") || slice_is(s, "GMT") || slice_is(s, "+0000")))
		return false;
	int n = snprintf(text, sizeof(text), "%.*s-%02zu-%02uT%.*sZ", SLICE_ARG(year), at / 3 + 1,
			 (unsigned)day_number, SLICE_ARG(clock));
	return timestamp_parse(slice_new(text, (size_t)n), ret);
}

bool archive_release_parse(struct slice text, struct archive_release *ret, struct error *err)
{
	struct archive_release r = { .date = TIMESTAMP_NONE, .valid_until = TIMESTAMP_NONE };
	const struct {
		struct slice key;
		struct slice *text;
		int64_t *date;
	} rows[] = {
		{ SLICE("Origin"), &r.origin, NULL },
		{ SLICE("Suite"), &r.suite, NULL },
		{ SLICE("Codename"), &r.codename, NULL },
		{ SLICE("SHA256"), &r.hashes, NULL },
		{ SLICE("Date"), NULL, &r.date },
		{ SLICE("Valid-Until"), NULL, &r.valid_until },
	};
	struct control_reader reader;
	struct control_field field;

	control_init(&reader, text, true);
	control_stanza(&reader);
	while (control_field(&reader, &field, NULL))
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			if (!slice_eq_nocase(field.key, rows[i].key))
				continue;
			if (rows[i].text)
				*rows[i].text = field.value;
			else if (!parse_date(field.value, rows[i].date))
				return error_set(err, ERR_FORMAT,
						 "the release file's %.*s is no date",
						 SLICE_ARG(field.key));
		}
	if (slice_empty(r.origin) || r.date == TIMESTAMP_NONE ||
	    (slice_empty(r.suite) && slice_empty(r.codename)))
		return error_set(err, ERR_FORMAT,
				 "the release file tells no origin, suite or date");
	*ret = r;
	return true;
}

/* The next word of a line, whatever space stands around it. */
static struct slice take_word(struct slice *line)
{
	size_t end = 0;

	*line = slice_trim(*line);
	while (end < line->len && !ascii_space(line->data[end]))
		end++;
	struct slice word = slice_first(*line, end);
	*line = slice_from(*line, end);
	return word;
}

static bool is_sha256(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_digit(s.data[i]) && !(s.data[i] >= 'a' && s.data[i] <= 'f'))
			return false;
	return s.len == 64;
}

bool archive_release_file(struct slice *hashes, struct archive_file *ret)
{
	struct slice line;

	while (slice_next_line(hashes, &line)) {
		ret->sha256 = take_word(&line);
		struct slice size = take_word(&line);
		ret->path = slice_trim(line);
		if (is_sha256(ret->sha256) && slice_to_u64(size, &ret->size) &&
		    !slice_empty(ret->path))
			return true;
	}
	return false;
}
