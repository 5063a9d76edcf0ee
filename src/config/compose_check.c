/* Names that lead nowhere, and what excludes what: compose-go's consistency check and more. */
#include "base/limits.h"
#include "config/compose_internal.h"

/* The names of one kind of thing, for looking up and for suggestions. */
struct names {
	struct map map;
	struct slice_list list;
};

static void names_add(struct compose_reader *r, struct names *n, struct slice name, const void *p)
{
	map_put_ptr(&n->map, name, p);
	*vec_add(r->arena, &n->list) = name;
}

struct checker {
	struct compose_reader *r;
	struct names services, networks, volumes, secrets, configs;
};

static void undefined(struct checker *c, const struct value *at, struct span span,
		      const struct names *names, const char *what, struct slice name)
{
	if (c->r->options->fragment)
		return;
	struct problem *x = compose_problem(c->r, PROBLEM_UNDEFINED, at, "there is no %s \"%.*s\"",
					    what, SLICE_ARG(slice_first(name, 100)));

	x->span = span;
	x->name = name;
	x->suggestion = suggest_name(name, names->list.items, names->list.count);
}

static void use(struct checker *c, const struct value *at, struct span span,
		const struct names *names, const char *what, struct slice name)
{
	struct compose_resource *x = map_get_ptr(&names->map, name);

	if (x)
		x->used = true;
	else if (!slice_empty(name) && !at->interpolated)
		undefined(c, at, span, names, what, name);
}

static void need_service(struct checker *c, const struct value *at, struct slice name)
{
	if (!slice_empty(name) && !at->interpolated && !map_get(&c->services.map, name))
		undefined(c, at,
			  at->type == NODE_MAP || at->type == NODE_NULL ? at->key_span : at->span,
			  &c->services, "service", name);
}

/* "service:NAME" of network_mode, ipc, pid, volumes_from. */
static void need_prefixed(struct checker *c, const struct value *v)
{
	struct slice name = value_text(v);

	if (slice_cut_prefix(&name, SLICE("service:")))
		need_service(c, v, name);
}

static void check_resources(struct checker *c, const struct compose_service *s)
{
	vec_each(it, &s->networks)
		if (!slice_is(it->network, "default") || map_get(&c->networks.map, it->network))
			use(c, it->at, it->at->key_span.source ? it->at->key_span : it->at->span,
			    &c->networks, "network", it->network);
	vec_each(it, &s->volumes)
		if (it->valid && (it->type == MOUNT_VOLUME || it->type == MOUNT_CLUSTER))
			use(c, it->at, it->span, &c->volumes, "volume", it->source);
	vec_each(it, &s->secrets)
		use(c, it->at, it->source_span, &c->secrets, "secret", it->source);
	vec_each(it, &s->build.secrets)
		use(c, it->at, it->at->span, &c->secrets, "secret", it->text);
	vec_each(it, &s->configs)
		use(c, it->at, it->source_span, &c->configs, "config", it->source);
}

static void check_names(struct checker *c, const struct compose_service *s)
{
	vec_each(it, &s->depends_on)
		if (it->required)
			need_service(c, it->at, it->service);
	vec_each(it, &s->links)
		need_service(c, it->at, slice_first(it->text, slice_find_byte(it->text, ':')));
	vec_each(it, &s->volumes_from)
		if (!slice_starts(it->text, SLICE("container:")))
			need_service(c, it->at,
				     slice_first(it->text, slice_find_byte(it->text, ':')));
	need_prefixed(c, s->network_mode);
	need_prefixed(c, s->ipc);
	need_prefixed(c, s->pid);
}

static void conflict(struct checker *c, const struct value *a, const struct value *b,
		     const char *what)
{
	struct problem *x = compose_problem(c->r, PROBLEM_CONFLICT, a, "%s", what);

	x->span = a->key_span.source ? a->key_span : a->span;
	x->other = b->key_span.source ? b->key_span : b->span;
	x->name = a->key;
}

static void check_conflicts(struct checker *c, const struct compose_service *s)
{
	const struct value *networks = value_at(s->at, "networks");
	const struct value *scale = value_at(s->at, "scale");

	if (s->network_mode && networks && networks->count)
		conflict(c, s->network_mode, networks,
			 "\"network_mode\" and \"networks\" exclude one another");
	if (!s->image && !s->build.at && !s->provider && !s->extends && !c->r->options->fragment) {
		struct problem *x =
			compose_problem(c->r, PROBLEM_MISSING, s->at,
					"the service \"%.*s\" has neither image nor build",
					SLICE_ARG(slice_first(s->name, 100)));
		x->span = s->at->key_span;
		x->name = s->name;
	}
	if (s->build.dockerfile_inline && s->build.dockerfile_span.source)
		conflict(c, s->build.dockerfile_inline, value_at(s->build.at, "dockerfile"),
			 "\"dockerfile\" and \"dockerfile_inline\" exclude one another");
	if (s->container_name && scale && !slice_is(value_text(scale), "1"))
		conflict(c, s->container_name, scale,
			 "a service with a container_name cannot be scaled");
	if (s->container_name && s->replicas.given && s->replicas.value > 1)
		conflict(c, s->container_name, s->replicas.at,
			 "a service with a container_name cannot have replicas");
}

