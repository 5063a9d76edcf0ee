/* Points in time: seconds since 1970-01-01T00:00:00Z, as RFC 3339 in text. */
#ifndef BULWARK_BASE_TIMESTAMP_H
#define BULWARK_BASE_TIMESTAMP_H

#include "base/slice.h"

#define TIMESTAMP_NONE INT64_MIN
#define TIMESTAMP_TEXT_MAX 32

/*
 * RFC 3339 section 5.6 (any number of fraction digits, which are dropped;
 * `Z` or an offset), or a plain YYYY-MM-DD, which is that day's midnight UTC.
 */
bool timestamp_parse(struct slice s, int64_t *ret);
/* "2026-08-21T07:00:00Z"; the answer is the buffer. */
const char *timestamp_format(int64_t t, char text[static TIMESTAMP_TEXT_MAX]);
/* "2026-08-21" */
const char *timestamp_format_date(int64_t t, char text[static TIMESTAMP_TEXT_MAX]);

#endif
