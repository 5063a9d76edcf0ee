/*
 * Rules over a Compose file as a whole: what its reader complains about, and
 * what lies between services.  What a single container is given is judged by
 * the container rules.
 *
 * Source: the Compose specification; dclint's rules of the same meaning.
 */
#include "lint/compose_rules.h"

#include "base/cleanup.h"
#include "base/map.h"
#include "config/dockerfile.h"
#include "lint/containers.h"
#include "lint/rules.h"

enum { ROW_SYNTAX, ROW_UNKNOWN, ROW_VALUE, ROW_MISSING, ROW_UNDEFINED, ROW_CONFLICT, ROW_IGNORED, ROW_UNSET,
       ROW_CYCLE, ROW_FILE, ROW_VERSION, ROW_COUNT };

static const struct rule_row rows[ROW_COUNT + 11];

const struct compose_project *rule_compose(const struct rule_context *c)
{
	return rule_document(c)->compose;
}

bool compose_budget(struct rule_context *c, struct doc_edit *e)
{
	const struct compose_project *p = rule_compose(c);
	const struct compose_file *f = compose_file_of(p, rule_document(c)->source);

	if (!f || rule_document(c)->excerpt || f->doc.text.len > EDIT_BUDGET / 64)
		return false;
	doc_edit_init_yaml(e, &f->doc, c->arena);
	return true;
}

/* --- what the reader says --- */

static int row_of(const struct problem *x)
{
	switch (x->kind) {
	case PROBLEM_SYNTAX:
	case PROBLEM_DUPLICATE:
	case PROBLEM_COMMENT:
	case PROBLEM_LIMIT: return ROW_SYNTAX;
	case PROBLEM_UNKNOWN_KEY: return ROW_UNKNOWN;
	case PROBLEM_TYPE:
	case PROBLEM_VALUE: return ROW_VALUE;
	case PROBLEM_MISSING: return ROW_MISSING;
	case PROBLEM_UNDEFINED: return ROW_UNDEFINED;
	case PROBLEM_CONFLICT: return ROW_CONFLICT;
	case PROBLEM_IGNORED:
	case PROBLEM_REJECTED: return ROW_IGNORED;
	case PROBLEM_UNSET: return ROW_UNSET;
	case PROBLEM_CYCLE: return ROW_CYCLE;
	case PROBLEM_FILE: return ROW_FILE;
	case PROBLEM_OBSOLETE: return slice_is(x->name, "version") ? -1 : ROW_IGNORED;
	case PROBLEM_KIND_COUNT:
	default: return -1;
	}
}

/* Files that are no documents are known by their paths alone. */
static bool is_there(struct rule_context *c, const struct problem *x)
{
	struct slice text = rule_text(c, x->span);

	if (text.len > 1 && (text.data[0] == '"' || text.data[0] == '\''))
		text = slice_first(slice_from(text, 1), text.len - 2);
	return x->kind == PROBLEM_FILE &&
	       project_has_path(rule_project(c), path_join(c->arena, rule_compose(c)->directory, text));
}

/* The first form of 2014 had the services on top; other files are of other programs. */
static bool has_services(struct rule_context *c)
{
	const struct value *root = rule_compose(c)->root;

	return !root || value_at(root, "services") || value_at(root, "include");
}

static void report_first_form(struct rule_context *c)
{
	value_each(v, rule_compose(c)->root)
		if (value_is(v, NODE_MAP) && (value_at(v, "image") || value_at(v, "build"))) {
			rule_fail(c, v->key_span, "the services stand on top, as in 2014: docker compose wants them under \"services\"");
			return;
		}
}

static void check_problems(struct rule_context *c)
{
	const struct compose_project *p = rule_compose(c);
	const struct rule_row *row = c->row;

	if (!has_services(c) && row != &rows[ROW_SYNTAX]) {
		if (row == &rows[ROW_UNKNOWN])
			report_first_form(c);
		return;
	}
	vec_each(x, &p->problems.list) {
		int n = row_of(x);
		bool half = compose_is_half(rule_document(c));

		if (n < 0 || &rows[n] != row || is_there(c, x) || (n == ROW_MISSING && half))
			continue;
		struct span at = x->span.source ? x->span : (struct span){ rule_document(c)->source, 0, 0 };
		struct assessment *f = rule_fail(c, at, "%.*s%s%.*s%s", SLICE_ARG(x->message), x->suggestion.len ? "; did you mean \"" : "",
						 SLICE_ARG(x->suggestion), x->suggestion.len ? "\"?" : "");
		if (x->other.source)
			rule_also_at(c, f, x->other);
		if (half && n == ROW_UNDEFINED) {
			f->severity = SEVERITY_LOW;
			f->confidence = CONFIDENCE_LOW;
		}
		/* The files beside it may not be at hand. */
		if (x->kind == PROBLEM_FILE && !rule_project(c)->whole)
			f->severity = SEVERITY_NEGLIGIBLE;
	}
}