static void check_resource(struct checker *c, const struct compose_resource *x, bool content)
{
	int ways = (x->file != NULL) + (x->environment != NULL) + (x->content != NULL);

	if (x->external || x->at->type != NODE_MAP || !content)
		return;
	if (!ways && slice_empty(x->driver) && !value_at(x->at, "driver"))
		compose_problem(c->r, PROBLEM_MISSING, x->at,
				"\"%.*s\" says nowhere where it comes from",
				SLICE_ARG(slice_first(x->name, 100)))
			->name = x->name;
	if (ways > 1)
		compose_problem(c->r, PROBLEM_CONFLICT, x->at,
				"\"%.*s\" may come from one place only",
				SLICE_ARG(slice_first(x->name, 100)))
			->name = x->name;
}

/* ---- profiles ---- */

static bool profile_active(const struct compose_options *o, const struct compose_service *s)
{
	if (!s->profiles.count || o->all_profiles)
		return true;
	for (size_t i = 0; i < o->profile_count; i++) {
		if (slice_is(o->profiles[i], "*"))
			return true;
		vec_each(it, &s->profiles)
			if (slice_eq(it->text, o->profiles[i]))
				return true;
	}
	return false;
}

/* Whether depends_on leads back: depth-first, three colours, on a stack of our own. */
enum colour { WHITE, GREY, BLACK };

struct visit {
	size_t service, next;
};

static void find_cycles(struct checker *c)
{
	struct compose_project *p = c->r->project;
	enum colour *colours = arena_new_array(c->r->arena, enum colour, p->services.count + 1);
	struct visit *stack = arena_new_array(c->r->arena, struct visit, p->services.count + 1);

	for (size_t root = 0; root < p->services.count; root++) {
		size_t depth = 0;

		if (colours[root] == WHITE && p->services.items[root].enabled) {
			colours[root] = GREY;
			stack[depth++] = (struct visit){root, 0};
		}
		while (depth) {
			struct visit *v = &stack[depth - 1];
			const struct compose_service *s = &p->services.items[v->service];

			if (v->next == s->depends_on.count) {
				colours[v->service] = BLACK;
				depth--;
				continue;
			}
			const struct compose_dependency *d = &s->depends_on.items[v->next++];
			const struct compose_service *to =
				map_get_ptr(&c->services.map, d->service);
			if (!to || !to->enabled)
				continue;
			size_t n = (size_t)(to - p->services.items);
			if (colours[n] == GREY)
				compose_problem(c->r, PROBLEM_CYCLE, d->at,
						"the services depend on one another in a circle by "
						"\"%.*s\"",
						SLICE_ARG(slice_first(d->service, 100)))
					->name = d->service;
			if (colours[n] != WHITE)
				continue;
			colours[n] = GREY;
			stack[depth++] = (struct visit){n, 0};
		}
	}
}

static void check_stack(struct checker *c, const struct compose_service *s)
{
	value_each(it, s->at)
	{
		enum compose_honour h = compose_honour(it->key);

		if (h != HONOUR_COMPOSE && h != HONOUR_COMPOSE_ONLY)
			continue;
		struct problem *x = compose_problem(
			c->r, h == HONOUR_COMPOSE ? PROBLEM_IGNORED : PROBLEM_REJECTED, it,
			h == HONOUR_COMPOSE ? "docker stack deploy ignores \"%.*s\""
					    : "docker stack deploy refuses \"%.*s\"",
			SLICE_ARG(it->key));
		x->span = it->key_span;
		x->name = it->key;
	}
}

static void check_all(struct checker *c)
{
	struct compose_project *p = c->r->project;

	/* A stack file still has one. */
	if (p->version && !p->stack) {
		struct problem *x = compose_problem(c->r, PROBLEM_OBSOLETE, p->version,
						    "\"version\" is obsolete and ignored");
		x->span = p->version->key_span;
		x->name = SLICE("version");
	}
	vec_each(s, &p->services) {
		s->enabled = profile_active(c->r->options, s);
		check_resources(c, s);
		check_names(c, s);
		check_conflicts(c, s);
		if (p->stack)
			check_stack(c, s);
	}
	vec_each(x, &p->secrets)
		check_resource(c, x, true);
	vec_each(x, &p->configs)
		check_resource(c, x, true);
	find_cycles(c);
}

/* What is extended, or stands behind an alias, is met several times. */
static void drop_repeated(struct compose_reader *r)
{
	struct problem_list *p = &r->project->problems;
	struct map seen;
	size_t kept = 0;

	map_init(&seen);
	for (size_t i = 0; i < p->list.count; i++) {
		const struct problem *x = &p->list.items[i];
		bool fresh;

		map_put(&seen,
			arena_printf(r->arena, "%d %u %llu %.*s", x->kind, x->span.source,
				     (unsigned long long)x->span.offset, SLICE_ARG(x->message)),
			&fresh);
		if (fresh)
			p->list.items[kept++] = *x;
	}
	p->list.count = kept;
	map_release(&seen);
}

static void add_resources(struct checker *c, struct names *n, struct compose_resource_list *list)
{
	map_init(&n->map);
	vec_each(x, list)
		names_add(c->r, n, x->name, x);
}

void compose_check(struct compose_reader *r)
{
	struct compose_project *p = r->project;
	struct checker c = {.r = r};

	map_init(&c.services.map);
	vec_each(s, &p->services)
		names_add(r, &c.services, s->name, s);
	add_resources(&c, &c.networks, &p->networks);
	add_resources(&c, &c.volumes, &p->volumes);
	add_resources(&c, &c.secrets, &p->secrets);
	add_resources(&c, &c.configs, &p->configs);
	check_all(&c);
	map_release(&c.services.map);
	map_release(&c.networks.map);
	map_release(&c.volumes.map);
	map_release(&c.secrets.map);
	map_release(&c.configs.map);
	drop_repeated(r);
}
