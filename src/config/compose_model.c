/* The typed project: top level, resources, and what services have in common. */
#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "config/compose_internal.h"

struct problem *compose_problem(struct compose_reader *r, enum problem_kind kind,
				const struct value *at, const char *fmt, ...)
{
	char message[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	return problem_add(&r->project->problems, kind, at ? at->span : (struct span){0}, "%s",
			   message);
}

const struct compose_file *compose_file_of(const struct compose_project *p, uint32_t source)
{
	for (size_t i = 0; i < p->files.count; i++)
		if (p->files.items[i].source == source)
			return &p->files.items[i];
	return NULL;
}

struct slice compose_resolve(const struct compose_reader *r, const struct value *at,
			     struct slice path)
{
	const struct compose_file *f = at ? compose_file_of(r->project, at->span.source) : NULL;

	bool drive = path.len > 2 && ascii_alpha(path.data[0]) && path.data[1] == ':';

	if (slice_starts(path, SLICE("~")) || drive)
		return path;
	return path_join(r->arena, f ? f->directory : r->project->directory, path);
}

static void read_resource(struct compose_reader *r, const struct value *v,
			  struct compose_resource_list *ret)
{
	const struct value *external = value_at(v, "external");
	struct compose_resource x = {
		.at = v,
		.name = v->key,
		.real_name = value_text(value_at(v, "name")),
		.external = value_is(external, NODE_MAP) || value_truth(external),
		.driver = value_text(value_at(v, "driver")),
		.internal = value_at(v, "internal"),
		.attachable = value_at(v, "attachable"),
		.enable_ipv6 = value_at(v, "enable_ipv6"),
		.ipam = value_at(v, "ipam"),
		.file = value_at(v, "file"),
		.environment = value_at(v, "environment"),
		.content = value_at(v, "content"),
		.template_driver = value_at(v, "template_driver"),
	};

	if (value_is(external, NODE_MAP) && slice_empty(x.real_name))
		x.real_name = value_text(value_at(external, "name"));
	if (x.file)
		x.path = compose_resolve(r, x.file, value_text(x.file));
	compose_read_pairs(r, value_at(v, "driver_opts"), &x.driver_opts);
	compose_read_pairs(r, value_at(v, "labels"), &x.labels);
	*vec_add(r->arena, ret) = x;
}

static void read_resources(struct compose_reader *r, const char *key,
			   struct compose_resource_list *ret)
{
	const struct value *map = value_get(r->project->root, slice_from_cstr(key));

	if (!value_is(map, NODE_MAP))
		return;
	value_each(it, map) read_resource(r, it, ret);
}

static void read_services(struct compose_reader *r, const struct value *map, bool job)
{
	if (!value_is(map, NODE_MAP))
		return;
	value_each(it, map) if (!slice_starts(it->key, SLICE("x-")))
		compose_read_service(r, it, job);
}

void compose_read_model(struct compose_reader *r)
{
	struct compose_project *p = r->project;

	p->name = value_at(p->root, "name");
	p->version = value_at(p->root, "version");
	compose_schema_check(p->root, &p->problems);
	read_resources(r, "networks", &p->networks);
	read_resources(r, "volumes", &p->volumes);
	read_resources(r, "secrets", &p->secrets);
	read_resources(r, "configs", &p->configs);
	read_services(r, value_at(p->root, "services"), false);
	read_services(r, value_at(p->root, "jobs"), true);
	compose_check(r);
}

/* ---- questions ---- */

const struct compose_service *compose_find_service(const struct compose_project *p,
						   struct slice name)
{
	vec_each(s, &p->services)
		if (slice_eq(s->name, name))
			return s;
	return NULL;
}

const struct compose_resource *compose_find_resource(const struct compose_resource_list *list,
						     struct slice name)
{
	vec_each(x, list)
		if (slice_eq(x->name, name))
			return x;
	return NULL;
}

bool compose_in_network(const struct compose_service *s, struct slice network)
{
	vec_each(it, &s->networks)
		if (slice_eq(it->network, network))
			return true;
	return !s->networks.count && !s->network_mode && slice_is(network, "default");
}

bool compose_connected(const struct compose_project *p, const struct compose_service *a,
		       const struct compose_service *b, struct slice *ret_network)
{
	(void)p;
	*ret_network = SLICE("default");
	if (compose_in_network(a, *ret_network) && compose_in_network(b, *ret_network))
		return true;
	vec_each(it, &a->networks) {
		*ret_network = it->network;
		if (compose_in_network(b, it->network))
			return true;
	}
	*ret_network = SLICE("host");
	return slice_is(value_text(a->network_mode), "host") &&
	       slice_is(value_text(b->network_mode), "host");
}

bool compose_recognise(struct slice path, const struct value *root)
{
	static const char *const names[] = {
		"compose.yaml",
		"compose.yml",
		"docker-compose.yml",
		"docker-compose.yaml",
		"docker-stack.yml",
		"docker-stack.yaml",
		"docker-compose.override.yml",
		"docker-compose.override.yaml",
		"compose.override.yml",
		"compose.override.yaml",
	};
	size_t slash = slice_rfind_byte(path, '/'), maps = 0, others = 0;
	struct slice name = slash < path.len ? slice_from(path, slash + 1) : path;
	const struct value *services = value_at(root, "services");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq_nocase(name, slice_from_cstr(names[i])))
			return true;
	bool by_name = slice_find(name, SLICE("compose")) < name.len &&
		       (slice_ends(name, SLICE(".yml")) || slice_ends(name, SLICE(".yaml")));
	if (!value_is(services, NODE_MAP))
		return by_name && value_is(root, NODE_MAP) &&
		       (value_at(root, "include") || value_at(root, "networks"));
	value_each(it, services)
	{
		bool known = value_at(it, "image") || value_at(it, "build") ||
			     value_at(it, "ports") || value_at(it, "extends") ||
			     value_at(it, "volumes") || value_at(it, "environment") ||
			     value_at(it, "command") || value_at(it, "deploy") ||
			     value_at(it, "networks");
		maps += it->type == NODE_MAP && (known || by_name);
		others += !(it->type == NODE_MAP && (known || by_name));
	}
	/* A pipeline's or a chart's `services` are lists or maps of something else. */
	return maps > 0 && maps >= others;
}

bool compose_override_name(struct slice path, struct arena *a, struct slice_list *ret_candidates)
{
	static const struct {
		const char *name, *overrides[2];
	} rows[] = {
		{"compose.yaml", {"compose.override.yaml", "compose.override.yml"}},
		{"compose.yml", {"compose.override.yml", "compose.override.yaml"}},
		{"docker-compose.yml",
		 {"docker-compose.override.yml", "docker-compose.override.yaml"}},
		{"docker-compose.yaml",
		 {"docker-compose.override.yml", "docker-compose.override.yaml"}},
	};
	size_t slash = slice_rfind_byte(path, '/');
	struct slice name = slash < path.len ? slice_from(path, slash + 1) : path;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!slice_eq(name, slice_from_cstr(rows[i].name)))
			continue;
		for (size_t k = 0; k < 2; k++)
			*vec_add(a, ret_candidates) = path_join(
				a, path_directory(path), slice_from_cstr(rows[i].overrides[k]));
		return true;
	}
	return false;
}
