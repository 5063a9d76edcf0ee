/* Downloads one URL and says what came of it; test_http.py drives it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/http.h"

static void log_line(void *context, enum log_level level, struct slice message)
{
	(void)context;
	(void)level;
	fprintf(stderr, "%.*s\n", SLICE_ARG(message));
}

static int set_option(const char *name, const char *value, struct http_request *request,
		      struct run *run)
{
	if (strcmp(name, "--etag") == 0)
		request->etag = slice_from_cstr(value);
	else if (strcmp(name, "--last-modified") == 0)
		request->last_modified = slice_from_cstr(value);
	else if (strcmp(name, "--max") == 0)
		request->max_bytes = strtoull(value, NULL, 10);
	else if (strcmp(name, "--deadline") == 0)
		run->deadline_ms = run_monotonic_ms() + atoll(value);
	else if (strcmp(name, "--allow-plain") == 0)
		request->allow_plain = strcmp(value, "yes") == 0;
	else if (strcmp(name, "--offline") == 0)
		run->offline = strcmp(value, "yes") == 0;
	else
		return -1;
	return 0;
}

static int get(struct run *run, const struct http_request *request, const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct error err = ERROR_INIT;
	struct http_response response;

	if (fd < 0)
		return 2;
	if (!http_download(run, request, fd, &response, &err)) {
		printf("error %s: %s\n", error_code_name(err.code), err.message);
		return 1;
	}
	printf("status %ld\nbytes %llu\netag %.*s\nlast-modified %.*s\n", response.status,
	       (unsigned long long)response.bytes, SLICE_ARG(response.etag),
	       SLICE_ARG(response.last_modified));
	return 0;
}

int main(int argc, char **argv)
{
	struct http_request request = { 0 };
	struct arena arena;
	struct run run;

	if (argc < 3)
		return 2;
	arena_init(&arena, 0);
	run_init(&run, &arena);
	run.log = log_line;
	request.url = slice_from_cstr(argv[1]);
	for (int i = 3; i + 1 < argc; i += 2)
		if (set_option(argv[i], argv[i + 1], &request, &run) < 0)
			return 2;
	int code = get(&run, &request, argv[2]);
	arena_release(&arena);
	return code;
}
