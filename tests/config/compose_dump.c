/*
 * Reads Compose files with the files around them and prints what the model
 * says of them as JSON, for the comparison with another reader:
 *
 *	compose_dump [-p PROFILE]... FILE...
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/limits.h"
#include "config/compose.h"
#include "format/json.h"

static bool read_any(void *context, struct slice path, struct arena *a, struct slice *ret,
		     struct error *err)
{
	(void)context;
	return io_read_file(AT_FDCWD, arena_cstr(a, path), LIMIT_CONFIG, a, ret, err);
}

static void texts(struct json_writer *w, const char *key, const struct compose_text_list *list)
{
	json_key(w, key);
	json_begin_array(w);
	vec_each(it, list)
		json_string(w, it->text);
	json_end_array(w);
}

static void command(struct json_writer *w, const char *key, const struct compose_command *c)
{
	json_key(w, key);
	json_begin_array(w);
	vec_each(it, &c->words)
		json_string(w, *it);
	json_end_array(w);
}

static void pairs(struct json_writer *w, const char *key, const struct compose_pair_list *list)
{
	json_key(w, key);
	json_begin_object(w);
	vec_each(it, list) {
		json_key_slice(w, it->name);
		if (it->has_value)
			json_string(w, it->value);
		else
			json_null(w);
	}
	json_end_object(w);
}

static void ports(struct json_writer *w, const struct compose_port_list *list)
{
	json_key(w, "ports");
	json_begin_array(w);
	vec_each(it, list) {
		char text[128];

		snprintf(text, sizeof(text), "%.*s|%u-%u|%u-%u|%.*s", SLICE_ARG(it->host_ip),
			 it->host_first, it->host_last, it->target_first, it->target_last,
			 SLICE_ARG(it->protocol));
		json_cstring(w, text);
	}
	json_end_array(w);
}

static void mounts(struct json_writer *w, const struct compose_mount_list *list)
{
	static const char *const names[] = {"volume", "bind", "tmpfs", "npipe", "cluster", "image",
					    "unknown"};

	json_key(w, "volumes");
	json_begin_array(w);
	vec_each(it, list) {
		json_begin_object(w);
		json_member(w, "type", slice_from_cstr(names[it->type]));
		json_member(w, "source", it->type == MOUNT_BIND ? it->path : it->source);
		json_member(w, "target", it->target);
		json_key(w, "read_only");
		json_bool(w, it->read_only);
		json_end_object(w);
	}
	json_end_array(w);
}

static void number(struct json_writer *w, const char *key, const struct compose_number *n)
{
	json_key(w, key);
	json_int(w, n->given ? n->value : 0);
}

static void service(struct json_writer *w, const struct compose_service *s)
{
	json_key_slice(w, s->name);
	json_begin_object(w);
	json_member(w, "image", value_text(s->image));
	json_member(w, "user", value_text(s->user));
	json_member(w, "network_mode", value_text(s->network_mode));
	json_member(w, "pid", value_text(s->pid));
	json_member(w, "restart", value_text(s->restart));
	json_member(w, "container_name", value_text(s->container_name));
	json_key(w, "privileged");
	json_bool(w, value_truth(s->privileged));
	json_key(w, "read_only");
	json_bool(w, value_truth(s->read_only));
	json_member(w, "build", s->build.at && !s->build.remote ? s->build.directory : SLICE_EMPTY);
	command(w, "command", &s->command);
	command(w, "entrypoint", &s->entrypoint);
	pairs(w, "environment", &s->environment);
	pairs(w, "labels", &s->labels);
	pairs(w, "args", &s->build.args);
	ports(w, &s->ports);
	mounts(w, &s->volumes);
	texts(w, "cap_add", &s->cap_add);
	texts(w, "cap_drop", &s->cap_drop);
	texts(w, "security_opt", &s->security_opt);
	texts(w, "tmpfs", &s->tmpfs);
	texts(w, "dns", &s->dns);
	json_key(w, "depends_on");
	json_begin_object(w);
	vec_each(it, &s->depends_on) {
		json_key_slice(w, it->service);
		json_string(w, it->condition);
	}
	json_end_object(w);
	json_key(w, "networks");
	json_begin_array(w);
	vec_each(it, &s->networks)
		json_string(w, it->network);
	json_end_array(w);
	json_key(w, "secrets");
	json_begin_array(w);
	vec_each(it, &s->secrets)
		json_string(w, it->source);
	json_end_array(w);
	number(w, "memory", &s->resources.memory);
	number(w, "cpus", &s->resources.cpus);
	number(w, "pids", &s->resources.pids);
	number(w, "interval", &s->healthcheck.interval);
	json_end_object(w);
}

static void problems(struct json_writer *w, const struct compose_project *p,
		     const struct source_table *sources)
{
	json_key(w, "problems");
	json_begin_array(w);
	vec_each(it, &p->problems.list) {
		struct position at = source_position(sources, it->span);
		const struct source *source = source_get(sources, it->span.source);
		char text[1024];

		snprintf(text, sizeof(text), "%.*s:%u:%u: %s: %.*s%s%.*s",
			 SLICE_ARG(source ? source->name : SLICE_EMPTY), (unsigned)at.line,
			 (unsigned)at.column, problem_kind_name(it->kind), SLICE_ARG(it->message),
			 it->suggestion.len ? "; meant: " : "", SLICE_ARG(it->suggestion));
		json_cstring(w, text);
	}
	json_end_array(w);
}

int main(int argc, char **argv)
{
	struct slice *paths = calloc((size_t)argc + 1, sizeof(*paths));
	struct slice *profiles = calloc((size_t)argc + 1, sizeof(*profiles));
	struct compose_options options = {.paths = paths, .profiles = profiles};
	struct config_files files = {read_any, NULL};
	struct compose_project project;
	struct source_table sources;
	struct error err = ERROR_INIT;
	struct json_writer w;
	struct arena a;
	struct buf out;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-p") == 0 && i + 1 < argc)
			profiles[options.profile_count++] = slice_from_cstr(argv[++i]);
		else
			paths[options.path_count++] = slice_from_cstr(argv[i]);
	}
	arena_init(&a, 0);
	buf_init(&out, 64 * MIB);
	source_table_init(&sources, &a);
	bool ok = compose_load(&options, &files, &sources, &a, &project, &err);
	json_writer_init(&w, &out, 1);
	json_begin_object(&w);
	json_key(&w, "services");
	json_begin_object(&w);
	vec_each(s, &project.services)
		if (s->enabled)
			service(&w, s);
	json_end_object(&w);
	problems(&w, &project, &sources);
	json_end_object(&w);
	buf_add_byte(&out, '\n');
	fwrite(out.data, 1, out.len, stdout);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	buf_release(&out);
	arena_release(&a);
	free(paths);
	free(profiles);
	return !ok;
}