/* --- the head of the file --- */

static void check_version(struct rule_context *c)
{
	const struct compose_project *p = rule_compose(c);
	struct error err = ERROR_INIT;
	struct doc_edit e;

	if (!p->version || p->stack)
		return;
	struct assessment *x = rule_fail(c, p->version->key_span, "\"version\" is obsolete: Compose ignores it and says so each time");
	rule_alias(c, x, "dclint:no-version-field");
	if (compose_budget(c, &e))
		take_edits(c, rule_fix(c, x, false, "Take version out"), &e, doc_remove(&e, p->root, p->version, &err));
}

static void check_project_name(struct rule_context *c)
{
	const struct compose_project *p = rule_compose(c);

	if (p->name || rule_document(c)->excerpt || !value_is(p->root, NODE_MAP))
		return;
	const struct value *first = value_real(p->root->first);
	struct assessment *x = rule_fail(c, first ? first->key_span : p->root->span,
					 "no name: the project is called as its directory is, and two checkouts share their volumes");
	rule_discriminator(c, x, SLICE("name"));
	rule_alias(c, x, "dclint:require-project-name-field");
}

/* --- services --- */

#define each_service(s, c) vec_each(s, &rule_compose(c)->services)

static void check_build_and_image(struct rule_context *c)
{
	each_service(s, c) {
		if (!s->image || !s->build.at || s->pull_policy)
			continue;
		rule_alias(c, rule_fail(c, s->build.at->key_span, "the service has build and image: without pull_policy it may be either"),
			   "dclint:no-build-and-image");
	}
}

static void check_same_names(struct rule_context *c)
{
	struct map seen;

	map_init(&seen);
	each_service(s, c) {
		struct slice name = value_text(s->container_name);
		bool fresh = true;

		if (slice_empty(name) || s->container_name->unset)
			continue;
		uint64_t *first = map_put(&seen, name, &fresh);
		if (fresh) {
			*first = (uint64_t)(s - rule_compose(c)->services.items);
			continue;
		}
		struct assessment *x = rule_fail(c, s->container_name->span, "two services have the container_name \"%.*s\": the second does not start",
						 SLICE_ARG(name));
		rule_also_at(c, x, rule_compose(c)->services.items[*first].container_name->span);
		rule_alias(c, x, "dclint:no-duplicate-container-names");
	}
	map_release(&seen);
}

static bool valid_name(struct slice s)
{
	if (slice_empty(s) || !ascii_alnum(s.data[0]) || s.len < 2)
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!ascii_alnum(s.data[i]) && s.data[i] != '_' && s.data[i] != '.' && s.data[i] != '-')
			return false;
	return true;
}

static void check_container_name(struct rule_context *c)
{
	each_service(s, c) {
		if (!s->container_name || s->container_name->interpolated || valid_name(value_text(s->container_name)))
			continue;
		rule_alias(c, rule_fail(c, s->container_name->span, "\"%.*s\" is no name that Docker takes: letters and digits, then also _ . -",
					SLICE_ARG(value_text(s->container_name))), "dclint:service-container-name-regex");
	}
}

/* One port of the host, or the text that names it: dclint compares what is published, ranges one by one. */
static void port_keys(struct rule_context *c, const struct compose_port *p, struct slice_list *ret)
{
	struct slice raw = p->long_form ? value_text(value_at(p->at, "published")) : p->at->raw, host, rest;
	unsigned first = p->published ? p->host_first : p->target_first, last = p->published ? p->host_last : p->target_last;

	if (slice_find_byte(raw, '$') < raw.len) {
		slice_split(raw, ':', &host, &rest);
		*vec_add(c->arena, ret) = host;
		return;
	}
	if (!p->valid || !first || last - first > 1000)
		return;
	for (unsigned n = first; n <= last; n++)
		*vec_add(c->arena, ret) = arena_printf(c->arena, "%u", n);
}

