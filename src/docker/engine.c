#include "docker/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/mem.h"

/* Versions of the API whose answers are known; daemons speak older ones too. */
#define API_MINOR_MAX 51
#define API_MINOR_MIN 24 /* of daemons that do not tell */

struct engine {
	struct run *run;
	struct engine_endpoint endpoint;
	struct http_client_options http;
	struct http_client *client;
	struct slice root; /* "http://localhost/v1.41/" */
};

/* Tells apart what libcurl calls by one name. */
static bool try_socket(const struct engine_endpoint *endpoint, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct slice path = endpoint->unix_socket;

	if (path.len >= sizeof(address.sun_path))
		return error_set(err, ERR_USAGE, "the path of the Docker daemon's socket is too "
				 "long: %.*s", SLICE_ARG(path));
	memcpy(address.sun_path, path.data, path.len);
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set_errno(err, errno, "socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return true;
	switch (errno) {
	case EACCES:
	case EPERM:
		return error_set(err, ERR_IO,
				 "permission denied on the Docker daemon's socket %.*s: it is for "
				 "root and the members of its group",
				 SLICE_ARG(path));
	case ENOENT:
		return error_set(err, ERR_NOT_FOUND,
				 "there is no Docker daemon: no socket %.*s (DOCKER_HOST and "
				 "`docker context` say where another one is)",
				 SLICE_ARG(path));
	case ECONNREFUSED:
		return error_set(err, ERR_NOT_FOUND,
				 "there is no Docker daemon: nothing listens on %.*s",
				 SLICE_ARG(path));
	default:
		return error_set_errno(err, errno, "the Docker daemon's socket %.*s",
				       SLICE_ARG(path));
	}
}

static bool ask(struct engine *e, struct slice url, struct http_sink *sink, uint64_t max,
		struct http_answer *ret, struct error *err)
{
	const struct http_call call = {
		.url = url, .max_bytes = max, .attempts = 1, .no_redirects = true,
	};

	return http_exchange(e->client, &call, sink, ret, err) ||
	       error_wrap(err, "the Docker daemon at %.*s", SLICE_ARG(e->endpoint.shown));
}

static bool refused(struct engine *e, const struct http_answer *answer, struct slice what,
		    struct error *err)
{
	struct slice words = engine_parse_message(answer->body, e->run->arena);

	return error_set(err, answer->status == 404 ? ERR_NOT_FOUND : ERR_NETWORK,
			 "the Docker daemon at %.*s answers %ld to %.*s%s%.*s",
			 SLICE_ARG(e->endpoint.shown), answer->status, SLICE_ARG(what),
			 slice_empty(words) ? "" : ": ", SLICE_ARG(words));
}

static bool get(struct engine *e, struct slice path, struct slice what, struct slice *ret,
		struct error *err)
{
	struct slice url = arena_printf(e->run->arena, "%.*s%.*s", SLICE_ARG(e->root),
					SLICE_ARG(path));
	struct http_answer answer;

	if (!ask(e, url, NULL, LIMIT_MANIFEST, &answer, err))
		return false;
	*ret = answer.body;
	return answer.status == 200 || refused(e, &answer, what, err);
}

/* "1.41" -> 41; 0: none that is known. */
static uint64_t minor_of(struct slice version)
{
	uint64_t minor;

	return slice_cut_prefix(&version, SLICE("1.")) && slice_to_u64(version, &minor) &&
			       minor < 1000 ? minor : 0;
}

static bool agree(struct engine *e, struct error *err)
{
	const char *asked = getenv("DOCKER_API_VERSION");
	struct arena *a = e->run->arena;
	struct http_answer answer;
	uint64_t minor = API_MINOR_MIN;

	if (!ask(e, arena_printf(a, "%.*s_ping", SLICE_ARG(e->endpoint.root)), NULL, 64 * KIB,
		 &answer, err))
		return false;
	if (answer.status != 200)
		return refused(e, &answer, SLICE("the first question"), err);
	uint64_t told = minor_of(http_answer_header(&answer, "Api-Version"));
	if (told)
		minor = told < API_MINOR_MAX ? told : API_MINOR_MAX;
	if (asked && *asked) {
		minor = minor_of(slice_from_cstr(asked));
		if (!minor)
			return error_set(err, ERR_USAGE, "DOCKER_API_VERSION is no version: %s",
					 asked);
	}
	e->root = arena_printf(a, "%.*sv1.%u/", SLICE_ARG(e->endpoint.root), (unsigned)minor);
	return true;
}

static bool set_up(struct engine *e, struct error *err)
{
	if (!engine_find(e->run->arena, &e->endpoint, err))
		return false;
	if (!slice_empty(e->endpoint.unix_socket) && !try_socket(&e->endpoint, err))
		return false;
	e->http = (struct http_client_options){
		.unix_socket = e->endpoint.unix_socket,
		.ca_file = e->endpoint.ca_file,
		.certificate = e->endpoint.certificate,
		.key = e->endpoint.key,
		.allow_plain = e->endpoint.plain,
		.stalled_seconds = ENGINE_STALLED_SECONDS,
	};
	e->client = http_client_new(e->run, &e->http, err);
	return e->client && agree(e, err);
}

struct engine *engine_open(struct run *run, struct error *err)
{
	struct engine *e = mem_alloc_zero(1, sizeof(*e));

	e->run = run;
	if (set_up(e, err))
		return e;
	engine_close(e);
	return NULL;
}

void engine_close(struct engine *e)
{
	if (!e)
		return;
	if (e->client)
		http_client_free(e->client);
	free(e);
}

bool engine_reconnect(struct engine *e, struct error *err)
{
	e->client = http_client_new(e->run, &e->http, err);
	return e->client != NULL;
}

struct slice engine_shown(const struct engine *e)
{
	return e->endpoint.shown;
}

/* The name becomes part of a path: nothing that would end it or lead elsewhere. */
static bool sound_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_alnum(name.data[i]) && !memchr("._-/:@[]", name.data[i], 8))
			return false;
	return !slice_empty(name) && name.len <= 512 && ascii_alnum(name.data[0]) &&
	       slice_find(name, SLICE("..")) == name.len &&
	       slice_find(name, SLICE("//")) == name.len;
}

