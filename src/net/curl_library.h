/*
 * libcurl, loaded when the first download begins.  It brings some thirty
 * libraries along: most runs need none of them, start-up is a few
 * milliseconds shorter without, and confined workers do not have them mapped.
 */
#ifndef BULWARK_NET_CURL_LIBRARY_H
#define BULWARK_NET_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/error.h"

#define CURL_FUNCTIONS(X)                                                                    \
	X(global_init)                                                                       \
	X(easy_init)                                                                         \
	X(easy_setopt)                                                                       \
	X(easy_perform)                                                                      \
	X(easy_getinfo)                                                                      \
	X(easy_header)                                                                       \
	X(easy_nextheader)                                                                   \
	X(easy_reset)                                                                        \
	X(easy_strerror)                                                                     \
	X(easy_cleanup)                                                                      \
	X(slist_append)                                                                      \
	X(slist_free_all)                                                                    \
	X(url)                                                                               \
	X(url_set)                                                                           \
	X(url_get)                                                                           \
	X(url_cleanup)                                                                       \
	X(free)

struct curl_library {
#define CURL_FIELD(name) __typeof__(&curl_##name) name;
	CURL_FUNCTIONS(CURL_FIELD)
#undef CURL_FIELD
};

/* The one library of the process; NULL with ERR_UNSUPPORTED when it is not installed. */
const struct curl_library *curl_library_get(struct error *err);

#endif