/* Do the two really exclude one another? */
static bool ports_collide(const struct compose_port *a, const struct compose_port *b)
{
	bool addresses = slice_empty(a->host_ip) || slice_empty(b->host_ip) || slice_is(a->host_ip, "0.0.0.0") ||
			 slice_is(b->host_ip, "0.0.0.0") || slice_eq(a->host_ip, b->host_ip);

	return a->valid && b->valid && a->host_first && b->host_first && addresses && slice_eq_nocase(a->protocol, b->protocol);
}

struct used_port {
	const struct compose_port *port;
	const struct compose_service *service;
};

static void check_same_ports(struct rule_context *c)
{
	struct map seen;
	size_t found = 0;

	map_init(&seen);
	each_service(s, c)
		vec_each(p, &s->ports) {
			struct slice_list keys = { 0 };
			const struct used_port *other = NULL;
			struct slice port = SLICE_EMPTY;

			port_keys(c, p, &keys);
			vec_each(k, &keys) {
				const struct used_port *before = map_get_ptr(&seen, *k);

				if (before && !other) {
					other = before;
					port = *k;
				} else if (!before) {
					struct used_port *own = arena_new(c->arena, struct used_port);

					*own = (struct used_port){ p, s };
					map_put_ptr(&seen, *k, own);
				}
			}
			if (!other || ++found > 1000)
				continue;
			/* Services of profiles may never run together. */
			bool sure = ports_collide(p, other->port) && !s->profiles.count && !other->service->profiles.count;
			struct assessment *x = rule_fail(c, p->span, sure ? "port %.*s of the host is published twice: the second container does not start"
								       : "port %.*s stands in two services", SLICE_ARG(port));
			rule_also_at(c, x, other->port->span);
			rule_alias(c, x, "dclint:no-duplicate-exported-ports");
			if (!sure) {
				x->severity = SEVERITY_NEGLIGIBLE;
				x->confidence = CONFIDENCE_LOW;
			}
		}
	map_release(&seen);
}

static void report_unquoted(struct rule_context *c, const struct value *v)
{
	struct doc_edit e;

	if (!value_scalar(v) || v->type == NODE_NULL || v->style != VALUE_PLAIN)
		return;
	struct assessment *x = rule_fail(c, v->span, "the port has no quotation marks: YAML 1.1 reads 22:22 as the number 1342");
	rule_alias(c, x, "dclint:require-quotes-in-ports");
	if (v->way != VALUE_WRITTEN || !compose_budget(c, &e))
		return;
	rule_edit(c, rule_fix(c, x, false, "Write it in quotation marks"), v->span,
		  arena_printf(c->arena, "\"%.*s\"", SLICE_ARG(v->raw)));
}

static void check_quotes(struct rule_context *c)
{
	each_service(s, c) {
		vec_each(p, &s->ports)
			report_unquoted(c, p->at);
		value_each(e, value_at(s->at, "expose"))
			report_unquoted(c, e);
	}
}

/* Same mount in two services. */
static void check_shared_volumes(struct rule_context *c)
{
	struct map seen;

	map_init(&seen);
	each_service(s, c)
		vec_each(m, &s->volumes) {
			struct slice key = m->source.len ? m->source : SLICE_EMPTY;
			bool fresh;

			if (slice_empty(key) || !m->valid || (m->type != MOUNT_VOLUME && m->type != MOUNT_BIND) ||
			    container_is_runtime_socket(key))
				continue;
			uint64_t *owner = map_put(&seen, key, &fresh);
			if (fresh)
				*owner = (uint64_t)(s - rule_compose(c)->services.items) + 1;
			if (fresh || *owner == (uint64_t)(s - rule_compose(c)->services.items) + 1)
				continue;
			struct assessment *x = rule_fail(c, m->span, "%.*s is shared with the service %.*s", SLICE_ARG(key),
							 SLICE_ARG(rule_compose(c)->services.items[*owner - 1].name));
			rule_alias(c, x, "kics:Shared Volumes Between Containers");
			if (m->read_only)
				x->confidence = CONFIDENCE_LOW;
		}
	map_release(&seen);
}