bool engine_image(struct engine *e, struct slice name, struct engine_image *ret, struct error *err)
{
	struct arena *a = e->run->arena;
	struct slice text;

	if (!sound_name(name))
		return error_set(err, ERR_USAGE, "%.*s is no name of an image", SLICE_ARG(name));
	return get(e, arena_printf(a, "images/%.*s/json", SLICE_ARG(name)), name, &text, err) &&
	       engine_parse_image(text, a, ret, err);
}

bool engine_save(struct engine *e, struct slice name, struct http_sink *sink, struct error *err)
{
	struct slice url = arena_printf(e->run->arena, "%.*simages/%.*s/get", SLICE_ARG(e->root),
					SLICE_ARG(name));
	struct http_answer answer;

	if (!ask(e, url, sink, UINT64_MAX, &answer, err))
		return false;
	return answer.status == 200 || refused(e, &answer, name, err);
}

static int compare_names(const void *a, const void *b)
{
	const struct engine_container *x = a, *y = b;
	int order = slice_cmp(x->name, y->name);

	return order ? order : slice_cmp(x->id, y->id);
}

bool engine_containers(struct engine *e, struct engine_container_list *ret, struct error *err)
{
	struct arena *a = e->run->arena;
	struct slice_list ids;
	struct slice text;

	*ret = (struct engine_container_list){0};
	if (!get(e, SLICE("containers/json"), SLICE("its running containers"), &text, err) ||
	    !engine_parse_containers(text, a, &ids, err))
		return false;
	vec_each (id, &ids) {
		struct slice path = arena_printf(a, "containers/%.*s/json", SLICE_ARG(*id));
		struct engine_container container;
		struct error why = ERROR_INIT;

		/* It may have ended since. */
		if (!get(e, path, *id, &text, &why)) {
			if (why.code == ERR_NOT_FOUND)
				continue;
			return error_set(err, why.code, "%s", why.message);
		}
		if (!engine_parse_container(text, a, &container, err))
			return false;
		*vec_add(a, ret) = container;
	}
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_names);
	return true;
}
