#include "net/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* The library's ABI since 2006; a new one would have another name. */
#define LIBRARY "libcurl.so.4"

static struct curl_library library;
static char failure[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool resolve(void *handle, const char *name, void *ret)
{
	void *symbol = dlsym(handle, name);

	if (!symbol)
		return false;
	/* POSIX's way from an object pointer to a function pointer. */
	*(void **)ret = symbol;
	return true;
}

static void load(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	bool ok = handle != NULL;

#define CURL_RESOLVE(name) ok = ok && resolve(handle, "curl_" #name, &library.name);
	CURL_FUNCTIONS(CURL_RESOLVE)
#undef CURL_RESOLVE
	if (ok && library.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		return;
	const char *why = ok ? "it cannot be initialised" : dlerror();
	strncpy(failure, why ? why : "?", sizeof(failure) - 1);
}

const struct curl_library *curl_library_get(struct error *err)
{
	pthread_once(&once, load);
	if (!failure[0])
		return &library;
	error_set(err, ERR_UNSUPPORTED, "downloads need libcurl: %s", failure);
	return NULL;
}
