#include "model/gap.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const reason_names[GAP_REASON_COUNT] = {
	[GAP_REASON_UNREADABLE] = "unreadable",
	[GAP_REASON_DIGEST] = "digest",
	[GAP_REASON_MALFORMED] = "malformed",
	[GAP_REASON_LIMIT] = "limit",
	[GAP_REASON_UNSUPPORTED] = "unsupported",
	[GAP_REASON_WORKER] = "worker",
	[GAP_REASON_TIMEOUT] = "timeout",
	[GAP_REASON_NO_ADVISORIES] = "no-advisories",
	[GAP_REASON_NO_COVERAGE] = "no-coverage",
	[GAP_REASON_BASELINE] = "baseline",
	[GAP_REASON_STALE] = "stale",
	[GAP_REASON_UNVERSIONED] = "unversioned",
	[GAP_REASON_UNKNOWN_OS] = "unknown-os",
	[GAP_REASON_CONFINEMENT] = "confinement",
	[GAP_REASON_MISSING] = "missing",
	[GAP_REASON_END_OF_LIFE] = "end-of-life",
};

const char *gap_reason_name(enum gap_reason reason)
{
	return (size_t)reason < GAP_REASON_COUNT ? reason_names[reason] : "unknown";
}

const char *gap_kind_name(enum gap_kind kind)
{
	static const char *const names[] = { "local", "blocking", "note" };

	return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown";
}

enum gap_reason gap_reason_of_error(enum error_code code)
{
	switch (code) {
	case ERR_FORMAT: return GAP_REASON_MALFORMED;
	case ERR_LIMIT: return GAP_REASON_LIMIT;
	case ERR_NOT_FOUND: return GAP_REASON_MISSING;
	case ERR_UNSUPPORTED: return GAP_REASON_UNSUPPORTED;
	case ERR_DIGEST: return GAP_REASON_DIGEST;
	case ERR_TIMEOUT:
	case ERR_CANCELLED: return GAP_REASON_TIMEOUT;
	case ERR_WORKER: return GAP_REASON_WORKER;
	case ERR_NONE:
	case ERR_USAGE:
	case ERR_IO:
	case ERR_NETWORK:
	case ERR_INTERNAL: break;
	}
	return GAP_REASON_UNREADABLE;
}

void gap_add(struct gap_list *list, struct arena *a, enum gap_kind kind, enum gap_reason reason,
	     struct slice subject, const char *fmt, ...)
{
	char text[ERROR_MESSAGE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	*vec_add(a, list) = (struct gap){
		.kind = kind,
		.reason = reason,
		.subject = arena_copy(a, subject),
		.message = arena_copy(a, slice_from_cstr(text)),
		.layer = -1,
		.offset = -1,
	};
}

int gap_cmp(const struct gap *a, const struct gap *b)
{
	static const int rank[] = { [GAP_BLOCKING] = 0, [GAP_LOCAL] = 1, [GAP_NOTE] = 2 };

	if (a->kind != b->kind)
		return rank[a->kind] - rank[b->kind];
	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	int order = slice_cmp(a->subject, b->subject);
	if (order == 0)
		order = slice_cmp(a->message, b->message);
	if (order == 0)
		order = (a->layer > b->layer) - (a->layer < b->layer);
	return order ? order : (a->offset > b->offset) - (a->offset < b->offset);
}