static bool system_path(struct slice path)
{
	static const char *const starts[] = { "/bin", "/sbin", "/boot", "/cdrom", "/dev", "/etc", "/home", "/lib", "/media",
					      "/proc", "/root", "/run", "/seLinux", "/srv", "/usr", "/var", "/sys" };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (slice_starts(path, slice_from_cstr(starts[i])))
			return true;
	return slice_is(path, "/");
}

static void check_volume_path(struct rule_context *c)
{
	vec_each(v, &rule_compose(c)->volumes)
		vec_each(o, &v->driver_opts) {
			if (!one_of_names(o->name, "device|mountpoint") || !system_path(o->value))
				continue;
			struct assessment *x = rule_fail(c, o->span, "the volume %.*s is %.*s of the host", SLICE_ARG(v->name), SLICE_ARG(o->value));
			rule_alias(c, x, "kics:Volume Has Sensitive Host Directory");
			if (container_is_sensitive_path(o->value))
				x->severity = SEVERITY_HIGH;
		}
}

/* --- between services --- */

bool one_of_names(struct slice word, const char *list)
{
	struct slice rest = slice_from_cstr(list), part;

	while (slice_next(&rest, '|', &part))
		if (slice_eq(part, word))
			return true;
	return false;
}

static struct slice image_base(const struct compose_service *s)
{
	struct dockerfile_reference r = dockerfile_reference_parse(value_text(s->image));
	size_t slash = slice_rfind_byte(r.repository, '/');

	return slash < r.repository.len ? slice_from(r.repository, slash + 1) : r.repository;
}

static bool is_database(const struct compose_service *s)
{
	return s->image && one_of_names(image_base(s), "postgres|postgresql|mysql|mariadb|mongo|mongodb|redis|valkey|cassandra|"
						       "elasticsearch|opensearch|couchdb|influxdb|clickhouse-server|memcached|mssql|"
						       "postgis|timescaledb|percona|cockroach|neo4j|etcd|rabbitmq");
}

static bool is_edge(const struct compose_service *s)
{
	return s->image && one_of_names(image_base(s), "nginx|httpd|caddy|haproxy|traefik|envoy|nginx-unprivileged|openresty|apache");
}

static void check_dependencies(struct rule_context *c)
{
	each_service(s, c)
		vec_each(d, &s->depends_on) {
			const struct compose_service *to = compose_find_service(rule_compose(c), d->service);
			bool checked = to && to->healthcheck.at && !to->healthcheck.disabled;

			if (!to || (d->condition_given && !slice_is(d->condition, "service_started")) || (!checked && !is_database(to)))
				continue;
			struct span at = d->at->key_span.source && d->condition_given ? d->at->key_span
					 : d->at->key_span.source ? d->at->key_span : d->at->span;
			const struct value *key = value_at(s->at, "depends_on");
			struct assessment *x = rule_fail(c, key ? key->key_span : at, checked
							 ? "%.*s is started when %.*s is, not when it is healthy: set condition: service_healthy"
							 : "%.*s is started before %.*s takes connections: give that one a health check and "
							   "wait with condition: service_healthy", SLICE_ARG(s->name), SLICE_ARG(d->service));
			rule_also_at(c, x, at);
			rule_discriminator(c, x, arena_printf(c->arena, "%.*s %.*s", SLICE_ARG(s->name), SLICE_ARG(d->service)));
			if (!checked)
				x->severity = SEVERITY_LOW;
		}
}

static void check_tiers(struct rule_context *c)
{
	const struct compose_project *p = rule_compose(c);
	struct slice network;
	size_t found = 0;

	/* Every pair is looked at: not for files that no person wrote. */
	if (p->networks.count == 0 || p->services.count > 1000)
		return;
	each_service(web, c) {
		if (!is_edge(web))
			continue;
		each_service(db, c) {
			if (!is_database(db) || !compose_connected(p, web, db, &network) || ++found > 200)
				continue;
			const struct value *networks = value_at(web->at, "networks");
			const struct value *first = networks && !value_scalar(networks) ? value_real(networks->first) : NULL;
			struct span at = !first ? web->at->key_span : first->key_span.source ? first->key_span : first->span;
			struct assessment *x = rule_fail(c, at, "%.*s, which the world reaches, shares the network %.*s with the database %.*s",
							 SLICE_ARG(web->name), SLICE_ARG(network), SLICE_ARG(db->name));
			rule_discriminator(c, x, arena_printf(c->arena, "%.*s %.*s", SLICE_ARG(web->name), SLICE_ARG(db->name)));
			value_each(n, networks)
				rule_also_at(c, x, n->key_span.source ? n->key_span : n->span);
		}
	}
}

