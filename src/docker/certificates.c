/*
 * Docker's certs.d: a directory for each registry; *.crt are authorities,
 * X.cert with X.key is the client's certificate.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "docker/internal.h"

#define SYSTEM_DIRECTORY "/etc/docker/certs.d"
#define FILE_MAX	 (1 * MIB)
#define NAMES_MAX	 256

static struct slice directory_of(struct registry *r)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct arena *a = r->run->arena;
	struct slice root = SLICE(SYSTEM_DIRECTORY);

	if (!slice_empty(r->options.certs_dir))
		root = r->options.certs_dir;
	else if (geteuid() != 0 && config && config[0] == '/')
		root = arena_printf(a, "%s/docker/certs.d", config);
	else if (geteuid() != 0 && home && home[0] == '/')
		root = arena_printf(a, "%s/.config/docker/certs.d", home);
	return arena_printf(a, "%.*s/%.*s", SLICE_ARG(root), SLICE_ARG(r->ref.registry));
}

static int compare_names(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static void cleanup_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static void list_names(const char *path, struct arena *a, struct slice_list *ret)
{
	CLEANUP(cleanup_dir) DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d)) && ret->count < NAMES_MAX)
		*vec_add(a, ret) = arena_copy(a, slice_from_cstr(e->d_name));
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_names);
}

static bool add_authority(struct registry *r, struct slice directory, struct slice name,
			  struct buf *pem, struct error *err)
{
	struct arena *a = r->run->arena;
	struct slice path = arena_printf(a, "%.*s/%.*s", SLICE_ARG(directory), SLICE_ARG(name));
	struct slice bytes;

	if (!io_read_file(AT_FDCWD, path.data, FILE_MAX, a, &bytes, err))
		return false;
	buf_add_slice(pem, bytes);
	buf_add_byte(pem, '\n');
	return true;
}

static void set_client(struct registry *r, struct slice directory, struct slice name,
		       const struct slice_list *names)
{
	struct arena *a = r->run->arena;
	struct slice stem = name;

	slice_cut_suffix(&stem, SLICE(".cert"));
	struct slice key = arena_printf(a, "%.*s.key", SLICE_ARG(stem));
	vec_each(it, names) {
		if (!slice_eq(*it, key) || !slice_empty(r->http.certificate))
			continue;
		r->http.certificate =
			arena_printf(a, "%.*s/%.*s", SLICE_ARG(directory), SLICE_ARG(name));
		r->http.key = arena_printf(a, "%.*s/%.*s", SLICE_ARG(directory), SLICE_ARG(key));
	}
}

bool registry_certificates(struct registry *r, struct error *err)
{
	struct slice directory = directory_of(r);
	struct slice_list names = { 0 };
	struct buf pem;
	bool ok = true;

	list_names(directory.data, r->run->arena, &names);
	buf_init(&pem, NAMES_MAX * FILE_MAX);
	vec_each(name, &names) {
		if (slice_ends(*name, SLICE(".crt")))
			ok = ok && add_authority(r, directory, *name, &pem, err);
		else if (slice_ends(*name, SLICE(".cert")))
			set_client(r, directory, *name, &names);
	}
	if (pem.len)
		r->http.ca_more = arena_copy(r->run->arena, buf_slice(&pem));
	buf_release(&pem);
	return ok;
}
