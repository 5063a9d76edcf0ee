/*
 * Drives the registry client for tests:
 *   registry_tool [OPTION VALUE]... COMMAND REFERENCE [ARGUMENT]...
 *   ping | manifest WANTED | head WANTED | blob DIGEST SIZE | bytes DIGEST MAX |
 *   referrers DIGEST [TYPE] | sboms DIGEST [INDEX-DIGEST] |
 *   push-blob DIGEST FILE | push-manifest NAME TYPE FILE
 * Bodies go to standard output, facts and errors to standard error.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "docker/attached.h"
#include "format/digest.h"

struct tool {
	struct run run;
	struct registry *registry;
	const char *const *arguments; /* NULL-terminated */
};

struct out_sink {
	struct http_sink sink;
};

static bool out_write(struct http_sink *s, struct slice bytes, struct error *err)
{
	(void)s;
	return io_write_full(STDOUT_FILENO, bytes.data, bytes.len) ||
	       error_set(err, ERR_IO, "standard output");
}

static bool out(struct slice bytes)
{
	return io_write_full(STDOUT_FILENO, bytes.data, bytes.len);
}

static struct slice argument(const struct tool *t, int number)
{
	for (int i = 0; i <= number; i++)
		if (!t->arguments[i])
			return SLICE_EMPTY;
	return slice_from_cstr(t->arguments[number]);
}

static bool do_ping(struct tool *t, struct error *err)
{
	return registry_ping(t->registry, err);
}

static void print_manifest(const struct registry_manifest *m)
{
	fprintf(stderr, "digest %.*s\ntype %.*s\nsize %llu\n", SLICE_ARG(m->digest),
		SLICE_ARG(m->media_type), (unsigned long long)m->size);
}

static bool do_manifest(struct tool *t, struct error *err)
{
	struct registry_manifest m;

	if (!registry_manifest(t->registry, argument(t, 0), &m, err))
		return false;
	print_manifest(&m);
	return out(m.bytes);
}

static bool do_head(struct tool *t, struct error *err)
{
	struct registry_manifest m;

	if (!registry_head(t->registry, argument(t, 0), &m, err))
		return false;
	print_manifest(&m);
	return slice_empty(m.bytes);
}

static bool do_blob(struct tool *t, struct error *err)
{
	struct out_sink sink = { .sink = { .write = out_write } };
	uint64_t size = 0;

	slice_to_u64(argument(t, 1), &size);
	return registry_blob(t->registry, argument(t, 0), size, false, &sink.sink, err);
}

static bool do_bytes(struct tool *t, struct error *err)
{
	struct slice bytes;
	uint64_t max = 0;

	slice_to_u64(argument(t, 1), &max);
	return registry_blob_bytes(t->registry, argument(t, 0), max, &bytes, err) && out(bytes);
}

static bool do_referrers(struct tool *t, struct error *err)
{
	struct registry_descriptor_list list;

	if (!registry_referrers(t->registry, argument(t, 0), argument(t, 1), &list, err))
		return false;
	vec_each(it, &list)
		printf("%.*s %.*s %llu %.*s\n", SLICE_ARG(it->digest), SLICE_ARG(it->media_type),
		       (unsigned long long)it->size, SLICE_ARG(it->artifact_type));
	return true;
}

static bool do_sboms(struct tool *t, struct error *err)
{
	static const char *const kinds[] = { "spdx", "cyclonedx", "in-toto" };
	struct registry_manifest index = { 0 };
	struct attached_list list;

	if (!slice_empty(argument(t, 1)) &&
	    !registry_manifest(t->registry, argument(t, 1), &index, err))
		return false;
	if (!attached_sboms(t->registry, index.bytes, argument(t, 0), &list, err))
		return false;
	vec_each(it, &list)
		printf("%s %.*s %llu %.*s %.*s\n", kinds[it->kind], SLICE_ARG(it->digest),
		       (unsigned long long)it->size, SLICE_ARG(it->manifest),
		       SLICE_ARG(it->predicate));
	return true;
}

