/* Which daemon is meant: environment, contexts, the default. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "docker/engine.h"
#include "format/digest.h"
#include "format/json.h"

#define DEFAULT_HOST "unix:///var/run/docker.sock"
#define FILE_MAX     (4 * MIB)

static struct slice environment(const char *name)
{
	const char *value = getenv(name);

	return value ? slice_from_cstr(value) : SLICE_EMPTY;
}

/* Docker's directory of settings; empty: none. */
static struct slice config_dir(struct arena *a)
{
	struct slice told = environment("DOCKER_CONFIG"), home = environment("HOME");

	if (!slice_empty(told))
		return told;
	return slice_empty(home) ? SLICE_EMPTY :
				   arena_printf(a, "%.*s/.docker", SLICE_ARG(home));
}

/* ca.pem, cert.pem and key.pem, those that are there. */
static void take_certificates(struct slice directory, struct arena *a, struct engine_endpoint *ret)
{
	const struct {
		const char *name;
		struct slice *to;
	} files[] = {
		{"ca.pem", &ret->ca_file}, {"cert.pem", &ret->certificate}, {"key.pem", &ret->key},
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct slice path = arena_printf(a, "%.*s/%s", SLICE_ARG(directory), files[i].name);

		if (access(path.data, F_OK) == 0)
			*files[i].to = path;
	}
}

static bool take_tcp(struct slice address, bool tls, struct arena *a, struct engine_endpoint *ret,
		     struct error *err)
{
	while (slice_cut_suffix(&address, SLICE("/")))
		;
	size_t colon = slice_rfind_byte(address, ':'), bracket = slice_rfind_byte(address, ']');
	bool port = colon < address.len && (bracket == address.len || bracket < colon);

	if (slice_empty(address) || slice_find_byte(address, '@') < address.len)
		return error_set(err, ERR_USAGE, "%.*s is no address of a Docker daemon",
				 SLICE_ARG(ret->shown));
	ret->plain = !tls;
	ret->root = arena_printf(a, "%s://%.*s%s/", tls ? "https" : "http", SLICE_ARG(address),
				 port ? "" : tls ? ":2376" : ":2375");
	return true;
}

/* `tls`: as DOCKER_TLS_VERIFY or a context's certificates say. */
static bool take_host(struct slice host, bool tls, struct arena *a, struct engine_endpoint *ret,
		      struct error *err)
{
	struct slice rest = host;

	ret->shown = host;
	if (slice_cut_prefix(&rest, SLICE("unix://"))) {
		ret->unix_socket = rest;
		ret->root = SLICE("http://localhost/");
		ret->plain = true;
		return !slice_empty(rest) ||
		       error_set(err, ERR_USAGE, "%.*s names no socket", SLICE_ARG(host));
	}
	if (slice_cut_prefix(&rest, SLICE("tcp://")) || slice_cut_prefix(&rest, SLICE("http://")))
		return take_tcp(rest, tls, a, ret, err);
	if (slice_cut_prefix(&rest, SLICE("https://")))
		return take_tcp(rest, true, a, ret, err);
	if (slice_starts(host, SLICE("ssh://")))
		return error_set(err, ERR_UNSUPPORTED,
				 "a Docker daemon over SSH (%.*s) is not supported; `ssh -L` or "
				 "`docker save` there brings its images here",
				 SLICE_ARG(host));
	return error_set(err, ERR_UNSUPPORTED,
			 "%.*s: Docker daemons are reached by unix:// or tcp://", SLICE_ARG(host));
}

static bool from_environment(struct slice host, struct arena *a, struct engine_endpoint *ret,
			     struct error *err)
{
	bool tls = !slice_empty(environment("DOCKER_TLS_VERIFY"));
	struct slice certificates = environment("DOCKER_CERT_PATH");

	if (tls && slice_empty(certificates))
		certificates = config_dir(a);
	if (tls && !slice_empty(certificates))
		take_certificates(certificates, a, ret);
	return take_host(host, tls, a, ret, err) || error_wrap(err, "DOCKER_HOST");
}

static bool read_json(struct slice path, struct arena *a, struct node **ret, struct error *err)
{
	struct slice text;

	return io_read_file(AT_FDCWD, path.data, FILE_MAX, a, &text, err) &&
	       (json_parse(text, a, ret, err) || error_wrap(err, "%.*s", SLICE_ARG(path)));
}

/* Contexts are kept in directories that are named by the SHA-256 of the name. */
static bool from_context(struct slice name, struct slice directory, struct arena *a,
			 struct engine_endpoint *ret, struct error *err)
{
	char text[DIGEST_TEXT_MAX];
	struct digest digest;
	struct error why = ERROR_INIT;
	struct node *root;

	digest_of(name, DIGEST_SHA256, &digest);
	struct slice hex = slice_from_cstr(digest_format(&digest, text));
	slice_cut_prefix(&hex, SLICE("sha256:"));
	struct slice path = arena_printf(a, "%.*s/contexts/meta/%.*s/meta.json",
					 SLICE_ARG(directory), SLICE_ARG(hex));
	if (!read_json(path, a, &root, &why))
		return error_set(err, why.code == ERR_NOT_FOUND ? ERR_USAGE : why.code,
				 "the Docker context \"%.*s\" cannot be used: %s",
				 SLICE_ARG(name), why.message);
	const struct node *endpoint = node_path(root, "Endpoints", "docker", NULL);
	take_certificates(arena_printf(a, "%.*s/contexts/tls/%.*s/docker", SLICE_ARG(directory),
				       SLICE_ARG(hex)),
			  a, ret);
	if (node_truth(node_get(endpoint, SLICE("SkipTLSVerify"))))
		error_set(&why, ERR_UNSUPPORTED, "it asks for TLS that is not verified");
	else if (take_host(arena_copy(a, node_get_text(endpoint, SLICE("Host"))),
			   !slice_empty(ret->ca_file) || !slice_empty(ret->certificate), a, ret,
			   &why))
		return true;
	return error_set(err, why.code, "the Docker context \"%.*s\" cannot be used: %s",
			 SLICE_ARG(name), why.message);
}

bool engine_find(struct arena *a, struct engine_endpoint *ret, struct error *err)
{
	struct slice host = environment("DOCKER_HOST"), context = environment("DOCKER_CONTEXT");
	struct slice directory = config_dir(a);
	struct error why = ERROR_INIT;
	struct node *config = NULL;

	*ret = (struct engine_endpoint){0};
	if (!slice_empty(host))
		return from_environment(host, a, ret, err);
	if (slice_empty(context) && !slice_empty(directory)) {
		struct slice path = arena_printf(a, "%.*s/config.json", SLICE_ARG(directory));

		if (read_json(path, a, &config, &why))
			context = node_get_text(config, SLICE("currentContext"));
		else if (why.code != ERR_NOT_FOUND)
			return error_set(err, why.code, "%s", why.message);
	}
	if (slice_empty(context) || slice_is(context, "default"))
		return take_host(SLICE(DEFAULT_HOST), false, a, ret, err);
	return from_context(arena_copy(a, context), directory, a, ret, err);
}
