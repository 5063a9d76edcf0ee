/*
 * The one error type.  The caller owns it; a function that can fail takes it
 * last, returns false (or NULL) and fills it.  Library code never prints.
 * A message names the file, layer, line or URL it is about; callers wrap it
 * with what they were doing on the way up.
 */
#ifndef BULWARK_BASE_ERROR_H
#define BULWARK_BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

enum error_code {
	ERR_NONE = 0,
	ERR_USAGE,       /* the user's command line or policy */
	ERR_IO,          /* the operating system said no; os_errno says why */
	ERR_FORMAT,      /* malformed input */
	ERR_LIMIT,       /* a limit of base/limits.h or of the user was reached */
	ERR_NOT_FOUND,
	ERR_UNSUPPORTED, /* known and named, but not done by this program */
	ERR_DIGEST,      /* bytes that are not what their digest says */
	ERR_NETWORK,
	ERR_TIMEOUT,
	ERR_CANCELLED,
	ERR_WORKER,      /* a confined worker died or lied */
	ERR_INTERNAL,
};

#define ERROR_MESSAGE_MAX 1024

struct error {
	enum error_code code;
	int os_errno;        /* 0: none */
	int64_t offset;      /* byte position in the input, -1: none */
	char message[ERROR_MESSAGE_MAX];
};

#define ERROR_INIT { .offset = -1 }

/* Both return false, so that `return error_set(...)` reads well. err may be NULL. */
bool error_set(struct error *err, enum error_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends ": <strerror>" and keeps the number. */
bool error_set_errno(struct error *err, int os_errno, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Like error_set, and remembers where in the input. */
bool error_set_at(struct error *err, enum error_code code, uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Puts "context: " before the message. */
bool error_wrap(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void error_clear(struct error *err);

/* "format", "limit"...: stable words, used in machine-readable reports. */
const char *error_code_name(enum error_code code);

#endif