static void check_external_secret(struct rule_context *c)
{
	const struct compose_project *p = rule_compose(c);
	const struct compose_resource_list *lists[] = { &p->secrets, &p->configs };

	for (size_t i = 0; i < ARRAY_LEN(lists) && !p->stack; i++)
		vec_each(s, lists[i]) {
			const struct value *external = value_is(s->at, NODE_MAP) ? value_at(s->at, "external") : NULL;

			if (!s->external || !external)
				continue;
			struct assessment *x = rule_fail(c, external->key_span, "%.*s is external: only `docker stack deploy` knows such %s, "
							 "docker compose refuses to start", SLICE_ARG(s->name), i ? "configs" : "secrets");
			rule_discriminator(c, x, s->name);
		}
}

/* Keys that compose reads and does nothing with. */
static void check_stack_keys(struct rule_context *c)
{
	static const char *const keys[] = { "placement", "update_config", "rollback_config", "endpoint_mode" };

	check_problems(c);
	if (rule_compose(c)->stack)
		return;
	each_service(s, c)
		for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
			const struct value *v = s->deploy ? value_get(s->deploy, slice_from_cstr(keys[i])) : NULL;

			if (v)
				rule_discriminator(c, rule_fail(c, v->key_span, "deploy.%s does nothing outside of a Swarm", keys[i]),
						   arena_printf(c->arena, "%.*s %s", SLICE_ARG(s->name), keys[i]));
		}
}

