/*
 * A gap: what the program could not look at, and why.  Blocking gaps make the
 * result incomplete (exit code 3); local ones concern one application file
 * and are listed (--strict counts them as blocking).
 */
#ifndef BULWARK_MODEL_GAP_H
#define BULWARK_MODEL_GAP_H

#include "base/error.h"
#include "base/vec.h"

enum gap_kind {
	GAP_LOCAL,
	GAP_BLOCKING,
	GAP_NOTE,      /* not a gap in the result: said to the reader, never counted */
};

/* Stable words for machines; the message is for people. */
enum gap_reason {
	GAP_REASON_UNREADABLE,       /* a layer, file or blob that cannot be read */
	GAP_REASON_DIGEST,           /* bytes are not what their digest says */
	GAP_REASON_MALFORMED,        /* a file that a row asked for does not parse */
	GAP_REASON_LIMIT,
	GAP_REASON_UNSUPPORTED,
	GAP_REASON_WORKER,           /* a confined worker died */
	GAP_REASON_TIMEOUT,
	GAP_REASON_NO_ADVISORIES,    /* no index at all */
	GAP_REASON_NO_COVERAGE,      /* of this ecosystem or release */
	GAP_REASON_BASELINE,         /* the built-in baseline stood in */
	GAP_REASON_STALE,            /* advisories older than a week */
	GAP_REASON_UNVERSIONED,      /* a package whose version cannot be compared */
	GAP_REASON_UNKNOWN_OS,
	GAP_REASON_CONFINEMENT,      /* degraded confinement */
	GAP_REASON_MISSING,          /* something named is not there */
	GAP_REASON_END_OF_LIFE,      /* a release that is not supported any more */
	GAP_REASON_COUNT,
};

struct gap {
	enum gap_kind kind;
	enum gap_reason reason;
	struct slice subject;  /* file, layer, ecosystem */
	struct slice message;  /* one sentence */
	int32_t layer;         /* -1: none */
	int64_t offset;        /* -1: none */
};

struct gap_list VEC_OF(struct gap);

const char *gap_reason_name(enum gap_reason reason);
const char *gap_kind_name(enum gap_kind kind);
/* What an error of reading `subject` means as a gap's reason. */
enum gap_reason gap_reason_of_error(enum error_code code);

/* Adds a gap with copied texts. */
void gap_add(struct gap_list *list, struct arena *a, enum gap_kind kind, enum gap_reason reason,
	     struct slice subject, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Kind, reason, subject, message, offset: a total order for reports. */
int gap_cmp(const struct gap *a, const struct gap *b);

#endif