struct file_source {
	struct http_source source;
	int fd;
};

static bool file_read(struct http_source *s, uint64_t offset, void *to, size_t len,
		      struct error *err)
{
	struct file_source *f = (struct file_source *)s;

	return io_pread_full(f->fd, to, len, (off_t)offset) == (ssize_t)len ||
	       error_set(err, ERR_IO, "the file to push");
}

static bool do_push_blob(struct tool *t, struct error *err)
{
	CLEANUP_FD int fd = open(arena_cstr(t->run.arena, argument(t, 1)), O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, ERR_IO, "the file to push");
	struct file_source f = { .source = { (uint64_t)st.st_size, file_read }, .fd = fd };
	return registry_push_blob(t->registry, argument(t, 0), &f.source, err);
}

static bool do_push_manifest(struct tool *t, struct error *err)
{
	struct slice bytes;

	return io_read_file(AT_FDCWD, arena_cstr(t->run.arena, argument(t, 2)), LIMIT_MANIFEST,
			    t->run.arena, &bytes, err) &&
	       registry_push_manifest(t->registry, argument(t, 0), argument(t, 1), bytes, err);
}

static const struct {
	const char *name;
	bool (*run)(struct tool *t, struct error *err);
} commands[] = {
	{ "ping", do_ping },
	{ "manifest", do_manifest },
	{ "head", do_head },
	{ "blob", do_blob },
	{ "bytes", do_bytes },
	{ "referrers", do_referrers },
	{ "sboms", do_sboms },
	{ "push-blob", do_push_blob },
	{ "push-manifest", do_push_manifest },
};

static void log_line(void *context, enum log_level level, struct slice message)
{
	(void)context, (void)level;
	fprintf(stderr, "log %.*s\n", SLICE_ARG(message));
}

static int fail(const struct error *err)
{
	fprintf(stderr, "error %s: %s\n", error_code_name(err->code), err->message);
	return 1;
}

static int perform(struct tool *t, const char *command, const struct registry_options *given,
		   struct slice name)
{
	struct registry_options options = *given;
	struct error err = ERROR_INIT;
	struct reference ref;
	bool ok = false, known = false;

	options.push = strncmp(command, "push", 4) == 0;
	if (!reference_parse(name, t->run.arena, &ref, &err))
		return fail(&err);
	t->registry = registry_open(&t->run, &ref, &options, &err);
	if (!t->registry)
		return fail(&err);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, command) == 0) {
			known = true;
			ok = commands[i].run(t, &err);
		}
	registry_close(t->registry);
	return !known ? 2 : ok ? 0 : fail(&err);
}

int main(int argc, char **argv)
{
	struct registry_options options = { 0 };
	struct tool t = { 0 };
	struct arena arena;
	int i = 1;

	arena_init(&arena, 0);
	run_init(&t.run, &arena);
	t.run.log = log_line;
	digest_prepare();
	for (; i + 3 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--plain-http") == 0)
			options.plain_http = strcmp(argv[i + 1], "yes") == 0;
		else if (strcmp(argv[i], "--config") == 0)
			options.config_dir = slice_from_cstr(argv[i + 1]);
		else if (strcmp(argv[i], "--certs") == 0)
			options.certs_dir = slice_from_cstr(argv[i + 1]);
		else if (strcmp(argv[i], "--ca") == 0)
			options.ca_file = slice_from_cstr(argv[i + 1]);
		else if (strcmp(argv[i], "--deadline") == 0)
			t.run.deadline_ms = run_monotonic_ms() + atoll(argv[i + 1]);
		else
			return 2;
	}
	if (i + 1 >= argc)
		return 2;
	t.arguments = (const char *const *)argv + i + 2;
	int code = perform(&t, argv[i], &options, slice_from_cstr(argv[i + 1]));
	arena_release(&arena);
	return code;
}