static const struct rule_row rows[ROW_COUNT + 11] = {
	[ROW_SYNTAX] = { .rule = { .id = SLICE_INIT("compose-syntax"), .version = 1,
		    .title = SLICE_INIT("The file is no sound YAML"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Docker refuses the file, or takes another value than the one that "
		           "is read first."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    image: nginx:1.28\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n" },
	  .check = check_problems },
	[ROW_UNKNOWN] = { .rule = { .id = SLICE_INIT("compose-key-unknown"), .version = 1,
		    .title = SLICE_INIT("A key that Compose does not know"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("docker compose refuses the file. Mend the name; what only other "
		           "programs read is written x-name."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    imagee: nginx\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    x-note: front\n" },
	  .check = check_problems },
	[ROW_VALUE] = { .rule = { .id = SLICE_INIT("compose-value"), .version = 1,
		    .title = SLICE_INIT("A value that cannot be understood"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("docker compose refuses the file, or takes something else than "
		           "what was meant."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    ports: [\"80:http\"]\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    ports: [\"127.0.0.1:80:80\"]\n" },
	  .check = check_problems },
	[ROW_MISSING] = { .rule = { .id = SLICE_INIT("compose-missing"), .version = 1,
		    .title = SLICE_INIT("Something required is not there"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("docker compose refuses the file until it is given."),
		    .bad = "services:\n  web:\n    ports: [\"127.0.0.1:80:80\"]\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n" },
	  .check = check_problems },
	[ROW_UNDEFINED] = { .rule = { .id = SLICE_INIT("compose-undefined"), .version = 1,
		    .title = SLICE_INIT("A name that is defined nowhere"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("docker compose refuses to start: define the secret, config, "
		           "network, volume or service, or mend the name."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    secrets: [db_password]\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    secrets: [db_password]\nsecrets:\n  db_password:\n    file: ./db_password.txt\n" },
	  .check = check_problems },
	[ROW_CONFLICT] = { .rule = { .id = SLICE_INIT("compose-conflict"), .version = 1,
		    .title = SLICE_INIT("Settings that exclude one another"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("docker compose refuses to start, or one of the two is without "
		           "effect."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    network_mode: host\n    networks: [front]\nnetworks:\n  front:\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    networks: [front]\nnetworks:\n  front:\n" },
	  .check = check_problems },
	[ROW_IGNORED] = { .rule = { .id = SLICE_INIT("compose-ignored"), .version = 1,
		    .title = SLICE_INIT("A setting without effect"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("It looks as if it set something, and does not. Take it out, or "
		           "say it where it works."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    deploy:\n      placement:\n        constraints: [node.role == worker]\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    deploy:\n      replicas: 2\n" },
	  .check = check_stack_keys },
	[ROW_UNSET] = { .rule = { .id = SLICE_INIT("compose-variable-unset"), .version = 1,
		    .title = SLICE_INIT("A variable without a value"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_LOW,
		    .help = SLICE_INIT("Compose puts in nothing and warns. Give it a default, or "
		           "${NAME:?text} to stop."),
		    .bad = "services:\n  web:\n    image: nginx:${TAG}\n",
		    .good = "services:\n  web:\n    image: nginx:${TAG:-1.27}\n" },
	  .check = check_problems },
	[ROW_CYCLE] = { .rule = { .id = SLICE_INIT("compose-cycle"), .version = 1,
		    .title = SLICE_INIT("A circle"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Nothing in a circle can be first: docker compose refuses to "
		           "start."),
		    .bad = "services:\n  a:\n    image: nginx:1.27\n    depends_on: [b]\n  b:\n    image: nginx:1.27\n    depends_on: [a]\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n" },
	  .check = check_problems },
	[ROW_FILE] = { .rule = { .id = SLICE_INIT("compose-file-missing"), .version = 1,
		    .title = SLICE_INIT("A file that is not there"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("docker compose refuses to start without it. Mend the path, or set "
		           "required: false."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    env_file: missing.env\n",
		    .good = "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.27\n    env_file: web.env\n=== web.env\nA=1\n" },
	  .check = check_problems },
	[ROW_VERSION] = { .rule = { .id = SLICE_INIT("compose-version"), .version = 1,
		    .title = SLICE_INIT("The obsolete version key"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Compose ignores it since 2020 and warns each time; it tells "
		           "readers that old rules hold. Take it out."),
		    .aliases = RULE_LIST("dclint:no-version-field"),
		    .fix = RULE_FIX_SAFE,
		    .bad = "version: \"3.8\"\nservices:\n  web:\n    image: nginx:1.27\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n" },
	  .check = check_version },
	{ .rule = { .id = SLICE_INIT("compose-project-name"), .version = 1,
		    .title = SLICE_INIT("The project has no name"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_LOW,
		    .help = SLICE_INIT("Without name the project is called after its directory: checkouts "
		           "in directories of one name share containers and volumes."),
		    .aliases = RULE_LIST("dclint:require-project-name-field"),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n",
		    .good = "name: shop\nservices:\n  web:\n    image: nginx:1.27\n" },
	  .check = check_project_name },
	{ .rule = { .id = SLICE_INIT("compose-build-image"), .version = 1,
		    .title = SLICE_INIT("build and image without pull_policy"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Whether the image is built or pulled depends on what is there "
		           "already. Set pull_policy, or keep one of the two."),
		    .aliases = RULE_LIST("dclint:no-build-and-image"),
		    .references = RULE_LIST("cis:5.28"),
		    .bad = "services:\n  web:\n    build: https://github.com/example/web.git\n    image: example.com/web:1.2\n",
		    .good = "services:\n  web:\n    build: https://github.com/example/web.git\n    image: example.com/web:1.2\n    pull_policy: build\n" },
	  .check = check_build_and_image },
	{ .rule = { .id = SLICE_INIT("compose-name-duplicate"), .version = 1,
		    .title = SLICE_INIT("Two containers of one name"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Names are unique on a host: the second one does not start."),
		    .aliases = RULE_LIST("dclint:no-duplicate-container-names"),
		    .bad = "services:\n  a:\n    image: nginx:1.27\n    container_name: web\n  b:\n    image: nginx:1.27\n    container_name: web\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n" },
	  .check = check_same_names },
	{ .rule = { .id = SLICE_INIT("compose-container-name"), .version = 1,
		    .title = SLICE_INIT("No name that Docker takes"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Docker takes letters and digits, and behind the first one also _ "
		           ". and -."),
		    .aliases = RULE_LIST("dclint:service-container-name-regex"),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    container_name: \"web@1\"\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    container_name: web-1\n" },
	  .check = check_container_name },
	{ .rule = { .id = SLICE_INIT("compose-port-duplicate"), .version = 1,
		    .title = SLICE_INIT("One port of the host twice"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Only one program can listen there: the second container does not "
		           "start."),
		    .aliases = RULE_LIST("dclint:no-duplicate-exported-ports"),
		    .bad = "services:\n  a:\n    image: nginx:1.27\n    ports: [\"127.0.0.1:80:80\"]\n  b:\n    image: nginx:1.27\n    ports: [\"127.0.0.1:80:80\"]\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    ports: [\"127.0.0.1:80:80\"]\n" },
	  .check = check_same_ports },
	{ .rule = { .id = SLICE_INIT("compose-port-quotes"), .version = 1,
		    .title = SLICE_INIT("A port without quotation marks"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("YAML 1.1 reads two numbers below 60 with a colon as one number to "
		           "the base of 60."),
		    .aliases = RULE_LIST("dclint:require-quotes-in-ports"),
		    .fix = RULE_FIX_SAFE,
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    ports:\n      - 127.0.0.1:80:80\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    ports:\n      - \"127.0.0.1:80:80\"\n" },
	  .check = check_quotes },
	{ .rule = { .id = SLICE_INIT("compose-volume-shared"), .version = 1,
		    .title = SLICE_INIT("A volume of several services"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("What one of them writes the others read: one that is taken over "
		           "reaches them all. Mount it read-only where nothing is written."),
		    .aliases = RULE_LIST("kics:Shared Volumes Between Containers"),
		    .references = RULE_LIST("nist:4.4.2"),
		    .bad = "services:\n  a:\n    image: nginx:1.27\n    volumes: [\"data:/data\"]\n  b:\n    image: nginx:1.27\n    volumes: [\"data:/data\"]\nvolumes:\n  data:\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n" },
	  .check = check_shared_volumes },
	{ .rule = { .id = SLICE_INIT("compose-volume-host-path"), .version = 1,
		    .title = SLICE_INIT("A volume that is a directory of the host"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("By its driver's options the volume is a mount of the host's "
		           "directory, which nobody sees at the service."),
		    .aliases = RULE_LIST("kics:Volume Has Sensitive Host Directory"),
		    .references = RULE_LIST("cis:5.6", "nist:4.4.3", "cwe:CWE-668"),
		    .bad = "services: {}\nvolumes:\n  data:\n    driver: local\n    driver_opts:\n      type: none\n      o: bind\n      device: /etc\n",
		    .good = "services: {}\nvolumes:\n  data:\n    driver: local\n" },
	  .check = check_volume_path },
	{ .rule = { .id = SLICE_INIT("compose-depends-condition"), .version = 1,
		    .title = SLICE_INIT("Started, but not ready"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Without a condition the service starts as soon as the other's "
		           "process does, and fails when it connects. Use condition: "
		           "service_healthy and a health check."),
		    .references = RULE_LIST("cis:5.27"),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    depends_on: [db]\n  db:\n    image: postgres:17\n    healthcheck:\n      test: [CMD, pg_isready]\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: postgres:17\n    healthcheck:\n      test: [CMD, pg_isready]\n" },
	  .check = check_dependencies },
	{ .rule = { .id = SLICE_INIT("compose-network-tiers"), .version = 1,
		    .title = SLICE_INIT("Web server and database in one network"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Who takes the web server over speaks to the database directly. "
		           "Give the application two networks: one to the web server, one to "
		           "the database."),
		    .references = RULE_LIST("cis:5.30", "nist:4.4.2", "owasp:D03", "cwe:CWE-653"),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    networks: [back]\n  db:\n    image: postgres:17\n    networks: [back]\nnetworks:\n  back:\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    networks: [front]\n  db:\n    image: postgres:17\n    networks: [back]\nnetworks:\n  front:\n  back:\n" },
	  .check = check_tiers },
	{ .rule = { .id = SLICE_INIT("compose-secret-external"), .version = 1,
		    .title = SLICE_INIT("An external secret outside of Swarm"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Secrets outside of the file are Swarm's: docker compose does not "
		           "know them. Deploy with docker stack, or use file: or "
		           "environment:."),
		    .bad = "services:\n  web:\n    image: nginx:1.27\n    secrets: [key]\nsecrets:\n  key:\n    external: true\n",
		    .good = "services:\n  web:\n    image: nginx:1.27\n    secrets: [key]\nsecrets:\n  key:\n    file: ./key.txt\n" },
	  .check = check_external_secret },
};

const struct rule_table compose_rules = { RULE_COMPOSE, rows, ARRAY_LEN(rows) };
