#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 5, 0)))
static bool set(struct error *err, enum error_code code, int os_errno, int64_t offset,
		const char *fmt, va_list args)
{
	if (err) {
		char text[ERROR_MESSAGE_MAX];

		/* Through a copy: an argument may point into the old message. */
		vsnprintf(text, sizeof(text), fmt, args);
		*err = (struct error){ .code = code, .os_errno = os_errno, .offset = offset };
		memcpy(err->message, text, sizeof(text));
	}
	return false;
}

bool error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, code, 0, -1, fmt, args);
	va_end(args);
	return false;
}

bool error_set_errno(struct error *err, int os_errno, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, ERR_IO, os_errno, -1, fmt, args);
	va_end(args);
	if (err) {
		size_t used = strlen(err->message);
		char text[128];

		snprintf(err->message + used, sizeof(err->message) - used, ": %s",
			 strerror_r(os_errno, text, sizeof(text)));
	}
	return false;
}

bool error_set_at(struct error *err, enum error_code code, uint64_t offset, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, code, 0, offset > INT64_MAX ? INT64_MAX : (int64_t)offset, fmt, args);
	va_end(args);
	return false;
}

bool error_wrap(struct error *err, const char *fmt, ...)
{
	if (!err)
		return false;
	char context[ERROR_MESSAGE_MAX / 2], joined[2 * ERROR_MESSAGE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(context, sizeof(context), fmt, args);
	va_end(args);
	snprintf(joined, sizeof(joined), "%s: %s", context, err->message);
	memcpy(err->message, joined, sizeof(err->message));
	err->message[sizeof(err->message) - 1] = '\0';
	return false;
}

void error_clear(struct error *err)
{
	if (err)
		*err = (struct error)ERROR_INIT;
}

const char *error_code_name(enum error_code code)
{
	static const char *const names[] = {
		[ERR_NONE] = "none",
		[ERR_USAGE] = "usage",
		[ERR_IO] = "io",
		[ERR_FORMAT] = "format",
		[ERR_LIMIT] = "limit",
		[ERR_NOT_FOUND] = "not-found",
		[ERR_UNSUPPORTED] = "unsupported",
		[ERR_DIGEST] = "digest",
		[ERR_NETWORK] = "network",
		[ERR_TIMEOUT] = "timeout",
		[ERR_CANCELLED] = "cancelled",
		[ERR_WORKER] = "worker",
		[ERR_INTERNAL] = "internal",
	};

	return (size_t)code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown";
}
